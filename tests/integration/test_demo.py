# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo, as a visitor runs it: a bare host, the two playbooks, an app that survives.

The tests of this file go on from one another, in order, on the one host that the demo makes.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.host import CHECKOUT
from support.testbed import LAUNCHER, environment

ACCOUNT = "miniflux"
# What stays with a running container although no Podman does: monitors, the network, the pod's and the account's pause.
ATTENDANTS = {"conmon", "pasta", "pasta.avx2", "catatonit"}


class Demo:
    """The demo's host and app, from outside."""

    def __init__(self) -> None:
        self.env = {
            **environment(),
            "HOST": "",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        self.url = self.password = ""
        self.folder = CHECKOUT

    def play(self) -> str:
        """`make demo` without the making of its environment; all that it says."""
        done = subprocess.run(
            [CHECKOUT / "demo" / "demo"],
            env=self.env,
            cwd=CHECKOUT,
            text=True,
            capture_output=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
        self.url = re.search(r"Miniflux runs at\s+(\S+)", done.stdout)[1]
        secret = re.search(r"password: cat (\S+)", done.stdout)[1]
        self.folder = (CHECKOUT / secret).parent
        self.password = (CHECKOUT / secret).read_text(encoding="utf-8").strip()
        return done.stdout

    def testbed(self, *words: str, **options: Any) -> str:
        done = subprocess.run(
            [LAUNCHER, *words],
            env=self.env,
            text=True,
            capture_output=True,
            timeout=300,
            **options,
            check=False,
        )
        assert done.returncode == 0, f"testbed {words}: {done.stdout}{done.stderr}"
        return done.stdout

    def on_host(self, line: str, **options: Any) -> str:
        return self.testbed("run", "demo", line, **options)

    def ask(self, path: str, body: Any = None) -> Any:
        """Miniflux's API, as its admin."""
        word = base64.b64encode(f"admin:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {word}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.loads(answer.read())

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthcheck", timeout=2) as answer:
                return answer.read().strip() == b"OK"
        except OSError:
            return False

    def seconds_to_health(self, limit: float = 40) -> float:
        begun = time.monotonic()
        while not self.healthy():
            assert time.monotonic() - begun < limit, f"{self.url} does not answer {limit} s after the boot"
            time.sleep(0.25)
        return time.monotonic() - begun


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    demo = Demo()
    subprocess.run([LAUNCHER, "down", "demo"], env=demo.env, capture_output=True, check=False)
    try:
        demo.play()
        yield demo
    finally:
        if not os.environ.get("KEEP_HOSTS"):
            subprocess.run([LAUNCHER, "down", "demo"], env=demo.env, capture_output=True, check=False)


def test_the_app_answers_from_outside(demo: Demo) -> None:
    assert demo.healthy()
    assert demo.ask("/v1/me")["username"] == "admin"


def test_a_second_run_changes_nothing(demo: Demo) -> None:
    recaps = re.findall(
        r"^demo\s+: ok=\d+\s+changed=(\d+)\s+unreachable=0\s+failed=0", demo.play(), re.MULTILINE
    )
    assert recaps == ["0", "0"]  # base.yml and site.yml


def test_every_process_is_unprivileged_and_no_podman_stays(demo: Demo) -> None:
    time.sleep(11)
    script = (CHECKOUT / "demo" / "what_runs.py").read_text(encoding="utf-8")
    told = json.loads(demo.on_host(f"python3 - {ACCOUNT}", input=script))
    start, count = told["ranges"][0]
    inside = [
        process for process in told["processes"] if process["container"] and process["inside"] is not None
    ]
    assert {"postgres", "miniflux"} <= {process["command"] for process in inside}
    app = [process for process in inside if process["command"] in ("postgres", "miniflux")]
    assert all(start <= process["uid"] < start + count for process in app)
    # what_runs itself asks Podman once; look again when that service has gone.
    time.sleep(8)
    lines = demo.on_host("ps -eo uid=,comm=").splitlines()
    running = [(int(line.split()[0]), line.split()[1]) for line in lines]
    daemons = [each for each in running if re.search("podman|docker|containerd|netavark", each[1])]
    assert daemons == []
    roots = [
        command
        for uid, command in running
        if uid == 0 and command in (*ATTENDANTS, "crun", "postgres", "miniflux")
    ]
    assert roots == []


def test_roots_own_podman_has_nothing(demo: Demo) -> None:
    # Looked at, not asked: asking would make root's storage.
    assert demo.on_host(
        "cat /var/lib/containers/storage/overlay-containers/containers.json 2>/dev/null || echo '[]'"
    ).strip() in ("[]", "")


def test_data_survives_a_reboot_and_a_power_cut(demo: Demo) -> None:
    demo.ask("/v1/users", {"username": "reader", "password": "long enough", "is_admin": False})
    demo.testbed("reboot", "demo")
    print(f"answered {demo.seconds_to_health():.1f} s after the reboot")
    assert "reader" in {user["username"] for user in demo.ask("/v1/users")}
    demo.ask("/v1/users", {"username": "writer", "password": "long enough", "is_admin": False})
    demo.testbed("kill", "demo")
    demo.testbed("up", "demo", "--bare")
    print(f"answered {demo.seconds_to_health():.1f} s after the power cut")
    assert {"reader", "writer"} <= {user["username"] for user in demo.ask("/v1/users")}


def test_a_changed_password_reaches_the_app(demo: Demo) -> None:
    """Nothing but the secret changes; what has it as a file is made anew, and the data is still there."""
    folder = demo.folder
    (folder / "database").write_text("anotherPassword12345\n", encoding="utf-8")
    demo.play()
    assert demo.healthy()
    assert "reader" in {user["username"] for user in demo.ask("/v1/users")}
