# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hardened defaults of apps, as filters: what a reviewer does not see in an app's declaration holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

from ansible_collections.rootless.podman.plugins.module_utils import _hardened

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


def hardened(declared: Mapping[str, Any]) -> dict[str, Any]:
    """A container's or pod's declaration with the hardened defaults filled in."""
    if not isinstance(declared, Mapping):
        raise AnsibleFilterError(
            f"hardened: a map that declares a container or pod is needed, not {type(declared).__name__}"
        )
    return _hardened.hardened(declared)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Their names."""
        return {"hardened": hardened}
