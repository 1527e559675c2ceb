# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits on a kernel that has them: each one arrives in the cgroup, changes there without a restart, and goes back to the default."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from support.prepare import BUSYBOX
from support.walk import ACCOUNT, TABLES, walk

sys.path.insert(0, str(Path(__file__).parent))

from limits import BASES, CASES, M

BASE = {"user": ACCOUNT, "image": BUSYBOX, "command": "sleep 1000", "stop_timeout": 0}
LIVE = {"memory": "64m", "memory_reservation": "32m", "cpus": "0.5", "pids_limit": 50, "blkio_weight": 200}
FILES = ("memory.max", "memory.swap.max", "memory.low", "cpu.max", "pids.max", "io.bfq.weight")


@pytest.mark.parametrize("kind", CASES)
def test_every_limit(kind, host):
    """Nothing may be refused here: the role gave the account every controller that a row needs."""
    rows = [row.name for row in TABLES[kind].rows if row.controller or row.name == "cgroup_conf"]
    assert rows == list(CASES[kind])
    told = walk(host, kind, BASES[kind], CASES[kind], start=True, timeout=1800)
    print(
        f"{kind} on Podman {told['version']}: {len(told['walked'])} limits walked: {' '.join(told['walked'])}"
    )
    assert not told["problems"], json.dumps(told["problems"], indent=1)
    assert not told["gated"]
    assert told["walked"] == sorted(rows)


@pytest.fixture
def together(host):
    """The name of a container for one test."""
    yield "together"
    host.good("container", user=ACCOUNT, name="together", state="absent")


def limits(host, name):
    """What the container itself reads in its cgroup."""
    told = host.run_as(ACCOUNT, f"podman exec {name} sh -c 'cd /sys/fs/cgroup && cat {' '.join(FILES)}'")
    return dict(zip(FILES, told.splitlines()))


def life(host, name):
    """Which container it is, and since when it runs."""
    return host.run_as(
        ACCOUNT, f"podman container inspect {name} --format '{{{{.Id}}}} {{{{.State.StartedAt}}}}'"
    )


def test_limits_change_together_and_last(host, together):
    """One task, one update: memory beyond the old total of memory and swap, all else with it; a restart keeps it."""
    host.good("container", **BASE, name=together, **LIVE)
    assert limits(host, together) == dict(
        zip(FILES, (str(64 * M), str(64 * M), str(32 * M), "50000 100000", "50", "default 200"))
    )
    before = life(host, together)
    more = {
        "memory": "512m",
        "memory_reservation": "48m",
        "cpus": "1.5",
        "pids_limit": 70,
        "blkio_weight": 300,
    }
    result = host.good("container", **BASE, name=together, **more)
    assert [step["action"] for step in result["plan"]] == ["update"]
    assert sorted(reason["option"] for reason in result["plan"][0]["reasons"]) == sorted(more)
    wanted = dict(zip(FILES, (str(512 * M), str(512 * M), str(48 * M), "150000 100000", "70", "default 300")))
    assert limits(host, together) == wanted
    assert life(host, together) == before
    assert not host.good("container", **BASE, name=together, **more)["changed"]
    host.run_as(ACCOUNT, f"podman restart --time 0 {together}")
    assert limits(host, together) == wanted
    less = {**more, "memory": "96m"}
    before = life(host, together)
    assert host.good("container", **BASE, name=together, **less)["changed"]
    assert limits(host, together) == {**wanted, "memory.max": str(96 * M), "memory.swap.max": str(96 * M)}
    assert life(host, together) == before


def test_memory_beyond_a_declared_swap_is_refused(host, together):
    """memory_swap is a total: less than the memory cannot be, which is said before anything is done."""
    spec = {"memory": "64m", "memory_swap": "100m"}
    host.good("container", **BASE, name=together, **spec)
    before, there = life(host, together), limits(host, together)
    assert there["memory.swap.max"] == str(36 * M)
    result = host.module("container", **BASE, name=together, **{**spec, "memory": "128m"})
    assert result["msg"] == (
        "memory_swap: 100m was given, and it counts memory in, so at least 128m is needed; raise it or leave it out."
    )
    assert limits(host, together) == there
    assert life(host, together) == before
    assert not host.good("container", **BASE, name=together, **spec)["changed"]
    changed = host.good("container", **BASE, name=together, **{**spec, "memory": "80m"})
    assert [step["action"] for step in changed["plan"]] == ["update"]
    after = limits(host, together)
    assert (after["memory.max"], after["memory.swap.max"]) == (str(80 * M), str(20 * M))
    assert life(host, together) == before


def test_host_info_finds_the_controllers(host):
    """The checklist has nothing to say about limits here."""
    result = host.good("host_info", users=[ACCOUNT])
    levels = {(row["scope"], row["id"]): row["level"] for row in result["findings"]}
    rows = ("host", "cgroup_controllers"), ("host", "delegation"), (ACCOUNT, "controllers")
    assert [levels[row] for row in rows] == ["ok"] * len(rows)
