# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Namespaces: what tasks say, what Podman is told, what inspect shows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._namespaces import (
    Namespace,
    UserNamespace,
)
from ansible_collections.rootless.podman.plugins.module_utils._options import Facts
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import hostile, house

IDS = {"host": {"idMappings": {
    "uidmap": [{"container_id": 0, "size": 1}, {"container_id": 1, "size": 65536}, {"container_id": 65537, "size": 100}],
    "gidmap": [{"container_id": 0, "size": 1}, {"container_id": 1, "size": 65536}],
}}}  # fmt: skip
FACTS = Facts((5, 4, 2), lambda: IDS)


@pytest.mark.parametrize(
    ("written", "userns"),
    [
        ("nomap", {"nsmode": "private"}),
        ("no-map", {"nsmode": "private"}),
        ("keep-id:uid=200,gid=210", {"nsmode": "keep-id", "value": "uid=200,gid=210"}),
        ("host", {"nsmode": "host", "value": ""}),
        ("container:db", {"nsmode": "container", "value": "db"}),
        ("ns:/proc/1/ns/user", {"nsmode": "path", "value": "/proc/1/ns/user"}),
    ],
)
def test_user_namespaces(written: str, userns: dict) -> None:
    body: dict = {}
    UserNamespace.write(UserNamespace().parse(written), body, FACTS)
    assert body["userns"] == userns


def test_auto_has_a_switch_of_its_own() -> None:
    body: dict = {}
    UserNamespace.write("auto", body, FACTS)
    assert body["idmappings"]["AutoUserNs"] is True


def test_nomap_is_spelled_out_from_the_ranges() -> None:
    body: dict = {}
    UserNamespace.write("nomap", body, FACTS)
    assert body["userns"] == {"nsmode": "private"}
    assert body["idmappings"]["UIDMap"] == [{"container_id": 0, "host_id": 1, "size": 65636}]
    assert body["idmappings"]["GIDMap"] == [{"container_id": 0, "host_id": 1, "size": 65536}]
    other: dict = {}
    UserNamespace.write("keep-id", other, FACTS)
    assert other == {"userns": {"nsmode": "keep-id", "value": ""}}


@pytest.mark.parametrize("bad", ["", "root", "container:", "ns", "nomap\n", None, "NOMAP"])
def test_no_user_namespaces(bad: Any) -> None:
    with pytest.raises(ValueError, match="one of nomap|text"):
        UserNamespace().parse(bad)


KEEP, NOMAP, AUTO, HOST = ["0:1:1000", "1000:0:1", "1001:1001:64536"], ["0:1:65536"], ["0:1:1024"], None


@pytest.mark.parametrize(
    ("mode", "maps", "same"),
    [
        ("nomap", NOMAP, True), ("nomap", KEEP, False), ("nomap", HOST, False),
        ("keep-id", KEEP, True), ("keep-id:uid=1000", KEEP, True), ("keep-id", NOMAP, False), ("keep-id", HOST, False),
        ("host", HOST, True), ("host", [], True), ("host", NOMAP, False),
        ("auto", AUTO, True), ("auto", HOST, False), ("container:db", HOST, True),
    ],
)  # fmt: skip
def test_adopting_by_the_map_of_ids(mode: str, maps: Any, same: bool) -> None:
    assert UserNamespace().covers(mode, UserNamespace().reported(maps)) is same


# Other namespaces


def test_other_namespaces() -> None:
    kind = Namespace("private", "host")
    assert kind.body(kind.parse("host")) == {"nsmode": "host", "value": ""}
    assert kind.body(kind.parse("container:db")) == {"nsmode": "container", "value": "db"}
    assert kind.body(kind.parse("ns:/proc/1/ns/ipc")) == {"nsmode": "path", "value": "/proc/1/ns/ipc"}
    assert kind.covers("container:db", f"container:{'1' * 64}")
    assert not kind.covers("host", "private")
    assert not kind.covers("private", None)


@pytest.mark.parametrize("bad", ["shareable", "container", "container:", "", None, "private:x"])
def test_no_namespaces(bad: Any) -> None:
    with pytest.raises(ValueError, match="one of private, host|text"):
        Namespace("private", "host").parse(bad)


@house
@given(st.sampled_from([UserNamespace(), Namespace("host")]), hostile)
def test_nothing_breaks_out(kind: Any, text: str) -> None:
    for written in (text, f"container:{text}", f"ns:{text}", f"pasta:{text}", f"keep-id:{text}"):
        with pytest.raises(ValueError, match="without"):
            kind.parse(written)
