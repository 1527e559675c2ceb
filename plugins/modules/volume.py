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
    differs from the task is therefore refused with the names of the options that differ, unless O(keep_data=true) lets the volume be made
    anew around its data, or O(recreate=true) says that it may be deleted with its data.
  - It also fills a volume from an archive (O(import)) and writes its content to one (O(export)).
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
      - V(absent) removes it B(with all data in it). This is refused while a container uses it. With O(export) its content is saved first.
    type: str
    choices: [present, absent]
    default: present
  driver:
    description:
      - The volume's driver, Podman's V(local) when left out. V(image) shows what is in the image that C(image) in O(options) names.
        Others are plugins that the account's containers.conf names.
    type: str
  options:
    description:
      - Options of the driver, as a map or as a list of C(KEY=VALUE). Those of the driver V(local) are C(type), C(device) and C(o), which
        Podman hands to C(mount), and also C(copy) and C(nocopy). In C(o), C(size) and C(inodes) limit the volume where its file system has
        project quotas.
      - They are only tried when a container first uses the volume. Of file systems, an account can mount little more than C(tmpfs) and bind
        mounts.
    type: raw
    aliases: [opt]
  uid:
    description:
      - The user that the volume belongs to, as containers of the account number it. Podman then leaves its owner alone. When left out, that is
        who the first container to use it needs.
      - Before Podman 5.6 it is an option C(o) of the driver V(local).
    type: int
  gid:
    description: The group that the volume belongs to, as O(uid).
    type: int
  label:
    description: Labels, as a map.
    type: dict
    aliases: [labels]
  keep_data:
    description:
      - When the volume differs from the task, make it anew and keep its data. The data is not copied. It is moved aside on the same file
        system, the volume is made, and the data is moved back, with owners, permissions and all. So it takes no time and no space.
      - It is refused while any container has the volume, stopped ones too, because each of them holds it. Remove the containers and make them
        anew afterwards, their data is in the volume. It is also refused for volumes whose data lies somewhere else, such as in memory.
      - When a step fails, the old volume is there again with its data. A run that is killed leaves the data beside the volumes, and the next task
        that names the volume puts it back first, whatever else it says.
      - With Podman 4.3 the first container that uses the new volume gives its top folder an owner, as it does with every new volume, unless
        O(uid) or O(gid) is set.
    type: bool
    default: false
  import:
    description:
      - A tar archive on the host, compressed or not, to fill the volume with. The account must be able to read it.
      - A volume with anything in it is left alone, so that a later run does not undo what containers wrote since. O(force=true) makes sure that
        all of the archive is in it as the archive has it. What is in the volume and not in the archive stays in either case.
      - It is refused while a container runs with the volume. Afterwards the volume is read and compared with the archive. A run that was
        killed in between is repeated by the next.
    type: str
  export:
    description:
      - A tar archive on the host to write the volume's content to, in a folder in which the account may write. It appears when it is whole,
        and only the account can read it.
      - An archive that is there already and holds the same (names, types, permissions, owners and contents, not times) is no change.
      - It has no entry for the volume's top folder, whose owner and permissions are therefore not kept.
      - A container that writes meanwhile may leave half of what it writes in the archive. The task warns of containers that run. Stop a
        database first.
    type: str
  force:
    description:
      - With O(import), write over what is in the volume where it differs from the archive.
      - With O(export), write the archive anew in every run, also over a file that is no archive.
    type: bool
    default: false
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

- name: Another label, with the data that is in the volume
  rootless.podman.volume:
    user: shop
    name: shop-db
    label:
      backup: hourly
    keep_data: true

- name: Its content as an archive, written when it is another one
  rootless.podman.volume:
    user: shop
    name: shop-db
    label:
      backup: hourly
    export: /home/shop/shop-db.tar

- name: A new volume that begins with that content
  rootless.podman.volume:
    user: shop
    name: shop-db-copy
    import: /home/shop/shop-db.tar

- name: Save the content of a volume and delete it
  rootless.podman.volume:
    user: shop
    name: shop-db-copy
    state: absent
    export: /home/shop/shop-db-copy.tar

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
      description:
        - V(create), V(replace), V(remove), V(import) or V(export). V(restore) stands for data that was moved aside and goes back into its volume,
          without it a V(replace) deletes the data.
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
from ansible_collections.rootless.podman.plugins.module_utils._volume_road import (
    ARGUMENTS,
    CONSTRAINTS,
    VolumeRoad,
)


def main() -> None:
    """Bring one volume to what the task declares."""
    run_in_account(lambda task, engine, key: VolumeRoad(task, engine, key).travel(), ARGUMENTS, **CONSTRAINTS)


if __name__ == "__main__":
    main()
