# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts: who may act for whom, and work that is done as somebody else."""

from __future__ import annotations

import os
import pwd
import time

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _account
from ansible_collections.rootless.podman.plugins.module_utils._account import (
    Account,
    call_as,
    choose,
    find,
    require_linger,
)
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
NOBODY = Account("nobody", 65534, pwd.getpwnam("nobody").pw_gid, "/nonexistent", "/bin/false")


def test_an_account_is_found_by_name_and_by_number() -> None:
    assert find("nobody") == find("65534")
    assert find("nobody-has-this-name") is None
    assert find("99999999999999999999") is None


def test_what_follows_from_an_entry() -> None:
    account = Account("alice", 1001, 1001, "/home/alice", "/bin/sh")
    assert account.socket == "/run/user/1001/podman/podman.sock"
    assert account.environment()["XDG_RUNTIME_DIR"] == "/run/user/1001"
    assert "DBUS_SESSION_BUS_ADDRESS" in account.environment()


@pytest.mark.parametrize(
    ("euid", "name", "says"),
    [
        (0, None, "name the rootless account"),
        (0, "nobody-has-this-name", "there is no account"),
        (0, "root", "never touched"),
        (1, "nobody", "cannot act for account nobody"),
    ],
)
def test_who_may_act_for_whom(monkeypatch: pytest.MonkeyPatch, euid: int, name: str, says: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: euid)
    with pytest.raises(Failure, match=says):
        choose(name)


def test_without_a_name_it_is_the_one_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    assert choose(None).name == "nobody"


def test_linger_is_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike) -> None:
    monkeypatch.setattr(_account, "LINGER_FOLDER", str(tmp_path))
    with pytest.raises(Failure, match="loginctl enable-linger nobody"):
        require_linger(NOBODY)
    open(os.path.join(tmp_path, "nobody"), "w").close()
    require_linger(NOBODY)


def _who(word: str) -> dict:
    return {
        "word": word,
        "uids": os.getresuid(),
        "gids": os.getresgid(),
        "groups": os.getgroups(),
        "env": dict(os.environ),
        "cwd": os.getcwd(),
    }


@as_root
def test_work_is_done_as_the_account_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of root's")
    told = call_as(NOBODY, _who, "hello")
    assert told["word"] == "hello"
    assert told["uids"] == [65534] * 3
    assert told["gids"] == [NOBODY.gid] * 3
    assert 0 not in told["groups"]
    assert told["env"] == NOBODY.environment()
    assert told["cwd"] == "/"
    assert os.geteuid() == 0


def _fail(kind: str) -> None:
    if kind == "engine":
        raise EngineError("no such image", status=404, cause="deep", image="x")
    if kind == "failure":
        raise Failure("a sentence", option="name")
    if kind == "killed":
        os._exit(3)
    raise ZeroDivisionError


@as_root
@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("engine", "no such image"),
        ("failure", "a sentence"),
        ("bug", "unforeseen .ZeroDivisionError"),
        ("killed", "without an answer"),
    ],
)
def test_what_goes_wrong_there_goes_wrong_here(kind: str, says: str) -> None:
    with pytest.raises(Failure, match=says) as told:
        call_as(NOBODY, _fail, kind)
    if kind == "engine":
        assert (told.value.status, told.value.cause, told.value.facts) == (404, "deep", {"image": "x"})


@as_root
def test_only_json_comes_back() -> None:
    with pytest.raises(Failure, match="unforeseen .TypeError"):
        call_as(NOBODY, object)


def _child(path: str) -> None:
    with open(path, "a") as file:
        file.write(str(os.getpid()))
    time.sleep(30)


@as_root
def test_the_child_ends_with_its_parent(tmp_path: os.PathLike) -> None:
    mark = os.path.join(tmp_path, "mark")
    open(mark, "w").close()
    os.chmod(mark, 0o666)
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        os.chmod(folder, 0o755)
    parent = os.fork()
    if parent == 0:
        call_as(NOBODY, _child, mark)
        os._exit(0)
    deadline = time.monotonic() + 10
    while not os.path.getsize(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(parent, 9)
    os.waitpid(parent, 0)
    with open(mark) as file:
        pid = int(file.read())
    while os.path.exists(f"/proc/{pid}") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not os.path.exists(f"/proc/{pid}")
