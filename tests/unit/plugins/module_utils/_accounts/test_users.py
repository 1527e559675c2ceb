# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts as declared: what is decided before anything is written."""

from __future__ import annotations

import grp
import os
from pathlib import Path

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _manager, _subid
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._accounts import birth as _birth
from ansible_collections.rootless.podman.plugins.module_utils._accounts import home as _home
from ansible_collections.rootless.podman.plugins.module_utils._accounts import removal as _removal
from ansible_collections.rootless.podman.plugins.module_utils._accounts import restart_unit, userdb
from ansible_collections.rootless.podman.plugins.module_utils._accounts import shadow as _shadow
from ansible_collections.rootless.podman.plugins.module_utils._accounts import user_task as _user_task
from ansible_collections.rootless.podman.plugins.module_utils._accounts import users as _users
from ansible_collections.rootless.podman.plugins.module_utils._accounts.birth import Declared, plan_birth
from ansible_collections.rootless.podman.plugins.module_utils._accounts.home import Home
from ansible_collections.rootless.podman.plugins.module_utils._accounts.ranges import parse
from ansible_collections.rootless.podman.plugins.module_utils._accounts.userdb import LocalUser
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._manager import Unit

UNITS = (_users.SOCKET, restart_unit.UNIT)
OFF = {name: Unit(name, "loaded", file="disabled") for name in UNITS}
ON = {
    _users.SOCKET: Unit(_users.SOCKET, "loaded", "active", "listening", "enabled"),
    restart_unit.UNIT: Unit(restart_unit.UNIT, "loaded", file="enabled"),
}


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> dict:
    """A host: what lies at homes, who is there, which ranges are taken. Nothing real is looked at."""
    state: dict = {
        "homes": {},
        "users": [LocalUser("bob", 1001, 1001, "/home/bob")],
        "subuid": "",
        "groups": {},
    }

    def group(name: str) -> grp.struct_group:
        if name in state["groups"]:
            return state["groups"][name]
        raise KeyError(name)

    monkeypatch.setattr(_home, "look", state["homes"].get)
    monkeypatch.setattr(_home, "require_place", lambda path: None)
    monkeypatch.setattr(userdb, "local_users", lambda: state["users"])
    monkeypatch.setattr(_birth, "_base", lambda: "/home")
    monkeypatch.setattr(_birth, "left_behind", frozenset)
    monkeypatch.setattr(_subid, "read", lambda: {"uid": parse(state["subuid"]), "gid": ()})
    monkeypatch.setattr(
        _birth, "user_of", lambda uid: next((user.name for user in state["users"] if user.uid == uid), None)
    )
    monkeypatch.setattr(_birth, "_group", lambda gid: None)
    monkeypatch.setattr(grp, "getgrnam", group)
    monkeypatch.setattr(_birth, "NOLOGIN", "/bin/sh")
    return state


def home(path: str, uid: int, mode: int = 0o700, is_empty: bool = False) -> Home:
    return Home(path, uid, uid, mode, True, is_empty)


def test_a_new_account_is_given_its_defaults(host: dict) -> None:
    birth = plan_birth(Declared("alice"))
    assert (birth.home, birth.uid, birth.group) == ("/home/alice", None, None)


def test_a_home_that_was_left_gives_its_number_back(host: dict) -> None:
    host["homes"]["/home/alice"] = home("/home/alice", 1005)
    birth = plan_birth(Declared("alice"))
    assert (birth.uid, birth.gid, birth.group, birth.make_group) == (1005, 1005, "alice", True)


def test_an_empty_folder_of_roots_is_taken(host: dict) -> None:
    host["homes"]["/srv/alice"] = home("/srv/alice", 0, is_empty=True)
    assert plan_birth(Declared("alice", home="/srv/alice")).uid is None


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (Declared("Alice"), "cannot be the name"),
        (Declared("a" * 32), "cannot be the name"),
        (Declared("alice", shell="/bin/none"), "no program /bin/none"),
        (Declared("alice", home="/home/bob"), "home of account bob"),
        (Declared("alice", home="/srv/full"), "belongs to"),
        (Declared("alice", home="/srv/left", uid=1006), "left behind by uid 1005"),
        (Declared("alice", uid=1001), "taken by account bob"),
        (Declared("alice", uid=0), "cannot be an account"),
        (Declared("alice", uid=65534), "cannot be an account"),
        (Declared("alice", uid=100001), "lies in the range 100000:65536 of bob"),
        (Declared("crew"), "group crew already"),
        (Declared("alice", group="No Group"), "none can be made"),
    ],
)
def test_what_cannot_be_is_refused(host: dict, declared: Declared, says: str) -> None:
    host["homes"].update({"/srv/full": home("/srv/full", 0), "/srv/left": home("/srv/left", 1005)})
    host["subuid"] = "bob:100000:65536\n"
    host["groups"]["crew"] = grp.struct_group(("crew", "x", 2000, ["bob"]))
    with pytest.raises(Failure, match=says) as told:
        plan_birth(declared)
    assert "\n" not in told.value.message


def test_useradd_gives_no_ranges_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    argv: list = []
    monkeypatch.setattr(
        _shadow, "run", lambda tool, arguments, accept=(0,): argv.append([tool, *arguments]) or 0
    )
    _birth.Birth("alice", "/home/alice", "/bin/sh", "").carry_out()
    assert "SUB_UID_COUNT=0" in argv[0]
    assert "SUB_GID_COUNT=0" in argv[0]
    assert argv[0][-2:] == ["--", "alice"]


def test_numbers_of_files_that_were_left_are_given_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(userdb, "local_users", lambda: [LocalUser("bob", 1001, 1001, "/home/bob")])
    monkeypatch.setattr(userdb, "local_groups", lambda: [("crew", 1003)])
    monkeypatch.setattr(userdb, "uid_limits", lambda: (1000, 1005))
    monkeypatch.setattr(_birth, "user_of", lambda uid: None)
    assert _birth._next_uid(frozenset([1002])) == 1004
    assert _birth._next_uid(frozenset([1005])) == 1000
    with pytest.raises(Failure, match="none is free"):
        _birth._next_uid(frozenset(range(1000, 1006)))


@pytest.fixture
def alice(monkeypatch: pytest.MonkeyPatch, host: dict) -> Account:
    """An account that is as the default task declares it."""
    host["homes"]["/home/alice"] = home("/home/alice", 1002)
    monkeypatch.setattr(restart_unit, "is_patient", lambda _: True)
    monkeypatch.setattr(_manager, "settled", lambda *_: ON)
    monkeypatch.setattr(_manager, "has_socket", lambda _account: True)
    monkeypatch.setattr(Account, "linger", property(lambda _: True))
    monkeypatch.setattr(Account, "group", property(lambda _: "alice"))
    monkeypatch.setattr(userdb, "is_local", lambda _: True)
    return Account("alice", 1002, 1002, "/home/alice", "/bin/sh", "old")


def reasons(declared: Declared, account: Account) -> dict:
    steps = _users._plan_existing(declared, account).steps
    return {reason.option: (reason.before, reason.after) for step in steps for reason in step.reasons}


def test_nothing_to_do(alice: Account) -> None:
    assert reasons(Declared("alice"), alice) == {}
    assert reasons(Declared("alice", 1002, "alice", "/home/alice", "/bin/sh", "old"), alice) == {}


def test_only_what_the_task_names_is_compared(alice: Account) -> None:
    assert reasons(Declared("alice", comment="new"), alice) == {"comment": ("old", "new")}
    assert reasons(Declared("alice", linger=False), alice) == {"linger": (True, False)}
    assert reasons(Declared("alice", socket=False), alice) == {
        "enabled": (True, False),
        "active": (True, False),
    }
    assert reasons(Declared("alice", restart=False), alice) == {"enabled": (True, False)}


def test_a_socket_without_its_file_is_started(alice: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """As podman system reset leaves it."""
    monkeypatch.setattr(_manager, "has_socket", lambda _account: False)
    assert reasons(Declared("alice"), alice) == {"active": (False, True)}


def test_an_open_home_is_closed(alice: Account, host: dict) -> None:
    host["homes"]["/home/alice"] = home("/home/alice", 1002, 0o755)
    assert reasons(Declared("alice"), alice) == {"home mode": ("0755", "0700")}
    del host["homes"]["/home/alice"]
    assert reasons(Declared("alice"), alice) == {"home": ("missing", "/home/alice"), "drop-in": (False, True)}


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (Declared("alice", uid=1003), "keeps its uid"),
        (Declared("alice", group="crew"), "keeps its group"),
        (Declared("alice", home="/"), "has no home"),
    ],
)
def test_an_account_keeps_what_files_are_bound_to(alice: Account, declared: Declared, says: str) -> None:
    with pytest.raises(Failure, match=says):
        _users._plan_existing(declared, alice)


def test_a_home_of_somebody_else_is_refused(alice: Account, host: dict) -> None:
    host["homes"]["/home/alice"] = home("/home/alice", 1001)
    with pytest.raises(Failure, match="belongs to uid 1001 and not to account alice"):
        _users._plan_existing(Declared("alice"), alice)


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"name": "root"}, "never touched"),
        ({"name": "1001"}, "is not an account's name"),
        ({"name": "a:b"}, "is not an account's name"),
        ({"name": "--help"}, "is not an account's name"),
        ({"name": "alice", "comment": "a\nroot::0:0::/:/bin/sh"}, "control character"),
        ({"name": "alice", "shell": "/bin/sh:"}, "colon"),
        ({"name": "alice", "home": ""}, "is empty"),
        ({"name": "alice", "remove": True}, "state: absent"),
        ({"name": "alice", "ranges": {"count": 10}}, "too small"),
    ],
)
def test_values_cannot_become_other_fields(monkeypatch: pytest.MonkeyPatch, params: dict, says: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    blank = dict.fromkeys(("uid", "group", "home", "shell", "comment", "ranges"))
    defaults = {"linger": True, "socket": True, "restart_service": True, "state": "present", "remove": False}
    with pytest.raises(Failure, match=says):
        _user_task.work(Task({**blank, **defaults, **params}, check=True))


@pytest.mark.parametrize("path", ["relative", "/", "/a//b", "/a/../b", "/a/", "/a:b", "/a\nb"])
def test_paths_that_are_no_homes(path: str) -> None:
    with pytest.raises(Failure, match="home: "):
        _home.require_place(path)


def test_a_place_that_others_can_write_is_no_home(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(Failure, match="others than root"):
        _home.require_place(str(tmp_path / "home"))


def test_mounts_below_a_home_are_seen(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "36 35 98:0 / / rw - ext4 /dev/root rw\n"
        "37 36 0:40 / /home/alice/my\\040disk rw,noatime shared:1 - tmpfs none rw\n"
        "38 36 0:41 / /home/alice2 rw - tmpfs none rw\n"
    )
    assert _home.mounts("/home/alice", str(table)) == ["/home/alice/my disk"]


def test_removal_follows_no_link_and_takes_any_depth(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    place = tmp_path / "home"
    deep = place
    for _other in range(60):
        deep = deep / ("d" * 40)
    os.makedirs(deep)
    (place / "link").symlink_to(precious)
    _home.remove(str(place))
    assert not place.exists()
    assert (precious / "file").exists()
    _home.remove(str(place))


def test_a_link_in_place_of_a_home_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    found = _home.look(str(tmp_path / "link"))
    assert found is not None
    assert not found.is_folder
    with pytest.raises(OSError, match="link"):
        _home.close(str(tmp_path / "link"), 0)


@pytest.mark.parametrize(
    ("text", "stale"), [("", True), ("\n", True), ("x\0", True), ("1234\0", False), ("1234", False)]
)
def test_locks_that_nobody_will_take_over(tmp_path: Path, text: str, stale: bool) -> None:
    (tmp_path / "subuid.lock").write_text(text)
    assert bool(_shadow.stale_locks(str(tmp_path))) == stale


def test_a_tool_is_patient_with_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tool = tmp_path / "useradd"
    tool.write_text(
        f"#!/bin/sh\nif test -e {tmp_path}/twice; then exit 0; fi\n"
        f"test -e {tmp_path}/once && : > {tmp_path}/twice\n: > {tmp_path}/once\n"
        "echo 'useradd: cannot lock /etc/passwd; try again later.' >&2\nexit 1\n"
    )
    tool.chmod(0o755)
    monkeypatch.setattr(userdb, "program", lambda _: str(tool))
    monkeypatch.setattr(_shadow, "stale_locks", list)
    assert _shadow.run("useradd", ["--", "x"]) == 0
    (tmp_path / "twice").unlink()
    (tmp_path / "once").unlink()
    with pytest.raises(Failure, match="could not lock the account files"):
        _shadow.run("useradd", ["--", "x"], patience=0)
    monkeypatch.setattr(_shadow, "stale_locks", lambda: ["/etc/passwd.lock"])
    with pytest.raises(Failure, match=r"rm /etc/passwd\.lock"):
        _shadow.run("useradd", ["--", "x"])


def test_the_account_of_the_connection_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "1002")
    monkeypatch.setattr(userdb, "is_local", lambda _: True)
    with pytest.raises(Failure, match="logged in as alice"):
        _removal._require_removable(Account("alice", 1002, 1002, "/home/alice", ""), False, True)
    with pytest.raises(Failure, match="is root"):
        _removal._require_removable(Account("root", 0, 0, "/root", ""), True, True)
