# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of what a task may say for Podman's command line, and what no rootless container can have over the API (pure).

They are here to be refused with the reason: an option must never be dropped silently.
"""

from __future__ import annotations

from ..._options import Option
from ..._values import ValueType

V1 = "it is a limit of cgroup v1, and rootless Podman has limits with cgroup v2 alone; use memory, memory_swap and cpus"
CLIENT = "it is about the terminal of the command line, and a task has none"
FETCH = "Podman's API cannot be told; put it where Podman looks by itself (/etc/containers, or the home of the account)"
IDS = (
    "its ranges count ids of the host, which a rootless Podman does not see; write them as uidmap and gidmap"
)


def _never(name: str, reason: str, *aliases: str, harmless: object = None) -> Option:
    return Option(name, ValueType(), aliases=aliases, never=reason, default=harmless)


ROWS = [
    _never("attach", CLIENT),
    _never("detach", f"{CLIENT}; wait for a command with rootless.podman.container_exec", harmless=True),
    _never("detach_keys", CLIENT),
    _never("sig_proxy", CLIENT),
    _never("preserve_fds", CLIENT),
    _never("cidfile", "the result of the task has the ID"),
    _never("pid_file", "Podman's API cannot be told; the result of the task has the process id", "pidfile"),
    _never("pod_id_file", "name the pod with pod"),
    _never("decryption_key", FETCH),
    _never("cert_dir", FETCH),
    _never("signature_policy", FETCH),
    _never("authfile", "log the account in with rootless.podman.login, which Podman then finds by itself"),
    _never("subuidname", IDS),
    _never("subgidname", IDS),
    _never(
        "device_cgroup_rule", "only root's Podman may set rules for devices; name the device under device"
    ),
    _never("rdt_class", "only root may assign cache and memory bandwidth"),
    _never("cpu_rt_period", V1),
    _never("cpu_rt_runtime", V1),
    _never("kernel_memory", V1),
    _never("memory_swappiness", V1),
    _never("oom_kill_disable", V1),
]
