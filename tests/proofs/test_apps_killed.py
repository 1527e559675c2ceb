# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of ``apps`` that ends anywhere: the next one brings about what is declared, leaves nothing over and loses no data.

Two runs are disturbed: the first deploy, which makes the account as well, and one that changes image, options, file, secret and network.
Most moments are a SIGKILL of the module with its children, of the account's Podman service, or of both; some are power cuts of the host.
As in tests/integration/test_killed.py each moment lies at random in its own slice of the time of an undisturbed run; KILL_SEED repeats them.
"""

from __future__ import annotations

import json
import os
import random
import time

import pytest
from support.host import RUN, STAGE, module_input
from support.many import app, name_of
from support.prepare import BUSYBOX, OLDER_BUSYBOX

SEED = int(os.environ.get("KILL_SEED", random.SystemRandom().randrange(10**6)))
NAME = name_of(0)
# By victim: moments for the first deploy and for the change.
MOMENTS = {"both": 14, "python": 8, "podman": 8}
CUTS = 6
ABSENT = {"name": NAME, "state": "absent", "remove_data": True}
# What there is beside containers: anything that a replacement, a draft or a killed child leaves would show here.
LOOK = (
    "podman volume ls --format '{{.Name}}' | sort; podman secret ls --format '{{.Name}}' | sort; podman network ls --format '{{.Name}}' | sort; "
    f"cat ~/apps/{NAME}/settings.conf; podman exec {NAME}-web cat /data/note; "
    "find ~ -name storage -prune -o -name '*.rp-*' -print; ls -A ~/.local/share/containers/storage/volumes; "
    "ls ~/.local/share/containers | grep rootless.podman | sort"
)
DECLARED = sorted(f"{NAME}-{each} running" for each in ("web", "worker", "clock"))
# In units there is one beside them that has none, because it runs once for each declaration.
RUNTIMES = {"podman": [], "systemd": [f"{NAME}-once exited"]}


def look(runtime):
    """And with units: nothing of theirs that has not proved itself."""
    units = "ls -A /etc/containers/systemd/users/$(id -u); systemctl --user --failed --plain --no-legend; "
    return (units if runtime == "systemd" else "") + LOOK


def task(number, runtime="podman"):
    """The app of that round: another number changes an option, an image, a file, a secret and the network."""
    declared = app(0, env={"NUMBER": number})
    declared["runtime"] = runtime
    if runtime == "systemd":
        once = {
            "name": f"{NAME}-once",
            "image": BUSYBOX,
            "command": ["echo", str(number)],
            "networks": [NAME],
        }
        declared["containers"].append({**once, "depends_on": [f"{NAME}-clock"]})
        declared["containers"][0]["depends_on"] = {f"{NAME}-once": "completed"}
    declared["files"][0]["content"] = f"number = {number}\n"
    declared["secrets"][0]["data"] = f"open sesame {number}"
    declared["networks"][0].update(opt={"mtu": 1300 + number}, reconnect=True)
    declared["containers"][2]["image"] = OLDER_BUSYBOX if number % 2 else BUSYBOX
    return {"apps": [declared]}


def seen(number, runtime="podman"):
    """What there has to be."""
    units = [f"{NAME}-{each}.container" for each in ("clock", "web", "worker")]
    shown = units if runtime == "systemd" else []
    shown += [f"{NAME}-data", f"{NAME}-word", NAME, "podman", f"number = {number}", NAME, f"{NAME}-data"]
    return [*shown, f"rootless.podman.app.{NAME}.json", "rootless.podman.key"]


def known(told):
    """Its lines, without the note of whom the network's task has connected, which is there once it had to."""
    return [line for line in told.splitlines() if line != f"rootless.podman.connected.{NAME}.json"]


def moments(many):
    chance = random.Random(SEED)
    return [(number + chance.random()) / many for number in range(many)]


# What comes before a round: nothing of the app at all, or the app of the round before.
CASES = {"deploy": {"apps": [ABSENT], "export_to": "/srv/exports"}, "change": None}


@pytest.fixture
def nobody(host):
    yield
    host.remove_account(NAME)


@pytest.mark.parametrize("victim", MOMENTS)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_killed_anywhere(runtime, case, victim, host, nobody):
    print(f"\nKILL_SEED={SEED}: {MOMENTS[victim]} moments of {case} in runtime {runtime}, victim: {victim}")
    before = CASES[case]
    if before is None:
        host.good("apps", **task(0, runtime))
    job = {
        "module": "apps",
        "user": NAME,
        "launcher": f"{STAGE}/module.py",
        "victim": victim,
        "look": look(runtime),
        "rounds": [
            {"before": before, "arguments": task(number, runtime), "moment": moment}
            for number, moment in enumerate([0, *moments(MOMENTS[victim])], 1)
        ],
    }
    told = host.script("kill.py", stdin=json.dumps(job).encode(), timeout=600)
    bad = [
        each
        for number, each in enumerate(told["rounds"], 1)
        if (
            each["msg"]
            or sorted(map(str.strip, each["there"])) != sorted([*DECLARED, *RUNTIMES[runtime]])
            or known(each["seen"]) != seen(number, runtime)
            or each["again"].get("changed") is not False
        )
    ]
    print(
        f"    undisturbed {told['seconds']:.1f} s, mended in at most {max(each['seconds'] for each in told['rounds'][1:])} s"
    )
    assert not bad, "\n".join(
        f"{each['moment']}: {each['msg']} {each['there']} {each['seen']!r}" for each in bad
    )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_power_cut_anywhere(runtime, case, host, testbed, nobody):
    print(f"\nKILL_SEED={SEED}: {CUTS} power cuts of {case} in runtime {runtime}")
    before = CASES[case]
    host.good("apps", **task(0, runtime))
    begun = time.monotonic()
    host.good("apps", **task(1, runtime))
    whole = time.monotonic() - begun
    for number, moment in enumerate(moments(CUTS), 2):
        if before:
            host.good("apps", **before)
        host.run("cat > /srv/job", stdin=module_input(task(number, runtime)))
        host.run(f"setsid {RUN} apps < /srv/job > /srv/said 2>&1 & sleep {moment * whole}")
        testbed.power_cut(host)
        begun = time.monotonic()
        host.good("apps", **task(number, runtime))
        print(f"    cut at {moment * whole:.2f} s, mended in {time.monotonic() - begun:.1f} s")
        again = host.good("apps", **task(number, runtime))
        listed = host.run_as(NAME, "podman ps --all --external --format '{{.Names}} {{.State}}'")
        there = sorted(" ".join(line.split()[:2]).lower() for line in listed.splitlines())
        assert (again["changed"], there) == (False, sorted([*DECLARED, *RUNTIMES[runtime]])), moment
        assert known(host.run_as(NAME, look(runtime))) == seen(number, runtime), moment
