# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A steady load on a web server until stdin is closed: every request is counted, none is tried again. Prints JSON.

Half of the requests have a connection of their own, half share connections that stay open, and some of both take two seconds.
"""

from __future__ import annotations

import asyncio
import collections
import json
import sys
import time

PERIOD = 1 / 200
SLOW_EVERY = 37
PATIENCE = 20.0

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Load:
    """What came of the requests so far."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.free: list[Connection] = []
        self.counts: collections.Counter[str] = collections.Counter()
        self.versions: collections.Counter[str] = collections.Counter()
        self.failures: list[str] = []
        self.worst: dict[str, float] = {"new": 0.0, "kept": 0.0}

    async def run(self, stop: asyncio.Event) -> None:
        """One request each five milliseconds, whatever becomes of those before."""
        tasks = set()
        begun, number = time.monotonic(), 0
        while not stop.is_set():
            number += 1
            tasks.add(asyncio.create_task(self.one(number)))
            tasks = {task for task in tasks if not task.done()}
            await asyncio.sleep(max(0.0, begun + number * PERIOD - time.monotonic()))
        await asyncio.gather(*tasks)

    async def one(self, number: int) -> None:
        """One request."""
        kind = "kept" if number % 2 else "new"
        path = "/slow" if number % SLOW_EVERY == 0 else "/"
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
        if kind == "kept" and self.free:
            reader, writer = self.free.pop()
        else:
            reader, writer = await asyncio.open_connection(self.host, self.port)
        close = "" if kind == "kept" else "Connection: close\r\n"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: proof\r\n{close}\r\n".encode())
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
    load, stop = Load(sys.argv[1], int(sys.argv[2])), asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, stop.set)
    await load.run(stop)
    told = {"counts": load.counts, "versions": load.versions, "failures": load.failures, "worst": load.worst}
    json.dump(told, sys.stdout)


asyncio.run(main())
