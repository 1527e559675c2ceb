# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three hosts in one inventory, one of them cut off in the middle of a run: the other two finish, the third converges on the next one.

The cable of the second host is pulled while a task runs there, in site.yml for all hosts at once and for two at once. The images come from a
registry of the first host, so that the cut also ends what the host was about to fetch. With one host at a time ``deploy`` stops behind it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import yaml
from support.host import Host
from support.many import answers, many, name_of, no_apps
from support.playbook import finish, start
from support.testbed import Testbed

APPS = 2
# The second one is cut off. Banner of a task, and how many seconds after it.
MOMENTS = {
    "in the role for hosts": ("rootless_host : Write the files that are not as they should be", 0.0),
    "when the apps begin": ("rootless_apps : Bring up all apps", 0.2),
    "when images are pulled": ("rootless_apps : Bring up all apps", 1.5),
}
# Where skipped tasks are not shown, a task's banner comes with its first result.
AT_ONCE = {"PYTHONUNBUFFERED": "1", "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "true"}


class Three(NamedTuple):
    """The hosts, the first as ``host`` with the inventory of all, and what is declared for them."""

    hosts: list[Host]
    variables: dict[str, Any]


@pytest.fixture(scope="module")
def three(host: Host, testbed: Testbed) -> Iterator[Three]:
    """The prepared host, which has the registry, and two more."""
    hosts = [host, testbed.up("three-b"), testbed.up("three-c")]
    for each in hosts[1:]:
        each.stage()
        each.run(
            "apt-get -qq update && apt-get -qq -y install python3-jmespath busybox-static >/dev/null 2>&1"
        )
    before = host.inventory.read_text(encoding="utf-8")
    host.inventory.write_text(
        yaml.safe_dump({"all": {"hosts": {each.name: each.facts for each in hosts}}}), encoding="utf-8"
    )
    registry = {"prefix": "docker.io", "location": f"{host.address}:5000", "insecure": True}
    yield Three(
        hosts,
        {"rootless_apps_list": many(APPS), "rootless_host_registries": [registry]},
    )
    host.inventory.write_text(before, encoding="utf-8")


def recap(told: str) -> dict[str, dict[str, int]]:
    """What Ansible says of each host at the end."""
    found = {}
    for name, line in re.findall(r"^(\S+) +: (ok=.*)$", told, re.MULTILINE):
        found[name] = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", line)}
    return found


def cut_run(
    three: Three, testbed: Testbed, playbook: str, banner: str, delay: float, **variables: Any
) -> str:
    """Run a playbook and cut the second host off when that task has begun there; what Ansible said."""
    victim = three.hosts[1].name
    words = ("--forks", "3")
    running = start(
        three.hosts[0],
        playbook,
        *words,
        environment=AT_ONCE,
        **three.variables,
        **variables,
    )
    assert running.stdout
    told = []
    for line in running.stdout:
        told.append(line)
        if banner in line:
            time.sleep(delay)
            testbed.command("cut", victim)
            break
    told.append(running.communicate(timeout=600)[0])
    return "".join(told)


def serves(host: Host) -> bool:
    """Whether all apps of a host answer."""
    return answers(host, range(APPS), 20) == [name_of(number) for number in range(APPS)]


def mended(three: Three, testbed: Testbed) -> None:
    """Put the cable back, and speak to the host over a new connection."""
    victim = three.hosts[1]
    testbed.command("mend", victim.name)
    victim.hang_up()


@pytest.mark.parametrize(
    ("moment", "serial"),
    [
        ("in the role for hosts", "100%"),
        ("when the apps begin", "2"),
        ("when images are pulled", "100%"),
        ("when images are pulled", "2"),
    ],
)
def test_two_finish_and_the_third_converges(moment: str, serial: str, three: Three, testbed: Testbed) -> None:
    first, victim, last = three.hosts
    banner, delay = MOMENTS[moment]
    try:
        began = time.monotonic()
        told = cut_run(three, testbed, "rootless.podman.site", banner, delay, rootless_serial=serial)
        seconds = time.monotonic() - began
        found = recap(told)
        for each in (first, last):
            assert found[each.name]["unreachable"] == found[each.name]["failed"] == 0, told[-3000:]
            assert serves(each), each.name
        assert found[victim.name]["unreachable"] == 1, told[-3000:]
        mended(three, testbed)

        told = finish(start(first, "rootless.podman.site", rootless_serial=serial, **three.variables))
        changed = {name: line["changed"] for name, line in recap(told).items()}
        assert changed[first.name] == changed[last.name] == 0, told[-3000:]
        assert all(map(serves, three.hosts))
        told = finish(start(first, "rootless.podman.site", rootless_serial=serial, **three.variables))
        assert {line["changed"] for line in recap(told).values()} == {0}, told[-3000:]
        print(
            f"\n{moment}, {serial} at once: cut run {seconds:.0f} s, then {changed[victim.name]} tasks changed on the third"
        )
    finally:
        mended(three, testbed)
        for each in three.hosts:
            no_apps(each, APPS)


def test_a_deploy_of_one_at_a_time_stops_behind_the_one_that_is_cut_off(
    three: Three, testbed: Testbed
) -> None:
    first, victim, last = three.hosts
    try:
        finish(start(first, "rootless.podman.site", **three.variables))
        three.hosts[0].hang_up()
        newer = {**three.variables, "rootless_apps_list": many(APPS, env={"NUMBER": 2})}
        told = []
        running = start(first, "rootless.podman.deploy", environment=AT_ONCE, rootless_serial=1, **newer)
        assert running.stdout
        begun = 0
        for line in running.stdout:
            told.append(line)
            begun += "rootless_apps : Bring up all apps" in line
            if begun == 2:
                testbed.command("cut", victim.name)
                break
        told.append(running.communicate(timeout=600)[0])
        found = recap("".join(told))
        assert found[first.name]["changed"] == 1
        assert found[victim.name]["unreachable"] == 1
        assert last.name not in found, told[-1][-3000:]
        assert serves(last)
        mended(three, testbed)
        finish(start(first, "rootless.podman.deploy", rootless_serial=1, **newer))
        told = [finish(start(first, "rootless.podman.deploy", rootless_serial=1, **newer))]
        assert {line["changed"] for line in recap(told[0]).values()} == {0}
        assert all(map(serves, three.hosts))
    finally:
        mended(three, testbed)
        for each in three.hosts:
            no_apps(each, APPS)
