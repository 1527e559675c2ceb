# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong around a replacement: a registry that breaks off, a socket that goes, power that is cut.

The old container serves again, or the next run repairs; the volume keeps what was in it. Images that exit and checks that never
succeed are in the target ``container``, a full disk in test_bad_input, killed processes in test_killed.
"""

from __future__ import annotations

import subprocess
import threading
import time

import pytest
from support.host import STAGE
from support.prepare import BUSYBOX

ACCOUNT, PORT, HALF = "faulty", 18031, 5055
WEB = {
    "name": "web",
    "runtime": "podman",
    "image": BUSYBOX,
    "command": ["sh", "-c", "trap '' TERM; httpd -p 8080 -h /data; while :; do sleep 1; done"],
    "publish": [f"{PORT}:8080"],
    "volume": ["data:/data"],
    "restart_policy": "always",
    "stop_signal": "TERM",
    "stop_timeout": 4,
}
# Becomes healthy after six seconds, checked every second.
SLOW = {
    **WEB,
    "healthcheck": "test $(cut -d. -f1 /proc/uptime) -gt $(($(cat /tmp/begun) + 6))",
    "healthcheck_interval": "1s",
    "healthcheck_start_period": "30s",
    "command": [
        "sh",
        "-c",
        "cut -d. -f1 /proc/uptime > /tmp/begun; trap '' TERM; httpd -p 8080 -h /data; while :; do sleep 1; done",
    ],
}


@pytest.fixture
def web(host, account):
    """A web server with a note in its volume."""
    account(ACCOUNT)
    host.good("container", user=ACCOUNT, **WEB)
    host.run_as(ACCOUNT, "podman exec web sh -c 'echo precious > /data/note; sync'")
    assert host.http(PORT, "/note", 5) == "precious\n"
    return host


def test_registry_that_breaks_off(web):
    web.run(
        f"printf '[[registry]]\\nlocation = \"localhost:{HALF}\"\\ninsecure = true\\n' > /etc/containers/registries.conf.d/51-half.conf; "
        f"setsid python3 {STAGE}/half_registry.py {HALF} < /dev/null > /dev/null 2>&1 & sleep 1"
    )
    try:
        task = {**WEB, "image": f"localhost:{HALF}/library/busybox:1.36", "retry": 0}
        result = web.module("container", user=ACCOUNT, **task)
        assert result.get("failed"), result
        assert result["msg"].startswith(f"image localhost:{HALF}/library/busybox:1.36: "), result["msg"]
        assert "\n" not in result["msg"]
    finally:
        web.run(
            "pkill -f half_registry.py; rm -f /etc/containers/registries.conf.d/51-half.conf", check=False
        )
    assert web.http(PORT, "/note") == "precious\n"
    assert not web.good("container", user=ACCOUNT, **WEB)["changed"]


@pytest.mark.parametrize("gone", ["*/manifest", "*/=*"])
def test_image_that_a_killed_pull_left_half_there(host, account, gone):
    """Podman knows the image, and fails whatever has to do with it."""
    account("halfway")
    host.run_as(
        "halfway",
        f"podman pull --quiet {BUSYBOX} && rm ~/.local/share/containers/storage/overlay-images/{gone}",
    )
    assert "consider removing the image" in host.run_as(
        "halfway", f"podman image inspect {BUSYBOX} 2>&1", check=False
    )
    task = {"name": "web", "image": BUSYBOX, "command": ["sleep", "infinity"], "init": True}
    done = host.good("container", user="halfway", **task)
    assert done["plan"][0]["action"] == "pull"
    assert not host.good("container", user="halfway", **task)["changed"]


def test_socket_that_goes_while_the_new_one_starts(web):
    result = during(web, SLOW, 4.0 + 2.5, lambda: units(web, "stop"))
    assert result.get("failed"), result
    assert "podman.socket" in result["msg"] or "broke off" in result["msg"], result["msg"]
    units(web, "start")
    settled(web, WEB)


@pytest.mark.parametrize("moment", [1.5, 4.0 + 2.5], ids=["the-old-one-stops", "the-new-one-starts"])
def test_power_cut(moment, web, testbed):
    during(web, SLOW, moment, lambda: testbed.power_cut(web))
    assert web.http(PORT, "/note", 40) == "precious\n"
    settled(web, SLOW)


def during(host, task, moment, fault):
    """Run a task, let ``fault`` happen so many seconds after its beginning; the task's result if it has any."""
    told = []

    def work():
        try:
            told.append(host.module("container", user=ACCOUNT, **task))
        except (AssertionError, subprocess.TimeoutExpired) as error:
            told.append({"broken": str(error)})

    running = threading.Thread(target=work)
    running.start()
    time.sleep(moment)
    fault()
    running.join(120)
    return told[0]


def settled(host, task):
    """The next run ends as declared, the one after it has nothing to do, and no other container is left."""
    host.good("container", user=ACCOUNT, **task)
    again = host.good("container", user=ACCOUNT, **task)
    assert (again["changed"], again["plan"]) == (False, [])
    assert host.http(PORT, "/note", 5) == "precious\n"
    listed = host.run_as(ACCOUNT, "podman ps --all --external --format '{{.Names}} {{.State}}'")
    assert [line.split()[0] for line in listed.splitlines()] == ["web"], listed


def units(host, action):
    uid = host.run(f"id -u {ACCOUNT}").strip()
    host.run(f"systemctl --user -M {ACCOUNT}@.host {action} podman.socket", check=False)
    if action == "stop":
        host.run(f"pkill -KILL -U {uid} -f 'podman.* system service'", check=False)


def test_an_account_whose_manager_does_not_start_keeps_no_other_app(host):
    """Accounts come up side by side: the next run finishes the one that could not."""
    apps = [
        {
            "name": name,
            "account": {"uid": uid},
            "containers": [
                {"name": f"{name}-it", "image": BUSYBOX, "command": ["sleep", "infinity"], "init": True}
            ],
        }
        for name, uid in (("it-lame", 4881), ("it-sound", 4882))
    ]
    host.run("systemctl mask --runtime user@4881.service")
    try:
        result = host.module("apps", apps=apps)
        assert result.get("failed"), result
        assert "systemd --user of account it-lame does not start" in result["msg"], result["msg"]
        assert "it-sound" not in result["msg"]
        lame, sound = result["apps"]
        assert (lame["failed"], sound["failed"]) == (True, False)
        assert [step["kind"] for step in lame["plan"]][:2] == ["account", "range"]
        assert host.run_as("it-sound", "podman ps --format '{{.Names}}'").split() == ["it-sound-it"]
        host.run("systemctl unmask --runtime user@4881.service")
        assert [each["changed"] for each in host.good("apps", apps=apps)["apps"]] == [True, False]
        assert host.run_as("it-lame", "podman ps --format '{{.Names}}'").split() == ["it-lame-it"]
        assert not host.good("apps", apps=apps)["changed"]
    finally:
        host.run("systemctl unmask --runtime user@4881.service")
        for app in apps:
            host.remove_account(app["name"])
