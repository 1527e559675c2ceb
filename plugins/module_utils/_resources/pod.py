# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pods: the option table (pure). What belongs to a shared namespace is declared here, not on a member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._mounts import Volumes
from .._namespaces import NetworkList, UserNamespace, write_aliases
from .._options import Option, OptionTable
from .._ports import Ports
from .._process_values import RestartPolicy
from .._values import Bytes, Cpus, Flag, Lines, Names, Pairs, Text
from .container import SecurityOptions, write_hosts, write_restart

KIND = "pod"
# What Podman shares when a task does not say.
SHARED = ("ipc", "net", "uts")


class Shared(Names):
    """Namespaces that a pod's members share; none shares nothing."""

    def parse(self, raw: Any) -> list[str]:
        names = super().parse(str(raw).split(",") if isinstance(raw, str) else raw)
        names = sorted({part for name in names for part in name.split(",") if part})
        unknown = set(names) - {"cgroup", "ipc", "net", "pid", "uts", "none"}
        if unknown or ("none" in names and len(names) > 1):
            raise ValueError("cgroup, ipc, net, pid, uts, or none alone")
        return names

    def covers(self, declared: list[str], reported: Any) -> bool:
        return set(declared) - {"none"} == set(reported or ()) - {"user"}


class Infra(Flag):
    """Whether the pod has an infra container; the API asks the opposite."""

    def body(self, value: bool) -> bool:
        return not value


class PodRestartPolicy(RestartPolicy):
    """As for a container, but inspect shows the name alone."""

    def reported(self, raw: Any) -> dict[str, Any]:
        return {"name": str(raw or "no"), "tries": 0}

    def covers(self, declared: dict[str, Any], reported: Any) -> bool:
        return bool(declared["name"] == reported["name"])


def _read_networks(inspect: Mapping[str, Any]) -> dict[str, Any]:
    infra = inspect.get("InfraConfig") or {}
    names = sorted(infra.get("Networks") or [])
    return {"mode": "host" if infra.get("HostNetwork") else "bridge" if names else "", "networks": names}


TABLE = OptionTable(
    KIND,
    [
        Option("label", Pairs(), "labels", "Labels", ("labels",)),
        Option("publish", Ports(), "portmappings", "InfraConfig.PortBindings", ("ports",)),
        Option("network", NetworkList(), aliases=("networks",), write=NetworkList.write, read=_read_networks),
        Option("network_alias", Names(), aliases=("network_aliases",), write=write_aliases),
        Option("userns", UserNamespace(), write=UserNamespace.write_for_pod),
        Option("hostname", Text(), "hostname", "Hostname"),
        Option("share", Shared(), "shared_namespaces", "SharedNamespaces"),
        Option("infra", Infra(), "no_infra", "CreateInfra"),
        Option("infra_image", Text(), "infra_image"),
        Option("dns", Lines(), "dns_server", "InfraConfig.DNSServer"),
        Option("dns_search", Lines(), "dns_search", "InfraConfig.DNSSearch"),
        Option("dns_opt", Lines(), "dns_option", "InfraConfig.DNSOption", ("dns_option",)),
        Option("add_host", Pairs(), aliases=("etc_hosts",), write=write_hosts),
        Option("volume", Volumes(), aliases=("volumes",), write=Volumes().write),
        Option("restart_policy", PodRestartPolicy(), state="RestartPolicy", since="4.6", write=write_restart),
        Option("exit_policy", Text(["continue", "stop"]), "exit_policy", "ExitPolicy"),
        Option("security_opt", SecurityOptions(), "security_opt"),
        Option("sysctl", Pairs(), "sysctl"),
        Option("shm_size", Bytes(), "shm_size"),
        Option("memory", Bytes(), "resource_limits.memory.limit", controller="memory"),
        Option("cpus", Cpus(), "resource_limits.cpu", controller="cpu"),
    ],
)
