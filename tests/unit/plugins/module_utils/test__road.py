# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road from parameters to result: what is refused at its beginning, and what check mode says at its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _operations, _parallel, _road, _wanted
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
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
unruffled = settings(calm, max_examples=150)


@pytest.fixture(autouse=True)
def orderly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_parallel, "in_parallel", one_after_the_other)
    monkeypatch.setattr(_operations, "time", Clock())


def ready() -> FakePodman:
    """A Podman in which others are that drawn parameters may name."""
    podman = FakePodman()
    podman.write("POST", "containers/create", None, {"name": "other", "image": "img"})
    return podman


def names_nobody(params: dict[str, Any]) -> dict[str, Any]:
    """Without what needs others, who are not there: requirements, and the pod before whose containers one runs."""
    return {key: value for key, value in params.items() if key not in ("requires", "init_ctr")}


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
            {"colur": 1, "memori": "1g"},
            "definition: 'colur' is no option; .* ansible-doc rootless.podman.container",
        ),
        ({"memori": "1g"}, "definition: 'memori' is no option; write memory if that is meant"),
        ({"a\nb": 1}, r"definition: 'a\\nb' is no option; take it out"),
        ({"retry": float("inf")}, "definition: (a number in it cannot be read|argument .retry. is of type)"),
        ({"retry": "many\nlines"}, "definition: .*retry.* cannot be converted to an int"),
        (
            {"pod": "none"},
            "pod: there is no pod none in this account; make it first with rootless.podman.pod",
        ),
        ({"network": "host", "network_aliases": ["a"]}, "network_aliases: network host knows no aliases"),
        ({"healthcheck": "none", "healthcheck_retries": 2}, "healthcheck: none was given beside settings"),
        ({"userns": "nomap", "gidmap": ["0:1:9"]}, "gidmap: was given beside userns, and only one of them"),
        (
            {"memory": "1g", "memory_swap": "512m"},
            "memory_swap: 512m was given, and it counts memory in, so at least 1g is needed",
        ),
        ({"cpus": 0.5, "cpu_period": 50000}, "cpu_period: was given beside cpus"),
        ({"group_add": ["keep-groups", "adm"]}, "group_add: .* keep-groups alone is needed"),
        (
            {"expose": ["80", "81-80"]},
            r"expose: .* a port such as 8080, 53/udp or 9000-9010 \(found '81-80'\)",
        ),
    ],
)
def test_what_a_container_task_is_told(params: dict[str, Any], says: str) -> None:
    podman = FakePodman()
    for check in (True, False):
        with pytest.raises(Failure, match=says) as caught:
            container(podman, check=check, **params)
        assert len(caught.value.message.splitlines()) == 1
    assert podman.writes == []


def test_nothing_is_said_beside_a_definition() -> None:
    params = {name: argument.get("default") for name, argument in _wanted.CONTAINER_SPEC.items()}
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


# Junk

# Words that mean something to a value that is a map.
WORDS = ["source", "target", "type", "uid", "mode", "path", "name", "options", "ip"]
JUNK = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-5, 10**20), st.floats(), st.text(max_size=8),
        st.text("0123456789.-:/,=[]{}kmgbs'\"\n\x00", max_size=10),
        st.sampled_from(["web", "img", "host", "a=b", "80:80", "/a:/b", "10m", "container:other", "app", "1e300", "²"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.text(max_size=5), st.sampled_from(WORDS)), inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip


def declarations(arguments: dict[str, Any], **known: Any) -> Any:
    """Some options of a module, each with anything at all, and now and then a word that is no option."""
    names = st.one_of(st.sampled_from(sorted(arguments)), st.text(max_size=5))
    return st.builds(
        lambda plain, given: {**plain, **given}, st.fixed_dictionaries({}, optional=known), st.dictionaries(names, JUNK, max_size=4)
    )  # fmt: skip


def one_sentence(run: Callable[..., Any], params: Any) -> None:
    """A run does what it is told, or says in one line what is wrong."""
    podman = ready()
    podman.check = True
    try:
        run(Task({"definition": params}, True), podman, KEY)
    except Failure as failure:
        assert failure.message.splitlines() == [failure.message]
        assert 10 < len(failure.message) < 2000
        json.dumps(failure.facts)


@unruffled
@given(declarations(_wanted.CONTAINER_SPEC, name=st.just("web"), image=st.just("img")))
def test_whatever_a_container_task_says_it_is_done_or_one_sentence(params: dict[str, Any]) -> None:
    one_sentence(_road.travel_container, params)


MEMBERS = st.lists(
    st.one_of(JUNK, declarations(_wanted.CONTAINER_SPEC, name=st.just("db"), image=st.just("img"))),
    max_size=2,
)


@unruffled
@given(declarations(_wanted.POD_SPEC, name=st.just("app"), containers=MEMBERS))
def test_whatever_a_pod_task_says_it_is_done_or_one_sentence(params: dict[str, Any]) -> None:
    one_sentence(_road.travel_pod, params)
