# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A container as it is found, and what becomes of it: its options, and what they cannot say (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Callable

from .. import _options

Options = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Found:
    """A container, and what has to be known around it."""

    inspect: Mapping[str, Any]
    image: Mapping[str, Any]
    flags: Mapping[str, list[str]]
    names: Mapping[str, str]  # other containers' names by ID
    volumes: Mapping[str, str] = dataclasses.field(default_factory=dict)  # new names of volumes without one

    def at(self, path: str) -> Any:
        """What inspect says at a path."""
        return _options.get_path(self.inspect, path)

    def of_image(self, name: str) -> Any:
        """What the image says for its containers."""
        return _options.get_path(self.image, f"Config.{name}")


@dataclasses.dataclass
class Declared:
    """The options that declare it, and a sentence for each thing that they cannot say, which begins with the option that could."""

    options: Options = dataclasses.field(default_factory=dict)
    lost: list[str] = dataclasses.field(default_factory=list)

    def put(
        self, found: Found, places: Mapping[str, tuple[str, Any]], show: Callable[[Any], Any] | None = None
    ) -> None:
        """Options that stand in one place each, unless they are the default there."""
        for option, (path, default) in places.items():
            value = found.at(path)
            if value not in (default, None, "", [], {}):
                self.options[option] = show(value) if show else value


def other(found: Found, mode: str) -> str:
    """A namespace of another container, by that one's name."""
    kind, _colon, identity = mode.partition(":")
    return f"{kind}:{found.names.get(identity, identity)}"


def userns(found: Found) -> str:
    """How ids are mapped, in the words that were given."""
    return (
        found.flags.get("userns")
        or [str((found.at("Config.Annotations") or {}).get("io.podman.annotations.userns") or "")]
    )[-1]
