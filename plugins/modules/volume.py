#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: volume
short_description: Volumes of a rootless account
version_added: 0.1.0
description:
  - Makes and removes named volumes, in which containers keep their data.
  - A volume that a container names is made by Podman when it is missing. Use this module for one with a driver, options or labels, and for
    removing one with its data.
  - B(No data is deleted unless the task says so.) Podman cannot change anything on an existing volume, not even a label. A volume that
    differs from the task is therefore refused with the names of the options that differ, unless O(recreate=true) says that it may be
    deleted and made again.
  - An option that was taken out of the task counts as a difference too, because what was declared when the volume was made is remembered
    on it. A volume that something else made is taken over when it is as declared, see RV(adopted).
options:
  name:
    description: The volume's name.
    type: str
    required: true
  state:
    description:
      - V(present) makes the volume when it is missing.
      - V(absent) removes it B(with all data in it). This is refused while a container uses it.
    type: str
    choices: [present, absent]
    default: present
  driver:
    description: The volume's driver, Podman's V(local) when left out.
    type: str
  options:
    description:
      - Options of the driver, as a map or as a list of C(KEY=VALUE). Those of the driver V(local) are C(type), C(device) and C(o), which
        Podman hands to C(mount), and also C(copy) and C(nocopy).
      - They are only tried when a container first uses the volume. Of file systems, an account can mount little more than C(tmpfs) and bind
        mounts.
    type: raw
    aliases: [opt]
  label:
    description: Labels, as a map.
    type: dict
    aliases: [labels]
  recreate:
    description:
      - Delete the volume B(with all data in it) and make it anew.
      - This happens in every run that says it, also when nothing differs. Give it on the command line for one run rather than write it down.
    type: bool
    default: false
extends_documentation_fragment:
  - rootless.podman.account
seealso:
  - module: rootless.podman.container
  - name: podman volume create
    description: Drivers and their options.
    link: https://docs.podman.io/en/latest/markdown/podman-volume-create.1.html
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account that the volumes belong to
  rootless.podman.user:
    name: shop

- name: A volume for a database, labelled for the backup
  rootless.podman.volume:
    user: shop
    name: shop-db
    label:
      backup: daily

- name: A volume in memory, gone when no container uses it
  rootless.podman.volume:
    user: shop
    name: shop-cache
    options:
      type: tmpfs
      device: tmpfs
      o: size=64m

- name: Another size needs another volume, and a cache may be deleted for it
  rootless.podman.volume:
    user: shop
    name: shop-cache
    options:
      type: tmpfs
      device: tmpfs
      o: size=128m
    recreate: true

- name: Delete a volume and all data in it
  rootless.podman.volume:
    user: shop
    name: shop-cache
    state: absent
"""

RETURN = r"""
volume:
  description: The volume. Empty when there is none, as in check mode before it is made.
  returned: O(state=present)
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    driver:
      description: Its driver.
      type: str
    mountpoint:
      description: The folder on the host that holds its data, in the account's home. Its owners are subordinate ids.
      type: str
    createdat:
      description: When it was made.
      type: str
  sample:
    name: shop-db
    driver: local
    mountpoint: /home/shop/.local/share/containers/storage/volumes/shop-db/_data
    createdat: "2026-03-01T12:00:00.123456789Z"
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when all is as declared.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(replace) or V(remove).
      type: str
    kind:
      description: The kind of the object, such as V(volume).
      type: str
    name:
      description: The object's name.
      type: str
    reasons:
      description: The options that led to it. Empty where the object's presence or absence is the reason.
      type: list
      elements: dict
      contains:
        option:
          description: The option's name.
          type: str
        why:
          description:
            - V(declared) for an option of a new object, or of one without a record of ours, V(changed) for one that the task says differently now,
              V(removed) for one that it no longer says, V(drift) for one that was changed by hand.
          type: str
        before:
          description: What was there, null for nothing. Values that may be secret are not shown.
          type: raw
        after:
          description: What the task declares, null for Podman's default.
          type: raw
  sample:
    - action: create
      kind: volume
      name: shop-db
      reasons:
        - {"option": "label", "why": "declared", "before": null, "after": {"backup": "daily"}}
adopted:
  description:
    - Whether there was such a volume without a record of ours, made by hand or by another tool, and it was as the task declares.
    - Nothing is changed on it then. As nobody knows what it was made with, an option that is not declared is not looked at either.
  returned: O(state=present)
  type: bool
  sample: false
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 4
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._resources.volume import VOLUME
from ansible_collections.rootless.podman.plugins.module_utils._volume_road import VolumeRoad


def main() -> None:
    """Bring one volume to what the task declares."""
    run_in_account(
        lambda task, engine, key: VolumeRoad(task, engine, key).travel(),
        {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "recreate": {"type": "bool", "default": False},
            "keep_data": {"type": "bool", "default": False},
            "import": {"type": "str"},
            "export": {"type": "str"},
            "force": {"type": "bool", "default": False},
            **VOLUME.table.argument_spec(),
        },
        mutually_exclusive=[("import", "export")],
    )


if __name__ == "__main__":
    main()
