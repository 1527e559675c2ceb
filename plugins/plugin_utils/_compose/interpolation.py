# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables in compose files: what ``$NAME``, ``${NAME:-default}`` and their like become (pure).

The rules are those of the Compose specification, Interpolation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .document import Override, Reset
from .places import MistakeError

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
OPERATOR = re.compile(r":?[-?+]")
UNCLOSED = "it has a ${ without its }"
ESCAPE = "write $$ for a $ that is meant as it is"


def interpolated(text: str, variables: Mapping[str, str], unset: Callable[[str], None]) -> str:
    """The text with its variables replaced; ``unset`` hears of each that has neither value nor default.

    Raises MistakeError with what is wrong, and what to write instead.
    """
    done, position = "", 0
    while True:
        dollar = text.find("$", position)
        if dollar < 0:
            return done + text[position:]
        done += text[position:dollar]
        if text.startswith("$$", dollar):
            done, position = f"{done}$", dollar + 2
        elif text.startswith("${", dollar):
            end = _closing(text, dollar + 2)
            done += _braced(text[dollar + 2 : end], variables, unset)
            position = end + 1
        else:
            name = NAME.match(text, dollar + 1)
            # A $ before anything else is what it is.
            done += _plain(name.group(), variables, unset) if name else "$"
            position = name.end() if name else dollar + 1


def _closing(text: str, position: int) -> int:
    depth = 1
    for found in re.compile(r"\$\{|\}").finditer(text, position):
        depth += 1 if found.group() == "${" else -1
        if not depth:
            return found.start()
    raise MistakeError(UNCLOSED, ESCAPE)


def _plain(name: str, variables: Mapping[str, str], unset: Callable[[str], None]) -> str:
    if name not in variables:
        unset(name)
    return variables.get(name, "")


def _braced(inside: str, variables: Mapping[str, str], unset: Callable[[str], None]) -> str:
    name = NAME.match(inside)
    if not name:
        raise MistakeError(f"it has ${{{inside[:40]}}}, which begins with no name of a variable", ESCAPE)
    rest = inside[name.end() :]
    if not rest:
        return _plain(name.group(), variables, unset)
    operator = OPERATOR.match(rest)
    if not operator:
        raise MistakeError(
            f"it has ${{{inside[:40]}}}, in which one of :-, -, :?, ?, :+, + has to follow the name", ESCAPE
        )
    value = variables.get(name.group())
    # With a colon an empty value counts as none.
    there = bool(value) if operator.group().startswith(":") else value is not None
    other = rest[operator.end() :]
    if operator.group().endswith("+"):
        return interpolated(other, variables, unset) if there else ""
    if there:
        return str(value)
    other = interpolated(other, variables, unset)
    if operator.group().endswith("-"):
        return other
    raise MistakeError(
        f"the variable {name.group()} has to be set{f' ({other})' if other else ''}",
        "give it in env or in .env",
    )


def interpolated_tree(
    value: Any,
    variables: Mapping[str, str],
    unset: Callable[[str], None],
    refuse: Callable[[str, str, str], Any],
) -> Any:
    """A document with the variables of all its values replaced, keys as they are.

    ``refuse`` gets the place (services.web.image), what is wrong there, and what to write instead.
    """

    def walk(node: Any, place: str) -> Any:
        if isinstance(node, str):
            try:
                return interpolated(node, variables, unset)
            except MistakeError as error:
                return refuse(place, error.why, error.instead)
        if isinstance(node, Reset):
            return node
        if isinstance(node, Override):
            return Override(walk(node.value, place))
        if isinstance(node, dict):
            return {key: walk(each, f"{place}.{key}" if place else str(key)) for key, each in node.items()}
        if isinstance(node, list):
            return [walk(each, f"{place}[{index}]") for index, each in enumerate(node)]
        return node

    return walk(value, "")
