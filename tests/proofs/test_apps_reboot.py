# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ten apps of three containers: after a reboot and after a power cut all of them answer again, and nobody ran Ansible."""

from __future__ import annotations

import time

import pytest
from support.many import answers, many, name_of, no_apps, seconds_since

COUNT = 10
PATIENCE = 60


@pytest.fixture(scope="module")
def deployed(host):
    try:
        yield host.good("apps", apps=many(COUNT))
    finally:
        no_apps(host, COUNT)


def running(host, numbers):
    """The names of the containers that run, of each app."""
    return [
        host.run_as(name_of(number), "podman ps --format '{{.Names}}' | sort").split() for number in numbers
    ]


@pytest.mark.parametrize("how", ["reboot", "power_cut"])
def test_all_apps_are_back(how, testbed, host, deployed):
    everybody = range(COUNT)
    for number in everybody:
        host.run_as(
            name_of(number),
            f"podman exec {name_of(number)}-web sh -c 'echo {how} {number} > /data/note; sync'",
        )
    begun = time.monotonic()
    getattr(testbed, how)(host)
    up = seconds_since(begun)
    told = answers(host, everybody, PATIENCE)
    print(f"\n{how}: the host is up after {up}, all {COUNT} apps answer after {seconds_since(begun)}")
    assert told == [f"{how} {number}" for number in everybody]
    declared = [[f"{name_of(number)}-{each}" for each in ("clock", "web", "worker")] for number in everybody]
    # Those that answer nobody may be there a moment later.
    while running(host, everybody) != declared:
        assert time.monotonic() - begun < PATIENCE, running(host, everybody)
        time.sleep(0.5)
    print(f"    all containers run after {seconds_since(begun)}")
    again = host.good("apps", apps=many(COUNT))
    assert (again["changed"], [each["plan"] for each in again["apps"]]) == (False, [[]] * COUNT)
