# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rooms that come in Ansible's archive, compiled once on a host and not in every task.

Python keeps no bytecode of what it imports from a zip file, so a task would compile all of its rooms, which takes longer than all
that it asks Podman. What was compiled is kept under the digest of its source, in a folder that only root can write to. Importing
this room is what makes the rooms after it come that way, so ``_module`` imports it first, and modules import ``_module`` first.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import marshal
import os
import secrets
import stat
import sys
import types
import zipimport
from collections.abc import Iterator, Sequence

FOLDER = "/var/cache/rootless_podman/bytecode"
# Far more than one version of the collection has; when there are more, old versions have left theirs.
MOST_FILES = 1000
_NO_LINK = os.O_NOFOLLOW | os.O_CLOEXEC

# What this process had to compile: file names, and what belongs in them.
_compiled: dict[str, bytes] = {}


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of one package in a zip file."""

    def __init__(self, package: str) -> None:
        self.prefix = f"{package}."

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """How a module is imported, None for what is not in the package or not in a zip file."""
        if not fullname.startswith(self.prefix) or not path:
            return None
        try:
            archive = zipimport.zipimporter(path[0])
            return importlib.util.spec_from_loader(fullname, Loader(archive, archive.is_package(fullname)))
        except zipimport.ZipImportError:
            return None


class Loader(importlib.abc.ExecutionLoader):
    """Imports one module from a zip file as zipimport does, but for the compiling."""

    def __init__(self, archive: zipimport.zipimporter, package: bool) -> None:
        self.archive = archive
        self.package = package

    def is_package(self, _fullname: str) -> bool:
        """Whether it has modules within."""
        return self.package

    def get_filename(self, fullname: str) -> str:
        """Where it lies. Not as zipimport tells, which compiles the module to find out."""
        inner = fullname.rpartition(".")[2] + ("/__init__.py" if self.package else ".py")
        return os.path.join(self.archive.archive, self.archive.prefix, inner)

    def get_source(self, fullname: str) -> str | None:
        """The text of a module, for tracebacks."""
        return self.archive.get_source(fullname)

    def get_code(self, fullname: str) -> types.CodeType:
        """A module's code: what is kept of this very source, else compiled."""
        place = self.get_filename(fullname)
        source = self.archive.get_data(place)
        name = f"{hashlib.sha256(source).hexdigest()}.{sys.implementation.cache_tag}.pyc"
        code = read(name)
        if code is None:
            code = compile(source, place, "exec", dont_inherit=True)
            _compiled[name] = marshal.dumps(code)
        return code


def read(name: str) -> types.CodeType | None:
    """What is kept under a name; None when it is not there, not root's alone, or not whole."""
    try:
        with _folder() as folder, open(os.open(name, os.O_RDONLY | _NO_LINK, dir_fd=folder), "rb") as file:
            if not _is_roots(os.fstat(file.fileno())):
                return None
            seal, code = file.read(_SEAL_SIZE), file.read()
    except OSError:
        return None
    if seal != _seal(code):
        return None
    found: types.CodeType = marshal.loads(code)  # noqa: S302  root alone could have written it, and it is whole
    return found


def keep() -> None:
    """Keep what this process had to compile, if it is root; it is no matter when that cannot be."""
    if os.geteuid() or not _compiled:
        return
    with contextlib.suppress(OSError):
        os.makedirs(FOLDER, 0o755, exist_ok=True)
        with _folder() as folder:
            there = os.listdir(folder)
            for old in there if len(there) + len(_compiled) > MOST_FILES else ():
                os.unlink(old, dir_fd=folder)
            for name, code in _compiled.items():
                draft = f".{secrets.token_hex(8)}"
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK
                with open(os.open(draft, flags, 0o644, dir_fd=folder), "wb") as file:
                    file.write(_seal(code) + code)
                os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    _compiled.clear()


def _seal(code: bytes) -> bytes:
    """What stands before the code: for which Python it is, and that it is whole, which a power cut can prevent."""
    return importlib.util.MAGIC_NUMBER + hashlib.sha256(code).digest()


_SEAL_SIZE = len(_seal(b""))


@contextlib.contextmanager
def _folder() -> Iterator[int]:
    """The folder, opened; raises OSError unless it is root's alone."""
    folder = os.open(FOLDER, os.O_RDONLY | os.O_DIRECTORY | _NO_LINK)
    try:
        if not _is_roots(os.fstat(folder)):
            raise PermissionError(FOLDER)
        yield folder
    finally:
        os.close(folder)


def _is_roots(found: os.stat_result) -> bool:
    return found.st_uid == 0 and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def begin(package: str) -> None:
    """Have the modules of a package come this way, from now on."""
    sys.meta_path.insert(0, Finder(package))


# Whether this process is a task of Ansible's, which came in one archive.
FROM_ARCHIVE = isinstance(getattr(__spec__, "loader", None), zipimport.zipimporter)
if FROM_ARCHIVE:
    begin(__name__.rpartition(".")[0])
