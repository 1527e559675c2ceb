# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Apps whose images are asked for anew."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.rootless.podman.plugins.filter.newer_images import newer_images


def images(**app: Any) -> list[dict[str, Any]]:
    return newer_images([{"name": "shop", **app}])[0].get("images", [])


def test_what_containers_and_pods_pull_is_asked_for_with_their_own_access() -> None:
    web = {"name": "web", "image": "r/web:1", "tls_verify": False}
    pod = {
        "name": "p",
        "username": "u",
        "containers": [{"name": "db", "image": "r/db:1"}, {"image": "r/web:1"}],
    }
    assert images(containers=[web], pods=[pod]) == [
        {"name": "r/web:1", "tls_verify": False, "pull": "newer"},
        {"name": "r/db:1", "username": "u", "pull": "newer"},
    ]


@pytest.mark.parametrize(
    "container",
    [
        {"image": "localhost/made:1"},
        {"image": "r/web@sha256:" + 64 * "0"},
        {"image": "r/web:1", "pull": "never"},
        {"image": "r/web:1", "pull_policy": "never"},
        {"image": "r/web:1", "state": "absent"},
        {"name": "without"},
    ],
)
def test_what_no_registry_can_renew_stays(container: dict[str, Any]) -> None:
    assert images(containers=[container]) == []


def test_listed_images_are_renewed_unless_they_are_made_here() -> None:
    built = {"name": "r/built", "build": {"path": "/srv"}, "tag": ["r/also"]}
    listed = {"name": "r/web", "pull": "missing", "tag": ["r/alias"]}
    containers = [{"image": name} for name in ("r/built", "r/also", "r/web", "r/alias")]
    assert images(images=[built, listed], containers=containers) == [built, {**listed, "pull": "newer"}]


def test_what_is_malformed_or_not_present_is_left_for_the_module() -> None:
    apps = [
        "x",
        {"name": "a", "state": "absent", "containers": [{"image": "r/a"}]},
        {"name": "b", "containers": 3},
    ]
    assert newer_images(apps) == apps
    with pytest.raises(AnsibleFilterError, match="a list of apps is needed, not dict"):
        newer_images({"name": "shop"})
