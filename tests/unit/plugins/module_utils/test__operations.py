# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single operations: safe to repeat, and patient with what a killed service or a dead predecessor left."""

from __future__ import annotations

import struct
import threading
import time
from typing import Any

import pytest
from ansible_collections.rootless.podman.plugins.module_utils import _operations
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.plugins.module_utils._operations import (
    await_ready,
    create,
    create_pod,
    in_parallel,
    logs,
    public,
    remove,
    remove_all,
    remove_pod,
    rename,
    start,
    start_pod,
    stop,
    stop_pod,
)
from ansible_collections.rootless.podman.plugins.module_utils._record import LABEL
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import FakePodman, Killed
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import Clock, house
from hypothesis import given
from hypothesis import strategies as st

BODY = {"image": "img", "labels": {LABEL: "the record"}}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(_operations, "time", made)
    return made


@pytest.fixture
def podman() -> FakePodman:
    return FakePodman()


# Several at once


def test_all_are_finished_before_the_first_failure_is_raised() -> None:
    done = []

    def work(number: int) -> int:
        if number == 2:
            raise Failure("two")
        time.sleep(0.01)
        done.append(number)
        return number

    with pytest.raises(Failure, match="two"):
        in_parallel(work, range(8))
    assert sorted(done) == [0, 1, 3, 4, 5, 6, 7]


def test_results_come_in_order_and_at_once() -> None:
    together = threading.Barrier(3, timeout=5)

    def work(number: int) -> int:
        together.wait()
        return number * 2

    assert in_parallel(work, [1, 2, 3]) == [2, 4, 6]
    assert in_parallel(lambda each: threading.current_thread() is threading.main_thread(), [1]) == [True]
    assert in_parallel(work, []) == []


def test_a_killed_process_stops_at_once() -> None:
    def work(_number: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        in_parallel(work, range(3))


# Making


def test_a_name_that_is_in_use_by_our_own_is_taken_over(podman: FakePodman) -> None:
    """A killed predecessor's request was carried out after its death."""
    identity = create(podman, "web", BODY)
    assert create(podman, "web", BODY) == identity
    assert len(podman.containers) == 1


def test_a_name_that_is_in_use_by_another_is_not(podman: FakePodman) -> None:
    create(podman, "web", {"image": "img"})
    with pytest.raises(Failure, match="name: a container web appeared while this task ran; run the task again"):
        create(podman, "web", BODY)
    assert podman.writes.count("DELETE containers/web") == 0


def test_a_storage_only_leftover_is_removed(podman: FakePodman) -> None:
    podman.storage_only.add("web")
    assert podman.containers[create(podman, "web", BODY)].name == "web"


def test_a_refusal_names_the_container(podman: FakePodman) -> None:
    with pytest.raises(EngineError, match=r"^container web: .*not found|^container web: "):
        create(podman, "web", {"image": "none"})


def test_a_pod_of_our_own_is_taken_over(podman: FakePodman) -> None:
    identity = create_pod(podman, "app", {"labels": {LABEL: "the record"}})
    assert create_pod(podman, "app", {"labels": {LABEL: "the record"}}) == identity
    for other in ({}, {"labels": {LABEL: "another"}}):
        with pytest.raises(EngineError, match="^pod app: "):
            create_pod(podman, "app", other)


# Starting, stopping, renaming, removing


def test_everything_may_be_done_twice(podman: FakePodman) -> None:
    identity = create(podman, "web", BODY)
    for _each in range(2):
        start(podman, identity, "web")
        assert podman.named("web").running
    for _each in range(2):
        rename(podman, identity, "other")
    for _each in range(2):
        stop(podman, identity, "other")
        assert not podman.named("other").running
    for _each in range(2):
        remove(podman, identity)
        assert podman.containers == {}


def test_one_that_never_ran_can_be_stopped(podman: FakePodman) -> None:
    """Podman calls that an error, and it is what was asked for."""
    stop(podman, create(podman, "web", BODY), "web")


def test_one_that_does_not_stop_is_told(podman: FakePodman) -> None:
    identity = create(podman, "web", BODY)
    start(podman, identity, "web")
    podman.hurt("refused", 1)
    with pytest.raises(EngineError, match="^container web: "):
        stop(podman, identity, "web")


def test_those_that_depend_on_others_go_first(podman: FakePodman) -> None:
    db = create(podman, "db", BODY)
    api = create(podman, "api", {**BODY, "dependencyContainers": ["db"]})
    web = create(podman, "web", {**BODY, "dependencyContainers": ["api"]})
    remove_all(podman, [db, api, web])
    assert podman.containers == {}


def test_what_somebody_else_depends_on_stays(podman: FakePodman) -> None:
    db = create(podman, "db", BODY)
    create(podman, "foreign", {**BODY, "dependencyContainers": ["db"]})
    alone = create(podman, "alone", BODY)
    with pytest.raises(EngineError, match="declare them in the same pod task|has dependent"):
        remove_all(podman, [db, alone])
    assert podman.named("db")
    assert podman.named("alone") is None


def test_volumes_go_only_when_it_is_said(podman: FakePodman) -> None:
    one, other = create(podman, "one", BODY), create(podman, "other", BODY)
    remove(podman, one)
    remove(podman, other, True)
    assert podman.lost_volumes == [other]


def test_a_pod_may_be_stopped_and_removed_twice(podman: FakePodman) -> None:
    identity = create_pod(podman, "app", {})
    create(podman, "web", {**BODY, "pod": identity})
    start_pod(podman, identity, "app")
    assert podman.named("web").running
    for _each in range(2):
        stop_pod(podman, identity)
        assert not podman.named("web").running
    for _each in range(2):
        remove_pod(podman, identity)
        assert podman.containers == {}


def test_a_pod_that_does_not_start_says_why(podman: FakePodman) -> None:
    """Podman's own answer names no reason: starting one by one does."""
    ports = [{"host_ip": "", "host_port": 80, "container_port": 80, "range": 1, "protocol": "tcp"}]
    start(podman, create(podman, "other", {**BODY, "portmappings": ports}), "other")
    identity = create_pod(podman, "app", {"portmappings": ports})
    create(podman, "web", {**BODY, "pod": identity})
    with pytest.raises(EngineError, match="^pod app: container .*-infra: .*address already in use"):
        start_pod(podman, identity, "app")


# A broken network


def broken_network(podman: FakePodman, mended: bool) -> None:
    """The first start fails on the account's network namespace; the next one too unless it is mended."""
    serve = podman._containers_start
    tries = []

    def start_one(each: Any, params: Any, body: Any) -> None:
        tries.append(each)
        if len(tries) == 1 or not mended:
            cause = 'rootless netns: mount resolv.conf to "/etc/resolv.conf": no such file or directory'
            raise EngineError(cause, 500, cause)
        serve(each, params, body)

    podman._containers_start = start_one


@pytest.mark.parametrize(("ended", "mended", "runs"), [(True, True, True), (True, False, False), (False, True, False)])
def test_a_half_built_network_namespace_is_ended_once(
    podman: FakePodman, monkeypatch: pytest.MonkeyPatch, ended: bool, mended: bool, runs: bool
) -> None:
    identity = create(podman, "web", BODY)
    broken_network(podman, mended)
    monkeypatch.setattr(_operations, "_end_rootless_netns", lambda: ended)
    if runs:
        start(podman, identity, "web")
    else:
        with pytest.raises(EngineError, match="rootless netns"):
            start(podman, identity, "web")
    assert podman.named("web").running is runs


def test_only_pasta_of_our_own_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    processes = {
        "1": None,
        "2": ["/usr/bin/pasta", "--netns", "/run/user/1/netns/rootless-netns"],
        "3": ["/usr/bin/pasta.avx2", "--config-net", "/run/user/1/containers/rootless-netns/x"],
        "4": ["/usr/bin/pasta", "--netns", "/run/user/1/netns/netns-1"],
        "5": ["vim", "rootless-netns"],
        "self": ["pasta", "rootless-netns"],
    }
    ended = []
    monkeypatch.setattr(_operations.os, "listdir", lambda path: list(processes))
    monkeypatch.setattr(_operations, "_arguments", processes.get)
    monkeypatch.setattr(_operations.os, "kill", lambda process, number: ended.append((process, int(number))))
    assert _operations._end_rootless_netns() is True
    assert ended == [(2, 9), (3, 9)]


# Waiting


def waiting(podman: FakePodman, *states: dict, **config: Any) -> list[str]:
    """Wait for a container whose inspect shows these states, one after the other; what was asked meanwhile."""
    asked: list[str] = []
    left = list(states)

    def get(path: str, params: Any = None) -> Any:
        asked.append(path)
        if path.endswith("healthcheck"):
            return {}
        state = left.pop(0) if len(left) > 1 else left[0]
        return {"State": state, "Config": config, "HostConfig": {}}

    podman.get = get
    podman.raw = lambda path, params=None: b"cannot\n"
    await_ready(podman, "1", "web", 0.3, 60)
    return asked


CHECKED = {"Healthcheck": {"Test": ["CMD", "true"], "StartPeriod": 30 * 10**9}}


def test_one_that_runs_is_ready(podman: FakePodman) -> None:
    assert len(waiting(podman, {"Status": "running"})) > 1


def test_one_that_ended_well_is_ready(podman: FakePodman) -> None:
    waiting(podman, {"Status": "running"}, {"Status": "exited", "ExitCode": 0})


def test_one_that_ended_badly_is_told_with_its_last_words(podman: FakePodman) -> None:
    with pytest.raises(Failure, match="container web exited with code 3 after its start; its last log line: cannot") as caught:
        waiting(podman, {"Status": "running"}, {"Status": "exited", "ExitCode": 3})
    assert caught.value.facts["logs"] == ["cannot"]


def test_one_that_is_checked_is_ready_when_it_is_healthy(podman: FakePodman) -> None:
    starting = {"Status": "running", "Health": {"Status": "starting"}}
    asked = waiting(podman, starting, starting, starting, {"Status": "running", "Health": {"Status": "healthy"}}, **CHECKED)
    assert any(path.endswith("healthcheck") for path in asked)


def test_one_that_is_unhealthy_is_told(podman: FakePodman) -> None:
    log = [{"Output": "connection\nrefused\n"}]
    with pytest.raises(Failure, match="container web runs, but its health check fails: connection refused"):
        waiting(podman, {"Status": "running", "Health": {"Status": "unhealthy", "Log": log}}, **CHECKED)


def test_waiting_ends(podman: FakePodman, clock: Clock) -> None:
    with pytest.raises(Failure, match="60 seconds after its start"):
        waiting(podman, {"Status": "running", "Health": {"Status": "starting"}}, **CHECKED)
    assert clock.now < 70


# Log lines


def frame(text: bytes, stream: int = 1) -> bytes:
    return struct.pack(">BxxxI", stream, len(text)) + text


@house
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), min_size=1, max_size=20), max_size=20))
def test_log_lines_of_both_streams(lines: list[str]) -> None:
    podman = FakePodman()
    podman.raw = lambda path, params=None: b"".join(frame(f"{line}\n".encode(), 1 + index % 2) for index, line in enumerate(lines))
    assert logs(podman, "1") == lines[-15:]


@house
@given(st.binary(max_size=60))
def test_no_log_is_too_odd(raw: bytes) -> None:
    podman = FakePodman()
    podman.raw = lambda path, params=None: raw
    assert all(isinstance(line, str) for line in logs(podman, "1"))


def test_a_terminal_has_no_frames(podman: FakePodman) -> None:
    podman.raw = lambda path, params=None: b"plain text\r\nof a terminal\r\n"
    assert logs(podman, "1") == ["plain text", "of a terminal"]


def test_no_log_is_no_trouble(podman: FakePodman) -> None:
    def raw(path: str, params: Any = None) -> bytes:
        raise EngineError("this container is using the none log driver", 500)

    podman.raw = raw
    assert logs(podman, "1") == []


# Results


def test_a_result_has_no_environment_and_no_command(podman: FakePodman) -> None:
    identity = create(podman, "web", {**BODY, "env": {"PASSWORD": "correct horse"}, "command": ["--password=correct horse"]})
    shown = public(podman.get(f"containers/{identity}/json"))
    assert "correct horse" not in str(shown)
    assert (shown["name"], shown["image"], shown["status"]) == ("web", "img", "created")
    assert public(None) == {}
