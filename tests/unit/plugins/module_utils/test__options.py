# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option tables: every row of every kind takes good values and answers bad ones with one sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._options import (
    Facts,
    Option,
    OptionTable,
    get_path,
    set_path,
)
from ansible_collections.rootless.podman.plugins.module_utils._resources import (
    container,
    network,
    pod,
    secret,
    volume,
)
from ansible_collections.rootless.podman.plugins.module_utils._values import Bytes, Integer, Pairs, Text
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house, junk

TABLES = [each.TABLE for each in (container, network, pod, secret, volume)]
ROWS = [(table, row) for table in TABLES for row in table.rows]
INFO = {"host": {"cgroupControllers": ["memory", "pids"]}}
FACTS = Facts((5, 4, 2), lambda: INFO)
SMALL = OptionTable(
    "thing",
    [
        Option("memory", Bytes(), "limits.memory", "Limits.Memory", live="5.1", controller="memory"),
        Option("cpu", Integer(), "limits.cpu", live="5.1", controller="cpu"),
        Option("label", Pairs(), "labels", "Labels", ("labels",)),
        Option("new", Text(), "new", since="5.5"),
        Option("both", Text(), write=lambda value, body, _facts: body.update(one=value, two=value)),
    ],
)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.kind)
def test_no_two_rows_answer_to_one_name(table: OptionTable) -> None:
    names = [name for row in table.rows for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    assert list(table.argument_spec()) == [row.name for row in table.rows]


@pytest.mark.parametrize(("table", "row"), ROWS, ids=lambda each: getattr(each, "name", None))
def test_a_row_knows_where_it_is_posted(table: OptionTable, row: Option) -> None:
    # rootfs says what image means, and the planner posts that.
    assert row.api or row.write or row.never or row.name == "rootfs", "an option that nothing posts"
    assert not row.live or row.readable, "what is changed in place is looked at afterwards"
    assert not row.drift or row.readable
    assert not row.update or row.live


def refused(table: OptionTable, spec: dict) -> str:
    """The sentence that refuses it."""
    with pytest.raises(Failure, match="cannot be honoured: ") as told:
        table.gate(spec, FACTS)
    return told.value.message


@house
@given(st.sampled_from(ROWS), junk)
def test_junk_is_a_value_or_one_sentence(where: tuple, raw: Any) -> None:
    """Whatever a task says: a typed value that is JSON and that can be posted, or a Failure that names the option."""
    table, row = where
    try:
        spec = table.parse({row.name: raw}, "here.")
    except Failure as failure:
        assert failure.message.startswith(f"here.{row.name}: ")
        assert failure.message.endswith(" is needed.")
        assert failure.message.isprintable()
        return
    if row.never:
        refusal = refused(table, spec) if spec and spec[row.name] != row.default else row.name
        assert refusal.startswith(row.name)
        return
    json.dumps(spec)
    try:
        json.dumps(table.body(spec, FACTS))
    except Failure as failure:
        assert failure.message.startswith(row.name)
    json.dumps(table.shown(spec))
    for value in spec.values():
        row.type.contrast(row.reported({}), value)
        assert isinstance(row.type.covers(value, row.reported({})), bool)


@pytest.mark.parametrize(("table", "row"), ROWS, ids=lambda each: getattr(each, "name", None))
def test_what_nobody_declares_is_not_there(table: OptionTable, row: Option) -> None:
    assert table.parse({row.name: None, "unknown": 1}) == {}
    assert table.body({}, FACTS) == {}


def test_sentences_do_not_show_values_of_maps() -> None:
    with pytest.raises(Failure) as caught:
        SMALL.parse({"label": {"A=B": "correct horse"}})
    assert "correct horse" not in caught.value.message
    assert "a map of A=B" in caught.value.message


def test_sentences_are_short() -> None:
    with pytest.raises(Failure) as caught:
        SMALL.parse({"memory": "x" * 5000})
    assert len(caught.value.message) < 250


def test_a_body() -> None:
    spec = SMALL.parse({"memory": "64m", "cpu": 2, "label": {"a": "b"}, "both": "x"})
    assert SMALL.body(spec, FACTS) == {
        "limits": {"memory": 67108864, "cpu": 2}, "labels": {"a": "b"}, "one": "x", "two": "x",
    }  # fmt: skip
    assert SMALL.shown(spec) == {"memory": "64m", "cpu": 2, "label": {"a": "b"}, "both": "x"}


def test_an_option_that_is_too_new_is_refused() -> None:
    with pytest.raises(
        Failure, match=r"in.new: this option needs Podman 5.5 or later, and the host has 5.4.2"
    ):
        SMALL.gate({"new": "x"}, FACTS, "in.")
    SMALL.gate({"new": "x"}, Facts((5, 5, 0)))


def test_a_limit_without_its_controller_is_refused() -> None:
    with pytest.raises(
        Failure,
        match="cpu: this limit needs the cgroup v2 controller cpu, and the account may use memory, pids",
    ):
        SMALL.gate({"cpu": 2}, FACTS)
    with pytest.raises(Failure, match="the account may use none"):
        SMALL.gate({"memory": 2}, Facts((5, 4, 2)))
    SMALL.gate({"memory": 2}, FACTS)


@pytest.mark.parametrize(
    ("version", "since", "has"),
    [
        ((5, 4, 2), "5.4.2", True),
        ((5, 4, 2), "5.4", True),
        ((5, 4, 2), "5.4.3", False),
        ((5, 10, 0), "5.9", True),
        ((4, 9, 4), "5", False),
    ],
)
def test_versions_are_numbers(version: tuple, since: str, has: bool) -> None:
    assert Facts(version).has(since) is has


@pytest.mark.parametrize(
    ("row", "version", "anywhere", "here"),
    [
        ("memory", (5, 4, 2), True, True),
        ("memory", (4, 9, 0), False, False),
        ("cpu", (5, 4, 2), True, False),
        ("label", (5, 4, 2), False, False),
    ],
)
def test_what_is_changed_in_place(row: str, version: tuple, anywhere: bool, here: bool) -> None:
    facts = Facts(version, lambda: INFO)
    assert (SMALL.by_name[row].live_in(facts), SMALL.by_name[row].live_here(facts)) == (anywhere, here)


def test_the_engine_is_asked_once_and_only_when_it_matters() -> None:
    asked = []
    facts = Facts((5, 4, 2), lambda: asked.append(1) or INFO)
    SMALL.gate({"label": {}}, facts)
    assert asked == []
    assert [facts.controllers, facts.controllers, facts.id_counts] == [
        ("memory", "pids"),
        ("memory", "pids"),
        (0, 0),
    ]
    assert asked == [1]


def test_paths() -> None:
    tree: dict = {}
    set_path(tree, "a.b", 1)
    set_path(tree, "a.c", {"x": 1})
    set_path(tree, "a.c", {"y": 2})
    set_path(tree, "list", [1])
    set_path(tree, "list", [2])
    assert tree == {"a": {"b": 1, "c": {"x": 1, "y": 2}}, "list": [1, 2]}
    assert [get_path(tree, path) for path in ("a.c.y", "a.z.y", "list.0", "a.b.c")] == [2, None, None, None]


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        ({}, None),
        ({"read_only_tmpfs": True}, None),
        ({"read_only": False, "read_only_tmpfs": True}, None),
        ({"read_only": True}, True),
        ({"read_only": True, "read_only_tmpfs": False}, False),
    ],
)
def test_file_systems_in_memory_are_for_what_is_read_only(params: dict, wanted: object) -> None:
    spec = container.TABLE.parse(params)
    body = container.complete(container.TABLE.body(spec, FACTS), spec, None)
    assert body.get("read_write_tmpfs") is wanted


def test_posting_does_not_change_the_spec() -> None:
    """Two rows that meet in one list: the typed values are digested later."""
    table = container.TABLE
    spec = table.parse(
        {
            "volume": ["a:/a"],
            "mount": ["type=bind,source=/b,target=/b"],
            "security_opt": ["mask=/x", "mask=/y"],
            "env": {"A": 1},
        }
    )
    told = json.dumps(spec)
    body = table.body(spec, FACTS)
    container.complete(body, spec, None)
    set_path(body, "env", {"B": "2"})
    set_path(body, "volumes", [{}])
    assert json.dumps(spec) == told
