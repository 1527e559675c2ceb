# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes: the option table and the request that makes one (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._options import Body, Facts, Option, OptionTable
from .._values import Pairs, Text, as_line, as_list
from .simple import Request, SimpleKind


class VolumeOptions(Pairs):
    """Options of the volume's driver: a map, or a list of KEY=VALUE (KEY alone is a switch)."""

    argument = {"type": "raw"}

    def parse(self, raw: Any) -> dict[str, str]:
        if not isinstance(raw, Mapping):
            raw = dict(as_line(each).partition("=")[::2] for each in as_list(raw))
        return super().parse(dict(raw))


TABLE = OptionTable(
    "volume",
    [
        Option("driver", Text(), "Driver", "Driver"),
        Option("options", VolumeOptions(), "Options", "Options", ("opt",)),
        Option("label", Pairs(), "Labels", "Labels", ("labels",)),
    ],
)


def create(
    name: str, body: Body, labels: dict[str, str], _params: Mapping[str, Any], _facts: Facts
) -> Request:
    """The request that makes a volume."""
    body = dict(body, Name=name, Labels={**body.get("Labels", {}), **labels})
    return Request("POST", "volumes/create", None, body)


def shown(inspect: Mapping[str, Any]) -> dict[str, Any]:
    """A volume as the task returns it."""
    keys: list[str] = ["Name", "Driver", "Mountpoint", "CreatedAt"]
    return {key.lower(): inspect.get(key) for key in keys}


VOLUME = SimpleKind(
    "volume", TABLE, "volumes", "Name", "Labels", create, "refuse",
    "Podman can only change that by deleting the volume with all its data; set recreate: true if that is meant", shown,
)  # fmt: skip
