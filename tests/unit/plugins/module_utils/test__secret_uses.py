# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that containers use: spellings, and what a renewed secret means for its users."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._options import Facts
from ansible_collections.rootless.podman.plugins.module_utils._secret_uses import (
    Secrets,
    moment,
    renewed_files,
    renewed_variables,
    reported_secrets,
)

FACTS = Facts((5, 4, 2))
FILE = {"name": "pw", "type": "mount", "target": "", "uid": 0, "gid": 0, "mode": 0o444}


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("pw", FILE),
        ({"name": "pw"}, FILE),
        ({"source": "pw", "type": "mount", "uid": None}, FILE),
        (
            "pw,target=/run/x,uid=5,gid=6,mode=0400",
            {**FILE, "target": "/run/x", "uid": 5, "gid": 6, "mode": 0o400},
        ),
        ({"name": "pw", "mode": "0400"}, {**FILE, "mode": 0o400}),
        ({"name": "pw", "mode": 256}, {**FILE, "mode": 0o400}),
        ("pw,type=env", {"name": "pw", "type": "env", "target": "pw"}),
        ("pw,type=env,target=PW", {"name": "pw", "type": "env", "target": "PW"}),
    ],
)
def test_spellings(written: Any, typed: dict) -> None:
    assert Secrets().parse([written]) == [typed]
    assert Secrets().parse(written) == [typed]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        ",type=env",
        "pw,type=file",
        "pw,mode=9",
        "pw,mode=rw",
        "pw,uid=root",
        "pw,colour=red",
        "pw,tpye=env",
        {"target": "x"},
        5.5,
        None,
        "pw\n",
    ],
)
def test_no_secrets(bad: Any) -> None:
    if bad == 5.5:  # a name like any other
        assert Secrets().parse(bad)[0]["name"] == "5.5"
        return
    with pytest.raises(ValueError, match="secret|text|whole numbers"):
        Secrets().parse([bad])


def test_where_they_are_posted() -> None:
    body: dict = {}
    Secrets.write(Secrets().parse(["pw,mode=0400", "pw,type=env,target=PW", "key,target=/k"]), body, FACTS)
    assert body["secret_env"] == {"PW": "pw"}
    assert [(each["Source"], each["Target"], each["Mode"]) for each in body["secrets"]] == [
        ("key", "/k", 0o444),
        ("pw", "", 0o400),
    ]


def test_files_are_shown_by_inspect_and_variables_are_not() -> None:
    inspect = {"Config": {"Secrets": [{"Name": "pw", "ID": "1"}]}}
    assert Secrets().covers(Secrets().parse(["pw", "other,type=env"]), reported_secrets(inspect))
    assert not Secrets().covers(Secrets().parse(["pw", "other"]), reported_secrets(inspect))
    assert reported_secrets({}) == []


def test_a_diff_names_them() -> None:
    assert Secrets().show(Secrets().parse(["pw,type=env,target=PW", "pw"])) == [
        "pw as variable PW",
        "pw as file",
    ]
    assert Secrets().show(["pw"]) == ["pw"]


def test_a_renewed_file_is_told_by_its_id() -> None:
    declared = Secrets().parse(["pw", "key", "var,type=env"])
    inspect = {"Config": {"Secrets": [{"Name": "pw", "ID": "1"}, {"Name": "key", "ID": "2"}]}}
    now = {"pw": {"ID": "1"}, "key": {"ID": "3"}, "var": {"ID": "4"}}
    assert [(each.option, each.before) for each in renewed_files(declared, inspect, now)] == [
        ("secrets", "key as it was")
    ]
    assert renewed_files(declared, inspect, {}) == []
    assert renewed_files([], inspect, now) == []


@pytest.mark.parametrize(
    ("updated", "started", "renewed"),
    [
        ("2026-01-01T10:00:00.5Z", "2026-01-01T10:00:00.4Z", True),
        ("2026-01-01T10:00:00.4Z", "2026-01-01T10:00:00.5Z", False),
        ("2026-01-01T10:00:00Z", "2026-01-01T11:00:00.123456789+01:00", False),
        ("2026-01-01T10:00:01Z", "2026-01-01T11:00:00.123456789+01:00", True),
        ("nonsense", "2026-01-01T11:00:00Z", False),
        (None, "2026-01-01T11:00:00Z", False),
    ],
)
def test_a_renewed_variable_is_told_by_its_time(updated: Any, started: str, renewed: bool) -> None:
    declared = Secrets().parse(["pw,type=env"])
    found = renewed_variables(declared, {"State": {"StartedAt": started}}, {"pw": {"UpdatedAt": updated}})
    assert bool(found) is renewed


def test_moments_have_nanoseconds() -> None:
    assert moment("1970-01-01T00:00:01.5Z") == 1.5
    assert moment("1970-01-01T01:00:00+01:00") == 0
    assert moment("0001-01-01T00:00:00Z") <= 0
