# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies as data: what is done, what is refused, what is shown."""

from __future__ import annotations

import dataclasses
import posixpath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._plan import outcome
from ansible_collections.rootless.podman.plugins.module_utils._tree import (
    FOLDER,
    LINK,
    OTHER,
    Entry,
    declare,
    of_bytes,
    parse_mode,
    plan,
    rooted,
    safe_name,
    stays_inside,
    texts,
)

PAGE = of_bytes(b"page\n", 0o644)
OLD = of_bytes(b"old\n", 0o600)
INNER = Entry(FOLDER, 0o755)
names = st.text("ab./", max_size=12)


@given(names)
def test_no_name_leaves_its_folder(name: str) -> None:
    try:
        safe = safe_name(name, "web")
    except Failure:
        assert ".." in name
    else:
        assert posixpath.normpath("/root/" + safe).startswith("/root")
        assert not safe.startswith("/")


@given(names, names)
def test_a_link_that_stays_inside_leads_inside(name: str, target: str) -> None:
    try:
        safe = safe_name(name, "web")
    except Failure:
        return
    if safe and stays_inside(safe, target):
        place = posixpath.normpath(posixpath.join("/root/tree", posixpath.dirname(safe), target))
        assert place == "/root/tree" or place.startswith("/root/tree/")


@pytest.mark.parametrize("target", ["/etc/passwd", "..", "../x", "a/../../x", "./../.."])
def test_links_that_lead_out(target: str) -> None:
    assert not stays_inside("name", target)
    assert stays_inside("inner/deep/name", "../x")


def test_a_new_tree_is_created_and_the_same_is_left_alone() -> None:
    tree = rooted(
        declare({"": INNER, "page": PAGE, "link": Entry(LINK, 0o777, target="page")}, None, None, None),
        ["new"],
        "dir",
    )
    assert sorted(tree) == ["new", "new/dir", "new/dir/link", "new/dir/page"]
    steps = plan(tree, {}, "/data", "in container web")
    assert [(step.action, step.kind, step.name) for step in steps] == [
        ("create", "folder", "/data/new"),
        ("create", "folder", "/data/new/dir"),
        ("create", "link", "/data/new/dir/link"),
        ("create", "file", "/data/new/dir/page"),
    ]
    assert plan(tree, tree, "/data", "in container web") == []


@pytest.mark.parametrize(
    ("there", "options"),
    [
        (OLD, ["content", "mode"]),
        (dataclasses.replace(PAGE, digest=None), ["content"]),
        (Entry(LINK, 0o777, target="x"), ["kind", "content"]),
        (dataclasses.replace(PAGE, owner=(1, 2)), ["owner"]),
        (PAGE, []),  # whose owner nobody can tell
    ],
)
def test_what_differs_is_a_reason(there: Entry, options: list[str]) -> None:
    wanted = declare({"page": PAGE}, None, None, (1, 1))
    steps = plan(wanted, {"page": there}, "/data", "in container web")
    assert [reason.option for step in steps for reason in step.reasons] == options


@pytest.mark.parametrize(
    ("wanted", "there"),
    [(PAGE, INNER), (INNER, PAGE), (INNER, Entry(LINK, 0o777)), (PAGE, Entry(OTHER, 0o600))],
)
def test_nothing_is_lost_that_was_not_named(wanted: Entry, there: Entry) -> None:
    with pytest.raises(Failure, match="remove it first"):
        plan({"x": wanted}, {"x": there}, "/data", "in container web")


def test_folders_that_exist_keep_their_mode_unless_it_is_declared() -> None:
    there = {"x": Entry(FOLDER, 0o700)}
    assert plan(declare({"x": INNER}, None, None, (1, 1)), there, "/", "") == []
    assert plan(declare({"x": INNER}, 0o600, 0o750, None), there, "/", "")[0].reasons[0].after == "0750"


def test_a_hidden_content_shows_nowhere() -> None:
    wanted = declare({"x": of_bytes(b"secret\n", 0o600)}, None, None, None, hidden=True)
    for found in ({}, {"x": OLD}, {"x": dataclasses.replace(wanted["x"], mode=0o644, hidden=False)}):
        steps = plan(wanted, found, "/data", "in container web")
        told = str(outcome(steps)) + str(texts(steps, wanted)) + repr(steps)
        assert "secret" not in told
        assert wanted["x"].digest[:12] not in told


def test_texts_are_shown_where_a_person_can_read_them() -> None:
    wanted = {"new": PAGE, "x": PAGE, "raw": of_bytes(b"\0\xff", 0o644), "mode": PAGE}
    found = {"x": OLD, "mode": dataclasses.replace(PAGE, mode=0o600)}
    shown = texts(plan(wanted, found, "/data", ""), wanted)
    assert [(each["after_header"], each["before"], each["after"]) for each in shown] == [
        ("/data/new", "", "page\n"),
        ("/data/x", "old\n", "page\n"),
    ]


@pytest.mark.parametrize(("raw", "mode"), [("0640", 0o640), ("644", 0o644), ("02755", 0o2755), (None, None)])
def test_modes(raw: Any, mode: int | None) -> None:
    assert parse_mode("mode", raw) == mode


@pytest.mark.parametrize("raw", [420, 644, 0.5, "0888", "rw", "64", "", "77777", True])
def test_modes_that_may_be_meant_otherwise(raw: Any) -> None:
    with pytest.raises(Failure, match="quoted octal mode"):
        parse_mode("mode", raw)
