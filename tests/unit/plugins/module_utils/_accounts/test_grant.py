# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grants: whatever the files look like, nobody's ids are touched and no two accounts share one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._accounts.grant import (
    Need,
    Room,
    grant,
    withdraw,
)
from ansible_collections.rootless.podman.plugins.module_utils._accounts.ranges import (
    GID,
    KINDS,
    UID,
    Range,
    others,
    owned,
    parse,
    render,
)
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

KEYS = frozenset(["alice", "1001"])
ROOM = Room(100_000, 600_100_000)
ROOMS = {UID: ROOM, GID: ROOM}
SIMPLE = {UID: Need(), GID: Need()}


def settled(uid: str, gid: str, needs: dict | None = None, rooms: dict | None = None, **more: bool) -> tuple:
    """The texts afterwards and the actions."""
    tables = {UID: parse(uid), GID: parse(gid)}
    after, changes = grant(tables, KEYS, "alice", needs or SIMPLE, rooms or ROOMS, **more)
    return render(after[UID]), render(after[GID]), [(change.kind, change.action) for change in changes]


def starts(text: str) -> list:
    return [ids.start for ids in owned(parse(text), KEYS)]


PLACES = st.integers(0, 8).map(lambda slot: 100_000 + slot * 40_000)
FILES = st.lists(
    st.builds(
        "{}:{}:{}\n".format, st.sampled_from(["alice", "1001", "bob", "#"]), PLACES, st.integers(1, 70_000)
    ),
    max_size=5,
).map("".join)
NEEDS = st.builds(Need, st.integers(65_536, 140_000), st.none() | PLACES)


@given(FILES, FILES, NEEDS, NEEDS, st.booleans())
def test_grants_keep_everybody_apart(uid: str, gid: str, uids: Need, gids: Need, force: bool) -> None:
    needs = {UID: uids, GID: gids}
    tables = {UID: parse(uid), GID: parse(gid)}
    try:
        after, changes = grant(tables, KEYS, "alice", needs, ROOMS, force=force)
    except Failure:
        assert not force or uids.start is not None or gids.start is not None
        return
    for kind in KINDS:
        mine = owned(after[kind], KEYS)
        theirs = others(after[kind], KEYS)
        assert theirs == others(tables[kind], KEYS), "nobody else's line changes"
        assert not any(ids.overlaps(used) for ids in mine for _other, used in theirs)
        assert not any(one.overlaps(two) for one in mine for two in mine if one is not two)
        assert sum(ids.count for ids in mine) >= needs[kind].count
        if needs[kind].start is not None:
            assert needs[kind].start in [ids.start for ids in mine]
        change = next((change for change in changes if change.kind == kind), None)
        assert (change.after if change else owned(tables[kind], KEYS)) == mine
        if change and change.action == "grow":
            before = change.before
            assert mine[: len(before) - 1] == before[:-1]
            assert mine[len(before) - 1].start == before[-1].start
    again, more = grant(after, KEYS, "alice", needs, ROOMS, force=force)
    assert (again, more) == (after, []), "a second run changes nothing"


@given(FILES, FILES)
def test_what_is_withdrawn_is_the_accounts(uid: str, gid: str) -> None:
    tables = {UID: parse(uid), GID: parse(gid)}
    after, changes = withdraw(tables, KEYS, "alice")
    for kind in KINDS:
        assert owned(after[kind], KEYS) == ()
        assert others(after[kind], KEYS) == others(tables[kind], KEYS)
    assert all(change.orphans for change in changes)


def test_both_files_get_the_same_start() -> None:
    uid, gid, actions = settled("bob:100000:65536\n", "carol:165536:65536\n")
    assert starts(uid) == starts(gid) == [231072]
    assert actions == [(UID, "add"), (GID, "add")]


def test_the_missing_file_follows_the_other() -> None:
    uid, gid, actions = settled("alice:500000:65536\n", "")
    assert starts(uid) == starts(gid) == [500000]
    assert actions == [(GID, "add")]


def test_more_ids_come_behind_the_last_line() -> None:
    uid, _other, actions = settled(
        "alice:100000:65536\n", "alice:100000:65536\n", {UID: Need(70_000), GID: Need()}
    )
    assert uid == "alice:100000:65536\nalice:165536:4464\n"
    assert actions == [(UID, "grow")]


def test_an_explicit_start_grows_in_place_only_at_the_end() -> None:
    need = {UID: Need(70_000, 100_000), GID: Need()}
    gid = "alice:100000:65536\n"
    assert settled("alice:100000:65536\n", gid, need)[2] == [(UID, "grow")]
    assert settled("alice:100000:65536\nalice:300000:10\n", gid, need)[2] == [(UID, "move")]


def test_a_range_of_somebody_else_is_named() -> None:
    with pytest.raises(Failure, match="overlaps with 100000:65536 of bob"):
        settled("bob:100000:65536\n", "", {UID: Need(65_536, 165_535), GID: Need()})


def test_overlapping_ranges_move_only_by_force() -> None:
    files = ("alice:100000:65536\nbob:100001:10\n", "")
    with pytest.raises(Failure, match="force=true"):
        settled(*files)
    uid, _other, actions = settled(*files, force=True)
    assert starts(uid) == [100011]
    assert actions[0] == (UID, "move")


def test_own_ranges_that_overlap_cannot_be_mapped() -> None:
    with pytest.raises(Failure, match="overlaps with 100100:65536 of alice itself"):
        settled("alice:100000:65536\n1001:100100:65536\n", "")


def test_reserved_and_blocked_ids_are_kept_clear_of() -> None:
    def slice_of(ids: Range) -> Range | None:
        return Range(200_000, 200_000) if ids.overlaps(Range(250_000, 1)) else None

    room = Room(100_000, 900_000, (("the account x", Range(100_500, 1)),), slice_of)
    uid, gid, _other = settled("", "", rooms={UID: room, GID: ROOM})
    assert starts(uid) == starts(gid) == [100_501]
    uid, _other, _more = settled("", "", {UID: Need(150_000), GID: Need()}, {UID: room, GID: room})
    assert starts(uid) == [400_000]


def test_a_full_host_says_so() -> None:
    with pytest.raises(Failure, match="no 65536 free uids"):
        settled("bob:100000:65536\n", "", rooms={UID: Room(100_000, 200_000), GID: ROOM})
