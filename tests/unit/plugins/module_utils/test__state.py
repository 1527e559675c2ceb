# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""State as data: which of a container's networks its own task answers for."""

from __future__ import annotations

from ansible_collections.rootless.podman.plugins.module_utils._networks import reported_networks
from ansible_collections.rootless.podman.plugins.module_utils._state import Found, Survey


def on(*networks: str) -> Found:
    """A container on these networks."""
    shown = {
        "HostConfig": {"NetworkMode": "bridge"},
        "NetworkSettings": {"Ports": {}, "Networks": {name: {} for name in networks}},
    }
    return Found("web", "f" * 64, shown)


def left(found: Found, survey: Survey, *declared: str) -> list[str]:
    return reported_networks(survey.as_declared(found, declared))["networks"]


def test_a_network_whose_own_task_connected_the_container_is_not_the_containers() -> None:
    survey = Survey(connected={"front": {"f" * 64}, "back": {"e" * 64}})
    found = on("back", "front")
    assert left(found, survey, "back") == ["back"]
    assert left(found, survey) == ["back"]
    assert found.networks == {"back": {}, "front": {}}
    assert survey.as_declared(found, ())["NetworkSettings"]["Ports"] == {}


def test_what_both_declare_stays_and_a_connection_by_hand_is_seen() -> None:
    assert left(on("back", "front"), Survey(connected={"front": {"f" * 64}}), "back", "front") == [
        "back",
        "front",
    ]
    assert left(on("back", "front"), Survey(), "back") == ["back", "front"]
