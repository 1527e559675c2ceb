#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: secret
short_description: Secrets of a rootless account
version_added: 0.1.0
description:
  - Makes, changes and removes Podman secrets, such as passwords and keys, which containers get as files or as environment variables.
  - The data is shown nowhere, neither in results nor in diffs nor on a command line. Whether it differs from what is stored is decided by a
    keyed digest that was taken when the secret was made.
  - B(Containers keep the data that they were made with) where they have it as a file. Where they have it as a variable, they read it when they
    start. M(rootless.podman.container) and M(rootless.podman.pod) see that a secret which they declare has changed, and make the container
    anew or start it again. For other containers there is O(restart), and RV(outdated) names those that have to be made anew.
  - When a new secret cannot be made, the old one stays. With Podman 4.7 and newer it also comes back when a container does not start with the
    new one.
options:
  name:
    description: The secret's name.
    type: str
    required: true
  state:
    description:
      - V(present) makes the secret, and replaces it when anything differs. It then has a new ID. Before Podman 4.7 it is removed and made again, after a
        draft of it has proved that it can be made.
      - V(absent) removes it. Containers that have it as a file keep it. Containers that have it as a variable do not start any more.
    type: str
    choices: [present, absent]
    default: present
  data:
    description:
      - The secret itself, 1 to 512000 bytes of text. This or O(path) is needed with O(state=present).
      - It is stored as it is written, with a line break at the end if there is one.
    type: str
  path:
    description:
      - A file on the host that holds the secret, of 1 to 512000 bytes, text or not. It is read as the account, so that the account must be able to
        read it.
    type: str
  skip_existing:
    description:
      - Leave a secret alone that exists, whatever its data is.
      - This is for values that are made up in the task itself, which would differ in every run.
    type: bool
    default: false
  driver:
    description:
      - Where the data is kept, V(file) (when left out), V(pass) (a password store of the account, which needs the tools C(pass) and C(gpg)) or
        V(shell) (commands of yours).
      - V(file) keeps it in the account's home, encoded but not encrypted, readable by the account alone.
    type: str
    choices: [file, pass, shell]
  driver_opts:
    description:
      - Options of the driver. V(file) knows C(path), a folder, V(pass) knows C(root), C(key) and C(gpghomedir), and V(shell) needs the four
        commands C(list), C(lookup), C(store) and C(delete).
      - They are not shown in diffs.
    type: dict
  labels:
    description: Labels, as a map.
    type: dict
    aliases: [label]
  restart:
    description:
      - Start containers again that run and have the secret as a variable which they read before it changed. They are stopped as they want, and
        have to live when they have started, or all is undone. This needs Podman 5.0 or newer, because an older one does not tell which
        containers have it as a variable.
      - A container that has it as a file would not see the new data and is left alone, see RV(outdated).
    type: bool
    default: false
  wait_timeout:
    description: How many seconds a container that was started again may take until it is ready.
    type: int
    default: 60
extends_documentation_fragment:
  - rootless.podman.account
notes:
  - A task with the data in its C(loop) shows it as the loop's item. Set C(no_log) there.
seealso:
  - module: rootless.podman.container
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account that the secrets belong to
  rootless.podman.user:
    name: shop

- name: A password, which a real play takes from a vault
  rootless.podman.secret:
    user: shop
    name: shop-db-password
    data: correct horse battery staple

- name: A key that is made up once and then stays
  rootless.podman.secret:
    user: shop
    name: shop-session-key
    data: "{{ lookup('ansible.builtin.password', '/dev/null', length=40) }}"
    skip_existing: true

- name: A container with one as a file and one as a variable, made anew when the password has changed and started again with another key
  rootless.podman.container:
    user: shop
    name: shop-secretive
    image: docker.io/library/busybox:1.37
    command: [sleep, infinity]
    init: true
    secrets:
      - shop-db-password
      - name: shop-session-key
        type: env
        target: SESSION_KEY

- name: Another key, which running containers that have it as a variable are to use at once
  rootless.podman.secret:
    user: shop
    name: shop-session-key
    data: a key that is known to be another one
    restart: true

- name: Remove a secret
  rootless.podman.secret:
    user: shop
    name: shop-old-password
    state: absent
"""

RETURN = r"""
secret:
  description: The secret, without its data. Empty when there is none, as in check mode before it is made.
  returned: O(state=present)
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    id:
      description: Its ID, another one after every change.
      type: str
    driver:
      description: Where its data is kept.
      type: str
    updated_at:
      description: When it was made or last changed.
      type: str
  sample:
    name: shop-db-password
    id: 5b8c0f2d7e1a4c6b9d3e8f701
    driver: file
    updated_at: "2026-03-01T12:00:00.123456789Z"
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when all is as declared.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(replace), V(remove), or V(restart) for a container.
      type: str
    kind:
      description: The kind of the object, V(secret) or V(container).
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
      kind: secret
      name: shop-db-password
      reasons:
        - {"option": "data", "why": "declared", "before": null, "after": "(hidden)"}
adopted:
  description:
    - Whether there was such a secret without a record of ours, made by hand or by another tool, and it was as the task declares.
    - Nothing is changed on it then. As nobody knows what it was made with, an option that is not declared is not looked at either.
  returned: O(state=present)
  type: bool
  sample: false
outdated:
  description:
    - Names of containers that have the secret as a file and keep what was in it when they were made. Their own tasks make them anew.
    - They are only looked for when the secret was replaced, or with O(restart).
  returned: O(state=present)
  type: list
  elements: str
  sample: [shop-secretive]
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 4
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._secret_road import (
    ARGUMENTS,
    CONSTRAINTS,
    SecretRoad,
)


def main() -> None:
    """Bring one secret to what the task declares."""
    run_in_account(lambda task, engine, key: SecretRoad(task, engine, key).travel(), ARGUMENTS, **CONSTRAINTS)


if __name__ == "__main__":
    main()
