# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes without a name have one in a unit."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _unit_volumes
from ansible_collections.rootless.podman.plugins.module_utils._resources.container import TABLE


@pytest.mark.parametrize(
    ("target", "name"), [("/data", "web-data"), ("/var/lib/x y/", "web-var-lib-x-y"), ("/", "web-root")]
)
def test_names_for_nameless_volumes(target: str, name: str) -> None:
    assert _unit_volumes.volume_name("web", target) == name


@pytest.mark.parametrize(
    ("image", "paths"),
    [
        (None, []),
        ({}, []),
        ({"Id": ""}, []),
        ({"Config": {"Volumes": None}}, []),
        ({"Config": {"Volumes": {"/b": {}, "/a": {}}}}, ["/a", "/b"]),
    ],
)
def test_what_an_image_asks_for(image: Any, paths: list[str]) -> None:
    assert _unit_volumes.asked_by(image) == paths


@pytest.mark.parametrize(
    ("params", "asked", "volumes"),
    [
        ({}, [], []),
        ({}, ["/asked/"], ["web-asked:/asked"]),
        ({"volume": ["/given"]}, [], ["web-given:/given"]),
        (
            {"volume": ["own:/data", "/srv:/srv"]},
            ["/data", "/more"],
            ["own:/data", "/srv:/srv", "web-more:/more"],
        ),
        ({"mount": [{"type": "volume", "target": "/m"}]}, ["/m"], ["web-m:/m"]),
        ({"tmpfs": {"/run": ""}}, ["/run"], []),
        ({"image_volume": "ignore", "volume": ["/given"]}, ["/asked"], ["web-given:/given"]),
        ({"volumes_from": ["other"]}, ["/asked"], []),
    ],
)
def test_each_has_a_name(params: dict, asked: list[str], volumes: list[str]) -> None:
    spec = TABLE.parse(params)
    found = _unit_volumes.named("web", spec, asked)
    rows = {row.name: row.type for row in TABLE.rows}
    shown = [line for option in ("volume", "mount") for line in rows[option].show(found.get(option, []))]
    assert shown == volumes
    assert {option: value for option, value in found.items() if option not in ("volume", "mount")} == {
        option: value for option, value in spec.items() if option not in ("volume", "mount")
    }
