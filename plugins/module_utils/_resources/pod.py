# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pods: the option table (pure). What belongs to a shared namespace is declared here, not on a member."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import (
    _errors,
    _mounts,
    _namespaces,
    _networks,
    _options,
    _ports,
    _process_values,
    _spec_fields,
    _values,
)
from .container_rows import life, network, refused, security

KIND = "pod"
# What Podman shares when a task does not say.
SHARED = ("ipc", "net", "uts")


class Shared(_values.Names):
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


class Infra(_values.Flag):
    """Whether the pod has an infra container; the API asks the opposite."""

    def body(self, value: bool) -> bool:
        return not value


class PodRestartPolicy(_process_values.RestartPolicy):
    """As for a container, but inspect shows the name alone."""

    def reported(self, raw: Any) -> dict[str, Any]:
        return {"name": str(raw or "no"), "tries": 0}

    def covers(self, declared: dict[str, Any], reported: Any) -> bool:
        return bool(declared["name"] == reported["name"])


def _read_networks(inspect: Mapping[str, Any]) -> dict[str, Any]:
    infra = inspect.get("InfraConfig") or {}
    names = sorted(infra.get("Networks") or [])
    return {"mode": "host" if infra.get("HostNetwork") else "bridge" if names else "", "networks": names}


def _write_gpus(value: list[str], body: _options.Body, _facts: _options.Facts) -> None:
    _options.set_path(body, "pod_devices", [f"nvidia.com/gpu={each}" for each in value])


def _limit(
    name: str, value: _values.ValueType, api: str, controller: str, state: str = ""
) -> _options.Option:
    return _options.Option(name, value, f"resource_limits.{api}", state, controller=controller)


def _never(name: str, reason: str) -> _options.Option:
    return _options.Option(name, _values.ValueType(), never=reason)


DNS = _networks.NameServers("dns_server", "no_manage_resolv_conf")
UIDS, GIDS = _namespaces.IdMap("UIDMap"), _namespaces.IdMap("GIDMap")
FIELDS = _spec_fields.SpecFields(("name",))
DEVICES = "Podman's API knows devices of a pod by their numbers alone; declare the limit on its containers"
TABLE = _options.OptionTable(
    KIND,
    [
        _options.Option("label", _values.Pairs(), "labels", "Labels", ("labels",)),
        _options.Option("publish", _ports.Ports(), "portmappings", "InfraConfig.PortBindings", ("ports",)),
        _options.Option("network", _networks.NetworkList(), aliases=("networks",), write=_networks.NetworkList.write, read=_read_networks),
        _options.Option("network_alias", _values.Names(), aliases=("network_aliases",), write=_networks.write_aliases),
        _options.Option("ip", _networks.Address(4), write=_networks.Address(4).write),
        _options.Option("ip6", _networks.Address(6), write=_networks.Address(6).write),
        _options.Option("mac_address", _networks.MacAddress(), write=_networks.MacAddress.write),
        _options.Option("userns", _namespaces.UserNamespace(), write=_namespaces.UserNamespace.write),
        _options.Option("uidmap", UIDS, write=UIDS.write),
        _options.Option("gidmap", GIDS, write=GIDS.write),
        _options.Option("hostname", _values.Text(), "hostname", "Hostname"),
        _options.Option("no_hostname", _values.Flag(), "no_manage_hostname", "InfraConfig.NoManageHostname", since="5.4"),
        _options.Option("share", Shared(), "shared_namespaces", "SharedNamespaces"),
        _options.Option("share_parent", _values.Flag(), "share_parent", "CreateCgroup"),
        _options.Option("pid", _namespaces.Namespace("private", "host"), "pidns", "InfraConfig.pid_ns"),
        _options.Option("uts", _namespaces.Namespace("private", "host"), "utsns", "InfraConfig.uts_ns"),
        _options.Option("ipc", _namespaces.Namespace("private", "host", "shareable", "none"), "ipcns", since="4.5"),
        _options.Option("infra", Infra(), "no_infra", "CreateInfra"),
        _options.Option("infra_image", _values.Text(), "infra_image"),
        _options.Option("infra_name", _values.Text(), "infra_name"),
        _options.Option("infra_command", _process_values.Words(), "infra_command"),
        _options.Option("infra_conmon_pidfile", _values.Text(), "infra_conmon_pid_file"),
        _options.Option("dns", DNS, state="InfraConfig.DNSServer", write=DNS.write),
        _options.Option("dns_search", _values.Lines(), "dns_search", "InfraConfig.DNSSearch"),
        _options.Option("dns_opt", _values.Lines(), "dns_option", "InfraConfig.DNSOption", ("dns_option",)),
        _options.Option("add_host", _values.Pairs(), aliases=("etc_hosts",), write=network.write_hosts),
        _options.Option("hosts_file", _values.Text(), "hostsFile", "InfraConfig.HostsFile", since="5.4"),
        _options.Option("no_hosts", _values.Flag(), "no_manage_hosts", "InfraConfig.NoManageHosts"),
        _options.Option("volume", _mounts.Volumes(), aliases=("volumes",), write=_mounts.Volumes().write),
        _options.Option("volumes_from", _values.Lines(), "volumes_from", "volumes_from"),
        _options.Option("device", _values.Names(), "pod_devices", aliases=("devices",)),
        _options.Option("gpus", _values.Names(), since="5.0", write=_write_gpus),
        _options.Option("restart_policy", PodRestartPolicy(), state="RestartPolicy", since="4.6", write=life.write_restart),
        _options.Option("exit_policy", _values.Text(["continue", "stop"]), "exit_policy", "ExitPolicy"),
        _options.Option("security_opt", security.SecurityOptions(), "security_opt"),
        _options.Option("sysctl", _values.Pairs(), "sysctl"),
        _options.Option("shm_size", _values.Bytes(), "shm_size"),
        _options.Option("shm_size_systemd", _values.Bytes(), "shm_size_systemd", since="4.5"),
        _limit("memory", _values.Bytes(), "memory.limit", "memory"),
        _limit("memory_swap", _values.Bytes(unlimited=True), "memory.swap", "memory"),
        _limit("cpus", _values.Cpus(), "cpu", "cpu"),
        _limit("cpu_shares", _values.Integer(2, 262144), "cpu.shares", "cpu", "cpu_shares"),
        _limit("cpuset_cpus", _values.Text(), "cpu.cpus", "cpuset", "cpuset_cpus"),
        _limit("cpuset_mems", _values.Text(), "cpu.mems", "cpuset", "cpuset_mems"),
        _limit("blkio_weight", _values.Integer(10, 1000), "blockIO.weight", "io"),
        _options.Option("cgroup_parent", _values.Text(), "cgroup_parent"),
        _never("blkio_weight_device", DEVICES),
        _never("device_read_bps", DEVICES),
        _never("device_write_bps", DEVICES),
        _never("subuidname", refused.IDS),
        _never("subgidname", refused.IDS),
        _never("pod_id_file", "the result of the task has the ID"),
        _options.Option("spec_fields", FIELDS, write=FIELDS.write),
    ],
    either=[("userns", "uidmap", "gidmap")],
    within=[("memory", "memory_swap")],
)  # fmt: skip
# What a pod has without an infra container; all else is the infra container's, and Podman drops most of it without a word.
WITHOUT_INFRA = {
    "label", "infra", "share_parent", "restart_policy", "exit_policy", "memory", "memory_swap", "cpus", "cpu_shares",
    "cpuset_cpus", "cpuset_mems", "blkio_weight", "cgroup_parent", "spec_fields",
}  # fmt: skip


def refuse_without_infra(spec: _options.Spec) -> None:
    """Raise Failure for an option that only an infra container could carry, in a pod that is to have none."""
    lost = [name for name in spec if name not in WITHOUT_INFRA]
    if spec.get("infra") is False and lost:
        raise _errors.Failure(
            f"{lost[0]}: was given beside infra: false, and it needs the infra container; leave one of them out, "
            "or declare it on the containers."
        )
