# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts of several apps: what keeps one of them from it keeps no other. On a host in test_faults."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _account, _each_account
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._apps import accounts as _accounts
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure


class Declared:
    present, account = True, {"comment": "an app"}


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, in its order, to accounts of which some cannot be."""
    found: list[str] = []

    def call_as_each(
        accounts: list[Account], function: Any, *arguments: Any, patience: float, become: bool
    ) -> list[Any]:
        assert not become
        assert patience > 300
        told: list[Any] = []
        for account in accounts:
            try:
                told.append(function(account, *arguments))
            except Failure as failure:
                told.append(failure)
        return told

    def work(task: Task, _before: Any, later: list[Any]) -> dict[str, Any]:
        name = task.params["name"]
        if name == "refused":
            raise Failure("uid: is taken")

        def manager() -> None:
            found.append(f"manager of {name}")
            if name == "lame":
                raise Failure("its manager does not start")

        found.append(f"entry of {name}")
        if name != "idle":
            later.append(manager)
        return {"plan": [{"action": "create", "kind": "account", "name": name}]}

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(_each_account, "call_as_each", call_as_each)
    monkeypatch.setattr(_account, "find", lambda name: Account(name, 4000, 4000, f"/home/{name}", ""))
    monkeypatch.setattr(_accounts.user_task, "work", work)
    return found


def brought(*names: str) -> tuple[_accounts.Accounts, dict[str, Any]]:
    apps: dict[str, Any] = {name: [Declared()] for name in names}
    accounts = _accounts.Accounts(Task({}, False, False), apps)
    return accounts, accounts.bring(names)


def test_entries_come_one_after_the_other_and_managers_after_them(done: list[str]) -> None:
    accounts, found = brought("one", "refused", "lame", "idle", "two")
    assert done == [
        *(f"entry of {name}" for name in ("one", "lame", "idle", "two")),
        *(f"manager of {name}" for name in ("one", "lame", "two")),
    ]
    assert {name: str(each) for name, each in found.items() if isinstance(each, Failure)} == {
        "refused": "uid: is taken",
        "lame": "its manager does not start",
    }
    assert [found[name][0].name for name in ("one", "idle", "two")] == ["one", "idle", "two"]
    # What was made is told of, also where the rest failed.
    assert sorted(accounts.steps) == ["idle", "lame", "one", "two"]


def test_one_account_costs_no_child(done: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_each_account, "call_as_each", None)
    assert [str(each) for each in brought("lame")[1].values()] == ["its manager does not start"]
    assert brought("one")[1]["one"][0].name == "one"
    assert done[-1] == "manager of one"
