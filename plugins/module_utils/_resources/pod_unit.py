# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pod as a Quadlet unit: each option as Quadlet's own key, or as a word of PodmanArgs= (pure). See ``container_unit``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from .. import _errors, _options, _quadlet, _quadlet_keys, _quadlet_values
from . import container_unit, pod

SECTION = "Pod"
# Quadlet's own key for an option; since when, says the table of keys.
KEYS = {
    "publish": "PublishPort", "network": "Network", "network_alias": "NetworkAlias", "ip": "IP", "ip6": "IP6", "userns": "UserNS",
    "uidmap": "UIDMap", "gidmap": "GIDMap", "hostname": "HostName", "dns": "DNS", "dns_search": "DNSSearch", "dns_opt": "DNSOption",
    "add_host": "AddHost", "volume": "Volume", "shm_size": "ShmSize", "exit_policy": "ExitPolicy",
}  # fmt: skip
FLAGS = {"dns_opt": "dns-option"}
_SERVICES = "a unit's containers are in the cgroups of their services and not in the pod's; declare it on the containers"
LIMITS = ("memory", "memory_swap", "cpus", "cpu_shares", "cpuset_cpus", "cpuset_mems", "blkio_weight")


def _always(_value: Any) -> bool:
    return True


REFUSED = {
    "infra": container_unit.Refusal(
        lambda value: not value,
        "a pod's service watches over its infra container; leave it out, or use runtime: podman",
    ),
    "share": container_unit.Refusal(
        lambda value: value == ["none"],
        "Podman does not start the infra container of a pod that shares nothing, over which its service watches; use runtime: podman",
    ),
    "infra_conmon_pidfile": container_unit.Refusal(
        _always, "Quadlet has one of its own for the pod's service; leave it out"
    ),
    "ipc": container_unit.Refusal(
        lambda value: value != "private",
        "Podman's command line knows no such option for pods; use runtime: podman",
    ),
    "restart_policy": container_unit.REFUSED["restart_policy"],
    "spec_fields": container_unit.REFUSED["spec_fields"],
    "cgroup_parent": container_unit.Refusal(bool, _SERVICES),
    **{name: container_unit.Refusal(_always, _SERVICES) for name in LIMITS},
}
PRINTED: dict[str, Callable[[Any], Any]] = {
    "network": container_unit.networks,
    "share": ",".join,
    "infra_command": " ".join,
    "add_host": lambda value: [f"{name}:{address}" for name, address in value.items()],
}
PODS = container_unit.Words(SECTION, KEYS, FLAGS, PRINTED)


def unit_of_pod(name: str, spec: _options.Spec, version: str) -> _quadlet.Unit:
    """The unit of a pod with these options, for this version of Podman. Raises Failure."""
    lines: list[tuple[str, str]] = [("PodName", _quadlet_values.whole(name, "name"))]
    service: list[tuple[str, str]] = []
    # Quadlet stops a pod whose last container has ended, and its API does not: a restart of the only one would take the pod along.
    told = {"exit_policy": "continue", **spec}
    for row, value in container_unit.given(pod.TABLE, told, REFUSED):
        if row.name == "restart_policy":
            service.append(("Restart", container_unit.RESTART[value["name"]]))
        elif row.name == "label":
            lines += labels(value, version)
        elif row.name == "infra_command" and any(not each or each.split() != [each] for each in value):
            raise _errors.Failure(
                "infra_command: a word with a blank was given, which Podman's command line splits; use runtime: podman."
            )
        elif row.name not in ("infra", "ipc"):
            lines += container_unit.lines_of(row, value, version, PODS)
    lines += container_unit.default_network(spec)
    return _quadlet.unit_of({SECTION: lines, **({"Service": service} if service else {})})


def labels(value: Mapping[str, str], version: str) -> list[tuple[str, str]]:
    """Labels of a pod, for which early versions have no key."""
    if _quadlet_keys.has_version(version, _quadlet_keys.SINCE[SECTION]["Label"]):
        return [("Label", _quadlet_values.assignment(name, each, "label")) for name, each in value.items()]
    return [
        ("PodmanArgs", _quadlet_values.word(f"--label={name}={each}", "label"))
        for name, each in value.items()
    ]
