# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JMESPath expressions: judged before anything is asked, then evaluated on what was found.

The library is imported when a task has an expression; nothing else here does I/O.
"""

from __future__ import annotations

import json
from typing import Any

from . import _errors, _libraries

# Characters an expression may have: the parser goes one level deeper for each opening bracket.
LONGEST = 10000
# What an expression may make of what was found, in characters of JSON.
LIMIT = 64 * 1024 * 1024
_OPENING = {"lparen", "lbracket", "lbrace", "filter"}
_CLOSING = {"rparen", "rbracket", "rbrace"}


class Query:
    """One expression that is known to be well formed."""

    def __init__(self, text: str) -> None:
        """Raise Failure, which names the position, for what is no expression."""
        self.text = text
        self._library = _libraries.jmespath()
        if not text.strip() or len(text) > LONGEST:
            raise _errors.Failure(
                f"query: {len(text)} characters were given, and an expression of 1 to {LONGEST} is needed."
            )
        try:
            self._compiled = self._library.compile(text)
        except self._library.exceptions.JMESPathError as error:
            raise _wrong(text, *_position_and_reason(text, error)) from None
        except RecursionError:
            raise _wrong(text, 0, "it is nested too deeply") from None
        except Exception as error:  # noqa: BLE001  the library stumbles over some literals
            raise _wrong(text, 0, f"it cannot be read, {type(error).__name__}") from None
        self._check_calls()

    def search(self, data: Any) -> Any:
        """What the expression makes of ``data``: JSON. Raises Failure when they do not fit together."""
        try:
            found = self._compiled.search(data)
        except Exception as error:  # noqa: BLE001  the library's functions raise what Python raises on odd values
            reason = " ".join(str(error).split())[:300] or type(error).__name__
            raise _errors.Failure(f"query: the expression does not fit what was found ({reason}).") from None
        try:
            size = sum(map(len, json.JSONEncoder(allow_nan=False).iterencode(found)))
        except (TypeError, ValueError, RecursionError):
            raise _errors.Failure(
                "query: what the expression makes is no data; an expression reference (&) only stands in a function's arguments."
            ) from None
        if size > LIMIT:
            raise _errors.Failure("query: what the expression makes is too large; let it choose less.")
        return found

    def _check_calls(self) -> None:
        """Refuse functions that do not exist, and wrong numbers of arguments: the library would notice only later."""
        known = self._library.functions.Functions.FUNCTION_TABLE
        tokens = list(self._library.lexer.Lexer().tokenize(self.text))
        for index, (token, after) in enumerate(zip(tokens, tokens[1:])):
            if token["type"] != "unquoted_identifier" or after["type"] != "lparen":
                continue
            name, position = str(token["value"]), int(token["start"])
            if name not in known:
                raise _wrong(self.text, position, f"there is no function {name}()")
            given, signature = _arguments(tokens[index + 2 :]), known[name]["signature"]
            variadic = bool(signature) and bool(signature[-1].get("variadic"))
            if given < len(signature) or (given > len(signature) and not variadic):
                needed = f"{len(signature)}{' or more' if variadic else ''}"
                raise _wrong(self.text, position, f"{name}() takes {needed} arguments, not {given}")


def _wrong(text: str, position: int, reason: str) -> _errors.Failure:
    there = text[position : position + 20]
    place = f"character {position + 1} (at {there!r})" if there else f"character {position + 1} (at the end)"
    return _errors.Failure(
        f"query: no JMESPath expression, wrong at {place}: {reason}; see https://jmespath.org."
    )


def _position_and_reason(text: str, error: Any) -> tuple[int, str]:
    """Where the library stumbled, counted from 0, and why."""
    position = getattr(error, "lex_position", None)
    token = str(getattr(error, "token_value", None) or "")
    if getattr(error, "token_type", None) is None or str(error.token_type) == "EOF":
        return len(text), "something is missing"
    reason = str(getattr(error, "message", "") or getattr(error, "msg", "")) or f"unexpected {token}"
    return (int(position) if isinstance(position, int) else 0), " ".join(reason.split())[:200].rstrip(".")


def _arguments(tokens: list[dict[str, Any]]) -> int:
    """How many arguments a call has, from the tokens behind its opening parenthesis."""
    if not tokens or tokens[0]["type"] == "rparen":
        return 0
    depth, given = 1, 1
    for token in tokens:
        depth += (token["type"] in _OPENING) - (token["type"] in _CLOSING)
        if depth == 0:
            break
        given += depth == 1 and token["type"] == "comma"
    return given
