# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking for what shadows a unit, as the account whose files they are (I/O, read only)."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import _account, _generated, _generator, _shadows, _unit_folder

# An account may make its folders as deep and as full as it likes.
MOST_FOLDERS = 2000
TEXT_LIMIT = 1 << 20


def of_roots_units(account: _account.Account) -> dict[str, list[_shadows.Shadow]]:
    """For each unit that root put there for the account, what the account put before it."""
    tree = _unit_folder.roots_tree(account)
    if not tree or not _generator.is_there():
        return {}
    alone = _generator.of_tree(account, tree, _unit_folder.roots_folder(account))
    found = of_units(account, alone.services, own=False)
    effective = _generator.of_account(account)
    return {file: named or differs(file, alone, effective) for file, named in found.items()}


def of_units(
    account: _account.Account, services: Mapping[str, str], own: bool
) -> dict[str, list[_shadows.Shadow]]:
    """For each unit with its service, what of the account's files stands before it."""
    wanted = {
        file: [
            dataclasses.asdict(place)
            for place in _shadows.places(file, service, account.home, account.runtime_dir, own)
        ]
        for file, service in services.items()
    }
    told = _account.call_as(account, _look_for_all, wanted)
    return {
        file: [_shadows.Shadow(each["way"], each["path"], each["effect"]) for each in found]
        for file, found in told.items()
    }


def _look_for_all(wanted: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, Any]]]:
    return {file: _look(places_of_one) for file, places_of_one in wanted.items()}


def differs(file: str, alone: _generated.Generated, effective: _generated.Generated) -> list[_shadows.Shadow]:
    """Whether the account's own units change what becomes of this one, in whatever way."""
    mine, theirs = alone.texts.get(file), effective.texts.get(file)
    if mine is None or (theirs is not None and _generated.same(mine, theirs)):
        return []
    effect = (
        "is not made"
        if theirs is None
        else "is made otherwise because of other units or drop-ins of the account"
    )
    return [_shadows.Shadow("generated", alone.services[file], effect)]


def _look(wanted: list[dict[str, str]]) -> list[dict[str, Any]]:
    found = []
    for each in wanted:
        place = _shadows.Place(**each)
        for path in _paths(place):
            if place.way == "environment" and not _shadows.leads_elsewhere(_text(path)):
                continue
            found.append(_shadows.Shadow(place.way, path, _effect(place, path)).public())
    return found


def _paths(place: _shadows.Place) -> Iterator[str]:
    if place.look == _shadows.ANYWHERE:
        for folder, names in _folders(place.path):
            if place.name in names:
                yield os.path.join(folder, place.name)
    elif place.look == _shadows.CONF:
        with contextlib.suppress(OSError):
            yield from (
                os.path.join(place.path, name)
                for name in sorted(os.listdir(place.path))
                if name.endswith(".conf")
            )
    elif os.path.lexists(place.path):
        yield place.path


def _folders(top: str) -> Iterator[tuple[str, Iterable[str]]]:
    # Quadlet follows links to folders, so a loop of them is possible.
    seen: set[str] = set()
    for folder, folders, names in os.walk(top, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen or len(seen) >= MOST_FOLDERS:
            folders[:] = []
            continue
        seen.add(real)
        yield folder, names


def _effect(place: _shadows.Place, path: str) -> str:
    masks = place.way == "service" and os.path.islink(path) and os.path.realpath(path) == os.devnull
    return "masks it" if masks else place.effect


def _text(path: str) -> str:
    with contextlib.suppress(OSError), open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return file.read(TEXT_LIMIT).decode("utf-8", "replace")
    return ""
