#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: login
short_description: Registry logins of a rootless account
version_added: 0.1.0
description:
  - Keeps the user name and the password with which an account's Podman pulls from a registry and pushes to it.
  - They are kept in the account's C(~/.config/containers/auth.json), which B(survives a reboot). C(podman login) keeps them in a folder that a
    reboot empties, so that an image cannot be pulled any more after it.
  - The password never reaches a command line, a log, a result or a diff. The file is encoded and not encrypted, and only the account can read
    it.
options:
  registry:
    description:
      - The registry, such as V(quay.io) or V(registry.example.com:5000). With a path behind it (V(quay.io/team)) the login is for that part of it.
      - Docker Hub is V(docker.io).
    type: str
    required: true
  username:
    description: The user name. Needed with O(state=present).
    type: str
  password:
    description: The password or token. Needed with O(state=present).
    type: str
  state:
    description:
      - V(present) keeps this login. Another one that somebody made with C(podman login) is taken away, because Podman would use it until the next
        reboot.
      - V(absent) removes it, also one of C(podman login). It does not log out at the registry.
    type: str
    choices: [present, absent]
    default: present
  verify:
    description:
      - Whether the registry is asked before a new login is kept. A wrong password is then refused and nothing is changed. Check mode does not ask.
    type: bool
    default: true
  tls_verify:
    description:
      - Whether the registry has to have a valid certificate when it is asked. With V(false) it is asked for a search, which not every registry
        answers.
      - It is not kept. For pulls the host's C(registries.conf) says it, or O(rootless.podman.image#module:tls_verify).
    type: bool
    default: true
    aliases: [validate_certs, tlsverify]
  auth_file:
    description:
      - Another file to keep it in, an absolute path that the account can write, or one that begins with V(~/) for the account's home.
      - Podman does not look there by itself. It is for tools that are told where to look.
    type: str
    aliases: [authfile]
extends_documentation_fragment:
  - rootless.podman.account
notes:
  - Everything else in the file stays as it is. A registry that C(credHelpers) in it hands to another program is refused, because Podman would not
    look at this login.
  - For a single pull M(rootless.podman.image) takes a login that is not kept.
seealso:
  - module: rootless.podman.image
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account
  rootless.podman.user:
    name: shop

- name: A login that has been tried elsewhere
  rootless.podman.login:
    user: shop
    registry: registry.example.com
    username: shop-reader
    password: "{{ shop_registry_token | default('a token from a vault') }}"
    verify: false

- name: The login is not needed any more
  rootless.podman.login:
    user: shop
    registry: registry.example.com
    state: absent
"""

RETURN = r"""
login:
  description: The login. Empty with O(state=absent).
  returned: success
  type: dict
  contains:
    registry:
      description: The registry, as it stands in the file.
      type: str
    username:
      description: The user name.
      type: str
    auth_file:
      description: The file that holds it.
      type: str
  sample:
    registry: registry.example.com
    username: shop-reader
    auth_file: /home/shop/.config/containers/auth.json
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when nothing has to be done.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update) or V(remove).
      type: str
    kind:
      description: The kind of the object, always V(login).
      type: str
    name:
      description: The object's name.
      type: str
    reasons:
      description: The options that led to it, each with C(option), C(why), C(before) and C(after). Values that may be secret are not shown.
      type: list
      elements: dict
  sample:
    - action: create
      kind: login
      name: registry.example.com
      reasons:
        - {"option": "username", "why": "declared", "before": null, "after": "shop-reader"}
        - {"option": "password", "why": "declared", "before": null, "after": "(hidden)"}
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 4
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._login import ARGUMENTS, REQUIRED_IF, travel


def main() -> None:
    """Bring one login to what the task declares."""
    run_in_account(travel, ARGUMENTS, required_if=REQUIRED_IF)


if __name__ == "__main__":
    main()
