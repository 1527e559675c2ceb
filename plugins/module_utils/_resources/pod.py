# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pods: the option table (pure). What belongs to a shared namespace is declared here, not on a member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._errors import Failure
from .._mounts import Volumes
from .._namespaces import IdMap, Namespace, UserNamespace
from .._networks import Address, MacAddress, NameServers, NetworkList, write_aliases
from .._options import Body, Facts, Option, OptionTable, Spec, set_path
from .._ports import Ports
from .._process_values import RestartPolicy, Words
from .._spec_fields import SpecFields
from .._values import Bytes, Cpus, Flag, Integer, Lines, Names, Pairs, Text, ValueType
from .container_rows.life import write_restart
from .container_rows.network import write_hosts
from .container_rows.refused import IDS
from .container_rows.security import SecurityOptions

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

    def reported(self, raw: Any) -> Any:
        """The user namespace is shared with the option that makes one."""
        return sorted(set(map(str, raw or ())) - {"user"})

    def covers(self, declared: list[str], reported: Any) -> bool:
        return set(declared) - {"none"} == set(reported or ())


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


def _write_gpus(value: list[str], body: Body, _facts: Facts) -> None:
    set_path(body, "pod_devices", [f"nvidia.com/gpu={each}" for each in value])


def _limit(name: str, value: ValueType, api: str, controller: str, state: str = "") -> Option:
    return Option(name, value, f"resource_limits.{api}", state, controller=controller)


def _never(name: str, reason: str) -> Option:
    return Option(name, ValueType(), never=reason)


DNS = NameServers("dns_server", "no_manage_resolv_conf")
UIDS, GIDS = IdMap("UIDMap"), IdMap("GIDMap")
FIELDS = SpecFields(("name",))
DEVICES = "Podman's API knows devices of a pod by their numbers alone; declare the limit on its containers"
TABLE = OptionTable(
    KIND,
    [
        Option("label", Pairs(), "labels", "Labels", ("labels",)),
        Option("publish", Ports(), "portmappings", "InfraConfig.PortBindings", ("ports",)),
        Option("network", NetworkList(), aliases=("networks",), write=NetworkList.write, read=_read_networks),
        Option("network_alias", Names(), aliases=("network_aliases",), write=write_aliases),
        Option("ip", Address(4), write=Address(4).write),
        Option("ip6", Address(6), write=Address(6).write),
        Option("mac_address", MacAddress(), write=MacAddress.write),
        Option("userns", UserNamespace(), write=UserNamespace.write),
        Option("uidmap", UIDS, write=UIDS.write),
        Option("gidmap", GIDS, write=GIDS.write),
        Option("hostname", Text(), "hostname", "Hostname"),
        Option("no_hostname", Flag(), "no_manage_hostname", "InfraConfig.NoManageHostname", since="5.4"),
        Option("share", Shared(), "shared_namespaces", "SharedNamespaces"),
        Option("share_parent", Flag(), "share_parent", "CreateCgroup"),
        Option("pid", Namespace("private", "host"), "pidns", "InfraConfig.pid_ns"),
        Option("uts", Namespace("private", "host"), "utsns", "InfraConfig.uts_ns"),
        Option("ipc", Namespace("private", "host", "shareable", "none"), "ipcns", since="4.5"),
        Option("infra", Infra(), "no_infra", "CreateInfra"),
        Option("infra_image", Text(), "infra_image"),
        Option("infra_name", Text(), "infra_name"),
        Option("infra_command", Words(), "infra_command"),
        Option("infra_conmon_pidfile", Text(), "infra_conmon_pid_file"),
        Option("dns", DNS, state="InfraConfig.DNSServer", write=DNS.write),
        Option("dns_search", Lines(), "dns_search", "InfraConfig.DNSSearch"),
        Option("dns_opt", Lines(), "dns_option", "InfraConfig.DNSOption", ("dns_option",)),
        Option("add_host", Pairs(), aliases=("etc_hosts",), write=write_hosts),
        Option("hosts_file", Text(), "hostsFile", "InfraConfig.HostsFile", since="5.4"),
        Option("no_hosts", Flag(), "no_manage_hosts", "InfraConfig.NoManageHosts"),
        Option("volume", Volumes(), aliases=("volumes",), write=Volumes().write),
        Option("volumes_from", Lines(), "volumes_from", "volumes_from"),
        Option("device", Names(), "pod_devices", aliases=("devices",)),
        Option("gpus", Names(), since="5.0", write=_write_gpus),
        Option("restart_policy", PodRestartPolicy(), state="RestartPolicy", since="4.6", write=write_restart),
        Option("exit_policy", Text(["continue", "stop"]), "exit_policy", "ExitPolicy"),
        Option("security_opt", SecurityOptions(), "security_opt"),
        Option("sysctl", Pairs(), "sysctl"),
        Option("shm_size", Bytes(), "shm_size"),
        Option("shm_size_systemd", Bytes(), "shm_size_systemd", since="4.5"),
        _limit("memory", Bytes(), "memory.limit", "memory"),
        _limit("memory_swap", Bytes(unlimited=True), "memory.swap", "memory"),
        _limit("cpus", Cpus(), "cpu", "cpu"),
        _limit("cpu_shares", Integer(2, 262144), "cpu.shares", "cpu", "cpu_shares"),
        _limit("cpuset_cpus", Text(), "cpu.cpus", "cpuset", "cpuset_cpus"),
        _limit("cpuset_mems", Text(), "cpu.mems", "cpuset", "cpuset_mems"),
        _limit("blkio_weight", Integer(10, 1000), "blockIO.weight", "io"),
        Option("cgroup_parent", Text(), "cgroup_parent"),
        _never("blkio_weight_device", DEVICES),
        _never("device_read_bps", DEVICES),
        _never("device_write_bps", DEVICES),
        _never("subuidname", IDS),
        _never("subgidname", IDS),
        _never("pod_id_file", "the result of the task has the ID"),
        Option("spec_fields", FIELDS, write=FIELDS.write),
    ],
    either=[("userns", "uidmap", "gidmap")],
    within=[("memory", "memory_swap")],
)  # fmt: skip
# What a pod has without an infra container; all else is the infra container's, and Podman drops most of it without a word.
WITHOUT_INFRA = {
    "label", "infra", "share_parent", "restart_policy", "exit_policy", "memory", "memory_swap", "cpus", "cpu_shares",
    "cpuset_cpus", "cpuset_mems", "blkio_weight", "cgroup_parent", "spec_fields",
}  # fmt: skip


def refuse_without_infra(spec: Spec) -> None:
    """Raise Failure for an option that only an infra container could carry, in a pod that is to have none."""
    lost = [name for name in spec if name not in WITHOUT_INFRA]
    if spec.get("infra") is False and lost:
        raise Failure(
            f"{lost[0]}: was given beside infra: false, and it needs the infra container; leave one of them out, "
            "or declare it on the containers."
        )
