# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges: files come back letter by letter, free places are free."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._accounts.ranges import (
    Range,
    first_free,
    handed_over,
    keeper,
    kept_for,
    others,
    owned,
    parse,
    render,
    without,
)

RANGES = st.builds(Range, st.integers(0, 10_000), st.integers(1, 500))
OWNERS = st.sampled_from(["alice", "bob", "1001", "carol-2"])
LINES = st.one_of(
    st.builds("{}:{}:{}".format, OWNERS, st.integers(0, 10_000), st.integers(0, 500)),
    st.text(st.characters(exclude_characters="\n"), max_size=20),
    st.sampled_from(["", "# comment", "#alice:1:2", "alice:1", "alice:x:2", "alice:1:2:3", ":1:2"]),
)


@given(st.lists(LINES))
def test_every_text_comes_back(lines: list) -> None:
    text = "".join(line + "\n" for line in lines)
    assert render(parse(text)) == text


def test_a_missing_line_break_at_the_end_is_added() -> None:
    assert render(parse("alice:1:2")) == "alice:1:2\n"
    assert render(parse("")) == ""


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("alice:100000:65536", Range(100000, 65536)),
        ("alice:0x186a0:0x10000", Range(100000, 65536)),
        ("alice:010:1", Range(8, 1)),
        ("alice:09:1", None),
        ("alice:-1:5", None),
        ("alice:1:0", None),
        ("alice:1", None),
        ("alice:1:2\r", None),
        ("#alice:1:2", None),
        (":1:2", None),
    ],
)
def test_lines_are_read_as_shadow_reads_them(line: str, ids: Range | None) -> None:
    (read,) = parse(line)
    assert (read.ids if read.owner else None) == ids


def test_a_name_and_its_uid_are_one_owner() -> None:
    table = parse("alice:100:10\nbob:200:10\n1001:300:10\nalice:400:10\n")
    keys = frozenset(["alice", "1001"])
    assert owned(table, keys) == (Range(100, 10), Range(300, 10), Range(400, 10))
    assert others(table, keys) == (("bob", Range(200, 10)),)
    assert render(without(table, keys)) == "bob:200:10\n"


def test_ranges_wait_under_an_owner_that_is_nobodys_name() -> None:
    table = parse("alice:100:10\nbob:200:10\n1001:300:10\n")
    aside = handed_over(table, frozenset(["alice", "1001"]), keeper(1001, "alice"))
    assert render(aside) == "1001@alice:100:10\nbob:200:10\n1001@alice:300:10\n"
    assert kept_for(aside) == [(1001, "alice"), (1001, "alice")]
    assert kept_for(table) == []


@given(st.lists(RANGES), st.integers(1, 600), st.integers(0, 5000), st.integers(0, 12_000))
def test_the_first_free_place_is_free_and_the_first(
    taken: list, count: int, floor: int, ceiling: int
) -> None:
    found = first_free(count, floor, ceiling, taken)

    def fits(start: int) -> bool:
        ids = Range(start, count)
        return start >= floor and ids.end - 1 <= ceiling and not any(ids.overlaps(used) for used in taken)

    starts = sorted({floor, *(used.end for used in taken)})
    assert (found.start if found else None) == next(filter(fits, starts), None)


@given(RANGES, RANGES)
def test_overlap_is_a_common_id(one: Range, two: Range) -> None:
    common = set(range(one.start, one.end)) & set(range(two.start, two.end))
    assert one.overlaps(two) == two.overlaps(one) == bool(common)
