# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pods in units of systemd: the target on the Podman of each release that has them, and runs that are killed anywhere.

As in tests/integration/test_killed.py each moment lies at random in its own slice of the time of an undisturbed run; KILL_SEED repeats them.
"""

from __future__ import annotations

import json
import os
import random

import pytest
from support.host import STAGE
from support.prepare import BUSYBOX, prepare

ACCOUNT = "killed"
SEED = int(os.environ.get("KILL_SEED", random.SystemRandom().randrange(10**6)))
MOMENTS = int(os.environ.get("KILL_MOMENTS", "8"))
# Units that go, kept texts and drafts would show here, and what the volume has. A service that was killed while it stopped may have failed.
LOOK = (
    "ls -A /etc/containers/systemd/users/$(id -u); systemctl --user is-active app-pod one two | sed s/failed/inactive/ | sort -u; "
    "podman run --rm --volume kept:/kept docker.io/library/busybox:1.37 cat /kept/word"
)
UNITS = ["app.pod", "one.container", "two.container"]


def pod(hostname="first", number=0, runtime="systemd"):
    """A pod of two. Another ``number`` makes its first container anew, another ``hostname`` the whole pod."""
    base = {"image": BUSYBOX, "command": "sleep 1000", "init": True, "volume": ["kept:/kept"]}
    containers = [
        {**base, "name": "one", "env": {"NUMBER": number}},
        {**base, "name": "two", "requires": ["one"]},
    ]
    return {
        "user": ACCOUNT,
        "name": "app",
        "hostname": hostname,
        "publish": ["18051:8080"],
        "runtime": runtime,
        "containers": containers,
    }


ABSENT = {"user": ACCOUNT, "name": "app", "state": "absent"}
# What comes before a round, and the task of the round with that number: never what is there already.
CASES = {
    "create": (ABSENT, lambda number: pod()),
    "replace-member": (None, lambda number: pod(number=number)),
    "replace-pod": (None, lambda number: pod(hostname=f"host{number}")),
    "move-in": (pod(runtime="podman"), lambda number: pod()),
    "move-out": (pod(), lambda number: pod(runtime="podman")),
}
DECLARED = ["one running app", "pod app running", "two running app"]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("release", ["trixie", "forky"])
def test_killed_anywhere(case, release, testbed):
    host = prepare(testbed.up("it" if release == "trixie" else f"it-{release}", "--release", release))
    host.good("user", name=ACCOUNT)
    try:
        host.good("image", user=ACCOUNT, name=BUSYBOX)
        write = ["sh", "-c", "echo kept > /kept/word"]
        host.good(
            "container",
            user=ACCOUNT,
            name="writer",
            image=BUSYBOX,
            command=write,
            volume=["kept:/kept"],
            wait=False,
        )
        host.good("container", user=ACCOUNT, name="writer", state="absent")
        before, task = CASES[case]
        print(f"KILL_SEED={SEED}")
        chance = random.Random(SEED)
        moments = [(number + chance.random()) / MOMENTS for number in range(MOMENTS)]
        if before is None:
            host.good("pod", **task(-1))
        rounds = [
            {"before": before, "arguments": task(number), "moment": moment}
            for number, moment in enumerate([0, *moments])
        ]
        job = {"module": "pod", "user": ACCOUNT, "launcher": f"{STAGE}/module.py", "victim": "python"}
        told = host.script(
            "kill.py",
            stdin=json.dumps({**job, "rounds": rounds, "look": LOOK}).encode(),
            timeout=90 * (MOMENTS + 1),
        )
    finally:
        host.remove_account(ACCOUNT)
    units = ["inactive"] if case == "move-out" else [*UNITS, "active"]
    bad = [
        each
        for each in told["rounds"]
        if each["msg"]
        or [line for line in each["there"] if "-infra running" not in line] != DECLARED
        or each["seen"].split() != [*units, "kept"]
        or each["again"].get("changed") is not False
    ]
    print(json.dumps([[each["moment"], each["seconds"], each["said"][:300]] for each in told["rounds"]]))
    assert not bad, "\n".join(json.dumps(each, indent=1) for each in bad)
