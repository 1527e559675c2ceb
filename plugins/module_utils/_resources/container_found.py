# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that declare a container as it is found: from what inspect says, what its image says, and the command that made it (pure).

What comes from the image or is Podman's default is left out. Where inspect says nothing the command line does, if there was one.
"""

from __future__ import annotations

import re
from typing import Any

from .. import _auto_update, _service_states, _values
from . import container_around, container_inspected

# What Podman and systemd themselves write down beside what a person says.
OWN_LABELS = ("rootless.podman.record", _service_states.UNIT_LABEL, _auto_update.LABEL)
OWN_ANNOTATIONS = (
    "io.podman.annotations.",
    "io.container.manager",
    "org.opencontainers.image.",
    "org.systemd.property.",
    "run.oci.",
    "io.kubernetes.cri-o.",
)
OWN_VARIABLES = ("container", "HOSTNAME")
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy")
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


def options_of(found: container_inspected.Found) -> container_inspected.Declared:
    """What declares it."""
    told = container_inspected.Declared()
    for theme in (
        _process,
        _life,
        container_around.storage,
        container_around.network,
        container_around.security,
        _health,
        _limits,
    ):
        theme(found, told)
    for option, flag in BY_FLAG.items():
        given = found.flags.get(flag)
        if given:
            told.options[option] = given if option in LISTS else given[-1]
    for option, flag in SWITCHES.items():
        given = found.flags.get(flag)
        if given:
            told.options[option] = given[-1].lower() in ("true", "1", "t")
    return told


def _process(found: container_inspected.Found, told: container_inspected.Declared) -> None:
    config = found.inspect.get("Config") or {}
    entrypoint = _words(config.get("Entrypoint"))
    if entrypoint != _words(found.of_image("Entrypoint")):
        told.options["entrypoint"] = entrypoint or [""]
    command = _words(config.get("Cmd"))
    if command and (command != _words(found.of_image("Cmd")) or "entrypoint" in told.options):
        told.options["command"] = command
    env, hidden = _variables(found)
    if env:
        told.options["env"] = env
    secret_variables = [each for each in found.flags.get("secret", ()) if "type=env" in each.split(",")]
    if len(hidden) > len(secret_variables):
        told.lost.append(
            f"secrets: {', '.join(sorted(hidden))} is a secret in a variable, and Podman does not tell in which one; say it with overrides"
        )
    if str(config.get("User") or "") != str(found.of_image("User") or "") and not _keeps_id(found):
        told.options["container_user"] = config["User"] or "0"
    working = str(config.get("WorkingDir") or "/")
    if working != str(found.of_image("WorkingDir") or "/"):
        told.options["workdir"] = working
    groups = list(found.at("HostConfig.GroupAdd") or [])
    if "run.oci.keep_original_groups" in (config.get("Annotations") or {}):
        groups = ["keep-groups"]
    if groups:
        told.options["group_add"] = groups
    told.put(found, {
        "umask": ("Config.Umask", "0022"), "timezone": ("Config.Timezone", ""), "tty": ("Config.Tty", False), "interactive": ("Config.OpenStdin", False),
        "init": ("HostConfig.Init", False), "stop_timeout": ("Config.StopTimeout", 10), "timeout": ("Config.Timeout", 0),
        "stop_signal": ("Config.StopSignal", found.of_image("StopSignal") or "SIGTERM"), "chrootdirs": ("Config.ChrootDirs", []),
    })  # fmt: skip
    if found.at("Config.StopTimeout") == 0:
        told.options["stop_timeout"] = 0


def _keeps_id(found: container_inspected.Found) -> bool:
    """Whether Podman itself chose the user: the account's own, when its id is kept inside."""
    return container_inspected.userns(found).startswith("keep-id") and "user" not in found.flags


def _words(raw: Any) -> list[str]:
    return raw.split(" ") if isinstance(raw, str) and raw else [str(each) for each in raw or []]


def _variables(found: container_inspected.Found) -> tuple[dict[str, str], list[str]]:
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


def _life(found: container_inspected.Found, told: container_inspected.Declared) -> None:
    labels, image = found.at("Config.Labels") or {}, found.of_image("Labels") or {}
    own = {
        name: value for name, value in labels.items() if image.get(name) != value and name not in OWN_LABELS
    }
    if own:
        told.options["label"] = own
    if labels.get(_auto_update.LABEL) in ("registry", "local", "disabled"):
        told.options["auto_update"] = labels[_auto_update.LABEL]
    annotations = {
        name: value for name, value in (found.at("Config.Annotations") or {}).items()
        if not name.startswith(OWN_ANNOTATIONS) and (found.image.get("Annotations") or {}).get(name) != value
    }  # fmt: skip
    if annotations:
        told.options["annotation"] = annotations
    policy = str(found.at("HostConfig.RestartPolicy.Name") or "no")
    if policy != "no":
        told.options["restart_policy"] = policy
    if found.at("HostConfig.LogConfig.Type") not in (None, "", "journald"):
        told.options["log_driver"] = found.at("HostConfig.LogConfig.Type")
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
        told.options["log_opt"] = log
    if found.inspect.get("Rootfs"):
        told.options["rootfs"] = True


def _size(text: str) -> int:
    """Bytes of a log's size: Podman reads and shows it in thousands, unlike every other size."""
    number = re.fullmatch(r"([0-9.]+) *([kmgt]?)b?", text.lower())
    return round(float(number[1]) * 1000 ** " kmgt".index(number[2] or " ")) if number else 0


def _health(found: container_inspected.Found, told: container_inspected.Declared) -> None:
    check, image = (
        found.at("Config.Healthcheck") or {},
        found.image.get("HealthCheck") or found.of_image("Healthcheck") or {},
    )
    if image and (check.get("Test") or ["NONE"])[0] == "NONE":
        told.options["no_healthcheck"] = True
    elif check and check != image:
        told.options["healthcheck"] = check.get("Test")
        usual = {"Interval": 30 * 10**9, "Timeout": 30 * 10**9, "StartPeriod": 0, "Retries": 3}
        for field, option in (
            ("Interval", "interval"),
            ("Timeout", "timeout"),
            ("StartPeriod", "start_period"),
            ("Retries", "retries"),
        ):
            value = check.get(field)
            if value is not None and value != usual[field]:
                told.options[f"healthcheck_{option}"] = (
                    value if field == "Retries" else _values.print_duration(value)
                )
    startup = found.at("Config.StartupHealthCheck") or {}
    if startup.get("Test"):
        told.options["health_startup_cmd"] = startup["Test"]
        for field, option in (
            ("Interval", "interval"),
            ("Timeout", "timeout"),
            ("Retries", "retries"),
            ("Successes", "success"),
        ):
            if startup.get(field):
                told.options[f"health_startup_{option}"] = (
                    _values.print_duration(startup[field])
                    if field in ("Interval", "Timeout")
                    else startup[field]
                )
    told.put(found, {
        "healthcheck_failure_action": ("Config.HealthcheckOnFailureAction", "none"), "health_log_destination": ("Config.HealthLogDestination", "local"),
        "health_max_log_count": ("Config.HealthcheckMaxLogCount", 5), "health_max_log_size": ("Config.HealthcheckMaxLogSize", 500),
    })  # fmt: skip


def _limits(found: container_inspected.Found, told: container_inspected.Declared) -> None:
    memory = int(found.at("HostConfig.Memory") or 0)
    told.put(found, {
        "memory": ("HostConfig.Memory", 0), "memory_reservation": ("HostConfig.MemoryReservation", 0), "memory_swap": ("HostConfig.MemorySwap", 2 * memory),
        "cpu_shares": ("HostConfig.CpuShares", 0), "cpuset_cpus": ("HostConfig.CpusetCpus", ""), "cpuset_mems": ("HostConfig.CpusetMems", ""),
        "blkio_weight": ("HostConfig.BlkioWeight", 0), "cgroup_conf": ("HostConfig.CgroupConf", {}),
    })  # fmt: skip
    if found.at("HostConfig.PidsLimit") not in (None, 0, 2048):
        told.options["pids_limit"] = found.at("HostConfig.PidsLimit")
    period, quota = int(found.at("HostConfig.CpuPeriod") or 0), int(found.at("HostConfig.CpuQuota") or 0)
    if period == 100000 and quota:
        told.options["cpus"] = quota / period
    elif quota:
        told.options.update(cpu_period=period, cpu_quota=quota)
    for option, field, number in (
        ("blkio_weight_device", "BlkioWeightDevice", "Weight"), ("device_read_bps", "BlkioDeviceReadBps", "Rate"),
        ("device_write_bps", "BlkioDeviceWriteBps", "Rate"), ("device_read_iops", "BlkioDeviceReadIOps", "Rate"),
        ("device_write_iops", "BlkioDeviceWriteIOps", "Rate"),
    ):  # fmt: skip
        each_device = found.at(f"HostConfig.{field}") or []
        if each_device:
            told.options[option] = [f"{each['Path']}:{each[number]}" for each in each_device]
