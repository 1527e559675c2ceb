# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road from parameters to result: what is refused at its beginning, and what check mode says at its end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from ansible_collections.rootless.podman.plugins.module_utils import _operations, _road
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import FakePodman
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import (
    KEY,
    Clock,
    container,
    house,
    one_after_the_other,
    pod,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.strategies import (
    CONTAINER,
    POD,
    params_of,
)

calm = settings(house, suppress_health_check=list(HealthCheck), max_examples=60)


@pytest.fixture(autouse=True)
def orderly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_operations, "in_parallel", one_after_the_other)
    monkeypatch.setattr(_operations, "time", Clock())


def ready() -> FakePodman:
    """A Podman in which others are that drawn parameters may name."""
    podman = FakePodman()
    podman.write("POST", "containers/create", None, {"name": "other", "image": "img"})
    return podman


def names_nobody(params: dict[str, Any]) -> dict[str, Any]:
    """Without requirements: those of drawn parameters are not there."""
    return {key: value for key, value in params.items() if key != "requires"}


@calm
@given(params=params_of(CONTAINER))
def test_check_mode_says_what_a_container_s_run_does(params: dict[str, Any]) -> None:
    podman, params = ready(), names_nobody(params)
    writes = list(podman.writes)
    foretold = container(podman, check=True, wait=False, **params)
    assert podman.writes == writes
    done = container(podman, wait=False, **params)
    assert (done["plan"], done["diff"]) == (foretold["plan"], foretold["diff"])
    again = container(podman, wait=False, **params)
    assert (again["changed"], again["plan"]) == (False, [])


@calm
@given(before=params_of(CONTAINER), after=params_of(CONTAINER))
def test_one_declaration_after_another(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Whatever was declared first, what is declared last is what there is."""
    podman, before, after = ready(), names_nobody(before), names_nobody(after)
    container(podman, wait=False, **before)
    foretold = container(podman, check=True, wait=False, **after)
    done = container(podman, wait=False, **after)
    assert done["plan"] == foretold["plan"]
    assert container(podman, wait=False, **after)["changed"] is False


@calm
@given(before=params_of(POD), after=params_of(POD))
def test_one_pod_after_another(before: dict[str, Any], after: dict[str, Any]) -> None:
    podman = FakePodman()
    for params in (before, after):
        declared = {"wait": False, "containers": [{"name": "db", "image": "img"}], **params}
        foretold = pod(podman, check=True, **declared)
        assert pod(podman, **declared)["plan"] == foretold["plan"]
        assert pod(podman, **declared)["changed"] is False


# What is refused


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x\n", "web.rp-new", "web.rp-old", "é", None])
def test_names(name: Any) -> None:
    for run in (container, pod):
        with pytest.raises(Failure, match="name"):
            run(FakePodman(), name=name)


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"image": None, "env": {"A": "1"}}, "image: missing; container web needs an image"),
        ({"colour": "red"}, "definition: .*colour"),
        ({"wait_timeout": "long"}, "wait_timeout"),
        ({"state": "running"}, "state"),
        ({"memory": "much"}, "memory: 'much' was given, and a size such as"),
        ({"env": ["A"]}, "env"),
        (
            {"pod": "none"},
            "pod: there is no pod none in this account; make it first with rootless.podman.pod",
        ),
        ({"network": "host", "network_aliases": ["a"]}, "network_aliases: network host knows no aliases"),
    ],
)
def test_what_a_container_task_is_told(params: dict[str, Any], says: str) -> None:
    podman = FakePodman()
    for check in (True, False):
        with pytest.raises(Failure, match=says):
            container(podman, check=check, **params)
    assert podman.writes == []


def test_nothing_is_said_beside_a_definition() -> None:
    params = {name: argument.get("default") for name, argument in _road.CONTAINER_SPEC.items()}
    params.update(definition={"name": "web", "image": "img"})
    with pytest.raises(Failure, match="image: was given beside definition"):
        _road.travel_container(Task({**params, "image": "img"}, True), FakePodman(), KEY)
    assert _road.travel_container(Task(params, True), FakePodman(), KEY)["changed"] is True


def test_user_means_the_one_inside_within_a_definition() -> None:
    podman = FakePodman()
    container(podman, user="nobody")
    assert podman.named("web").body["user"] == "nobody"


# Pulling


def test_a_policy_that_always_asks_asks_before_anything_is_compared() -> None:
    podman = FakePodman()
    podman.registry["img"] = podman.images["img"]
    container(podman)
    for policy, asked in (("missing", 0), ("never", 0), ("always", 1), ("newer", 2)):
        assert container(podman, pull=policy)["changed"] is False
        assert podman.writes.count("POST images/pull") == asked
    container(podman, check=True, pull="always")
    assert podman.writes.count("POST images/pull") == 2


def test_an_unchanged_container_costs_few_calls() -> None:
    podman = FakePodman()
    container(podman)
    before = podman.calls
    container(podman)
    assert podman.calls - before <= 3


# Results


def test_no_result_shows_what_may_be_secret() -> None:
    podman = FakePodman()
    for secret in ("correct horse", "battery staple"):
        for check in (True, False):
            result = container(podman, check=check, env={"PASSWORD": secret})
            assert secret not in json.dumps(result)


def test_a_result_names_what_is_there() -> None:
    podman = FakePodman()
    shown = container(podman, publish=["8080:80"])["container"]
    assert (shown["name"], shown["status"], shown["id"]) == ("web", "running", podman.named("web").id)
    assert shown["ports"] == {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}
    assert container(podman, check=True, state="absent")["container"]["status"] == "running"
    assert container(podman, state="absent")["container"] == {}
