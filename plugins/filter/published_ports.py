# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ports that apps open to others than their own host: what a firewall has to let in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.rootless.podman.plugins.module_utils._ports import Ports

DOCUMENTATION = r"""
name: published_ports
short_description: The ports that apps publish to other hosts
version_added: 0.1.0
author:
  - The rootless.podman contributors (@rootless-podman)
description:
  - Takes a list of apps, as M(rootless.podman.apps) takes it, and returns their published ports as C(PORT/PROTOCOL), for a firewall.
  - Ports without an address are published on the loopback address, and are left out like those that name it. So are apps, pods and containers that are
    C(absent).
positional: _input
options:
  _input:
    description: The apps.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Tell what the host has to let in
  ansible.builtin.debug:
    msg: "{{ rootless_apps_list | default([]) | rootless.podman.published_ports | join(', ') }}"
"""

RETURN = r"""
_value:
  description: The ports, without twins, in order.
  type: list
  elements: str
  sample: [8080/tcp]
"""

OPTIONS = ("publish", "ports", "published", "published_ports")
LOOPBACK = ("127.", "::1")


def published_ports(apps: Any) -> list[str]:
    """The ports of apps that other hosts can reach."""
    if isinstance(apps, (str, Mapping)) or not hasattr(apps, "__iter__"):
        raise AnsibleFilterError(
            f"published_ports: a list of apps is needed, not {type(apps).__name__}; write [app] for a single one."
        )
    try:
        found = {port for app in apps if _present(app) for port in _of(app)}
    except ValueError as error:
        raise AnsibleFilterError(f"published_ports: {error}") from error
    return [f"{ports}/{protocol}" for _first, protocol, ports in sorted(found)]


def _of(app: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    for kind in ("pods", "containers"):
        for each in filter(_present, app.get(kind) or []):
            for option in OPTIONS:
                raw = each.get(option) or []
                for text in raw if isinstance(raw, (list, tuple)) else [raw]:
                    yield from _outside(str(text))


def _outside(text: str) -> Iterator[tuple[int, str, str]]:
    """A published port that others reach: with an address, and not the loopback one. Port 0 is chosen when a container starts."""
    port = Ports().parse([text])[0]
    address = port["host_ip"] or ("0.0.0.0" if text.startswith("0.0.0.0:") else "127.0.0.1")
    if port["host_port"] and not address.startswith(LOOPBACK):
        last = port["host_port"] + port["range"] - 1
        yield (
            port["host_port"],
            port["protocol"],
            f"{port['host_port']}-{last}" if port["range"] > 1 else str(last),
        )


def _present(each: Any) -> bool:
    return isinstance(each, Mapping) and each.get("state") != "absent"


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Their names."""
        return {"published_ports": published_ports}
