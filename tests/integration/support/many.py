# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host full of apps: each has an account, a network, a volume, a secret, a file and three containers, one of which answers."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from .host import Host
from .prepare import BUSYBOX

FIRST_PORT = 18200
# Asks every port on the loopback address, all at once, until each has answered; prints port and seconds, or what is wrong.
ASK = """
import concurrent.futures, json, sys, time, urllib.request
ports, seconds = json.loads(sys.argv[1]), float(sys.argv[2])
begun = time.monotonic()
def ask(port):
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/note", timeout=2) as answer:
                return answer.read().decode()
        except OSError as error:
            if time.monotonic() - begun > seconds:
                return f"no answer: {error}"
        time.sleep(0.1)
with concurrent.futures.ThreadPoolExecutor(len(ports)) as pool:
    print(json.dumps(list(pool.map(ask, ports))))
"""


def name_of(number: int) -> str:
    """The app and the account of that number."""
    return f"many{number:02}"


def app(number: int, **web: Any) -> dict[str, Any]:
    """One app; ``web`` are further options of its first container, which serves its volume and prepares it when it is empty."""
    name = name_of(number)
    own = {"image": BUSYBOX, "init": True, "networks": [name]}
    serve = f"test -e /data/note || echo {name} > /data/note; exec httpd -f -p 8080 -h /data"
    return {
        "name": name,
        "networks": [{"name": name, "internal": False}],
        "volumes": [{"name": f"{name}-data"}],
        "secrets": [{"name": f"{name}-word", "data": f"open sesame {name}"}],
        "files": [{"path": "settings.conf", "content": f"name = {name}\n"}],
        "containers": [
            {
                **own,
                "name": f"{name}-web",
                "command": ["sh", "-c", serve],
                "publish": [f"{FIRST_PORT + number}:8080"],
                "volumes": [f"{name}-data:/data", "./settings.conf:/settings.conf:ro"],
                "restart_policy": "always",
                **web,
            },
            {
                **own,
                "name": f"{name}-worker",
                "command": "sleep 100000",
                "secrets": [f"{name}-word"],
                "restart_policy": "always",
            },
            {**own, "name": f"{name}-clock", "command": "sleep 100000", "restart_policy": "always"},
        ],
    }


def many(count: int, **web: Any) -> list[dict[str, Any]]:
    """That many apps."""
    return [app(number, **web) for number in range(count)]


def answers(host: Host, numbers: Sequence[int], seconds: float = 0) -> list[str]:
    """What the apps of these numbers answer on the host itself, each asked for up to so many seconds."""
    ports = json.dumps([FIRST_PORT + number for number in numbers])
    told: list[str] = json.loads(host.run(f"python3 - '{ports}' {seconds}", stdin=ASK.encode()))
    return [each.strip() for each in told]


def no_apps(host: Host, count: int) -> None:
    """Away with all of them, their accounts and data."""
    # Containers first: with Podman 4.3 a manager that stops fights for 90 s with those that restart always.
    gone = [{"name": name_of(number), "state": "absent", "remove_data": True} for number in range(count)]
    host.module("apps", apps=gone, export_to="/srv/exports")
    for number in range(count):
        host.remove_account(name_of(number))


def seconds_since(begun: float) -> str:
    """For a line of a report."""
    return f"{time.monotonic() - begun:.1f} s"
