# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of an app on the host: looked at, written, removed, one folder at a time and never through a link.

Used by the account's own process, and, where a container's user owns a file, by one inside the account's user namespace.
That one is started by Podman and cannot read this collection, so it gets this file as a text; nothing here may import
anything but the standard library.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator
from typing import Any

_LOADER: Any = globals().get("__loader__")
# What the other process is given to run.
SOURCE: str = "" if __name__ == "__main__" else str(_LOADER.get_source(__name__))
# Folders inside the app's own, which is closed to everybody else: a container's user may have to pass.
OPEN = 0o755
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def look(base: str, paths: list[str], contents: bool = True) -> dict[str, Any]:
    """What there is at these paths: type, mode, owner, digest of the content if wanted, time of the last change of it.

    ``stamp`` is another one after any change of the file: nobody can set the time that the kernel keeps for that.
    """
    found = {}
    for path in paths:
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            _parent(base, path) as (folder, name),
        ):
            there = os.stat(name, dir_fd=folder, follow_symlinks=False)
            regular = stat.S_ISREG(there.st_mode)
            found[path] = {
                "type": "file" if regular else "folder" if stat.S_ISDIR(there.st_mode) else "link or device",
                "mode": stat.S_IMODE(there.st_mode), "uid": there.st_uid, "gid": there.st_gid,
                "written": there.st_mtime, "stamp": f"{there.st_ino} {there.st_size} {there.st_ctime_ns}",
                "digest": _digest(folder, name) if regular and contents else "",
            }  # fmt: skip
    return found


def write(base: str, files: list[dict[str, Any]]) -> None:
    """Write files, each whole or not at all; folders on the way are made."""
    for place in (os.path.dirname(base), base):
        os.makedirs(place, mode=0o700, exist_ok=True)
    for each in files:
        folders = each["path"].split("/")[:-1]
        for depth in range(len(folders)):
            below = "/".join(folders[: depth + 1])
            with _parent(base, below) as (folder, name), contextlib.suppress(FileExistsError):
                os.mkdir(name, OPEN, dir_fd=folder)
                os.chmod(name, OPEN, dir_fd=folder)
        with _parent(base, each["path"]) as (folder, name):
            if _only_given(folder, name, each):
                continue
            draft = f".{name}.rp-new"
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft, dir_fd=folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with open(os.open(draft, flags, 0o600, dir_fd=folder), "wb") as file:
                file.write(base64.b64decode(each["content"]))
                os.fchown(file.fileno(), each["uid"], each["gid"])
                os.fchmod(file.fileno(), each["mode"])
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
                if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                    os.rmdir(name, dir_fd=folder)
            os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)


def _only_given(folder: int, name: str, each: dict[str, Any]) -> bool:
    """Give a file that has the content already its mode and owner, so that it stays the one that containers have mounted."""
    with contextlib.suppress(OSError):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with open(os.open(name, flags, dir_fd=folder), "rb") as file:
            there = os.fstat(file.fileno())
            if stat.S_ISREG(there.st_mode) and file.read() == base64.b64decode(each["content"]):
                os.fchown(file.fileno(), each["uid"], each["gid"])
                os.fchmod(file.fileno(), each["mode"])
                return True
    return False


def remove(base: str, paths: list[str]) -> None:
    """Remove files, and the folders that are empty then, the app's own among them. Where a folder lies by now the file has gone."""
    for path in paths:
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError),
            _parent(base, path) as (folder, name),
        ):
            os.unlink(name, dir_fd=folder)
    folders = {path.rsplit("/", depth)[0] for path in paths for depth in range(1, path.count("/") + 1)}
    for path in sorted(folders, key=len, reverse=True):
        with contextlib.suppress(OSError), _parent(base, path) as (folder, name):
            os.rmdir(name, dir_fd=folder)
    with contextlib.suppress(OSError):
        os.rmdir(base)


@contextlib.contextmanager
def _parent(base: str, path: str) -> Iterator[tuple[int, str]]:
    """The folder in which a path ends, and its last part. No link is followed on the way."""
    *folders, name = path.split("/")
    folder = os.open(base, FOLDER)
    try:
        for each in folders:
            below = os.open(each, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = below
        yield folder, name
    finally:
        os.close(folder)


def _digest(folder: int, name: str) -> str:
    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Do what an order says; what was found, or why it could not be done."""
    try:
        if order["do"] == "look":
            return {"found": look(order["base"], order["paths"], order.get("contents", True))}
        if order["do"] == "write":
            write(order["base"], order["files"])
        else:
            remove(order["base"], order["paths"])
    except OSError as error:
        return {"refused": f"{error.strerror or error} ({error.filename or order['base']})"}
    return {}


if __name__ == "__main__":
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
