# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the kernel shows each limit: a file of the object's cgroup, and what stands in it with the first value of the walk's
case, with the second one, and without the option. Patterns, because the number of a device is the kernel's choice."""

from __future__ import annotations

from typing import Any

from walk import container, pod
from walk.case import case

M = 1024 * 1024


def inside(file: str, first: Any, second: Any, default: Any) -> dict[str, Any]:
    """What the walk reads after each of its three steps."""
    return {"inside": {"file": file, "first": str(first), "second": str(second), "default": str(default)}}


def throttle(field: str, first: int, second: int) -> dict[str, Any]:
    """A line of io.max in which one of four numbers is set."""
    fields = ("rbps", "wbps", "riops", "wiops")

    def line(number: int) -> str:
        return r"\d+:\d+ " + " ".join(f"{name}={number if name == field else 'max'}" for name in fields)

    return inside("io.max", line(first), line(second), "")


# Without a word about swap it is as much again as the memory; the old crun counts CPU shares linearly, the newer one does not.
LIMITS = {
    "memory": inside("memory.max", 64 * M, 256 * M, "max"),
    "memory_reservation": inside("memory.low", 32 * M, 33 * M, 0),
    "memory_swap": inside("memory.swap.max", 64 * M, "max", 64 * M),
    "cpus": inside("cpu.max", "50000 100000", "75000 100000", "max 100000"),
    "cpu_shares": inside("cpu.weight", r"20|5\d", r"79|1[67]\d", 100),
    "cpu_period": inside("cpu.max", "max 50000", "max 60000", "max 100000"),
    "cpu_quota": inside("cpu.max", "50000 100000", "60000 100000", "max 100000"),
    "cpuset_cpus": inside("cpuset.cpus", "0", "0-1", ""),
    "cpuset_mems": inside("cpuset.mems", "0", "0", ""),
    "pids_limit": inside("pids.max", 50, 60, 2048),
    "blkio_weight": inside("io.bfq.weight", "default 200", "default 300", "default 100"),
    "blkio_weight_device": inside(
        "io.bfq.weight", r"default 100\n\d+:\d+ 200", r"default 100\n\d+:\d+ 300", "default 100"
    ),
    "device_read_bps": throttle("rbps", 10 * M, 20 * M),
    "device_write_bps": throttle("wbps", 10 * M, 20 * M),
    "device_read_iops": throttle("riops", 100, 200),
    "device_write_iops": throttle("wiops", 100, 200),
    "cgroup_conf": inside("memory.high", 12000 * 4096, 15000 * 4096, "max"),
}
# Other values than those of the walk: 100 is the kernel's default, and it counts memory in pages.
VALUES = {
    "blkio_weight": case(200, 300),
    "blkio_weight_device": case(["/dev/vda:200"], ["/dev/vda:300"]),
    "cgroup_conf": case({"memory.high": 12000 * 4096}, {"memory.high": 15000 * 4096}),
}
# Podman leaves the swap of a pod unlimited, and has systemd set the pod's weight, which counts otherwise for the scheduler.
PODS = {
    "memory": inside("memory.max", 64 * M, 65 * M, "max"),
    "memory_swap": inside("memory.swap.max", 64 * M, "max", "max"),
    "blkio_weight": inside("io.weight", "default 200", "default 300", "default 100"),
}

CASES = {
    "container": {
        name: {**container.CASES[name], **VALUES.get(name, {}), **limit} for name, limit in LIMITS.items()
    },
    "pod": {
        name: {**pod.CASES[name], **VALUES.get(name, {}), **limit, **PODS.get(name, {})}
        for name, limit in LIMITS.items()
        if name in pod.CASES
    },
}
BASES = {"container": container.BASE, "pod": pod.BASE}
