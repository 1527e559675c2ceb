# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Subordinate id ranges as the checklist looks at them: read, owned by whom, overlapping what (pure)."""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Iterable

from .._accounts import ranges as _ranges


@dataclasses.dataclass(frozen=True)
class Range(_ranges.Range):
    """One line of /etc/subuid or /etc/subgid."""

    owner: str


def parse(text: str, names: dict[int, str]) -> list[Range]:
    """The ranges in ``text`` (subuid(5)); what is no range is passed over, as shadow does.

    An owner given as a number is named by ``names``, so that one account has one owner.
    """
    return [
        Range(line.ids.start, line.ids.count, _named(line.owner, names))
        for line in _ranges.parse(text)
        if line.owner is not None
    ]


def _named(owner: str, names: dict[int, str]) -> str:
    return names.get(int(owner), owner) if owner.isdecimal() and len(owner) <= 10 else owner


def parse_getsubids(text: str, owner: str) -> list[Range]:
    """The ranges that ``getsubids`` prints, one line each: ``0: alice 100000 65536``."""
    ranges = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) == 4 and fields[2].isdigit() and fields[3].isdigit():
            ranges.append(Range(int(fields[2]), int(fields[3]), owner))
    return ranges


def overlaps(ranges: Iterable[Range]) -> list[tuple[Range, Range]]:
    """Pairs of ranges of different owners that share an id."""
    pairs = []
    open_ranges: list[Range] = []
    for current in sorted(ranges, key=lambda each: each.start):
        open_ranges = [each for each in open_ranges if each.end > current.start]
        pairs += [(each, current) for each in open_ranges if each.owner != current.owner]
        open_ranges.append(current)
    return pairs


def taken(ranges: Iterable[Range], ids: dict[int, str]) -> list[tuple[Range, int, str]]:
    """Ranges that hold the id of a local account or group: the range, that id and its name."""
    ordered = sorted(ids)
    hits = []
    for each in ranges:
        for number in ordered[
            bisect.bisect_left(ordered, each.start) : bisect.bisect_left(ordered, each.end)
        ]:
            hits.append((each, number, ids[number]))
    return hits
