# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks of user and subid: a number that cannot be had is named as the task names it."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _account, _subid
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._accounts import live as _live
from ansible_collections.rootless.podman.plugins.module_utils._accounts import subid_task as _subid_task
from ansible_collections.rootless.podman.plugins.module_utils._accounts import user_task as _user_task
from ansible_collections.rootless.podman.plugins.module_utils._accounts import users as _users
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._subid import Want

USER = {
    "name": "alice", "state": "present", "remove": False, "ranges": None, "uid": None, "group": None, "home": None,
    "shell": None, "comment": None, "linger": True, "socket": True, "restart_service": True,
}  # fmt: skip
SUBID = {
    "name": None, "count": 65536, "start": None, "uid": None, "gid": None, "accounts": None,
    "state": "present", "force": False,
}  # fmt: skip
TAKEN, EDGE, FEW, MANY = 100_501, 4_294_900_000, 1000, 500_000


@pytest.fixture(autouse=True)
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host on which bob has the first free ids, with room for few others."""
    for name, text in {
        "passwd": "root:x:0:0::/root:/bin/sh\n",
        "group": "root:x:0:\n",
        "subuid": f"bob:{TAKEN}:65536\n",
        "subgid": f"bob:{TAKEN}:65536\n",
        "login.defs": "SUB_UID_MAX 400000\nSUB_GID_MAX 400000\n",
    }.items():
        (tmp_path / name).write_text(text)
    settle = functools.partial(_subid.settle, etc=str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(_live, "in_use", lambda *_: None)
    monkeypatch.setattr(_subid, "settle", settle)
    monkeypatch.setattr(
        _account, "find", lambda name: Account(name, 3_999_999_001, 3_999_999_001, "/nowhere", "")
    )

    def present(declared: Any, need: Any, check: bool, _before: Any, _later: Any) -> Any:
        settle([Want(declared.name, None, {"uid": need, "gid": need})], check=check)
        return [], {}, []

    monkeypatch.setattr(_users, "present", present)
    return tmp_path


BAD = [
    ({"count": FEW}, "count: 1000 is too small"),
    ({"count": 1 << 33}, "count: 8589934592 is not possible"),
    ({"count": MANY}, "count: no 500000 free [ug]ids in a row"),
    ({"start": 5}, "start: 5 is not possible"),
    ({"start": EDGE, "count": MANY}, "start: 4294900000 with count 500000 does not lie between"),
    ({"start": TAKEN}, "start: the [ug]id range 100501:65536 for account alice overlaps with .* of bob"),
]


@pytest.mark.parametrize(("numbers", "says"), BAD)
def test_user_names_its_ranges(numbers: dict, says: str) -> None:
    with pytest.raises(Failure, match=f"^ranges.{says}"):
        _user_task.work(Task({**USER, "ranges": {"count": None, "start": None, **numbers}}, True))


@pytest.mark.parametrize(("numbers", "says"), BAD)
@pytest.mark.parametrize(
    ("place", "where"),
    [
        ("task", ""),
        ("task uid", r"uid\."),
        ("entry", r"accounts\[alice\]\."),
        ("entry gid", r"accounts\[alice\]\.gid\."),
        ("task beside accounts", ""),
        ("task gid beside accounts", r"gid\."),
    ],
)
def test_subid_names_where_it_was_said(place: str, where: str, numbers: dict, says: str) -> None:
    kind = next((word for word in place.split() if word in ("uid", "gid")), None)
    said = {kind: {"count": None, "start": None, **numbers}} if kind else numbers
    many = {
        "task": {"name": "alice"},
        "entry": {"accounts": [{"name": "alice", **(said if "entry" in place else {})}]},
    }["entry" if "entry" in place or "beside" in place else "task"]
    params = {**SUBID, **many, **({} if "entry" in place else said)}
    with pytest.raises(Failure, match=f"^{where}{says}"):
        _subid_task.work(Task(params, True))


def test_the_number_and_the_start_may_be_said_apart() -> None:
    """Each is named where it stands."""
    entry = {"name": "alice", "uid": {"start": TAKEN, "count": None}}
    with pytest.raises(Failure, match=r"^accounts\[alice\]\.uid\.start: the uid range 100501:70000"):
        _subid_task.work(Task({**SUBID, "accounts": [entry], "count": 70_000}, True))
    with pytest.raises(Failure, match="^count: no 500000 free gids"):
        _subid_task.work(
            Task({**SUBID, "accounts": [{**entry, "uid": {"start": 1 << 30}}], "count": MANY}, True)
        )
