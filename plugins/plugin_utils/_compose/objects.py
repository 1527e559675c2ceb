# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks, volumes, secrets and configs of a project: what the app declares of them, and under which names."""

from __future__ import annotations

from typing import Any

from . import values
from .places import Place
from .project import Project

VOLUME_TYPES = ("tmpfs", "none", "bind")
# How a service may come to a content that lies on the controller.
SOURCES = ("file", "environment", "content")
# In the app's folder; no bind mount of a compose file can begin so, because its path would not be normal.
CONFIGS = ".configs"


class Objects:
    """What services use; only that is declared, as Compose makes nothing else."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.networks: dict[str, dict[str, Any]] = {}
        self.volumes: dict[str, dict[str, Any]] = {}
        self.secrets: dict[str, dict[str, Any]] = {}
        self.files: dict[str, dict[str, Any]] = {}

    def network(self, key: str, used: Place) -> str:
        """The name of a network that a service joins."""
        declared = self.project.tree["networks"].get(key)
        if declared is None and key != "default":
            used.refuse(f"the file declares no network {key}", "declare it below networks")
        place = self.project.place("networks", key)
        given = place.mapping(declared)
        name = place.at("name").text(given.get("name") or f"{self.project.name}_{key}")
        if place.at("external").flag(given.get("external", False)):
            return place.at("name").text(given.get("name") or key)
        if name not in self.networks:
            self.networks[name] = {"name": name, **_network(given, place)}
        return name

    def volume(self, key: str, used: Place) -> str:
        """The name of a volume that a service mounts."""
        if key not in self.project.tree["volumes"]:
            used.refuse(
                f"the file declares no volume {key}",
                f"declare it below volumes, or write ./{key} for a folder",
            )
        place = self.project.place("volumes", key)
        given = place.mapping(self.project.tree["volumes"][key])
        if place.at("external").flag(given.get("external", False)):
            return place.at("name").text(given.get("name") or key)
        name = place.at("name").text(given.get("name") or f"{self.project.name}_{key}")
        if name not in self.volumes:
            self.volumes[name] = {"name": name, **_volume(given, place)}
        return name

    def new_volume(self, stem: str, used: Place) -> str:
        """A volume in place of what Compose would make as a folder or without a name."""
        name = f"{self.project.name}_{stem}"
        if stem in self.project.tree["volumes"]:
            used.refuse(
                f"it would become the volume {name}, which the file declares as well",
                f"mount the volume {stem}, or rename it",
            )
        self.volumes.setdefault(name, {"name": name})
        return name

    def secret(self, key: str, used: Place) -> str:
        """The name of a secret that a service uses."""
        if key not in self.project.tree["secrets"]:
            used.refuse(f"the file declares no secret {key}", "declare it below secrets")
        place = self.project.place("secrets", key)
        given = place.mapping(self.project.tree["secrets"][key])
        place.known(given, ("name", "external", "labels", *SOURCES))
        if place.at("external").flag(given.get("external", False)):
            return place.at("name").text(given.get("name") or key)
        name = place.at("name").text(given.get("name") or f"{self.project.name}_{key}")
        if name not in self.secrets:
            labels = (
                {"labels": values.pairs(given["labels"], place.at("labels"))} if given.get("labels") else {}
            )
            self.secrets[name] = {"name": name, "data": self.content(given, place), **labels}
        return name

    def config(self, key: str, use: dict[str, Any], service: str, used: Place) -> str:
        """The path, in the app's folder, of the file that a service has of a config."""
        if key not in self.project.tree["configs"]:
            used.refuse(f"the file declares no config {key}", "declare it below configs")
        place = self.project.place("configs", key)
        given = place.mapping(self.project.tree["configs"][key])
        if place.at("external").flag(given.get("external", False)):
            place.at("external").refuse(
                "there is no store of configs outside of a Swarm", "give its file or its content"
            )
        place.known(given, ("name", "external", "labels", *SOURCES))
        # Owner and mode belong to the use, so each such use has a file of its own.
        rights: dict[str, Any] = {}
        for option, asked in (("owner", "uid"), ("group", "gid")):
            if use.get(asked) is not None:
                rights[option] = used.at(asked).number(use[asked])
        if "group" in rights and "owner" not in rights:
            rights["owner"] = 0
        if use.get("mode") is not None:
            rights["mode"] = mode_of(use["mode"], used.at("mode"))
        path = f"{CONFIGS}/{service}/{key}" if rights else f"{CONFIGS}/{key}"
        if path not in self.files:
            self.files[path] = {"path": path, "content": self.content(given, place), **rights}
        return path

    def content(self, given: dict[str, Any], place: Place) -> str:
        """The content of a secret or config, from where the file says."""
        told = [key for key in SOURCES if given.get(key) is not None]
        if len(told) != 1:
            place.refuse(
                f"{' and '.join(told) or 'nothing'} says what it holds", f"write one of {', '.join(SOURCES)}"
            )
        at = place.at(told[0])
        value = at.text(given[told[0]])
        if told[0] == "file":
            return self.project.read_text(value, at)
        if told[0] == "content":
            return value
        if value not in self.project.variables:
            at.refuse(f"the variable {value} is not set", "give it in env or in .env")
        return self.project.variables[value]


def mode_of(value: Any, place: Place) -> str:
    """Rights of a file as four octal digits; YAML has made a number of them, interpolation a string."""
    try:
        number = int(value, 8) if isinstance(value, str) else int(value)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number <= 0o777:
        place.needs(value, "an octal mode such as 0440")
    return f"{number:04o}"


def _network(given: dict[str, Any], place: Place) -> dict[str, Any]:
    place.known(
        given,
        (
            "name",
            "external",
            "driver",
            "driver_opts",
            "attachable",
            "enable_ipv4",
            "enable_ipv6",
            "ipam",
            "internal",
            "labels",
        ),
    )
    found: dict[str, Any] = {}
    driver = given.get("driver") or "bridge"
    if driver not in ("bridge", "default"):
        place.at("driver").refuse(
            f"rootless Podman has no network of the driver {driver} that reaches other hosts"
            if driver in ("macvlan", "ipvlan", "overlay")
            else f"Podman has no driver {driver}",
            "write bridge" if driver != "host" else "write network_mode: host on the service",
        )
    if not place.at("enable_ipv4").flag(given.get("enable_ipv4", True)):
        place.at("enable_ipv4").refuse(
            "Podman makes no network without IPv4 this way", "give it an IPv6 subnet in ipam"
        )
    if given.get("driver_opts"):
        found["opt"] = values.pairs(given["driver_opts"], place.at("driver_opts"))
    for key, option in (("enable_ipv6", "ipv6"), ("internal", "internal")):
        if key in given:
            found[option] = place.at(key).flag(given[key])
    if given.get("labels"):
        found["label"] = values.pairs(given["labels"], place.at("labels"))
    found.update(_addresses(given.get("ipam"), place.at("ipam")))
    return found


def _addresses(raw: Any, place: Place) -> dict[str, Any]:
    ipam = place.mapping(raw)
    place.known(ipam, ("driver", "config", "options"))
    if ipam.get("driver") not in (None, "default") or ipam.get("options"):
        place.refuse(
            "Podman leases addresses itself, and nothing else can do it here", "take driver and options out"
        )
    entries = []
    for index, each in enumerate(place.at("config").listed(ipam.get("config"))):
        at = place.at("config").entry(index)
        entry = at.mapping(each)
        at.known(entry, ("subnet", "gateway", "ip_range", "aux_addresses"))
        if entry.get("aux_addresses"):
            at.at("aux_addresses").refuse(
                "Podman reserves no single addresses", "lease from a part of the subnet, with ip_range"
            )
        entries.append(
            {key: at.at(key).text(entry[key]) for key in ("subnet", "gateway", "ip_range") if entry.get(key)}
        )
    entries = [each for each in entries if each]
    if len(entries) < 2:
        return entries[0] if entries else {}
    return {"net_config": entries}


def _volume(given: dict[str, Any], place: Place) -> dict[str, Any]:
    place.known(given, ("name", "external", "driver", "driver_opts", "labels"))
    found: dict[str, Any] = {}
    if given.get("driver") not in (None, "local", "default"):
        place.at("driver").refuse(
            f"Podman has no driver {given['driver']}", "write local, or mount a folder of the host"
        )
    options = values.pairs(given.get("driver_opts"), place.at("driver_opts"))
    if options.get("type", "none") not in VOLUME_TYPES:
        place.at("driver_opts").refuse(
            f"only root may mount a file system of type {options['type']}",
            "mount it on the host (/etc/fstab), and that folder in the service",
        )
    if options:
        if not options.get("device", "/").startswith("/") and options.get("type") != "tmpfs":
            place.at("driver_opts").at("device").needs(options["device"], "an absolute path on the host")
        found["options"] = options
    if given.get("labels"):
        found["label"] = values.pairs(given["labels"], place.at("labels"))
    return found
