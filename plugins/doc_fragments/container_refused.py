# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options about what is refused, with the reason; they mirror _resources/container_rows/refused.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of Podman's command line that no rootless container can have over the API."""

    DOCUMENTATION = r"""
options:
  attach:
    description:
      - This module refuses it. It is about the terminal of the command line, and a task has none.
    type: raw
  detach:
    description:
      - This module refuses it. It is about the terminal of the command line, and a task has none; wait for a command with
        M(rootless.podman.container_exec).
      - V(true) is taken, because that is what happens.
    type: raw
  detach_keys:
    description:
      - This module refuses it. It is about the terminal of the command line, and a task has none.
    type: raw
  sig_proxy:
    description:
      - This module refuses it. It is about the terminal of the command line, and a task has none.
    type: raw
  preserve_fds:
    description:
      - This module refuses it. It is about the terminal of the command line, and a task has none.
    type: raw
  cidfile:
    description:
      - This module refuses it. The result of the task has the ID.
    type: raw
  pid_file:
    description:
      - This module refuses it. Podman's API cannot be told; the result of the task has the process id.
    type: raw
    aliases: [pidfile]
  pod_id_file:
    description:
      - This module refuses it. Name the pod with O(pod).
    type: raw
  decryption_key:
    description:
      - This module refuses it. Podman's API cannot be told; put it where Podman looks by itself (C(/etc/containers), or the home of the account).
    type: raw
  cert_dir:
    description:
      - This module refuses it. Podman's API cannot be told; put it where Podman looks by itself (C(/etc/containers), or the home of the account).
    type: raw
  signature_policy:
    description:
      - This module refuses it. Podman's API cannot be told; put it where Podman looks by itself (C(/etc/containers), or the home of the account).
    type: raw
  authfile:
    description:
      - This module refuses it. Log the account in with M(rootless.podman.login), which Podman then finds by itself.
    type: raw
  subuidname:
    description:
      - This module refuses it. Its ranges count ids of the host, which a rootless Podman does not see; write them as O(uidmap) and O(gidmap).
    type: raw
  subgidname:
    description:
      - This module refuses it. Its ranges count ids of the host, which a rootless Podman does not see; write them as O(uidmap) and O(gidmap).
    type: raw
  device_cgroup_rule:
    description:
      - This module refuses it. Only root's Podman may set rules for devices; name the device under O(device).
    type: raw
  rdt_class:
    description:
      - This module refuses it. Only root may assign cache and memory bandwidth.
    type: raw
  cpu_rt_period:
    description:
      - This module refuses it. It is a limit of cgroup v1, and rootless Podman has limits with cgroup v2 alone; use O(memory), O(memory_swap) and
        O(cpus).
    type: raw
  cpu_rt_runtime:
    description:
      - This module refuses it. It is a limit of cgroup v1, and rootless Podman has limits with cgroup v2 alone; use O(memory), O(memory_swap) and
        O(cpus).
    type: raw
  kernel_memory:
    description:
      - This module refuses it. It is a limit of cgroup v1, and rootless Podman has limits with cgroup v2 alone; use O(memory), O(memory_swap) and
        O(cpus).
    type: raw
  memory_swappiness:
    description:
      - This module refuses it. It is a limit of cgroup v1, and rootless Podman has limits with cgroup v2 alone; use O(memory), O(memory_swap) and
        O(cpus).
    type: raw
  oom_kill_disable:
    description:
      - This module refuses it. It is a limit of cgroup v1, and rootless Podman has limits with cgroup v2 alone; use O(memory), O(memory_swap) and
        O(cpus).
    type: raw
"""
