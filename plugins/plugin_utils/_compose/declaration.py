# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A project as the declaration of one app, in the form that rootless.podman.apps takes."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

from . import networking
from .building import image_of
from .mounts import Mounts
from .objects import Objects
from .places import Place
from .pods import together
from .project import Project
from .services import options_of

GROUPS = ("network", "pod")
NEW_FOLDERS = ("volume", "refuse")
CONDITIONS = {
    "service_started": "started", "service_healthy": "healthy", "service_completed_successfully": "completed",
}  # fmt: skip
# What Docker gives every container, and an app's container only where its declaration says so.
RELAXED: dict[str, Any] = {"cap_drop": [], "security_opt": [], "read_only": False}
DOCKER_HUB = "docker.io"


@dataclasses.dataclass
class Choice:
    """How the caller wants the app."""

    name: str = ""
    user: str = ""
    account: dict[str, Any] = dataclasses.field(default_factory=dict)
    group: str = "network"
    hardened: bool = False
    publish_address: str = "127.0.0.1"
    new_folders: str = "volume"


def declared(project: Project, choice: Choice) -> dict[str, Any]:
    """The app. Raises Failure, one sentence, for the first thing that cannot be."""
    for option, value, allowed in (
        ("group", choice.group, GROUPS),
        ("new_folders", choice.new_folders, NEW_FOLDERS),
    ):
        if value not in allowed:
            raise Failure(f"{option}: {value!r} was given, and one of {', '.join(allowed)} is needed.")
    return _Declaring(project, choice).app()


class _Declaring:
    """One project on its way."""

    def __init__(self, project: Project, choice: Choice) -> None:
        self.project, self.choice = project, choice
        self.services = project.tree["services"]
        self.objects = Objects(project)
        self.mounts = Mounts(self.objects, choice.new_folders)
        self.images: dict[str, dict[str, Any]] = {}
        self.links = {
            name: networking.links(service, self.place(name, "links"))
            for name, service in self.services.items()
        }

    def place(self, service: str, key: str) -> Place:
        """Where a key of a service stands."""
        return self.project.place("services", service, key)

    def app(self) -> dict[str, Any]:
        """All of it; what is empty is left out."""
        containers = [each for name in self.services for each in self.containers(name)]
        self._refuse_twins(containers)
        self._refuse_endless(containers)
        pods: list[dict[str, Any]] = []
        if self.choice.group == "pod":
            pods, containers = [together(self.project, containers, self.services)], []
        whole = {
            "name": self.choice.name or self.project.name,
            "user": self.choice.user,
            "account": dict(self.choice.account),
            "images": list(self.images.values()),
            "networks": list(self.objects.networks.values()),
            "volumes": list(self.objects.volumes.values()),
            "secrets": list(self.objects.secrets.values()),
            "files": list(self.objects.files.values()),
            "pods": pods,
            "containers": containers,
        }
        return {key: value for key, value in whole.items() if value}

    def names(self, service: str) -> list[str]:
        """The names of a service's containers, as Compose gives them."""
        if service not in self.services:
            return []
        given, count = self.services[service], self._count(service)
        if given.get("container_name"):
            place = self.place(service, "container_name")
            if count > 1:
                place.refuse(
                    f"{count} containers cannot have one name", "take it out, or declare one container"
                )
            return [place.text(given["container_name"])][:count]
        return [f"{self.project.name}-{service}-{number}" for number in range(1, count + 1)]

    def _count(self, service: str) -> int:
        given = self.services[service]
        place = self.place(service, "deploy")
        replicas = place.mapping(given.get("deploy")).get("replicas")
        if given.get("scale") is not None:
            return self.place(service, "scale").number(given["scale"])
        return 1 if replicas is None else place.at("replicas").number(replicas)

    def containers(self, name: str) -> list[dict[str, Any]]:
        """The containers of one service."""
        service = self.services[name]
        names = self.names(name)
        options = {
            **({} if self.choice.hardened else RELAXED),
            "restart_policy": "no",
            **options_of(service, lambda key: self.place(name, key)),
        }
        if self.choice.hardened and not {"restart", "deploy"} & set(service):
            del options["restart_policy"]
        ports = networking.published(service, self.choice.publish_address, self.place(name, "ports"))
        if len(names) > 1 and any(port.split("/")[0].split(":")[-2] for port in ports):
            self.place(name, "ports").refuse(
                f"{len(names)} containers cannot have one port of the host",
                "publish it without a port of the host, or scale to 1",
            )
        for key in ("ipc", "pid"):
            if service.get(key) is not None:
                options[key] = networking.shared(key, service[key], self.names, self.place(name, key))
        network = networking.joined(
            service, name, self._aliases(name), self.objects, self.names, lambda key: self.place(name, key)
        )
        mounts = self.mounts.of(name, service)
        tmpfs = [*options.pop("tmpfs", []), *mounts.pop("tmpfs", [])]
        if tmpfs:
            mounts["tmpfs"] = tmpfs
        if service.get("volumes_from"):
            mounts["volumes_from"] = self._volumes_from(name)
        needs, requires = self._needs(name)
        whole = {
            "image": self._image(name),
            **({"publish": ports} if ports else {}),
            "network": network,
            **options,
            **mounts,
            **({"requires": requires} if requires else {}),
            **({"depends_on": needs} if needs else {}),
        }
        return [copy.deepcopy({"name": each, **whole}) for each in names]

    def _aliases(self, name: str) -> list[str]:
        """Names that links of other services give this one."""
        return [alias for links in self.links.values() for other, alias in links if other == name]

    def _volumes_from(self, name: str) -> list[str]:
        place = self.place(name, "volumes_from")
        found = []
        for index, raw in enumerate(self.services[name]["volumes_from"]):
            at = place.entry(index)
            parts = at.text(raw).split(":")
            if parts[0] == "container":
                found.append(":".join(parts[1:]))
            else:
                found.append(":".join([networking.one(parts[0], self.names, at), *parts[1:]]))
        return found

    def _needs(self, name: str) -> tuple[dict[str, str], list[str]]:
        """Names of containers with the condition on which this one waits; those that it is bound to."""
        place = self.place(name, "depends_on")
        # As with Compose, what uses something of another service starts after it.
        wanted: dict[str, Any] = {
            other: {} for other in (*(each for each, _alias in self.links[name]), *self._used(name))
        }
        wanted.update(self.services[name].get("depends_on") or {})
        needs, requires = {}, []
        for other, raw in wanted.items():
            at = place.at(other)
            given = at.mapping(raw)
            at.known(given, ("condition", "restart", "required"))
            if other not in self.services:
                if at.at("required").flag(given.get("required", True)):
                    at.refuse(
                        f"the service {other} is not there, or not in an active profile",
                        "declare it, activate its profile, or write required: false",
                    )
                continue
            condition = given.get("condition", "service_started")
            if condition not in CONDITIONS:
                at.at("condition").needs(condition, f"one of {', '.join(CONDITIONS)}")
            for each in self.names(other):
                needs[each] = CONDITIONS[condition]
                if (
                    at.at("restart").flag(given.get("restart", False))
                    and condition != "service_completed_successfully"
                ):
                    requires.append(each)
        return needs, requires

    def _used(self, name: str) -> list[str]:
        """Services whose volumes or namespaces this one shares."""
        service = self.services[name]
        told = [
            each if ":" not in each else each.split(":")[0]
            for each in map(str, service.get("volumes_from") or [])
        ]
        found = [each for each in told if each != "container"]
        for key in ("network_mode", "ipc", "pid"):
            kind, _colon, other = str(service.get(key) or "").partition(":")
            found += [other] if kind == "service" else []
        return found

    def _image(self, name: str) -> str:
        service = self.services[name]
        given = service.get("image")
        if service.get("build") is None:
            if not given:
                self.place(name, "image").refuse(
                    "the service has neither an image nor a build", "write one of them"
                )
            return full_name(self.place(name, "image").text(given))
        image = str(given) if given else f"{self.project.name}-{name}"
        image = image if _has_registry(image) else f"localhost/{image}"
        self.images[image] = image_of(
            service["build"], image, service.get("platform"), self.objects, self.place(name, "build")
        )
        return image

    def _refuse_endless(self, containers: list[dict[str, Any]]) -> None:
        """What others wait for to be completed has to come to an end."""
        once = {
            other
            for each in containers
            for other, what in each.get("depends_on", {}).items()
            if what == "completed"
        }
        for service in self.services:
            names = self.names(service)
            policies = {each.get("restart_policy") for each in containers if each["name"] in names}
            endless = sorted({"always", "unless-stopped"} & policies)
            if endless and once & set(names):
                self.place(service, "restart").refuse(
                    f"it is {endless[0]}, and another service waits until this one has completed",
                    "write no or on-failure",
                )

    def _refuse_twins(self, containers: list[dict[str, Any]]) -> None:
        seen: set[str] = set()
        for each in containers:
            if each["name"] in seen:
                Place(self.project.file).at("services").refuse(
                    f"two services have the container_name {each['name']}", "give each a name of its own"
                )
            seen.add(each["name"])


def full_name(image: str) -> str:
    """An image by its whole name: without a registry Compose means Docker Hub, and Podman asks the host's configuration."""
    if _has_registry(image):
        return image
    return f"{DOCKER_HUB}/{image}" if "/" in image else f"{DOCKER_HUB}/library/{image}"


def _has_registry(image: str) -> bool:
    first, slash, _rest = image.partition("/")
    return bool(slash) and ("." in first or ":" in first or first == "localhost")
