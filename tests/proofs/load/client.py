# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A steady load on a web server until stdin is closed: every request is counted. Prints JSON.

Half of the requests have a connection of their own, half share connections that stay open, and some of both take two seconds. ``--only`` makes
it one kind. ``--pause`` lies between a new connection and its request, as a round trip of a client far away would.
No request is tried again, unless ``--again`` is given: then one whose connection the server closed without a byte of an answer is,
once, and counted under ``again``.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import ssl
import sys
import time

PATIENCE = 20.0

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Load:
    """What came of the requests so far."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.tls = ssl.create_default_context(cafile=options.ca) if options.ca else None
        self.free: list[Connection] = []
        self.counts: collections.Counter[str] = collections.Counter()
        self.versions: collections.Counter[str] = collections.Counter()
        self.failures: list[str] = []
        self.worst: dict[str, float] = {"new": 0.0, "kept": 0.0}

    async def run(self, stop: asyncio.Event) -> None:
        """So many requests a second, whatever becomes of those before."""
        tasks = set()
        begun, number = time.monotonic(), 0
        while not stop.is_set():
            number += 1
            tasks.add(asyncio.create_task(self.one(number)))
            tasks = {task for task in tasks if not task.done()}
            await asyncio.sleep(max(0.0, begun + number / self.options.rate - time.monotonic()))
        await asyncio.gather(*tasks)

    async def one(self, number: int) -> None:
        """One request."""
        kind = self.options.only or ("kept" if number % 2 else "new")
        every = self.options.slow_every
        path = "/slow" if every and number % every == 0 else self.options.path
        begun = time.monotonic()
        self.counts[kind] += 1
        self.counts["slow"] += path == "/slow"
        try:
            version = await asyncio.wait_for(self.ask(kind, path), PATIENCE)
        except (OSError, EOFError, ValueError, asyncio.TimeoutError) as error:
            self.failures.append(f"{time.strftime('%X')} {kind} {path}: {error!r}")
        else:
            self.versions[version] += 1
        took = time.monotonic() - begun - (2.0 if path == "/slow" else 0.0)
        self.worst[kind] = max(self.worst[kind], took)

    async def ask(self, kind: str, path: str) -> str:
        """Ask, and read the answer; the version that answered."""
        reader, writer = (self.open() if kind == "kept" else None) or await self.connect()
        try:
            return await self.answer(reader, writer, kind, path)
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            untouched = not getattr(error, "partial", b"")
            if not (untouched and self.options.again):
                raise
        self.counts["again"] += 1
        return await self.answer(*await self.connect(), kind, path)

    def open(self) -> Connection | None:
        """A connection that was kept. One of which the server has said that it is closed is no use, as for any client."""
        while self.free:
            reader, writer = self.free.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return None

    async def connect(self) -> Connection:
        """A new connection."""
        name = self.options.name if self.tls else None
        made = await asyncio.open_connection(
            self.options.host, self.options.port, ssl=self.tls, server_hostname=name
        )
        await asyncio.sleep(self.options.pause)
        return made

    async def answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kind: str, path: str
    ) -> str:
        """The body of the answer on one connection."""
        close = "" if kind == "kept" else "Connection: close\r\n"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {self.options.name}\r\n{close}\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        if " 200 " not in head.splitlines()[0]:
            raise ValueError(head.splitlines()[0])
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.startswith("content-length")
        )
        body = (await reader.readexactly(length)).decode()
        if kind == "kept" and "connection: close" not in head:
            self.free.append((reader, writer))
        else:
            writer.close()
        return body


async def main() -> None:
    """Ask until stdin is closed."""
    words = argparse.ArgumentParser()
    words.add_argument("host")
    words.add_argument("port", type=int)
    words.add_argument("--name", default="proof", help="what the request calls the server")
    words.add_argument("--ca", help="a file of certificates; with it, HTTPS")
    words.add_argument("--rate", type=float, default=200, help="requests a second")
    words.add_argument("--path", default="/", help="what most requests ask for; the others ask for /slow")
    words.add_argument("--slow-every", type=int, default=37)
    words.add_argument("--again", action="store_true")
    words.add_argument("--only", choices=["new", "kept"])
    words.add_argument("--pause", type=float, default=0, help="seconds")
    load, stop = Load(words.parse_args()), asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, stop.set)
    await load.run(stop)
    told = {"counts": load.counts, "versions": load.versions, "failures": load.failures, "worst": load.worst}
    json.dump(told, sys.stdout)


asyncio.run(main())
