# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that declare a container as it is found: from what inspect says, what its image says, and the command that made it (pure).

What comes from the image or is Podman's default is left out. Where inspect says nothing the command line does, if there was one.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, Callable

from .._auto_update import LABEL as AUTO_UPDATE
from .._options import get_path
from .._ports import print_port
from .._values import print_duration

# What Podman and systemd themselves write down beside what a person says.
OWN_LABELS = ("rootless.podman.record", "PODMAN_SYSTEMD_UNIT", AUTO_UPDATE)
OWN_ANNOTATIONS = ("io.podman.annotations.", "io.container.manager", "org.opencontainers.image.", "org.systemd.property.", "run.oci.", "io.kubernetes.cri-o.")  # fmt: skip
OWN_VARIABLES = ("container", "HOSTNAME")
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy")
ON_VOLUMES = {"nosuid", "nodev", "rbind", "rprivate", "rw", "ro", ""}
SHM = 65536000
# Options that inspect does not show, by the flag that says them, and those among them that are lists.
BY_FLAG = {
    "hostuser": "hostuser", "passwd_entry": "passwd-entry", "group_entry": "group-entry", "personality": "personality",
    "init_path": "init-path", "systemd": "systemd", "seccomp_policy": "seccomp-policy", "gpus": "gpus",
    "shm_size_systemd": "shm-size-systemd", "ip": "ip", "ip6": "ip6", "mac_address": "mac-address", "unsetenv": "unsetenv",
    "oom_score_adj": "oom-score-adj", "ulimit": "ulimit", "image_volume": "image-volume", "hosts_file": "hosts-file",
}  # fmt: skip
LISTS = ("hostuser", "gpus", "unsetenv", "ulimit")
SWITCHES = {
    "unsetenv_all": "unsetenv-all", "http_proxy": "http-proxy", "no_hosts": "no-hosts", "no_hostname": "no-hostname",
    "read_only_tmpfs": "read-only-tmpfs", "passwd": "passwd",
}  # fmt: skip
# What neither inspect nor, without a command line, anything else tells.
UNSEEN = (*BY_FLAG, *SWITCHES, "sysctl", "env_merge", "expose")


@dataclasses.dataclass(frozen=True)
class Found:
    """A container, and what has to be known around it."""

    inspect: Mapping[str, Any]
    image: Mapping[str, Any]
    flags: Mapping[str, list[str]]
    names: Mapping[str, str]  # other containers' names by ID
    volumes: Mapping[str, str] = dataclasses.field(default_factory=dict)  # new names of volumes without one

    def at(self, path: str) -> Any:
        """What inspect says at a path."""
        return get_path(self.inspect, path)

    def of_image(self, name: str) -> Any:
        """What the image says for its containers."""
        return get_path(self.image, f"Config.{name}")


Options = dict[str, Any]


def options_of(found: Found) -> tuple[Options, list[str]]:
    """The options, and a sentence for each thing that they cannot say."""
    options: Options = {}
    lost: list[str] = []
    for theme in (_process, _life, _storage, _network, _security, _health, _limits):
        theme(found, options, lost)
    for option, flag in BY_FLAG.items():
        given = found.flags.get(flag)
        if given:
            options[option] = given if option in LISTS else given[-1]
    for option, flag in SWITCHES.items():
        given = found.flags.get(flag)
        if given:
            options[option] = given[-1].lower() in ("true", "1", "t")
    return options, lost


def _put(options: Options, found: Found, places: Mapping[str, tuple[str, Any]], show: Callable[[Any], Any] = lambda value: value) -> None:  # fmt: skip
    """Options that stand in one place, unless they are the default there."""
    for option, (path, default) in places.items():
        value = found.at(path)
        if value not in (default, None, "", [], {}):
            options[option] = show(value)


def _process(found: Found, options: Options, lost: list[str]) -> None:
    config = found.inspect.get("Config") or {}
    entrypoint = _words(config.get("Entrypoint"))
    if entrypoint != _words(found.of_image("Entrypoint")):
        options["entrypoint"] = entrypoint or [""]
    command = _words(config.get("Cmd"))
    if command and (command != _words(found.of_image("Cmd")) or "entrypoint" in options):
        options["command"] = command
    env, hidden = _variables(found)
    if env:
        options["env"] = env
    secret_variables = [each for each in found.flags.get("secret", ()) if "type=env" in each.split(",")]
    if len(hidden) > len(secret_variables):
        lost.append(
            f"secrets: {', '.join(sorted(hidden))} is a secret in a variable, and Podman does not tell in which one; say it with overrides"
        )
    if str(config.get("User") or "") != str(found.of_image("User") or "") and not _keeps_id(found):
        options["container_user"] = config["User"] or "0"
    working = str(config.get("WorkingDir") or "/")
    if working != str(found.of_image("WorkingDir") or "/"):
        options["workdir"] = working
    groups = list(found.at("HostConfig.GroupAdd") or [])
    if "run.oci.keep_original_groups" in (config.get("Annotations") or {}):
        groups = ["keep-groups"]
    if groups:
        options["group_add"] = groups
    _put(options, found, {
        "umask": ("Config.Umask", "0022"), "timezone": ("Config.Timezone", ""), "tty": ("Config.Tty", False), "interactive": ("Config.OpenStdin", False),
        "init": ("HostConfig.Init", False), "stop_timeout": ("Config.StopTimeout", 10), "timeout": ("Config.Timeout", 0),
        "stop_signal": ("Config.StopSignal", found.of_image("StopSignal") or "SIGTERM"), "chrootdirs": ("Config.ChrootDirs", []),
    })  # fmt: skip
    if found.at("Config.StopTimeout") == 0:
        options["stop_timeout"] = 0


def _keeps_id(found: Found) -> bool:
    """Whether Podman itself chose the user: the account's own, when its id is kept inside."""
    return _userns(found).startswith("keep-id") and "user" not in found.flags


def _words(raw: Any) -> list[str]:
    return raw.split(" ") if isinstance(raw, str) and raw else [str(each) for each in raw or []]


def _variables(found: Found) -> tuple[dict[str, str], list[str]]:
    """The variables that were given, and names of those whose value is a secret."""
    image = set(found.of_image("Env") or ())
    given = {each.partition("=")[0] for each in found.flags.get("env", ())}
    env, hidden = {}, []
    for line in found.at("Config.Env") or ():
        name, _equals, value = str(line).partition("=")
        own = (
            name in OWN_VARIABLES
            or name.lower() in PROXIES
            or (name, value) in (("TERM", "xterm"), ("HOME", "/root"), ("HOME", "/"))
        )
        if value == "*******" and name not in given:
            hidden.append(name)
        elif line not in image and (name in given or not own):
            env[name] = value
    return env, hidden


def _life(found: Found, options: Options, lost: list[str]) -> None:
    labels, image = found.at("Config.Labels") or {}, found.of_image("Labels") or {}
    own = {
        name: value for name, value in labels.items() if image.get(name) != value and name not in OWN_LABELS
    }
    if own:
        options["label"] = own
    if labels.get(AUTO_UPDATE) in ("registry", "local", "disabled"):
        options["auto_update"] = labels[AUTO_UPDATE]
    annotations = {
        name: value for name, value in (found.at("Config.Annotations") or {}).items()
        if not name.startswith(OWN_ANNOTATIONS) and (found.image.get("Annotations") or {}).get(name) != value
    }  # fmt: skip
    if annotations:
        options["annotation"] = annotations
    policy = str(found.at("HostConfig.RestartPolicy.Name") or "no")
    if policy != "no":
        options["restart_policy"] = policy
    if found.at("HostConfig.LogConfig.Type") not in (None, "", "journald"):
        options["log_driver"] = found.at("HostConfig.LogConfig.Type")
    log = dict(each.partition("=")[::2] for each in found.flags.get("log-opt", ()))
    log = {
        name.replace("-", "_"): value for name, value in log.items() if name in ("path", "max-size", "tag")
    }
    size = str(log.get("max_size") or found.at("HostConfig.LogConfig.Size") or "0B")
    log.pop("max_size", None)
    if _size(size):
        log["max_size"] = str(_size(size))
    if found.at("HostConfig.LogConfig.Tag"):
        log["tag"] = found.at("HostConfig.LogConfig.Tag")
    if log:
        options["log_opt"] = log
    if found.inspect.get("Rootfs"):
        options["rootfs"] = True


def _size(text: str) -> int:
    """Bytes of a log's size: Podman reads and shows it in thousands, unlike every other size."""
    number = re.fullmatch(r"([0-9.]+) *([kmgt]?)b?", text.lower())
    return round(float(number[1]) * 1000 ** " kmgt".index(number[2] or " ")) if number else 0


def _storage(found: Found, options: Options, lost: list[str]) -> None:
    overlays = [
        each
        for each in found.flags.get("volume", ())
        if "O" in each.split(":")[-1].split(",") and each.count(":") == 2
    ]
    volumes, mounts = list(overlays), []
    over = {each.split(":")[1].rstrip("/") for each in overlays}
    for each in found.inspect.get("Mounts") or ():
        target = str(each.get("Destination"))
        if target.rstrip("/") in over:
            continue
        extra = sorted({*(each.get("Options") or ()), str(each.get("Propagation") or "")} - ON_VOLUMES)
        extra += [] if each.get("RW", True) else ["ro"]
        if each.get("Type") == "image":
            mounts.append(
                {
                    "type": "image",
                    "source": each.get("Source"),
                    "target": target,
                    **({"rw": True} if each.get("RW") else {}),
                }
            )
        elif any(name.startswith("lowerdir=") for name in extra) or each.get("SubPath"):
            lost.append(
                f"volume: how {target} is mounted cannot be told from what Podman shows; say it with overrides"
            )
        else:
            name = str(each.get("Name") or "") if each.get("Type") == "volume" else str(each.get("Source"))
            source = found.volumes.get(name, name)
            volumes.append(":".join([source, target, *([",".join(extra)] if extra else [])]))
    if volumes:
        options["volume"] = volumes
    if mounts:
        options["mount"] = mounts
    tmpfs = found.at("HostConfig.Tmpfs") or {}
    if tmpfs:
        options["tmpfs"] = {
            target: ",".join(set_of(value, {"rprivate", "tmpcopyup", "rw", "nosuid", "nodev"}))
            for target, value in tmpfs.items()
        }
    mounted = {str(each.get("Destination")) for each in found.inspect.get("Mounts") or ()} | set(tmpfs)
    if set(found.of_image("Volumes") or {}) - mounted:
        options["image_volume"] = "ignore"
    _secrets(found, options, lost)
    devices = found.at("HostConfig.Devices") or []
    if not found.at("HostConfig.Privileged"):
        told = [
            ":".join(filter(None, [str(each.get("PathOnHost")), str(each.get("PathInContainer"))]))
            for each in devices
        ]
        told = told or [each for each in found.flags.get("device", ())]
        if told:
            options["device"] = told
    _put(
        options,
        found,
        {"read_only": ("HostConfig.ReadonlyRootfs", False), "shm_size": ("HostConfig.ShmSize", SHM)},
    )
    if str(found.at("HostConfig.IpcMode")).partition(":")[0] in ("host", "container", "none"):
        options.pop("shm_size", None)


def set_of(options: str, left_out: set[str]) -> list[str]:
    """Mount options without those that every such mount has."""
    return [each for each in str(options).split(",") if each and each not in left_out]


def _secrets(found: Found, options: Options, lost: list[str]) -> None:
    given = list(found.flags.get("secret", ()))
    if given:
        options["secrets"] = given
        return
    shown = found.at("Config.Secrets") or []
    if shown:
        options["secrets"] = [
            {
                "name": each["Name"],
                "uid": each.get("UID", 0),
                "gid": each.get("GID", 0),
                "mode": f"{each.get('Mode', 292):04o}",
            }
            for each in shown
        ]


def _network(found: Found, options: Options, lost: list[str]) -> None:
    ports = []
    for inside, bindings in (found.at("HostConfig.PortBindings") or {}).items():
        number, _slash, protocol = str(inside).partition("/")
        for each in bindings or ():
            address = str(each.get("HostIp") or "")
            ports.append(print_port({
                "host_ip": "" if address == "0.0.0.0" else address, "host_port": int(each.get("HostPort") or 0),
                "container_port": int(number), "range": 1, "protocol": protocol or "tcp",
            }))  # fmt: skip
    if ports:
        options["publish"] = sorted(ports)
    published = set(found.at("HostConfig.PortBindings") or {})
    exposed = (
        set(found.at("Config.ExposedPorts") or {}) - set(found.of_image("ExposedPorts") or {}) - published
    )
    if exposed:
        options["expose"] = sorted(exposed)
    mode = str(found.at("HostConfig.NetworkMode") or "")
    given = list(found.flags.get("network", ()))
    aliases: set[str] = set()
    if mode.startswith("container:"):
        options["network"] = [_other(found, mode)]
    elif mode == "bridge":
        joined = found.at("NetworkSettings.Networks") or {}
        names = [each.partition(":")[0] for each in given]
        known = (
            given
            if set(joined) == {"podman" if name == "bridge" else name for name in names}
            else sorted(joined)
        )
        options["network"] = known
        if known is not given and not any(flag in found.flags for flag in ("ip", "ip6", "mac-address")):
            own = {str(found.inspect.get("Id"))[:12], str(found.at("Config.Hostname"))}
            for name, each in joined.items():
                mine = [
                    alias
                    for alias in each.get("Aliases") or ()
                    if alias not in own and alias != found.inspect.get("Name")
                ]
                aliases |= set(mine)
        else:
            aliases |= set(found.flags.get("network-alias", ()))
    elif given:
        options["network"] = given
    elif mode not in ("", "pasta", "slirp4netns"):
        options["network"] = [mode]
    if aliases:
        options["network_aliases"] = sorted(aliases)
    _put(
        options,
        found,
        {
            "dns": ("HostConfig.Dns", []),
            "dns_search": ("HostConfig.DnsSearch", []),
            "dns_option": ("HostConfig.DnsOptions", []),
        },
    )
    hosts = dict(
        str(each).split(":", 1) for each in found.at("HostConfig.ExtraHosts") or () if ":" in str(each)
    )
    if hosts:
        options["etc_hosts"] = hosts
    hostname = str(found.at("Config.Hostname") or "")
    alone = (
        str(found.at("HostConfig.UTSMode") or "private") == "private"
        and mode != "host"
        and not mode.startswith("container:")
    )
    if hostname and alone and hostname != str(found.inspect.get("Id"))[:12]:
        options["hostname"] = hostname
    sysctl = dict(each.partition("=")[::2] for each in found.flags.get("sysctl", ()))
    if sysctl:
        options["sysctl"] = sysctl


def _other(found: Found, mode: str) -> str:
    kind, _colon, identity = mode.partition(":")
    return f"{kind}:{found.names.get(identity, identity)}"


def _userns(found: Found) -> str:
    return (
        found.flags.get("userns")
        or [str((found.at("Config.Annotations") or {}).get("io.podman.annotations.userns") or "")]
    )[-1]


def _security(found: Found, options: Options, lost: list[str]) -> None:
    maps = found.at("HostConfig.IDMappings") or {}
    told = _userns(found)
    if told and told.partition(":")[0] != "auto":
        options["userns"] = told
    elif maps.get("UidMap"):
        options["uidmap"], options["gidmap"] = (
            list(maps["UidMap"]),
            list(maps.get("GidMap") or maps["UidMap"]),
        )
    for option, path, usual in (
        ("ipc", "IpcMode", ("", "private", "shareable")), ("pid", "PidMode", ("", "private")), ("uts", "UTSMode", ("", "private")),
        ("cgroupns", "CgroupMode", ("", "private")),
    ):  # fmt: skip
        mode = str(found.at(f"HostConfig.{path}") or "")
        if mode not in usual or (option == "ipc" and mode == "private"):
            options[option] = _other(found, mode) if ":" in mode else mode
    if found.at("HostConfig.Privileged"):
        options["privileged"] = True
    else:
        _put(options, found, {"cap_add": ("HostConfig.CapAdd", []), "cap_drop": ("HostConfig.CapDrop", [])})
    shown = [each for each in found.at("HostConfig.SecurityOpt") or () if not str(each).startswith("unmask")]
    given = [
        each
        for each in found.flags.get("security-opt", ())
        if each.split("=")[0].split(":")[0] in ("mask", "unmask", "proc-opts", "systempaths")
    ]
    if shown or given:
        options["security_opt"] = [*shown, *given]


def _health(found: Found, options: Options, lost: list[str]) -> None:
    check, image = (
        found.at("Config.Healthcheck") or {},
        found.image.get("HealthCheck") or found.of_image("Healthcheck") or {},
    )
    if image and (check.get("Test") or ["NONE"])[0] == "NONE":
        options["no_healthcheck"] = True
    elif check and check != image:
        options["healthcheck"] = check.get("Test")
        usual = {"Interval": 30 * 10**9, "Timeout": 30 * 10**9, "StartPeriod": 0, "Retries": 3}
        for field, option in (
            ("Interval", "interval"),
            ("Timeout", "timeout"),
            ("StartPeriod", "start_period"),
            ("Retries", "retries"),
        ):
            value = check.get(field)
            if value is not None and value != usual[field]:
                options[f"healthcheck_{option}"] = value if field == "Retries" else print_duration(value)
    startup = found.at("Config.StartupHealthCheck") or {}
    if startup.get("Test"):
        options["health_startup_cmd"] = startup["Test"]
        for field, option in (
            ("Interval", "interval"),
            ("Timeout", "timeout"),
            ("Retries", "retries"),
            ("Successes", "success"),
        ):
            if startup.get(field):
                options[f"health_startup_{option}"] = (
                    print_duration(startup[field]) if field in ("Interval", "Timeout") else startup[field]
                )
    _put(options, found, {
        "healthcheck_failure_action": ("Config.HealthcheckOnFailureAction", "none"), "health_log_destination": ("Config.HealthLogDestination", "local"),
        "health_max_log_count": ("Config.HealthcheckMaxLogCount", 5), "health_max_log_size": ("Config.HealthcheckMaxLogSize", 500),
    })  # fmt: skip


def _limits(found: Found, options: Options, lost: list[str]) -> None:
    memory = int(found.at("HostConfig.Memory") or 0)
    _put(options, found, {
        "memory": ("HostConfig.Memory", 0), "memory_reservation": ("HostConfig.MemoryReservation", 0), "memory_swap": ("HostConfig.MemorySwap", 2 * memory),
        "cpu_shares": ("HostConfig.CpuShares", 0), "cpuset_cpus": ("HostConfig.CpusetCpus", ""), "cpuset_mems": ("HostConfig.CpusetMems", ""),
        "blkio_weight": ("HostConfig.BlkioWeight", 0), "cgroup_conf": ("HostConfig.CgroupConf", {}),
    })  # fmt: skip
    if found.at("HostConfig.PidsLimit") not in (None, 0, 2048):
        options["pids_limit"] = found.at("HostConfig.PidsLimit")
    period, quota = int(found.at("HostConfig.CpuPeriod") or 0), int(found.at("HostConfig.CpuQuota") or 0)
    if period == 100000 and quota:
        options["cpus"] = quota / period
    elif quota:
        options.update(cpu_period=period, cpu_quota=quota)
    for option, field, number in (
        ("blkio_weight_device", "BlkioWeightDevice", "Weight"), ("device_read_bps", "BlkioDeviceReadBps", "Rate"),
        ("device_write_bps", "BlkioDeviceWriteBps", "Rate"), ("device_read_iops", "BlkioDeviceReadIOps", "Rate"),
        ("device_write_iops", "BlkioDeviceWriteIOps", "Rate"),
    ):  # fmt: skip
        each_device = found.at(f"HostConfig.{field}") or []
        if each_device:
            options[option] = [f"{each['Path']}:{each[number]}" for each in each_device]
