# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose files as YAML: version 1.2 as Compose has it, with the tags of its merge rules (pure).

PyYAML speaks version 1.1, in which the port 22:22 is the number 1342 and ``no`` is false.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import yaml

from .places import MistakeError


class Reset:
    """``!reset``: what the files before say here is taken away."""


@dataclasses.dataclass
class Override:
    """``!override``: what the files before say here is replaced, not added to."""

    value: Any


class Loader(yaml.SafeLoader):
    """Plain data, in the types of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, Any] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuses a key that is there twice, of which the first would be lost."""
        seen: set[Any] = set()
        for key_node, _value in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is not None and key != "<<" and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key} stands there twice", key_node.start_mark
                )
            seen.add(key)
        return dict(super().construct_mapping(node, deep))


_NUMBERS = "-+0123456789"
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", _NUMBERS),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "." + _NUMBERS),
    ("merge", r"<<", "<"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
):
    Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}",
        re.compile(f"^(?:{_pattern})$"),
        list(_first) + ([""] if _tag == "null" else []),
    )


def _int(loader: Loader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    digits = text.lstrip("+-")
    if digits.startswith(("0o", "0x")):
        return int(text, 0)
    # A leading zero is an octal number for Compose, such as in mode: 0440.
    octal = len(digits) > 1 and digits.startswith("0") and not set(digits) & set("89")
    return int(text, 8 if octal else 10)


def _float(loader: Loader, node: yaml.ScalarNode) -> float:
    return float(loader.construct_scalar(node))


def _overriding(loader: Any, node: yaml.Node) -> Override:
    if isinstance(node, yaml.MappingNode):
        return Override(loader.construct_mapping(node, deep=True))
    if isinstance(node, yaml.SequenceNode):
        return Override(loader.construct_sequence(node, deep=True))
    # The tag stands where YAML's own would, so it is looked up what that had been.
    style: str | None = getattr(node, "style", None)
    tag = str(loader.resolve(yaml.ScalarNode, node.value, (style is None, style is not None)))
    return Override(
        loader.construct_object(yaml.ScalarNode(tag, node.value, node.start_mark, node.end_mark, style))
    )


Loader.add_constructor("tag:yaml.org,2002:int", _int)
Loader.add_constructor("tag:yaml.org,2002:float", _float)
Loader.add_constructor("!reset", lambda _loader, _node: Reset())
Loader.add_constructor("!override", _overriding)


def documents(text: str) -> list[dict[str, Any]]:
    """The documents of a file, which are merged in their order. Raises MistakeError with what is wrong and where."""
    found: list[Any] = []
    loader: Any = None
    try:
        loader = Loader(text)
        while loader.check_data():
            found.append(loader.get_data())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise MistakeError(f"it is no YAML, because {error.problem}{where}", "mend the file") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise MistakeError(f"it is no YAML, because {str(error).splitlines()[0]}", "mend the file") from None
    finally:
        if loader is not None:
            loader.dispose()
    found = [each for each in found if each is not None]
    for each in found:
        if not isinstance(each, dict):
            raise MistakeError(f"it is a {type(each).__name__}", "write a map with services")
    return found
