# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options about what a container may use up; they mirror _resources/container_rows/limits.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Limits of its cgroup and of its processes."""

    DOCUMENTATION = r"""
options:
  memory:
    description:
      - The most memory that it may use, such as V(512m) or V(1.5g).
      - This and all other limits need the cgroup controller of that name, delegated to the account. The role
        P(rootless.podman.rootless_host#role) does that where the host has it. The task fails where it is missing.
      - Changed in place with Podman 5.1 or newer.
    type: str
  memory_reservation:
    description:
      - The memory that it is pressed back to when the host runs short of it.
      - Changed in place with Podman 5.1 or newer.
    type: str
  memory_swap:
    description: The most memory and swap together, V(-1) for any. Twice O(memory) when left out.
    type: str
  cpus:
    description:
      - How many CPUs it may use, such as V(0.5).
      - Changed in place with Podman 5.1 or newer.
    type: str
    aliases: [cpu]
  cpu_shares:
    description:
      - Its share of CPU time when there is not enough, compared with that of others (1024 when left out), from 2 to 262144.
      - Changed in place with Podman 5.1 or newer.
    type: int
  cpu_period:
    description:
      - The period of O(cpu_quota) in microseconds. 100000 when left out. Not beside O(cpus).
    type: int
  cpu_quota:
    description:
      - The CPU time in microseconds that it may use in each O(cpu_period). O(cpus) says the same in a plainer way, and cannot stand beside it.
    type: int
  cpuset_cpus:
    description: The CPUs that it may run on, such as V(0-2,4).
    type: str
    aliases: [cpuset]
  cpuset_mems:
    description:
      - The memory nodes that it may use, such as V(0).
    type: str
  pids_limit:
    description:
      - The most processes and threads, V(-1) for any. Podman's default is 2048.
      - Changed in place with Podman 5.1 or newer.
    type: int
  blkio_weight:
    description:
      - Its share of disk time when there is not enough, compared with that of others, from 10 to 1000.
      - Changed in place with Podman 5.1 or newer.
    type: int
  blkio_weight_device:
    description:
      - The same for single devices, as C(DEVICE:WEIGHT).
    type: list
    elements: str
  device_read_bps:
    description:
      - The most bytes a second that it may read from a device, as C(DEVICE:SIZE), such as V(/dev/sda:10m).
    type: list
    elements: str
  device_write_bps:
    description:
      - The most bytes a second that it may write to a device, as C(DEVICE:SIZE).
    type: list
    elements: str
  device_read_iops:
    description:
      - The most reads a second from a device, as C(DEVICE:NUMBER).
    type: list
    elements: str
  device_write_iops:
    description:
      - The most writes a second to a device, as C(DEVICE:NUMBER).
    type: list
    elements: str
  cgroup_conf:
    description:
      - >-
        Files of the container's cgroup and what is written to them, as a map, such as C({memory.high: 400000000}). For what no other option knows.
    type: dict
  cgroup_parent:
    description:
      - The slice of the account's systemd under which its cgroup lies, such as V(shop.slice). Its name has to end in C(.slice). V(user.slice) when
        left out.
    type: str
  cgroups:
    description:
      - V(disabled) makes no cgroup for it, so there are no limits, V(no-conmon) none for its monitor, and V(split) divides the cgroup that a systemd
        unit has. V(enabled) when left out.
    type: str
    choices: [enabled, disabled, no-conmon, split]
  ulimit:
    description:
      - Limits of each process, as C(NAME=SOFT[:HARD]), such as V(nofile=1024:2048). V(-1) is no limit. The account cannot exceed its own, and gets
        that where it says more.
    type: list
    elements: str
    aliases: [ulimits]
  oom_score_adj:
    description:
      - How soon the kernel ends it when memory runs out, from -1000 (never) to 1000 (first). The account's own, mostly 200, when left out. Podman
        raises a lower value to that without a word.
    type: int
"""
