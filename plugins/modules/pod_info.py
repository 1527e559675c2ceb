#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to pods as they are: inspect data."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pod_info
short_description: Tell what pods accounts have, and how they are
version_added: 0.1.0
description:
  - Returns the inspect data of one account's pods, or of many accounts'. It has the names and states of their containers. For all about these, ask
    M(rootless.podman.container_info) with its filter C(pod).
extends_documentation_fragment:
  - rootless.podman.info
seealso:
  - module: rootless.podman.pod
  - module: rootless.podman.container_info
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: An account
  rootless.podman.user:
    name: shop

- name: A pod to look at
  rootless.podman.pod:
    user: shop
    name: app
    containers:
      - name: app-web
        image: docker.io/library/nginx:1.27

- name: Everything about one pod
  rootless.podman.pod_info:
    user: shop
    name: app
  register: app

- name: How many containers it has, its infra container included
  ansible.builtin.debug:
    msg: "{{ app.pods[0].NumContainers }}"

- name: Pods that are not as they should be, of every account of the host
  rootless.podman.pod_info:
    users: all
    filters:
      status: [degraded, exited, stopped]
    query: "[].{account: account, name: Name, down: Containers[?State != 'running'].Name}"
  register: troubled
"""

RETURN = r"""
pods:
  description:
    - The pods by account and name, each as C(podman pod inspect) shows it.
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
    Id:
      description: The ID.
      type: str
    Name:
      description: The name.
      type: str
    State:
      description: Created, Running, Degraded, Exited and the like.
      type: str
    Labels:
      description: The labels. Some versions leave the key out when there are none.
      type: dict
    InfraContainerID:
      description: The ID of the container that holds the pod's namespaces.
      type: str
    Containers:
      description: C(Id), C(Name) and C(State) of each container.
      type: list
      elements: dict
  sample:
    - account: shop
      recorded: true
      Id: 40d0ba25d69ef9c9053533af2aeabeda7a021fb00d04f5a26da7baa2a56d29f9
      Name: app
      State: Running
      NumContainers: 2
      Containers: [{Id: dfcca1ff5367, Name: 40d0ba25d69e-infra, State: running}, {Id: befc51a11ebd, Name: app-web, State: running}]
query_result:
  description: What O(query) made of that list.
  returned: when O(query) is given, also by a task that fails because an account gave no answer
  type: raw
  sample: [{account: shop, name: app, down: [app-web]}]
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
from ansible_collections.rootless.podman.plugins.module_utils._info_kinds import POD


def main() -> None:
    """Tell what pods there are."""
    run(lambda task: look(POD, task), arguments(POD), **CONSTRAINTS)


if __name__ == "__main__":
    main()
