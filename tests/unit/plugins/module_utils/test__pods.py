# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for pods: their states, their members, what they must not touch, and pods that are made anew."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _operations, _parallel, _road
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import FakePodman
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import (
    KEY,
    Clock,
    container,
    one_after_the_other,
    pod,
    steps_of,
)


@pytest.fixture(autouse=True)
def orderly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_parallel, "in_parallel", one_after_the_other)
    monkeypatch.setattr(_operations, "time", Clock())


def members(*names: str, **more: Any) -> list[dict[str, Any]]:
    """Declarations of containers that only differ by name."""
    return [{"name": name, "image": "img", **more} for name in names]


def made(**params: Any) -> FakePodman:
    """A Podman with the pod of these parameters."""
    podman = FakePodman()
    pod(podman, **params)
    return podman


def plan(podman: FakePodman, **params: Any) -> list[tuple[str, str]]:
    """What a run in check mode says; it must write nothing, and the run itself must do the same."""
    writes = list(podman.writes)
    planned = steps_of(pod(podman, check=True, **params))
    assert podman.writes == writes
    twin = podman.twin()
    assert steps_of(pod(twin, **params)) == planned
    again = pod(twin, **{**params, "recreate": False})
    assert (again["changed"], again["plan"]) == (False, [])
    return planned


def by_hand(podman: FakePodman, name: str, **body: Any) -> None:
    podman.write("POST", "containers/create", None, {"name": name, "image": "img", **body})


# States


@pytest.mark.parametrize(
    ("before", "state", "steps"),
    [
        (None, "started", [("create", "app"), ("create", "db"), ("create", "web")]),
        (None, "stopped", [("create", "app"), ("create", "db"), ("create", "web")]),
        (None, "absent", []),
        ("started", "started", []),
        ("started", "present", []),
        ("started", "stopped", [("stop", "app")]),
        ("started", "absent", [("remove", "app")]),
        ("stopped", "stopped", []),
        ("stopped", "present", []),
        ("stopped", "started", [("start", "db"), ("start", "web")]),
    ],
)
def test_states(before: str | None, state: str, steps: list) -> None:
    podman = FakePodman() if before is None else made(state=before, containers=members("db", "web"))
    assert plan(podman, state=state, containers=members("db", "web")) == steps


def test_a_pod_without_containers_is_only_made() -> None:
    podman = FakePodman()
    pod(podman)
    assert podman.pod_named("app")
    assert [each.running for each in podman.containers.values()] == [False]
    assert plan(podman) == []
    assert plan(podman, state="started") == [("start", "app")]


def test_state_alone_works_on_the_whole_pod() -> None:
    podman = made(publish=["8080:80"], containers=members("db", "web"))
    assert plan(podman, state="stopped") == [("stop", "app")]
    pod(podman, state="stopped")
    assert not any(each.running for each in podman.containers.values())
    assert plan(podman, state="started") == [("start", "app")]
    pod(podman, state="started")
    assert all(each.running for each in podman.containers.values())


def test_one_that_stopped_is_started() -> None:
    podman = made(containers=members("db", "web"))
    podman.named("web").status = "exited"
    assert plan(podman, containers=members("db", "web")) == [("start", "web")]


# Members


def test_a_member_more_and_a_member_less() -> None:
    podman = made(containers=members("db", "web"))
    assert plan(podman, containers=members("db", "web", "cache")) == [("create", "cache")]
    assert plan(podman, containers=members("web")) == [("remove", "db")]
    assert plan(podman, containers=[]) == [("remove", "db"), ("remove", "web")]
    assert plan(podman) == []  # nothing is said about containers


def test_a_changed_member_is_replaced_alone() -> None:
    podman = made(containers=members("db", "web"))
    identity = podman.named("db").id
    changed = [*members("db"), *members("web", env={"A": "1"})]
    assert plan(podman, containers=changed) == [("replace", "web")]
    pod(podman, containers=changed)
    assert podman.named("db").id == identity


def test_a_member_of_somebody_else_is_left_alone_and_told_of() -> None:
    podman = made(containers=members("db"))
    by_hand(podman, "guest", pod="app")
    task = Task({"definition": {"name": "app", "containers": members("web")}}, False)
    _road.travel_pod(task, podman, KEY)
    assert podman.named("guest")
    assert podman.named("db") is None
    assert task.warnings == [
        "pod app: container guest belongs to it, but no pod task made it; it is left alone."
    ]


def test_a_member_that_a_container_task_put_there_is_left_alone() -> None:
    podman = made(containers=members("db"))
    container(podman, pod="app")
    pod(podman, containers=members("db"))
    assert podman.named("web")


def test_a_member_made_by_hand_is_adopted_when_it_is_declared() -> None:
    podman = made(containers=members("db"))
    by_hand(podman, "web", pod="app")
    result = pod(podman, containers=members("db", "web"))
    assert steps_of(result) == [("start", "web")]
    assert result["adopted"] is False or result["adopted"] is True


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (members("db", "db"), "containers: db is declared more than once"),
        ([{"name": "db"}], r"containers\[db\]\.image: missing"),
        ([{"image": "img"}], r"containers\[0\]\.name: '' was given"),
        ([{"name": "db", "image": "img", "colour": "red"}], r"containers\[db\]: .*colour"),
        (
            members("db", publish=["80:80"]),
            r"containers\[db\]\.publish: a container in a pod shares this with the pod",
        ),
        (members("db", userns="nomap"), r"containers\[db\]\.userns: a container in a pod shares this"),
        (members("db", shm_size="32m"), r"containers\[db\]\.shm_size: a container in a pod shares this"),
        (members("db", memory="much"), r"containers\[db\]\.memory: 'much' was given"),
        (members("db.rp-new"), "not ending in .rp-new or .rp-old"),
        (members("db", state="stopped"), r"containers\[db\]: .*state"),
    ],
)
def test_declarations_that_are_refused(declared: list, says: str) -> None:
    podman = FakePodman()
    with pytest.raises(Failure, match=says):
        pod(podman, containers=declared)
    assert podman.writes == []


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ({"publish": ["8080:80"]}, "publish: was given beside infra: false"),
        ({"userns": "nomap"}, "userns: was given beside infra: false"),
        ({"volume": ["data:/data"], "label": {"a": "b"}}, "volume: was given beside infra: false"),
    ],
)
def test_what_only_an_infra_container_could_carry_is_refused_without_one(declared: dict, says: str) -> None:
    podman = FakePodman()
    with pytest.raises(Failure, match=says):
        pod(podman, infra=False, **declared)
    assert podman.writes == []
    assert steps_of(pod(podman, infra=False, label={"a": "b"}, exit_policy="stop")) == [("create", "app")]


@pytest.mark.parametrize("outside", ["alone", "in another pod", "while the pod is changed", "and unfinished"])
def test_a_name_that_is_in_use_outside_the_pod_is_refused(outside: str) -> None:
    """It is another task's container: it must neither be moved into the pod nor replaced."""
    podman = made(hostname="a", containers=members("web")) if "pod is" in outside else FakePodman()
    if outside == "and unfinished":
        podman.write("POST", "pods/create", None, {"name": "app.rp-new"})
    if outside == "in another pod":
        pod(podman, name="other", containers=members("db"))
    else:
        container(podman, name="db")
    before, writes = podman.view(), list(podman.writes)
    for check in (True, False):
        for changed in ({}, {"hostname": "b"}):
            with pytest.raises(Failure) as caught:
                pod(podman, check=check, containers=members("web", "db"), **changed)
            assert caught.value.message == (
                "containers[db].name: container db exists already, outside pod app; choose another name, or remove it "
                "first with rootless.podman.container: state=absent."
            )
    assert (podman.view(), podman.writes) == (before, writes)
    if outside != "in another pod":
        container(podman, name="db", state="absent")
        pod(podman, containers=members("web", "db"))


def test_every_image_is_pulled_once() -> None:
    podman = FakePodman()
    podman.registry["other"] = podman.images["img"]
    planned = [("pull", "other"), ("create", "app"), ("create", "a"), ("create", "b")]
    declared = members("a", "b", image="other")
    assert steps_of(pod(podman, check=True, containers=declared)) == planned
    assert steps_of(pod(podman, containers=declared)) == planned
    assert podman.writes.count("POST images/pull") == 1
    with pytest.raises(Failure, match="image: third is not on the host, and pull: never forbids to fetch it"):
        pod(podman, pull="never", containers=members("a", image="third"))


# Made anew


def options(podman: FakePodman, **params: Any) -> list[str]:
    """Options that are the reasons to make the pod anew."""
    first = pod(podman, check=True, **params)["plan"][0]
    assert (first["action"], first["kind"]) == ("replace", "pod")
    return [reason["option"] for reason in first["reasons"]]


def test_a_changed_pod_is_made_anew_with_all_its_containers() -> None:
    podman = made(publish=["8080:80"], containers=members("db", "web"))
    changed = dict(publish=["8081:80"], containers=members("db", "web"))
    assert plan(podman, **changed) == [("replace", "app"), ("recreate", "db"), ("recreate", "web")]
    assert options(podman, **changed) == ["publish"]
    before = set(podman.containers)
    pod(podman, **changed)
    assert not before & set(podman.containers)
    assert {each.name for each in podman.pods.values()} == {"app"}


def test_what_is_taken_out_and_what_is_put_in_makes_anew() -> None:
    podman = made(hostname="a", containers=members("db"))
    assert options(podman, containers=members("db")) == ["hostname"]
    assert options(podman, hostname="a", dns=["1.1.1.1"], containers=members("db")) == ["dns"]
    assert options(podman, hostname="a", containers=members("db"), recreate=True) == ["recreate"]


def test_a_pod_with_others_in_it_is_not_made_anew() -> None:
    podman = made(hostname="a", containers=members("db"))
    by_hand(podman, "guest", pod="app")
    before = podman.view()
    with pytest.raises(
        Failure, match="pod app: hostname can only be changed by making the pod anew, and it holds guest"
    ):
        pod(podman, hostname="b", containers=members("db"))
    with pytest.raises(Failure, match="it holds db, guest, which this task does not declare"):
        pod(podman, hostname="b")
    assert podman.view() == before


def test_members_that_are_no_longer_declared_do_not_hold_it_back() -> None:
    podman = made(hostname="a", containers=members("db", "web"))
    pod(podman, hostname="b", containers=members("web"))
    assert podman.named("db") is None
    assert podman.named("web").running


@pytest.mark.parametrize(
    ("before", "state", "runs"),
    [
        ("started", "started", True),
        ("started", "present", True),
        ("stopped", "present", False),
        ("stopped", "started", True),
        ("started", "stopped", False),
    ],
)
def test_whether_a_new_pod_runs(before: str, state: str, runs: bool) -> None:
    podman = made(state=before, hostname="a", containers=members("db"))
    pod(podman, state=state, hostname="b", containers=members("db"))
    assert podman.named("db").running is runs


def test_an_old_podman_refuses_what_it_does_not_know() -> None:
    podman = FakePodman(version=(4, 3, 1))
    with pytest.raises(
        Failure, match="restart_policy: this option needs Podman 4.6 or later, and the host has 4.3.1"
    ):
        pod(podman, restart_policy="always", containers=members("db"))
    assert podman.writes == []


def test_a_pod_made_by_hand_as_declared_is_adopted() -> None:
    podman = FakePodman()
    podman.write("POST", "pods/create", None, {"name": "app", "hostname": "a"})
    result = pod(podman, hostname="a")
    assert (result["changed"], result["adopted"]) == (False, True)
    assert options(podman, hostname="b") == ["hostname"]


# What a killed run left


def test_a_pod_that_only_has_its_other_name_goes_on_from_there() -> None:
    podman = made(name="app.x", containers=members("db"))
    podman.pod_named("app.x").name = "app.rp-new"
    podman.named("db").name = "db.rp-new"
    steps = plan(podman, containers=members("db"))
    assert steps == [("replace", "app"), ("recreate", "db")]
    pod(podman, containers=members("db"))
    assert {each.name for each in podman.pods.values()} == {"app"}
    assert podman.named("db").running


def test_an_unproven_pod_beside_the_old_one_goes() -> None:
    podman = made(containers=members("db"))
    podman.write("POST", "pods/create", None, {"name": "app.rp-new"})
    assert plan(podman, containers=members("db")) == [("remove", "app.rp-new")]
    assert plan(podman, state="absent") == [("remove", "app"), ("remove", "app.rp-new")]


# Results


def test_a_result_names_what_is_there() -> None:
    podman = made(containers=members("db"))
    shown = pod(podman, containers=members("db"))["pod"]
    assert (shown["name"], shown["state"]) == ("app", "Running")
    assert {each["name"] for each in shown["containers"]} == {
        "db",
        podman.containers[podman.pod_named("app").infra].name,
    }
    assert pod(podman, state="absent")["pod"] == {}
