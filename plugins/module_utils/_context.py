# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build contexts: what is sent to a build, and a digest of it that only its content decides."""

from __future__ import annotations

import base64
import fnmatch
import hashlib
import io
import os
import re
import stat
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Optional

from ._errors import Failure

IGNORE_FILES = (".containerignore", ".dockerignore")
DEFAULT_FILES = ("Containerfile", "Dockerfile")
# Where the temporary archive of a context lies: base images can be too large for a /tmp in memory.
TEMPORARY = "/var/tmp"
Entry = tuple[tarfile.TarInfo, Optional[str], bytes]  # what, and its content: a path, or bytes


class Context:
    """One build context: a folder on the host, an archive that travelled with the task, an inline Containerfile."""

    def __init__(self, build: Mapping[str, Any]) -> None:
        self._entries: dict[str, Entry] = {}
        if build.get("path"):
            self._add_folder(str(build["path"]))
        if build.get("context"):
            self._add_archive(str(build["context"]))
            patterns = next(
                (_patterns(self._text(name)) for name in IGNORE_FILES if name in self._entries), []
            )
            self._entries = {
                name: entry for name, entry in self._entries.items() if not _excluded(name, patterns)
            }
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

    def archive(self) -> BinaryIO:
        """The context as an uncompressed tar in an unnamed temporary file, read from its beginning."""
        file = tempfile.TemporaryFile(dir=TEMPORARY)  # noqa: SIM115  the caller closes it
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name in sorted(self._entries):
                info, path, content = self._entries[name]
                if path is None:
                    tar.addfile(info, io.BytesIO(content) if info.isreg() else None)
                else:
                    with open(path, "rb") as source:
                        tar.addfile(info, source)
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
                content = file.read(1024 * 1024)
        return content.decode("utf-8", "replace")

    def _containerfile(self, named: Any) -> str:
        candidates = [str(named)] if named else list(DEFAULT_FILES)
        for each in candidates:
            if os.path.normpath(each) in self._entries:
                return os.path.normpath(each)
        raise Failure(
            f"build: the context holds no {' or '.join(candidates)}; name the file with build.file, or write it in build.containerfile."
        )

    def _add(self, name: str, content: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), 0o644
        self._entries[name] = (info, None, content)

    def _add_archive(self, encoded: str) -> None:
        """What the action plugin packed on the controller: a base64 tar."""
        with tarfile.open(fileobj=io.BytesIO(base64.b64decode(encoded)), mode="r:*") as tar:
            for info in tar:
                source = tar.extractfile(info) if info.isreg() else None
                self._entries[os.path.normpath(info.name)] = (info, None, source.read() if source else b"")

    def _add_folder(self, root: str) -> None:
        if not os.path.isabs(root) or not os.path.isdir(root):
            raise Failure(
                f"build.path: {root!r} was given, and an absolute path of a folder on the host is needed that the account can read."
            )
        patterns = _ignored(root)
        for path, name in _walk(root):
            if not _excluded(name, patterns):
                self._entries[name] = _entry(path, name)


def _walk(root: str) -> Iterator[tuple[str, str]]:
    def refuse(error: OSError) -> None:
        raise Failure(
            f"build.path: the account cannot read {error.filename} ({error.strerror}); make the context readable for it."
        )

    for folder, folders, files in os.walk(root, onerror=refuse):
        for each in sorted(folders) + sorted(files):
            path = os.path.join(folder, each)
            yield path, os.path.relpath(path, root)


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
            raise Failure(f"build.path: the account cannot read {path}; make the context readable for it.")
        info.size = there.st_size
        return info, path, b""
    else:
        raise Failure(
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


def _ignored(root: str) -> list[str]:
    """Patterns of a folder's own ignore file, the first that is there."""
    for name in IGNORE_FILES:
        path = os.path.join(root, name)
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                return _patterns(file.read())
    return []


def _patterns(text: str) -> list[str]:
    """One pattern a line; # is a comment, ! takes back."""
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def _excluded(name: str, patterns: list[str]) -> bool:
    """Whether the last pattern that matches the name, or a folder above it, excludes it."""
    parts = name.split(os.sep)
    above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    excluded = False
    for pattern in patterns:
        wanted = pattern.lstrip("!").strip("/").replace("**/", "*")
        if any(fnmatch.fnmatchcase(each, wanted) for each in above):
            excluded = not pattern.startswith("!")
    return excluded
