# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges: the lines of /etc/subuid and /etc/subgid, and who owns which ids (pure)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable

UID = "uid"
GID = "gid"
KINDS = (UID, GID)
# Image files are owned by ids up to 65534 (nobody): anything less and some image cannot be unpacked.
NEEDED = 65536
# Ids below belong to the host's own users, systemd's dynamic users and the 16-bit "nobody" pair.
LOWEST = 65536
# (uid_t) -1 means "leave as it is" to the kernel and can be nobody's id.
HIGHEST = 4294967294


@dataclasses.dataclass(frozen=True)
class Range:
    """``count`` ids from ``start`` on."""

    start: int
    count: int

    @property
    def end(self) -> int:
        """The first id behind the range."""
        return self.start + self.count

    def overlaps(self, other: Range) -> bool:
        """Whether an id is in both."""
        return self.start < other.end and other.start < self.end

    def public(self) -> dict[str, int]:
        """The range as it stands in a task's result."""
        return {"start": self.start, "count": self.count}

    def __str__(self) -> str:
        return f"{self.start}:{self.count}"


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of the file, kept letter by letter; ``owner`` is None for what is not a range."""

    text: str
    owner: str | None = None
    ids: Range = Range(0, 0)


Table = tuple[Line, ...]
# The owner of ranges whose account is gone and whose files are still there: UID@NAME. No account has such a name,
# so the host's tools neither give these ids away nor drop the line (userdel drops lines by name, since 4.20 by uid).
_KEPT = re.compile(r"(\d+)@(.+)")


# As strtoul(3) with base 0 reads them, because that is how shadow-utils does.
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|[0-9]+")


def _number(text: str) -> int | None:
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return int(text, 8 if text.isdigit() and text.startswith("0") else 0)
    except ValueError:  # a digit 8 or 9 in an octal number
        return None


def parse(text: str) -> Table:
    """The lines of a file in the format of subuid(5): ``name-or-uid:start:count``.

    Comments, blank lines and what cannot be read as a range are lines without an owner.
    """
    rows = text.split("\n")
    if rows[-1] == "":
        rows.pop()
    return tuple(_line(row) for row in rows)


def _line(row: str) -> Line:
    fields = row.split(":")
    if len(fields) != 3 or not fields[0] or row.startswith("#"):
        return Line(row)
    start, count = _number(fields[1]), _number(fields[2])
    if start is None or count is None or count == 0:
        return Line(row)
    return Line(row, fields[0], Range(start, count))


def keeper(uid: int, name: str) -> str:
    """The owner under which an account's ranges wait for it to come back."""
    return f"{uid}@{name}"


def kept_for(table: Table) -> list[tuple[int, str]]:
    """Uid and name of each account that is gone and has ranges waiting for it."""
    found = [_KEPT.fullmatch(line.owner) for line in table if line.owner]
    return [(int(match[1]), match[2]) for match in found if match]


def handed_over(table: Table, old: frozenset[str], new: str) -> Table:
    """The file with all lines of the owners ``old`` in the name of ``new``."""
    return tuple(
        Line(":".join([new, *line.text.split(":")[1:]]), new, line.ids) if line.owner in old else line
        for line in table
    )


def render(table: Table) -> str:
    """The text of the file: every line that was read comes back as it was."""
    return "".join(line.text + "\n" for line in table)


def written(owner: str, ids: Range) -> Line:
    """A new line for ``owner``."""
    return Line(f"{owner}:{ids.start}:{ids.count}", owner, ids)


def owned(table: Table, keys: frozenset[str]) -> tuple[Range, ...]:
    """The ranges of the account whose name and uid are ``keys``, in the order in which Podman maps them."""
    return tuple(line.ids for line in table if line.owner in keys)


def without(table: Table, keys: frozenset[str]) -> Table:
    """The file without the ranges of one account."""
    return tuple(line for line in table if line.owner not in keys)


def others(table: Table, keys: frozenset[str]) -> tuple[tuple[str, Range], ...]:
    """Everybody else's ranges, each with its owner's name as the file has it."""
    return tuple(
        (line.owner, line.ids) for line in table if line.owner is not None and line.owner not in keys
    )


def first_free(count: int, floor: int, ceiling: int, taken: Iterable[Range]) -> Range | None:
    """The lowest ``count`` ids from ``floor`` to ``ceiling`` that touch nothing in ``taken``, or None."""
    start = floor
    for used in sorted(taken, key=lambda ids: ids.start):
        if used.start >= start + count:
            break
        start = max(start, used.end)
    return Range(start, count) if start + count - 1 <= ceiling else None
