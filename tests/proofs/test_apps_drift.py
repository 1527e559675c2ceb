# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody stops, deletes or changes a piece of an app by hand: check mode names it, the run repairs just that, the next one has nothing to do."""

from __future__ import annotations

import shlex

import pytest
from support.many import answers, many, name_of, no_apps
from support.prepare import BUSYBOX

COUNT = 2
NAME = name_of(0)
WEB, WORKER, CLOCK, DATA, WORD = (f"{NAME}-{each}" for each in ("web", "worker", "clock", "data", "word"))
FILE = f"~{NAME}/apps/{NAME}/settings.conf"
BY_HAND = f"--name {CLOCK} {BUSYBOX} sleep 7"

# What somebody does, as the account or as root, and what the plan has to name: kind and name.
AS_ACCOUNT = {
    "container stopped": (f"podman stop --time 1 {CLOCK}", [("container", CLOCK)]),
    "container killed": (f"podman kill {CLOCK}", [("container", CLOCK)]),
    "container paused": (f"podman pause {CLOCK}", [("container", CLOCK)]),
    "container deleted": (f"podman rm --force --time 0 {CLOCK}", [("container", CLOCK)]),
    "container renamed": (f"podman rename {CLOCK} somebody", [("container", CLOCK)]),
    "container made otherwise": (f"podman run --detach --replace {BY_HAND}", [("container", CLOCK)]),
    "container taken off its network": (
        f"podman network disconnect --force {NAME} {CLOCK}",
        [("container", CLOCK)],
    ),
    "image deleted": (
        f"podman rmi --force {BUSYBOX}",
        [("image", BUSYBOX), ("container", WEB), ("container", WORKER), ("container", CLOCK)],
    ),
    "volume deleted": (f"podman volume rm --force {DATA}", [("volume", DATA), ("container", WEB)]),
    "secret deleted": (f"podman secret rm {WORD}", [("secret", WORD), ("container", WORKER)]),
    "secret changed": (
        f"podman secret rm {WORD}; echo guess | podman secret create {WORD} -",
        [("secret", WORD), ("container", WORKER)],
    ),
    "network deleted": (
        f"podman network rm --force --time 0 {NAME}",
        [("network", NAME), ("container", WEB), ("container", WORKER), ("container", CLOCK)],
    ),
    "network made otherwise": (
        f"podman network rm --force --time 0 {NAME}; podman network create --internal {NAME}",
        [("network", NAME), ("container", WEB), ("container", WORKER), ("container", CLOCK)],
    ),
    "file changed": (f"echo drift >> {FILE}", [("file", "settings.conf"), ("container", WEB)]),
    "file deleted": (f"rm {FILE}", [("file", "settings.conf"), ("container", WEB)]),
    "file opened to everybody": (f"chmod 666 {FILE}", [("file", "settings.conf")]),
}
AS_ROOT = {
    "range deleted": (f"sed -i '/^{NAME}:/d' /etc/subuid", [("range", NAME)]),
    "range halved": (f"sed -i 's/^\\({NAME}:.*\\):65536$/\\1:32768/' /etc/subgid", [("range", NAME)]),
}
# With the manager all containers end, and nobody can look at them before a run has brought it back.
MANAGER = f"user@$(id -u {NAME})"
WITHOUT_MANAGER = {
    # On its way down it still answers.
    "linger off": f"loginctl disable-linger {NAME}; "
    f"for i in $(seq 300); do case $(systemctl is-active {MANAGER}) in inactive|failed) break;; esac; sleep 0.1; done",
    "manager stopped": f"systemctl stop {MANAGER}",
}


def in_podman():
    """The apps in Podman's own hands, which is what the names above are about."""
    return [{**each, "runtime": "podman"} for each in many(COUNT)]


@pytest.fixture(scope="module")
def made(host):
    try:
        yield host.good("apps", apps=in_podman())
    finally:
        no_apps(host, COUNT)


@pytest.fixture
def deployed(host, made):
    """As declared, whatever the proof before this one left."""
    assert not host.module("apps", apps=in_podman()).get("failed")


def named(result):
    """Kind and name of each step, with the app that must have been left alone."""
    first, other = result["apps"]
    assert other["plan"] == []
    return [(step["kind"], step["name"]) for step in first["plan"]]


def told(result):
    """The plan for the first app, printed and returned without times."""
    for step in result["apps"][0]["plan"]:
        why = [f"{each['option']} {each['why']}" for each in step["reasons"]]
        print(f"    {step['action']} {step['kind']} {step['name']}: {', '.join(why)}")
    return [
        {key: value for key, value in step.items() if key != "seconds"} for step in result["apps"][0]["plan"]
    ]


def nothing_left_to_do(host):
    again = host.good("apps", apps=in_podman())
    assert (again["changed"], named(again)) == (False, [])
    assert answers(host, range(COUNT), 5) == [name_of(number) for number in range(COUNT)]


@pytest.mark.parametrize("what", [*AS_ACCOUNT, *AS_ROOT])
def test_drift(what, host, deployed):
    if what in AS_ACCOUNT:
        line, expected = AS_ACCOUNT[what]
        host.run_as(NAME, line)
    else:
        line, expected = AS_ROOT[what]
        host.run(f"sh -c {shlex.quote(line)}")
    print(f"\n{what}:")
    foretold = host.good("apps", check_mode=True, apps=in_podman())
    plan = told(foretold)
    assert set(named(foretold)) == set(expected)
    repaired = host.good("apps", apps=in_podman())
    assert told(repaired) == plan
    nothing_left_to_do(host)


@pytest.mark.parametrize("what", WITHOUT_MANAGER)
def test_without_a_manager(what, host, deployed):
    host.run(f"sh -c {shlex.quote(WITHOUT_MANAGER[what])}")
    print(f"\n{what}:")
    foretold = host.good("apps", check_mode=True, apps=in_podman())
    told(foretold)
    assert named(foretold)[0] == ("account", NAME)
    assert "does not answer now" in str(foretold["warnings"])
    repaired = host.good("apps", apps=in_podman())
    assert named(repaired)[: len(named(foretold))] == named(foretold)
    nothing_left_to_do(host)


# In units systemd itself brings back what somebody kills or removes. What a run has to name: the names of units, services and objects.
FOLDER = f"/etc/containers/systemd/users/$(id -u {NAME})"
IN_UNITS = {
    "service stopped": (True, f"systemctl --user stop {CLOCK}", {f"{CLOCK}.service"}),
    "secret deleted": (True, f"podman secret rm {WORD}", {WORD, f"{WORKER}.service"}),
    "file changed": (True, f"echo drift >> {FILE}", {"settings.conf", f"{WEB}.service"}),
    "unit deleted": (False, f"rm {FOLDER}/{CLOCK}.container", {f"{CLOCK}.container", f"{CLOCK}.service"}),
    "unit edited": (
        False,
        f"sed -i s/100000/7777/ {FOLDER}/{CLOCK}.container",
        {f"{CLOCK}.container", f"{CLOCK}.service"},
    ),
    "what ran once deleted": (True, f"podman rm {NAME}-once", {f"{NAME}-once"}),
}


def in_units():
    """The same apps in units, with a container that runs once and has none."""
    found = many(COUNT)
    for each in found:
        each["runtime"] = "systemd"
        once = {
            "name": f"{each['name']}-once",
            "image": BUSYBOX,
            "command": "true",
            "networks": [each["name"]],
        }
        each["containers"].append(once)
        each["containers"][0]["depends_on"] = {once["name"]: "completed"}
    return found


def test_drift_in_units(host, made):
    """One proof, because moving there takes longer than all that follows."""
    assert host.good("apps", apps=in_units())["changed"]
    for what, (as_account, line, expected) in IN_UNITS.items():
        if as_account:
            host.run_as(NAME, line)
        else:
            host.run(f"sh -c {shlex.quote(line)}")
        print(f"\n{what}:")
        foretold = host.good("apps", check_mode=True, apps=in_units())
        plan = told(foretold)
        assert {name for _kind, name in named(foretold)} == expected, what
        assert told(host.good("apps", apps=in_units())) == plan, what
        again = host.good("apps", apps=in_units())
        assert (again["changed"], named(again)) == (False, []), what
        assert answers(host, range(COUNT), 5) == [name_of(number) for number in range(COUNT)], what
