# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows about what a container may use up: limits of its cgroup and of its processes (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._limit_values import CgroupFiles, DeviceNumbers
from ..._options import Option, get_path
from ..._process_values import Ulimits
from ..._values import Bytes, Cpus, Integer, Text


def _read_quota(inspect: Mapping[str, Any]) -> int | None:
    return get_path(inspect, "HostConfig.CpuQuota") or None


def _limit(
    name: str,
    value: Any,
    api: str,
    state: str,
    controller: str,
    aliases: tuple[str, ...] = (),
    default: Any = 0,
    beside: tuple[str, ...] = (),
) -> Option:
    """A limit that Podman changes in place; the update has the same paths as the create body, one level up."""
    return Option(
        name, value, f"resource_limits.{api}", f"HostConfig.{state}", aliases, live="5.1", update=api,
        default=default, controller=controller, beside=beside,
    )  # fmt: skip


def _rates(name: str, field: str, state: str, size: bool) -> Option:
    rates = DeviceNumbers(field, "rate", size)
    return Option(name, rates, state=f"HostConfig.{state}", controller="io", write=rates.write)


WEIGHTS = DeviceNumbers("weightDevice", "weight", most=1000)
ROWS = [
    _limit("memory", Bytes(), "memory.limit", "Memory", "memory"),
    _limit("memory_reservation", Bytes(), "memory.reservation", "MemoryReservation", "memory"),
    Option("memory_swap", Bytes(unlimited=True), "resource_limits.memory.swap", "HostConfig.MemorySwap", controller="memory"),
    # inspect shows a quota of a period of 100 ms as cpus, whoever declared it.
    _limit("cpus", Cpus(), "cpu", "NanoCpus", "cpu", ("cpu",), None, ("cpu_quota", "cpu_period")),
    _limit("cpu_shares", Integer(2, 262144), "cpu.shares", "CpuShares", "cpu"),
    Option("cpu_period", Integer(1000, 1000000), "resource_limits.cpu.period", "HostConfig.CpuPeriod", controller="cpu"),
    Option("cpu_quota", Integer(1000), "resource_limits.cpu.quota", read=_read_quota, controller="cpu"),
    Option("cpuset_cpus", Text(), "resource_limits.cpu.cpus", "HostConfig.CpusetCpus", ("cpuset",), controller="cpuset"),
    Option("cpuset_mems", Text(), "resource_limits.cpu.mems", "HostConfig.CpusetMems", controller="cpuset"),
    # 2048 is Podman's own default, 0 that of a containers.conf without a limit.
    _limit("pids_limit", Integer(-1), "pids.limit", "PidsLimit", "pids", default=(2048, 0, -1)),
    _limit("blkio_weight", Integer(10, 1000), "blockIO.weight", "BlkioWeight", "io"),
    Option("blkio_weight_device", WEIGHTS, state="HostConfig.BlkioWeightDevice", controller="io", write=WEIGHTS.write),
    _rates("device_read_bps", "throttleReadBpsDevice", "BlkioDeviceReadBps", True),
    _rates("device_write_bps", "throttleWriteBpsDevice", "BlkioDeviceWriteBps", True),
    _rates("device_read_iops", "throttleReadIOPSDevice", "BlkioDeviceReadIOps", False),
    _rates("device_write_iops", "throttleWriteIOPSDevice", "BlkioDeviceWriteIOps", False),
    Option("cgroup_conf", CgroupFiles(), state="HostConfig.CgroupConf", write=CgroupFiles.write),
    Option("cgroup_parent", Text(), "cgroup_parent", "HostConfig.CgroupParent"),
    Option("cgroups", Text(["enabled", "disabled", "no-conmon", "split"]), "cgroups_mode"),
    Option("ulimit", Ulimits(), "r_limits", "HostConfig.Ulimits", ("ulimits",)),
    Option("oom_score_adj", Integer(-1000, 1000), "oom_score_adj"),
]  # fmt: skip
