# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Managers: systemctl's words become units, and its refusals sentences."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _account, _bus, _manager
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import Clock

ALICE = Account("alice", 1001, 1001, "/home/alice", "/bin/sh")
SHOWN = """Id=podman.socket
LoadState=loaded
ActiveState=active
SubState=listening
UnitFileState=enabled
Result=success

Id=podman-restart.service
LoadState=loaded
ActiveState=inactive
SubState=dead
UnitFileState=disabled
Result=success
"""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list:
    """Every systemctl call, of a manager that is not there to be asked itself; the answer is what the test puts in front of the list."""
    made: list = [{"rc": 0, "out": "", "err": ""}]

    def call_as(account: Account, function: object, *arguments: Any) -> dict | None:
        if function is _bus.properties:
            return None
        argv, seconds = arguments
        made.append((account.name, argv, seconds))
        return dict(made[0])

    monkeypatch.setattr(_account, "call_as", call_as)
    return made


def test_units_are_read_in_one_call(calls: list) -> None:
    calls[0]["out"] = SHOWN
    units = _manager.units(ALICE, ["podman.socket", "podman-restart.service"])
    assert len(calls) == 2
    assert units["podman.socket"].is_active
    assert units["podman.socket"].is_enabled
    assert not units["podman-restart.service"].is_active
    assert not units["podman-restart.service"].is_enabled


def test_the_manager_itself_is_asked_first(calls: list, monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled"}
    monkeypatch.setattr(_account, "call_as", lambda *_words: {"podman.socket": state})
    assert _manager.units(ALICE, ["podman.socket"])["podman.socket"].is_enabled
    assert len(calls) == 1


def test_names_in_lists_are_bare(calls: list) -> None:
    calls[0]["out"] = 'Id=web.service\nRequiredBy="odd\\\\x2dname.service" b.service\nSourcePath=/a"b=c\n\n'
    told = _manager.properties(ALICE, ["web.service"], ["RequiredBy", "SourcePath"])
    assert told == {
        "web.service": {
            "Id": "web.service",
            "RequiredBy": "odd\\x2dname.service b.service",
            "SourcePath": '/a"b=c',
        }
    }


def test_units_on_their_way_up_are_waited_for(calls: list, monkeypatch: pytest.MonkeyPatch) -> None:
    def later(_seconds: float) -> None:
        calls[0]["out"] = SHOWN

    monkeypatch.setattr(_manager.time, "sleep", later)
    calls[0]["out"] = SHOWN.replace("inactive", "activating")
    units = _manager.settled(ALICE, ["podman.socket", "podman-restart.service"], 10)
    assert (len(calls), units["podman-restart.service"].active) == (3, "inactive")
    calls[0]["out"] = SHOWN.replace("inactive", "activating")
    assert (
        _manager.settled(ALICE, ["podman.socket", "podman-restart.service"], -1)[
            "podman-restart.service"
        ].active
        == "activating"
    )


def test_a_manager_that_does_not_run_is_told_from_one_that_does_not_answer(
    calls: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls[0].update(rc=1, err="Connection refused")
    monkeypatch.setattr(_manager, "is_running", lambda _account: False)
    assert _manager.settled(ALICE, ["podman.socket"], 10) is None
    monkeypatch.setattr(_manager, "is_running", lambda _account: True)
    with pytest.raises(Failure, match="does not answer"):
        _manager.settled(ALICE, ["podman.socket"], 10)


@pytest.mark.parametrize("verb", ["start", "stop", "restart"])
def test_names_cannot_be_options(calls: list, verb: str) -> None:
    getattr(_manager, verb)(ALICE, ["--now"])
    assert calls[-1][1][-2:] == ["--", "--now"]


def test_a_refusal_is_one_sentence(calls: list) -> None:
    calls[0].update(rc=1, err="Job for web.service failed.")
    with pytest.raises(Failure) as told:
        _manager.start(ALICE, ["web.service"])
    assert "systemctl --user start web.service failed for account alice" in told.value.message
    assert "journalctl _UID=1001" in told.value.message


def test_no_manager_is_named(calls: list) -> None:
    calls[0].update(rc=1, err="Failed to connect to bus")
    with pytest.raises(Failure, match="its systemd --user does not run"):
        _manager.reload(Account("ghost", 3_999_999_999, 1, "/", ""))


def test_what_is_enabled_for_all_is_masked_for_one(calls: list) -> None:
    calls[0]["out"] = SHOWN
    _manager.disable(ALICE, ["podman.socket"])
    assert [argv[3] for _other, argv, _more in calls[1:]] == ["disable", "show", "mask"]


def test_links_tell_what_starts_with_the_manager(tmp_path: Path) -> None:
    (tmp_path / "sockets.target.wants").mkdir()
    (tmp_path / "sockets.target.wants" / "a.socket").symlink_to("/gone/a.socket")
    (tmp_path / "b.service").symlink_to(os.devnull)
    said = _manager._states(["a.socket", "b.service", "c.service"], str(tmp_path))
    assert said == {"a.socket": "enabled", "b.service": "masked", "c.service": ""}
    assert _manager._states(["a.socket"], str(tmp_path / "none")) == {"a.socket": ""}


class Journal:
    """What journalctl tells by the first field that it is asked for, one answer after the other."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[list[str]] = []
        self.shown = {"ExecMainPID": "77", "SyslogIdentifier": "web"}
        self.own = [f"one\n\n{'0' * 64}\ntwo\x1b\n"]
        monkeypatch.setattr(_manager, "_call", self.call)
        monkeypatch.setattr(_manager, "properties", lambda _account, names, _keys: {names[0]: self.shown})
        monkeypatch.setattr(_manager, "time", Clock())

    def call(self, argv: list, _seconds: float) -> dict:
        self.asked.append(argv[6:])
        if "USER_UNIT=web.service" in argv:
            return {"rc": 0, "out": "Failed with result", "err": ""}
        return {"rc": 0, "out": self.own.pop(0) if len(self.own) > 1 else self.own[0], "err": ""}


def test_last_lines_are_those_since_it_began_and_of_no_run_before(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(monkeypatch)
    assert _manager.last_lines(ALICE, "web.service", 1234.9) == ["one", "two"]
    mine = f"_UID={ALICE.uid}"
    assert journal.asked == [
        ["_SYSTEMD_USER_UNIT=web.service", mine, "+", "_PID=77", "_TRANSPORT=stdout", mine]
    ]


def test_words_that_journald_knows_no_unit_of_are_those_of_the_process_or_of_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = Journal(monkeypatch)
    journal.shown["ExecMainPID"] = "0"
    _manager.last_lines(ALICE, "web.service", 1.0)
    assert "SYSLOG_IDENTIFIER=web" in journal.asked[0]
    journal.shown["SyslogIdentifier"] = ""
    _manager.last_lines(ALICE, "web.service", 1.0)
    assert "+" not in journal.asked[1]


def test_words_that_come_late_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(monkeypatch)
    journal.own = ["", "late"]
    assert _manager.last_lines(ALICE, "web.service", 1.0) == ["late"]
    journal.own = [""]
    assert _manager.last_lines(ALICE, "web.service", 1.0) == ["Failed with result"]


def test_a_tool_that_is_missing_or_hangs_is_an_answer() -> None:
    assert _manager._call(["/nonexistent/tool"], 1)["rc"] == 127
    assert "was not done" in _manager._call(["sleep", "5"], 0.1)["err"]
    told = _manager._call(["sh", "-c", "echo out; echo one >&2; echo two >&2; exit 3"], 5)
    assert told == {"rc": 3, "out": "out\n", "err": "one two"}


def test_linger_waits_until_the_uid_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what logind knows of a uid is asked, and only until it knows the account or nobody."""
    told, asked = ["builder\n", "builder\n", "alice\n"], []
    known = {f"/run/systemd/users/{ALICE.uid}"}

    def call(argv: list, _seconds: float) -> dict:
        asked.append(argv[1])
        return {"rc": 0, "out": told.pop(0) if argv[1] == "show-user" else "", "err": ""}

    monkeypatch.setattr(_manager, "_call", call)
    monkeypatch.setattr(_manager.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(_manager.os.path, "exists", lambda path: path in known)
    _manager.set_linger(ALICE, True)
    assert asked == ["show-user", "show-user", "show-user", "enable-linger"]
    known.clear()
    _manager.set_linger(ALICE, True)
    assert asked[4:] == ["enable-linger"]
