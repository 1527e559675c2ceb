# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of an app: what a task says of them, and what has to happen to them (pure)."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

from .. import _errors, _plan

ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "str", "required": True},
    "content": {"type": "str", "required": True, "no_log": False},
    "mode": {"type": "raw"},
    "owner": {"type": "int"},
    "group": {"type": "int"},
    # A switch, not a secret: releases do not keep the content.
    "secret": {"type": "bool", "default": False, "no_log": False},
}
MODE = 0o644
LARGEST = 1 << 20
HIDDEN = "(hidden)"
ACCOUNT = "the account"
# What the process that looks at files and writes them is told, and tells.
Look = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class File:
    """One file of an app. Owner and group are ids inside the container, None for the account itself."""

    path: str
    content: str = dataclasses.field(repr=False)
    mode: int = MODE
    owner: int | None = None
    group: int | None = None
    secret: bool = False

    @property
    def digest(self) -> str:
        """The SHA-256 of its content."""
        return hashlib.sha256(self.content.encode("utf-8", "surrogateescape")).hexdigest()

    def order(self, ids: tuple[int, int]) -> dict[str, Any]:
        """What the writing process is told; ``ids`` are its owner and group in the account's user namespace."""
        content = base64.b64encode(self.content.encode("utf-8", "surrogateescape")).decode()
        return {"path": self.path, "content": content, "mode": self.mode, "uid": ids[0], "gid": ids[1]}


def file_of(params: Mapping[str, Any], where: str) -> File:
    """One entry of ``files``, checked. Raises Failure, which begins with ``where``."""
    path = str(params["path"])
    parts = path.split("/")
    if (
        not path.isprintable()
        or path != posixpath.normpath(path)
        or path.startswith("/")
        or ".." in parts
        or path == "."
    ):
        raise _errors.Failure(
            f"{where}path: {path[:100]!r} was given, and a path below the app's folder is needed, such as conf/nginx.conf."
        )
    if len(str(params["content"]).encode("utf-8", "surrogateescape")) > LARGEST:
        raise _errors.Failure(
            f"{where}content: it has more than {LARGEST} bytes; mount a volume or put it into the image."
        )
    for option in ("owner", "group"):
        if params[option] is not None and not 0 <= params[option] < 2**32 - 1:
            raise _errors.Failure(
                f"{where}{option}: {params[option]} was given, and an id inside the container is needed."
            )
    if params["group"] is not None and params["owner"] is None:
        raise _errors.Failure(
            f"{where}group: was given without owner; give both, as ids inside the container."
        )
    owner = params["owner"]
    group = params["group"] if params["group"] is not None else owner
    return File(
        path, str(params["content"]), _mode(params["mode"], where), owner, group, bool(params.get("secret"))
    )


def _mode(raw: Any, where: str) -> int:
    if raw is None:
        return MODE
    try:
        # YAML reads 0640 as 416 already; a string is octal.
        mode = int(raw, 8) if isinstance(raw, str) else int(raw)
    except (TypeError, ValueError):
        mode = -1
    if isinstance(raw, bool) or not 0 <= mode <= 0o777:
        raise _errors.Failure(
            f"{where}mode: {raw!r} was given, and an octal mode in quotes is needed, such as '0640'."
        )
    return mode


def ids_of(file: File, userns: Iterable[str], where: str) -> tuple[int, int]:
    """Owner and group in the account's user namespace, where 0 is the account. ``userns`` are those of the containers that mount it.

    Raises Failure when these see the same owner under different ids, or in a way that only Podman knows.
    """
    if file.owner is None or file.group is None:
        return 0, 0
    found = set()
    for each in set(userns) or {"nomap"}:
        mode, _colon, _options = each.partition(":")
        if each == "nomap":
            found.add((file.owner + 1, file.group + 1))
        elif mode in ("", "host", "private"):
            found.add((file.owner, file.group))
        else:
            raise _errors.Failure(
                f"{where}owner: a container that mounts it has userns: {each}, with which nobody can say whom {file.owner} is on the host; "
                "take owner out, or declare userns: nomap there."
            )
    if len(found) > 1:
        raise _errors.Failure(
            f"{where}owner: containers with different userns mount it, and {file.owner} is not the same owner for them; take owner out, "
            "or declare two files."
        )
    return found.pop()


def refuse_beyond(file: File, ids: tuple[int, int], counts: tuple[int, int], where: str) -> None:
    """Raise Failure for an owner whom the account has no id for. ``counts`` are its subordinate uids and gids, 0 where they are not known."""
    for option, inside, found, count in zip(("owner", "group"), (file.owner, file.group), ids, counts):
        if inside is not None and 0 < count < found:
            raise _errors.Failure(
                f"{where}{option}: {inside} was given, and the ids of this account end at {count - found + inside} there; take a smaller one, or "
                "give the account more with ranges.count."
            )


def step_of(file: File, there: Look | None, ids: tuple[int, int]) -> _plan.Step | None:
    """What has to happen to a file, None when it is as declared. Of content only that it differs is told."""
    if there is None:
        shown = {
            "mode": f"{file.mode:04o}",
            **({"owner": f"{file.owner}:{file.group}"} if file.owner is not None else {}),
        }
        reasons = [_plan.Reason("content", _plan.DECLARED, None, HIDDEN)]
        return _plan.Step(
            "create",
            "file",
            file.path,
            (*reasons, *(_plan.Reason(key, _plan.DECLARED, None, value) for key, value in shown.items())),
        )
    reasons = []
    if there["type"] != "file":
        reasons.append(_plan.Reason("type", _plan.DRIFT, there["type"], "file"))
    elif there["digest"] != file.digest:
        reasons.append(_plan.Reason("content", _plan.CHANGED, HIDDEN, HIDDEN))
    if there["type"] == "file" and there["mode"] != file.mode:
        reasons.append(_plan.Reason("mode", _plan.CHANGED, f"{there['mode']:04o}", f"{file.mode:04o}"))
    if (there["uid"], there["gid"]) != ids:
        offset = 1 if file.owner is None else ids[0] - file.owner
        before = ":".join(_inside(there[key], offset) for key in ("uid", "gid"))
        after = ACCOUNT if file.owner is None else f"{file.owner}:{file.group}"
        reasons.append(
            _plan.Reason(
                "owner", _plan.CHANGED, ACCOUNT if before == f"{ACCOUNT}:{ACCOUNT}" else before, after
            )
        )
    return _plan.Step("update", "file", file.path, tuple(reasons)) if reasons else None


def _inside(found: int, offset: int) -> str:
    """An id of the account's user namespace, as a container sees it whose ids begin at ``offset`` there."""
    return ACCOUNT if found == 0 and offset else str(max(found - offset, 0))


def removal_of(path: str) -> _plan.Step:
    """The step that takes away a file that is no longer declared."""
    return _plan.Step("remove", "file", path, (_plan.Reason("files", _plan.REMOVED, path, None),))
