# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All services of a project in one pod (pure): what then belongs to the pod, and what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import networking
from .places import Place
from .project import Project

LOOPBACK = "127.0.0.1"
# Options of a container that its pod has instead, when all services that say something say the same.
OF_POD = {
    "dns": "dns",
    "dns_search": "dns_search",
    "dns_option": "dns_opt",
    "userns": "userns",
    "shm_size": "shm_size",
}
# By the option of the container: the key of the service, and why it cannot be in a pod.
NOT_IN_POD = {
    "hostname": "all containers of a pod have one name of the host",
    "ipc": "all containers of a pod have one IPC namespace",
    "uts": "all containers of a pod have one name of the host",
    "mac_address": "all containers of a pod have one network",
    "network_mode": "all containers of a pod have one network",
}
NETWORK = "let the services have a network (group: network)"


def together(
    project: Project,
    containers: list[dict[str, Any]],
    services: Mapping[str, dict[str, Any]],
) -> dict[str, Any]:
    """The pod with the containers in it. Raises Failure."""
    place = Place(project.file).at("services")
    for name, service in services.items():
        for key, why in NOT_IN_POD.items():
            if service.get(key) is not None:
                project.place("services", name, key).refuse(why, NETWORK)
    owners = [name for name in services for each in containers if _is_of(each, project, name, services)]
    if len(owners) != len(set(owners)):
        twice = next(name for name in owners if owners.count(name) > 1)
        place.at(twice).refuse("a service has one container in a pod, because all share their ports", NETWORK)
    _refuse_shared_ports(project, services)
    pod: dict[str, Any] = {
        # As podman-compose calls it: the project's own name may be that of a container.
        "name": f"pod_{project.name}",
        "publish": [port for each in containers for port in each.pop("publish", [])],
        "network": _networks(project, containers, services),
        "add_host": _hosts(project, containers, services, owners),
    }
    for option, of_pod in OF_POD.items():
        told = [each.pop(option) for each in containers if option in each]
        if any(value != told[0] for value in told):
            place.refuse(
                f"services say {option} differently, and all containers of a pod have the same", NETWORK
            )
        if told:
            pod[of_pod] = told[0]
    sysctls: dict[str, str] = {}
    for name, each in zip(owners, containers):
        own = each.pop("sysctl", {})
        for key, value in own.items():
            if sysctls.setdefault(key, value) != value:
                project.place("services", name, "sysctls").at(key).refuse(
                    "another service gives it another value, and both are in one pod", NETWORK
                )
    if sysctls:
        pod["sysctl"] = sysctls
    names = {each["name"]: name for name, each in zip(owners, containers)}
    for name, each in zip(owners, containers):
        _bind(project, name, each, names)
    return {**{key: value for key, value in pod.items() if value}, "containers": containers}


def _is_of(container: Mapping[str, Any], project: Project, name: str, services: Mapping[str, Any]) -> bool:
    own = services[name].get("container_name")
    if own:
        return bool(container["name"] == str(own))
    stem, _dash, number = str(container["name"]).rpartition("-")
    return stem == f"{project.name}-{name}" and number.isdigit()


def _refuse_shared_ports(project: Project, services: Mapping[str, dict[str, Any]]) -> None:
    """Two services that listen on one port cannot share a network."""
    owners: dict[str, str] = {}
    for name, service in services.items():
        inside = [
            f"{each.get('target')}/{each.get('protocol') or 'tcp'}" for each in service.get("ports") or []
        ]
        inside += [text if "/" in text else f"{text}/tcp" for text in map(str, service.get("expose") or [])]
        for port in dict.fromkeys(inside):
            first = owners.setdefault(port, name)
            if first != name:
                key = "ports" if service.get("ports") else "expose"
                project.place("services", name, key).refuse(
                    f"the services {first} and {name} both listen on port {port}, and all containers of a pod have one network",
                    NETWORK,
                )


def _networks(
    project: Project, containers: list[dict[str, Any]], services: Mapping[str, dict[str, Any]]
) -> list[str]:
    """The networks that the pod joins: those of every service, which have to be the same."""
    sets = {name: sorted(service.get("networks") or ["default"]) for name, service in services.items()}
    first = next(iter(sets))
    for name, mine in sets.items():
        if mine != sets[first]:
            project.place("services", name, "networks").refuse(
                f"the services {first} and {name} are in different networks, and all containers of a pod have the same",
                NETWORK,
            )
    joined: dict[str, list[str]] = {}
    for each in containers:
        for network in each.pop("network"):
            name, _colon, rest = network.partition(":")
            joined.setdefault(name, [])
            joined[name] += [part for part in rest.split(",") if part not in joined[name]]
    return [f"{name}:{','.join(parts)}" for name, parts in joined.items()]


def _hosts(
    project: Project,
    containers: list[dict[str, Any]],
    services: Mapping[str, dict[str, Any]],
    owners: list[str],
) -> dict[str, str]:
    """Lines for /etc/hosts: each service is on the loopback address, under all its names."""
    found: dict[str, str] = {}
    for name, each in zip(owners, containers):
        aliases = [
            alias
            for given in (services[name].get("networks") or {}).values()
            for alias in given.get("aliases") or []
        ]
        found.update(dict.fromkeys([name, str(each["name"]), *map(str, aliases)], LOOPBACK))
    for name, service in services.items():
        for other, alias in networking.links(service, project.place("services", name, "links")):
            if other in services:
                found[alias] = LOOPBACK
    for name, each in zip(owners, containers):
        for host, address in each.pop("etc_hosts", {}).items():
            if found.setdefault(host, address) != address:
                project.place("services", name, "extra_hosts").at(host).refuse(
                    f"it is {found[host]} as well, and all containers of a pod know the same hosts", NETWORK
                )
    return found


def _bind(project: Project, name: str, container: dict[str, Any], names: Mapping[str, str]) -> None:
    """In a pod, what has to be started first is bound to; Podman waits for no more than the start."""
    needs = container.pop("depends_on", {})
    for other, condition in needs.items():
        if condition != "started":
            project.place("services", name, "depends_on").at(names[other]).at("condition").refuse(
                f"the containers of a pod start together, and none waits until another is {condition}",
                NETWORK,
            )
    requires = list(dict.fromkeys([*container.pop("requires", []), *needs]))
    if requires:
        container["requires"] = requires
