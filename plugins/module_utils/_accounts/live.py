# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an account's ranges are in use: files in its storage, processes with its subordinate ids."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from typing import Any

from .. import _account, _errors
from . import lock, processes, ranges, userdb

# The keys of storage.conf that say where rootless storage lies (containers-storage.conf(5)).
_PLACE = re.compile(r'^\s*(rootless_storage_path|graphroot)\s*=\s*"([^"]+)"', re.MULTILINE)
# Layers, images and containers are named by a digest; locks and databases are not.
_CONTENT = re.compile(r"[0-9a-f]{64}")
# Stopping a host's worth of containers takes a while, each has ten seconds to end.
_MIGRATE_SECONDS = 600


def in_use(
    account: _account.Account, uids: tuple[ranges.Range, ...], gids: tuple[ranges.Range, ...]
) -> str | None:
    """What lives on the ranges, in words that end a sentence, or None."""
    running = processes.with_ids(uids, gids)
    if running:
        return f"{len(running)} processes run with them (such as pid {running[0].pid})"
    place = _account.call_as(account, stored, _system_place(account), account.home)
    return f"{place} holds images, containers or volumes" if place else None


def stored(system_place: str | None, home: str) -> str | None:
    """The storage folder that is not empty, or None; to be run as the account, which alone may look."""
    places = [os.path.join(home, ".local/share/containers/storage")]
    places += [system_place] if system_place else []
    with contextlib.suppress(OSError):
        own = _PLACE.findall(lock.read_text(os.path.join(home, ".config/containers/storage.conf")))
        places += [place for key, place in own if key == "graphroot"]
    return next((place for place in places if _filled(place)), None)


def _filled(place: str) -> bool:
    """Whether a storage folder has content; what cannot be looked into counts as full."""
    try:
        for folder in os.scandir(place):
            if not folder.is_dir(follow_symlinks=False):
                continue
            for entry in os.scandir(folder.path):
                if folder.name == "volumes" or _CONTENT.match(entry.name):
                    return True
                # vfs keeps its layers one folder deeper.
                if entry.name == "dir" and any(_CONTENT.match(deep.name) for deep in os.scandir(entry.path)):
                    return True
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return False


def _system_place(account: _account.Account) -> str | None:
    """Where the host's own storage.conf puts rootless storage."""
    text = lock.read_text("/etc/containers/storage.conf") or lock.read_text(
        "/usr/share/containers/storage.conf"
    )
    values = {"USER": account.name, "HOME": account.home, "UID": str(account.uid)}
    for key, place in _PLACE.findall(text):
        if key == "rootless_storage_path":
            return re.sub(r"\$\{?(USER|HOME|UID)\}?", lambda match: values[match[1]], place)
    return None


def old_map(account: _account.Account) -> bool:
    """Whether the account's Podman still works with the ranges that it had at its first container."""
    return processes.in_own_namespace(account.uid)


def migrate(account: _account.Account) -> None:
    """Stop the account's containers and have its Podman take up the ranges as they are now."""
    podman = userdb.program("podman")
    if podman is None:
        return
    told = _account.call_as(account, _run, [podman, "system", "migrate"])
    if told["rc"] != 0:
        raise _errors.Failure(
            f"the ranges of account {account.name} are written, but podman system migrate failed: "
            f"{told['err'] or 'no reason given'}; "
            f"run it again as that account, until then its containers keep the old ranges"
        )


def stop_containers(account: _account.Account) -> None:
    """Let the account's containers end as each of them wants, by its own signal and in its own time.

    Without it the end of the manager would wait 90 seconds for each that does not hear SIGTERM. What does not
    stop this way is ended with the manager.
    """
    podman = userdb.program("podman")
    if (
        podman is None
        or not os.path.isdir(account.runtime_dir)
        or not processes.with_ids((ranges.Range(account.uid, 1),))
    ):
        return
    if _account.call_as(account, stored, _system_place(account), account.home):
        with contextlib.suppress(_errors.Failure):
            _account.call_as(account, _run, [podman, "stop", "--all"])


def _run(argv: list[str]) -> dict[str, Any]:
    """Run one program as the account (in call_as's child)."""
    done = subprocess.run(  # pylint: disable=ansible-bad-function
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        timeout=_MIGRATE_SECONDS,
        check=False,
    )
    return {"rc": done.returncode, "err": done.stderr.decode("utf-8", "replace").strip()[-500:]}
