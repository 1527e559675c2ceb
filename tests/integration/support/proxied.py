# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests of the reverse proxy need: an image with Caddy, certificates, a web server behind it, and clients before it."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .host import CHECKOUT, Host
from .playbook import finish, start
from .prepare import HAPROXY

CLIENT = CHECKOUT / "tests" / "proofs" / "load" / "client.py"
FOLDER = "/srv/tests/caddy"
IMAGE = "localhost/caddy:2"
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.include_role:
        name: rootless.podman.rootless_proxy
        tasks_from: "{{ entry | default('main') }}"
"""
CERTIFICATE_SECONDS = 15
# Tells what it sees; /slow takes two seconds.
ECHO = """
import http.server, json, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    def do_GET(self):
        if self.path == "/slow":
            time.sleep(2)
        told = {name: self.headers.get(name) for name in ("Host", "X-Forwarded-For", "X-Forwarded-Proto")}
        body = json.dumps({**told, "path": self.path, "name": sys.argv[2]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256
Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
CONTAINERFILE = "FROM docker.io/library/busybox:1.37\nCOPY caddy /bin/caddy\n"


def image(host: Host) -> dict[str, Any]:
    """The image of the proxy as a role takes it; what it is built of lies on the host afterwards."""
    if not host.run(f"cat {FOLDER}/Containerfile", check=False):
        caddy = Path(sys.executable).parent / "caddy"
        host.run(f"mkdir -p {FOLDER} && cat > {FOLDER}/caddy && chmod 755 {FOLDER}/caddy", caddy.read_bytes())
        host.run(f"cat > {FOLDER}/Containerfile", CONTAINERFILE.encode())
    return {"name": IMAGE, "build": {"path": FOLDER}}


def images(host: Host) -> dict[str, Any]:
    """The images of the role, as its variables."""
    return {
        "rootless_proxy_images": [image(host)],
        "rootless_proxy_image": IMAGE,
        "rootless_proxy_front_image": HAPROXY,
    }


def role(host: Host, *words: str, good: bool = True, **variables: Any) -> str:
    """The role, once; what it said."""
    playbook = host.folder / "proxy.yml"
    playbook.write_text(PLAY, encoding="utf-8")
    running = start(host, playbook, *words, **variables)
    if good:
        return finish(running)
    told = running.communicate(timeout=300)[0]
    assert running.returncode == 2, told[-3000:]
    return told


def changed(told: str) -> int:
    """How many tasks changed something."""
    return int(re.search(r" : ok=\d+\s+changed=(\d+)", told)[1])


def change(host: Host, account: str, number: int) -> None:
    """Have the proxy take up its configuration with something else in it, as the role does it."""
    told = host.run_as(account, "podman exec proxy cat /config/proxy.json")
    other = re.sub(r'"try_duration": "[^"]*"', f'"try_duration": "{5000 + number}ms"', told)
    assert other != told
    host.run_as(
        account, f"podman exec -i proxy sh /etc/proxy/proxy.sh apply test-{number}", stdin=other.encode()
    )


def remove(host: Host, account: str) -> None:
    """Take the proxy away with its account and its files."""
    host.remove_account(account)
    host.run("rm -rf /etc/systemd/system/user@*.service.d/50-rootless-proxy.conf")
    host.run("rm -rf /etc/systemd/user/proxy*.s* /etc/sysctl.d/60-rootless-proxy-proxy.conf")


def serve(host: Host, port: int, name: str) -> None:
    """Start a web server on the loopback address of the host."""
    host.run("cat > /srv/tests/echo.py", ECHO.encode())
    host.run(
        f"systemctl stop echo-{port} 2>/dev/null; systemd-run --quiet --unit echo-{port} python3 /srv/tests/echo.py {port} {name}"
    )


def certificate(folder: Path, domain: str) -> tuple[Path, Path]:
    """Files with a certificate that vouches for itself, and its key."""
    kind = "IP" if domain.replace(".", "").isdigit() else "DNS"
    place, key = folder / f"{domain}.pem", folder / f"{domain}.key"
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ),
            *("-days", "2", "-subj", f"/CN={domain}", "-addext", f"subjectAltName={kind}:{domain}"),
            *("-keyout", key, "-out", place),
        ],
        check=True,
        capture_output=True,
    )
    return place, key


def get(
    host: Host,
    domain: str,
    path: str = "/",
    roots: Path | None = None,
    port: int = 0,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, str, str]:
    """Status, body and Location of an answer: over HTTPS, with the certificate verified, where there are roots.

    Caddy makes a domain's certificate beside its work, and until then refuses the handshake.
    """
    connection = http.client.HTTPConnection(domain, timeout=10)
    end = time.monotonic() + CERTIFICATE_SECONDS
    while True:
        connection.sock = socket.create_connection((host.address, port or (443 if roots else 80)), timeout=10)
        if not roots:
            break
        context = ssl.create_default_context(cafile=str(roots))
        try:
            connection.sock = context.wrap_socket(connection.sock, server_hostname=domain)
            break
        except ssl.SSLError as error:
            if error.reason != "TLSV1_ALERT_INTERNAL_ERROR" or time.monotonic() > end:
                raise
            time.sleep(0.2)
    connection.request("GET", path, headers=dict(headers or {}))
    answer = connection.getresponse()
    told = answer.status, answer.read().decode(), answer.headers.get("Location", "")
    connection.close()
    return told


def seen(told: tuple[int, str, str]) -> dict[str, Any]:
    """What the web server behind the proxy saw."""
    assert told[0] == 200, told
    found: dict[str, Any] = json.loads(told[1])
    return found


def load(host: Host, domain: str, roots: Path, rate: int, *words: str) -> subprocess.Popen[str]:
    """Start a load over HTTPS."""
    command = [sys.executable, str(CLIENT), host.address, "443", "--name", domain, "--ca", str(roots)]
    return subprocess.Popen(
        [*command, "--rate", str(rate), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def ended(running: subprocess.Popen[str]) -> dict[str, Any]:
    """End the load; what came of it."""
    found: dict[str, Any] = json.loads(running.communicate("")[0])
    return found
