# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every call of every change goes wrong once, in every way: what serves afterwards, and does a second run mend it?

A *change* leads from a world that one task made to the world that a second task declares. Each of
its calls is hurt in turn. Afterwards either all of the old world serves or all of the new one, and
the same task run again ends in the new world with nothing left over.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils import (
    _apply,
    _arguments,
    _making,
    _operations,
    _parallel,
)
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._plan import Step
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_inspect import image_inspect
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import (
    GONE,
    KILLED_AFTER,
    KILLED_BEFORE,
    LOST,
    REFUSED,
    WAYS,
    FakePodman,
    Killed,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import (
    Clock,
    checked_once,
    container,
    one_after_the_other,
    pod,
    steps_of,
)

CHECKED = checked_once(_arguments.checked)
IN_PARALLEL = _parallel.in_parallel
Run = Callable[[FakePodman], Any]


@pytest.fixture(autouse=True)
def orderly(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call after the other and no waiting, so that the n-th call is the same one in every run."""
    monkeypatch.setattr(_parallel, "in_parallel", one_after_the_other)
    monkeypatch.setattr(_operations, "time", Clock())
    monkeypatch.setattr(_arguments, "checked", CHECKED)


def members(*names: str, **changed: dict[str, Any]) -> list[dict[str, Any]]:
    """Declarations of a pod's containers; ``changed`` says more about some of them."""
    return [{"name": name, "image": "img", "env": {"WHO": name}, **changed.get(name, {})} for name in names]


THREE = ("db", "api", "web")
BUSY = {"publish": ["8080:80"], "env": {"V": "1"}}


@dataclasses.dataclass(frozen=True)
class Change:
    """``prepare`` makes the world before, ``run`` is the task that changes it.

    ``unsure``: the task says ``state: present`` and what it replaces is stopped. Nobody can tell
    whether a killed run had stopped it, and a service too many is better than one too few.
    ``removes``: what it takes away is not brought back when the last step of that is refused.
    """

    name: str
    prepare: Run
    run: Run
    unsure: bool = False
    removes: bool = False

    def same(self, one: dict[str, tuple], other: dict[str, tuple]) -> bool:
        """Whether two views show the same world."""
        return _resting(one) == _resting(other) if self.unsure else one == other


def _resting(view: dict[str, tuple]) -> dict[str, tuple]:
    return {name: seen[:2] for name, seen in view.items()}


CHANGES = [
    Change("create a container", lambda podman: None, lambda podman: container(podman, **BUSY)),
    Change(
        "replace a running container",
        lambda podman: container(podman, **BUSY),
        lambda podman: container(podman, publish=["8080:80"], env={"V": "2"}),
    ),
    Change(
        "replace a stopped container and leave it stopped",
        lambda podman: container(podman, state="stopped", **BUSY),
        lambda podman: container(podman, state="present", publish=["8080:80"], env={"V": "2"}),
        unsure=True,
    ),
    Change(
        "replace a container and stop it",
        lambda podman: container(podman, **BUSY),
        lambda podman: container(podman, state="stopped", env={"V": "2"}),
    ),
    Change(
        "change a container in place",
        lambda podman: container(podman, memory="64m", **BUSY),
        lambda podman: container(podman, memory="128m", restart_policy="always", **BUSY),
    ),
    Change(
        "stop a container",
        lambda podman: container(podman, **BUSY),
        lambda podman: container(podman, state="stopped", **BUSY),
    ),
    Change(
        "start a container",
        lambda podman: container(podman, state="stopped", **BUSY),
        lambda podman: container(podman, **BUSY),
    ),
    Change(
        "remove a container",
        lambda podman: container(podman, **BUSY),
        lambda podman: container(podman, state="absent"),
        removes=True,
    ),
    Change(
        "create a pod",
        lambda podman: None,
        lambda podman: pod(podman, publish=["8080:80"], containers=members(*THREE)),
    ),
    Change(
        "create a pod whose containers require each other",
        lambda podman: None,
        lambda podman: pod(
            podman, containers=members(*THREE, web={"requires": ["api"]}, api={"requires": ["db"]})
        ),
    ),
    Change(
        "replace one member",
        lambda podman: pod(podman, publish=["8080:80"], containers=members(*THREE)),
        lambda podman: pod(podman, publish=["8080:80"], containers=members(*THREE, api={"env": {"V": "2"}})),
    ),
    Change(
        "replace a member that others require",
        lambda podman: pod(
            podman, containers=members(*THREE, web={"requires": ["api"]}, api={"requires": ["db"]})
        ),
        lambda podman: pod(
            podman,
            containers=members(
                *THREE, web={"requires": ["api"]}, api={"requires": ["db"]}, db={"env": {"V": "2"}}
            ),
        ),
    ),
    Change(
        "replace a member and add one that requires it",
        lambda podman: pod(podman, containers=members("api")),
        lambda podman: pod(podman, containers=members("api", "web", web={"requires": ["api"]}, api={"env": {"V": "2"}})),
    ),
    Change(
        "add a member and take one out",
        lambda podman: pod(podman, publish=["8080:80"], containers=members(*THREE)),
        lambda podman: pod(podman, publish=["8080:80"], containers=members("db", "web", "cache")),
    ),
    Change(
        "replace a member that others require, each with a network of its own",
        lambda podman: pod(
            podman, infra=False,
            containers=members(*THREE, web={"requires": ["api"]}, api={"requires": ["db"]}),
        ),
        lambda podman: pod(
            podman, infra=False,
            containers=members(*THREE, web={"requires": ["api"]}, api={"requires": ["db"]}, db={"env": {"V": "2"}}),
        ),
    ),
    Change(
        "stop a pod",
        lambda podman: pod(podman, containers=members(*THREE)),
        lambda podman: pod(podman, state="stopped", containers=members(*THREE)),
    ),
    Change(
        "start a pod",
        lambda podman: pod(podman, state="stopped", containers=members(*THREE)),
        lambda podman: pod(podman, containers=members(*THREE)),
    ),
    Change(
        "replace a pod",
        lambda podman: pod(podman, publish=["8080:80"], containers=members(*THREE)),
        lambda podman: pod(podman, publish=["8080:80", "8081:81"], containers=members(*THREE)),
    ),
    Change(
        "replace a stopped pod whose containers require each other",
        lambda podman: pod(
            podman, state="stopped", containers=members(*THREE, web={"requires": ["api"]}, api={"requires": ["db"]})
        ),
        lambda podman: pod(
            podman, state="present", hostname="other",
            containers=members(*THREE, web={"requires": ["api"]}, api={"requires": ["db"]}),
        ),
        unsure=True,
    ),
    Change(
        "remove a pod",
        lambda podman: pod(podman, containers=members(*THREE)),
        lambda podman: pod(podman, state="absent"),
        removes=True,
    ),
]  # fmt: skip
each_change = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name.replace(" ", "-"))


def world(*runs: Run) -> FakePodman:
    """A Podman to which these tasks were applied without trouble."""
    podman = FakePodman()
    for run in runs:
        run(podman)
    return podman


def attempt(podman: FakePodman, run: Run) -> BaseException | None:
    """Run a task that may fail or be killed; what it ended with. The next one meets a healthy Podman."""
    try:
        run(podman)
    except (Failure, Killed) as ended:
        return ended
    finally:
        podman.heal()
    return None


@dataclasses.dataclass(frozen=True)
class Story:
    """What became of one change whose ``at``-th call went wrong."""

    at: int
    ended: BaseException | None  # the hurt run
    after: dict[str, tuple]  # what there was then
    mended: BaseException | None  # the run after it
    mended_to: dict[str, tuple]
    quiet: bool  # whether a third run changed nothing
    lost: set[str]  # containers of the world before whose anonymous volumes went


@functools.cache
def stories(change: Change, how: str) -> list[Story]:
    """The change, once for each of its calls, hurt there."""
    before = world(change.prepare)
    after = before.twin()
    change.run(after)
    told = []
    for at in range(1, after.calls - before.calls + 1):
        podman = before.twin()
        podman.hurt(how, at)
        ended, seen = attempt(podman, change.run), podman.view()
        mended, mended_to = attempt(podman, change.run), podman.view()
        quiet = mended is None and not change.run(podman)["changed"]
        lost = set(before.containers) & set(podman.lost_volumes)
        told.append(Story(at, ended, seen, mended, mended_to, quiet, lost))
    return told


def serving(view: dict[str, tuple]) -> dict[str, tuple]:
    """What runs under names that people gave."""
    return {name: seen for name, seen in view.items() if seen[2] and not leftover(name) and " " not in name}


def leftover(name: str) -> bool:
    """Whether a name belongs to an unfinished replacement."""
    return name.endswith((".rp-new", ".rp-old"))


@each_change
def test_the_change_itself(change: Change) -> None:
    podman = world(change.prepare)
    assert change.run(podman)["changed"]
    assert not [name for name in podman.view() if leftover(name)]
    assert podman.lost_volumes == []


@each_change
def test_a_second_run_changes_nothing(change: Change) -> None:
    podman = world(change.prepare, change.run)
    writes = list(podman.writes)
    result = change.run(podman)
    assert (result["changed"], result["plan"]) == (False, [])
    assert podman.writes == writes


@each_change
@pytest.mark.parametrize("how", WAYS)
def test_a_second_run_mends_what_any_trouble_left(change: Change, how: str) -> None:
    """The most important promise of the collection, for every call of every change."""
    wanted = world(change.prepare, change.run).view()
    for story in stories(change, how):
        assert story.mended is None, f"after trouble at call {story.at}"
        assert change.same(story.mended_to, wanted), f"after trouble at call {story.at}"
        assert story.quiet, f"after trouble at call {story.at}"


@each_change
def test_a_refused_call_leaves_the_old_world_or_the_new_one(change: Change) -> None:
    """Whichever call is refused, what served before serves again; once the new world is proven, that one serves."""
    old = serving(world(change.prepare).view())
    new = serving(world(change.prepare, change.run).view())
    met = []
    for story in stories(change, REFUSED):
        now, where = serving(story.after), f"call {story.at} was refused: {story.ended}"
        met.append(now == new)
        if story.ended is None:
            assert now == new, where
        elif "serves as app.rp-new" in str(story.ended):
            # The one moment at which a pod has to serve under its other name; it is said, and a second run mends it.
            assert now == {}
            names = {name for name, seen in story.after.items() if seen[2] and " " not in name}
            assert names == {f"{name}.rp-new" for name in new}, where
        elif not change.removes:
            assert now in (old, new), where
    assert met[0] == (old == new)


@each_change
def test_a_lost_answer_is_a_failure_or_no_harm(change: Change) -> None:
    """A call that was carried out without an answer: something serves all the same, old or new."""
    old, new = world(change.prepare).view(), world(change.prepare, change.run).view()
    for story in stories(change, LOST):
        missing = set(serving(old)) & set(serving(new)) - set(serving(story.after))
        assert not missing or "serves as app.rp-new" in str(story.ended), f"call {story.at}: {story.ended}"


@each_change
@pytest.mark.parametrize("how", WAYS)
def test_the_old_ones_keep_their_volumes(change: Change, how: str) -> None:
    """On no way through a change are the anonymous volumes of what served before deleted."""
    assert not set().union(*(story.lost for story in stories(change, how)))


@each_change
@pytest.mark.parametrize("how", [KILLED_BEFORE, KILLED_AFTER, GONE])
def test_a_dead_run_never_leaves_nothing(change: Change, how: str) -> None:
    """What both worlds have exists at every moment, under its name or one of its two others."""
    both = set(world(change.prepare).view()) & set(world(change.prepare, change.run).view())
    both = {name for name in both if not name.startswith("infra")}
    for story in stories(change, how):
        bare = {name.replace(".rp-new", "").replace(".rp-old", "") for name in story.after}
        assert both <= bare, f"after call {story.at}"


@pytest.mark.parametrize(
    "change",
    [each for each in CHANGES if each.name.startswith(("replace", "create"))],
    ids=lambda change: change.name.replace(" ", "-"),
)
@settings(
    max_examples=50, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(troubles=st.lists(st.tuples(st.sampled_from(WAYS), st.integers(1, 50)), min_size=2, max_size=4))
def test_trouble_upon_trouble(change: Change, troubles: list[tuple[str, int]]) -> None:
    """The run that mends is hurt as well, and the one after it."""
    podman = world(change.prepare)
    for how, at in troubles:
        podman.hurt(how, at)
        attempt(podman, change.run)
    assert attempt(podman, change.run) is None
    assert change.same(podman.view(), world(change.prepare, change.run).view())


# Any history at all: several declarations one after the other, each with its trouble.

CHAIN = {"web": ["api"], "api": ["db"]}
a_pod = st.fixed_dictionaries({
    "names": st.sampled_from([THREE, THREE, ("db", "web"), ("api",)]),
    "changed": st.sets(st.sampled_from(THREE)),
    "chained": st.booleans(),
    "port": st.sampled_from([8080, 8080, 8081]),
    "state": st.sampled_from(["started", "started", "stopped"]),
})  # fmt: skip
a_container = st.fixed_dictionaries({
    "version": st.sampled_from("123"),
    "memory": st.sampled_from(["64m", "128m"]),
    "state": st.sampled_from(["started", "started", "stopped", "absent"]),
})  # fmt: skip
some_trouble = st.tuples(st.sampled_from(WAYS), st.integers(1, 50))


def run_pod(told: dict[str, Any]) -> Run:
    """The task of a drawn pod."""
    declared = []
    for name in told["names"]:
        requires = [each for each in CHAIN.get(name, []) if told["chained"] and each in told["names"]]
        env = {"V": "2" if name in told["changed"] else "1"}
        declared.append(
            {"name": name, "image": "img", "env": env, **({"requires": requires} if requires else {})}
        )
    publish = [f"{told['port']}:80"]
    return lambda podman: pod(podman, state=told["state"], publish=publish, containers=declared)


def run_container(told: dict[str, Any]) -> Run:
    """The task of a drawn container."""
    if told["state"] == "absent":
        return lambda podman: container(podman, state="absent")
    return lambda podman: container(
        podman, state=told["state"], env={"V": told["version"]}, memory=told["memory"], publish=["8080:80"]
    )


@pytest.mark.parametrize(
    ("drawn", "run"), [(a_pod, run_pod), (a_container, run_container)], ids=["pod", "container"]
)
@settings(
    max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_any_history_ends_in_what_is_declared_last(drawn: Any, run: Any, data: Any) -> None:
    podman = FakePodman()
    for told, (how, at) in data.draw(st.lists(st.tuples(drawn, some_trouble), min_size=1, max_size=3)):
        podman.hurt(how, at)
        attempt(podman, run(told))
    last = run(data.draw(drawn))
    assert attempt(podman, last) is None
    now, wanted = podman.view(), world(last).view()
    assert {name: seen for name, seen in now.items() if not name.startswith("infra")} == {
        name: seen for name, seen in wanted.items() if not name.startswith("infra")
    }
    assert last(podman)["changed"] is False


# A declaration that Podman takes and that does not work.

BROKEN = {"BREAKS": "yes"}


def test_a_replacement_that_does_not_run_gives_way_to_the_old_one() -> None:
    podman = world(lambda podman: container(podman, **BUSY))
    before = podman.view()
    with pytest.raises(Failure) as caught:
        container(podman, publish=["8080:80"], env=BROKEN)
    assert podman.view() == before
    assert podman.named("web").dns == "web"
    assert "exited with code 1" in caught.value.message
    assert "the old web runs again" in caught.value.facts["rolled_back"]
    assert caught.value.facts["logs"] == ["cannot"]


def test_a_pod_that_does_not_run_gives_way_to_the_old_one() -> None:
    podman = world(lambda podman: pod(podman, publish=["8080:80"], containers=members(*THREE)))
    before = podman.view()
    with pytest.raises(Failure) as caught:
        pod(podman, publish=["8080:80", "8081:81"], containers=members(*THREE, api={"env": BROKEN}))
    assert podman.view() == before
    assert "the old pod app runs again" in caught.value.facts["rolled_back"]


def test_one_broken_member_takes_the_others_back_with_it() -> None:
    podman = world(lambda podman: pod(podman, containers=members(*THREE)))
    before = podman.view()
    with pytest.raises(Failure):
        pod(podman, containers=members(*THREE, db={"env": {"V": "2"}}, api={"env": BROKEN}))
    assert podman.view() == before


def test_a_new_container_that_does_not_run_is_removed() -> None:
    podman = FakePodman()
    with pytest.raises(Failure) as caught:
        container(podman, env=BROKEN)
    assert podman.view() == {}
    assert "the new web was removed" in caught.value.message


def test_without_waiting_a_broken_one_stays() -> None:
    podman = FakePodman()
    container(podman, env=BROKEN, wait=False)
    assert podman.named("web").status == "exited"


def test_a_port_that_is_taken_costs_no_downtime() -> None:
    podman = world(
        lambda podman: container(podman, name="other", publish=["9000:80"]),
        lambda podman: container(podman, **BUSY),
    )
    before = podman.view()
    with pytest.raises(Failure, match="host port 9000 is already in use|address already in use"):
        container(podman, publish=["9000:80"])
    assert podman.view() == before


def test_an_image_that_is_missing_stops_nothing() -> None:
    podman = world(lambda podman: container(podman, **BUSY))
    before = podman.view()
    with pytest.raises(Failure):
        container(podman, image="other")
    assert podman.view() == before
    assert podman.writes[-1] == "POST images/pull"


def test_a_new_image_is_pulled_and_replaces() -> None:
    podman = world(lambda podman: container(podman, **BUSY))
    podman.registry["other"] = image_inspect("c" * 64)
    result = container(podman, image="other", **BUSY)
    assert steps_of(result) == [("pull", "other"), ("replace", "web")]
    assert podman.named("web").body["image"] == "other"


def test_a_storage_only_leftover_is_removed_and_the_container_made() -> None:
    podman = FakePodman()
    podman.storage_only.add("web")
    container(podman)
    assert podman.named("web").running
    assert podman.storage_only == set()


def test_a_container_of_somebody_else_that_appears_is_left_alone() -> None:
    podman = FakePodman()
    foreign = {"name": "web", "image": "img", "labels": {}}
    survey = podman.get

    def late(path: str, params: Any = None) -> Any:
        # It appears between the look and the deed.
        answer = survey(path, params)
        if path == "images/img/json" and not podman.named("web"):
            podman.write("POST", "containers/create", None, foreign)
        return answer

    podman.get = late
    with pytest.raises(Failure, match="appeared while this task ran"):
        container(podman)
    assert podman.named("web").body == foreign


def test_an_update_that_is_ignored_is_told_and_taken_back() -> None:
    podman = world(lambda podman: container(podman, memory="64m"))
    before = podman.view()
    podman.ignores_updates = True
    with pytest.raises(Failure, match="accepted a new memory but did not take it; set recreate: true"):
        container(podman, memory="128m")
    assert podman.view() == before


def test_unready_new_member_does_not_cost_the_volume_of_an_old_one() -> None:
    podman = world(lambda podman: container(podman, volume=["/data"]))
    old = podman.named("web").id
    with pytest.raises(Failure):
        container(podman, volume=["/data"], env=BROKEN)
    assert old not in podman.lost_volumes
    assert podman.named("web").id == old


def test_delete_volumes_only_when_it_is_said() -> None:
    podman = world(lambda podman: container(podman, volume=["/data"]))
    container(podman, state="absent")
    assert podman.lost_volumes == []
    container(podman, volume=["/data"])
    identity = podman.named("web").id
    container(podman, state="absent", delete_volumes=True)
    assert podman.lost_volumes == [identity]


def test_many_at_once() -> None:
    """With real threads: the order of the calls is another one, the end is the same."""
    names = [f"c{number}" for number in range(12)]
    podman = FakePodman()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_parallel, "in_parallel", IN_PARALLEL)
        pod(podman, containers=members(*names))
        assert pod(podman, containers=members(*names))["changed"] is False
        pod(podman, containers=[dict(each, env={"V": "2"}) for each in members(*names)])
    assert all(podman.named(name).running for name in names)
    assert len(podman.containers) == len(names) + 1


def test_batches_follow_requirements() -> None:
    def step(name: str, *needed: str) -> Step:
        return Step("create", "container", name, (), {"body": {"dependencyContainers": list(needed)}})

    batches = _making.batches([step("c", "b"), step("a"), step("b", "a", "elsewhere"), step("d")])
    assert [[each.name for each in batch] for batch in batches] == [["a", "d"], ["b"], ["c"]]


def test_the_first_to_use_a_network_starts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise Podman can lose the network that both of them bring up."""
    podman, at_once = FakePodman(), []

    def noted(work: Any, items: Any, *_at_once: int) -> list:
        listed = list(items)
        at_once.append([getattr(each, "name", each) for each in listed])
        return [work(each) for each in listed]

    monkeypatch.setattr(_parallel, "in_parallel", noted)
    steps = [
        Step("create", "container", name, (), {"start": True, "body": {"image": "img", **body}})
        for name, body in {
            "own": {},
            "one": {"netns": {"nsmode": "bridge"}},
            "two": {"netns": {"nsmode": "bridge"}},
            "also": {},
        }.items()
    ]
    _apply.Applier(podman, {}, False, 1.0).apply(steps)
    started = [
        [step.name for _identity, step in each] for each in at_once if each and isinstance(each[0], tuple)
    ]
    assert started[0] == ["two", "also"]


def test_a_circle_of_requirements_is_named() -> None:
    circle = members("a", "b", a={"requires": ["b"]}, b={"requires": ["a"]})
    with pytest.raises(Failure, match="a, b require each other in a circle"):
        pod(FakePodman(), containers=circle)


def test_a_namespace_of_a_sibling_is_an_id() -> None:
    body = {"netns": {"nsmode": "container", "value": "db"}, "dependencyContainers": ["db", "other"]}
    resolved = _making.resolved(body, {"db": "id-of-new-db"})
    assert resolved["netns"] == {"nsmode": "container", "value": "id-of-new-db"}
    assert resolved["dependencyContainers"] == ["id-of-new-db", "other"]
    assert body["netns"]["value"] == "db"
