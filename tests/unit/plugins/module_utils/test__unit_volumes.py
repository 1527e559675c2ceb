# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes without a name have one in a unit."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _unit_volumes
from ansible_collections.rootless.podman.plugins.module_utils._quadlet import render
from ansible_collections.rootless.podman.plugins.module_utils._resources.container import TABLE
from ansible_collections.rootless.podman.plugins.module_utils._resources.container_unit import (
    unit_of_container,
)
from ansible_collections.rootless.podman.plugins.module_utils._service_text import volumes_of_text


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


@pytest.mark.parametrize(
    ("params", "asked", "names"),
    [
        ({"volume": ["/srv:/srv"], "tmpfs": {"/run": ""}}, [], []),
        (
            {"volume": ["/given", "own:/data:ro", "/a b/c"]},
            ["/asked"],
            ["own", "web-a-b-c", "web-asked", "web-given"],
        ),
        ({"mount": [{"type": "volume", "target": "/m"}, {"type": "tmpfs", "target": "/t"}]}, [], ["web-m"]),
        ({"mount": [{"type": "volume", "source": "v", "target": "/m", "subpath": "a"}]}, [], ["v"]),
        ({"volume": ["/x%y", "odd.volume:/odd"]}, [], ["odd.volume", "web-x-y"]),
    ],
)
def test_a_unit_tells_of_its_volumes(params: dict, asked: list[str], names: list[str]) -> None:
    spec = _unit_volumes.named("web", TABLE.parse(params), asked)
    text = render(unit_of_container("web", "busybox", spec, "5.8.0"))
    assert volumes_of_text(text) == names


def test_a_text_that_is_no_unit_tells_of_none() -> None:
    assert volumes_of_text("Volume=web-data:/data") == []
