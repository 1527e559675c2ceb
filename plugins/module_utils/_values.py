# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Value types of options: how a value is written in a task, posted to Podman and shown by it (pure).

Every type knows four forms. *raw* is what the task says; ``parse`` makes it the one typed form,
which is plain JSON and the same for every spelling; ``body`` is what is posted; ``reported`` turns
what inspect shows back into the typed form. ``parse`` raises ValueError with what was needed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

# What Podman takes as the name of a container, pod, volume or network.
OBJECT_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")


# Podman and Go count in signed 64 bits.
GREATEST = 2**63 - 1


class ValueType:
    """A plain value that is written, posted and shown alike; the base of all others."""

    argument: dict[str, Any] = {"type": "raw"}

    def parse(self, raw: Any) -> Any:
        """The typed form of what the task says."""
        return raw

    def body(self, value: Any) -> Any:
        """The typed form as it is posted."""
        return value

    def updated(self, value: Any) -> Any:
        """The typed form as an update wants it."""
        return self.body(value)

    def reported(self, raw: Any) -> Any:
        """The typed form of what inspect shows; None when it shows nothing."""
        return None if raw is None else self.parse(raw)

    def covers(self, declared: Any, reported: Any) -> bool:
        """Whether what Podman reports is what the task declares; more than that may be inherited."""
        return bool(declared == reported)

    def show(self, value: Any) -> Any:
        """The typed form as people may see it in a diff."""
        return value

    def contrast(self, before: Any, after: Any) -> tuple[Any, Any]:
        """Reported and declared value side by side as a diff may show them; None is shown as nothing."""
        return (None if before is None else self.show(before), None if after is None else self.show(after))


class Text(ValueType):
    """A string; ``choices`` limits it."""

    def __init__(self, choices: Sequence[str] = ()) -> None:
        self.choices = tuple(choices)
        self.argument = {"type": "str", **({"choices": list(choices)} if choices else {})}

    def parse(self, raw: Any) -> str:
        text = as_line(raw)
        if self.choices and text not in self.choices:
            raise ValueError(f"one of {', '.join(self.choices)}")
        return text


class Flag(ValueType):
    """True or false."""

    argument = {"type": "bool"}

    def parse(self, raw: Any) -> bool:
        if not isinstance(raw, bool):  # Ansible has made one of every spelling that it knows
            raise ValueError("true or false")
        return raw

    def reported(self, raw: Any) -> bool:
        return bool(raw)


class Integer(ValueType):
    """A whole number between ``least`` and ``most``."""

    argument = {"type": "int"}

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        self.least, self.most = least, most

    def parse(self, raw: Any) -> int:
        try:
            number = int(raw)
        except (TypeError, ValueError, OverflowError):
            raise ValueError("a whole number") from None
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            raise ValueError(
                f"a whole number from {self.least} to {'any' if self.most is None else self.most}"
            )
        return number

    def reported(self, raw: Any) -> int | None:
        return None if raw is None else int(raw)


class Cpus(ValueType):
    """A number of CPUs, such as 0.5: typed in nanocpus, posted as a quota of a 100 ms period."""

    argument = {"type": "str"}
    PERIOD = 100000  # microseconds, as Podman's own --cpus

    def parse(self, raw: Any) -> int:
        try:
            number = float(raw)
        except (TypeError, ValueError):
            number = 0.0
        if not 0.01 <= number <= 10**6:
            raise ValueError("a number of CPUs of 0.01 or more, such as 0.5 or 2")
        return round(number * 1e9)

    def body(self, value: int) -> dict[str, int]:
        return {"period": self.PERIOD, "quota": int(value * self.PERIOD // 10**9)}

    def reported(self, raw: Any) -> int | None:
        return int(raw) if raw else None

    def show(self, value: int) -> float:
        return value / 1e9


class Bytes(ValueType):
    """A size in bytes, written like 512m, 1.5g or 65536k; the units are binary, as Podman's are.

    Source: RAMInBytes of docker/go-units, which Podman uses. ``unlimited`` allows -1.
    """

    argument = {"type": "str"}
    UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}

    def __init__(self, unlimited: bool = False) -> None:
        self.unlimited = unlimited

    def parse(self, raw: Any) -> int:
        text = str(raw).strip().lower()
        if self.unlimited and text == "-1":
            return -1
        found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgtp]?)(?:i?b)?", text)
        if not found:
            raise ValueError("a size such as 512m, 1.5g or 65536k")
        size = int(Fraction(found.group(1)) * self.UNITS[found.group(2)])
        if size > GREATEST:
            raise ValueError(f"a size such as 512m of at most {GREATEST} bytes")
        return size

    def reported(self, raw: Any) -> int | None:
        return int(raw) if raw else None

    def show(self, value: int) -> str:
        return print_bytes(value)


def print_bytes(value: int) -> str:
    """The shortest exact spelling of a size: 536870912 is 512m. Inverse of Bytes.parse."""
    for unit in ("t", "g", "m", "k"):
        if value > 0 and value % Bytes.UNITS[unit] == 0:
            return f"{value // Bytes.UNITS[unit]}{unit}"
    return str(value)


class Duration(ValueType):
    """A span of time in nanoseconds, written as Go does (1m30s, 500ms); a bare number is seconds.

    Source: time.ParseDuration of Go. ``disable`` is 0, as Podman spells "no timer".
    """

    argument = {"type": "str"}
    UNITS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "µs": 10**3, "ns": 1}

    def parse(self, raw: Any) -> int:
        text = str(raw).strip()
        if text == "disable":
            return 0
        if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", text):
            text += "s"
        pieces = re.findall(r"([0-9]+(?:\.[0-9]+)?)(h|ms|us|µs|ns|m|s)", text)
        if not pieces or "".join(number + unit for number, unit in pieces) != text:
            raise ValueError("a duration such as 30s, 1m30s or 500ms")
        span = sum(round(Fraction(number) * self.UNITS[unit]) for number, unit in pieces)
        if span > GREATEST:
            raise ValueError("a duration such as 30s of at most 292 years")
        return span

    def reported(self, raw: Any) -> int | None:
        return int(raw) if raw else None

    def show(self, value: int) -> str:
        return print_duration(value)


def print_duration(value: int) -> str:
    """A duration in nanoseconds as Go prints it, 90000000000 as 1m30s. Inverse of Duration.parse."""
    text = ""
    for unit in ("h", "m", "s", "ms", "us", "ns"):
        number, value = divmod(value, Duration.UNITS[unit])
        text += f"{number}{unit}" if number else ""
    return text or "0s"


class Names(ValueType):
    """A list of strings whose order does not matter."""

    argument = {"type": "list", "elements": "str"}

    def parse(self, raw: Any) -> list[str]:
        return sorted({as_line(each) for each in as_list(raw)})

    def covers(self, declared: list[str], reported: Any) -> bool:
        return set(declared) <= set(reported or ())


class Lines(ValueType):
    """A list of strings whose order matters, compared as a whole."""

    argument = {"type": "list", "elements": "str"}

    def parse(self, raw: Any) -> list[str]:
        return [as_line(each) for each in as_list(raw)]

    def reported(self, raw: Any) -> list[str] | None:
        return [str(each) for each in raw] if raw else None


class Pairs(ValueType):
    """Names with values. ``hidden`` values never appear in a diff (environment variables)."""

    argument = {"type": "dict"}

    def __init__(self, hidden: bool = False) -> None:
        self.hidden = hidden

    def parse(self, raw: Any) -> dict[str, str]:
        if not isinstance(raw, dict):
            raise ValueError("names with values")
        bad = [
            key for key in raw if not re.fullmatch(r"[^=\x00-\x1f\x7f]+", str(key)) or "\0" in str(raw[key])
        ]
        if bad:
            raise ValueError(f"names without '=' and control characters (found {bad[0]!r})")
        return {str(key): _scalar(value) for key, value in sorted(raw.items(), key=lambda pair: str(pair[0]))}

    def reported(self, raw: Any) -> dict[str, str]:
        if isinstance(raw, list):  # inspect shows the environment as KEY=VALUE
            return dict(each.split("=", 1) for each in raw if "=" in each)
        return {str(key): str(value) for key, value in (raw or {}).items()}

    def covers(self, declared: dict[str, str], reported: Any) -> bool:
        return all((reported or {}).get(key) == value for key, value in declared.items())

    def show(self, value: dict[str, str]) -> Any:
        return sorted(value) if self.hidden else value

    def contrast(self, before: Any, after: Any) -> tuple[Any, Any]:
        """Only what differs: most of what is reported comes from the image."""
        there, wanted = before or {}, after or {}
        differing = [key for key, value in wanted.items() if there.get(key) != value]
        if self.hidden:
            return (
                {key: "(hidden)" for key in differing if key in there},
                dict.fromkeys(differing, "(hidden)"),
            )
        return (
            {key: there[key] for key in differing if key in there},
            {key: wanted[key] for key in differing},
        )


def as_list(raw: Any) -> list[Any]:
    if isinstance(raw, (list, tuple)):
        return list(raw)
    return [raw]


def as_line(raw: Any) -> str:
    """A string without control characters: nothing Podman names holds one, and a line break would be an attack."""
    text = as_word(raw)
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise ValueError("text without control characters or line breaks")
    return text


def as_word(raw: Any) -> str:
    if isinstance(raw, (dict, list)) or raw is None:
        raise ValueError("text")
    text = _scalar(raw)
    if "\0" in text:
        raise ValueError("text without NUL characters")
    return text


def _scalar(raw: Any) -> str:
    """A YAML scalar as the text a person means by it: true and false in lower case, null empty."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, (dict, list)):
        return json.dumps(raw, sort_keys=True)
    return str(raw)
