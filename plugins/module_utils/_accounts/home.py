# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account's home from outside: looked at, made, closed to others, removed. Root opens nothing in it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import stat
import subprocess
from collections.abc import Iterator

from .. import _errors
from . import lock, userdb

MODE = 0o700


@dataclasses.dataclass(frozen=True)
class Home:
    """What lies at a home's path."""

    path: str
    uid: int
    gid: int
    mode: int
    is_folder: bool
    is_empty: bool

    @property
    def is_blank(self) -> bool:
        """Whether it is root's own empty folder: that of a useradd which was killed, or a new mount."""
        return self.is_folder and self.uid == 0 and self.is_empty and os.path.dirname(self.path) != "/"


def look(path: str) -> Home | None:
    """What lies there, or None."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    is_folder = stat.S_ISDIR(found.st_mode)
    # Only a folder of root's own is looked into.
    is_empty = is_folder and found.st_uid == 0 and set(os.listdir(path)) <= {"lost+found"}
    return Home(path, found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode), is_folder, is_empty)


def require_place(path: str) -> None:
    """Raise Failure unless only root decides what lies at ``path``."""
    require_form(path)
    parent = os.path.realpath(os.path.dirname(path))
    while True:
        with contextlib.suppress(FileNotFoundError):
            found = os.stat(parent)
            if found.st_uid != 0 or found.st_mode & 0o022:
                raise _errors.Failure(
                    f"home: {path} lies in {parent}, where others than root can put something in its place "
                    f"(owner uid {found.st_uid}, mode {stat.S_IMODE(found.st_mode):04o}); choose a home "
                    "below folders that only root can "
                    "write, such as /home"
                )
        if parent == "/":
            return
        parent = os.path.dirname(parent)


def require_form(path: str) -> None:
    """Raise Failure unless ``path`` is written as a home can be."""
    if not re.fullmatch(r"/[^:\x00-\x1f\x7f]+", path) or os.path.normpath(path) != path:
        raise _errors.Failure(
            f"home: {path!r} is not a full path in its shortest form (no // or .., no colon, no control characters); give one such as /home/NAME"
        )


def make(path: str, uid: int, gid: int) -> None:
    """Make the account's home, or hand over the blank folder that lies there, closed to others."""
    parent = os.path.dirname(path)
    os.makedirs(parent, mode=0o755, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, MODE)
    with _opened(path) as folder:
        if os.fstat(folder).st_uid == 0:
            os.fchown(folder, uid, gid)
        os.fchmod(folder, MODE)
    restorecon = userdb.program("restorecon")
    if restorecon:
        subprocess.run([restorecon, path], stdin=subprocess.DEVNULL, capture_output=True, check=False)  # pylint: disable=ansible-bad-function


def close(path: str, uid: int) -> None:
    """Give the home mode 0700."""
    with _opened(path) as folder:
        if os.fstat(folder).st_uid != uid:
            raise _errors.Failure(f"home: {path} does not belong to uid {uid} any more; run the task again")
        os.fchmod(folder, MODE)


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    """The folder itself, never what a link points to."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield folder
    finally:
        os.close(folder)


def mounts(path: str, table: str = "/proc/self/mountinfo") -> list[str]:
    """Mount points at or below ``path``, as proc_pid_mountinfo(5) lists them."""
    real = os.path.realpath(path)
    points = [line.split(" ")[4] for line in lock.read_text(table).splitlines() if line.count(" ") > 4]
    plain = [re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), point) for point in points]
    return [point for point in plain if point == real or point.startswith(real + "/")]


def require_removable(path: str, uid: int) -> None:
    """Raise Failure unless the home is the account's own folder and nothing else is mounted in it."""
    found = look(path)
    if found is None:
        return
    require_place(path)
    if not found.is_folder or found.uid != uid:
        raise _errors.Failure(
            f"remove: {path} is not a folder of uid {uid} (owner uid {found.uid}, "
            f"{'a folder' if found.is_folder else 'no folder'}), "
            "so it is not deleted; remove the account with remove: false and see to it by hand"
        )
    mounted = mounts(path)
    if mounted:
        raise _errors.Failure(
            f"remove: {mounted[0]} is mounted in home {path}, and what is on it is not deleted; "
            f"unmount it first: umount {mounted[0]}"
        )


def remove(path: str) -> None:
    """Delete the home and all in it; the account's processes have ended before.

    By rm, because it goes down a tree of any depth by file descriptors: it follows no link and stays on the
    home's file system.
    """
    if look(path) is None:
        return
    done = subprocess.run(  # pylint: disable=ansible-bad-function
        ["rm", "--recursive", "--force", "--one-file-system", "--", path],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        check=False,
    )
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _errors.Failure(
            f"remove: home {path} could not be deleted completely: "
            f"{words[0] if words else 'rm gave no reason'}; "
            "the account is still there, run the task again when that is mended"
        )
