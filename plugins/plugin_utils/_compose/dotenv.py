# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of variables, such as .env and those of ``env_file`` (pure).

One NAME=VALUE a line. Single quotes keep a value as it is, double quotes know escapes, and both may go over several lines.
Without quotes a value ends with the line, or before a blank and a ``#`` behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .interpolation import interpolated
from .places import MistakeError

_NAME = re.compile(r"(?:export[ \t]+)?([A-Za-z0-9_][A-Za-z0-9_.-]*)[ \t]*(?:([=:])[ \t]*)?")
_REST = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|$)")
NEEDED = ("NAME=VALUE is needed", "begin a comment with #")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'"}


def parsed(text: str, variables: Mapping[str, str], unset: Callable[[str], None]) -> dict[str, str | None]:
    """Names with values, None where a line has the name alone. Values may use ``variables`` and what stands above them.

    Raises MistakeError with the line and what is wrong in it, and what to write instead.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found: dict[str, str | None] = {}
    position = 0
    while position < len(text):
        blank = re.compile(r"\s*(?:#[^\n]*)?(?:\n|$)").match(text, position)
        if blank and blank.end() > position:
            position = blank.end()
            continue
        position += len(text[position:]) - len(text[position:].lstrip())
        line = text.count("\n", 0, position) + 1
        name = _NAME.match(text, position)
        if not name:
            raise _mistake(line, *NEEDED)
        if not name.group(2):
            rest = _REST.match(text, name.end())
            if not rest:
                raise _mistake(line, *NEEDED)
            found[name.group(1)], position = None, rest.end()
            continue
        known = {**{key: each for key, each in found.items() if each is not None}, **variables}
        try:
            found[name.group(1)], position = _value(text, name.end(), known, unset)
        except MistakeError as error:
            raise _mistake(line, error.why, error.instead) from None
    return found


def _mistake(line: int, why: str, instead: str) -> MistakeError:
    return MistakeError(f"in line {line} {why}", instead)


def _value(
    text: str, position: int, known: Mapping[str, str], unset: Callable[[str], None]
) -> tuple[str, int]:
    """A value and where the next line begins."""
    quote = text[position : position + 1]
    if quote in ("'", '"') and quote:
        end = position + 1
        while end < len(text) and text[end] != quote:
            end += 2 if text[end] == "\\" else 1
        if end >= len(text):
            raise MistakeError(f"the {quote} at the beginning of the value has no other at its end", "add it")
        inside = text[position + 1 : end]
        rest = _REST.match(text, end + 1)
        if not rest:
            raise MistakeError(f"something stands behind the closing {quote}", "take it out")
        if quote == "'":
            return inside.replace("\\'", "'"), rest.end()
        return interpolated(_unescaped(inside), known, unset), rest.end()
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    plain = re.split(r"[ \t]#", text[position:end].strip(), maxsplit=1)[0].strip()
    return interpolated(plain, known, unset), end + 1


def _unescaped(text: str) -> str:
    # \$ is a plain $, which interpolation writes $$.
    return re.sub(
        r"\\(.)",
        lambda found: "$$" if found.group(1) == "$" else _ESCAPES.get(found.group(1), found.group(0)),
        text,
        flags=re.DOTALL,
    )


def raw(text: str) -> dict[str, str | None]:
    """As ``format: raw`` has it: what stands behind the = is the value, with quotes and dollars. Raises MistakeError."""
    found: dict[str, str | None] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.lstrip().partition("=")
        if not name.strip() or any(each.isspace() for each in name.strip()):
            raise _mistake(number, *NEEDED)
        found[name.strip()] = value if equals else None
    return found
