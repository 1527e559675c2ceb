# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a tar holds, as one digest for each entry: archives with the same digests hold the same files (pure)."""

from __future__ import annotations

import hashlib
import posixpath
import tarfile
from collections.abc import Iterator
from typing import IO

# Entries in the order of the archive: type, permissions, owner, size, content or target. Times are left out, because an
# archive may hold fractions of a second that Podman does not write.
PIECE = 1 << 20


def entries(stream: IO[bytes]) -> Iterator[bytes]:
    """The digest of each entry but the root. Raises tarfile.TarError and OSError for what is no archive."""
    contents: dict[str, bytes] = {}
    with tarfile.open(fileobj=stream, mode="r|*") as tar:
        for info in tar:
            name = _path(info.name)
            if name == "/":
                continue
            if info.islnk():
                # Which of the names of one file is the link depends on who packed it.
                content = contents.get(_path(info.linkname), b"")
            else:
                content = _content(tar, info)
                if info.isreg():
                    contents[name] = content
            yield hashlib.sha256(repr((name, content)).encode("utf-8", "surrogateescape")).digest()[:16]


def _path(name: str) -> str:
    return posixpath.normpath("/" + name.lstrip("/"))


def _content(tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    told = hashlib.sha256()
    kind = b"file" if info.isreg() else info.type
    head = (kind, info.mode & 0o7777, info.uid, info.gid, info.linkname if info.issym() else "")
    told.update(repr(head).encode("utf-8", "surrogateescape"))
    file = tar.extractfile(info) if info.isreg() else None
    if file is not None:
        for piece in iter(lambda: file.read(PIECE), b""):
            told.update(piece)
    return told.digest()
