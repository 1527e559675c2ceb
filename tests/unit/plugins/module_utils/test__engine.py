# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine against a real socket, at which something listens that is not always Podman."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import socketserver
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils import _answers, _engine
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._client import BoundedSocket
from ansible_collections.rootless.podman.plugins.module_utils._engine import Engine, name_in_path
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house

pytest.importorskip("podman", reason="needs podman-py")

Answer = Callable[["Request"], bytes]


class SomeAccount(Account):
    """An account whose runtime folder lies where the test says."""

    place = ""

    @property
    def runtime_dir(self) -> str:
        return self.place


class Request:
    """One HTTP request as it came over the socket."""

    def __init__(self, head: str, body: bytes, send: Callable[[bytes], None]) -> None:
        self.line, _newline, self.headers = head.partition("\r\n")
        self.method, self.target, _version = self.line.split(" ")
        self.body, self.send = body, send


def http(body: Any = b"OK", status: str = "200 OK", version: str = "5.4.2", **headers: str) -> bytes:
    """A whole answer, as Podman's server gives it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(raw)}", "Connection: close"]
    lines += [f"Libpod-API-Version: {version}"] if version else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + raw


class Handler(socketserver.StreamRequestHandler):
    """Reads one request and sends whatever the server's answer is, honest or not."""

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        body = self._body(head.decode().lower())
        request = Request(head.decode().rstrip(), body, self.request.sendall)
        self.server.seen.append(request)
        with contextlib.suppress(OSError):
            answer = (
                http()
                if request.target.endswith("/_ping") and self.server.pings
                else self.server.answer(request)
            )
            self.request.sendall(answer)

    def _body(self, head: str) -> bytes:
        if "content-length: " in head:
            return self.rfile.read(int(head.split("content-length: ")[1].split("\r\n", maxsplit=1)[0]))
        body = b""
        while "transfer-encoding: chunked" in head:
            length = int(self.rfile.readline(), 16)
            body += self.rfile.read(length)
            self.rfile.readline()
            if not length:
                break
        return body


class Server(socketserver.ThreadingUnixStreamServer):
    """Listens where the account's Podman would."""

    daemon_threads = True

    def __init__(self, account: Account) -> None:
        os.makedirs(os.path.dirname(account.socket), exist_ok=True)
        self.seen: list[Request] = []
        self.pings = True
        self.answer: Answer = lambda request: http({})
        super().__init__(account.socket, Handler)


@pytest.fixture
def account() -> Iterator[Account]:
    # A socket's path has at most 107 characters, so pytest's own folders are too deep.
    place = tempfile.mkdtemp(prefix="rp-")
    made = SomeAccount("somebody", os.getuid(), os.getgid(), place, "/bin/sh")
    object.__setattr__(made, "place", place)
    yield made
    shutil.rmtree(place)


@pytest.fixture
def server(account: Account) -> Iterator[Server]:
    with Server(account) as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


@pytest.fixture
def engine(account: Account, server: Server) -> Engine:
    return Engine(account)


def answering(server: Server, *answers: bytes) -> None:
    """Let the server give these answers, one after the other."""
    left = list(answers)
    server.answer = lambda request: left.pop(0)


# What is asked


def test_the_version_is_part_of_every_path(engine: Engine, server: Server) -> None:
    assert (engine.version, engine.version_text) == ((5, 4, 2), "5.4.2")
    answering(server, http({"a": 1}))
    assert engine.get("containers/stats", {"all": True, "filters": {"name": ["^x$"]}, "none": None}) == {
        "a": 1
    }
    target = server.seen[-1].target
    assert target.startswith("/v5.4.2/libpod/containers/stats?")
    assert "all=true" in target
    assert "filters=%7B%22name%22%3A+%5B%22%5Ex%24%22%5D%7D" in target
    assert "none" not in target
    assert engine.calls == 2


@pytest.mark.parametrize(
    ("header", "version"), [("5.8.0-dev", (5, 8, 0)), ("4.3.1", (4, 3, 1)), ("5.10.12", (5, 10, 12))]
)
def test_versions(account: Account, server: Server, header: str, version: tuple) -> None:
    server.pings = False
    answering(server, http(version=header))
    assert Engine(account).version == version


@pytest.mark.parametrize("header", ["", "5", "5.4", "5.4.x", "../../etc", "5.4.2.1", "latest", "5.4.-1"])
def test_what_says_no_version_is_no_podman(account: Account, server: Server, header: str) -> None:
    server.pings = False
    answering(server, http(version=header))
    with pytest.raises(EngineError, match=r"does not answer like Podman \(version "):
        Engine(account)


def test_a_body_is_json_or_bytes(engine: Engine, server: Server) -> None:
    answering(server, http({"Id": "1"}, "201 Created"), http(b"", "204 No Content"), http(b"plain"), http({}))
    assert engine.write("POST", "containers/create", None, {"name": "web"}) == {"Id": "1"}
    assert json.loads(server.seen[-1].body) == {"name": "web"}
    assert "application/json" in server.seen[-1].headers
    assert engine.write("DELETE", "containers/web", {"force": True}) is None
    assert server.seen[-1].line.startswith("DELETE /v5.4.2/libpod/containers/web?force=true ")
    assert engine.write("POST", "containers/web/update", None, {}, plain=True) is None
    engine.write("POST", "secrets/create", {"name": "pw"}, b"\x00\xff")
    assert server.seen[-1].body == b"\x00\xff"


@house
@given(st.text(min_size=1))
def test_a_name_cannot_leave_its_segment(name: str) -> None:
    quoted = name_in_path(name.encode("utf-8", "replace").decode())
    assert not set(quoted) & set("/?#&\r\n ")


def test_a_name_that_is_a_path_stays_a_name(engine: Engine, server: Server) -> None:
    engine.find(f"images/{name_in_path('../../x?y=1#z')}/json")
    assert server.seen[-1].target == "/v5.4.2/libpod/images/..%2F..%2Fx%3Fy%3D1%23z/json"


def test_info_is_asked_once(engine: Engine, server: Server) -> None:
    answering(server, http({"host": {}}))
    assert engine.info is engine.info


# What goes wrong


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (
            "404 Not Found",
            {"cause": "no such container", "message": "no container web: no such container", "response": 404},
            "no container web: no such container",
        ),
        ("500 Internal Server Error", {"cause": "the inner", "message": "the outer"}, "the outer: the inner"),
        ("409 Conflict", b"not json", "not json"),
        ("500 Internal Server Error", [1], "[1]"),
        ("500 Internal Server Error", b"", ""),
        ("500 Internal Server Error", {"message": None}, ""),
        ("500 Internal Server Error", {"message": "x" * 10**6}, "x" * 2000),
    ],
    ids=["404", "500", "text", "list", "nothing", "null", "long"],
)
def test_errors_are_podmans_words(engine: Engine, server: Server, status: str, body: Any, cause: str) -> None:
    answering(server, http(body, status))
    with pytest.raises(EngineError) as caught:
        engine.get("containers/web/json")
    assert caught.value.status == int(status.split(" ", maxsplit=1)[0])
    assert caught.value.cause.startswith(cause)
    assert len(caught.value.message) < 2500


def test_what_is_not_found_is_none(engine: Engine, server: Server) -> None:
    answering(
        server, http({"message": "no such container"}, "404 Not Found"), http({"message": "x"}, "500 Oops")
    )
    assert engine.find("containers/web/json") is None
    with pytest.raises(EngineError):
        engine.find("containers/web/json")


WENT = (
    "determining buildah container for container b18960c6b0e8: container not known",
    "could not find container 1b2c pod (id 3d4e) in state: no such pod",
    "no volume with name data found in database: no such volume",
    "no container with ID 5f6a found in database: no such container",
)


@pytest.mark.parametrize("cause", WENT)
def test_a_list_is_asked_for_again_when_something_went(engine: Engine, server: Server, cause: str) -> None:
    """Podman refuses the whole list then. Its own words, met on 4.3 while containers, pods and volumes came and went."""
    refusal = http({"message": cause, "response": 500}, "500 Internal Server Error")
    answering(server, refusal, refusal, http([{"Id": "1"}]))
    assert engine.get("containers/json", {"all": True, "external": True}) == [{"Id": "1"}]
    assert len({request.line for request in server.seen[1:]}) == 1
    assert engine.calls == 4


def test_a_list_that_never_comes_is_named(
    engine: Engine, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_engine.time, "sleep", lambda seconds: None)
    refusal = http({"message": WENT[0], "response": 500}, "500 Internal Server Error")
    answering(server, *[refusal] * _engine.LISTINGS)
    with pytest.raises(EngineError, match="container not known"):
        engine.get("containers/json")
    assert engine.calls == 1 + _engine.LISTINGS


@pytest.mark.parametrize(
    ("path", "cause"),
    [("containers/web/json", WENT[3]), ("containers/json", "database disk image is malformed")],
    ids=["one object", "another refusal"],
)
def test_nothing_else_is_asked_for_again(engine: Engine, server: Server, path: str, cause: str) -> None:
    answering(server, http({"message": cause}, "500 Internal Server Error"))
    with pytest.raises(EngineError):
        engine.get(path)
    assert engine.calls == 2


@pytest.mark.parametrize("body", [b"<html>", b"{", b"\xff\xfe", b""])
def test_nonsense_is_named(engine: Engine, server: Server, body: bytes) -> None:
    answering(server, http(body))
    with pytest.raises(EngineError, match="does not answer like Podman"):
        engine.get("containers/stats")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("containers/json", [1]),
        ("volumes/json", {}),
        ("info", None),
        ("containers/web/json", []),
        ("pods/a/json", 7),
    ],
)
def test_another_shape_is_named(engine: Engine, server: Server, path: str, body: Any) -> None:
    answering(server, http(body))
    with pytest.raises(EngineError, match="does not answer like Podman"):
        engine.get(path)


def test_no_answer_is_named(engine: Engine, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    server.answer = lambda request: (done.wait(20) and b"") or b""
    monkeypatch.setattr(_engine, "CALL_TIMEOUT", 0.3)
    begun = time.monotonic()
    with pytest.raises(
        EngineError,
        match="gave no whole answer to GET containers/stats within 0.3 seconds; look at: systemctl --user -M somebody@.host",
    ):
        engine.get("containers/stats")
    assert time.monotonic() - begun < 5
    done.set()


def test_an_endless_answer_ends(engine: Engine, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def flood(request: Request) -> bytes:
        request.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            request.send(b"[" * 65536)

    server.answer = flood
    monkeypatch.setattr(_answers, "ANSWER_LIMIT", 10**6)
    begun = time.monotonic()
    with pytest.raises(EngineError, match="sends without end; it is no Podman"):
        engine.get("containers/stats")
    assert time.monotonic() - begun < 10


def test_a_redirect_is_not_followed_elsewhere(engine: Engine, server: Server) -> None:
    answering(server, http(b"", "302 Found", Location="http://127.0.0.1:1/"), *[http(b"{}")] * 3)
    with contextlib.suppress(EngineError):
        engine.get("containers/stats")
    assert all(request.target.startswith("/") for request in server.seen)


def test_nobody_listens(account: Account) -> None:
    with pytest.raises(
        EngineError,
        match=r"does not answer .*rootless.podman.user .* or run: systemctl --user -M somebody@.host start podman.socket",
    ):
        Engine(account)
    os.rmdir(account.runtime_dir)
    with pytest.raises(EngineError, match="or run: systemctl start user@"):
        Engine(account)
    os.makedirs(os.path.dirname(account.socket))
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(account.socket)
    with pytest.raises(EngineError, match="refused"):
        Engine(account)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can let somebody else listen")
def test_what_another_account_serves_is_refused(account: Account) -> None:
    """Somebody put a socket of his own in the place of the account's."""
    os.makedirs(os.path.dirname(account.socket))
    for folder in (account.runtime_dir, os.path.dirname(account.socket)):
        os.chmod(folder, 0o777)
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setresuid(65534, 65534, 65534)
            with Server(account) as serving:
                os.write(told, b"x")
                serving.handle_request()
                serving.handle_request()
        finally:
            os._exit(0)
    try:
        assert os.read(ready, 1) == b"x"
        with pytest.raises(
            EngineError, match=r"is served by uid 65534, not by the account's own Podman \(uid 0\)"
        ):
            Engine(account)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        os.close(told)


# Half an answer

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HALVES = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "no status": b"HTTP/1.1 fine\r\n\r\n{}",
    "a head without end": OK + b"X-A: " + b"x" * 100_000,
    "headers without end": OK + b"X-A: b\r\n" * 200,
    "half a body": OK + b'Content-Length: 100\r\n\r\n{"stream": "x"}',
    "no body": OK + b"Content-Length: 100\r\n\r\n",
    "half a refusal": b'HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\n{"cause": "x"}',
    "no chunk": CHUNKED,
    "half a chunk": CHUNKED + b'64\r\n{"stream": "x"}',
    "no last chunk": CHUNKED + b'f\r\n{"stream": "x"}\r\n',
    "a chunk of no size": CHUNKED + b'f\r\n{"stream": "x"}\r\nzz\r\n',
    "a chunk of less than nothing": CHUNKED + b'f\r\n{"stream": "x"}\r\n-5\r\n',
    "half compressed": OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\n\x1f\x8bxxx",
    "two lengths": OK + b'Content-Length: 15\r\nContent-Length: 9\r\n\r\n{"stream": "x"}',
}
CALLS: dict[str, Callable[[Engine], Any]] = {
    "get": lambda engine: engine.get("containers/stats"),
    "find": lambda engine: engine.find("containers/x/json"),
    "raw": lambda engine: engine.raw("containers/x/logs"),
    "write": lambda engine: engine.write("POST", "containers/x/start", timeout=_engine.CALL_TIMEOUT),
    "plain": lambda engine: engine.write(
        "PUT", "containers/x/archive", None, b"x", timeout=_engine.CALL_TIMEOUT, plain=True
    ),
    "stream": lambda engine: engine.stream("images/pull"),
    "pieces": lambda engine: b"".join(engine.pieces("containers/x/archive")),
}


@pytest.mark.parametrize("call", CALLS)
def test_half_an_answer_is_none(engine: Engine, server: Server, call: str) -> None:
    """The service was killed, or it is none: that is one sentence, and never taken for the whole."""
    for what, raw in HALVES.items():
        answering(server, raw)
        with pytest.raises(EngineError, match="user: ") as caught:
            CALLS[call](engine)
        assert caught.value.status in (0, 200), what
        assert "\n" not in caught.value.message, what
        assert len(caught.value.message) < 500, what
    answering(server, http(b'{"stream": "x"}'))
    CALLS[call](engine)


@pytest.mark.parametrize("length", ["3", "0", "-7", "many"])
def test_a_wrong_length_is_nonsense(engine: Engine, server: Server, length: str) -> None:
    answering(server, OK + f'Content-Length: {length}\r\n\r\n{{"stream": "x"}}'.encode(), http({}))
    with contextlib.suppress(EngineError):
        assert engine.get("containers/stats") == {"stream": "x"}  # until the end, without a length
    with contextlib.suppress(EngineError):
        assert engine.get("containers/stats") == {}  # what was left over is nobody's answer


@pytest.mark.parametrize(
    ("call", "head"),
    [
        ("get", b""),
        ("get", OK),
        ("find", OK + b"X-A: "),
        ("raw", OK + b"Content-Length: 100000\r\n\r\n"),
        ("write", CHUNKED),
        ("plain", CHUNKED + b"fffff\r\n"),
        ("stream", CHUNKED + b"fffff\r\n"),
        ("pieces", CHUNKED + b"fffff\r\n"),
        ("pieces", b"HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\n"),
    ],
)
def test_a_trickle_ends_in_time(
    engine: Engine, server: Server, monkeypatch: pytest.MonkeyPatch, call: str, head: bytes
) -> None:
    """Each byte comes soon enough, and all of them never."""
    for name in ("CALL_TIMEOUT", "LONG_TIMEOUT"):
        monkeypatch.setattr(_engine, name, 0.1)
    done = threading.Event()

    def trickle(request: Request) -> bytes:
        request.send(head)
        while not done.wait(0.02):
            request.send(b"1")
        return b""

    server.answer = trickle
    begun = time.monotonic()
    with pytest.raises(EngineError, match="gave no whole answer to .* within 0.1 seconds") as caught:
        CALLS[call](engine)
    done.set()
    assert "\n" not in caught.value.message
    assert time.monotonic() - begun < 2


def test_what_is_left_of_one_call_s_time_is_not_what_the_next_one_has() -> None:
    """Connections are used again."""
    here, there = socket.socketpair()
    with there, BoundedSocket(fileno=here.detach()) as bounded:
        for _turn in range(2):
            bounded.settimeout(0.1)
            time.sleep(0.06)
            there.sendall(b"x")
            assert bounded.recv_into(bytearray(1)) == 1
            assert bounded.gettimeout() == 0.1
        time.sleep(0.06)
        there.sendall(b"x")
        with pytest.raises(socket.timeout):
            bounded.recv_into(bytearray(1))


# Streams


def test_a_stream_is_read_to_its_end(engine: Engine, server: Server) -> None:
    lines = [{"stream": "one"}, {"stream": "two\n"}, {"id": "abc"}]
    answering(
        server,
        http(b"\n".join(json.dumps(each).encode() for each in lines)),
        http(b"".join(json.dumps(each).encode() for each in lines)),
        http(b""),
    )
    assert engine.stream("images/pull", {"reference": "img"}) == lines
    assert engine.stream("build", None, b"tar", {"Content-Type": "application/x-tar"}) == lines
    assert server.seen[-1].body == b"tar"
    assert engine.stream("build") == []


@pytest.mark.parametrize(
    "failed", [{"error": "manifest unknown"}, {"errorDetail": {"message": "manifest unknown"}}]
)
def test_a_failure_late_in_a_stream_is_one(engine: Engine, server: Server, failed: dict) -> None:
    """Podman has said 200 by then."""
    answering(
        server,
        http(
            b"\n".join(
                json.dumps(each).encode() for each in [{"stream": "STEP 1\n"}, failed, {"stream": "more"}]
            )
        ),
    )
    with pytest.raises(EngineError, match="the registry has no such image") as caught:
        engine.stream("images/pull")
    assert caught.value.cause == "manifest unknown"
    assert caught.value.facts["output"].startswith("STEP 1\n")


def test_a_stream_of_something_else_is_named(engine: Engine, server: Server) -> None:
    answering(server, http(b'{"stream": "x"}\n<html>'), http(b'[1, 2] "three" 4'))
    with pytest.raises(EngineError, match="does not answer like Podman"):
        engine.stream("images/pull")
    assert engine.stream("images/pull") == []


# Check mode


def test_check_mode_writes_nothing(account: Account, server: Server) -> None:
    engine = Engine(account, check=True)
    engine.before_writes = lambda: pytest.fail("nothing is about to be written")
    for call in (
        lambda: engine.write("POST", "containers/create", None, {}),
        lambda: engine.write("DELETE", "containers/web"),
        lambda: engine.stream("images/pull"),
    ):
        with pytest.raises(Failure, match="internal: .* in check mode"):
            call()
    assert [request.method for request in server.seen] == ["GET"]
    engine.get("containers/stats")


def test_what_comes_before_the_first_write_comes_once(engine: Engine, server: Server) -> None:
    done = []
    engine.before_writes = lambda: done.append(len(server.seen))
    engine.get("containers/stats")
    assert done == []
    engine.write("POST", "containers/create", None, {})
    engine.write("POST", "containers/create", None, {})
    assert done == [2]
