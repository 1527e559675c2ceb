# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account's manager, asked on a real socket: what it says is told, and whatever else comes ends in None, never in an error.

The account may put anything in the manager's place. Most of what is wrong here is followed by what would have been right: who did not
notice it would have an answer. That it is the manager's own D-Bus is tested on hosts.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _account, _bus, _manager
from ansible_collections.rootless.podman.plugins.module_utils._account import Account

GREETING = b"\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"
WELCOME = b"DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n"
UNIT, SERVICE = "org.freedesktop.systemd1.Unit", "org.freedesktop.systemd1.Service"
UNKNOWN = "org.freedesktop.DBus.Error.UnknownProperty"
# Longer than any test takes: what is not waited for cannot be taken for what was noticed.
LONG = 60.0


class Call(NamedTuple):
    """What the room asks."""

    serial: int
    path: str
    interface: str
    key: str


def text(value: str, order: str = "<") -> bytes:
    data = value.encode()
    return struct.pack(f"{order}I", len(data)) + data + b"\0"


def variant(signature: str, value: bytes) -> bytes:
    """The value begins at a multiple of eight, which is right for every type."""
    begin = bytes([len(signature)]) + signature.encode() + b"\0"
    width = {"s": 4, "u": 4, "i": 4, "a": 4, "(": 8}[signature[0]]
    return begin + bytes(-len(begin) % width) + value


def message(kind: int, fields: bytes, body: bytes, order: str = "<") -> bytes:
    begin = {"<": b"l", ">": b"B"}[order] + bytes([kind, 1, 1])
    head = begin + struct.pack(f"{order}3I", len(body), 1, len(fields)) + fields
    return head + bytes(-len(head) % 8) + body


def told(serial: int, value: bytes, order: str = "<") -> bytes:
    """An answer; the value with its signature."""
    fields = struct.pack(f"{order}4sI", b"\x05\x01u\0", serial) + b"\x08\x01g\0\x01v\0"
    return message(2, fields, value, order)


def refused(serial: int, name: str) -> bytes:
    fields = (
        struct.pack("<4sI", b"\x05\x01u\0", serial) + b"\x08\x01g\0\x01s\0\0" + b"\x04\x01s\0" + text(name)
    )
    return message(3, fields, text("No, because."))


SIGNAL = message(4, b"\x01\x01o\0" + text("/a") + b"\0\0" + b"\x08\x01g\0\x01s\0", text("changed"))


class Talk:
    """A connection, as the manager has it."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket, self._data = connection, b""

    def take(self, count: int) -> bytes:
        while len(self._data) < count:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("the room hung up")
            self._data += more
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def greet(self) -> None:
        assert self.take(len(GREETING)) == GREETING
        self.send(WELCOME)

    def call(self) -> Call:
        """The next call; the path is the first of its fields."""
        head = self.take(16)
        body, serial, fields = struct.unpack("<3I", head[4:])
        rest = self.take(fields + -fields % 8 + body)
        (length,) = struct.unpack("<I", rest[4:8])
        words, at = [], len(rest) - body
        while at < len(rest):
            at += -at % 4
            (size,) = struct.unpack("<I", rest[at : at + 4])
            words.append(rest[at + 4 : at + 4 + size].decode())
            at += 4 + size + 1
        return Call(serial, rest[8 : 8 + length].decode(), *words)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def wait(self) -> None:
        """Until the room hangs up: it could not ask any more where this end did."""
        while self.socket.recv(65536):
            pass


Serve = Callable[[Talk], None]


class Manager:
    """Listens where the manager of an account does."""

    def __init__(self, folder: Path) -> None:
        self.runtime_dir = str(folder)
        self.calls: list[Call] = []
        self._listener = socket.socket(socket.AF_UNIX)
        (folder / "systemd").mkdir()
        self._listener.bind(str(folder / "systemd/private"))
        self._listener.listen()
        self._serve: Serve = self.answer
        self.values: dict[str, bytes] = {}
        self.connections = 0
        self.problem: AssertionError | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def does(self, serve: Serve) -> None:
        """The same, but talks otherwise."""
        self._serve = serve

    def ask(self, *keys: str, names: tuple[str, ...] = ("web.service",)) -> dict[str, dict[str, str]] | None:
        return _bus.properties(self.runtime_dir, names, keys)

    def answer(self, talk: Talk) -> None:
        """As the manager does."""
        talk.greet()
        while True:
            talk.send(self.reply(talk.call()))

    def reply(self, call: Call) -> bytes:
        self.calls.append(call)
        value = self.values.get(call.key, variant("s", text(f"the {call.key}")))
        return told(call.serial, value)

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = self._listener.accept()[0]
                self.connections += 1
                with connection, contextlib.suppress(OSError):
                    try:
                        self._serve(Talk(connection))
                    except AssertionError as error:
                        self.problem = error

    def close(self) -> None:
        """Returns when all is said; may be called again."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(LONG)
        self._listener.close()
        assert self.problem is None


@pytest.fixture(name="manager")
def _manager_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Manager]:
    monkeypatch.setattr(_bus, "SECONDS", LONG)
    manager = Manager(tmp_path)
    yield manager
    manager.close()


def test_what_the_manager_says_is_told(manager: Manager) -> None:
    """In the words in which systemctl prints it."""
    manager.values = {
        "Id": variant("s", text("web.service")),
        "NRestarts": variant("u", struct.pack("<I", 3)),
        "ExecMainStatus": variant("i", struct.pack("<i", -1)),
        "RequiredBy": variant("as", struct.pack("<I", 18) + text("a") + b"\0\0" + text(r"b\x2d")),
        "BoundBy": variant("as", struct.pack("<I", 0)),
        "SourcePath": variant("s", text("")),
        "Job": variant("(uo)", struct.pack("<I", 57) + text("/org/freedesktop/systemd1/job/57")),
    }
    found = manager.ask("NRestarts", "ExecMainStatus", "RequiredBy", "BoundBy", "SourcePath", "Job", "Type")
    assert found == {
        "web.service": {
            "Id": "web.service", "NRestarts": "3", "ExecMainStatus": "-1", "RequiredBy": r"a b\x2d", "BoundBy": "", "SourcePath": "",
            "Job": "57", "Type": "the Type",
        }
    }  # fmt: skip
    manager.values["Job"] = variant("(uo)", struct.pack("<I", 0) + text("/"))
    assert manager.ask("Job") == {"web.service": {"Id": "web.service", "Job": ""}}


def test_each_property_is_asked_where_it_is(manager: Manager) -> None:
    """All units have some, the others belong to the type; and the name stands in the path."""
    names = ("web.service", "podman.socket", r"odd\x2d@1.timer")
    found = manager.ask("LoadState", "Result", names=names)
    said = {"Id": "the Id", "LoadState": "the LoadState", "Result": "the Result"}
    assert found == dict.fromkeys(names, said)
    base, name = "/org/freedesktop/systemd1/unit", "org.freedesktop.systemd1"
    paths = {f"{base}/web_2eservice": "Service", f"{base}/podman_2esocket": "Socket", f"{base}/odd_5cx2d_401_2etimer": "Timer"}  # fmt: skip
    assert [call[1:] for call in manager.calls] == [
        (path, f"{name}.{kind if key == 'Result' else 'Unit'}", key)
        for path, kind in paths.items()
        for key in (*_bus._MOMENT, "Id", "LoadState", "Result", *_bus._MOMENT)
    ]
    assert len({call.serial for call in manager.calls} - {0}) == 21
    assert manager.connections == 1


def test_of_no_unit_nothing_is_told(manager: Manager) -> None:
    assert manager.ask("Id", names=()) == {}


@pytest.mark.parametrize("error", [UNKNOWN, "org.freedesktop.DBus.Error.UnknownInterface"])
def test_what_a_unit_has_not_is_left_out(error: str, manager: Manager) -> None:
    def serve(talk: Talk) -> None:
        talk.greet()
        while True:
            call = talk.call()
            talk.send(refused(call.serial, error) if call.key == "Type" else manager.reply(call))

    manager.does(serve)
    assert manager.ask("Type", "Result") == {"web.service": {"Id": "the Id", "Result": "the Result"}}


@pytest.mark.parametrize(
    "error", ["org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.UnknownObject", "x", ""]
)
def test_another_refusal_is_for_systemctl_to_say(error: str, manager: Manager) -> None:
    def serve(talk: Talk) -> None:
        talk.greet()
        while True:
            call = talk.call()
            talk.send(refused(call.serial, error) if call.key == "Type" else manager.reply(call))

    manager.does(serve)
    assert manager.ask("Type", "Result") is None
    assert manager.ask("Result") is not None


def test_a_manager_may_write_numbers_the_other_way_round(manager: Manager) -> None:
    def serve(talk: Talk) -> None:
        talk.greet()
        while True:
            talk.send(told(talk.call().serial, variant("s", text("yes", ">")), ">"))

    manager.does(serve)
    assert manager.ask("Type") == {"web.service": {"Id": "yes", "Type": "yes"}}


def test_signals_and_calls_between_are_passed_over(manager: Manager) -> None:
    def serve(talk: Talk) -> None:
        talk.greet()
        talk.send(SIGNAL)
        while True:
            talk.send(SIGNAL + manager.reply(talk.call()) + SIGNAL + message(1, b"", b""))

    manager.does(serve)
    assert manager.ask("Type") == {"web.service": {"Id": "the Id", "Type": "the Type"}}


def test_answers_come_in_any_order(manager: Manager) -> None:
    def serve(talk: Talk) -> None:
        talk.greet()
        answers = [manager.reply(talk.call()) for _each in range(3 + 2 * len(_bus._MOMENT))]
        talk.send(b"".join(reversed(answers)))

    manager.does(serve)
    assert manager.ask("Type", "Result") == {
        "web.service": {"Id": "the Id", "Type": "the Type", "Result": "the Result"}
    }


@pytest.mark.parametrize("key", _bus._MOMENT)
@pytest.mark.parametrize("when", range(3))
def test_what_changes_meanwhile_is_read_again(key: str, when: int, manager: Manager) -> None:
    """A service that starts between two answers would be seen as half of both."""

    def serve(talk: Talk) -> None:
        talk.greet()
        asked = 0
        while True:
            call = talk.call()
            # The key itself is asked at both ends, the state in the middle: it changes before, between or behind.
            asked += call.key in (key, "ActiveState")
            moved = asked > when
            manager.values[key] = variant("s", text("later" if moved else "earlier"))
            manager.values["ActiveState"] = variant("s", text("active" if moved else "activating"))
            talk.send(manager.reply(call))

    manager.does(serve)
    found = manager.ask("ActiveState", "Job")
    assert found is not None
    told = found["web.service"]
    assert told["ActiveState"] == "active"
    if key == "Job":
        assert told["Job"] == "later"


def test_one_byte_at_a_time_is_enough(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    class Narrow(socket.socket):
        def recv(self, *_words: Any) -> bytes:
            return super().recv(1)

    monkeypatch.setattr(_bus.socket, "socket", Narrow)
    assert manager.ask("Type") == {"web.service": {"Id": "the Id", "Type": "the Type"}}


@pytest.mark.parametrize("other", [0, 99, "again"])
def test_an_answer_that_nobody_asked_for_is_none(other: int | str, manager: Manager) -> None:
    """All that was asked for comes too: who reads on would have it."""

    def serve(talk: Talk) -> None:
        talk.greet()
        first = talk.call()
        talk.send(manager.reply(first))
        talk.send(told(first.serial if other == "again" else int(other), variant("s", text("wrong"))))
        while True:
            talk.send(manager.reply(talk.call()))

    manager.does(serve)
    assert manager.ask("Type", "Result") is None


@pytest.mark.parametrize("made", ["nothing", "folder", "file", "deaf"])
def test_where_nobody_listens_there_is_no_answer(made: str, tmp_path: Path) -> None:
    place = tmp_path / "systemd/private"
    if made != "nothing":
        place.parent.mkdir()
    if made == "folder":
        place.mkdir()
    if made == "file":
        place.touch()
    if made == "deaf":
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(place))
    assert _bus.properties(str(tmp_path), ["web.service"], ["Id"]) is None


@pytest.mark.parametrize("folder", ["/" + "long" * 50, "/a\0b"])
def test_where_nobody_can_listen_there_is_no_answer(folder: str) -> None:
    assert _bus.properties(folder, ["web.service"], ["Id"]) is None


@pytest.mark.parametrize("name", ["\ud800.service", "x" * (1 << 20)])
def test_a_name_that_cannot_be_asked_for_has_no_answer(name: str, manager: Manager) -> None:
    def serve(talk: Talk) -> None:
        talk.greet()
        talk.call()

    manager.does(serve)
    assert manager.ask("Type", names=(name,)) is None


def test_somebody_else_is_not_asked(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who listens is known by the socket."""
    seen: list[bytes] = []
    manager.does(lambda talk: seen.append(talk.socket.recv(100)))
    own = _bus.os.geteuid()
    monkeypatch.setattr(_bus.os, "geteuid", lambda: own + 1)
    assert manager.ask("Type") is None
    manager.close()
    assert seen in ([], [b""])


@pytest.mark.parametrize(
    "welcome",
    [
        b"", b"D", b"DATA", b"DATA\r\n", b"DATA\r\nOK", WELCOME[:-1],
        # All the manager would have to say, but not as it says it.
        b"OK 0123456789abcdef0123456789abcdef\r\nDATA\r\n",
        b"DATA\r\nREJECTED EXTERNAL\r\n",
        b"DATA\r\nERROR\r\n",
        b"DATA\r\nOKAY\r\n",
        b"AGREE_UNIX_FD\r\nOK 0123456789abcdef0123456789abcdef\r\n",
        b"\r\n" + WELCOME,
        b"data\r\nok 0123456789abcdef0123456789abcdef\r\n",
        b"DATA\nOK 0123456789abcdef0123456789abcdef\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        random.Random(2).randbytes(900),
    ],
)  # fmt: skip
def test_another_greeting_is_no_managers(
    welcome: bytes, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It hangs up, or goes on as if nothing were wrong."""
    # Where no line ever ends, the room waits for the end of it.
    monkeypatch.setattr(_bus, "SECONDS", 0.5)

    def hang_up(talk: Talk) -> None:
        talk.take(len(GREETING))
        talk.send(welcome)

    def go_on(talk: Talk) -> None:
        hang_up(talk)
        talk.send(b"".join(told(serial, variant("s", text("?"))) for serial in (1, 2)))
        talk.wait()

    for serve in (hang_up, go_on):
        manager.does(serve)
        assert manager.ask("Type") is None


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 40, -1])
def test_who_hangs_up_in_the_middle_has_not_answered(count: int, manager: Manager) -> None:
    """The first answer is whole, of the second only the beginning comes."""

    def serve(talk: Talk) -> None:
        talk.greet()
        talk.send(manager.reply(talk.call()) + manager.reply(talk.call())[:count])

    manager.does(serve)
    assert manager.ask("Type") is None


def test_who_hangs_up_at_once_has_not_answered(manager: Manager) -> None:
    manager.does(lambda _talk: None)
    assert manager.ask("Type") is None


def test_a_line_has_an_end(manager: Manager) -> None:
    """Behind the long one stands all that is needed."""

    def serve(talk: Talk) -> None:
        talk.take(len(GREETING))
        talk.send(b"DATA\r\nOK " + b"x" * (1 << 22) + b"\r\n")
        while True:
            talk.send(manager.reply(talk.call()))

    manager.does(serve)
    assert manager.ask("Type") is None


def test_a_message_has_a_bound(manager: Manager) -> None:
    """This one is whole and right, but for its size."""
    manager.values["Type"] = variant("s", text("x" * (1 << 20)))
    assert manager.ask("Type") is None
    manager.values["Type"] = variant("s", text("x" * (1 << 19)))
    assert manager.ask("Type") is not None


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(b"l\2\1\1\xf0\xff\xff\xff\1\0\0\0\0\0\0\0", id="4 GiB"),
        pytest.param(b"l\2\1\1\0\0\0\0\1\0\0\0\xff\xff\xff\xff", id="4 GiB of fields"),
        pytest.param(bytes(4096), id="zeros"),
        pytest.param(b"\xff" * 4096, id="ones"),
        pytest.param(b"l\2\1\2" + bytes(12), id="another version"),
        pytest.param(random.Random(3).randbytes(4096), id="random"),
        pytest.param(message(2, b"\x08\x01g\0\x01v\0", variant("s", text("?"))), id="an answer to nothing"),
        pytest.param(message(2, b"\x05\x01s\0" + text("1"), b""), id="a serial that is a text"),
        pytest.param(message(2, b"\x05\x02au\0\0\0\0" + bytes(4), b""), id="a serial that is a list"),
        pytest.param(message(2, b"\x05\x01d\0\0\0\0\0" + struct.pack("<d", float("inf")), b""), id="a serial that is endless"),
        pytest.param(message(2, b"\x05\x01u\0\1\0\0\0\x08\x01g\0\x02az\0", bytes(8)), id="a list of no type"),
        pytest.param(message(2, b"\x05\x01u\0\1\0\0\0\x08\x01g\0\x01s\0", b"\xff\xff\xff\xff"), id="a text of 4 GiB"),
        pytest.param(message(2, b"\x05\x01u\0\1\0\0\0\x08\x01g\0\x01v\0", b"\1v\0" * 5000), id="variants in variants"),
        pytest.param(message(2, b"\x05\x01u\0\1\0\0\0\x08\x01g\0\x01v\0", b"\4a()y\0" + bytes(9)), id="a list of nothing"),
    ],
)  # fmt: skip
def test_nonsense_is_no_answer(nonsense: bytes, manager: Manager) -> None:
    def serve(talk: Talk) -> None:
        talk.greet()
        talk.send(nonsense)
        while True:
            talk.send(manager.reply(talk.call()))

    manager.does(serve)
    assert manager.ask("Type") is None


@pytest.mark.parametrize("begin", [0, len(WELCOME), len(WELCOME) + 20])
def test_one_byte_now_and_then_is_not_waited_for(
    begin: int, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each comes in time, all of them together do not: each wait of its own would have the whole answer in the end."""
    monkeypatch.setattr(_bus, "SECONDS", 0.3)

    def serve(talk: Talk) -> None:
        answer = WELCOME + b"".join(told(serial, variant("s", text("?"))) for serial in (1, 2))
        talk.send(answer[:begin])
        for each in answer[begin:]:
            time.sleep(0.02)
            talk.send(bytes([each]))
        talk.wait()

    manager.does(serve)
    assert manager.ask("Type") is None


@pytest.mark.parametrize("welcome", [b"", WELCOME])
def test_who_says_nothing_is_not_waited_for(
    welcome: bytes, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_bus, "SECONDS", 0.1)
    ended = threading.Event()

    def serve(talk: Talk) -> None:
        talk.send(welcome)
        ended.wait(LONG)

    manager.does(serve)
    assert manager.ask("Type") is None
    ended.set()


def test_signals_without_end_are_not_waited_for(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bus, "SECONDS", 0.1)

    def serve(talk: Talk) -> None:
        talk.greet()
        while True:
            talk.send(SIGNAL * 100)

    manager.does(serve)
    assert manager.ask("Type") is None


def test_systemctl_has_no_word_for_other_keys(manager: Manager) -> None:
    """The room's keys are of types that are printed here as there."""
    assert {"NextElapseUSecRealtime", "ExecStart", "InvocationID"}.isdisjoint(_bus.KNOWN)


ALICE = Account("alice", 1001, 1001, "/home/alice", "/bin/sh")
SHOWN = "Id=web.service\nType=by systemctl\n\nId=b.service\nType=\n"


@pytest.fixture(name="commands")
def _commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Every systemctl; the room asks where the test's manager listens."""
    made: list[list[str]] = []

    def call_as(_account: Account, function: Callable[..., Any], *arguments: Any) -> Any:
        if function is _bus.properties:
            assert arguments[0] == "/run/user/1001"
            return function(str(tmp_path), *arguments[1:])
        made.append(arguments[0])
        return {"rc": 0, "out": SHOWN, "err": ""}

    monkeypatch.setattr(_account, "call_as", call_as)
    return made


def test_systemctl_is_not_needed_where_the_manager_answers(
    manager: Manager, commands: list[list[str]]
) -> None:
    assert _manager.properties(ALICE, ("web.service",), ("Type",)) == {
        "web.service": {"Id": "the Id", "Type": "the Type"}
    }
    assert commands == []


def test_systemctl_is_asked_where_the_manager_cannot_be(tmp_path: Path, commands: list[list[str]]) -> None:
    assert _manager.properties(ALICE, ("web.service", "b.service"), ("Type",)) == {
        "web.service": {"Id": "web.service", "Type": "by systemctl"},
        "b.service": {"Id": "b.service", "Type": ""},
    }
    assert [command[3:] for command in commands] == [
        ["show", "--property=Id,Type", "--", "web.service", "b.service"]
    ]


def test_systemctl_is_asked_where_the_manager_talks_nonsense(
    manager: Manager, commands: list[list[str]]
) -> None:
    manager.does(lambda talk: talk.send(b"\xff" * 2000))
    assert _manager.properties(ALICE, ["web.service"], ["Type"])["web.service"]["Type"] == "by systemctl"
    assert manager.connections == 1
    assert len(commands) == 1


def test_systemctl_is_asked_for_what_it_words_itself(manager: Manager, commands: list[list[str]]) -> None:
    """One such key is enough."""
    told_of = _manager.properties(ALICE, ["web.service"], ["Type", "InvocationID"])
    assert told_of["web.service"]["Type"] == "by systemctl"
    assert manager.connections == 0
    assert commands[0][4] == "--property=Id,Type,InvocationID"
