# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Podman in memory, with the face of ``_engine.Engine``: it keeps containers and pods and can be hurt.

It is as strict as the real one where an order of steps can be wrong: a name is taken once, a host
port is bound once among what runs, a container that others depend on does not go, a name enters
the DNS when a container starts and not when it is renamed.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import re
import threading
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_inspect import (
    container_inspect,
    image_inspect,
    pod_inspect,
)

# Ways in which a call can go wrong.
REFUSED = "refused"  # it answers 500 and does nothing; later calls work
LOST = "lost"  # it is carried out, and its answer never arrives; later calls work
GONE = "gone"  # the service is dead: this call and all later ones find nobody
KILLED_BEFORE = "killed before"  # the module's process dies, the call was never made
KILLED_AFTER = "killed after"  # the module's process dies, the server finishes what it was asked
WAYS = (REFUSED, LOST, GONE, KILLED_BEFORE, KILLED_AFTER)


class Killed(BaseException):
    """The process that made the call is no more; nothing of it may run any further."""


@dataclasses.dataclass
class Container:
    """One container; ``dns`` is the name under which the network knows it while it runs."""

    id: str
    name: str
    body: dict
    pod: str = ""
    infra: bool = False
    status: str = "created"
    exit_code: int = 0
    dns: str = ""

    @property
    def running(self) -> bool:
        return self.status == "running"


@dataclasses.dataclass
class Pod:
    """One pod; ``infra`` is the ID of its infra container, empty without one."""

    id: str
    name: str
    body: dict
    infra: str = ""


class FakePodman:
    """An engine whose server lives in memory. ``hurt`` says which call from now on goes wrong, and how."""

    def __init__(
        self,
        version: tuple[int, int, int] = (5, 4, 2),
        controllers: tuple[str, ...] = ("cpu", "cpuset", "io", "memory", "pids"),
        images: Mapping[str, Mapping] | None = None,
    ) -> None:
        self.version = version
        self.version_text = ".".join(str(part) for part in version)
        self.account = SimpleNamespace(name="shop", home="/nonexistent")
        self.check = False
        self.calls = self.admitted = 0
        self.writes: list[str] = []
        self.info = {
            "host": {
                "cgroupControllers": list(controllers),
                "idMappings": {
                    kind: [{"container_id": 0, "size": 1}, {"container_id": 1, "size": 65536}]
                    for kind in ("uidmap", "gidmap")
                },
            }
        }
        self.images = dict(images or {"img": image_inspect()})
        self.registry: dict[str, Mapping] = {}
        self.containers: dict[str, Container] = {}
        self.pods: dict[str, Pod] = {}
        self.storage_only: set[str] = set()
        self.secrets: set[str] = set()
        self.ignores_updates = False
        self.lost_volumes: list[str] = []  # containers whose anonymous volumes went with them
        self._hurt_at, self._hurt_how, self._killed = 0, "", False
        self._made = 0
        self._lock = threading.RLock()

    # What tests do to it and ask of it.

    def twin(self) -> FakePodman:
        """Another Podman in which everything is as it is in this one."""
        other = FakePodman(self.version, images=self.images)
        for name, value in vars(self).items():
            if name not in ("_lock", "images", "registry"):
                setattr(other, name, copy.deepcopy(value))
        return other

    def hurt(self, how: str, at: int) -> None:
        """Let the ``at``-th call from now go wrong."""
        self._hurt_at, self._hurt_how, self._killed = self.calls + at, how, False

    def heal(self) -> None:
        """A new process, and a service that answers."""
        self._hurt_at, self._hurt_how, self._killed = 0, "", False

    def named(self, name: str) -> Container | None:
        """The container of that name."""
        return next((each for each in self.containers.values() if each.name == name), None)

    def pod_named(self, name: str) -> Pod | None:
        """The pod of that name."""
        return next((each for each in self.pods.values() if each.name == name), None)

    def view(self) -> dict[str, tuple]:
        """What there is: for each name its declaration, whether it runs and the name that others reach it by.

        IDs and records stay out: two worlds are equal when they serve alike.
        """
        seen = {}
        for each in self.containers.values():
            told = {key: value for key, value in each.body.items() if key not in ("labels", "pod", "name")}
            # Bodies name what they depend on by ID.
            told["dependencyContainers"] = sorted(
                "infra" if self.containers[one].infra else self.containers[one].name
                for one in self._needs(each)
            )
            pod = self.pods[each.pod].name if each.pod else ""
            dns = each.dns if each.running else ""
            # An infra container has its name from its pod's ID, which is a new one each time.
            name = f"infra of {pod}" if each.infra else each.name
            seen[name] = (json.dumps(told, sort_keys=True), pod, each.running, dns)
        for each in self.pods.values():
            told = {key: value for key, value in each.body.items() if key not in ("labels", "name")}
            seen[f"pod {each.name}"] = (json.dumps(told, sort_keys=True), "", True, "")
        return seen

    # The face of Engine.

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return self._call("GET", path, params, None)

    def find(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        try:
            return self.get(path, params)
        except EngineError as error:
            if error.status == 404:
                return None
            raise

    def raw(self, path: str, params: Mapping[str, Any] | None = None) -> bytes:
        return self._call("GET", path, params, None)

    def write(
        self, method: str, path: str, params: Mapping[str, Any] | None = None, body: Any = None,
        timeout: float = 60.0, plain: bool = False,
    ) -> Any:  # fmt: skip
        if self.check:
            raise Failure(f"internal: {method} {path} in check mode")
        answer = self._call(method, path, params, body)
        return None if plain else answer

    def stream(
        self, path: str, params: Mapping[str, Any] | None = None, body: Any = None, headers: Any = None
    ) -> list:
        return self.write("POST", path, params, body)

    def _call(self, method: str, path: str, params: Mapping[str, Any] | None, body: Any) -> Any:
        with self._lock:
            self.calls += 1
            how = self._hurt_how
            now = self.calls >= self._hurt_at if how == GONE else self.calls == self._hurt_at
            if self._killed:
                raise Killed
            if how and now:
                self._killed = how in (KILLED_BEFORE, KILLED_AFTER)
                if how == REFUSED:
                    raise EngineError(
                        "Podman refused: something is wrong inside", 500, "something is wrong inside"
                    )
                if how == GONE:
                    raise EngineError("the Podman does not answer")
                if how == KILLED_BEFORE:
                    raise Killed
            # What crosses is JSON, and nobody changes what he is shown.
            answer = self._serve(method, path, dict(params or {}), copy.deepcopy(body))
            if how and now:
                if how == KILLED_AFTER:
                    raise Killed
                raise EngineError("the Podman broke off")
            return answer

    # The server.

    def _serve(self, method: str, path: str, params: dict, body: Any) -> Any:
        if method != "GET":
            self.writes.append(f"{method} {path}")
            self.admitted += 1
        parts = [unquote(part) for part in path.split("/")]
        kind, action = parts[0], parts[-1]
        if kind == "info":
            return self.info
        if path == "images/pull":
            return self._pull(params["reference"], params)
        if kind == "images":
            return self._found(self.images.get(parts[1]), "no such image")
        if path == "secrets/json":
            return [
                {"ID": "0" * 25, "UpdatedAt": "2026-01-01T00:00:00Z", "Spec": {"Name": name}}
                for name in self.secrets
            ]
        if path == "containers/json":
            return self._list(params)
        if path == "pods/json":
            return [
                {"Id": each.id, "Name": each.name, "Labels": each.body.get("labels")}
                for each in self.pods.values()
            ]
        if path in ("containers/create", "pods/create"):
            return {"Id": (self._create if kind == "containers" else self._create_pod)(body)}
        if method == "DELETE" and kind == "containers" and parts[1] in self.storage_only:
            self.storage_only.discard(parts[1])
            return None
        subject = (self._container if kind == "containers" else self._pod)(parts[1])
        if method == "DELETE":
            action = "delete"
        handler = getattr(self, f"_{kind}_{action}")
        return handler(subject, params, body)

    def _next_id(self) -> str:
        self._made += 1
        return f"{self._made:064x}"

    @staticmethod
    def _found(thing: Any, cause: str) -> Any:
        if thing is None:
            raise EngineError(cause, 404, cause)
        return thing

    def _container(self, name: str) -> Container:
        return self._found(self.containers.get(name) or self.named(name), f"no such container {name}")

    def _pod(self, name: str) -> Pod:
        return self._found(self.pods.get(name) or self.pod_named(name), f"no such pod {name}")

    def _pull(self, name: str, params: dict) -> list:
        """The registry has what is here too, and each image for every platform."""
        found = self.registry.get(name) or self.images.get(name)
        if not found:
            raise EngineError("manifest unknown", 200, "manifest unknown")
        asked = {"Os": params.get("OS"), "Architecture": params.get("Arch")}
        other = {field: value for field, value in asked.items() if value and value != found.get(field)}
        self.images[name] = {**found, **other, "Id": "".join(other.values()) or found["Id"]}
        return []

    def _list(self, params: dict) -> list:
        patterns = params.get("filters", {}).get("name", [".*"])
        return [
            {"Id": each.id, "Names": [each.name], "Labels": each.body.get("labels")}
            for each in self.containers.values()
            if any(re.search(pattern, each.name) for pattern in patterns)
        ]

    def _taken(self, name: str) -> None:
        if self.named(name) or name in self.storage_only:
            cause = f'creating container storage: the container name "{name}" is already in use by 0'
            raise EngineError(cause, 500, cause)

    def _create(self, body: dict) -> str:
        self._taken(body["name"])
        self._found(self.images.get(body["image"]), "no such image")
        identity = self._next_id()
        made = Container(identity, body["name"], body, self._pod(body["pod"]).id if body.get("pod") else "")
        self.containers[identity] = made
        self._needs(made)
        return identity

    def _create_pod(self, body: dict) -> str:
        if self.pod_named(body["name"]):
            raise EngineError("pod already exists", 409, "pod already exists")
        identity = self._next_id()
        pod = self.pods[identity] = Pod(identity, body["name"], body)
        if not body.get("no_infra"):
            pod.infra = self._next_id()
            shown = {"image": "infra", "portmappings": body.get("portmappings", [])}
            self.containers[pod.infra] = Container(pod.infra, f"{identity[:12]}-infra", shown, identity, True)
        return identity

    def _needs(self, container: Container) -> list[str]:
        """IDs of the containers that this one depends on, fixed when it was made."""
        if "needs" not in container.__dict__:
            named = list(container.body.get("dependencyContainers", []))
            for key in ("netns", "pidns", "ipcns", "utsns"):
                if container.body.get(key, {}).get("nsmode") == "container":
                    named.append(container.body[key]["value"])
            infra = self.pods[container.pod].infra if container.pod and not container.infra else ""
            container.__dict__["needs"] = [self._container(each).id for each in named] + (
                [infra] if infra else []
            )
        return container.__dict__["needs"]

    def _inspect(self, each: Container) -> dict:
        shown = dict(self._declared(each))
        checked = shown["Config"].get("Healthcheck")
        health = {"Health": {"Status": "healthy" if each.running else "starting"}} if checked else {}
        shown.update(
            Id=each.id, Name=each.name, Pod=each.pod, Dependencies=self._needs(each), RestartCount=0,
            State={"Status": each.status, "Running": each.running, "ExitCode": each.exit_code, "Pid": 1, **health},
        )  # fmt: skip
        return shown

    def _declared(self, each: Container) -> dict:
        """The part of a container's inspect that only an update changes."""
        if "shown" not in each.__dict__:
            image = self.images.get(each.body["image"]) or image_inspect("b" * 64)
            each.__dict__["shown"] = container_inspect(each.body, image, each.id)
        return each.__dict__["shown"]

    def _containers_json(self, each: Container, _params: dict, _body: Any) -> dict:
        return self._inspect(each)

    def _containers_logs(self, each: Container, _params: dict, _body: Any) -> bytes:
        return b"\1\0\0\0\0\0\0\6cannot" if each.exit_code else b""

    def _containers_healthcheck(self, _each: Container, _params: dict, _body: Any) -> dict:
        return {}

    def _containers_start(self, each: Container, _params: dict, _body: Any) -> None:
        _refuse_paused(each)
        for needed in self._needs(each):
            self._containers_start(self.containers[needed], {}, None)
        if each.running:
            return
        for other in self.containers.values():
            clash = _host_ports(other) & _host_ports(each)
            if other.running and clash:
                cause = f"rootlessport listen tcp 0.0.0.0:{min(clash)}: bind: address already in use"
                raise EngineError(cause, 500, cause)
        broken = each.body.get("env", {}).get("BREAKS") == "yes"
        # What shares the network of its pod is not known by a name of its own.
        dns = "" if each.pod and self.pods[each.pod].infra else each.name
        each.status, each.exit_code, each.dns = ("exited", 1, "") if broken else ("running", 0, dns)

    def _containers_unpause(self, each: Container, _params: dict, _body: Any) -> None:
        each.status = "running"

    def _containers_stop(self, each: Container, _params: dict, _body: Any) -> None:
        _refuse_paused(each)
        if each.status == "created":
            cause = f"can only stop created or running containers. {each.id} is in state configured"
            raise EngineError(cause, 500, cause)
        each.status = "exited"

    def _containers_rename(self, each: Container, params: dict, _body: Any) -> None:
        other = self.named(params["name"])
        if other is not None and other is not each:
            cause = "UNIQUE constraint failed: ContainerConfig.Name"
            raise EngineError(cause, 500, cause)
        each.name = params["name"]

    def _containers_update(self, each: Container, params: dict, body: Any) -> None:
        if self.ignores_updates:
            return
        each.__dict__.pop("shown", None)
        if params.get("restartPolicy"):
            told = {
                "restart_policy": params["restartPolicy"],
                "restart_tries": params.get("restartRetries") or 0,
            }
            each.body.update(told)
            if told == {"restart_policy": "no", "restart_tries": 0}:
                # As without a policy, so that equal worlds look equal.
                del each.body["restart_policy"], each.body["restart_tries"]
        for controller, values in (body or {}).items():
            if controller != "r_limits":
                each.body.setdefault("resource_limits", {}).setdefault(controller, {}).update(values)

    def _containers_delete(self, each: Container, params: dict, _body: Any) -> None:
        if each.infra:
            raise EngineError("is the infra container of a pod", 409, "is the infra container of a pod")
        if any(each.id in self._needs(other) for other in self.containers.values()):
            cause = "has dependent containers which must be removed before it"
            raise EngineError(cause, 500, cause)
        if params.get("volumes"):
            self.lost_volumes.append(each.id)
        del self.containers[each.id]

    def _members(self, pod: Pod) -> list[Container]:
        return [each for each in self.containers.values() if each.pod == pod.id]

    def _pods_json(self, pod: Pod, _params: dict, _body: Any) -> dict:
        members = self._members(pod)
        up = [each.running for each in members]
        state = (
            "Running" if up and all(up) else "Degraded" if any(up)
            else "Exited" if any(each.status == "exited" for each in members) else "Created"
        )  # fmt: skip
        return {
            **pod_inspect(pod.body), "Id": pod.id, "Name": pod.name, "InfraContainerID": pod.infra, "State": state,
            "Containers": [{"Id": each.id, "Name": each.name, "State": each.status} for each in members],
        }  # fmt: skip

    def _pods_start(self, pod: Pod, _params: dict, _body: Any) -> None:
        refused = []
        for each in self._members(pod):
            try:
                self._containers_start(each, {}, None)
            except EngineError as error:
                refused.append(error.cause)
        if refused:
            raise EngineError("some containers failed", 409, "some containers failed")

    def _pods_stop(self, pod: Pod, _params: dict, _body: Any) -> None:
        for each in self._members(pod):
            if each.running:
                self._containers_stop(each, {}, None)

    def _pods_delete(self, pod: Pod, _params: dict, _body: Any) -> None:
        for each in self._members(pod):
            del self.containers[each.id]
        del self.pods[pod.id]


def _host_ports(container: Container) -> set[int]:
    ports = container.body.get("portmappings", [])
    return {each["host_port"] + step for each in ports for step in range(each["range"]) if each["host_port"]}


def _refuse_paused(each: Container) -> None:
    if each.status == "paused":
        cause = f"container {each.id} is running or paused: container state improper"
        raise EngineError(cause, 500, cause)
