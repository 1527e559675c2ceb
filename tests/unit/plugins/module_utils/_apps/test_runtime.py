# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an app lives that leaves it open: where it is, and a new one in units if these can hold it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._apps.app import App
from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._apps.runtime import as_told, settled
from ansible_collections.rootless.podman.plugins.module_utils._container_wanted import Wanted
from ansible_collections.rootless.podman.plugins.module_utils._service_text import text_of

from .test_services import container

ACCOUNT = Account("shop", 1000, 1000, "/home/shop", "")
KEY = b"k" * 32
POD = {"name": "shop", "containers": [container("web")]}


def app(**more: Any) -> App:
    declared = {"name": "shop", "containers": [container("web"), container("db")], **more}
    return read([declared], set())[0]


def runtime(wanted: App, version: str = "5.4.2", there: list | None = None, units: dict | None = None) -> str:
    shared: Any = SimpleNamespace(
        account=ACCOUNT,
        key=KEY,
        engine=SimpleNamespace(version_text=version),
        look=lambda: SimpleNamespace(containers=there or [], pods=[]),
    )
    folder: Any = SimpleNamespace(tree=lambda: units or {})
    return settled(shared, wanted, folder).runtime


def unit(app_of_it: str) -> dict[str, str]:
    wanted = Wanted("web", "img", {})
    in_app = {"app": app_of_it, "marks": {"rootless.podman.app": app_of_it}}
    return {"web.container": text_of(wanted, KEY, "5.4.2", None, in_app)}


@pytest.mark.parametrize(
    ("more", "version", "expected"),
    [
        ({}, "5.4.2", "systemd"),
        ({}, "4.6.0", "systemd"),
        ({}, "4.3.1", "podman"),
        ({"pods": [POD], "containers": []}, "5.0.0", "systemd"),
        ({"pods": [POD], "containers": []}, "4.9.3", "podman"),
        ({"containers": [container("web", cgroup_parent="x.slice")]}, "5.4.2", "podman"),
        ({"runtime": "podman"}, "5.4.2", "podman"),
        ({"runtime": "systemd"}, "4.3.1", "systemd"),
    ],
)
def test_a_new_app(more: dict, version: str, expected: str) -> None:
    assert runtime(app(**more), version) == expected


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ({"Names": ["web"]}, "podman"),
        ({"Names": ["web"], "Labels": {"PODMAN_SYSTEMD_UNIT": "web.service"}}, "systemd"),
        ({"Names": ["old"], "Labels": {"rootless.podman.app": "shop"}}, "podman"),
        ({"Names": ["old"], "Labels": {"rootless.podman.app": "other"}}, "systemd"),
        ({"Names": ["stranger"]}, "systemd"),
    ],
)
def test_one_that_is_there_stays_where_it_is(listed: dict, expected: str) -> None:
    assert runtime(app(), there=[listed]) == expected


def test_one_that_has_a_unit_is_in_units() -> None:
    both = [{"Names": ["db"]}]
    assert runtime(app(), there=both, units=unit("shop")) == "systemd"
    assert runtime(app(), there=both, units=unit("other")) == "podman"


def test_what_runs_once_tells_nothing() -> None:
    once = container("once")
    wanted = app(containers=[container("web", depends_on={"once": "completed"}), once])
    assert runtime(wanted, there=[{"Names": ["once"]}]) == "systemd"


def test_what_the_account_says_is_one_of_two() -> None:
    assert [as_told(app(), {"runtime": each}).runtime for each in ("systemd", "podman", "auto", None)] == [
        "systemd", "podman", "podman", "podman",
    ]  # fmt: skip
    assert as_told(app(runtime="systemd"), {"runtime": "podman"}).runtime == "systemd"
