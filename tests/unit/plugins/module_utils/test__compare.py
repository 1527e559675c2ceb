# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The comparison: after a spec is applied nothing differs, and every later change is seen, whoever made it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._compare import Comparison, compare
from ansible_collections.rootless.podman.plugins.module_utils._options import Facts, OptionTable, Spec
from ansible_collections.rootless.podman.plugins.module_utils._plan import CHANGED, DECLARED, DRIFT, REMOVED
from ansible_collections.rootless.podman.plugins.module_utils._record import digests
from ansible_collections.rootless.podman.plugins.module_utils._resources import container, pod
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_inspect import (
    container_inspect,
    image_inspect,
    pod_inspect,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import KEY, house
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.strategies import (
    CONTAINER,
    POD,
    params_of,
)

INFO = {"host": {
    "cgroupControllers": ["cpu", "cpuset", "io", "memory", "pids"],
    "idMappings": {kind: [{"container_id": 1, "size": 65536}] for kind in ("uidmap", "gidmap")},
}}  # fmt: skip
NEWER = Facts((5, 8, 2), lambda: INFO)
NEW = Facts((5, 4, 2), lambda: INFO)
OLD = Facts((4, 3, 1), lambda: INFO)
# What inspect shows only in part, or not as it was declared, is for the record alone to judge.
IMAGE = image_inspect()

Kind = tuple[OptionTable, dict[str, Any]]
KINDS = {"container": (container.TABLE, CONTAINER), "pod": (pod.TABLE, POD)}
each_kind = pytest.mark.parametrize("kind", list(KINDS))


def applied(kind: str, spec: Spec, facts: Facts) -> dict:
    """What inspect shows after the spec was applied."""
    body = json.loads(json.dumps(KINDS[kind][0].body(spec, facts)))
    if kind == "pod":
        return pod_inspect(body)
    return container_inspect(container.complete(body, spec, None), IMAGE)


def compared(
    kind: str, now: Spec, before: Spec, facts: Facts = NEW, record: bool = True, **hands: Any
) -> Comparison:
    """Compare ``now`` with an object made from ``before``; ``hands`` are parts of inspect that somebody changed."""
    inspect = applied(kind, before, facts)
    for part, values in hands.items():
        inspect[part] = {**inspect[part], **values}
    return compare(KINDS[kind][0], now, digests(KEY, before) if record else None, inspect, KEY, facts)


def parsed(kind: str, params: dict[str, Any]) -> Spec:
    return KINDS[kind][0].parse(params)


def test_every_option_has_good_values() -> None:
    for table, values in KINDS.values():
        assert set(values) == {row.name for row in table.rows if not row.never}


@each_kind
@pytest.mark.parametrize("facts", [NEWER, NEW, OLD], ids=lambda facts: facts.version_text)
@house
@given(data=st.data())
def test_what_was_applied_does_not_differ(kind: str, facts: Facts, data: Any) -> None:
    params = data.draw(params_of(KINDS[kind][1]))
    spec = parsed(kind, params)
    assert compared(kind, spec, parsed(kind, params), facts) == Comparison()


@each_kind
@house
@given(data=st.data())
def test_what_was_made_by_hand_as_declared_is_adopted(kind: str, data: Any) -> None:
    spec = parsed(kind, data.draw(params_of(KINDS[kind][1])))
    found = compared(kind, spec, spec, record=False)
    assert (found.reasons, found.adopted) == ((), True)


@each_kind
@house
@given(data=st.data())
def test_an_option_that_is_taken_out_is_removed(kind: str, data: Any) -> None:
    before = parsed(kind, data.draw(params_of(KINDS[kind][1], least=1)))
    gone = data.draw(st.sampled_from(sorted(before)))
    now = {name: value for name, value in before.items() if name != gone}
    reasons = compared(kind, now, before).reasons
    row = KINDS[kind][0].by_name[gone]
    defaults = row.default if isinstance(row.default, tuple) else (row.default,)
    if row.live and before[gone] in defaults:
        assert reasons == ()  # what it says is what it is without it
    elif row.update and row.live:
        # A limit can be changed in place, not taken away.
        assert [(each.option, each.why) for each in compared(kind, now, before).fixed] == [(gone, REMOVED)]
    else:
        assert [(each.option, each.why) for each in reasons] == [(gone, REMOVED)]


@each_kind
@pytest.mark.parametrize("facts", [NEW, NEWER], ids=lambda facts: facts.version_text)
@house
@given(data=st.data())
def test_another_value_is_a_change(kind: str, facts: Facts, data: Any) -> None:
    values = KINDS[kind][1]
    params = data.draw(params_of(values, least=1))
    changed = data.draw(st.sampled_from(sorted(params)))
    before = parsed(kind, params)
    now = {**before, **parsed(kind, {changed: data.draw(values[changed])})}
    assume(now != before)
    found = compared(kind, now, before, facts)
    assert [(each.option, each.why) for each in found.reasons] == [(changed, CHANGED)]
    live = KINDS[kind][0].by_name[changed].live_in(facts)
    assert [each.option for each in found.live] == ([changed] if live else [])


@each_kind
@house
@given(data=st.data())
def test_an_option_that_is_put_in_is_a_change(kind: str, data: Any) -> None:
    """Also when it says what is already so: it is recorded from now on."""
    now = parsed(kind, data.draw(params_of(KINDS[kind][1], least=1)))
    added = data.draw(st.sampled_from(sorted(now)))
    before = {name: value for name, value in now.items() if name != added}
    row = KINDS[kind][0].by_name[added]
    found = [(each.option, each.why) for each in compared(kind, now, before).reasons]
    if row.live:
        defaults = row.default if isinstance(row.default, tuple) else (row.default,)
        assert found == [(added, CHANGED)] or now[added] in defaults
    else:
        assert found == [(added, CHANGED)]


@each_kind
@house
@given(data=st.data())
def test_reasons_are_json_and_hide_the_environment(kind: str, data: Any) -> None:
    values = {
        **KINDS[kind][1],
        **({"env": st.just({"PASSWORD": "correct horse"})} if kind == "container" else {}),
    }
    now, before = (parsed(kind, data.draw(params_of(values))) for _each in range(2))
    for record in (True, False):
        shown = json.dumps([each.public() for each in compared(kind, now, before, record=record).reasons])
        assert "correct horse" not in shown


def reasons(now: dict, before: dict, **how: Any) -> list[tuple[str, str]]:
    found = compared("container", parsed("container", now), parsed("container", before), **how)
    return [(each.option, each.why) for each in found.reasons]


def test_the_image_says_a_lot_that_is_no_drift() -> None:
    assert reasons({}, {}) == []
    assert reasons({}, {}, record=False) == []
    assert (
        reasons({"env": {"LANG": "C.UTF-8"}, "workdir": "/srv", "command": "serve"}, {}, record=False) == []
    )


def test_an_adopted_object_that_differs_says_declared() -> None:
    assert reasons({"env": {"LANG": "de"}}, {}, record=False) == [("env", DECLARED)]
    assert reasons({"hostname": "a"}, {"hostname": "b"}, record=False) == [("hostname", DECLARED)]


def test_labels_of_others_do_not_matter() -> None:
    with_more = {"Labels": {"a": "b", "io.other": "x", "org.opencontainers.image.title": "an image"}}
    assert (
        reasons(
            {"label": {"a": "b"}},
            {"label": {"a": "b"}},
            Config={**applied("container", {}, NEW)["Config"], **with_more},
        )
        == []
    )


def test_a_hand_on_the_environment_is_drift() -> None:
    spec = {"env": {"A": "1"}}
    assert reasons(spec, spec, Config={"Env": ["A=2", "PATH=/bin"]}) == [("env", DRIFT)]
    assert reasons(spec, spec, Config={"Env": ["a=1"]}) == [("env", DRIFT)]
    assert reasons(spec, spec, Config={"Env": ["A=1", "B=2"]}) == []


def test_a_hand_on_the_network_is_drift() -> None:
    """Podman network connect and disconnect."""
    spec = {"network": ["front"]}
    assert reasons(spec, spec, NetworkSettings={"Networks": {"front": {}, "back": {}}}) == [
        ("network", DRIFT)
    ]
    assert reasons(spec, spec, NetworkSettings={"Networks": {}}) == [("network", DRIFT)]


def test_a_hand_on_a_limit_is_seen_without_asking_the_record() -> None:
    """Podman update: no label can follow it."""
    spec = {"memory": "64m"}
    assert reasons(spec, spec, HostConfig={"Memory": 2**27}) == [("memory", CHANGED)]
    assert reasons({}, {}, HostConfig={"Memory": 2**27}) == [("memory", REMOVED)]
    assert reasons({}, {}, HostConfig={"PidsLimit": 100}) == [("pids_limit", REMOVED)]
    assert reasons({}, {}, HostConfig={"PidsLimit": 0}) == []
    assert reasons({}, {}, HostConfig={"RestartPolicy": {"Name": "always"}}) == [("restart_policy", REMOVED)]


def test_a_quota_that_inspect_shows_as_cpus_is_no_change() -> None:
    spec = {"cpu_period": 100000, "cpu_quota": 50000}
    assert reasons(spec, spec) == []
    assert reasons({}, spec) == [("cpus", REMOVED), ("cpu_period", REMOVED), ("cpu_quota", REMOVED)]
    assert reasons({"cpus": "0.5"}, spec)[0] == ("cpu_period", REMOVED)


def test_in_place_or_not() -> None:
    def live(facts: Facts, now: dict, before: dict) -> list[str]:
        return [
            each.option
            for each in compared(
                "container", parsed("container", now), parsed("container", before), facts
            ).live
        ]

    bare = Facts((5, 4, 2), dict)
    assert live(NEW, {"memory": "64m"}, {"memory": "128m"}) == ["memory"]
    assert (
        live(bare, {"memory": "64m"}, {"memory": "128m"}) == []
    )  # no controller: update stores what the runtime refuses
    assert live(OLD, {"memory": "64m"}, {"memory": "128m"}) == []
    assert live(bare, {"restart_policy": "always"}, {}) == ["restart_policy"]
    assert live(NEW, {}, {"restart_policy": "always"}) == ["restart_policy"]
    assert live(NEW, {}, {"memory": "64m"}) == []  # a limit cannot be taken away
    assert live(NEW, {"env": {"A": "1"}}, {"env": {"A": "2"}}) == []


def test_a_reason_says_what_was_and_what_is_wanted() -> None:
    found = compared(
        "container",
        parsed("container", {"memory": "64m", "env": {"A": "1"}}),
        parsed("container", {"memory": "128m"}),
    )
    assert {each.option: (each.before, each.after) for each in found.reasons} == {
        "memory": ("128m", "64m"), "env": ({}, {"A": "(hidden)"}),
    }  # fmt: skip


def test_spelling_is_no_change() -> None:
    one = {
        "memory": "64m",
        "healthcheck_interval": "90s",
        "publish": ["8080:80"],
        "cap_add": ["net_raw"],
        "stop_signal": "int",
    }
    other = {
        "memory": "65536k",
        "healthcheck_interval": "1m30s",
        "publish": ["8080:80/tcp"],
        "cap_add": ["CAP_NET_RAW"],
        "stop_signal": 2,
    }
    assert reasons(one, other) == []
