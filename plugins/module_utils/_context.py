# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build contexts: what is sent to a build, and a digest of it that only its content decides."""

from __future__ import annotations

import base64
import hashlib
import io
import lzma
import os
import re
import stat
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Callable, Optional

from . import _errors, _ignore

IGNORE_FILES = (".containerignore", ".dockerignore")
DEFAULT_FILES = ("Containerfile", "Dockerfile")
# Where the temporary archive of a context lies: base images can be too large for a /tmp in memory.
TEMPORARY = "/var/tmp"
# A Containerfile or an ignore file is shorter.
TEXT_LIMIT = 1024 * 1024
# What reading an archive can raise that is damaged, or none at all.
DAMAGED = (tarfile.TarError, ValueError, EOFError, OSError, KeyError, zlib.error, lzma.LZMAError)
Entry = tuple[tarfile.TarInfo, Optional[str], bytes]  # what, and its content: a path, or bytes


class Context:
    """One build context: a folder on the host, an archive that travelled with the task, an inline Containerfile."""

    def __init__(self, build: Mapping[str, Any]) -> None:
        self._entries: dict[str, Entry] = {}
        # The builder needs these even where they are ignored; it then keeps them out of COPY itself.
        self._needed = {*IGNORE_FILES, *DEFAULT_FILES, os.path.normpath(str(build.get("file") or "."))}
        if build.get("path"):
            self._add_folder(str(build["path"]))
        if build.get("context"):
            self._add_archive(str(build["context"]))
        if build.get("containerfile"):
            self._add("Containerfile", str(build["containerfile"]).encode())
        self.file = self._containerfile(build.get("file"))

    def digest(self) -> str:
        """SHA-256 over names, modes, link targets and contents; times and owners do not count."""
        total = hashlib.sha256()
        for name in sorted(self._entries):
            info, path, content = self._entries[name]
            total.update(
                f"{name}\0{info.type!r}\0{info.mode & 0o777:o}\0{info.linkname}\0".encode(
                    "utf-8", "surrogateescape"
                )
            )
            total.update(_content_digest(path, content))
        return total.hexdigest()

    def archive(self, extra: Mapping[str, bytes] | None = None) -> BinaryIO:
        """The context as an uncompressed tar in an unnamed temporary file, read from its beginning.

        ``extra`` are files beside it that only the builder itself may read.
        """
        file = tempfile.TemporaryFile(dir=TEMPORARY)  # noqa: SIM115  the caller closes it
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name in sorted(self._entries):
                info, path, content = self._entries[name]
                if path is None:
                    tar.addfile(info, io.BytesIO(content) if info.isreg() else None)
                else:
                    with open(path, "rb") as source:
                        tar.addfile(info, source)
            for name, content in (extra or {}).items():
                info = tarfile.TarInfo(name)
                info.size, info.mode = len(content), 0o600
                tar.addfile(info, io.BytesIO(content))
        file.seek(0)
        return file

    def bases(self, arguments: Mapping[str, str]) -> list[str]:
        """The images that the Containerfile builds on: what stands behind FROM, without its own stages and scratch."""
        values: dict[str, str] = {}
        stages, found = {"scratch"}, []
        for line in self._text(self.file).splitlines():
            argument = re.match(r"\s*ARG\s+(\w+)(?:=(\S*))?", line, re.IGNORECASE)
            if argument:
                values[argument.group(1)] = arguments.get(
                    argument.group(1), (argument.group(2) or "").strip("'\"")
                )
            stage = re.match(r"\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", line, re.IGNORECASE)
            if stage:
                image = re.sub(
                    r"\$\{?(\w+)\}?", lambda name: values.get(name.group(1), name.group(0)), stage.group(1)
                )
                if image not in stages and "$" not in image:
                    found.append(image)
                stages.add(stage.group(2) or image)
        return sorted(set(found))

    def _text(self, name: str) -> str:
        _info, path, content = self._entries[name]
        if path is not None:
            with open(path, "rb") as file:
                content = file.read(TEXT_LIMIT)
        return content.decode("utf-8", "replace")

    def _containerfile(self, named: Any) -> str:
        candidates = [str(named)] if named else list(DEFAULT_FILES)
        for each in candidates:
            if os.path.normpath(each) in self._entries:
                return os.path.normpath(each)
        raise _errors.Failure(
            f"build: the context holds no {' or '.join(candidates)}; name the file with build.file, or write it in build.containerfile."
        )

    def _add(self, name: str, content: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), 0o644
        self._entries[name] = (info, None, content)

    def _add_archive(self, encoded: str) -> None:
        """What the action plugin packed on the controller: a base64 tar."""
        try:
            with tarfile.open(fileobj=io.BytesIO(base64.b64decode(encoded)), mode="r:*") as tar:
                for info in tar:
                    source = tar.extractfile(info) if info.isreg() else None
                    name = os.path.normpath(info.name)
                    self._entries[name] = (info, None, source.read() if source else b"")
        except DAMAGED as error:
            raise _errors.Failure(
                f"build.context: what was given cannot be unpacked ({describe(error)}), and a tar in base64 is needed; name the "
                "folder on the controller with build.src, which packs it."
            ) from error
        name = next((name for name in IGNORE_FILES if name in self._entries), "")
        ignore = _ignore.Ignore(_decoded(self._entries[name][2]), name) if name else _ignore.Ignore()
        self._entries = {name: each for name, each in self._entries.items() if self._sent(name, ignore)}

    def _add_folder(self, root: str) -> None:
        if not os.path.isabs(root) or not os.path.isdir(root):
            raise _errors.Failure(
                f"build.path: {root!r} was given, and an absolute path of a folder on the host is needed that the account can read."
            )
        ignore = _ignored(root)

        def entered(name: str) -> bool:
            """Whether something in this folder may be sent; others need not even be readable."""
            sent = ignore.exceptions or self._sent(name, ignore)
            return sent or any(each.startswith(name + os.sep) for each in self._needed)

        for path, name in _walk(root, entered):
            if self._sent(name, ignore):
                self._entries[name] = _entry(path, name)

    def _sent(self, name: str, ignore: _ignore.Ignore) -> bool:
        return name in self._needed or not ignore.leaves_out(name)


def describe(error: Exception) -> str:
    """What is wrong with an archive, in a few words on one line."""
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    return first.rstrip(":.")[:160]


def _walk(root: str, entered: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Everything below ``root``: its path and its name in the context."""

    def refuse(error: OSError) -> None:
        raise _errors.Failure(
            f"build.path: the account cannot read {error.filename} ({error.strerror}); make the context readable for it."
        )

    for folder, folders, files in os.walk(root, onerror=refuse):
        for each in sorted(folders) + sorted(files):
            path = os.path.join(folder, each)
            yield path, os.path.relpath(path, root)
        folders[:] = [each for each in folders if entered(os.path.relpath(os.path.join(folder, each), root))]


def _entry(path: str, name: str) -> Entry:
    there = os.lstat(path)
    info = tarfile.TarInfo(name)
    info.mode, info.mtime = stat.S_IMODE(there.st_mode), int(there.st_mtime)
    if stat.S_ISLNK(there.st_mode):
        info.type, info.linkname = tarfile.SYMTYPE, os.readlink(path)
    elif stat.S_ISDIR(there.st_mode):
        info.type = tarfile.DIRTYPE
    elif stat.S_ISREG(there.st_mode):
        if not os.access(path, os.R_OK):
            raise _errors.Failure(
                f"build.path: the account cannot read {path}; make the context readable for it."
            )
        info.size = there.st_size
        return info, path, b""
    else:
        raise _errors.Failure(
            f"build.path: {path} is neither a file, a folder nor a link; leave it out with a .containerignore."
        )
    return info, None, b""


def _content_digest(path: str | None, content: bytes) -> bytes:
    total = hashlib.sha256(content)
    if path is not None:
        with open(path, "rb") as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                total.update(piece)
    return total.digest()


def _ignored(root: str) -> _ignore.Ignore:
    """A folder's own ignore file, the first that is there."""
    for name in IGNORE_FILES:
        path = os.path.join(root, name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                return _ignore.Ignore(_decoded(file.read(TEXT_LIMIT)), name)
    return _ignore.Ignore()


def _decoded(raw: bytes) -> str:
    """Text in which bytes that are no UTF-8 stay what they are, as in names of files."""
    return raw.decode("utf-8", "surrogateescape")
