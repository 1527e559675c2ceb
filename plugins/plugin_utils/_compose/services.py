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

from . import values
from .places import Place

Options = dict[str, Any]
LOG_DRIVERS = {
    "json-file": "k8s-file",
    "local": "k8s-file",
    "k8s-file": "k8s-file",
    "journald": "journald",
    "none": "none",
}
LOG_OPTIONS = {"max-size": "max_size", "tag": "tag"}
PULL = {
    "always": "always",
    "never": "never",
    "missing": "missing",
    "if_not_present": "missing",
    "newer": "newer",
}
V1 = "it is a limit of cgroup v1, and rootless Podman has limits with cgroup v2 alone"
WINDOWS = "only containers of Windows have it"
SWARM = "only a Swarm does something with it"


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


def _restart(value: Any, place: Place) -> Options:
    policy = "no" if value is False else place.text(value)
    name, colon, tries = policy.partition(":")
    if name not in ("no", "always", "on-failure", "unless-stopped") or (colon and not tries.isdigit()):
        place.needs(value, "no, always, on-failure[:TRIES] or unless-stopped")
    return {"restart_policy": policy}


def _pull(value: Any, place: Place) -> Options:
    policy = place.text(value)
    if policy == "build":
        return {}
    if policy not in PULL:
        place.refuse(f"{policy!r} is no policy that Podman has", f"write one of {', '.join(PULL)}")
    return {"pull": PULL[policy]}


def _logging(value: Any, place: Place) -> Options:
    given = place.mapping(value)
    place.known(given, ("driver", "options"))
    driver = given.get("driver") or "json-file"
    if driver not in LOG_DRIVERS:
        place.at("driver").refuse(
            f"Podman has no driver {driver}",
            "write json-file, journald or none, and let a collector read the journal",
        )
    options: Options = {}
    for key, each in place.at("options").mapping(given.get("options")).items():
        at = place.at("options").at(key)
        if key not in LOG_OPTIONS:
            at.refuse(
                "Podman keeps one file before the current one, and knows max-size and tag alone"
                if key == "max-file"
                else "Podman knows max-size and tag alone",
                "take it out, or name it in without",
            )
        options[LOG_OPTIONS[key]] = at.text(each)
    return {"log_driver": LOG_DRIVERS[driver], **({"log_opt": options} if options else {})}


def _health(value: Any, place: Place) -> Options:
    given = place.mapping(value)
    place.known(
        given, ("test", "interval", "timeout", "retries", "start_period", "start_interval", "disable")
    )
    test = given.get("test")
    if place.at("disable").flag(given.get("disable", False)) or test in (["NONE"], "NONE"):
        return {"no_healthcheck": True}
    found: Options = {}
    if test is not None:
        words = ["CMD-SHELL", test] if isinstance(test, str) else values.texts(test, place.at("test"))
        if not words or words[0] not in ("CMD", "CMD-SHELL") or len(words) < 2:
            place.at("test").needs(test, "a string, or a list that begins with CMD, CMD-SHELL or NONE,")
        found["healthcheck"] = words
    for key in ("interval", "timeout", "start_period"):
        if key in given:
            found[f"healthcheck_{key}"] = values.duration(given[key], place.at(key))
    if "retries" in given:
        found["healthcheck_retries"] = place.at("retries").number(given["retries"])
    if "start_interval" in given:
        if "healthcheck" not in found:
            place.at("start_interval").refuse(
                "Podman needs the command for checks while a container starts, and the file leaves it to the image",
                "write it in test as well",
            )
        # Podman's check while starting: often until it is good once, then the other one takes over.
        found["health_startup_cmd"] = found["healthcheck"]
        found["health_startup_interval"] = values.duration(
            given["start_interval"], place.at("start_interval")
        )
        if "timeout" in given:
            found["health_startup_timeout"] = found["healthcheck_timeout"]
    return found


def _blkio(value: Any, place: Place) -> Options:
    given = place.mapping(value)
    rates = ("device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops")
    place.known(given, ("weight", "weight_device", *rates))
    found: Options = {}
    if "weight" in given:
        found["blkio_weight"] = place.at("weight").number(given["weight"])
    for key in ("weight_device", *rates):
        if key not in given:
            continue
        name = "weight" if key == "weight_device" else "rate"
        option = "blkio_weight_device" if key == "weight_device" else key
        found[option] = []
        for index, raw in enumerate(place.at(key).listed(given[key])):
            at = place.at(key).entry(index)
            entry = at.mapping(raw)
            at.known(entry, ("path", name))
            read = values.size if key.endswith("bps") else values.text
            found[option].append(
                f"{at.at('path').text(entry.get('path'))}:{read(entry.get(name), at.at(name))}"
            )
    return found


def _deploy(value: Any, place: Place) -> Options:
    given = place.mapping(value)
    found: Options = {}
    for key, each in given.items():
        at = place.at(key)
        if key == "mode" and each == "replicated":
            continue
        if key == "resources":
            found.update(_resources(each, at))
        elif key == "restart_policy":
            found.update(_deploy_restart(each, at))
        elif key != "replicas" and not key.startswith("x-"):
            at.refuse(
                SWARM,
                "write labels on the service" if key == "labels" else "take it out, or name it in without",
            )
    return found


def _deploy_restart(value: Any, place: Place) -> Options:
    given = place.mapping(value)
    for key in given:
        if key not in ("condition", "max_attempts"):
            place.at(key).refuse(
                "Podman starts a container again at once", "take it out, or name it in without"
            )
    condition = place.at("condition").text(given.get("condition", "any"))
    names = {"any": "always", "none": "no", "on-failure": "on-failure"}
    if condition not in names:
        place.at("condition").needs(condition, f"one of {', '.join(names)}")
    tries = given.get("max_attempts")
    if tries is not None and names[condition] == "on-failure":
        return {"restart_policy": f"on-failure:{place.at('max_attempts').number(tries)}"}
    return {"restart_policy": names[condition]}


def _resources(value: Any, place: Place) -> Options:
    given = place.mapping(value)
    place.known(given, ("limits", "reservations"))
    found: Options = {}
    limits, at = place.at("limits").mapping(given.get("limits")), place.at("limits")
    at.known(limits, ("cpus", "memory", "pids"))
    if "cpus" in limits:
        found["cpus"] = values.cpus(limits["cpus"], at.at("cpus"))
    if "memory" in limits:
        found["memory"] = values.size(limits["memory"], at.at("memory"))
    if "pids" in limits:
        found["pids_limit"] = at.at("pids").number(limits["pids"])
    reserved, at = place.at("reservations").mapping(given.get("reservations")), place.at("reservations")
    for key in reserved:
        if key == "cpus":
            at.at(key).refuse(
                "nothing reserves processors without a Swarm", "write cpu_shares, or take it out"
            )
        if key not in ("memory", "devices"):
            at.at(key).refuse(SWARM, "take it out")
    if "memory" in reserved:
        found["memory_reservation"] = values.size(reserved["memory"], at.at("memory"))
    if "devices" in reserved:
        found["gpus"] = values.gpus(reserved["devices"], at.at("devices"))
    return found


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
    Row("restart", "restart_policy", _restart),
    Row("healthcheck", "healthcheck, healthcheck_*, health_startup_*, no_healthcheck", _health),
    Row("logging", "log_driver, log_opt", _logging),
    Row("pull_policy", "pull", _pull),
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
    Row("blkio_config", "blkio_weight, blkio_weight_device, device_*", _blkio),
    # After restart, which it outweighs.
    Row("deploy", "cpus, memory, memory_reservation, pids_limit, gpus, restart_policy", _deploy),
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
    for key in service:
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
