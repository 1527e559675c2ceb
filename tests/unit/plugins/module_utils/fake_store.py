# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of Podman that keeps volumes, networks and secrets, in memory, with the face of ``_engine.Engine``."""

from __future__ import annotations

import copy
import json
import re
import tempfile
from types import SimpleNamespace
from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.plugins.module_utils._network_road import NetworkRoad
from ansible_collections.rootless.podman.plugins.module_utils._secret_road import SecretRoad
from ansible_collections.rootless.podman.plugins.module_utils._volume_road import VolumeRoad
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import KEY

ROADS = {"volumes": VolumeRoad, "networks": NetworkRoad, "secrets": SecretRoad}


class Store:
    """Podman without images and pods; its containers are what a test puts there."""

    def __init__(self, version: tuple[int, int, int] = (5, 4, 2)) -> None:
        self.version, self.check = version, False
        self._home = tempfile.TemporaryDirectory()
        self.account = SimpleNamespace(name="shop", uid=4711, home=self._home.name)
        self.info = {"store": {"volumePath": f"{self._home.name}/volumes"}}
        self.kept: dict[tuple[str, str], dict] = {}
        self.containers: dict[str, dict] = {}
        self.writes: list[str] = []
        self.refuse: list[EngineError | None] = []  # for the writes to come; None lets one through
        self.made = 0

    def use(self, *names: str, network: str = "x", mode: str = "bridge", **more: Any) -> None:
        """Containers that use everything that is called x, made by a command that gives no address."""
        for name in names:
            command = more.get("command", ["podman", "run", "--network", network])
            self.containers[name] = {
                "Name": name,
                "Id": name * 20,
                "State": {"Status": "running", "StartedAt": "2026-01-01T00:00:00Z"},
                "HostConfig": {"NetworkMode": mode},
                "NetworkSettings": {"Networks": {}},
                "Config": {
                    "CreateCommand": command,
                    "Labels": more.get("labels") or {},
                    "Env": more.get("env"),
                },
            }
            if mode == "bridge":
                self._join(name, network, more.get("settings") or {})

    def _join(self, name: str, network: str, settings: dict) -> None:
        self.containers[name]["NetworkSettings"]["Networks"][network] = {
            "IPAddress": (settings.get("static_ips") or ["10.1.0.77"])[0],
            "MacAddress": settings.get("static_mac", "aa:bb:cc:dd:ee:ff"),
            "Aliases": [*settings.get("aliases", []), (name * 20)[:12]],
        }

    def admit(self, method: str, path: str) -> None:
        if self.check:
            raise Failure(f"internal: {method} {path} in check mode")

    def get(self, path: str, params: Any = None) -> Any:
        assert path == "containers/json"
        (wanted,) = (params.get("filters") or {None: None}).items()
        return [
            {"Names": [name], "Id": each["Id"], "State": each["State"]["Status"]}
            for name, each in self.containers.items()
            if (wanted[0] != "name" or wanted[1] == [f"^{re.escape(name)}$"])
            and (wanted[0] != "network" or wanted[1][0] in each["NetworkSettings"]["Networks"])
        ]

    def find(self, path: str, params: Any = None) -> Any:
        place, name, _json = path.split("/")
        if place == "containers":
            return next(
                (copy.deepcopy(each) for each in self.containers.values() if each["Id"] == name), None
            )
        found = copy.deepcopy(self.kept.get((place, name)))
        if found and place == "secrets" and not (params or {}).get("showsecret"):
            del found["SecretData"]
        return found

    def write(self, method: str, path: str, params: Any = None, body: Any = None, **_more: Any) -> Any:
        assert not self.check
        self.writes.append(f"{method} {path}")
        due = list(filter(None, [self.refuse.pop(0)] if self.refuse else []))
        for trouble in due:
            if trouble.status:
                raise trouble
        answer = self._do(method, path, params, body)
        for trouble in due:
            raise trouble  # it was carried out, and the answer was lost
        return answer

    def _do(self, method: str, path: str, params: Any, body: Any) -> None:
        place, name, *action = path.split("/")
        if method == "DELETE":
            self._delete(place, name)
        elif action == ["connect"]:
            if name in self.containers[body["container"]]["NetworkSettings"]["Networks"]:
                raise EngineError("already connected", 500, "already connected")
            self._join(body["container"], name, body)
        elif action == ["disconnect"]:
            if self.containers[body["Container"]]["NetworkSettings"]["Networks"].pop(name, None) is None:
                raise EngineError("is not connected", 500, "container is not connected to network")
        elif action == ["update"]:
            there = self.kept[place, name].setdefault("network_dns_servers", [])
            left = [each for each in there if each not in body.get("removednsservers", [])]
            self.kept[place, name]["network_dns_servers"] = left + body.get("adddnsservers", [])
        else:
            self._create(place, params, body)

    def _delete(self, place: str, name: str) -> None:
        users = [
            each for each in self.containers.values()
            if place != "networks" or name in each["NetworkSettings"]["Networks"]
        ]  # fmt: skip
        if users and place != "secrets":
            raise EngineError("in use", 409, f"{name} is being used by {users[0]['Name']}")
        if self.kept.pop((place, name), None) is None:
            raise EngineError("no such", 404, "no such")

    def _create(self, place: str, params: Any, body: Any) -> None:
        self.made += 1
        if place == "secrets":
            name, shown = params["name"], {
                "ID": str(self.made), "SecretData": body.decode(), "UpdatedAt": "2026-02-01T00:00:00Z",
                "Spec": {
                    "Name": params["name"], "Labels": params["labels"],
                    "Driver": {"Name": params.get("driver", "file"), "Options": params.get("driveropts", {})},
                },
            }  # fmt: skip
        else:
            body = json.loads(json.dumps(body))
            name = body.get("name") or body.get("Name")
            place_of = f"{self.account.home}/volumes/{name}/_data"
            shown = {"driver": "bridge", "Driver": "local", "Options": {}, "id": str(self.made), **body}
            shown |= {"Mountpoint": place_of, "CreatedAt": str(self.made)} if place == "volumes" else {}
        if (place, name) in self.kept and not (params or {}).get("replace"):
            raise EngineError("already exists", 409, f"{name} already exists")
        self.kept[place, name] = shown


def run(store: Store, place: str, check: bool = False, **params: Any) -> dict:
    """One run of the module of that kind."""
    store.check = check
    try:
        road = ROADS[place]
        params = {"name": "x", "state": "present", **dict.fromkeys(road.kind.table.by_name), **params}
        return road(Task(params, check), store, KEY).travel()
    finally:
        store.check = False


def actions(result: dict) -> list[str]:
    return [step["action"] for step in result["plan"]]
