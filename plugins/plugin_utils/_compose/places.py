# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where something stands in a compose file, for the one sentence that refuses it (pure)."""

from __future__ import annotations

import dataclasses
from typing import Any, NoReturn

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

TRUE = ("true", "yes", "on", "y", "1")
FALSE = ("false", "no", "off", "n", "0")


class MistakeError(Exception):
    """A text that cannot be read: what is wrong, and what to write instead."""

    def __init__(self, why: str, instead: str) -> None:
        super().__init__(why, instead)
        self.why, self.instead = why, instead


@dataclasses.dataclass(frozen=True)
class Place:
    """A key of a file: ``services.web.ports[0]``."""

    file: str
    path: str = ""

    def at(self, key: object) -> Place:
        """A key below this one."""
        return Place(self.file, f"{self.path}.{key}" if self.path else str(key))

    def entry(self, index: int) -> Place:
        """An entry of the list here."""
        return Place(self.file, f"{self.path}[{index}]")

    def refuse(self, why: str, instead: str) -> NoReturn:
        """Raise the sentence: what stands here, why it cannot be, what to write instead."""
        raise Failure(f"{self.file}: {f'{self.path}: ' if self.path else ''}{why}; {instead}.")

    def needs(self, value: Any, needed: str) -> NoReturn:
        """Refuse a value that has not the form which it needs."""
        raise Failure(
            f"{self.file}: {f'{self.path}: ' if self.path else ''}{_short(value)} was given, and {needed} is needed."
        )

    def mapping(self, value: Any) -> dict[str, Any]:
        """A map, empty for nothing."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.needs(value, "a map")
        return {str(key): each for key, each in value.items()}

    def listed(self, value: Any) -> list[Any]:
        """A list, of one entry for a single value, empty for nothing."""
        if value is None:
            return []
        return list(value) if isinstance(value, list) else [value]

    def text(self, value: Any) -> str:
        """A string; numbers and truth values as YAML writes them."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        if value is None or isinstance(value, (dict, list)):
            self.needs(value, "a string")
        return str(value)

    def number(self, value: Any) -> int:
        """A whole number, also written as a string, which interpolation makes of it."""
        try:
            return int(str(value).strip(), 10)
        except ValueError:
            self.needs(value, "a whole number")

    def flag(self, value: Any) -> bool:
        """True or false, also written as a string."""
        text = str(value).lower()
        if text not in TRUE + FALSE:
            self.needs(value, "true or false")
        return text in TRUE

    def known(self, value: dict[str, Any], keys: tuple[str, ...]) -> None:
        """Refuse a map with other keys; extensions (x-...) may stand everywhere."""
        for key in value:
            if key not in keys and not key.startswith("x-"):
                self.at(key).refuse(
                    "no key that the Compose specification has here",
                    f"take it out, or write one of {', '.join(keys)}",
                )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
