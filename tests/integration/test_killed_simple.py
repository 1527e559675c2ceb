# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A volume that is made anew around its data, and a network that is made anew under its containers, killed anywhere.

Run again, the task ends as declared: all data is in the volume, every container is on the network. Moments and seed as in test_killed.
"""

from __future__ import annotations

import json
import os
import random

import pytest
from support.host import STAGE
from support.prepare import BUSYBOX

ACCOUNT = "killed"
SEED = int(os.environ.get("KILL_SEED", random.SystemRandom().randrange(10**6)))
MANY = int(os.environ.get("KILL_MOMENTS", "6"))
PLACE = "~/.local/share/containers/storage/volumes/data/_data"
LOOK = f"cd {PLACE} && stat -c '%n %a %u %g' . a s && cat a"


def volume(number):
    return {"user": ACCOUNT, "name": "data", "labels": {"number": number}, "keep_data": True}


def network(number):
    # Of the account's containers one has a fixed address, which only the task can tell.
    return {
        "user": ACCOUNT,
        "name": "inner",
        "subnet": "10.123.70.0/24",
        "opt": {"mtu": 1300 + number},
        "reconnect": True,
        "connected": [{"name": "fixed", "ip": "10.123.70.77"}],
    }


def fill(host):
    host.good("volume", **volume(0))
    write = "mkdir -m 0710 s; echo precious >a; chown 5:6 a; chmod 0640 a; chown 7:8 .; chmod 0751 ."
    host.run_as(ACCOUNT, f'podman run --rm --volume data:/d {BUSYBOX} sh -c "cd /d; {write}"')


def look_inside(host):
    # As the account's root: a container that uses the volume would be asked to own it.
    return host.run_as(ACCOUNT, f'podman unshare sh -c "{LOOK}"')


def settle(host):
    host.good("network", **{**network(0), "connected": []})
    started = f"podman run --detach --stop-timeout 0 --name {{}} --network inner{{}} {BUSYBOX} sleep 1000"
    for name, more in (("first", ":alias=one"), ("fixed", ":ip=10.123.70.77")):
        host.run_as(ACCOUNT, started.format(name, more))


def look_around(host):
    shown = json.loads(host.run_as(ACCOUNT, "podman inspect first fixed"))
    joined = [(each["NetworkSettings"].get("Networks") or {}).get("inner", {}) for each in shown]
    states = [each["State"]["Status"] for each in shown]
    return [*states, "one" in joined[0].get("Aliases", []), joined[1].get("IPAddress")]


CASES = {"volume": (volume, fill, look_inside), "network": (network, settle, look_around)}


@pytest.mark.parametrize("victim", ["python", "podman"])
@pytest.mark.parametrize("module", CASES)
def test_killed_anywhere(module, victim, host, account):
    account(ACCOUNT)
    host.good("image", user=ACCOUNT, name=BUSYBOX)
    task, begin, look = CASES[module]
    begin(host)
    before = look(host)
    print(f"KILL_SEED={SEED}")
    chance = random.Random(SEED)
    for number in range(MANY):
        moment = (number + chance.random()) / MANY
        rounds = [
            {"before": None, "arguments": task(2 * number + 1), "moment": 0},
            {"before": None, "arguments": task(2 * number + 2), "moment": moment},
        ]
        job = {
            "module": module,
            "user": ACCOUNT,
            "launcher": f"{STAGE}/module.py",
            "victim": victim,
            "rounds": rounds,
        }
        told = host.script("kill.py", stdin=json.dumps(job).encode(), timeout=300)
        assert [each["msg"] for each in told["rounds"]] == [None, None], (moment, told)
        assert look(host) == before, (moment, told)
        again = host.good(module, **task(2 * number + 2))
        assert again["plan"] == [], moment
