# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""State: what the engine reported of a set of containers and their pod, as data (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from . import _options

# Names of what an unfinished replacement leaves: the new one before, the old one after they changed places.
NEW = ".rp-new"
OLD = ".rp-old"


@dataclasses.dataclass(frozen=True)
class Found:
    """One container that exists."""

    name: str
    id: str
    inspect: Mapping[str, Any]

    @property
    def running(self) -> bool:
        """Whether its process runs now."""
        return _options.get_path(self.inspect, "State.Status") in ("running", "paused")

    @property
    def paused(self) -> bool:
        """Whether its processes are there and frozen."""
        return bool(_options.get_path(self.inspect, "State.Status") == "paused")

    @property
    def ended(self) -> bool:
        """Whether it has run and has no process any more."""
        return _options.get_path(self.inspect, "State.Status") in ("exited", "stopped", "dead")

    @property
    def exit_code(self) -> int:
        """With which code its process ended last."""
        return int(_options.get_path(self.inspect, "State.ExitCode") or 0)

    @property
    def succeeded(self) -> bool:
        """Whether it has run to its end, and well."""
        return self.ended and self.exit_code == 0

    @property
    def pod(self) -> str:
        """ID of its pod, empty without one."""
        return str(self.inspect.get("Pod") or "")

    @property
    def broken(self) -> bool:
        """Whether Podman lists it and cannot inspect it: nothing but removing it is possible."""
        return bool(self.inspect.get("Broken"))

    @property
    def networks(self) -> Mapping[str, Any]:
        """The networks that it has joined, by name."""
        return _options.get_path(self.inspect, "NetworkSettings.Networks") or {}

    @property
    def needs(self) -> set[str]:
        """IDs of the containers that it requires or shares a namespace with."""
        return set(self.inspect.get("Dependencies") or [])

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels, the image's among them."""
        return _options.get_path(self.inspect, "Config.Labels") or {}


@dataclasses.dataclass
class Survey:
    """What is there: containers by name (with those of an unfinished replacement), pods and secrets by name, images by reference."""

    containers: dict[str, Found] = dataclasses.field(default_factory=dict)
    pods: dict[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    images: dict[str, Mapping[str, Any] | None] = dataclasses.field(default_factory=dict)
    secrets: dict[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    # When files on the host that containers may have mounted last got another content, in seconds since 1970.
    files: dict[str, float] = dataclasses.field(default_factory=dict)
    # By container, the settings of the switch before it, as they are there now.
    switches: dict[str, Mapping[str, Any] | None] = dataclasses.field(default_factory=dict)
    # By network, the IDs of containers that the network's own task has connected.
    connected: dict[str, set[str]] = dataclasses.field(default_factory=dict)

    def as_declared(self, found: Found, networks: Collection[str]) -> Mapping[str, Any]:
        """What inspect shows of a container, but for networks that are declared elsewhere: by a task of theirs, not by ``networks``."""
        elsewhere = {
            name
            for name in found.networks
            if name not in networks and found.id in self.connected.get(name, ())
        }
        if not elsewhere:
            return found.inspect
        left = {name: each for name, each in found.networks.items() if name not in elsewhere}
        return {**found.inspect, "NetworkSettings": {**found.inspect["NetworkSettings"], "Networks": left}}


def public(inspect: Mapping[str, Any] | None) -> dict[str, Any]:
    """A container as a task returns it: no environment and no command, which may hold secrets."""
    if not inspect:
        return {}
    state = inspect.get("State") or {}
    return {
        "name": inspect.get("Name"),
        "id": inspect.get("Id"),
        "image": inspect.get("ImageName"),
        "image_id": inspect.get("Image"),
        "status": state.get("Status"),
        "health": (state.get("Health") or state.get("Healthcheck") or {}).get("Status") or "",
        "pid": state.get("Pid"),
        "pod": inspect.get("Pod") or "",
        "ports": _options.get_path(inspect, "HostConfig.PortBindings") or {},
    }
