# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ignore files of build contexts (.containerignore, .dockerignore): which names they leave out (pure)."""

from __future__ import annotations

import posixpath
import re

from . import _errors

# What one token of a pattern matches; a class, an escaped character and any other one are looked at further.
_TOKEN = re.compile(r"\*\*/?|\*|\?|\[(?:(\^)|(?!\^))((?:\\.|[^\]\\])+)\]|\\(.)|(.)", re.DOTALL)
_STARS = {"*": "[^/]*", "?": "[^/]", "**": "(?:.*/)?", "**/": "(?:.*/)?"}


class Ignore:
    """One ignore file. A later pattern outweighs an earlier one; what is in a folder shares its fate.

    A pattern means a path from the context's root: ``*.log`` is no log in a folder, ``**/*.log`` is. Otherwise it is
    as Go's filepath.Match has it, because Podman and Docker are written in Go.
    """

    def __init__(self, text: str = "", source: str = "") -> None:
        self._rules: list[tuple[re.Pattern[str], bool]] = []
        for line in text.removeprefix("\ufeff").split("\n"):
            if not line.startswith("#") and line.strip():
                self._add(line.strip(), source)

    @property
    def exceptions(self) -> bool:
        """Whether something in a folder that is left out may be taken in all the same."""
        return not all(left_out for _pattern, left_out in self._rules)

    def leaves_out(self, name: str) -> bool:
        """Whether a path of the context, relative to its root, is left out."""
        parts = name.split("/")
        above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        answer = False
        for pattern, left_out in self._rules:
            if answer is not left_out and any(map(pattern.fullmatch, above)):
                answer = left_out
        return answer

    def _add(self, line: str, source: str) -> None:
        left_out = not line.startswith("!")
        wanted = line if left_out else line[1:].strip()
        path = posixpath.normpath("/" + wanted.lstrip("/"))[1:]
        if wanted and path:
            self._rules.append((_pattern(path, line, source), left_out))
        elif not left_out:
            raise _unreadable(line, source)


def _pattern(path: str, line: str, source: str) -> re.Pattern[str]:
    """The regular expression for a pattern."""
    translated = ""
    position = 0
    while position < len(path):
        token = _TOKEN.match(path, position)
        if token is None or token[4] in ("[", "\\"):
            raise _unreadable(line, source)
        position = token.end()
        if token[2]:
            translated += f"(?!/)[{token[1] or ''}{_members(token[2])}]"
        elif token[3] or token[4]:
            translated += re.escape(token[3] or token[4])
        else:
            translated += ".*" if token[0].startswith("**") and position == len(path) else _STARS[token[0]]
    try:
        return re.compile(translated, re.DOTALL)
    except re.error:  # a range that runs backwards
        raise _unreadable(line, source) from None


def _members(text: str) -> str:
    """The inside of a class: escaped characters mean themselves, and so do all but the ``-`` of a range."""
    return "".join(
        "-" if each == "-" else re.escape(each[-1]) for each in re.findall(r"\\.|.", text, re.DOTALL)
    )


def _unreadable(line: str, source: str) -> _errors.Failure:
    return _errors.Failure(
        f"build: the line {line!r} of {source} in the context is no pattern; close its [ with ], put no \\ at its end and "
        "no ! on its own, or take it out."
    )
