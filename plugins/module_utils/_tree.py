# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files, folders and links as data: what a copy wants, what is there, and the steps between them (pure)."""

from __future__ import annotations

import dataclasses
import hashlib
import posixpath
import tarfile
from collections.abc import Iterable, Mapping
from typing import Any, Optional

from . import _errors, _plan

FILE, FOLDER, LINK, OTHER = "file", "folder", "link", "special file"
# Larger files are not shown in diffs.
TEXT_LIMIT = 64 * 1024
HIDDEN = "(hidden)"

Owner = Optional[tuple[int, int]]


@dataclasses.dataclass(frozen=True)
class Entry:
    """One file, folder or link of a tree.

    ``content`` says where a wanted file's bytes are: a path on the host, or the bytes. A digest or an owner of None is
    not known, or not declared. A ``lax`` folder that exists already stays as it is.
    """

    kind: str
    mode: int
    size: int = 0
    digest: str | None = None
    target: str = ""
    owner: Owner = None
    text: str | None = dataclasses.field(default=None, repr=False)
    content: str | bytes = dataclasses.field(default=b"", repr=False)
    hidden: bool = False
    lax: bool = False


# The root of a tree is called "", what is in it by its path from there.
Tree = dict[str, Entry]


class Digester:
    """Takes a file's content in pieces: its digest, and its text if it is short and readable."""

    def __init__(self) -> None:
        self._total = hashlib.sha256()
        self._text: bytes | None = b""

    def feed(self, piece: bytes) -> None:
        """The next piece."""
        self._total.update(piece)
        if self._text is not None:
            self._text = self._text + piece if len(self._text) + len(piece) <= TEXT_LIMIT else None

    @property
    def digest(self) -> str:
        """SHA-256 of all pieces."""
        return self._total.hexdigest()

    @property
    def text(self) -> str | None:
        """The pieces as text that a person can read, None if they are not."""
        try:
            text = self._text.decode() if self._text is not None else None
        except UnicodeDecodeError:
            return None
        return text if text is not None and text.replace("\n", "").replace("\t", "").isprintable() else None


def of_bytes(content: bytes, mode: int, hidden: bool = False) -> Entry:
    """A file whose content is known."""
    told = Digester()
    told.feed(content)
    return Entry(FILE, mode, len(content), told.digest, text=told.text, content=content, hidden=hidden)


def kind_of(info: tarfile.TarInfo) -> str:
    """What a member of an archive is; a hard link is a file."""
    if info.isdir():
        return FOLDER
    if info.issym():
        return LINK
    return FILE if info.isreg() or info.islnk() else OTHER


def safe_name(name: str, container: str) -> str:
    """A member's name as a path below the root. Raises Failure for one that leads out of it: containers are not trusted."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts or "\0" in name:
        raise _errors.Failure(
            f"container {container}: it holds a file called {name!r}, which would be written outside of dest; nothing was copied."
        )
    return "/".join(parts)


def rooted(tree: Mapping[str, Entry], missing: list[str], last: str) -> Tree:
    """A tree as seen from the deepest folder that exists: below the ``missing`` ones, and itself called ``last``."""
    above = {"/".join(missing[: count + 1]): Entry(FOLDER, 0o755, lax=True) for count in range(len(missing))}
    prefix = "/".join([*missing, last] if last else missing)
    told = {"/".join(part for part in (prefix, name) if part): entry for name, entry in tree.items()}
    return {name: entry for name, entry in {**above, **told}.items() if name}


def stays_inside(name: str, target: str) -> bool:
    """Whether a link called ``name`` leads to something within its own tree."""
    if target.startswith("/"):
        return False
    place = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    return place != ".." and not place.startswith("../")


def declare(
    tree: Mapping[str, Entry], mode: int | None, folder_mode: int | None, owner: Owner, hidden: bool = False
) -> Tree:
    """A tree with the modes and the owner that the task declares instead of its own."""
    told = {}
    for name, entry in tree.items():
        wanted = {FILE: mode, FOLDER: folder_mode}.get(entry.kind)
        told[name] = dataclasses.replace(
            entry,
            mode=entry.mode if wanted is None else wanted,
            owner=owner,
            hidden=hidden or entry.hidden,
            lax=entry.kind == FOLDER and folder_mode is None,
        )
    return told


def parse_mode(option: str, raw: Any) -> int | None:
    """A mode as octal digits in a string ('0640') or as YAML 1.1 reads them without quotes. Raises Failure."""
    if raw is None:
        return None
    text = str(raw)
    if (
        isinstance(raw, str)
        and text.strip("01234567") == ""
        and 3 <= len(text) <= 5
        and int(text, 8) <= 0o7777
    ):
        return int(text, 8)
    raise _errors.Failure(f"{option}: {text!r} was given, and a quoted octal mode such as '0640' is needed.")


def plan(wanted: Mapping[str, Entry], found: Mapping[str, Entry], root: str, where: str) -> list[_plan.Step]:
    """The steps that make what is found as it is wanted; what else is there stays. Raises Failure.

    ``root`` is the path of the trees' root and ``where`` says in whose file system it is.
    """
    steps = []
    for name in sorted(wanted):
        path = posixpath.join(root, name) if name else root
        entry, there = wanted[name], found.get(name)
        if there is None:
            steps.append(_plan.Step("create", entry.kind, path, tuple(_declared(entry)), work={"name": name}))
            continue
        _refuse_loss(entry, there, path, where)
        reasons = tuple(_differing(entry, there))
        if reasons:
            shown = {"name": name, "before": None if entry.hidden else there.text}
            steps.append(_plan.Step("update", entry.kind, path, reasons, work=shown))
    return steps


def _refuse_loss(entry: Entry, there: Entry, path: str, where: str) -> None:
    """A folder is never replaced by a file, nor anything by a folder: what is lost then was not named."""
    if entry.kind != there.kind and (FOLDER in (entry.kind, there.kind) or there.kind == OTHER):
        raise _errors.Failure(
            f"dest: {path} {where} is a {there.kind}, and src has a {entry.kind} there; remove it first, or choose another dest."
        )


def _declared(entry: Entry) -> Iterable[_plan.Reason]:
    if entry.kind == FILE:
        yield _plan.Reason("content", _plan.DECLARED, None, _content(entry, entry))
    if entry.kind == LINK:
        yield _plan.Reason("target", _plan.DECLARED, None, entry.target)
    else:
        yield _plan.Reason("mode", _plan.DECLARED, None, f"{entry.mode:04o}")
    if entry.owner is not None:
        yield _plan.Reason("owner", _plan.DECLARED, None, _owner(entry.owner))


def _differing(entry: Entry, there: Entry) -> Iterable[_plan.Reason]:
    if entry.lax and there.kind == FOLDER:
        return
    if entry.kind != there.kind:
        yield _plan.Reason("kind", _plan.DECLARED, there.kind, entry.kind)
    if entry.kind == FILE and (there.kind != FILE or entry.digest != there.digest):
        before = _content(there, entry) if there.kind == FILE else None
        yield _plan.Reason("content", _plan.DECLARED, before, _content(entry, entry))
    if entry.kind == LINK and entry.target != there.target:
        yield _plan.Reason("target", _plan.DECLARED, there.target or None, entry.target)
    if entry.kind != LINK and entry.kind == there.kind and entry.mode != there.mode:
        yield _plan.Reason("mode", _plan.DECLARED, f"{there.mode:04o}", f"{entry.mode:04o}")
    # Nobody can tell the owner of a file in a stopped container.
    if entry.owner is not None and there.owner is not None and entry.owner != there.owner:
        yield _plan.Reason("owner", _plan.DECLARED, _owner(there.owner), _owner(entry.owner))


def _content(entry: Entry, declared: Entry) -> str:
    """What stands for a content in a plan. The digest of a short secret can be guessed, so none is shown of a hidden one."""
    if declared.hidden:
        return HIDDEN
    return f"sha256:{entry.digest[:12]}" if entry.digest else f"{entry.size} bytes"


def _owner(owner: tuple[int, int]) -> str:
    return f"{owner[0]}:{owner[1]}"


def texts(steps: Iterable[_plan.Step], wanted: Mapping[str, Entry]) -> list[dict[str, str]]:
    """For a person who asked for a diff: the texts of the files that change, where they can be read and may be shown."""
    shown = []
    for step in steps:
        entry = wanted[step.work["name"]]
        before = "" if step.action == "create" else step.work["before"]
        if entry.kind != FILE or entry.hidden or entry.text is None or before in (None, entry.text):
            continue
        shown.append(
            {"before_header": step.name, "after_header": step.name, "before": before, "after": entry.text}
        )
    return shown
