# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers: the option table, and how a create body is completed (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._mounts import MountList, Tmpfs, Volumes, reported_mounts
from .._namespaces import Namespace, NetworkList, UserNamespace, reported_networks, write_aliases
from .._options import Body, Facts, Option, OptionTable, Spec, set_path
from .._ports import Ports
from .._process_values import Capabilities, HealthTest, RestartPolicy, Signal, Ulimits, Words
from .._secret_uses import Secrets, reported_secrets
from .._values import Bytes, Cpus, Duration, Flag, Integer, Lines, Names, Pairs, Text, ValueType

KIND = "container"
SECOND = 10**9


class SecurityOptions(ValueType):
    """--security-opt values; the create body has no such field, each goes to one of its own."""

    argument = {"type": "list", "elements": "str"}
    FIELDS = {
        "label": "selinux_opts", "mask": "mask", "unmask": "unmask", "proc-opts": "procfs_opts",
        "seccomp": "seccomp_profile_path", "apparmor": "apparmor_profile",
    }  # fmt: skip

    def parse(self, raw: Any) -> list[str]:
        options = Names().parse(raw)
        for option in options:
            name, _sign, value = option.replace(":", "=", 1).partition("=")
            if name == "no-new-privileges" or (name == "systempaths" and value == "unconfined"):
                continue
            if name not in self.FIELDS or not value:
                raise ValueError(
                    f"no-new-privileges, {'=, '.join(sorted(self.FIELDS))}= or systempaths=unconfined (found {option!r})"
                )
        return options

    def write(self, value: list[str], body: Body, _facts: Facts) -> None:
        """Each option to its field; the annotations let inspect show it, as they do for the CLI."""
        for option in value:
            name, _sign, rest = option.replace(":", "=", 1).partition("=")
            if name == "no-new-privileges":
                body["no_new_privileges"] = rest in ("", "true")
            elif name == "systempaths":
                set_path(body, "unmask", ["ALL"])
            elif name in ("seccomp", "apparmor"):
                body[self.FIELDS[name]] = rest
                set_path(body, "annotations", {f"io.podman.annotations.{name}": rest})
            elif name in ("mask", "unmask"):
                set_path(body, self.FIELDS[name], rest.split(":"))
            else:
                set_path(body, self.FIELDS[name], [rest])
                if name == "label":
                    set_path(body, "annotations", {"io.podman.annotations.label": rest})

    def covers(self, declared: list[str], reported: Any) -> bool:
        visible = {
            option
            for option in declared
            if option.split("=", 1)[0].split(":", 1)[0] not in ("mask", "unmask", "proc-opts", "systempaths")
        }
        return {option.replace(":", "=", 1) for option in visible} <= {
            str(option).replace(":", "=", 1) for option in reported or ()
        }

    def reported(self, raw: Any) -> Any:
        return sorted(raw or [])


def write_restart(value: Mapping[str, Any], body: Body, _facts: Facts) -> None:
    """Policy and tries are two fields."""
    body["restart_policy"] = value["name"]
    if value["tries"]:
        body["restart_tries"] = value["tries"]


def write_hosts(value: Mapping[str, str], body: Body, _facts: Facts) -> None:
    """Lines for /etc/hosts as name:address."""
    body["hostadd"] = [f"{name}:{address}" for name, address in value.items()]


def _write_devices(value: list[str], body: Body, _facts: Facts) -> None:
    body["devices"] = [{"path": device} for device in value]


def _read_hosts(inspect: Mapping[str, Any]) -> dict[str, str]:
    told = (inspect.get("HostConfig") or {}).get("ExtraHosts") or []
    return dict(each.split(":", 1) for each in told if ":" in each)


FAILURE_ACTIONS = {"none": 0, "kill": 2, "restart": 3, "stop": 4}


class FailureAction(Text):
    """What Podman does when a container turns unhealthy; posted as a number, shown as a word."""

    def body(self, value: str) -> int:
        return FAILURE_ACTIONS[value]


def _health(name: str, value: ValueType, field: str, update: str, *aliases: str) -> Option:
    # Judged by the record, not changed in place: an update of one part resets the others before 5.5.
    return Option(name, value, f"healthconfig.{field}", f"Config.Healthcheck.{field}", aliases, update=update)


TABLE = OptionTable(
    KIND,
    [
        Option("command", Words(), "command", "Config.Cmd"),
        Option("entrypoint", Words(split=False), "entrypoint", "Config.Entrypoint"),
        Option("env", Pairs(hidden=True), "env", "Config.Env", ("environment",), drift=True),
        Option("label", Pairs(), "labels", "Config.Labels", ("labels",)),
        Option("annotation", Pairs(), "annotations", "Config.Annotations", ("annotations",)),
        Option("publish", Ports(), "portmappings", "HostConfig.PortBindings", ("ports", "published", "published_ports")),
        Option("expose", Names(), "", "", ("exposed", "exposed_ports"), write=lambda value, body, _facts: body.update(expose=_expose(value))),
        Option("volume", Volumes(), aliases=("volumes",), write=Volumes().write, read=reported_mounts),
        Option("mount", MountList(), aliases=("mounts",), write=MountList().write, read=reported_mounts),
        Option("tmpfs", Tmpfs(), write=Tmpfs().write, read=reported_mounts),
        Option("device", Names(), aliases=("devices",), write=_write_devices),
        Option("secrets", Secrets(), write=Secrets.write, read=reported_secrets),
        Option("network", NetworkList(), aliases=("net", "network_mode", "networks"), write=NetworkList.write, read=reported_networks, drift=True),
        Option("network_aliases", Names(), aliases=("network_alias",), write=write_aliases),
        Option("dns", Lines(), "dns_server", "HostConfig.Dns", ("dns_servers",)),
        Option("dns_search", Lines(), "dns_search", "HostConfig.DnsSearch", ("dns_search_domains",)),
        Option("dns_option", Lines(), "dns_option", "HostConfig.DnsOptions", ("dns_opts",)),
        Option("etc_hosts", Pairs(), aliases=("add_hosts",), write=write_hosts, read=_read_hosts),
        Option("hostname", Text(), "hostname", "Config.Hostname"),
        Option("container_user", Text(), "user", "Config.User"),
        Option("group_add", Names(), "groups", "HostConfig.GroupAdd", ("groups",)),
        Option("workdir", Text(), "work_dir", "Config.WorkingDir", ("working_dir",)),
        Option("umask", Text(), "umask", "Config.Umask"),
        Option("timezone", Text(), "timezone", "Config.Timezone", ("tz",)),
        Option("userns", UserNamespace(), state="HostConfig.IDMappings.UidMap", aliases=("userns_mode",), write=UserNamespace.write),
        Option("ipc", Namespace("private", "host", "shareable", "none"), "ipcns", "HostConfig.IpcMode", ("ipc_mode",)),
        Option("pid", Namespace("private", "host"), "pidns", "HostConfig.PidMode", ("pid_mode",)),
        Option("uts", Namespace("private", "host"), "utsns", "HostConfig.UTSMode"),
        Option("requires", Names(), "dependencyContainers"),
        Option("restart_policy", RestartPolicy(), state="HostConfig.RestartPolicy", live="5.1", default={"name": "no", "tries": 0}, write=write_restart),
        _health("healthcheck", HealthTest(), "Test", "health_cmd", "health_cmd"),
        _health("healthcheck_interval", Duration(), "Interval", "health_interval", "health_interval"),
        _health("healthcheck_timeout", Duration(), "Timeout", "health_timeout", "health_timeout"),
        _health("healthcheck_start_period", Duration(), "StartPeriod", "health_start_period", "health_start_period"),
        _health("healthcheck_retries", Integer(0), "Retries", "health_retries", "health_retries"),
        Option(
            "healthcheck_failure_action", FailureAction(list(FAILURE_ACTIONS)), "health_check_on_failure_action",
            "Config.HealthcheckOnFailureAction", ("health_on_failure",), since="4.3",
        ),
        Option("memory", Bytes(), "resource_limits.memory.limit", "HostConfig.Memory", live="5.1", update="memory.limit", default=0, controller="memory"),
        Option(
            "memory_reservation", Bytes(), "resource_limits.memory.reservation", "HostConfig.MemoryReservation",
            live="5.1", update="memory.reservation", default=0, controller="memory",
        ),
        Option("memory_swap", Bytes(unlimited=True), "resource_limits.memory.swap", "HostConfig.MemorySwap", controller="memory"),
        Option("cpus", Cpus(), "resource_limits.cpu", "HostConfig.NanoCpus", ("cpu",), live="5.1", update="cpu", controller="cpu"),
        Option(
            "cpu_shares", Integer(2, 262144), "resource_limits.cpu.shares", "HostConfig.CpuShares",
            live="5.1", update="cpu.shares", default=0, controller="cpu",
        ),
        Option("cpuset_cpus", Text(), "resource_limits.cpu.cpus", "HostConfig.CpusetCpus", ("cpuset",), controller="cpuset"),
        # 2048 is Podman's own default, 0 that of a containers.conf without a limit.
        Option(
            "pids_limit", Integer(-1), "resource_limits.pids.limit", "HostConfig.PidsLimit",
            live="5.1", update="pids.limit", default=(2048, 0, -1), controller="pids",
        ),
        Option("ulimit", Ulimits(), "r_limits", "HostConfig.Ulimits", ("ulimits",)),
        Option("shm_size", Bytes(), "shm_size", "HostConfig.ShmSize"),
        Option("sysctl", Pairs(), "sysctl"),
        Option("cap_add", Capabilities(), "cap_add", "HostConfig.CapAdd", ("capabilities",)),
        Option("cap_drop", Capabilities(), "cap_drop", "HostConfig.CapDrop"),
        Option("security_opt", SecurityOptions(), state="HostConfig.SecurityOpt", write=SecurityOptions().write),
        Option("privileged", Flag(), "privileged", "HostConfig.Privileged"),
        Option("read_only", Flag(), "read_only_filesystem", "HostConfig.ReadonlyRootfs"),
        Option("read_only_tmpfs", Flag(), "read_write_tmpfs"),
        Option("init", Flag(), "init", "HostConfig.Init"),
        Option("tty", Flag(), "terminal", "Config.Tty"),
        Option("interactive", Flag(), "stdin", "Config.OpenStdin"),
        Option("stop_signal", Signal(), "stop_signal", "Config.StopSignal"),
        Option("stop_timeout", Integer(0), "stop_timeout", "Config.StopTimeout"),
        Option("log_driver", Text(), "log_configuration.driver", "HostConfig.LogConfig.Type"),
    ],
)  # fmt: skip


def _expose(ports: list[str]) -> dict[str, str]:
    found = {}
    for port in ports:
        number, _slash, protocol = port.partition("/")
        found[number] = protocol or "tcp"
    return found


def complete(body: Body, spec: Spec, image_health: Mapping[str, Any] | None) -> Body:
    """Fill in what the CLI fills in on its own side and the API leaves empty.

    Without them every health check fails or never runs, /tmp of a read-only container cannot be
    written, and proxies of the host are not handed on. ``image_health`` is the image's own check:
    overriding a part of it over the API would lose its command.
    """
    body.setdefault("read_write_tmpfs", True)
    body.setdefault("httpproxy", True)
    health = body.get("healthconfig")
    if health is not None:
        if "Test" not in health and image_health:
            health.update({key: value for key, value in image_health.items() if key not in health})
        if health.get("Test") == ["NONE"]:
            body["healthconfig"] = {"Test": ["NONE"]}
        else:
            for key, value in {"Interval": 30 * SECOND, "Timeout": 30 * SECOND, "Retries": 3}.items():
                health.setdefault(key, value)
    if "memory" in spec and "memory_swap" not in spec:
        # The CLI's rule: memory and swap together are twice the memory.
        set_path(body, "resource_limits.memory.swap", spec["memory"] * 2)
    return body
