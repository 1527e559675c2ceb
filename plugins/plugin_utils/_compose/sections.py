# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of a service that are maps or words of their own: restart, pull_policy, logging, healthcheck, blkio_config, deploy (pure)."""

from __future__ import annotations

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
SWARM = "only a Swarm does something with it"


def restart(value: Any, place: Place) -> Options:
    """When Podman starts a container again."""
    policy = "no" if value is False else place.text(value)
    name, colon, tries = policy.partition(":")
    if name not in ("no", "always", "on-failure", "unless-stopped") or (colon and not tries.isdigit()):
        place.needs(value, "no, always, on-failure[:TRIES] or unless-stopped")
    return {"restart_policy": policy}


def pull(value: Any, place: Place) -> Options:
    """When an image is fetched."""
    policy = place.text(value)
    if policy == "build":
        return {}
    if policy not in PULL:
        place.refuse(f"{policy!r} is no policy that Podman has", f"write one of {', '.join(PULL)}")
    return {"pull": PULL[policy]}


def logging(value: Any, place: Place) -> Options:
    """Where output goes: what Docker calls json-file and local is Podman's k8s-file."""
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


def health(value: Any, place: Place) -> Options:
    """The check of a container, and the one while it starts."""
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


def blkio(value: Any, place: Place) -> Options:
    """Weights and rates of devices."""
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


def deploy(value: Any, place: Place) -> Options:
    """What is not for a Swarm alone: limits, reservations, the restart policy."""
    given = place.mapping(value)
    found: Options = {}
    for key, each in given.items():
        at = place.at(key)
        if (key == "mode" and each == "replicated") or each in (None, {}, []):
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
