# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listens in the place of a Podman socket and answers as no Podman does: strange_socket.py PATH MANNER.

Whatever it is asked goes into PATH.asked. It ends after five minutes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
import time

PATH, MANNER = sys.argv[1:]
HEAD = b"HTTP/1.1 200 OK\r\nLibpod-API-Version: 5.4.2\r\nContent-Type: application/json\r\n"


def body(text: bytes) -> bytes:
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(text) + text


def answer(connection: socket.socket) -> None:
    asked = connection.recv(65536)
    with open(PATH + ".asked", "ab") as file:
        file.write(asked)
    if MANNER == "silent":
        time.sleep(300)
    elif MANNER == "garbage":
        connection.sendall(os.urandom(4096))
    elif MANNER == "endless":
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    elif MANNER == "drop by drop":
        for each in HEAD:
            connection.sendall(bytes([each]))
            time.sleep(1)
    elif b"_ping" in asked:
        connection.sendall(body(b"OK"))
    elif MANNER == "no json":
        connection.sendall(body(b"<html>\x00\xff"))
    elif MANNER == "deep":
        connection.sendall(body(b"[" * 100000))
    elif MANNER == "numbers":
        connection.sendall(body(b"[1, 2, 3]"))
    elif MANNER == "maps":
        connection.sendall(
            body(b'[{"Names": 7, "Id": ["x"], "Labels": "no", "State": {"a": null}, "Name": {}}]')
        )
    elif MANNER == "null":
        connection.sendall(body(b"null"))


def serve(connection: socket.socket) -> None:
    with contextlib.suppress(OSError), connection:
        answer(connection)


signal.alarm(300)
with contextlib.suppress(FileNotFoundError):
    os.unlink(PATH)
listener = socket.socket(socket.AF_UNIX)
listener.bind(PATH)
os.chmod(PATH, 0o666)
listener.listen(64)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
