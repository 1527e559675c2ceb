#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to networks as they are: inspect data."""

from __future__ import annotations

DOCUMENTATION = r"""
module: network_info
short_description: Tell what networks accounts have
version_added: 0.1.0
description:
  - Returns the inspect data of one account's networks, or of many accounts'. Podman's default network C(podman) is one of them.
  - With Podman 5 and newer it says which running containers are on a network, and with which addresses.
extends_documentation_fragment:
  - rootless.podman.info
seealso:
  - module: rootless.podman.network
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: An account
  rootless.podman.user:
    name: shop

- name: A network to look at
  rootless.podman.network:
    user: shop
    name: inner
    subnet: 10.77.0.0/24

- name: Everything about one network
  rootless.podman.network_info:
    user: shop
    name: inner
  register: inner

- name: Its first subnet
  ansible.builtin.debug:
    msg: "{{ inner.networks[0].subnets[0].subnet }}"

- name: All subnets of every account of the host
  rootless.podman.network_info:
    users: all
    query: "[].{account: account, name: name, subnets: subnets[].subnet}"
  register: subnets
"""

RETURN = r"""
networks:
  description:
    - The networks by account and name, each as C(podman network inspect) shows it.
    - Beside what is listed here there is everything else that inspect shows.
  returned: when O(query) is not given, also by a task that fails because an account gave no answer
  type: list
  elements: dict
  contains:
    account:
      description: Whose it is.
      type: str
    recorded:
      description: Whether it has the label with which this collection remembers what was declared.
      type: bool
    id:
      description: The ID.
      type: str
    name:
      description: The name.
      type: str
    driver:
      description: Such as V(bridge).
      type: str
    subnets:
      description: Subnets with C(subnet), C(gateway) and, where it was given, C(lease_range).
      type: list
      elements: dict
    internal:
      description: Whether there is no way out.
      type: bool
    dns_enabled:
      description: Whether containers find each other by name.
      type: bool
    labels:
      description: The labels. Missing when there are none.
      type: dict
    containers:
      description: The running containers that are on it, by ID. Podman 5 and newer.
      type: dict
  sample:
    - account: shop
      recorded: true
      id: ee1628a5878d5d411d56456cfa06b1e267c1a73893f4ddbb05b86349766c1656
      name: inner
      driver: bridge
      subnets: [{subnet: 10.77.0.0/24, gateway: 10.77.0.1}]
      internal: false
      dns_enabled: true
query_result:
  description: What O(query) made of that list.
  returned: when O(query) is given, also by a task that fails because an account gave no answer
  type: raw
  sample: [{account: shop, name: inner, subnets: [10.77.0.0/24]}]
accounts:
  description: The accounts that answered, in the order in which they were asked.
  returned: always
  type: list
  elements: str
  sample: [shop]
without_answer:
  description: The accounts that gave no answer, with a sentence about each.
  returned: always
  type: dict
  sample: {}
api_calls:
  description: How many requests were made to Podman, for all accounts together.
  returned: always
  type: int
  sample: 3
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._info import CONSTRAINTS, arguments, look
from ansible_collections.rootless.podman.plugins.module_utils._info_kinds import NETWORK


def main() -> None:
    """Tell what networks there are."""
    run(lambda task: look(NETWORK, task), arguments(NETWORK), **CONSTRAINTS)


if __name__ == "__main__":
    main()
