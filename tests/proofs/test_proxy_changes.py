# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reverse proxy under load while its routes change many times, while it refuses some, and while its container is replaced.

CHANGES says how many. RELEASE=bookworm shows the way of Podman 4, where the containers are in the network of the host.
"""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.host import Host
from support.proxied import change, ended, get, images, load, remove, role, serve

ACCOUNT, DOMAIN = "proof-proxy", "shop.test"
# Answers without an end: what a client sends after a request with Upgrade comes back, and other requests get a line each half second.
STREAMS = """
import socketserver, time
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        head = b"".join(iter(self.rfile.readline, b"\\r\\n")).lower()
        if b"upgrade: echo" in head:
            self.wfile.write(b"HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n")
            for line in self.rfile:
                self.wfile.write(line)
            return
        self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/event-stream\\r\\nConnection: close\\r\\n\\r\\n")
        while True:
            self.wfile.write(b"data: x\\n\\n")
            time.sleep(0.5)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
Server(("127.0.0.1", 8482), Handler).serve_forever()
"""
CHANGES = int(os.environ.get("CHANGES") or 40)
# New connections, the same with a client 20 ms away, and kept ones.
LOADS = {"new": ("--only", "new"), "far": ("--only", "new", "--pause", "0.02"), "kept": ("--only", "kept")}


@pytest.fixture(scope="module")
def roots(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The proxy, with one domain; the file by which its certificate is verified."""
    serve(host, 8481, "shop")
    host.run("cat > /srv/tests/streams.py", STREAMS.encode())
    host.run(
        "systemctl stop streams 2>/dev/null; systemd-run -q --unit streams python3 /srv/tests/streams.py"
    )
    try:
        role(
            host,
            rootless_proxy_account=ACCOUNT,
            rootless_proxy_tls="internal",
            rootless_proxy_routes=[
                {"domain": DOMAIN, "port": 8481},
                {"domain": DOMAIN, "path": "/stream", "port": 8482},
            ],
            **images(host),
        )
        found = tmp_path_factory.mktemp("proxy") / "roots.pem"
        found.write_text(
            host.run_as(ACCOUNT, "podman exec proxy cat /data/caddy/pki/authorities/local/root.crt")
        )
        assert get(host, DOMAIN, "/", found)[0] == 200
        yield found
    finally:
        host.run("systemctl stop echo-8481 streams", check=False)
        remove(host, ACCOUNT)


def begun(host: Host, roots: Path) -> dict[str, subprocess.Popen[str]]:
    """All loads, each at 60 requests a second."""
    running = {
        name: load(host, DOMAIN, roots, 60, "--again", "--slow-every", "151", *words)
        for name, words in LOADS.items()
    }
    time.sleep(2)
    return running


def told(running: dict[str, subprocess.Popen[str]]) -> dict[str, Any]:
    """What came of the loads."""
    time.sleep(2)
    found = {name: ended(each) for name, each in running.items()}
    for name, each in found.items():
        print(
            f"\n{name}: {each['counts']} failures {len(each['failures'])} worst {each['worst']} {each['failures'][:3]}"
        )
    return found


def test_changes_lose_no_connection(host: Host, roots: Path) -> None:
    running = begun(host, roots)
    for number in range(CHANGES):
        change(host, ACCOUNT, number)
    for name, each in told(running).items():
        assert each["failures"] == [], name
        assert each["counts"].get("again", 0) == 0, name


def test_what_caddy_refuses_loses_no_connection(host: Host, roots: Path) -> None:
    look = "podman exec proxy sh -c 'ls /config; cat /config/proxy.json'"
    before = host.run_as(ACCOUNT, look)
    bad = before[before.index("{") :].replace('"try_duration": "', '"try_duration": "never ')
    running = begun(host, roots)
    for number in range(5):
        applying = f"podman exec -i proxy sh /etc/proxy/proxy.sh apply bad-{number} 2>&1 || echo refused"
        said = host.run_as(ACCOUNT, applying, stdin=bad.encode())
        assert "never" in said
        assert "refused" in said
    assert host.run_as(ACCOUNT, look) == before
    for name, each in told(running).items():
        assert (each["failures"], each["counts"].get("again", 0)) == ([], 0), name


def stream(host: Host, roots: Path, *headers: str) -> Any:
    """A connection that goes on after its request; a file that is read and written without a buffer."""
    context = ssl.create_default_context(cafile=str(roots))
    made = socket.create_connection((host.address, 443), timeout=10)
    file = context.wrap_socket(made, server_hostname=DOMAIN).makefile("rwb", buffering=0)
    file.write("\r\n".join(["GET /stream HTTP/1.1", f"Host: {DOMAIN}", *headers, "", ""]).encode())
    return file


def until(file: Any, word: bytes) -> bytes:
    """What is read up to a line with that word in it."""
    found = b""
    while word not in found:
        got = file.readline()
        assert got, found
        found += got
    return found


def test_streams_outlive_a_change_and_what_is_granted_to_requests(host: Host, roots: Path) -> None:
    upgraded = stream(host, roots, "Connection: Upgrade", "Upgrade: echo")
    assert b" 101 " in until(upgraded, b"HTTP/1.1")
    until(upgraded, b"\r\n\r\n"[-2:])
    events = stream(host, roots)
    until(events, b"data: x")
    for number in range(2):
        change(host, ACCOUNT, 3000 + number)
    # Longer than rootless_proxy_settle and rootless_proxy_grace together.
    end = time.monotonic() + 40
    while time.monotonic() < end:
        until(events, b"data: x")
    upgraded.write(b"still there\n")
    until(upgraded, b"still there")


def test_new_connections_wait_while_caddy_is_replaced(host: Host, roots: Path) -> None:
    running = begun(host, roots)
    for _number in range(3):
        host.run_as(ACCOUNT, "systemctl --user restart proxy || podman restart proxy")
        time.sleep(3)
    found = told(running)
    for name in ("new", "far"):
        assert (found[name]["failures"], found[name]["counts"].get("again", 0)) == ([], 0), name
    assert found["kept"]["failures"] == []


def test_a_killed_caddy_comes_back_with_what_it_had(host: Host, roots: Path) -> None:
    before = host.run_as(ACCOUNT, "podman exec proxy cat /config/proxy.json")
    # Not by Podman, which would not start again what it was told to end.
    process = host.run_as(ACCOUNT, "podman inspect --format '{{.State.Pid}}' proxy").strip()
    host.run(f"kill -KILL {process}")
    end = time.monotonic() + 60
    while True:
        try:
            assert get(host, DOMAIN, "/", roots)[0] == 200
            break
        except (OSError, AssertionError):
            assert time.monotonic() < end
            time.sleep(0.5)
    assert host.run_as(ACCOUNT, "podman exec proxy cat /config/proxy.json") == before
    # One folder, and the two links.
    assert len(host.run_as(ACCOUNT, "podman exec proxy ls /run/front").split()) == 3
    change(host, ACCOUNT, 1000)
    assert get(host, DOMAIN, "/", roots)[0] == 200
    assert len(host.run_as(ACCOUNT, "podman exec proxy ls /run/front").split()) == 3
