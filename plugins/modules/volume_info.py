#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to volumes as they are: inspect data."""

from __future__ import annotations

DOCUMENTATION = r"""
module: volume_info
short_description: Tell what volumes accounts have
version_added: 0.1.0
description:
  - Returns the inspect data of one account's volumes, or of many accounts'. Never what is in them.
  - The options of a volume are in the answer as they were given. The password of a network share may be one of them.
extends_documentation_fragment:
  - rootless.podman.info
seealso:
  - module: rootless.podman.volume
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: An account
  rootless.podman.user:
    name: shop

- name: A volume to look at
  rootless.podman.volume:
    user: shop
    name: data
    labels: {backup: daily}

- name: Everything about one volume
  rootless.podman.volume_info:
    user: shop
    name: data
  register: data

- name: Where it lies
  ansible.builtin.debug:
    msg: "{{ data.volumes[0].Mountpoint }}"

- name: What a backup has to read, of every account of the host
  rootless.podman.volume_info:
    users: all
    filters:
      label: backup=daily
    query: "[].{account: account, path: Mountpoint}"
  register: to_save

- name: Volumes that no container has
  rootless.podman.volume_info:
    user: shop
    filters:
      dangling: true
    query: "[].Name"
  register: unused
"""

RETURN = r"""
volumes:
  description:
    - The volumes by account and name, each as C(podman volume inspect) shows it.
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
    Name:
      description: The name.
      type: str
    Driver:
      description: Such as V(local).
      type: str
    Mountpoint:
      description: Where it lies on the host. B(The account decides what is there), so root must not follow it as it stands.
      type: str
    Labels:
      description: The labels.
      type: dict
    Options:
      description: The driver's options.
      type: dict
    CreatedAt:
      description: When it was made.
      type: str
  sample:
    - account: shop
      recorded: true
      Name: data
      Driver: local
      Mountpoint: /home/shop/.local/share/containers/storage/volumes/data/_data
      Labels: {backup: daily}
      Options: {}
query_result:
  description: What O(query) made of that list.
  returned: when O(query) is given, also by a task that fails because an account gave no answer
  type: raw
  sample: [data]
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
  sample: 2
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._info import CONSTRAINTS, arguments, look
from ansible_collections.rootless.podman.plugins.module_utils._info_kinds import VOLUME


def main() -> None:
    """Tell what volumes there are."""
    run(lambda task: look(VOLUME, task), arguments(VOLUME), **CONSTRAINTS)


if __name__ == "__main__":
    main()
