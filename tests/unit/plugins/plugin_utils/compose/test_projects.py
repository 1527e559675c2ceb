# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Projects in the shape of those that people publish: the app that each becomes, and that Docker reads them the same way."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from ansible_collections.rootless.podman.plugins.module_utils._apps import declared as apps
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.plugin_utils.compose.cases import (
    HERE,
    NAMES,
    app_of,
)


def ordered(app: dict[str, Any]) -> dict[str, Any]:
    """An app whose objects and networks stand in the order of their names; Docker sorts them."""
    found = {
        kind: sorted(value, key=lambda each: each.get("name") or each["path"])
        if isinstance(value, list)
        else value
        for kind, value in copy.deepcopy(app).items()
    }
    for container in found["containers"]:
        container["network"].sort()
    return found


@pytest.mark.parametrize("name", NAMES)
def test_becomes_this_app(name: str) -> None:
    expected = yaml.safe_load((HERE / "apps" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert app_of(HERE / "projects" / name) == expected


@pytest.mark.parametrize("name", NAMES)
def test_is_the_app_that_docker_reads_in_it(name: str) -> None:
    """docker/NAME.json is what "docker-compose config" (2.40.3) made of the project: merged, included, extended, all long."""
    folder = HERE / "projects" / name
    mine = app_of(folder)
    theirs = app_of(HERE / "docker" / f"{name}.json", folder=str(folder), name=mine["name"])
    assert ordered(mine) == ordered(theirs)


@pytest.mark.parametrize("options", [{}, {"hardened": True}, {"group": "pod"}], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_is_an_app_that_the_module_takes(name: str, options: dict[str, Any]) -> None:
    try:
        app = app_of(HERE / "projects" / name, **options)
    except Failure as failure:
        # Not every project fits into a pod; the sentence says what to choose instead.
        assert options == {"group": "pod"}
        assert failure.message.endswith("let the services have a network (group: network).")
        return
    apps.read([app], set())


def test_some_projects_fit_into_a_pod() -> None:
    pod = app_of(HERE / "projects" / "nextcloud", group="pod")["pods"][0]
    assert pod["name"] == "pod_nextcloud"
    assert pod["publish"] == ["127.0.0.1:8080:80"]
    assert pod["network"] == ["nextcloud_default:alias=db,alias=redis,alias=app,alias=cron"]
    assert {pod["add_host"][name] for name in ("db", "redis", "app", "nextcloud-app-1")} == {"127.0.0.1"}
    assert [each["name"] for each in pod["containers"]] == [
        "nextcloud-db-1", "nextcloud-redis-1", "nextcloud-app-1", "nextcloud-cron-1",
    ]  # fmt: skip
    assert pod["containers"][2]["requires"] == ["nextcloud-db-1", "nextcloud-redis-1"]
    assert not any({"publish", "network", "depends_on"} & set(each) for each in pod["containers"])


def test_hardened_leaves_out_what_relaxes() -> None:
    plain = app_of(HERE / "projects" / "umami")["containers"][1]
    hardened = app_of(HERE / "projects" / "umami", hardened=True)["containers"][1]
    assert set(plain) - set(hardened) == {"cap_drop", "security_opt", "read_only", "restart_policy"}
