# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection that Podman turns into the streams of a command: what goes in, and what comes out until it ends."""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Mapping
from typing import Any

from . import _client, _engine, _errors, _sentences, _streams

# An honest head of an answer, and an honest refusal, are shorter.
HEAD_LIMIT = 64 * 1024
PIECE = 64 * 1024


class Overdue(Exception):  # noqa: N818  not an error of its own: the caller knows what it means
    """The command still ran when its time was over."""


def attach(
    engine: _engine.Engine,
    path: str,
    body: Mapping[str, Any],
    stdin: bytes | None,
    output: _streams.Output,
    timeout: float,
) -> None:
    """POST ``body``, then send ``stdin`` and feed ``output`` until the other end closes.

    podman-py's client cannot send on a connection that it reads, so this one is made by hand. Raises EngineError,
    or Overdue after ``timeout`` seconds.
    """
    engine.admit("POST", path)
    engine.calls += 1
    end = time.monotonic() + timeout
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        try:
            connection.connect(engine.account.socket)
            _client.check_peer(connection, engine.account)
            connection.sendall(_request(engine, path, body))
            output.feed(_answer(connection, path))
            _exchange(connection, stdin, output, end)
        except socket.timeout as error:
            raise Overdue from error
        except OSError as error:
            raise _errors.EngineError(
                f"user: the Podman of account {engine.account.name} broke off during POST {path} ({error.strerror or error})."
            ) from error


def _request(engine: _engine.Engine, path: str, body: Mapping[str, Any]) -> bytes:
    raw = json.dumps(body).encode()
    version = ".".join(map(str, engine.version))
    lines = [
        f"POST /v{version}/libpod/{path} HTTP/1.1",
        "Host: podman",
        "Connection: Upgrade",
        "Upgrade: tcp",
        "Content-Type: application/json",
        f"Content-Length: {len(raw)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + raw


def _answer(connection: socket.socket, path: str) -> bytes:
    """Read the head of the answer; what came behind it. Raises EngineError for a refusal."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = connection.recv(PIECE)
        if not piece or len(raw) > HEAD_LIMIT:
            raise ConnectionResetError("no answer")
        raw += piece
    head, rest = raw.split(b"\r\n\r\n", 1)
    status = head.split(b" ", 2)[1:2]
    if status and status[0] in (b"101", b"200"):
        return rest
    length = next(
        (
            int(line.split(b":", 1)[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:") and line.split(b":", 1)[1].strip().isdigit()
        ),
        0,
    )
    while len(rest) < min(length, HEAD_LIMIT):
        piece = connection.recv(PIECE)
        if not piece:
            break
        rest += piece
    cause = _engine.podmans_cause(rest)
    number = int(status[0]) if status and status[0].isdigit() else 0
    raise _errors.EngineError(_sentences.explain(cause, path), number, cause)


def _exchange(connection: socket.socket, stdin: bytes | None, output: _streams.Output, end: float) -> None:
    """Send and receive at once: a command may answer before it has read everything, and neither side may wait for ever."""
    connection.setblocking(False)
    left = memoryview(stdin or b"")
    with selectors.DefaultSelector() as waiting:
        both = selectors.EVENT_READ | selectors.EVENT_WRITE
        waiting.register(connection, both if stdin is not None else selectors.EVENT_READ)
        while True:
            ready = waiting.select(max(0.0, end - time.monotonic()))
            if time.monotonic() >= end:
                raise Overdue
            for _key, events in ready:
                if events & selectors.EVENT_WRITE:
                    try:
                        left = left[connection.send(left[:PIECE]) :]
                        if not left:  # the end of its input is what many commands wait for
                            connection.shutdown(socket.SHUT_WR)
                    except BrokenPipeError:  # it ended without reading everything
                        left = memoryview(b"")
                    if not left:
                        waiting.modify(connection, selectors.EVENT_READ)
                if events & selectors.EVENT_READ:
                    piece = connection.recv(PIECE)
                    if not piece:
                        return
                    output.feed(piece)
