# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploys under load: ten of them, two of versions that are no good, and not one request lost."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.host import STAGE, Host
from support.prepare import HAPROXY

HERE = Path(__file__).parent / "load"
ACCOUNT, PORT = "proof-load", 18080
SERVER = "docker.io/library/server:1"
# What each deploy brings. A server that dies at SIGTERM is every one of them.
SICK, DEAD = {"SICK": "1"}, {"DIES": "1"}
DEPLOYS: list[dict[str, str]] = [{}, {}, {}, DEAD, {}, {}, SICK, {}, {}, {}]

# Run on the host: an image of the host's own Python with the server.
BUILD = """
set -eu
place=$(mktemp -d); python=$(readlink -f /usr/bin/python3); name=$(basename $python)
mkdir -p $place/root/usr/lib
for file in $python $(ldd $python | grep -o '/[^ ]*'); do
    mkdir -p $place/root$(dirname $file); cp -L $file $place/root$file
done
cp -r /usr/lib/$name $place/root/usr/lib/
rm -rf $place/root/usr/lib/$name/test $place/root/usr/lib/$name/config-*
cat > $place/root/server.py
printf 'FROM scratch\\nCOPY root /\\nCMD ["%s", "-B", "/server.py"]\\n' $python > $place/Containerfile
chmod -R a+rX $place; chmod a+rx $place; echo $place
"""


@pytest.fixture
def server(host: Host) -> None:
    """The registry of the host has the image of the server."""
    host.good("user", name="builder")
    place = host.run(BUILD, (HERE / "server.py").read_bytes()).strip()
    host.run_as("builder", f"podman build --quiet --tag {SERVER} {place}")
    host.run_as(
        "builder",
        f"podman push --quiet --tls-verify=false {SERVER} {SERVER.replace('docker.io', 'localhost:5000')}",
    )
    host.remove_account("builder")
    host.run(f"rm -r {place}")


@pytest.fixture
def load(host: Host) -> Iterator[subprocess.Popen[str]]:
    """The client, started by the test."""
    made: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, HERE / "client.py", host.address, str(PORT)]
        made.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return made[0]

    yield start  # type: ignore[misc]
    for each in made:
        each.kill()


def app(version: int, **extra: str) -> dict[str, Any]:
    """The app in one version."""
    return {
        "name": ACCOUNT,
        "networks": [{"name": "inner"}],
        "containers": [
            {
                "name": "web",
                "image": SERVER,
                "user": "65534",
                "env": {"VERSION": str(version), **extra},
                "networks": ["inner"],
                "wait_timeout": 8,
                "deploy": "blue_green",
                "switch": {
                    "image": HAPROXY,
                    "publish": f"0.0.0.0:{PORT}",
                    "port": 8080,
                    "check": "/healthz",
                    "drain_timeout": "15s",
                },
            }
        ],
    }


def ended(running: subprocess.Popen[str]) -> dict[str, Any]:
    """End the load; what came of it."""
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.close()
    found: dict[str, Any] = json.loads(running.stdout.read())
    return found


def test_ten_deploys_under_load_lose_no_request(server: None, host: Host, load: Any) -> None:
    """New and kept connections, requests of two seconds, a server that dies at SIGTERM, and two versions that are no good."""
    try:
        host.good("apps", apps=[app(0)])
        assert not host.good("apps", apps=[app(0)])["changed"]
        assert host.http(PORT, seconds=5) == "0"
        running = load()
        time.sleep(2)
        good, took = 0, []
        for number, extra in enumerate(DEPLOYS, 1):
            begun = time.monotonic()
            told = host.module("apps", apps=[app(number, **extra)])
            took.append(round(time.monotonic() - begun, 1))
            assert bool(told.get("failed")) == bool(extra), told.get("msg")
            if not extra:
                good = number
            elif extra == DEAD:
                assert "container web exited with code" in told["msg"], told["msg"]
            else:
                assert "GET /healthz on port 8080 was still answered with 500" in told["msg"], told["msg"]
            assert host.http(PORT) == str(good)
            names = host.run_as(ACCOUNT, "podman ps -a --format '{{.Names}}'").split()
            assert sorted(names) == ["web", "web-switch"]
        assert not host.good("apps", apps=[app(good)])["changed"]
        time.sleep(2)
        found = ended(running)
        print(f"\n{found['counts']} {found['versions']} worst {found['worst']} deploys {took}")
        assert found["failures"] == []
        assert sum(found["versions"].values()) == found["counts"]["new"] + found["counts"]["kept"] > 2000
        assert set(found["versions"]) == {str(n) for n, extra in enumerate([{}, *DEPLOYS]) if not extra}
        # Both colours are found again by a switch that starts anew.
        for number in (11, 12):
            host.good("apps", apps=[app(number)])
            host.run_as(ACCOUNT, "podman restart --time 1 web web-switch")
            assert host.http(PORT, seconds=15) == str(number)
    finally:
        host.remove_account(ACCOUNT)


SEED = int(os.environ.get("KILL_SEED") or 20261125)
MOMENTS = int(os.environ.get("KILL_MOMENTS") or 20)


def test_deploys_killed_anywhere_under_load_lose_no_request(server: None, host: Host, load: Any) -> None:
    """A deploy that is killed, and then run again, ends on the new version; nobody notices."""
    print(f"KILL_SEED={SEED}")
    chance = random.Random(SEED)
    moments = [(number + chance.random()) / MOMENTS for number in range(MOMENTS)]
    rounds = [
        {"before": None, "arguments": {"apps": [app(number)]}, "moment": moment}
        for number, moment in enumerate([0, *moments], 1)
    ]
    job = {
        "module": "apps",
        "user": ACCOUNT,
        "launcher": f"{STAGE}/module.py",
        "victim": "python",
        "rounds": rounds,
    }
    try:
        host.good("apps", apps=[app(0)])
        assert host.http(PORT, seconds=5) == "0"
        running = load()
        told = host.script("kill.py", stdin=json.dumps(job).encode(), timeout=60 * len(rounds))
        found = ended(running)
        print(
            f"{found['counts']} worst {found['worst']} "
            + " / ".join(str(each["middle"]) for each in told["rounds"])
        )
        assert found["failures"] == []
        bad = [
            each
            for each in told["rounds"]
            if each["msg"] or each["there"] != ["web running ", "web-switch running "]
        ]
        assert not bad, "\n".join(map(str, bad))
        assert host.http(PORT) == str(len(rounds))
    finally:
        host.remove_account(ACCOUNT)
