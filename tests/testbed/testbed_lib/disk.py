# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders: locks on them, room for them, and their careful removal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .errors import TestbedError
from .work import check_stop, pause, run, wait_for

MEGA = 1_000_000


def _try_lock(path: Path, flag: int, create: bool) -> int | None:
    """Lock a folder itself, so that no lock file stays behind; None when it is taken or gone."""
    if create:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        if create:
            return None
        raise
    try:
        fcntl.flock(handle, flag | fcntl.LOCK_NB)
        # the folder may have been removed, and made anew, by whoever held the lock before
        if os.path.samestat(os.fstat(handle), path.stat()):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(handle)
    return None


@contextlib.contextmanager
def locked(path: Path, *, shared: bool = False, create: bool = True) -> Iterator[None]:
    """Hold a folder's lock; waiting for it can be interrupted."""
    flag = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    handle = _try_lock(path, flag, create)
    while handle is None:
        pause(0.05)
        handle = _try_lock(path, flag, create)
    try:
        check_stop()
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def machine_locked() -> Iterator[None]:
    """What all users of this machine share: subnets, forwarding."""
    with locked(Path("/run"), create=False):
        yield


def need_room(path: Path, megabytes: int, purpose: str) -> None:
    """Refuse before the disk is full, not after."""
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    free = shutil.disk_usage(existing).free // MEGA
    if free < megabytes:
        raise TestbedError(
            f"not enough disk under {existing}: {purpose} needs {megabytes} MB, {free} MB are free"
        )


def mounts_below(path: Path) -> list[str]:
    """Mount points at or below a folder."""
    prefix = str(path.resolve())
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point = line.split()[4].replace("\\040", " ")
        if point == prefix or point.startswith(prefix + "/"):
            found.append(point)
    return found


def remove_tree(path: Path) -> None:
    """Remove a folder that we made, never anything that is mounted in it."""
    if not path.exists():
        return
    mounted = mounts_below(path)
    if mounted:
        raise TestbedError(
            f"{path} is not removed because something is mounted at {mounted[0]}: unmount it first"
        )
    # a program that was killed a moment ago may still be writing
    remove = ["rm", "-rf", "--one-file-system", "--", str(path)]
    if not wait_for(lambda: run(remove, check=False).returncode == 0, 5):
        run(remove)


def write_file(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.chmod(mode)
    temporary.replace(path)
