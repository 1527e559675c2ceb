# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work done as several accounts at once: none hides another's answer, none takes for ever."""

from __future__ import annotations

import os
import pwd
import time
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _account, _each_account
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._each_account import call_as_each
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
NOBODY = pwd.getpwnam("nobody")


def account(name: str) -> Account:
    """Somebody who may be anybody."""
    return Account(name, NOBODY.pw_uid, NOBODY.pw_gid, "/nonexistent", "/bin/false")


MANY = [account(f"a{number}") for number in range(9)]


def work(who: Account, how: dict[str, str]) -> Any:
    """What ``how`` says for this account."""
    way = how.get(who.name, "")
    if way == "failure":
        raise Failure(f"{who.name} is in trouble")
    if way == "engine":
        raise EngineError(f"{who.name} does not answer", 500, "cause")
    if way == "dies":
        os._exit(3)
    if way == "sleeps":
        time.sleep(60)
    if way == "shouts":
        return "x" * (200 * 1024)
    if way == "files":
        return os.listdir("/proc/self/fd")
    return {"name": who.name, "uid": os.geteuid()}


@as_root
def test_answers_come_in_the_order_of_the_accounts() -> None:
    assert [each["name"] for each in call_as_each(MANY, work, {})] == [each.name for each in MANY]
    assert {each["uid"] for each in call_as_each(MANY, work, {})} == {NOBODY.pw_uid}
    assert call_as_each([], work, {}) == []
    stays = call_as_each(MANY, work, {MANY[0].name: "failure"}, become=False)
    assert isinstance(stays[0], Failure)
    assert {each["uid"] for each in stays[1:]} == {0}


@as_root
def test_one_in_trouble_hides_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_each_account, "LIMIT", 100 * 1024)
    how = {"a1": "failure", "a3": "engine", "a4": "dies", "a6": "sleeps", "a8": "shouts"}
    began = time.monotonic()
    found = call_as_each(MANY, work, how, patience=2.0)
    assert time.monotonic() - began < 20
    assert [each["name"] for each in found if isinstance(each, dict)] == ["a0", "a2", "a5", "a7"]
    told = {who.name: str(each) for who, each in zip(MANY, found) if isinstance(each, Failure)}
    assert told["a1"] == "a1 is in trouble"
    assert told["a3"] == "a3 does not answer"
    assert isinstance(found[3], EngineError)
    assert "without an answer" in told["a4"]
    assert "longer than 2 seconds" in told["a6"]
    assert "ask for less" in told["a8"]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # nobody is left behind


@as_root
def test_all_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_each_account, "LIMIT_OF_ALL", 500 * 1024)
    found = call_as_each(MANY, work, {each.name: "shouts" for each in MANY})
    assert 1 <= sum(isinstance(each, str) for each in found) <= 2
    assert all(isinstance(each, (str, Failure)) for each in found)


@as_root
def test_no_account_holds_what_another_says() -> None:
    """Beside its three streams a child has the pipe of its answer, and the folder that it lists."""
    before = len(os.listdir("/proc/self/fd"))
    for open_files in call_as_each(MANY, work, {each.name: "files" for each in MANY}):
        assert len(open_files) <= before + 2  # the selector, which says nothing


def test_without_root_it_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_each_account.os, "geteuid", lambda: 1234)
    monkeypatch.setattr(_account, "call_as", lambda _who, function, *rest: function(*rest))
    found = call_as_each(MANY[:2], work, {"a1": "failure"})
    assert found[0]["name"] == "a0"
    assert isinstance(found[1], Failure)
