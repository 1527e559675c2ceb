# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hardened defaults of apps, as filters: what a reviewer does not see in an app's declaration holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

DOCUMENTATION = r"""
name: hardened
short_description: Give a container or pod the hardened defaults of apps
version_added: 0.1.0
author:
  - The rootless.podman contributors (@rootless-podman)
description:
  - Takes the declaration of a container or pod, as the modules M(rootless.podman.container) and M(rootless.podman.pod)
    read it in O(rootless.podman.container#module:definition), and fills in what is not declared.
  - A container gets no capabilities, no new privileges, a read-only root file system, the restart policy V(always),
    and outside a pod the user namespace V(nomap), so that no process runs as the account itself.
  - A pod gets the user namespace V(nomap), and each of its containers what is said above.
  - Ports that are published without an address are published on V(127.0.0.1). Write V(0.0.0.0:8080:8080) to open one.
  - Ports below 1024 can be listened on inside without a capability, by a sysctl of the network namespace.
  - What the declaration says itself always wins, so every relaxation is a line that a reviewer can see.
positional: _input
options:
  _input:
    description: The declaration of a container, or of a pod with its C(containers).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: A container with every hardened default but one
  rootless.podman.container:
    user: shop
    definition: >-
      {{ {'name': 'shop', 'image': 'docker.io/library/busybox:1.37', 'command': 'sleep 1000', 'read_only': false}
      | rootless.podman.hardened }}
"""

RETURN = r"""
_value:
  description: The declaration with the defaults filled in.
  type: dict
"""

PORTS = ("publish", "ports", "published", "published_ports")
# Namespaces that are not the container's own take none of its sysctls.
FOREIGN_NETWORKS = ("host", "container", "ns")
LOW_PORTS = {"net.ipv4.ip_unprivileged_port_start": "0"}


def hardened(declared: Mapping[str, Any]) -> dict[str, Any]:
    """A container's or pod's declaration with the hardened defaults filled in."""
    if not isinstance(declared, Mapping):
        raise AnsibleFilterError(
            f"hardened: a map that declares a container or pod is needed, not {type(declared).__name__}"
        )
    if "containers" not in declared:
        return _outer(_container(declared), declared)
    pod = _outer(declared, declared)
    pod["containers"] = [_container(member) for member in declared["containers"] or []]
    return pod


def _container(declared: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {
        "cap_drop": ["all"],
        "security_opt": ["no-new-privileges"],
        "read_only": True,
        "restart_policy": "always",
    }
    return {**defaults, **declared}


def _outer(whole: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to the namespaces: of a pod, or of a container that is in none."""
    found = dict(whole)
    if "pod" in declared:
        return found
    if not {"userns", "userns_mode"} & set(declared):
        found["userns"] = "nomap"
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


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Their names."""
        return {"hardened": hardened}
