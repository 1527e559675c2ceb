# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unit files as data: read, printed and compared as Quadlet and systemd read them (pure).

A unit is sections of keys with values. A value stands on one line and stays there: what systemd or Quadlet would
read as the end of it is refused, never dropped. How a text becomes a value of a key that is split into words says
``_quadlet_values``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from . import _errors, _plan

# What Go takes for white space: Quadlet cuts all of it off both ends of a line.
BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
# systemd's LONG_LINE_MAX. It refuses longer lines, and the unit with them.
LINE_LIMIT = 1 << 20
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*\Z")
_COMMENTS = ("#", ";")


@dataclasses.dataclass(frozen=True)
class Section:
    """A section: its name, and its lines as pairs of key and value in their order."""

    name: str
    lines: tuple[tuple[str, str], ...] = ()

    def values(self, key: str) -> list[str]:
        """All values of one key, in their order."""
        return [value for name, value in self.lines if name == key]


@dataclasses.dataclass(frozen=True)
class Unit:
    """A unit file. No two sections have the same name."""

    sections: tuple[Section, ...] = ()

    def section(self, name: str) -> Section:
        """The section of that name; an empty one when the unit has none."""
        return next((each for each in self.sections if each.name == name), Section(name))


def render(unit: Unit) -> str:
    """The text of a unit. Raises Failure for what a unit file cannot hold."""
    names = [section.name for section in unit.sections]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _errors.Failure(f"[{twice[0]}] is there twice in one unit; put its keys into one section.")
    return "\n".join("".join(_lines(section)) for section in unit.sections)


def _lines(section: Section) -> Iterator[str]:
    if not section.name or not section.name.isprintable() or set(section.name) & set("[]"):
        raise _errors.Failure(
            f"{section.name!r} is no name of a section; use one such as Container or Service."
        )
    yield f"[{section.name}]\n"
    for key, value in section.lines:
        where = f"{key}= in [{section.name}]"
        if not _KEY.match(key):
            raise _errors.Failure(f"{key!r} in [{section.name}] is no key; use letters, digits and -.")
        _check(value, where)
        yield f"{key}={value}\n"


def _check(value: str, where: str) -> None:
    """Raise Failure for a value that would not stay one value."""
    for character in value:
        if (
            (character < " " and character != "\t")
            or "\x7f" <= character < "\xa0"
            or "\ud800" <= character < "\ue000"
        ):
            raise _errors.Failure(
                f"{where} has the character {character!a} in it, which would end the line or be lost; in a value that is split "
                "into words write it as an escape such as \\n within double quotes."
            )
    if value != value.strip(BLANKS):
        raise _errors.Failure(
            f"{where} begins or ends with a blank, which systemd cuts off; put the word into double quotes, or leave the blank out."
        )
    if value.endswith("\\"):
        raise _errors.Failure(
            f"{where} ends with a backslash, which would make the next line a part of it; leave it out."
        )
    if len(where) + len(value.encode()) >= LINE_LIMIT:
        raise _errors.Failure(
            f"{where} is longer than the 1 MiB that systemd reads in one line; bring it in by a file."
        )


def parse(text: str) -> Unit:
    """The unit that Quadlet reads from a text. Raises Failure for a line that is none of a unit file."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for name, key, pieces in _logical(text):
        lines = sections.setdefault(name, [])
        if key:
            lines.append((key, _joined(pieces)))
    return Unit(tuple(Section(name, tuple(lines)) for name, lines in sections.items()))


def _joined(pieces: list[str]) -> str:
    kept = [piece for number, piece in enumerate(pieces) if not (number and piece.startswith(_COMMENTS))]
    return "".join(piece[:-1] if piece.endswith("\\") else piece for piece in kept).strip(BLANKS)


def canonical(text: str) -> dict[str, dict[str, list[list[str]]]]:
    """What of a text has a meaning: for each section and key the values in their order.

    Comments, blank lines and the order of different keys are not in it. A value that goes on over several lines is
    kept line by line, because Podman's versions and systemd join them in different ways.
    """
    found: dict[str, dict[str, list[list[str]]]] = {}
    for name, key, pieces in _logical(text):
        keys = found.setdefault(name, {})
        if key:
            keys.setdefault(key, []).append(pieces)
    return found


def same(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but comments and the order of unrelated keys."""
    try:
        return one == other or canonical(one) == canonical(other)
    except _errors.Failure:
        return False


def _logical(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Section, key and the pieces of the value; a section itself comes as a line without a key."""
    section = ""
    lines = iter(enumerate(text.split("\n"), 1))
    for number, raw in lines:
        line = raw.strip(BLANKS)
        if not line or line.startswith(_COMMENTS):
            continue
        if line.startswith("[") and line.endswith("]") and not set(line[1:-1]) & set("[]") and line != "[]":
            section = line[1:-1]
            yield section, "", []
            continue
        key, equals, value = line.partition("=")
        key = key.rstrip(BLANKS)
        if not equals or not _KEY.match(key) or not section:
            raise _errors.Failure(
                f"line {number} is {_short(line)}, and a unit has [SECTION] first and then lines of KEY=VALUE (or # COMMENT)."
            )
        yield section, key, _pieces(value.strip(BLANKS), lines)


def _pieces(first: str, lines: Iterator[tuple[int, str]]) -> list[str]:
    """A value and the lines on which it goes on; comments between them do not end it."""
    pieces = [first]
    going_on = first.endswith("\\")
    while going_on:
        piece = next(lines, (0, ""))[1].strip(BLANKS)
        going_on = piece.endswith("\\") or piece.startswith(_COMMENTS)
        pieces.append(piece)
    return pieces


def _short(line: str) -> str:
    return repr(line if len(line) <= 60 else line[:57] + "...")


def changes(before: str | None, after: str | None) -> list[_plan.Reason]:
    """What differs between two texts, a reason for each key; for the same meaning in other words ``text``."""
    old, new = _by_key(before), _by_key(after)
    why = _plan.DECLARED if before is None else _plan.CHANGED
    reasons = [
        _plan.Reason(key, why, old.get(key), new.get(key))
        for key in [*old, *(key for key in new if key not in old)]
        if old.get(key) != new.get(key)
    ]
    if not reasons and before != after:
        reasons = [_plan.Reason("text", why, "other comments or order", "as declared")]
    return reasons


def _by_key(text: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        for section, keys in canonical(text or "").items():
            for key, values in keys.items():
                told = [_joined(pieces) for pieces in values]
                found[f"{section}.{key}"] = told[0] if len(told) == 1 else told
    except _errors.Failure:
        # What somebody else left there may be anything.
        return {"text": text}
    return found


def unit_of(sections: Mapping[str, Iterable[tuple[str, str]]]) -> Unit:
    """A unit of sections with pairs of key and value."""
    return Unit(tuple(Section(name, tuple(lines)) for name, lines in sections.items()))
