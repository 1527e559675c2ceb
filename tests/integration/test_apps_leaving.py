# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An app that goes while another one of its account uses its network and its volume: these stay until nobody does."""

from __future__ import annotations

from typing import Any

import pytest
from support.prepare import BUSYBOX, HAPROXY

ACCOUNT = "leavers"
GONE = {"name": "first", "user": ACCOUNT, "state": "absent", "remove_data": True}
STAY = (
    "network shared-net stays, because container second uses it",
    "volume shared-data stays, because container second",
)


def app(name: str, runtime: str, **more: Any) -> dict[str, Any]:
    container = {
        "name": name,
        "image": BUSYBOX,
        "command": "sleep 100000",
        "stop_timeout": 1,
        **more.pop("container", {}),
    }
    return {"name": name, "user": ACCOUNT, "runtime": runtime, "containers": [container], **more}


def steps_of(result: dict[str, Any]) -> list[tuple[str, str]]:
    return steps_of_all(result)[0]


def steps_of_all(result: dict[str, Any]) -> list[list[tuple[str, str]]]:
    return [[(step["action"], step["name"]) for step in one["plan"]] for one in result["apps"]]


@pytest.mark.parametrize("runtime", ["systemd", "podman"])
def test_what_another_app_uses_stays_until_it_does_not(host, account, runtime):
    account(ACCOUNT)
    uses = {"networks": ["shared-net"], "volumes": ["shared-data:/data"]}
    objects = {"networks": [{"name": "shared-net"}], "volumes": [{"name": "shared-data"}]}
    host.good(
        "apps",
        apps=[app("first", runtime, container=uses, **objects), app("second", runtime, container=uses)],
    )
    foretold = host.good("apps", check_mode=True, apps=[GONE])
    done = host.good("apps", apps=[GONE])
    for told in (foretold, done, host.good("apps", apps=[GONE])):
        warnings = str(told["warnings"])
        assert all(sentence in warnings for sentence in STAY)
    assert steps_of(foretold) == steps_of(done) != []
    assert host.run_as(ACCOUNT, "podman ps --format '{{.Names}}'").split() == ["second"]
    assert not host.good("apps", apps=[GONE])["changed"]

    host.good("apps", apps=[app("second", runtime)])
    foretold = host.good("apps", check_mode=True, apps=[GONE])
    assert steps_of(host.good("apps", apps=[GONE])) == steps_of(foretold)
    assert {("remove", "shared-net"), ("remove", "shared-data")} <= set(steps_of(foretold))
    assert "shared" not in host.run_as(ACCOUNT, "podman network ls -q; podman volume ls -q")


@pytest.mark.parametrize("runtime", ["systemd", "podman"])
def test_two_apps_that_go_together_take_along_what_they_shared(host, account, runtime):
    account(ACCOUNT)
    uses = {"networks": ["shared-net"], "volumes": ["shared-data:/data"]}
    objects = {"networks": [{"name": "shared-net"}], "volumes": [{"name": "shared-data"}]}
    first, second = app("first", runtime, container=uses, **objects), app("second", runtime, container=uses)
    going = [GONE, {**GONE, "name": "second"}]

    # Declared by both, in tasks of their own: what one of them leaves is not the other one's to take.
    host.good("apps", apps=[first])
    host.good("apps", apps=[{**second, **objects}])
    keeps = [GONE, {"name": "second", "user": ACCOUNT, "state": "absent"}]
    foretold = host.good("apps", check_mode=True, apps=keeps)
    done = host.good("apps", apps=keeps)
    assert steps_of_all(done) == steps_of_all(foretold)
    assert not done.get("warnings")
    assert not foretold.get("warnings")
    assert host.run_as(ACCOUNT, "podman ps -aq; podman network ls -q; podman volume ls -q").split() == [
        "podman",
        "shared-data",
    ]
    assert not host.good("apps", apps=keeps)["changed"]

    host.good("apps", apps=[first, second])
    foretold = host.good("apps", check_mode=True, apps=going)
    done = host.good("apps", apps=going)
    assert steps_of_all(done) == steps_of_all(foretold)
    # Nothing of anybody is left, so the account goes with them.
    assert host.run(f"getent passwd {ACCOUNT} || true") == ""
    assert done["apps"][0]["exported"]["volumes"] == ["shared-data"]
    assert not host.good("apps", apps=going)["changed"]


@pytest.mark.parametrize("prune", [False, True], ids=["alone", "pruned"])
@pytest.mark.parametrize("runtime", ["systemd", "podman"])
def test_a_switch_that_is_taken_out_gives_its_port_to_its_container(host, account, runtime, prune):
    account(ACCOUNT)
    web = {
        "networks": ["door"],
        "command": [
            "sh",
            "-c",
            "mkdir /dev/shm/www; echo $V > /dev/shm/www/index.html; exec httpd -f -p 8080 -h /dev/shm/www",
        ],
        "wait_timeout": 5,
    }
    switch = {"image": HAPROXY, "publish": "127.0.0.1:18094", "port": 8080, "check": "/"}
    before = app(
        "web", runtime, networks=[{"name": "door"}], container={**web, "env": {"V": "1"}, "switch": switch}
    )
    after = {**web, "env": {"V": "2"}, "publish": ["127.0.0.1:18094:8080"]}
    host.good("apps", apps=[before])
    bad = {**after, "command": ["/missing"]}
    wanted = [app("web", runtime, networks=[{"name": "door"}], container=bad)]
    told = host.module("apps", apps=wanted, prune=prune)
    assert "web-switch runs again" in told["msg"]
    assert host.run("curl -s http://127.0.0.1:18094/").strip() == "1"

    task = {"apps": [app("web", runtime, networks=[{"name": "door"}], container=after)], "prune": prune}
    foretold = host.good("apps", check_mode=True, **task)
    assert steps_of(host.good("apps", **task)) == steps_of(foretold)
    assert host.run("curl -s http://127.0.0.1:18094/").strip() == "2"
    assert "web-switch" not in host.run_as(
        ACCOUNT, "podman ps -a --format '{{.Names}}'; ls -a apps/web 2>/dev/null; true"
    )
    assert not host.good("apps", **task)["changed"]
