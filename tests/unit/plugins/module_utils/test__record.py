# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record on a label: it counts for the object it was made for, says nothing of values, and stays small."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils import _record
from ansible_collections.rootless.podman.plugins.module_utils._resources.container import TABLE
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import KEY, house

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip
specs = st.dictionaries(st.sampled_from([row.name for row in TABLE.rows]), values, max_size=8)
OTHER_KEY = b"o" * 32


def label(spec: dict[str, Any], **changed: Any) -> dict[str, str]:
    """Labels with a record in which some of what it says is changed."""
    told = {**json.loads(_record.write(KEY, "container", "web", spec)), **changed}
    return {_record.LABEL: json.dumps(told), "other": "label"}


@house
@given(specs)
def test_what_is_written_is_read(spec: dict[str, Any]) -> None:
    labels = {_record.LABEL: _record.write(KEY, "container", "web", spec)}
    assert _record.read(KEY, "container", "web", labels) == _record.digests(KEY, spec)
    assert set(_record.digests(KEY, spec)) == set(spec)


@house
@given(values, values)
def test_equal_values_have_equal_digests_and_no_others(one: Any, other: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (_record.digest(KEY, one) == _record.digest(KEY, other)) is same
    assert _record.digest(KEY, one) != _record.digest(OTHER_KEY, one)


def test_the_order_of_keys_does_not_matter() -> None:
    assert _record.digest(KEY, {"a": 1, "b": 2}) == _record.digest(KEY, {"b": 2, "a": 1})


@pytest.mark.parametrize(
    ("kind", "name", "key"),
    [("pod", "web", KEY), ("container", "copy", KEY), ("container", "web", OTHER_KEY)],
)
def test_a_record_of_something_else_does_not_count(kind: str, name: str, key: bytes) -> None:
    """Commit and clone copy labels, and an account's key can be lost."""
    assert _record.read(KEY, "container", "web", label({"env": {}})) is not None
    assert _record.read(key, kind, name, label({"env": {}})) is None


@pytest.mark.parametrize(
    "labels",
    [
        None, {}, {"a": "b"}, {_record.LABEL: ""}, {_record.LABEL: "nonsense"}, {_record.LABEL: "[]"}, {_record.LABEL: "1"},
        label({}, v=2), label({}, v="1"), label({}, options=[]), label({}, options=None), label({}, name=None),
        {_record.LABEL: '{"v": 1}' + " " * 4096},
    ],
)  # fmt: skip
def test_what_is_no_record(labels: Any) -> None:
    assert _record.read(KEY, "container", "web", labels) is None


def test_what_others_wrote_into_it_is_only_text() -> None:
    found = _record.read(KEY, "container", "web", label({}, options={"env": {"a": 1}, "image": None}))
    assert found == {"env": "{'a': 1}", "image": "None"}


def test_a_value_cannot_be_read_from_a_record() -> None:
    text = _record.write(KEY, "container", "web", {"env": {"PASSWORD": "correct horse"}})
    assert "correct" not in text
    assert "PASSWORD" not in text
    assert KEY.hex() not in text


def test_the_longest_record_stays_under_the_limit() -> None:
    """Every option declared, the longest name: all of it goes into every listing."""
    spec = {row.name: "x" for row in TABLE.rows} | dict.fromkeys(("image", "pod", "owner"), "x")
    text = _record.write(KEY, "container", "n" * 255, spec)
    assert len(text) < _record.LIMIT
    assert _record.read(KEY, "container", "n" * 255, {_record.LABEL: text})
