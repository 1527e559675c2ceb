# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host's own account tools (useradd and its family), patient where another one of them is at work."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Sequence

from .. import _errors
from . import lock, userdb

# Many controllers may add accounts to one host at the same moment; each addition takes well under a second.
PATIENCE = 60.0
_FILES = ("passwd", "group", "shadow", "gshadow", "subuid", "subgid")


def run(tool: str, arguments: Sequence[str], accept: Sequence[int] = (0,), patience: float = PATIENCE) -> int:
    """Run one tool and return its exit code, which is one of ``accept``.

    While another tool holds the account files it is tried again, for ``patience`` seconds. Raises Failure with
    the tool's own words for everything else, and for a lock that nobody holds any more.
    """
    path = userdb.program(tool)
    if path is None:
        raise _errors.Failure(
            f"there is no {tool} on this host; install the package passwd (Debian) or shadow-utils"
        )
    deadline = time.monotonic() + patience
    while True:
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"},
            check=False,
        )
        if done.returncode in accept:
            return done.returncode
        words = " ".join(done.stderr.decode("utf-8", "replace").split())
        if "cannot lock" not in words and "try again later" not in words:
            raise _errors.Failure(f"{tool} {arguments[-1]} failed: {words or f'exit code {done.returncode}'}")
        stale = stale_locks()
        if stale:
            raise _errors.Failure(
                f"{tool} cannot work, because {' and '.join(stale)} was left behind by a program that was "
                "killed or a power cut; "
                f"remove it: rm {' '.join(stale)}"
            )
        if time.monotonic() >= deadline:
            raise _errors.Failure(
                f"{tool} could not lock the account files for {patience:.0f} s: {words}; see who holds them: "
                "fuser -v /etc/.pwd.lock"
            )
        # Uneven pauses, so that two that met do not meet again.
        time.sleep(random.uniform(0.05, 0.4))  # noqa: S311


def stale_locks(etc: str = "/etc") -> list[str]:
    """Lock files of shadow-utils that no tool will ever take over: those without the number of a process.

    A tool makes its lock file complete (its PID and a NUL byte) and takes over that of a dead process; an empty
    one, as a power cut leaves it, stops all of them for good.
    """
    paths = [os.path.join(etc, f"{name}.lock") for name in _FILES]
    return [
        path for path in paths if os.path.isfile(path) and not lock.read_text(path).rstrip("\0").isdigit()
    ]
