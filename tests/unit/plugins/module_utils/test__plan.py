# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans: what of them reaches the result, and the diff that is drawn from them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._plan import (
    CHANGED,
    DECLARED,
    Reason,
    Step,
    diff,
    outcome,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house

SECRET = "correct horse"
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.lists(st.text()),
    st.dictionaries(st.text(), st.text()),
)
reasons = st.builds(Reason, st.just("env"), st.sampled_from([CHANGED, DECLARED]), values, values)
steps = st.builds(
    Step,
    st.sampled_from(["create", "replace", "remove", "start", "stop", "restart", "pull", "update", "rename", "finish"]),
    st.just("container"), st.just("web"), st.lists(reasons, max_size=3).map(tuple),
    st.just({"body": {"env": {"PASSWORD": SECRET}}}),
)  # fmt: skip


def test_no_steps_no_change() -> None:
    assert outcome([]) == {"changed": False, "plan": [], "diff": {"before": "", "after": ""}}


@house
@given(st.lists(steps, min_size=1, max_size=4))
def test_a_result_is_json_and_holds_no_work(listed: list[Step]) -> None:
    result = outcome(listed)
    assert result["changed"] is True
    assert [each["action"] for each in result["plan"]] == [step.action for step in listed]
    assert SECRET not in json.dumps(result)
    assert SECRET not in repr(listed)


@house
@given(st.lists(steps, max_size=4))
def test_every_line_of_a_diff_is_one_of_ours(listed: list[Step]) -> None:
    """No value starts a line of its own: what looks like a step is a step."""
    drawn = diff(listed)
    for side, shown in (("before", drawn["before"]), ("after", drawn["after"])):
        told = [reason for step in listed for reason in step.reasons if getattr(reason, side) is not None]
        lines = shown.splitlines()
        assert len(lines) == len(listed) + len(told)
        assert all(line.startswith(("container web: ", "  env: ")) for line in lines)


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("create", "absent", "present"), ("remove", "present", "absent"), ("start", "stopped", "running"),
        ("stop", "running", "stopped"), ("restart", "running", "running again"), ("replace", "present", "replaced"),
        ("pull", "absent", "present"), ("update", "present", "present"),
    ],
)  # fmt: skip
def test_the_words_of_a_diff(action: str, before: str, after: str) -> None:
    assert diff([Step(action, "pod", "app")]) == {
        "before": f"pod app: {before}\n",
        "after": f"pod app: {after}\n",
    }


def test_a_reason_has_a_line_on_each_side_that_knows_it() -> None:
    step = Step(
        "update",
        "container",
        "web",
        (Reason("memory", CHANGED, "64m", "128m"), Reason("cpus", DECLARED, None, 2)),
    )
    assert diff([step]) == {
        "before": "container web: present\n  memory: 64m\n",
        "after": "container web: present\n  memory: 128m\n  cpus: 2\n",
    }


@pytest.mark.parametrize("value", ["a\nb", "a\x1b[2Jb", "\u2028", {"a": "b\nc"}])
def test_a_value_of_several_lines_is_one_line(value: Any) -> None:
    shown = diff([Step("create", "container", "web", (Reason("env", DECLARED, None, value),))])["after"]
    assert len(shown.splitlines()) == 2
    assert json.dumps(value) in shown
