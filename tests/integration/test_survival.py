# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Points 2 and 3: what runs of an app and as whom, and that it is back after a reboot and after a power cut."""

from __future__ import annotations

import time

import pytest
from support.prepare import BUSYBOX

ACCOUNT, PORT = "survivor", 18041
SECONDS = 40
IDLE = 10
ENGINES = {"podman", "docker", "dockerd", "containerd", "containerd-shim", "buildah"}
# Of an account at rest: its manager, and for each container a monitor, for each pod its first process and its network.
ITS_OWN = {
    "systemd",
    "(sd-pam)",
    "dbus-daemon",
    "dbus-broker-lau",
    "dbus-broker",
    "conmon",
    "catatonit",
    "pasta",
    "pasta.avx2",
}
APP = {
    "name": "app",
    "restart_policy": "always",
    "userns": "nomap",
    "publish": [f"{PORT}:8080"],
    "containers": [
        {
            "name": "web",
            "image": BUSYBOX,
            "command": "httpd -f -p 8080 -h /data",
            "volumes": ["data:/data"],
            "restart_policy": "always",
        },
        {"name": "helper", "image": BUSYBOX, "command": "sleep 100000", "restart_policy": "always"},
    ],
}


def processes(host):
    """Command name and user ids of each process with its control group."""
    line = "for p in /proc/[0-9]*; do echo $(cat $p/comm; grep ^Uid: $p/status; tail -n 1 $p/cgroup); done 2>/dev/null"
    found = []
    for text in host.run(line).splitlines():
        name, _mark, rest = text.partition(" Uid: ")
        *uids, group = rest.split(None, 4)
        found.append((name, {int(uid) for uid in uids}, group))
    return found


# In Podman's hands its own service for boots brings it back; a pod that leaves it open is in units on a host that has them.
@pytest.mark.parametrize("runtime", ["podman", "auto"])
def test_app_at_rest_and_after_reboots(runtime, testbed, host, account):
    made = account(ACCOUNT)
    app = {**APP, "runtime": runtime}
    host.good("pod", user=ACCOUNT, **app)
    host.run_as(ACCOUNT, "podman exec web sh -c 'echo precious > /data/note; sync'")
    assert host.http(PORT, "/note", 5) == "precious\n"

    time.sleep(IDLE)
    first, count = made["ranges"]["uid"][0]["start"], made["ranges"]["uid"][0]["count"]
    check_processes(host, made["uid"], range(first, first + count))

    for interrupt in (testbed.reboot, testbed.power_cut):
        begun = time.monotonic()
        interrupt(host)
        left = SECONDS - (time.monotonic() - begun)
        assert host.http(PORT, "/note", left) == "precious\n"
        print(f"{interrupt.__name__}: answers {time.monotonic() - begun:.1f} s after it")
        again = host.good("pod", user=ACCOUNT, **app)
        assert (again["changed"], again["plan"]) == (False, [])


def check_processes(host, uid, subordinate):
    """The app is there, unprivileged, and no engine stays; root's own Podman has nothing."""
    everything = processes(host)
    assert [name for name, _uids, _group in everything if name in ENGINES] == []
    own = [(name, uids) for name, uids, group in everything if f"user-{uid}.slice" in group]
    assert {name for name, _uids in own} >= {"httpd", "sleep"}
    assert [name for name, uids in own if not uids <= {uid, *subordinate}] == []
    # With nomap nothing inside a container is the account, which owns its home and its manager.
    assert [name for name, uids in own if name not in ITS_OWN and not uids <= set(subordinate)] == []
    assert host.run("podman ps --all --external --quiet") == ""
