# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who of an app lives in units, who does not, and in which order both are brought about."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._apps import order, runtime
from ansible_collections.rootless.podman.plugins.module_utils._apps.app import App
from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._apps.roads import aside, in_units, phases
from ansible_collections.rootless.podman.plugins.module_utils._apps.shared import LABEL, Shared
from ansible_collections.rootless.podman.plugins.module_utils._apps.units import services
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import KEY

from .test_services import POD, SWITCHED, container, text

ACCOUNT = Account("shop", 1000, 1000, "/home/shop", "")
MIGRATED = [
    container("web", depends_on={"migrate": "completed", "cache": "started"}),
    container("migrate", depends_on={"db": "healthy"}),
    container("db", healthcheck="true"),
    container("cache"),
]


def app(*containers: dict[str, Any], **more: Any) -> App:
    return read([{"name": "shop", "runtime": "systemd", "containers": list(containers), **more}], set())[0]


def order_of(made: App) -> list[tuple[bool, tuple[str, ...]]]:
    course = order.course("", [*made.raw["pods"], *made.raw["containers"]], made.units)
    return [(each.units, each.names) for each in phases(made, course)]


def test_one_that_runs_once_comes_in_its_place_and_has_no_unit() -> None:
    made = app(*MIGRATED)
    assert (aside(made), in_units(made)) == ({"migrate"}, {"web", "db", "cache"})
    assert order_of(made) == [(True, ("db", "cache")), (False, ("migrate",)), (True, ("web",))]
    assert [each.name for each in services(made, "/home/shop")] == ["db", "cache", "web"]
    # A unit cannot wait for what has none, so it waits for what that waits for.
    assert "After=cache.service db.service" not in text(made, "web")
    assert {"After=cache.service", "After=db.service", "Wants=db.service"} <= set(
        text(made, "web").splitlines()
    )
    assert "migrate" not in text(made, "web")


def test_deploys_beside_the_old_version_come_last() -> None:
    made = app(
        SWITCHED, container("db", depends_on=["cache"]), container("cache"), networks=[{"name": "net"}]
    )
    assert order_of(made) == [(True, ("cache", "db")), (False, ("web-switch", "web"))]


def test_without_units_all_is_podman_s() -> None:
    made = app(*MIGRATED, runtime="podman")
    assert in_units(made) == set()
    assert [each for each, _names in order_of(made)] == [False]


def test_who_says_nothing() -> None:
    def runtime_of(*default: str, **more: Any) -> str:
        return read([{"name": "shop", "containers": [container("web")], **more}], set(), *default)[0].runtime

    assert runtime_of("auto") == "auto"
    assert runtime_of("systemd", runtime="podman") == "podman"
    # One that goes back stays where it lives, whatever the task says of all.
    assert runtime_of("systemd", state="rolled_back") == "auto"
    assert runtime_of("systemd", state="rolled_back", runtime="podman") == "podman"


def listed(name: str, label: str = "shop", unit: bool = False) -> dict[str, Any]:
    labels = {**({LABEL: label} if label else {}), **({"PODMAN_SYSTEMD_UNIT": "x.service"} if unit else {})}
    return {"Id": name, "Names": [name], "Labels": labels}


@pytest.mark.parametrize(
    ("version", "units", "containers", "more", "found"),
    [
        # New: where it can.
        ("5.4.2", [], [], {}, "systemd"),
        ("4.3.1", [], [], {}, "podman"),
        ("4.9.0", [], [], {"pods": [POD]}, "podman"),
        ("5.0.0", [], [], {"pods": [POD]}, "systemd"),
        (
            "5.4.2",
            [],
            [],
            {"networks": [{"name": "net"}], "containers": [SWITCHED, container("x", depends_on=["web"])]},
            "podman",
        ),
        # What a killed run has left of a migration decides nothing.
        ("5.4.2", [], ["migrate"], {}, "systemd"),
        # There: where it is.
        ("5.4.2", [], ["db"], {}, "podman"),
        ("5.4.2", [], ["db.rp-old"], {}, "podman"),
        ("5.4.2", ["web"], ["db"], {}, "systemd"),
        ("5.4.2", ["web"], [], {}, "systemd"),
    ],
)
def test_where_an_app_lives_that_leaves_it_open(
    version: str, units: list[str], containers: list[str], more: dict[str, Any], found: str
) -> None:
    made = app(*MIGRATED, **{"runtime": "auto", **more})
    told = {f"{name}.container": text(app(*MIGRATED), name) for name in units}

    class Engine:
        version_text = version

    class Listings:
        def __init__(self) -> None:
            self.containers = [listed(name) for name in containers]
            self.pods: list[Any] = []

    shared = Shared(ACCOUNT, Engine(), KEY, False, False, False, frozenset(), {}, Listings())  # type: ignore[arg-type]
    folder = type("Folder", (), {"tree": lambda _self: told})()
    settled = runtime.settled(shared, made, folder)
    assert settled.runtime == found
    assert runtime.as_told(made, {"runtime": found}).runtime == found
    assert runtime.as_told(made, {"runtime": "what?"}).runtime == "podman"
