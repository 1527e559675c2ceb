# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hardened defaults: what is not said holds, what is said wins."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._hardened import (
    hardened,
    hardened_container,
    hardened_pod,
)

WEB = {"name": "web", "image": "img"}


def test_a_container_is_closed_and_comes_back() -> None:
    found = hardened({**WEB, "publish": ["8080:80", "0.0.0.0:1:1", "9/udp"]})
    assert found["cap_drop"] == ["all"]
    assert found["security_opt"] == ["no-new-privileges"]
    assert (found["read_only"], found["restart_policy"], found["userns"]) == (True, "always", "nomap")
    assert found["publish"] == ["127.0.0.1:8080:80", "0.0.0.0:1:1", "127.0.0.1::9/udp"]


@pytest.mark.parametrize(
    "relaxed", [{"read_only": False}, {"cap_drop": []}, {"userns": "keep-id"}, {"restart_policy": "no"}]
)
def test_what_is_said_wins(relaxed: dict[str, Any]) -> None:
    assert relaxed.items() <= hardened({**WEB, **relaxed}).items()


def test_one_that_runs_once_does_not_come_back() -> None:
    assert hardened_container(WEB, once=True)["restart_policy"] == "no"


def test_a_pod_has_the_namespaces_and_its_containers_the_rest() -> None:
    found = hardened_pod({"name": "p", "publish": ["80:80"], "containers": [WEB]})
    assert (found["userns"], found["publish"]) == ("nomap", ["127.0.0.1:80:80"])
    assert found["containers"][0]["cap_drop"] == ["all"]
    assert "userns" not in found["containers"][0]
    assert "cap_drop" not in found
    assert "containers" not in hardened_pod({"name": "p"})
