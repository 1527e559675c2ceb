# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets which ids: what a task needs, what an account has, and where the next ids fit (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from .. import _errors
from . import ranges

# Rounds of choose-and-ask before a host counts as full of other ids.
_ROUNDS = 200


@dataclasses.dataclass(frozen=True)
class Need:
    """What a task wants of one kind: at least ``count`` ids, at ``start`` if that is given.

    ``count_at`` and ``start_at`` are the options that say so, as a sentence about them has to name them.
    """

    count: int = ranges.NEEDED
    start: int | None = None
    count_at: str = dataclasses.field(default="count", compare=False)
    start_at: str = dataclasses.field(default="start", compare=False)


@dataclasses.dataclass(frozen=True)
class Change:
    """What happens to one account's ranges of one kind.

    ``action`` is add, grow (the map inside containers stays and gets longer), move or remove (files
    in storage lose their owners).
    """

    kind: str
    name: str
    action: str
    before: tuple[ranges.Range, ...]
    after: tuple[ranges.Range, ...]

    @property
    def orphans(self) -> bool:
        """Whether files that containers wrote would belong to nobody, or to somebody else, afterwards."""
        return self.action in ("move", "remove")


@dataclasses.dataclass(frozen=True)
class Room:
    """Where ranges of one kind may lie: from ``floor`` up to and with ``ceiling``, outside ``reserved``.

    ``blocked`` is asked last, for one candidate, and returns ids to keep away from: what can only be
    learnt by asking, such as the users of a directory service.
    """

    floor: int
    ceiling: int
    reserved: tuple[tuple[str, ranges.Range], ...] = ()
    blocked: Callable[[ranges.Range], ranges.Range | None] = lambda _wanted: None


def withdraw(
    tables: Mapping[str, ranges.Table], keys: frozenset[str], name: str
) -> tuple[dict[str, ranges.Table], list[Change]]:
    """Both files without the account's ranges, and what that changed."""
    changes = [
        Change(kind, name, "remove", ranges.owned(tables[kind], keys), ())
        for kind in ranges.KINDS
        if ranges.owned(tables[kind], keys)
    ]
    return {kind: ranges.without(tables[kind], keys) for kind in ranges.KINDS}, changes


def grant(
    tables: Mapping[str, ranges.Table],
    keys: frozenset[str],
    name: str,
    needs: Mapping[str, Need],
    rooms: Mapping[str, Room],
    *,
    force: bool = False,
) -> tuple[dict[str, ranges.Table], list[Change]]:
    """Both files with what the account needs, and what that changed.

    An account that has enough keeps what it has. One that has too little gets a further line behind its
    others, so that every id which its containers already see stays the same. Only an explicit start that it
    does not have moves its range; with ``force`` so does a range that is somebody else's as well.
    """
    after = dict(tables)
    before = {kind: ranges.owned(tables[kind], keys) for kind in needs}
    kept = dict(before)
    missing: dict[str, int] = {}
    for kind, need in needs.items():
        twin = [(f"{name} itself", ids) for ids in before[kind]]
        clash = _clash(before[kind], ranges.others(tables[kind], keys)) or _clash_inside(twin)
        if clash is not None:
            if not force:
                raise _errors.Failure(
                    f"{kind}: the range {clash[0]} of account {name} overlaps with {clash[1]}, so files and "
                    "processes "
                    f"could be taken for another's; have it moved with rootless.podman.subid: name={name} "
                    "force=true"
                )
            kept[kind] = ()
        if need.start is None:
            missing[kind] = need.count - sum(ids.count for ids in kept[kind])
        else:
            kept[kind] = _placed(kind, name, kept[kind], need, ranges.others(tables[kind], keys), rooms[kind])
    missing = {kind: count for kind, count in missing.items() if count > 0}
    options = {kind: need.count_at for kind, need in needs.items()}
    added = _choose(missing, options, kept, tables, keys, rooms)
    changes = []
    for kind in needs:
        final = kept[kind] + ((added[kind],) if kind in added else ())
        if final == before[kind]:
            continue
        after[kind] = _rewritten(tables[kind], keys, name, final)
        changes.append(Change(kind, name, _action(before[kind], final), before[kind], final))
    return after, changes


def _clash(
    mine: Sequence[ranges.Range], theirs: Sequence[tuple[str, ranges.Range]]
) -> tuple[ranges.Range, str] | None:
    """The first of ``mine`` that overlaps, and a description of what with."""
    for ids in mine:
        for owner, used in theirs:
            if ids.overlaps(used):
                return ids, f"{used} of {owner}"
    return None


def _clash_inside(mine: Sequence[tuple[str, ranges.Range]]) -> tuple[ranges.Range, str] | None:
    """The first of an account's own ranges that overlaps with a later one: the kernel takes no such map."""
    for position, (_other, ids) in enumerate(mine):
        clash = _clash([ids], mine[position + 1 :])
        if clash is not None:
            return clash
    return None


def _placed(
    kind: str,
    name: str,
    mine: tuple[ranges.Range, ...],
    need: Need,
    theirs: tuple[tuple[str, ranges.Range], ...],
    room: Room,
) -> tuple[ranges.Range, ...]:
    """The account's ranges when the task names the start; Failure where they cannot lie there."""
    wanted = ranges.Range(need.start or 0, need.count)
    for ids in mine:
        if ids.start == wanted.start and ids.count >= need.count:
            return mine
    if wanted.start < ranges.LOWEST or wanted.end - 1 > ranges.HIGHEST:
        raise _errors.Failure(
            f"{need.start_at}: {wanted.start} with count {wanted.count} does not lie between {ranges.LOWEST} and {ranges.HIGHEST}, "
            "where subordinate "
            f"{kind}s may be; leave start out to have a free range chosen"
        )
    clash = _clash([wanted], theirs + room.reserved)
    if clash is None:
        found = room.blocked(wanted)
        clash = (wanted, f"{found} of the host's user database") if found else None
    if clash is not None:
        raise _errors.Failure(
            f"{need.start_at}: the {kind} range {wanted} for account {name} overlaps with {clash[1]}; "
            "name another start, or leave start out to have a free range chosen"
        )
    grown = (*mine[:-1], wanted)
    # Only the last line may get longer: ids of the lines behind would shift inside every container.
    whole = _clash_inside([(name, ids) for ids in grown]) is None
    return grown if mine and mine[-1].start == wanted.start and whole else (wanted,)


def _choose(
    missing: Mapping[str, int],
    options: Mapping[str, str],
    kept: Mapping[str, tuple[ranges.Range, ...]],
    tables: Mapping[str, ranges.Table],
    keys: frozenset[str],
    rooms: Mapping[str, Room],
) -> dict[str, ranges.Range]:
    """A free place for each kind that lacks ids, the same start for both where one is free."""
    taken = {
        kind: [ids for _other, ids in ranges.others(tables[kind], keys) + rooms[kind].reserved]
        + list(kept.get(kind, ()))
        for kind in ranges.KINDS
        if kind in rooms
    }
    if len(missing) == 2 and not any(kept.get(kind) for kind in missing):
        both = [ids for kind in missing for ids in taken[kind]]
        for _other in range(_ROUNDS):
            found = ranges.first_free(
                max(missing.values()),
                max(rooms[kind].floor for kind in missing),
                min(rooms[kind].ceiling for kind in missing),
                both,
            )
            if found is None:
                break
            met = [ids for ids in (rooms[kind].blocked(found) for kind in missing) if ids is not None]
            if not met:
                return {kind: ranges.Range(found.start, count) for kind, count in missing.items()}
            both.extend(met)
    chosen: dict[str, ranges.Range] = {}
    for kind, count in missing.items():
        twin = [*kept.get(ranges.GID if kind == ranges.UID else ranges.UID, ()), *chosen.values()]
        wishes = [ids.end for ids in kept.get(kind, ())[-1:]] + [ids.start for ids in twin[:1]]
        chosen[kind] = _single(kind, count, options[kind], wishes, taken[kind], rooms[kind])
    return chosen


def _single(
    kind: str, count: int, option: str, wishes: Sequence[int], taken: list[ranges.Range], room: Room
) -> ranges.Range:
    """A free place for one kind, at one of the ``wishes`` if that is free."""
    for start in wishes:
        wish = ranges.Range(start, count)
        fits = room.floor <= start and wish.end - 1 <= room.ceiling
        if fits and not any(wish.overlaps(ids) for ids in taken) and room.blocked(wish) is None:
            return wish
    for _other in range(_ROUNDS):
        found = ranges.first_free(count, room.floor, room.ceiling, taken)
        if found is None:
            break
        met = room.blocked(found)
        if met is None:
            return found
        taken.append(met)
    raise _errors.Failure(
        f"{option}: no {count} free {kind}s in a row between {room.floor} and {room.ceiling} on this host; "
        "release ranges of accounts that "
        f"are gone (rootless.podman.subid: state=absent), or raise SUB_{kind.upper()}_MAX in /etc/login.defs"
    )


def _action(before: tuple[ranges.Range, ...], final: tuple[ranges.Range, ...]) -> str:
    """What it means for containers that go from ``before`` to ``final``."""
    if not before:
        return "add"
    last = len(before) - 1
    same = final[:last] == before[:last] and len(final) > last and final[last].start == before[last].start
    return "grow" if same and final[last].count >= before[last].count else "move"


def _rewritten(
    table: ranges.Table, keys: frozenset[str], name: str, final: tuple[ranges.Range, ...]
) -> ranges.Table:
    """The file with the account's lines replaced: those that stay keep their place and their text."""
    lines: list[ranges.Line] = []
    left = list(final)
    for line in table:
        if line.owner not in keys:
            lines.append(line)
        elif left and line.ids.start == left[0].start:
            ids = left.pop(0)
            lines.append(line if line.ids == ids else ranges.written(line.owner or name, ids))
    return tuple(lines) + tuple(ranges.written(name, ids) for ids in left)
