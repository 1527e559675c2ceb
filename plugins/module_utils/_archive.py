# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A container's files over the API: what is there, what is in it, and putting files there."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import io
import json
import posixpath
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from typing import IO, Any, BinaryIO

from . import _engine, _errors, _parallel, _tree

# Go's bits for kinds of files, as Podman sends them.
GO_FOLDER, GO_LINK, GO_SPECIAL = 1 << 31, 1 << 27, 1 << 26 | 1 << 25 | 1 << 24 | 1 << 21 | 1 << 19
GO_SETUID, GO_SETGID, GO_STICKY = 1 << 23, 1 << 22, 1 << 20
# More links than a kernel follows, and more files than a person copies.
LINK_LIMIT = 40
COUNT_LIMIT = 100_000
# Where the archive lies while it is sent: what is copied can be too large for a /tmp in memory.
TEMPORARY = "/var/tmp"


@dataclasses.dataclass(frozen=True)
class Place:
    """A running or stopped container whose files are meant."""

    engine: _engine.Engine
    identity: str
    name: str

    @property
    def address(self) -> str:
        """Its endpoint."""
        return f"containers/{self.identity}/archive"


def stat(place: Place, path: str) -> _tree.Entry | None:
    """What lies at ``path``, None for nothing. A link is one whose target is where it leads in the end."""
    status, headers = place.engine.look(place.address, {"path": path})
    told = headers.get("X-Docker-Container-Path-Stat")
    if not told:
        if status == 200:
            raise _errors.EngineError(f"container {place.name}: Podman tells nothing of {path}.")
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(told + "=" * (-len(told) % 4)))
        bits, size, target = int(found["mode"]), int(found["size"]), str(found["linkTarget"])
    except (ValueError, KeyError, TypeError) as error:
        raise _errors.EngineError(
            f"container {place.name}: Podman tells nonsense of {path} ({error})."
        ) from error
    kind = (
        _tree.LINK
        if bits & GO_LINK
        else _tree.FOLDER
        if bits & GO_FOLDER
        else _tree.OTHER
        if bits & GO_SPECIAL
        else _tree.FILE
    )
    extra = (0o4000, GO_SETUID), (0o2000, GO_SETGID), (0o1000, GO_STICKY)
    mode = (bits & 0o777) | sum(bit for bit, there in extra if bits & there)
    return _tree.Entry(kind, mode, size, target=target if kind == _tree.LINK else "")


def resolve(place: Place, path: str) -> tuple[str, _tree.Entry | None]:
    """Follow links: the path at which something lies, or could lie, and what."""
    for _turn in range(LINK_LIMIT):
        found = stat(place, path)
        if found is None or found.kind != _tree.LINK:
            return path, found
        path = posixpath.normpath(posixpath.join("/", found.target))
    raise _errors.Failure(f"dest: {path} in container {place.name} is a link that leads nowhere.")


def look(place: Place, root: str, wanted: Mapping[str, _tree.Entry]) -> _tree.Tree:
    """Of what is wanted below ``root`` all that is there already.

    Looking at a file costs milliseconds, reading an archive costs half a second: contents are read, all at once, only
    where they can decide something.
    """
    names = sorted(name for name in wanted if wanted[name].kind != _tree.LINK)
    looked = _parallel.in_parallel(lambda name: stat(place, posixpath.join(root, name)), names)
    found = {name: entry for name, entry in zip(names, looked) if entry is not None}
    decisive = {name for name, entry in found.items() if _decides(wanted[name], entry)}
    # In a stopped container Podman shows what a link leads to as if it lay there itself: only an archive tells links.
    folders = {"", *(name for name, entry in found.items() if entry.kind == _tree.FOLDER)}
    decisive |= {
        name for name in wanted if wanted[name].kind == _tree.LINK and posixpath.dirname(name) in folders
    }
    if decisive:
        found.update(_read(place, root, decisive, [wanted[name].kind for name in decisive]))
    return found


def _decides(entry: _tree.Entry, there: _tree.Entry) -> bool:
    """Whether a file's content has to be known: it may be the same, or it is shown to a person."""
    if entry.kind != _tree.FILE or there.kind != _tree.FILE:
        return False
    shown = entry.text is not None and not entry.hidden and there.size <= _tree.TEXT_LIMIT
    return entry.size == there.size or shown


def _read(place: Place, root: str, names: set[str], kinds: list[str]) -> _tree.Tree:
    """These files and links with digests and targets, as far as Podman may read them."""
    there: _tree.Tree = {}
    if kinds == [_tree.FILE]:
        top, path = next(iter(names)), posixpath.join(root, *names)
    else:
        # The archive of a link is that of what it leads to, so links are read from the folder that holds them.
        top = posixpath.commonpath([posixpath.dirname("/" + name) for name in names])[1:]
        path = posixpath.join(root, top, ".")
    for below, info, file in members(place, path):
        name = posixpath.join(top, below) if below else top
        if name in names:
            there[name] = read_member(info, file)
    return there


def read_member(info: tarfile.TarInfo, file: IO[bytes] | None) -> _tree.Entry:
    """One member of an archive, with the digest of its content."""
    told = _tree.Digester()
    if file is not None:
        for piece in iter(lambda: file.read(1 << 20), b""):
            told.feed(piece)
    regular = file is not None
    return _tree.Entry(
        _tree.kind_of(info), info.mode & 0o7777, info.size, told.digest if regular else None, info.linkname,
        text=told.text if regular else None,
    )  # fmt: skip


def members(place: Place, path: str) -> Iterator[tuple[str, tarfile.TarInfo, IO[bytes] | None]]:
    """What the archive of ``path`` holds, in its order: name below ``path``, header, content of a file.

    Names and links are the container's word and not to be trusted; names never leave the tree. A hard link has no
    content here, and the safe name of what it equals in ``linkname``.
    """
    single = not path.endswith("/.")
    with contextlib.closing(place.engine.pieces(place.address, {"path": path})) as pieces:
        try:
            with tarfile.open(fileobj=_Stream(pieces), mode="r|") as tar:
                for count, info in enumerate(tar):
                    name = "" if single else _tree.safe_name(info.name, place.name)
                    if count > COUNT_LIMIT:
                        raise _errors.Failure(
                            f"container {place.name}: {path} holds more than {COUNT_LIMIT} files."
                        )
                    if info.islnk():
                        info.linkname = _tree.safe_name(info.linkname, place.name)
                    if name or single:
                        yield name, info, tar.extractfile(info) if info.isreg() else None
        except tarfile.TarError as error:
            raise _errors.EngineError(
                f"container {place.name}: what Podman sends of {path} is no archive ({error})."
            ) from error


class _Stream(io.RawIOBase):
    """An answer that arrives in pieces, as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, fewer only at the end."""
        got = [self._rest]
        length = len(self._rest)
        while size < 0 or length < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            got.append(piece)
            length += len(piece)
        whole = b"".join(got)
        self._rest = whole[size:] if size >= 0 else b""
        return whole[:size] if size >= 0 else whole


def put(place: Place, root: str, entries: Mapping[str, _tree.Entry]) -> None:
    """Write these entries below the folder ``root``; they get the container's user, or the owner they name."""
    chown = all(entry.owner is None for entry in entries.values())
    with _packed(entries) as archive:
        try:
            place.engine.write(
                "PUT",
                place.address,
                {"path": root, "copyUIDGID": chown},
                archive,
                timeout=_engine.LONG_TIMEOUT,
            )
        except _errors.EngineError as error:
            raise _errors.Failure(_sentence(place, root, error)) from error


def _sentence(place: Place, root: str, error: _errors.EngineError) -> str:
    if "value too large" in error.cause:
        return (
            f"dest: {root} in container {place.name} is a tmpfs of its own user namespace, into which Podman cannot write from "
            "outside; write there with rootless.podman.container_exec and its stdin, or mount a volume."
        )
    if "read-only file system" in error.cause:
        return (
            f"dest: {root} in container {place.name} is read-only; copy into a volume, or make the container without "
            "read_only: true."
        )
    return f"container {place.name}: Podman cannot write to {root} ({error.cause})."


def _packed(entries: Mapping[str, _tree.Entry]) -> BinaryIO:
    """The entries as a tar in an unnamed temporary file, folders before what is in them."""
    file: Any = tempfile.TemporaryFile(dir=TEMPORARY)  # noqa: SIM115  the caller closes it
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(entries):
            _pack(tar, name, entries[name])
    file.seek(0)
    return file  # type: ignore[no-any-return]


def _pack(tar: tarfile.TarFile, name: str, entry: _tree.Entry) -> None:
    info = tarfile.TarInfo(name)
    info.mode = entry.mode
    info.uid, info.gid = entry.owner or (0, 0)
    if entry.kind == _tree.FOLDER:
        info.type = tarfile.DIRTYPE
    elif entry.kind == _tree.LINK:
        info.type, info.linkname = tarfile.SYMTYPE, entry.target
    if entry.kind != _tree.FILE:
        tar.addfile(info)
    elif isinstance(entry.content, bytes):
        info.size = len(entry.content)
        tar.addfile(info, io.BytesIO(entry.content))
    else:
        with open(entry.content, "rb") as source:
            info.size = entry.size
            tar.addfile(info, source)
