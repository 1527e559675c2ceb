# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Point 7: a task that is killed anywhere, with its Python process or the account's Podman service, and then run again,
ends in the declared state.

The moments are spread over the time that an undisturbed run takes, each at random in its own slice. The seed is printed;
KILL_SEED repeats a run, KILL_MOMENTS sets how many moments each case has.
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


def pod(hostname="first", number=0):
    """A pod of three. Another ``number`` makes its first container anew, another ``hostname`` the whole pod."""
    base = {"image": BUSYBOX, "command": "sleep 1000"}
    containers = [{**base, "name": name} for name in ("one", "two", "three")]
    containers[0]["env"] = {"NUMBER": number}
    return {
        "user": ACCOUNT,
        "name": "app",
        "runtime": "podman",
        "hostname": hostname,
        "publish": ["18051:8080"],
        "containers": containers,
    }


# A pod that is made anew takes several seconds each time.
MOMENTS = {"create": 6, "replace-member": 6, "replace-pod": 4}
ABSENT = {"user": ACCOUNT, "name": "app", "state": "absent"}
# What comes before a round, and the task of the round with that number: never what is there already.
CASES = {
    "create": (ABSENT, lambda number: pod()),
    "replace-member": (None, lambda number: pod(number=number)),
    "replace-pod": (None, lambda number: pod(hostname=f"host{number}")),
}
# What a killed run leaves in the middle must be gone: .rp-new, .rp-old, containers that only the storage knows.
DECLARED = ["one running app", "pod app running", "three running app", "two running app"]


@pytest.mark.parametrize("victim", ["python", "podman"])
@pytest.mark.parametrize("case", CASES)
def test_killed_anywhere(case, victim, host, account):
    account(ACCOUNT)
    host.good("image", user=ACCOUNT, name=BUSYBOX)
    before, task = CASES[case]
    print(f"KILL_SEED={SEED}")
    chance = random.Random(SEED)
    many = int(os.environ.get("KILL_MOMENTS", MOMENTS[case]))
    moments = [(number + chance.random()) / many for number in range(many)]
    if before is None:
        host.good("pod", **task(-1))
    job = {
        "module": "pod",
        "user": ACCOUNT,
        "launcher": f"{STAGE}/module.py",
        "victim": victim,
        "rounds": [
            {"before": before, "arguments": task(number), "moment": moment}
            for number, moment in enumerate([0, *moments])
        ],
    }
    told = host.script("kill.py", stdin=json.dumps(job).encode(), timeout=60 * (many + 1))
    bad = [each for each in told["rounds"] if each["msg"] or without_infra(each["there"]) != DECLARED]
    assert not bad, "\n".join(map(str, bad))


def without_infra(lines):
    """Without the running infra container, whose name Podman chooses."""
    return [line for line in lines if "-infra running" not in line]
