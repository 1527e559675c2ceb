# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Quadlet's generator: found, asked for its version, and run on folders that it makes nothing of but text."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Any

from . import _account, _errors, _generated, _quadlet_keys
from ._checks import commands

# Where distributions put it, see _checks/commands.
PLACES = (
    "/usr/local/libexec/podman/quadlet",
    "/usr/libexec/podman/quadlet",
    "/usr/lib/podman/quadlet",
    "/usr/lib/systemd/user-generators/podman-user-generator",
)
# It takes some 20 ms.
SECONDS = 30
Tree = dict[str, str]


def version() -> str:
    """The version of the host's Quadlet, which is Podman's. Raises Failure when it has none."""
    program = _program()
    if program:
        told = commands.ask({"version": [program, "--version"]}).get("version", "").split()
        if told:
            return told[-1]
    found = commands.podman_version()
    podman = f"Podman {found} without Quadlet" if found else "no Podman"
    raise _errors.Failure(
        f"name: units need Quadlet, which comes with Podman {_quadlet_keys.FIRST} and newer, and this host has {podman}; upgrade Podman, or use "
        "rootless.podman.container and rootless.podman.pod, which need no units."
    )


def of_tree(account: _account.Account, tree: Tree, folder: str) -> _generated.Generated:
    """What the generator makes of these files alone, as if they lay in ``folder``; run as the account."""
    told = _account.call_as(account, _on_a_copy, tree, folder, account.runtime_dir)
    return _generated.read(told["out"], told["err"])


def of_account(account: _account.Account) -> _generated.Generated:
    """What it makes of all that it finds for the account, as at the next reload."""
    told = _account.call_as(account, _as_it_is)
    return _generated.read(told["out"], told["err"])


def is_there() -> bool:
    """Whether the host has Quadlet."""
    return bool(_program())


def _program() -> str:
    return next((path for path in PLACES if os.access(path, os.X_OK)), "")


def _as_it_is() -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUADLET")}
    return _run([_program(), "--user", "--dryrun"], environment)


@contextlib.contextmanager
def _place(runtime_dir: str) -> Iterator[str]:
    """A folder in memory and of the account's own, gone afterwards."""
    place = tempfile.mkdtemp(
        prefix="rootless.podman.", dir=runtime_dir if os.path.isdir(runtime_dir) else None
    )
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _on_a_copy(tree: Tree, folder: str, runtime_dir: str) -> dict[str, Any]:
    """Run it on a copy; the copy's path is not in what it says."""
    with _place(runtime_dir) as place:
        for name, text in tree.items():
            path = os.path.join(place, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
                file.write(text)
        told = _run([_program(), "--user", "--dryrun"], {**os.environ, "QUADLET_UNIT_DIRS": place})
    return {
        key: value.replace(place, folder) if isinstance(value, str) else value for key, value in told.items()
    }


def _run(argv: list[str], environment: dict[str, str]) -> dict[str, Any]:
    try:
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            check=False,
            cwd="/",
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"rc": 127, "out": "", "err": str(error)}
    return {
        "rc": done.returncode,
        "out": done.stdout.decode("utf-8", "replace"),
        "err": done.stderr.decode("utf-8", "replace"),
    }
