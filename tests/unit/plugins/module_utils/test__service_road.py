# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers in units: made, changed, moved in and out, put back, and found by the next run after a kill."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import (
    _account,
    _generator,
    _image_archive,
    _manager,
    _module,
    _service_account,
    _service_road,
    _survey,
    _unit_change,
)
from ansible_collections.rootless.podman.plugins.module_utils._apps import quiet
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._state import Found
from ansible_collections.rootless.podman.plugins.module_utils._wanted import CONTAINER_SPEC, defined
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_inspect import image_inspect
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import (
    KILLED_AFTER,
    KILLED_BEFORE,
    REFUSED,
    Killed,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_systemd import (
    ACCOUNT,
    FakeSystemd,
    prepared,
    run,
    twice,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import (
    CONTAINER,
    steps_of,
)

FIRST = [("create", "web.container"), ("start", "web.service")]
AGAIN = [("update", "web.container"), ("restart", "web.service")]
IN = [("stop", "web"), ("remove", "web"), *FIRST]
OUT = [("stop", "web.service"), ("remove", "web.container"), ("create", "web")]


@pytest.fixture(name="host")
def _host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeSystemd:
    return prepared(monkeypatch, tmp_path / "units")


def options(result: dict[str, Any], name: str) -> list[tuple[str, str]]:
    """The reasons of the steps of one thing."""
    steps = [step for step in result["plan"] if step["name"] == name]
    return [(each["option"], each["why"]) for step in steps for each in step["reasons"]]


def test_a_container_is_made_by_its_unit(host: FakeSystemd) -> None:
    done = twice(host, env={"A": "1"}, restart_policy="always")
    assert steps_of(done) == FIRST
    assert done["plan"][0]["kind"] == "unit"
    assert (done["runtime"], done["unit"]) == ("systemd", str(host.path / "web.container"))
    assert done["container"]["status"] == "running"
    assert "WantedBy=default.target" in host.unit()
    assert "Restart=always" in host.unit()


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ({}, {"env": {"A": "1"}}, ("env", "changed")),
        ({"env": {"A": "1"}}, {"env": {"A": "2"}}, ("env", "changed")),
        ({"env": {"A": "1"}}, {}, ("env", "removed")),
        ({"hostname": "a"}, {}, ("hostname", "removed")),
        ({"restart_policy": "always"}, {"restart_policy": "no"}, ("restart_policy", "changed")),
        ({"memory": "64m"}, {}, ("memory", "removed")),
    ],
)
def test_what_the_task_says_differently(host: FakeSystemd, before: Any, after: Any, why: Any) -> None:
    twice(host, **before)
    done = twice(host, **after)
    assert steps_of(done) == AGAIN
    assert why in options(done, "web.container")


def test_what_podman_changes_in_place_restarts_nothing(host: FakeSystemd) -> None:
    twice(host, memory="64m")
    identity, starts = host.podman.named("web").id, host.starts
    done = twice(host, memory="128m")
    assert steps_of(done) == [("update", "web.container"), ("update", "web")]
    assert options(done, "web.container") == options(done, "web") == [("memory", "changed")]
    host.podman.named("web").__dict__["shown"]["HostConfig"]["Memory"] = 1 << 20
    assert steps_of(twice(host, memory="128m")) == [("update", "web")]
    assert (host.podman.named("web").id, host.starts) == (identity, starts)
    assert "128m" in host.unit() or str(128 << 20) in host.unit()
    # What has to be made anew anyway takes it along.
    assert steps_of(twice(host, memory="256m", hostname="h")) == AGAIN


def test_in_place_fails(host: FakeSystemd) -> None:
    twice(host, memory="64m")
    text = host.unit()
    host.podman.ignores_updates = True
    with pytest.raises(Failure, match=r"did not take it.*the unit before is back and runs"):
        run(memory="128m")
    assert host.unit() == text
    assert host.podman.named("web").running


def test_the_same_in_the_words_of_another_version_restarts_nothing(host: FakeSystemd) -> None:
    twice(host, memory="64m")
    host.podman.version, host.podman.version_text = (5, 5, 0), "5.5.0"
    done = twice(host, memory="64m")
    assert steps_of(done) == [("update", "web.container")]
    assert options(done, "web.container") == [("unit", "changed")]


def test_a_stopped_one_is_compared_by_the_record_in_its_unit(host: FakeSystemd) -> None:
    twice(host, env={"A": "1"})
    assert steps_of(twice(host, env={"A": "1"}, state="stopped")) == [
        ("update", "web.container"),
        ("stop", "web.service"),
    ]
    assert "WantedBy" not in host.unit()
    assert host.podman.named("web") is None
    done = twice(host, hostname="h", state="stopped")
    assert steps_of(done) == [("update", "web.container")]
    assert sorted(options(done, "web.container")) == [("env", "removed"), ("hostname", "changed")]


def test_no_result_shows_what_is_in_the_unit(host: FakeSystemd) -> None:
    for secret in ("correct horse", "battery staple"):
        for check in (True, False):
            assert secret not in json.dumps(run(check=check, env={"PASSWORD": secret}))
    host.edit(host.unit().replace("battery staple", "hunter2"))
    assert "hunter2" not in json.dumps(run(env={"PASSWORD": "battery staple"}))


def test_an_edited_unit_is_as_declared_again(host: FakeSystemd) -> None:
    twice(host, command="serve")
    text = host.unit()
    host.edit(text.replace("serve", "swerve"))
    done = twice(host, command="serve")
    assert steps_of(done) == AGAIN
    assert ("unit", "drift") in options(done, "web.container")
    assert host.unit() == text


def test_what_hands_did_to_the_container_and_its_service(host: FakeSystemd) -> None:
    twice(host)
    host.stop(None, ["web.service"])
    assert steps_of(twice(host)) == FIRST[1:]
    twice(host, env={"A": "1"})
    host.podman.named("web").__dict__["shown"]["Config"]["Env"] = ["A=2"]
    done = twice(host, env={"A": "1"})
    assert steps_of(done) == [("restart", "web.service")]
    assert options(done, "web.service") == [("env", "drift")]


def test_what_is_on_its_way_up_with_what_it_had_starts_anew(
    host: FakeSystemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a boot a service with a health check starts for half a minute, and what it has by then is not what a task brings."""
    twice(host, env={"A": "1"})
    shown = host.properties

    def starting(account: Any, names: Sequence[str], keys: Sequence[str]) -> dict[str, dict[str, str]]:
        told = shown(account, names, keys)
        for each in told.values():
            if each["ActiveState"] == "active":
                each.update(ActiveState="activating", SubState="start")
        return told

    with monkeypatch.context() as patched:
        patched.setattr(_manager, "properties", starting)
        assert steps_of(run(check=True, env={"A": "1"})) == [("start", "web.service")]
        host.podman.named("web").__dict__["shown"]["Config"]["Env"] = ["A=2"]
        foretold = run(check=True, env={"A": "1"})
        assert steps_of(foretold) == [("restart", "web.service")]
        assert options(foretold, "web.service") == [("env", "drift")]
        assert steps_of(run(check=True, env={"A": "1"}, force_restart=True)) == [("restart", "web.service")]


def test_restarts_on_request(host: FakeSystemd) -> None:
    twice(host)
    for option in ("recreate", "force_restart"):
        assert steps_of(run(**{option: True})) == [("restart", "web.service")]


def test_one_that_is_not_to_be_restarted_does_not_start_at_boot(host: FakeSystemd) -> None:
    assert steps_of(twice(host, restart_policy="no")) == FIRST
    assert "WantedBy" not in host.unit()
    twice(host, restart_policy="on-failure")
    assert "WantedBy" in host.unit()


def test_present_goes_on_as_it_is(host: FakeSystemd) -> None:
    assert steps_of(twice(host, state="present")) == FIRST[:1]
    assert "WantedBy" not in host.unit()
    assert steps_of(twice(host)) == [("update", "web.container"), ("start", "web.service")]
    assert twice(host, state="present")["plan"] == []
    assert "WantedBy" in host.unit()


def test_a_change_that_does_not_start_is_put_back(host: FakeSystemd) -> None:
    twice(host)
    text = host.unit()
    host.bad = lambda unit: "swerve" in unit
    with pytest.raises(Failure, match=r"web.service does not restart .* the unit before is back and runs"):
        run(command="swerve")
    assert host.unit() == text
    assert host.podman.named("web").running
    assert twice(host)["plan"] == []


@pytest.mark.parametrize("helpers", [1, 0])
def test_a_network_namespace_that_was_left_half_built_is_mended_once(
    host: FakeSystemd, monkeypatch: pytest.MonkeyPatch, helpers: int
) -> None:
    twice(host)
    half_built, ended = ["yes"], []

    def end(_account: Any, function: Any) -> bool:
        ended.append(function.__name__)
        half_built.clear()
        return len(ended) <= helpers

    monkeypatch.setattr(_account, "call_as", end)
    monkeypatch.setattr(
        _manager,
        "last_lines",
        lambda *_which: ["Error: rootless netns: mount resolv.conf", "web.service: Failed."],
    )
    host.bad = lambda _unit: bool(half_built)
    if helpers:
        assert steps_of(run(env={"A": "2"})) == AGAIN
    else:
        host.bad = lambda unit: "A=2" in unit
        with pytest.raises(Failure, match="rootless netns.*; the unit before is back and runs"):
            run(env={"A": "2"})
    assert ended == ["end_rootless_netns"]
    assert host.podman.named("web").running


@pytest.mark.parametrize(
    "words", ["Error: creating container storage: layer not known", "Error: no such network"]
)
def test_what_met_another_podman_in_the_storage_starts_again(host: FakeSystemd, words: str) -> None:
    twice(host)
    failures = ["once"]
    host.words = [words, "web.service: Failed."]
    host.bad = lambda _unit: bool(failures and failures.pop())
    if "layer" in words:
        assert steps_of(run(env={"A": "2"})) == AGAIN
    else:
        with pytest.raises(Failure, match=r"no such network"):
            run(env={"A": "2"})
    assert host.podman.named("web").running


def test_what_earlier_steps_would_have_taken_away_is_not_seen(host: FakeSystemd) -> None:
    twice(host)
    params = defined({"definition": {**CONTAINER, "runtime": "systemd"}}, CONTAINER_SPEC)
    assert not _service_road.travel(Task(params, True), ACCOUNT)["changed"]
    gone = Task({**params, "in_app": {"gone": ["web.container"]}}, True)
    assert steps_of(_service_road.travel(gone, ACCOUNT)) == FIRST


def test_what_the_health_check_says_is_told(host: FakeSystemd, monkeypatch: pytest.MonkeyPatch) -> None:
    twice(host)
    health = {"Status": "unhealthy", "Log": [{"Output": "fine"}, {"Output": "not\nwell\n"}]}
    sick = Found("web", "1", {"State": {"Health": health}})
    inner = _service_account.health

    def looked(*arguments: Any) -> Any:
        monkeypatch.setattr(_survey, "containers", lambda *_arguments: {"web": sick})
        return inner(*arguments)

    monkeypatch.setattr(_service_account, "health", looked)
    host.bad = lambda unit: "swerve" in unit
    with pytest.raises(Failure, match=r"its health check says: not well; the unit before is back"):
        run(command="swerve")


def test_an_image_that_moved_goes_back_when_it_is_bad(
    host: FakeSystemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tag(podman: Any, identity: str, _reference: Any) -> None:
        podman.images["img"] = image_inspect(identity)

    monkeypatch.setattr(_image_archive, "tag", tag)
    twice(host)
    old = host.podman.images["img"]
    host.podman.images["img"] = image_inspect("c" * 64)
    host.bad = lambda _unit: host.podman.images["img"]["Id"] == "c" * 64
    with pytest.raises(Failure, match="the unit is as it was|the unit before is back and runs"):
        run()
    assert host.podman.images["img"]["Id"] == old["Id"]
    assert host.podman.named("web").running
    host.bad = lambda _unit: False
    host.podman.images["img"] = image_inspect("c" * 64)
    assert options(twice(host), "web.service") == [("image", "changed")]


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (
            125,
            r"secrets: no secret .*; make it first with rootless\.podman\.secret; so web\.service does not start; it was taken",
        ),
        # What is in the container may say what it likes.
        (
            1,
            r"state: web\.service does not start \(it failed: exit-code, exit code 1\); its last words: Error: no secret",
        ),
    ],
)
def test_what_podman_refuses_at_a_start_names_the_option(host: FakeSystemd, code: int, says: str) -> None:
    host.bad = lambda _unit: True
    host.code, host.words = code, ['Error: no secret with name or id "nosuch": no such secret']
    with pytest.raises(Failure, match=says) as caught:
        run()
    assert caught.value.facts["logs"] == host.words


CHECKED = {"healthcheck": ["CMD", "true"]}


@pytest.mark.parametrize(
    ("declared", "image", "refused"),
    [
        ({}, {}, True),
        (CHECKED, {}, False),
        ({}, {"Healthcheck": {"Test": ["CMD", "true"]}}, False),
        ({"no_healthcheck": True}, {"Healthcheck": {"Test": ["CMD", "true"]}}, True),
    ],
)
def test_what_others_want_healthy_has_a_health_check(
    host: FakeSystemd, declared: dict[str, Any], image: dict[str, Any], refused: bool
) -> None:
    host.podman.images["img"] = image_inspect(**image)
    params = defined({"definition": {**CONTAINER, "runtime": "systemd", **declared}}, CONTAINER_SPEC)
    task = Task({**params, "in_app": {"healthy": ["worker"]}}, True)
    if not refused:
        assert _service_road.travel(task, ACCOUNT)["changed"]
        return
    with pytest.raises(Failure, match="healthcheck: missing, and worker depends on web being healthy"):
        _service_road.travel(task, ACCOUNT)


def test_one_that_somebody_paused_is_started_again(host: FakeSystemd) -> None:
    run()
    host.podman.named("web").status = "paused"
    assert steps_of(run(check=True)) == steps_of(run()) == [("restart", "web.service")]
    assert host.podman.named("web").running
    assert not run()["changed"]


def test_the_exit_code_is_that_of_the_last_run(host: FakeSystemd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Systemd has forgotten it while it starts the service once more."""
    looks = iter(["0", "0", "0", "125", "125"])
    shown = host.properties

    def restarting(account: Any, names: Sequence[str], keys: Sequence[str]) -> dict[str, dict[str, str]]:
        told = shown(account, names, keys)
        if host.failed:
            for each in told.values():
                each.update(
                    ActiveState="activating",
                    SubState="start",
                    NRestarts="2",
                    ExecMainStatus=next(looks, "125"),
                )
        return told

    monkeypatch.setattr(_manager, "properties", restarting)
    monkeypatch.setattr(_unit_change.time, "sleep", lambda _seconds: None)
    host.bad, host.words = lambda _unit: True, ['Error: no secret with name or id "nosuch": no such secret']
    with pytest.raises(Failure, match=r"^secrets: no secret .*; so web\.service does not start"):
        run()


def test_what_a_killed_start_left_goes_with_its_unit(host: FakeSystemd) -> None:
    host.bad, host.leaves = lambda _unit: True, True
    with pytest.raises(Failure, match="it was taken away again"):
        run()
    assert (host.files, host.podman.containers) == ({}, {})


# From one runtime to the other


def test_moving_in(host: FakeSystemd) -> None:
    run(runtime="podman", env={"A": "1"})
    done = twice(host, env={"A": "1"})
    assert steps_of(done) == IN
    assert ("runtime", "changed") in options(done, "web.container")
    assert [each.name for each in host.podman.containers.values()] == ["web"]


def test_moving_in_fails(host: FakeSystemd) -> None:
    made = run(runtime="podman")["container"]["id"]
    host.bad = lambda _unit: True
    with pytest.raises(Failure, match=r"The old web is back and runs\.") as caught:
        run()
    assert caught.value.facts["rolled_back"]
    assert host.files == {}
    assert (host.podman.named("web").id, host.podman.named("web").running) == (made, True)
    assert run(runtime="podman")["changed"] is False


def test_moving_in_what_is_stopped(host: FakeSystemd) -> None:
    run(runtime="podman", state="stopped")
    assert steps_of(twice(host, state="present")) == [("remove", "web"), ("create", "web.container")]
    assert host.podman.containers == {}


def test_moving_out(host: FakeSystemd) -> None:
    twice(host, env={"A": "1"})
    done = twice(host, runtime="podman", env={"A": "1"})
    assert steps_of(done) == OUT
    assert (done["runtime"], done["unit"], host.files) == ("podman", "", {})
    assert host.podman.named("web").running


def test_moving_out_keeps_running_what_is_only_kept_present(host: FakeSystemd) -> None:
    twice(host)
    twice(host, runtime="podman", state="present")
    assert host.podman.named("web").running


def test_moving_out_fails(host: FakeSystemd) -> None:
    twice(host)
    text, calls = host.unit(), host.podman.calls
    run(check=True, runtime="podman")
    host.podman.hurt(REFUSED, host.podman.calls - calls)
    with pytest.raises(Failure, match=r"The unit is back and its service runs\."):
        run(runtime="podman")
    assert host.unit() == text
    assert host.podman.named("web").running
    assert twice(host)["plan"] == []


def test_away(host: FakeSystemd) -> None:
    for runtime in ("systemd", "podman"):
        twice(host)
        done = twice(host, runtime=runtime, state="absent")
        assert steps_of(done) == OUT[:2]
        assert (host.files, host.podman.containers, host.active) == ({}, {}, set())


def test_a_task_that_speaks_of_the_state_alone_means_the_container_wherever_it_lives(
    host: FakeSystemd,
) -> None:
    twice(host)
    text = host.unit()
    for state, steps in (("stopped", [("stop", "web.service")]), ("started", [("start", "web.service")])):
        assert steps_of(twice(host, image=None, runtime="podman", state=state)) == steps
        assert host.unit() == text


def test_units_of_others_are_left_alone(host: FakeSystemd) -> None:
    theirs = "[Container]\nImage=img\n"
    host.edit(theirs)
    run(runtime="podman")
    run(runtime="podman", state="absent")
    assert host.unit() == theirs


# From which declaration to which: into a unit, out of it, and from one unit to another.
MOVES = [
    ({"runtime": "podman"}, {}),
    ({}, {"runtime": "podman"}),
    ({}, {"hostname": "h"}),
    ({"memory": "64m"}, {"memory": "96m"}),
]


@pytest.mark.parametrize("how", [KILLED_BEFORE, KILLED_AFTER])
@pytest.mark.parametrize(("before", "after"), MOVES)
def test_a_run_that_is_killed_anywhere_is_completed_by_the_next(
    host: FakeSystemd, how: str, before: Any, after: Any
) -> None:
    for at in range(1, 80):
        run(**before)
        host.podman.hurt(how, at)
        try:
            run(**after)
        except Killed:
            host.podman.heal()
        else:
            host.podman.heal()
            assert at > 5
            return
        twice(host, **after)
        assert [each.name for each in host.podman.containers.values()] == ["web"]
        assert host.podman.named("web").running
        assert [each.name for each in host.path.iterdir() if "rp-" in each.name] == []
    raise AssertionError("it never ended")


@pytest.mark.parametrize(("before", "after"), MOVES)
def test_a_call_that_is_refused_anywhere_leaves_a_container_that_runs(
    host: FakeSystemd, before: Any, after: Any
) -> None:
    for at in range(1, 80):
        run(**before)
        host.podman.hurt(REFUSED, at)
        try:
            run(**after)
        except Failure as failure:
            assert len(failure.message.splitlines()) == 1
        ended = host.podman.calls < host.podman._hurt_at
        host.podman.heal()
        assert host.podman.named("web") is not None, at
        assert host.podman.named("web").running, at
        twice(host, **after)
        assert [each.name for each in host.podman.containers.values()] == ["web"]
        if ended:
            return
    raise AssertionError("it never ended")


# What is refused


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"pod": "app"}, "runtime: systemd was given beside pod"),
        ({"cgroup_parent": "a.slice"}, "cgroup_parent: 'a.slice' was given"),
        ({"rm": False}, "rm: .* always removed"),
        ({"command": ["a", ""]}, "command: an empty word"),
        ({"runtime": "docker"}, "runtime"),
        ({"name": "../x"}, "name: '../x' was given"),
    ],
)
def test_what_a_unit_cannot_do(host: FakeSystemd, params: Any, says: str) -> None:
    for check in (True, False):
        with pytest.raises(Failure, match=says) as caught:
            run(check=check, **params)
        assert len(caught.value.message.splitlines()) == 1
    assert (host.files, host.podman.writes) == ({}, [])


def test_an_older_podman(host: FakeSystemd, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_account: Any) -> str:
        raise Failure("name: units need Quadlet")

    monkeypatch.setattr(_generator, "version", none)
    host.podman.version, host.podman.version_text = (4, 5, 0), "4.5.0"
    with pytest.raises(Failure, match=r"runtime: systemd needs Podman 4\.6 or newer, .* Podman 4\.5\.0"):
        run()


@pytest.mark.parametrize(
    ("params", "lines"),
    [
        ({"healthcheck": "true"}, {"Notify=healthy"}),
        ({"healthcheck": "none"}, set()),
        ({"healthcheck": "true", "sdnotify": "conmon"}, set()),
        ({"stop_timeout": 300}, {"TimeoutStopSec=330"}),
        ({}, {"TimeoutStartSec=900", "Description=Container web"}),
    ],
)
def test_lines(host: FakeSystemd, params: Any, lines: set[str]) -> None:
    run(check=True, **params)
    text = next(iter(host.bodies)).splitlines()
    assert lines <= set(text)
    assert ("Notify=healthy" in text) == ("Notify=healthy" in lines)


def test_a_service_follows_those_of_the_containers_that_it_requires(host: FakeSystemd) -> None:
    run()
    run(name="elsewhere", runtime="podman")
    run(name="beside", requires=["web", "elsewhere"])
    lines = host.unit("beside").splitlines()
    assert [line for line in lines if line.startswith(("Requires=", "After="))] == [
        "Requires=web.service",
        "After=web.service",
    ]
    assert "Requires=" not in host.unit()
    assert twice(host, name="beside", requires=["web", "elsewhere"])["plan"] == []
    assert steps_of(twice(host, state="stopped")) == [
        ("update", "web.container"), ("stop", "web.service"), ("stop", "beside.service"),
    ]  # fmt: skip
    assert host.active == set()


def test_who_requires_a_service_is_taken_along_and_back(host: FakeSystemd) -> None:
    run()
    run(name="beside", requires=["web"])
    run(name="behind", requires=["beside"])
    everything = {"web.service", "beside.service", "behind.service"}
    along = [("restart", "beside.service"), ("restart", "behind.service")]
    assert steps_of(run(force_restart=True, check=True)) == [("restart", "web.service"), *along]
    assert steps_of(run(force_restart=True)) == [("restart", "web.service"), *along]
    assert host.active == everything
    host.bad = lambda text: "A=bad" in text
    with pytest.raises(Failure, match="the unit before is back and runs"):
        run(env={"A": "bad"})
    assert host.active == everything
    assert all(host.podman.named(name).running for name in ("web", "beside", "behind"))


def test_one_look_for_several(host: FakeSystemd) -> None:
    def task(name: str, **params: Any) -> tuple[str, Task]:
        declared = {**CONTAINER, "runtime": "systemd", "name": name, **params}
        return "container", Task(defined({"definition": declared}, CONTAINER_SPEC), False)

    def unchanged(tasks: list[tuple[str, Task]]) -> set[str]:
        jobs = quiet.Jobs(ACCOUNT, tasks)
        return jobs.judged(_module.in_account(tasks[0][1], ACCOUNT, jobs.look)["found"])

    for name in ("web", "db", "edited"):
        run(name=name)
    tasks = [task("web"), task("db", hostname="other"), task("edited"), task("new")]
    host.edit(host.unit("edited") + "# a remark\n", "edited")
    assert unchanged(tasks) == {"web"}
    # What cannot be looked at goes its own way, and says there why.
    assert unchanged([task("web"), task("db", init_ctr="always")]) == {"web"}
    host.active.clear()
    assert unchanged([task("web")]) == set()
    assert unchanged([task("new")]) == set()
