# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes: the option table and the request that makes one (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _errors, _options, _values
from . import simple

# Options of the driver local with which the data is somewhere else than in the volume's own folder.
ELSEWHERE = ("type", "device")
# The greatest id that the kernel knows.
GREATEST_ID = 2**32 - 2


class VolumeOptions(_values.Pairs):
    """Options of the volume's driver: a map, or a list of KEY=VALUE (KEY alone is a switch)."""

    argument = {"type": "raw"}

    def parse(self, raw: Any) -> dict[str, str]:
        if not isinstance(raw, Mapping):
            raw = dict(_values.as_line(each).partition("=")[::2] for each in _values.as_list(raw))
        return super().parse(dict(raw))


def _read_id(kind: str) -> Any:
    def read(inspect: Mapping[str, Any]) -> int:
        return int(inspect.get(kind) or 0)  # left out by Podman when it is 0

    return read


def _write_id(kind: str) -> Any:
    def write(value: int, body: _options.Body, facts: _options.Facts) -> None:
        if facts.has("5.6"):
            body[kind] = value
            return
        # Before, only the mount options of the driver local know it.
        options = body.setdefault("Options", {})
        words = [word for word in options.get("o", "").split(",") if word]
        if any(word.startswith(f"{kind.lower()}=") for word in words):
            raise _errors.Failure(
                f"{kind.lower()}: options.o says {kind.lower()} as well; say it in one place."
            )
        options["o"] = ",".join([*words, f"{kind.lower()}={value}"])

    return write


TABLE = _options.OptionTable(
    "volume",
    [
        _options.Option("driver", _values.Text(), "Driver", "Driver"),
        _options.Option("options", VolumeOptions(), "Options", "Options", ("opt",)),
        _options.Option("uid", _values.Integer(0, GREATEST_ID), write=_write_id("UID"), read=_read_id("UID")),
        _options.Option("gid", _values.Integer(0, GREATEST_ID), write=_write_id("GID"), read=_read_id("GID")),
        _options.Option("label", _values.Pairs(), "Labels", "Labels", ("labels",)),
    ],
)


def create(
    name: str, body: _options.Body, labels: dict[str, str], _params: Mapping[str, Any], _facts: _options.Facts
) -> simple.Request:
    """The request that makes a volume."""
    body = dict(body, Name=name, Labels={**body.get("Labels", {}), **labels})
    return simple.Request("POST", "volumes/create", None, body)


def as_it_was(inspect: Mapping[str, Any]) -> simple.Request:
    """The request that makes a volume that is gone once more, with its record."""
    # Podman adds what it read out of the mount options in capitals.
    options = {key: value for key, value in (inspect.get("Options") or {}).items() if not key.isupper()}
    body = {key: inspect[key] for key in ("Name", "Driver", "Labels", "UID", "GID") if inspect.get(key)}
    return simple.Request("POST", "volumes/create", None, {**body, "Options": options})


def elsewhere(driver: Any, options: Mapping[str, Any]) -> str:
    """Why the data of such a volume does not lie in its own folder; empty when it does."""
    if driver not in (None, "", "local"):
        return f"the driver {driver} keeps it"
    named = [each for each in ELSEWHERE if options.get(each)]
    return f"its {named[0]} is {options[named[0]]}" if named else ""


def shown(inspect: Mapping[str, Any]) -> dict[str, Any]:
    """A volume as the task returns it."""
    keys: list[str] = ["Name", "Driver", "Mountpoint", "CreatedAt"]
    return {key.lower(): inspect.get(key) for key in keys}


VOLUME = simple.SimpleKind("volume", TABLE, "volumes", "Name", "Labels", create, shown)
