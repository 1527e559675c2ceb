# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hardened defaults of apps: what a reviewer does not see in an app's declaration holds (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PORTS = ("publish", "ports", "published", "published_ports")
# Namespaces that are not the container's own take none of its sysctls.
FOREIGN_NETWORKS = ("host", "container", "ns")
LOW_PORTS = {"net.ipv4.ip_unprivileged_port_start": "0"}
USERNS = "nomap"
CONTAINER: dict[str, Any] = {
    "cap_drop": ["all"],
    "security_opt": ["no-new-privileges"],
    "read_only": True,
    "restart_policy": "always",
}
# One that runs to its end, for others that wait for that, does not come back.
ONCE: dict[str, Any] = {"restart_policy": "no"}


def hardened(declared: Mapping[str, Any]) -> dict[str, Any]:
    """A container's or pod's declaration with the hardened defaults filled in; what has ``containers`` is a pod."""
    return hardened_pod(declared) if "containers" in declared else hardened_container(declared)


def hardened_container(declared: Mapping[str, Any], once: bool = False) -> dict[str, Any]:
    """A container outside pods; ``once`` for one that runs to its end."""
    return _outer(_container(declared, once), declared)


def hardened_pod(declared: Mapping[str, Any]) -> dict[str, Any]:
    """A pod and each of its containers."""
    pod = _outer(declared, declared)
    if declared.get("containers") is not None:
        pod["containers"] = [
            _container(member) if isinstance(member, Mapping) else member for member in declared["containers"]
        ]
    return pod


def _container(declared: Mapping[str, Any], once: bool = False) -> dict[str, Any]:
    return {**CONTAINER, **(ONCE if once else {}), **declared}


def _outer(whole: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to the namespaces: of a pod, or of a container that is in none."""
    found = dict(whole)
    if "pod" in declared:
        return found
    if not {"userns", "userns_mode"} & set(declared):
        found["userns"] = USERNS
    network = [
        name
        for option in ("network", "networks", "net", "network_mode")
        for name in _listed(declared.get(option))
    ]
    if not any(str(name).split(":", maxsplit=1)[0] in FOREIGN_NETWORKS for name in network):
        found["sysctl"] = {**LOW_PORTS, **(declared.get("sysctl") or {})}
    for option in PORTS:
        if option in declared:
            found[option] = [_local(str(port)) for port in _listed(declared[option])]
    return found


def _local(port: str) -> str:
    """A port with an address: the loopback one where none is written."""
    bare = port.split("/", maxsplit=1)[0]
    if bare.startswith("[") or bare.count(":") >= 2:
        return port
    return f"127.0.0.1:{port}" if ":" in bare else f"127.0.0.1::{port}"


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
