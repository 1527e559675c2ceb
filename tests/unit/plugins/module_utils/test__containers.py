# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans for containers: from every state that there can be to the declared one, in as few steps as it takes."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _operations, _parallel
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_inspect import image_inspect
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import FakePodman
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import (
    Clock,
    container,
    one_after_the_other,
    pod,
    steps_of,
)

WANTED = {"env": {"V": "2"}, "publish": ["8080:80"]}
FORMER = {"env": {"V": "1"}, "publish": ["8080:80"]}


@pytest.fixture(autouse=True)
def orderly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_parallel, "in_parallel", one_after_the_other)
    monkeypatch.setattr(_operations, "time", Clock())


def plan(podman: FakePodman, **params: Any) -> list[tuple[str, str]]:
    """What a run in check mode says; it must write nothing."""
    writes = list(podman.writes)
    result = container(podman, check=True, **params)
    assert podman.writes == writes
    assert result["changed"] is bool(result["plan"])
    return steps_of(result)


def made(**params: Any) -> FakePodman:
    """A Podman with the container of these parameters."""
    podman = FakePodman()
    container(podman, **params)
    return podman


# What a killed replacement can leave: each of the three names is free, or has a container of the
# wanted or the former declaration that runs or does not.
SLOT = [None, *itertools.product(("wanted", "former"), ("running", "exited", "created"))]
TAILS = ("", ".rp-new", ".rp-old")


def left_behind(slots: tuple) -> FakePodman | None:
    """A Podman with these three containers; None where two would run at the same port, which cannot be."""
    if sum(slot is not None and slot[1] == "running" for slot in slots) > 1:
        return None
    podman = FakePodman()
    for tail, slot in zip(TAILS, slots):
        if slot is None:
            continue
        declared, status = slot
        container(podman, state="present", **(WANTED if declared == "wanted" else FORMER))
        podman.named("web").status = status
        podman.named("web").dns = "web" if status == "running" else ""
        podman.named("web").name = f"then{tail}"
    for tail in TAILS:
        if podman.named(f"then{tail}"):
            podman.named(f"then{tail}").name = f"web{tail}"
    return podman


@pytest.mark.parametrize("state", ["started", "stopped", "present", "absent"])
@pytest.mark.parametrize("current", SLOT, ids=str)
def test_every_state_of_a_killed_replacement_ends_as_declared(current: Any, state: str) -> None:
    for new, old in itertools.product(SLOT, SLOT):
        podman = left_behind((current, new, old))
        if podman is None:
            continue
        where = f"{current} / new {new} / old {old}"
        planned = plan(podman, state=state, **WANTED)
        result = container(podman, state=state, **WANTED)
        assert steps_of(result) == planned, where
        assert {each.name for each in podman.containers.values()} == (
            set() if state == "absent" else {"web"}
        ), where
        if state != "absent":
            assert podman.named("web").body["env"] == {"V": "2"}, where
        if state in ("started", "stopped"):
            assert podman.named("web").running is (state == "started"), where
        if state == "started":
            assert podman.named("web").dns == "web", where
        again = container(podman, state=state, **WANTED)
        assert (again["changed"], again["plan"]) == (False, []), where


@pytest.mark.parametrize(
    ("slots", "steps"),
    [
        ((None, None, None), [("create", "web")]),
        ((("wanted", "running"), None, None), []),
        ((("former", "running"), None, None), [("replace", "web")]),
        # Killed before the swap: the new one was never used.
        ((("former", "running"), ("wanted", "created"), None), [("remove", "web.rp-new"), ("replace", "web")]),
        ((("former", "exited"), ("wanted", "created"), None), [("remove", "web.rp-new"), ("replace", "web")]),
        # Killed in the middle of the swap: the old one leads again.
        ((None, ("wanted", "created"), ("former", "exited")), [("rename", "web.rp-old"), ("remove", "web.rp-new"), ("replace", "web")]),
        # Killed after the swap: only the proof is missing.
        ((("wanted", "created"), None, ("former", "exited")), [("finish", "web")]),
        ((("wanted", "running"), None, ("former", "exited")), [("finish", "web")]),
        # Killed after the swap, and the task says something else now: what never proved itself goes.
        ((("former", "created"), None, ("wanted", "exited")), [("remove", "web"), ("rename", "web.rp-old"), ("replace", "web")]),
    ],
    ids=str,
)  # fmt: skip
def test_where_a_killed_replacement_stood(slots: tuple, steps: list) -> None:
    assert plan(left_behind(slots), **WANTED) == steps


# States


@pytest.mark.parametrize(
    ("before", "state", "steps"),
    [
        (None, "started", ["create"]), (None, "present", ["create"]), (None, "created", ["create"]), (None, "stopped", ["create"]),
        (None, "absent", []),
        ("started", "started", []), ("started", "present", []), ("started", "stopped", ["stop"]), ("started", "absent", ["remove"]),
        ("stopped", "started", ["start"]), ("stopped", "present", []), ("stopped", "stopped", []), ("stopped", "absent", ["remove"]),
    ],
)  # fmt: skip
def test_states(before: str | None, state: str, steps: list[str]) -> None:
    podman = FakePodman() if before is None else made(state=before, **WANTED)
    assert plan(podman, state=state, **WANTED) == [(step, "web") for step in steps]
    container(podman, state=state, **WANTED)
    there = podman.named("web")
    assert (there is not None and there.running) is (
        state == "started" or (state == "present" and before == "started")
    )


@pytest.mark.parametrize(
    ("declared", "state", "step", "runs"),
    [
        (WANTED, "started", "start", True),
        (WANTED, "stopped", "stop", False),
        (WANTED, "present", None, False),
        (FORMER, "started", "replace", True),
    ],
)
def test_one_that_was_paused_by_hand(declared: dict, state: str, step: str | None, runs: bool) -> None:
    podman = made(state="started", **declared)
    podman.named("web").status = "paused"
    assert plan(podman, state=state, **WANTED) == ([(step, "web")] if step else [])
    container(podman, state=state, **WANTED)
    assert podman.named("web").running is runs
    assert podman.named("web.rp-old") is None


@pytest.mark.parametrize(
    ("before", "state", "runs"),
    [
        ("started", "started", True),
        ("started", "present", True),
        ("started", "stopped", False),
        ("stopped", "present", False),
        ("stopped", "started", True),
    ],
)
def test_whether_a_replacement_runs(before: str, state: str, runs: bool) -> None:
    podman = made(state=before, **FORMER)
    container(podman, state=state, **WANTED)
    assert podman.named("web").body["env"] == {"V": "2"}
    assert podman.named("web").running is runs


def test_a_task_that_speaks_of_state_alone() -> None:
    podman = made(**FORMER)
    assert plan(podman, image=None, state="stopped") == [("stop", "web")]
    assert plan(podman, image=None, state="started") == []
    with pytest.raises(Failure, match="image: missing; container web needs an image"):
        plan(FakePodman(), image=None, state="started")


def test_restart_and_recreate_happen_once_a_run() -> None:
    podman = made(**WANTED)
    assert plan(podman, force_restart=True, **WANTED) == [("restart", "web")]
    assert plan(podman, recreate=True, **WANTED) == [("replace", "web")]
    assert plan(podman, recreate=True, force_restart=True, **WANTED) == [("replace", "web")]
    identity = podman.named("web").id
    container(podman, recreate=True, **WANTED)
    assert podman.named("web").id != identity
    container(podman, state="stopped", **WANTED)
    assert plan(podman, force_restart=True, state="stopped", **WANTED) == []


# In place, or by a new one


def options(podman: FakePodman, **params: Any) -> list[tuple[str, list[str]]]:
    """Actions with the options that are their reasons."""
    result = container(podman, check=True, **params)
    return [(step["action"], [reason["option"] for reason in step["reasons"]]) for step in result["plan"]]


def test_limits_are_changed_in_place() -> None:
    podman = made(memory="64m", restart_policy="always", **WANTED)
    identity = podman.named("web").id
    changed = dict(memory="128m", restart_policy="on-failure:3", pids_limit=100, cpus="0.5", **WANTED)
    assert options(podman, **changed) == [("update", ["restart_policy", "memory", "cpus", "pids_limit"])]
    container(podman, **changed)
    there = podman.named("web")
    assert there.id == identity
    assert there.body["restart_policy"] == "on-failure"
    assert there.body["resource_limits"]["memory"]["limit"] == 2**27
    assert container(podman, **changed)["changed"] is False


def test_in_place_and_by_a_new_one_is_one_replacement() -> None:
    podman = made(memory="64m", **FORMER)
    assert options(podman, memory="128m", **WANTED) == [("replace", ["env", "memory"])]


def test_an_old_podman_replaces() -> None:
    podman = FakePodman(version=(4, 9, 4))
    container(podman, memory="64m")
    assert options(podman, memory="128m") == [("replace", ["memory"])]


def test_a_host_without_the_controller_replaces_the_rest() -> None:
    podman = FakePodman(controllers=("pids",))
    container(podman, pids_limit=10)
    assert options(podman, pids_limit=20) == [("update", ["pids_limit"])]
    with pytest.raises(Failure, match="memory: this limit needs the cgroup v2 controller memory"):
        plan(podman, memory="64m")


def test_a_limit_that_is_taken_out_needs_a_new_container() -> None:
    podman = made(memory="64m", **WANTED)
    assert options(podman, **WANTED) == [("replace", ["memory"])]
    container(podman, **WANTED)
    assert container(podman, **WANTED)["changed"] is False


def test_an_option_that_is_too_new_is_refused_before_anything_is_done() -> None:
    podman = FakePodman(version=(4, 2, 0))
    with pytest.raises(
        Failure,
        match="healthcheck_failure_action: this option needs Podman 4.3 or later, and the host has 4.2.0",
    ):
        container(podman, healthcheck="true", healthcheck_failure_action="kill")
    assert podman.writes == []


def test_an_update_repeats_the_limits_that_a_new_podman_would_erase() -> None:
    for version, kept in (((5, 8, 0), True), ((5, 7, 9), False)):
        podman = FakePodman(version=version)
        container(podman, memory="64m", ulimit=["nofile=10:20"])
        sent = []
        write = podman.write
        podman.write = lambda method, path, params=None, body=None, *more, write=write, sent=sent, **kw: (
            sent.append(body) if path.endswith("update") else None,
            write(method, path, params, body, *more, **kw),
        )[1]
        container(podman, memory="128m", ulimit=["nofile=10:20"])
        assert ("r_limits" in next(each for each in sent if each)) is kept


# The image


def test_the_image_counts_by_id_and_by_name() -> None:
    podman = made(**WANTED)
    assert options(podman, **WANTED) == []
    podman.images["other"] = podman.images["img"]
    assert options(podman, image="other", **WANTED) == [("replace", ["image"])]
    podman.images["img"] = image_inspect("d" * 64)
    assert options(podman, **WANTED) == [("replace", ["image"])]
    result = container(podman, **WANTED)
    assert result["plan"][0]["reasons"][0]["before"] == f"img {'a' * 12}"
    assert result["plan"][0]["reasons"][0]["after"] == f"img {'d' * 12}"
    assert container(podman, **WANTED)["changed"] is False


def test_what_a_new_image_says_is_no_change_of_the_options() -> None:
    podman = made(**WANTED)
    podman.images["img"] = image_inspect("d" * 64, Env=["NEW=1"], Labels={"new": "label"}, User="nobody")
    assert options(podman, **WANTED) == [("replace", ["image"])]


def test_the_health_check_of_the_image_is_kept_when_a_part_is_overridden() -> None:
    podman = FakePodman()
    podman.images["img"] = {**image_inspect(), "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5}}
    container(podman, healthcheck_retries=9)
    assert podman.named("web").body["healthconfig"] == {
        "Test": ["CMD", "true"],
        "Interval": 5,
        "Retries": 9,
        "Timeout": 30 * 10**9,
    }


# Adoption


def by_hand(podman: FakePodman, name: str = "web", **body: Any) -> None:
    identity = podman.write("POST", "containers/create", None, {"name": name, "image": "img", **body})["Id"]
    podman.write("POST", f"containers/{identity}/start")


def test_a_container_made_by_hand_as_declared_is_adopted() -> None:
    podman = FakePodman()
    by_hand(podman, env={"V": "2"})
    result = container(podman, env={"V": "2"})
    assert (result["changed"], result["adopted"]) == (False, True)
    assert container(podman, env={"V": "2"})["adopted"] is True


def test_a_container_made_by_hand_in_another_way_is_replaced() -> None:
    podman = FakePodman()
    by_hand(podman, env={"V": "1"})
    assert options(podman, env={"V": "2"}) == [("replace", ["env"])]
    result = container(podman, env={"V": "2"})
    assert result["adopted"] is False
    assert container(podman, env={"V": "2"})["adopted"] is False


def test_the_record_of_a_clone_does_not_count() -> None:
    podman = made(**WANTED)
    by_hand(podman, "copy", labels=podman.named("web").body["labels"], env={"V": "2"})
    assert container(podman, name="copy", env={"V": "2"})["adopted"] is True


# What depends on it


def test_a_container_that_others_hold_on_to_is_not_replaced() -> None:
    podman = made(**FORMER)
    by_hand(podman, "foreign", dependencyContainers=["web"])
    before = podman.view()
    for params in ({**WANTED}, {"state": "absent"}):
        with pytest.raises(
            Failure, match="container web: it has to be replaced or removed, and foreign share its namespaces"
        ):
            container(podman, **params)
    assert podman.view() == before
    assert container(podman, **FORMER)["changed"] is False


def test_check_mode_tells_of_them_too() -> None:
    podman = made(**FORMER)
    by_hand(podman, "foreign", netns={"nsmode": "container", "value": "web"})
    with pytest.raises(Failure, match="foreign"):
        container(podman, check=True, **WANTED)


@pytest.mark.parametrize(
    "chained", [{"web": ["api"], "api": ["db"]}, {"web": ["db"], "api": ["db"]}], ids=str
)
def test_those_that_depend_on_a_replaced_one_are_replaced_with_it(chained: dict[str, list[str]]) -> None:
    def declared(version: str) -> list[dict]:
        return [
            {
                "name": name,
                "image": "img",
                "requires": chained.get(name),
                "env": {"V": version if name == "db" else "1"},
            }
            for name in ("db", "api", "web", "alone")
        ]

    podman = FakePodman()
    pod(podman, containers=declared("1"))
    result = pod(podman, check=True, containers=declared("2"))
    assert sorted(steps_of(result)) == [("replace", "api"), ("replace", "db"), ("replace", "web")]
    assert {step["name"]: [each["option"] for each in step["reasons"]] for step in result["plan"]} == {
        "db": ["env"], "api": ["requires"], "web": ["requires"],
    }  # fmt: skip
    pod(podman, containers=declared("2"))
    assert podman.named("api").dns == ""
    assert podman._needs(podman.named("api"))[0] == podman.named("db").id


# Pods


def test_a_container_joins_a_pod_and_leaves_it() -> None:
    podman = FakePodman()
    pod(podman, state="present")
    container(podman, env={"V": "2"})
    assert options(podman, pod="app", env={"V": "2"}) == [("replace", ["pod"])]
    container(podman, pod="app", env={"V": "2"})
    assert podman.named("web").pod == podman.pod_named("app").id
    assert container(podman, pod="app", env={"V": "2"})["changed"] is False
    assert "pod" in options(podman, env={"V": "2"})[0][1]
    with pytest.raises(Failure, match="pod: there is no pod other in this account"):
        container(podman, pod="other")


def test_a_member_has_the_network_of_its_pod() -> None:
    podman = FakePodman()
    pod(podman, state="present")
    with pytest.raises(
        Failure, match="publish: a container in a pod shares this with the pod; declare it on pod app instead"
    ):
        container(podman, pod="app", **WANTED)


def test_an_image_for_another_platform_is_pulled_and_the_container_made_anew() -> None:
    podman = FakePodman()
    podman.images["img"] = {**podman.images["img"], "Os": "linux", "Architecture": "amd64"}
    container(podman)
    assert plan(podman, arch="amd64") == [
        ("replace", "web")
    ]  # the task says something new, the image is the same
    foretold = plan(podman, platform="linux/arm64")
    assert foretold == [("pull", "img"), ("replace", "web")]
    with pytest.raises(Failure, match="^image: img is on the host for amd64, and pull: never forbids"):
        container(podman, platform="linux/arm64", pull="never")
    result = container(podman, platform="linux/arm64")
    assert steps_of(result) == foretold
    assert result["plan"][0]["reasons"] == [
        {"option": "arch", "why": "changed", "before": "amd64", "after": "arm64"}
    ]
    assert plan(podman, platform="linux/arm64") == []


def test_a_registry_that_has_it_for_one_platform_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    podman = FakePodman()
    podman.images["img"] = {**podman.images["img"], "Os": "linux", "Architecture": "amd64"}
    monkeypatch.setattr(podman, "_pull", lambda *_arguments: [])
    with pytest.raises(
        Failure, match="^arch: the registry has image img for amd64 alone, and arm64 is needed"
    ):
        container(podman, arch="arm64")
    assert podman.containers == {}


@pytest.mark.parametrize(
    ("mode", "option", "value"),
    [
        ("host", "publish", ["8080:80"]),
        ("none", "publish", ["8080:80"]),
        ("container:db", "publish_all", True),
    ],
)
def test_ports_that_podman_would_leave_out_are_refused(mode: str, option: str, value: object) -> None:
    podman = FakePodman()
    with pytest.raises(Failure, match=f"^{option}: was given beside network: {mode.partition(':')[0]}, "):
        container(podman, network=[mode], **{option: value})
    with pytest.raises(Failure, match=f"^publish: was given beside network: {mode.partition(':')[0]}, "):
        pod(podman, name="p", network=[mode], containers=[], publish=["8080:80"])
    assert podman.containers == {}


def test_what_runs_before_the_others_of_a_pod_needs_one() -> None:
    podman = FakePodman()
    with pytest.raises(
        Failure, match="^init_ctr: such a container runs before the others of its pod, and web is in none"
    ):
        container(podman, init_ctr="once")
    pod(podman, name="p", containers=[])
    container(podman, pod="p", init_ctr="once")
    assert podman.named("web").status == "created"
    assert plan(podman, pod="p", init_ctr="once") == []
