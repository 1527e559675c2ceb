# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lock that shadow-utils waits for, one task at a time for an account, and files that are either the old ones or the new ones."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
import urllib.parse
from collections.abc import Iterator

from .. import _errors

# lckpwdf(3) gives up after this many seconds, so a longer wait would only hide a stuck owner.
PATIENCE = 15.0
_PAUSE = 0.05
# Root's folder for the turns of accounts, and how long one task waits for another: a deploy may pull images and wait for health.
TURNS = "/run/rootless.podman"
TURN_PATIENCE = 1800.0
# Those that this process has.
_mine: set[str] = set()


@contextlib.contextmanager
def password_lock(etc: str = "/etc", patience: float = PATIENCE) -> Iterator[None]:
    """Hold what lckpwdf(3) holds: an fcntl write lock on ``.pwd.lock``, for which useradd and usermod wait.

    Never start one of those tools inside: it would wait for its own parent. Raises Failure when somebody else
    holds the lock for ``patience`` seconds. The lock goes with the process, so a killed one leaves nothing.
    """
    path = os.path.join(etc, ".pwd.lock")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _acquire(descriptor, path, patience)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
        else:
            return
        if time.monotonic() >= deadline:
            raise _errors.Failure(
                f"{path} has been locked by another program for {patience:.0f} s (useradd, passwd, a package "
                "manager?); "
                f"see which with: fuser -v {path} and run the task again when it is done"
            )
        time.sleep(_PAUSE)


@contextlib.contextmanager
def turn(name: str, patience: float = TURN_PATIENCE) -> Iterator[None]:
    """Let one task at a time work on the account of this name, which need not be there yet; only root has more than one to wait for.

    Two that make the same account at once get one whose home is another uid's: useradd looks for the name before it waits for its lock.
    Raises Failure when the other one takes longer than ``patience`` seconds. A turn ends with its process.
    """
    if os.geteuid() != 0 or name in _mine:
        yield
        return
    os.makedirs(TURNS, mode=0o700, exist_ok=True)
    # A name that no account can have is refused later, and leads nowhere else.
    path = os.path.join(TURNS, f"{urllib.parse.quote(name, safe='')[:200]}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _await_turn(descriptor, name, path, patience)
        _mine.add(name)
        yield
    finally:
        _mine.discard(name)
        os.close(descriptor)


def _await_turn(descriptor: int, name: str, path: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise _errors.Failure(
                    f"user: another task has been at work on account {name} for {patience:.0f} s; see which with: fuser -v {path} and run this "
                    "one again when it has ended"
                ) from None
        time.sleep(_PAUSE)


def read_text(path: str) -> str:
    """The text of a file, empty when there is none; bytes that are not UTF-8 survive a round trip."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def replace_text(path: str, text: str) -> None:
    """Give a file of root's a new text at once; call it with the lock held.

    Owner, mode and labels stay; a new file gets 0644. After a power cut the file is the old or the new one.
    """
    path = os.path.realpath(path)
    folder, name = os.path.split(path)
    # One fixed name: whatever a killed run left there is swept by the next.
    draft = os.path.join(folder, f".{name}.rootless-podman")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(draft)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(text)
            _dress(file.fileno(), path)
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        raise
    anchor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(anchor)
    finally:
        os.close(anchor)


def _dress(descriptor: int, model: str) -> None:
    """Give the new file what the old one had."""
    try:
        old = os.stat(model)
    except FileNotFoundError:
        os.fchmod(descriptor, 0o644)
        return
    os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, old.st_mode & 0o7777)
    for attribute in os.listxattr(model):
        # A file system may show an attribute (a label, an ACL) that it does not let us set.
        with contextlib.suppress(OSError):
            os.setxattr(descriptor, attribute, os.getxattr(model, attribute))
