# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers of an app that move into pods, out of them and between them, under their own names, in both runtimes."""

from __future__ import annotations

from typing import Any

import pytest
from support.host import Host
from support.prepare import BUSYBOX

ACCOUNT = "movers"
# By pod, the empty name standing for none: who is in it. Each step leads to the next one.
STEPS: tuple[dict[str, list[str]], ...] = (
    {"": ["web", "db"]},
    {"": ["db"], "one": ["web"]},
    {"one": ["web", "db"]},
    {"one": ["web"], "two": ["db"]},
    {"one": ["db"], "two": ["web"]},
    {"new": ["web", "db"]},
    {"": ["web", "db"]},
)


def container(name: str, command: str) -> dict[str, Any]:
    return {"name": name, "image": BUSYBOX, "command": command, "init": True}


def app(runtime: str, places: dict[str, list[str]], command: str = "sleep 100000") -> dict[str, Any]:
    """The app with its containers in these places; ``command`` is that of the container db."""
    made = {
        pod: [container(name, command if name == "db" else "sleep 100000") for name in names]
        for pod, names in places.items()
    }
    pods = [{"name": pod, "containers": several} for pod, several in made.items() if pod]
    return {
        "name": "moves",
        "user": ACCOUNT,
        "runtime": runtime,
        "containers": made.get("", []),
        "pods": pods,
    }


def steps_of(result: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(step["action"], step["kind"], step["name"]) for step in result["apps"][0]["plan"]]


def running(host: Host) -> set[tuple[str, str]]:
    """Pairs of pod and container."""
    told = host.run_as(ACCOUNT, "podman ps --format '{{.PodName}}/{{.Names}}'").split()
    return {
        (pod, name) for pod, _slash, name in (each.partition("/") for each in told) if "infra" not in name
    }


@pytest.mark.parametrize("runtime", ["systemd", "podman"])
def test_check_mode_predicts_each_move_and_the_run_makes_it(host, account, runtime):
    account(ACCOUNT)
    # Without units a container of the app is replaced where it is, and the way leads over every second place.
    steps = STEPS if runtime == "systemd" else STEPS[::2]
    host.good("apps", apps=[app(runtime, steps[0])])
    for places in steps[1:]:
        task = {"apps": [app(runtime, places)], "prune": True}
        foretold = steps_of(host.good("apps", check_mode=True, **task))
        assert steps_of(host.good("apps", **task)) == foretold != []
        assert running(host) == {(pod, name) for pod, names in places.items() for name in names}
        assert not host.good("apps", **task)["changed"]


@pytest.mark.parametrize("runtime", ["systemd", "podman"])
def test_who_does_not_come_up_in_its_new_place_is_back_in_the_old_one(host, account, runtime):
    account(ACCOUNT)
    before, after = {"one": ["web"], "two": ["db"]}, {"one": ["db"], "two": ["web"]}
    host.good("apps", apps=[app(runtime, before)])
    told = host.module("apps", apps=[app(runtime, after, "/missing")], prune=True)
    assert told["failed"]
    assert running(host) == {("one", "web"), ("two", "db")}
    assert not host.good("apps", apps=[app(runtime, before)], prune=True)["changed"]


def test_a_pod_that_is_made_anew_does_not_take_a_container_in_at_once(host, account):
    """With Podman's own runtime the pod proves itself under another name, in which there is no place for a container that serves."""
    account(ACCOUNT)
    host.good("apps", apps=[app("podman", {"": ["db"], "one": ["web"]})])
    wanted = app("podman", {"one": ["web", "db"]})
    wanted["pods"][0]["hostname"] = "other"
    for check_mode in (True, False):
        told = host.module("apps", apps=[wanted], prune=True, check_mode=check_mode)
        assert (
            "container db exists already, outside pod one, which has to be made anew as well" in told["msg"]
        )
    assert running(host) == {("", "db"), ("one", "web")}
