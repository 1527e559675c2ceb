# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A container in a unit, which is gone when it stops: what starts it again, and what mends what keeps it from starting."""

from __future__ import annotations

import json

import pytest
from support.prepare import BUSYBOX

ACCOUNT = "restarted"
WEB = {
    "user": ACCOUNT,
    "name": "web",
    "image": BUSYBOX,
    "command": "sleep 100000",
    "network": ["shop"],
    "secrets": ["word,type=env,target=WORD"],
    "runtime": "systemd",
    "stop_timeout": 1,
}
SECRET = {"user": ACCOUNT, "name": "word", "restart": True}
NETWORK = {"user": ACCOUNT, "name": "shop", "reconnect": True}


@pytest.fixture(name="web")
def _web(host, account):
    """A container in a unit on a bridge, with a secret as a variable; and one whose unit requires it."""
    account(ACCOUNT)
    host.good("secret", **SECRET, data="first-word")
    host.good("network", **NETWORK)
    host.good("container", **WEB)
    host.good(
        "container", user=ACCOUNT, name="beside", image=BUSYBOX, command="sleep 100000", requires=["web"],
        runtime="systemd", stop_timeout=1,
    )  # fmt: skip
    return host


def inspected(host, name):
    return json.loads(host.run_as(ACCOUNT, f"podman inspect {name}"))[0]


def assert_all_run(host):
    """Both services are active, each with its container, and nothing is left to do."""
    assert (
        host.run_as(ACCOUNT, "systemctl --user is-active web.service beside.service").split()
        == ["active"] * 2
    )
    assert inspected(host, "web")["State"]["Running"]
    assert inspected(host, "beside")["State"]["Running"]
    assert host.good("container", **WEB)["plan"] == []


def test_a_secret_starts_it_again(web):
    before = inspected(web, "web")["Id"]
    done = web.good("secret", **SECRET, data="better-word")
    assert [(step["action"], step["name"]) for step in done["plan"]] == [
        ("replace", "word"),
        ("restart", "web"),
    ]
    assert web.run_as(ACCOUNT, "podman exec web sh -c 'echo $WORD'").strip() == "better-word"
    assert inspected(web, "web")["Id"] != before
    assert web.good("secret", **SECRET, data="better-word")["plan"] == []
    assert_all_run(web)


def test_a_network_that_is_made_anew_loses_none_whose_interface_is_gone(web):
    place = inspected(web, "web")["NetworkSettings"]["SandboxKey"]
    web.run_as(ACCOUNT, f"podman unshare nsenter --net={place} ip link delete eth0")
    done = web.good("network", **NETWORK, internal=True)
    assert [(step["action"], step["name"]) for step in done["plan"]] == [
        ("replace", "shop"),
        ("connect", "web"),
    ]
    assert inspected(web, "web")["NetworkSettings"]["Networks"]["shop"]["IPAddress"]
    assert web.good("network", **NETWORK, internal=True)["plan"] == []
    assert_all_run(web)


def test_a_network_namespace_that_was_left_half_built_is_mended(web):
    uid = web.run(f"id -u {ACCOUNT}").strip()
    web.run(f"rm /run/user/{uid}/containers/networks/rootless-netns/resolv.conf")
    refused = web.run_as(ACCOUNT, f"podman run --rm --network shop {BUSYBOX} true 2>&1", check=False)
    assert "rootless netns" in refused
    web.good("container", **WEB, force_restart=True)
    assert_all_run(web)


@pytest.mark.parametrize("command", ["exit 3", "sleep 0.2; exit 1", "sleep 0.2", "sleep 0.4; exit 1"])
def test_a_new_one_that_ends_and_is_started_again_and_again_does_not_count_as_started(command, host, account):
    account(ACCOUNT)
    ends = {"name": "ends", "image": BUSYBOX, "command": ["sh", "-c", command], "restart_policy": "always"}
    told = host.module("container", user=ACCOUNT, runtime="systemd", stop_timeout=1, **ends)
    assert told.get("failed"), told
    assert "it was taken away again" in told["msg"]
    assert host.run_as(ACCOUNT, "ls /etc/containers/systemd/users/$(id -u); podman ps --all --quiet") == ""
