# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What inspect shows of a container or pod that was made from a create body, as Podman 5.4 does.

With it the tests close the circle: declare, post, inspect, compare, and nothing is left to do.
It knows the fields that the option tables read, and what Podman adds to them of its own.
"""

from __future__ import annotations

import copy
import signal

DEFAULT_IMAGE = {
    "Id": "a" * 64,
    "Config": {
        "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"],
        "Cmd": ["serve"],
        "Labels": {"org.opencontainers.image.title": "an image"},
        "User": "",
        "WorkingDir": "/srv",
    },
}
SIGNALS = {each.value: each.name for each in signal.Signals}
DEFAULT_CAPABILITIES = ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"]
ALL_CAPABILITIES = [*DEFAULT_CAPABILITIES, "CAP_NET_RAW", "CAP_SYS_ADMIN"]
ACTIONS = {0: "none", 2: "kill", 3: "restart", 4: "stop"}


def image_inspect(identity: str = DEFAULT_IMAGE["Id"], **config: object) -> dict:
    """What inspect shows of an image; ``config`` are fields of its Config."""
    image = copy.deepcopy(DEFAULT_IMAGE)
    image["Id"] = identity
    image["Config"].update(config)
    return image


def container_inspect(body: dict, image: dict, identity: str = "1" * 64) -> dict:
    """The parts of a container's inspect that its create body and its image decide."""
    config = image["Config"]
    environment = {
        **_pairs(config.get("Env")),
        "container": "podman",
        "HOSTNAME": identity[:12],
        "HOME": "/root",
    }
    environment.update(body.get("env", {}))
    limits = body.get("resource_limits", {})
    memory, cpu = limits.get("memory", {}), limits.get("cpu", {})
    network, joined = _network(body)
    return {
        "Image": image["Id"],
        "ImageName": body.get("image", "img"),
        "Config": {
            "Env": [f"{key}={value}" for key, value in environment.items()],
            "Cmd": body.get("command", [] if "entrypoint" in body else config.get("Cmd")) or None,
            "Entrypoint": body.get("entrypoint", config.get("Entrypoint")) or None,
            "Labels": {**config.get("Labels", {}), **body.get("labels", {})},
            "Annotations": {"io.container.manager": "libpod", **body.get("annotations", {})},
            "Hostname": body.get("hostname", identity[:12]),
            "User": body.get("user", config.get("User", "")),
            "WorkingDir": body.get("work_dir", config.get("WorkingDir") or "/"),
            "Umask": body.get("umask", "0022"),
            "Timezone": body.get("timezone", ""),
            "Passwd": body.get("manage_password"),
            "Timeout": body.get("timeout", 0),
            "sdNotifyMode": body.get("sdnotifyMode", "container"),
            "ChrootDirs": body.get("chroot_directories"),
            "Tty": body.get("terminal", False),
            "OpenStdin": body.get("stdin", False),
            "StopSignal": SIGNALS.get(body.get("stop_signal", 15), f"SIGRTMIN+{body.get('stop_signal', 15) - 34}"),
            "StopTimeout": body.get("stop_timeout", 10),
            **_healthcheck(body, config),
            "Secrets": [{"Name": each["Source"], "ID": "0" * 25} for each in body.get("secrets", [])],
        },
        "HostConfig": {
            "PortBindings": _bindings(body.get("portmappings", [])),
            "Memory": memory.get("limit", 0),
            "MemoryReservation": memory.get("reservation", 0),
            "MemorySwap": memory.get("swap", 0),
            "NanoCpus": cpu.get("quota", 0) * 10000 if cpu.get("period") == 100000 else 0,
            "CpuShares": cpu.get("shares", 0),
            "CpusetCpus": cpu.get("cpus", ""),
            "PidsLimit": limits.get("pids", {}).get("limit", 2048),
            "Ulimits": [_ulimit("NPROC", 4194304, 4194304), *(_ulimit(**_lower(each)) for each in body.get("r_limits", []))],
            "ShmSize": body.get("shm_size", 65536000),
            "Privileged": body.get("privileged", False),
            "ReadonlyRootfs": body.get("read_only_filesystem", False),
            **({"Init": True} if body.get("init") else {}),
            "LogConfig": _log(body.get("log_configuration", {})),
            "AutoRemove": body.get("remove", False),
            "AutoRemoveImage": body.get("removeImage", False),
            "PublishAllPorts": body.get("publish_image_ports", False),
            "VolumesFrom": body.get("volumes_from"),
            "HostsFile": body.get("base_hosts_file", ""),
            "CgroupMode": _namespace(body, "cgroupns", "private"),
            "CgroupConf": limits.get("unified"),
            "CgroupParent": body.get("cgroup_parent", ""),
            "CpuPeriod": cpu.get("period", 0),
            "CpuQuota": cpu.get("quota", 0),
            "CpusetMems": cpu.get("mems", ""),
            "BlkioWeight": limits.get("blockIO", {}).get("weight", 0),
            "BlkioWeightDevice": _devices(body, "weightDevice", "weight", "Weight"),
            "BlkioDeviceReadBps": _devices(body, "throttleReadBpsDevice", "rate", "Rate"),
            "BlkioDeviceWriteBps": _devices(body, "throttleWriteBpsDevice", "rate", "Rate"),
            "BlkioDeviceReadIOps": _devices(body, "throttleReadIOPSDevice", "rate", "Rate"),
            "BlkioDeviceWriteIOps": _devices(body, "throttleWriteIOPSDevice", "rate", "Rate"),
            "SecurityOpt": _security(body),
            "RestartPolicy": {"Name": body.get("restart_policy", ""), "MaximumRetryCount": body.get("restart_tries", 0)},
            "NetworkMode": network,
            "Tmpfs": {
                each["destination"]: ",".join([*each["options"], "rw", "rprivate"])
                for each in body.get("mounts", []) if each["type"] == "tmpfs"
            },
            "IpcMode": _namespace(body, "ipcns", "shareable"),
            "PidMode": _namespace(body, "pidns", "private"),
            "UTSMode": _namespace(body, "utsns", "private"),
            "Dns": body.get("dns_server", []),
            "DnsSearch": body.get("dns_search", []),
            "DnsOptions": body.get("dns_option", []),
            "ExtraHosts": body.get("hostadd", []),
            "GroupAdd": body.get("groups", []),
            **_ids(body),
        },
        "BoundingCaps": _capabilities(body),
        "ConmonPidFile": body.get("conmon_pid_file", "/run/conmon.pid"),
        "Mounts": _mounts(body),
        "NetworkSettings": {"Networks": {name: {} for name in joined}},
    }  # fmt: skip


def pod_inspect(body: dict) -> dict:
    """The parts of a pod's inspect that its create body decides."""
    network, joined = _network(body)
    shared = body.get("shared_namespaces", ["ipc", "net", "uts"])
    return {
        "Labels": body.get("labels", {}),
        "Hostname": body.get("hostname", ""),
        "CreateInfra": not body.get("no_infra", False),
        "SharedNamespaces": [] if shared == ["none"] else shared,
        "RestartPolicy": body.get("restart_policy", "no"),
        "ExitPolicy": body.get("exit_policy", "continue"),
        "CreateCgroup": body.get("share_parent", True),
        "volumes_from": body.get("volumes_from"),
        "cpu_shares": body.get("resource_limits", {}).get("cpu", {}).get("shares"),
        "cpuset_cpus": body.get("resource_limits", {}).get("cpu", {}).get("cpus"),
        "cpuset_mems": body.get("resource_limits", {}).get("cpu", {}).get("mems"),
        "InfraConfig": {
            "pid_ns": _namespace(body, "pidns", "private"),
            "uts_ns": _namespace(body, "utsns", "private"),
            "HostsFile": body.get("hostsFile", ""),
            "NoManageHosts": body.get("no_manage_hosts", False),
            "NoManageHostname": body.get("no_manage_hostname", False),
            "PortBindings": _bindings(body.get("portmappings", [])),
            "HostNetwork": network == "host",
            "Networks": joined or None,
            "DNSServer": body.get("dns_server"),
            "DNSSearch": body.get("dns_search"),
            "DNSOption": body.get("dns_option"),
        },
    }


def _pairs(lines: list | None) -> dict:
    return dict(each.split("=", 1) for each in lines or [])


def _healthcheck(body: dict, config: dict) -> dict:
    health = body.get("healthconfig") or config.get("Healthcheck")
    action = ACTIONS[body.get("health_check_on_failure_action", 0)]
    startup = body.get("startupHealthConfig")
    return {
        **({"Healthcheck": health} if health else {}),
        **({"StartupHealthCheck": startup} if startup else {}),
        "HealthcheckOnFailureAction": action,
        "HealthLogDestination": body.get("healthLogDestination", "local"),
        "HealthcheckMaxLogCount": body.get("healthMaxLogCount", 5),
        "HealthcheckMaxLogSize": body.get("healthMaxLogSize", 500),
    }


def _log(log: dict) -> dict:
    return {
        "Type": log.get("driver", "journald"),
        "Path": log.get("path", ""),
        "Tag": log.get("options", {}).get("tag", ""),
        "Size": "1kB" if log.get("size") else "0B",
    }


def _devices(body: dict, field: str, entry: str, shown: str) -> list | None:
    return [{"Path": path, shown: each[entry]} for path, each in body.get(field, {}).items()] or None


def _capabilities(body: dict) -> list:
    """What the container really has, whichever way it came to it."""
    added, dropped = body.get("cap_add", []), body.get("cap_drop", [])
    base = [] if "ALL" in dropped else ALL_CAPABILITIES if "ALL" in added else DEFAULT_CAPABILITIES
    kept = {*base, *added} if "ALL" in dropped else {*base, *added} - set(dropped)
    return sorted(kept - {"ALL"})


def _bindings(ports: list) -> dict:
    bindings: dict = {}
    for each in ports:
        for step in range(each["range"]):
            # Podman picks a port of its own for 0.
            host = each["host_port"] + step if each["host_port"] else 40000 + each["container_port"] + step
            key = f"{each['container_port'] + step}/{each['protocol']}"
            bindings.setdefault(key, []).append(
                {"HostIp": each["host_ip"] or "0.0.0.0", "HostPort": str(host)}
            )
    return bindings


def _lower(limit: dict) -> dict:
    return {key: -1 if value == 2**64 - 1 else value for key, value in limit.items()}


def _ulimit(type: str, soft: int, hard: int) -> dict:
    return {"Name": f"RLIMIT_{type.upper()}", "Soft": soft, "Hard": hard}


def _security(body: dict) -> list:
    annotated = body.get("annotations", {})
    shown = [
        f"{each}={annotated[f'io.podman.annotations.{each}']}"
        for each in ("label", "seccomp", "apparmor")
        if f"io.podman.annotations.{each}" in annotated
    ]
    return (["no-new-privileges"] if body.get("no_new_privileges") else []) + shown


def _network(body: dict) -> tuple[str, list]:
    """What inspect shows as the mode, and the networks that are joined."""
    netns = body.get("netns", {"nsmode": "pasta", "value": ""})
    mode = {"path": "ns", "private": "pasta"}.get(netns["nsmode"], netns["nsmode"])
    joined = sorted(body.get("Networks", {}) or (["podman"] if mode == "bridge" else []))
    return (f"{mode}:{netns['value']}" if netns.get("value") else mode), joined


def _namespace(body: dict, key: str, default: str) -> str:
    space = body.get(key)
    if not space:
        return default
    # Another container's namespace is shown by its ID.
    mode, value = {"path": "ns"}.get(space["nsmode"], space["nsmode"]), space["value"]
    return f"container:{'9' * 64}" if mode == "container" else f"{mode}:{value}" if value else mode


def _ids(body: dict) -> dict:
    """The map of ids; without one of its own a container shows none."""
    told = body.get("idmappings", {})
    if told.get("UIDMap"):
        shown = {
            kind: [f"{each['container_id']}:{each['host_id']}:{each['size']}" for each in told[kind]]
            for kind in ("UIDMap", "GIDMap")
        }
        return {"IDMappings": {"UidMap": shown["UIDMap"], "GidMap": shown["GIDMap"]}}
    mode = body.get("userns", {}).get("nsmode", "host")
    maps = {"no-map": ["0:1:65536"], "keep-id": ["0:1:1000", "1000:0:1", "1001:1001:64536"]}.get(
        mode, ["0:1:1024"]
    )
    return {} if mode in ("host", "container", "path") else {"IDMappings": {"UidMap": maps, "GidMap": maps}}


def _mounts(body: dict) -> list:
    shown = []
    for each in body.get("volumes", []):
        shown.append({
            "Type": "volume", "Name": each["Name"] or "f" * 64, "Source": "/storage/volume/_data",
            "Destination": each["Dest"], "RW": "ro" not in each["Options"],
        })  # fmt: skip
    for each in body.get("mounts", []):
        # tmpfs mounts show under HostConfig.Tmpfs, overlay mounts nowhere.
        if each["type"] != "tmpfs":
            named = {"Name": each["source"] or "f" * 64} if each["type"] == "volume" else {}
            shown.append({
                "Type": each["type"], **named, "Source": each["source"], "Destination": each["destination"],
                "RW": "ro" not in each["options"],
            })  # fmt: skip
    return shown
