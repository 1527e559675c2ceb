# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of a service, one row each: which option of a container it becomes, or why it cannot (pure).

What needs to know of other objects of the file (ports, mounts, networks, dependencies ...) stands in rooms of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from . import sections, values
from .places import Place
from .sections import Options

V1 = "it is a limit of cgroup v1, and rootless Podman has limits with cgroup v2 alone"
WINDOWS = "only containers of Windows have it"


@dataclasses.dataclass(frozen=True)
class Row:
    """What becomes of a key."""

    key: str
    becomes: str
    make: Callable[[Any, Place], Options]


@dataclasses.dataclass(frozen=True)
class Refused:
    """A key that no rootless container can have, or that has no row."""

    key: str
    why: str
    instead: str


def _same(key: str, option: str, read: Callable[[Any, Place], Any]) -> Row:
    return Row(key, option, lambda value, place: {option: read(value, place)})


def _command(value: Any, place: Place) -> Options:
    words = values.words(value, place)
    # An empty one leaves the image its own, as with Docker.
    return {"command": words} if words else {}


def _entrypoint(value: Any, place: Place) -> Options:
    return {"entrypoint": values.words(value, place) or [""]}


def _userns(value: Any, place: Place) -> Options:
    return {"userns": place.text(value)}


ROWS: tuple[Row, ...] = (
    Row("command", "command", _command),
    Row("entrypoint", "entrypoint", _entrypoint),
    _same("environment", "env", values.pairs),
    _same("user", "container_user", values.text),
    _same("group_add", "group_add", values.texts),
    _same("working_dir", "workdir", values.text),
    _same("hostname", "hostname", values.text),
    _same("init", "init", values.flag),
    _same("tty", "tty", values.flag),
    _same("stdin_open", "interactive", values.flag),
    _same("stop_signal", "stop_signal", values.text),
    _same("stop_grace_period", "stop_timeout", values.seconds),
    Row("restart", "restart_policy", sections.restart),
    Row("healthcheck", "healthcheck, healthcheck_*, health_startup_*, no_healthcheck", sections.health),
    Row("logging", "log_driver, log_opt", sections.logging),
    Row("pull_policy", "pull", sections.pull),
    _same("platform", "platform", values.text),
    _same("labels", "label", values.pairs),
    _same("annotations", "annotation", values.pairs),
    _same("cap_add", "cap_add", values.once),
    _same("cap_drop", "cap_drop", values.once),
    _same("security_opt", "security_opt", values.security),
    _same("read_only", "read_only", values.flag),
    _same("privileged", "privileged", values.flag),
    Row("userns_mode", "userns", _userns),
    _same("cgroup", "cgroupns", values.text),
    _same("cgroup_parent", "cgroup_parent", values.text),
    _same("uts", "uts", values.text),
    _same("sysctls", "sysctl", values.pairs),
    _same("ulimits", "ulimit", values.ulimits),
    _same("tmpfs", "tmpfs", values.texts),
    _same("shm_size", "shm_size", values.size),
    _same("devices", "device", values.devices),
    _same("gpus", "gpus", values.gpus),
    _same("dns", "dns", values.texts),
    _same("dns_opt", "dns_option", values.texts),
    _same("dns_search", "dns_search", values.texts),
    _same("extra_hosts", "etc_hosts", values.hosts),
    _same("expose", "expose", values.texts),
    _same("mem_limit", "memory", values.size),
    _same("mem_reservation", "memory_reservation", values.size),
    _same("memswap_limit", "memory_swap", values.size),
    _same("cpus", "cpus", values.cpus),
    _same("cpu_shares", "cpu_shares", values.number),
    _same("cpu_quota", "cpu_quota", values.number),
    _same("cpu_period", "cpu_period", values.number),
    _same("cpuset", "cpuset_cpus", values.text),
    _same("pids_limit", "pids_limit", values.number),
    _same("oom_score_adj", "oom_score_adj", values.number),
    Row("blkio_config", "blkio_weight, blkio_weight_device, device_*", sections.blkio),
    # After restart, which it outweighs.
    Row("deploy", "cpus, memory, memory_reservation, pids_limit, gpus, restart_policy", sections.deploy),
)
# What other rooms read, because it takes more than the value.
ELSEWHERE = (
    "image", "build", "container_name", "scale", "depends_on", "links", "ports", "networks", "network_mode",
    "mac_address", "volumes", "volumes_from", "secrets", "configs", "ipc", "pid",
)  # fmt: skip
# What changes nothing of what runs: attach is about the terminal of "up", develop about the command "watch".
SILENT = ("attach", "develop")
REFUSED: tuple[Refused, ...] = (
    Refused("blkio_weight", "it has another place in today's files", "write it as weight below blkio_config"),
    Refused("cpu_count", WINDOWS, "write cpus"),
    Refused("cpu_percent", WINDOWS, "write cpus"),
    Refused("cpu_rt_period", V1, "write cpus"),
    Refused("cpu_rt_runtime", V1, "write cpus"),
    Refused("credential_spec", WINDOWS, "take it out"),
    Refused("device_cgroup_rules", "only root's Podman may set rules for devices", "name the device under devices"),
    Refused("domainname", "Podman has one name for a container", "write the whole name as hostname"),
    Refused("external_links", "Podman has no links", "declare the network of the other container as external, and join it"),
    Refused("isolation", WINDOWS, "take it out"),
    Refused("mem_swappiness", V1, "write memswap_limit"),
    Refused("models", "Podman runs no models", "run the server of the model as a service"),
    Refused("net", "it has another name in today's files", "write network_mode"),
    Refused("oom_kill_disable", V1, "write mem_limit and oom_score_adj"),
    Refused("post_start", "Podman runs no hooks in a started container", "begin the command with it, or make it a service that others wait for"),
    Refused("pre_stop", "Podman runs no hooks before a stop", "have the command catch the stop signal"),
    Refused("provider", "services of a provider are made by a program of Docker", "declare what it makes"),
    Refused("runtime", "the runtime belongs to the account's Podman, not to one container", "set it in containers.conf"),
    Refused("storage_opt", "a rootless account's storage has no limits of a container", "give the account a quota, or the data a volume"),
    Refused("use_api_socket", "it would hand the container all of the account's Podman", "take it out"),
    Refused("volume_driver", "it has another place in today's files", "write it as driver of the volume"),
)  # fmt: skip


def options_of(service: Mapping[str, Any], place_of: Callable[[str], Place]) -> Options:
    """The options that rows make of a service. Raises Failure for each key that none does."""
    refused = {each.key: each for each in REFUSED}
    known = {row.key for row in ROWS} | {*ELSEWHERE, *SILENT}
    for key, value in service.items():
        if key in refused and _says_nothing(value):
            continue
        if key in refused:
            place_of(key).refuse(refused[key].why, refused[key].instead)
        if key not in known and not key.startswith("x-"):
            place_of(key).refuse(
                "no key of a service in the Compose specification", "take it out, or mend its spelling"
            )
    found: Options = {}
    for row in ROWS:
        value = service.get(row.key)
        if value is not None:
            found.update(row.make(value, place_of(row.key)))
    return {key: value for key, value in found.items() if value not in ([], {})}


def _says_nothing(value: Any) -> bool:
    """What Docker's own output has for keys that nobody wrote."""
    return value is None or value is False or value in ("", [], {})
