# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trees on the host and in a task, read and written as the account: what a container sends never leads out of its folder."""

from __future__ import annotations

import base64
import contextlib
import io
import os
import secrets
import stat
import tarfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO

from . import _errors, _tree

# What the action plugin marks as not to be shown: files that were encrypted with Ansible Vault.
VAULT = "vault"


def read(src: str) -> _tree.Tree:
    """A file, or a folder with all that is in it. Raises Failure for what the account cannot read."""
    if not os.path.isabs(src):
        raise _errors.Failure(
            f"src: {src!r} was given, and an absolute path on the host is needed with remote_src: true."
        )
    src = os.path.realpath(src)  # what src itself leads to is meant, links below it stay links
    tree = {"": _read_one(src)}
    if tree[""].kind == _tree.FOLDER:
        for folder, folders, files in os.walk(src, onerror=_refuse):
            for each in folders + files:
                path = os.path.join(folder, each)
                tree[os.path.relpath(path, src)] = _read_one(path)
    return tree


def _refuse(error: OSError) -> None:
    raise _errors.Failure(
        f"src: the account cannot read {error.filename} ({error.strerror}); make it readable for the account."
    )


def _read_one(path: str) -> _tree.Entry:
    try:
        there = os.lstat(path)
        mode = stat.S_IMODE(there.st_mode)
        if stat.S_ISLNK(there.st_mode):
            return _tree.Entry(_tree.LINK, 0o777, target=os.readlink(path))
        if stat.S_ISDIR(there.st_mode):
            return _tree.Entry(_tree.FOLDER, mode)
        if not stat.S_ISREG(there.st_mode):
            raise _errors.Failure(
                f"src: {path} is neither a file, a folder nor a link, and nothing else is copied."
            )
        told = _tree.Digester()
        with open(path, "rb") as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                told.feed(piece)
    except OSError as error:
        _refuse(error)
        raise
    return _tree.Entry(_tree.FILE, mode, there.st_size, told.digest, text=told.text, content=path)


def unpack(packed: str) -> _tree.Tree:
    """What the action plugin packed on the controller: a base64 tar whose root is called '.'."""
    tree = {}
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(packed)), mode="r:*") as tar:
        for info in tar:
            name = "" if info.name == "." else info.name
            if info.isdir():
                tree[name] = _tree.Entry(_tree.FOLDER, info.mode)
            elif info.issym():
                tree[name] = _tree.Entry(_tree.LINK, 0o777, target=info.linkname)
            else:
                file = tar.extractfile(info)
                tree[name] = _tree.of_bytes(file.read() if file else b"", info.mode, info.uname == VAULT)
    return tree


def look(root: str, wanted: Mapping[str, _tree.Entry]) -> _tree.Tree:
    """Of what is wanted below ``root`` all that is there already; links are never followed."""
    found = {}
    for name in wanted:
        with (
            contextlib.suppress(FileNotFoundError, NotADirectoryError),
            _parent(root, name) as (folder, last),
        ):
            found[name] = _look_one(folder, last)
    return found


def _look_one(folder: int, last: str) -> _tree.Entry:
    there = os.stat(last, dir_fd=folder, follow_symlinks=False)
    mode = stat.S_IMODE(there.st_mode)
    if stat.S_ISLNK(there.st_mode):
        return _tree.Entry(_tree.LINK, 0o777, target=os.readlink(last, dir_fd=folder))
    if stat.S_ISDIR(there.st_mode):
        return _tree.Entry(_tree.FOLDER, mode)
    if not stat.S_ISREG(there.st_mode):
        return _tree.Entry(_tree.OTHER, mode)
    told = _tree.Digester()
    with open(os.open(last, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            told.feed(piece)
    return _tree.Entry(_tree.FILE, mode, there.st_size, told.digest)


@contextlib.contextmanager
def _parent(root: str, name: str) -> Iterator[tuple[int, str]]:
    """The folder that holds ``name`` below ``root``, reached without following a link, and the last part of the name."""
    parts = name.split("/")
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        yield folder, parts[-1]
    finally:
        os.close(folder)


def opened(root: str, name: str) -> IO[bytes]:
    """A file below ``root``, reached without following a link."""
    with _parent(root, name) as (folder, last):
        return open(os.open(last, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb")


def write(root: str, name: str, entry: _tree.Entry, content: IO[bytes] | None) -> None:
    """Make one entry as it is wanted. What was there is replaced at once, never half."""
    with _parent(root, name) as (folder, last):
        if entry.kind == _tree.FOLDER:
            with contextlib.suppress(FileExistsError):
                os.mkdir(last, 0o700, dir_fd=folder)
            inner = os.open(last, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            try:
                os.fchmod(inner, entry.mode)
            finally:
                os.close(inner)
        elif entry.kind == _tree.LINK:
            _replace(folder, last, lambda draft: os.symlink(entry.target, draft, dir_fd=folder))
        else:
            _replace(folder, last, lambda draft: _fill(folder, draft, entry.mode, content))


def _replace(folder: int, last: str, make: Callable[[str], None]) -> None:
    draft = f".{last[:200]}.{secrets.token_hex(4)}"
    try:
        make(draft)
        os.replace(draft, last, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=folder)
        raise


def _fill(folder: int, draft: str, mode: int, content: IO[bytes] | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with open(os.open(draft, flags, 0o600, dir_fd=folder), "wb") as file:
        if content is not None:
            for piece in iter(lambda: content.read(1 << 20), b""):
                file.write(piece)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
