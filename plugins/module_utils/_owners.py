# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who owns a file in a running container, which Podman's API tells nobody (reads only).

The kernel lets an account look through its container's process, because it owns the user namespace. Every step is taken
without following links, so that none leads out of the container.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator

from . import _tree

LINK_LIMIT = 40


def owners(pid: int, paths: Iterable[str]) -> dict[str, _tree.Owner]:
    """The owner of each of these absolute paths as the container sees it; None where it cannot be told."""
    try:
        maps = [_map(f"/proc/{pid}/{each}_map") for each in ("uid", "gid")]
        root = os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY)
    except OSError:
        return dict.fromkeys(paths)
    try:
        return {path: _owner(root, path, maps) for path in paths}
    finally:
        os.close(root)


def _owner(root: int, path: str, maps: list[list[tuple[int, int, int]]]) -> _tree.Owner:
    try:
        there = _look(root, path)
    except OSError:
        return None
    uid, gid = _inside(maps[0], there.st_uid), _inside(maps[1], there.st_gid)
    return None if uid is None or gid is None else (uid, gid)


def _look(root: int, path: str) -> os.stat_result:
    """What lstat shows in the container: links on the way are resolved as the container would, against its own root."""
    left = [part for part in path.split("/") if part not in ("", ".")]
    way: list[str] = []
    links = 0
    while len(left) > 0:
        part = left.pop(0)
        if part == "..":
            way = way[:-1]
            continue
        with _folder(root, way) as folder:
            there = os.stat(part, dir_fd=folder, follow_symlinks=False)
            if not left:
                return there
            if not stat.S_ISLNK(there.st_mode):
                way.append(part)
                continue
            target = os.readlink(part, dir_fd=folder)
        links += 1
        if links > LINK_LIMIT:
            raise OSError("too many links")
        left = [each for each in target.split("/") if each not in ("", ".")] + left
        way = [] if target.startswith("/") else way
    return os.stat(root)


@contextlib.contextmanager
def _folder(root: int, way: list[str]) -> Iterator[int]:
    """The folder at the end of a way that holds no links."""
    folder = os.dup(root)
    try:
        for part in way:
            below = os.open(part, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        yield folder
    finally:
        os.close(folder)


def _map(path: str) -> list[tuple[int, int, int]]:
    """The lines of a uid_map: first id inside, first id outside, how many."""
    with open(path, encoding="ascii") as file:
        return [tuple(map(int, line.split())) for line in file]  # type: ignore[misc]


def _inside(lines: list[tuple[int, int, int]], outside: int) -> int | None:
    for first, there, count in lines:
        if there <= outside < there + count:
            return first + outside - there
    return None
