#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to secrets as they are: everything about them but the secret itself."""

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_info
short_description: Tell what secrets accounts have, never what they hold
version_added: 0.1.0
description:
  - Returns the inspect data of one account's secrets, or of many accounts'. B(What a secret holds is never asked for.)
  - The options of drivers other than C(file) may hold a password or a command, so their values are V((hidden\)).
extends_documentation_fragment:
  - rootless.podman.info
seealso:
  - module: rootless.podman.secret
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: An account
  rootless.podman.user:
    name: shop

- name: A secret to look at
  rootless.podman.secret:
    user: shop
    name: token
    data: correct horse
    labels: {app: shop}

- name: Everything about one secret but itself
  rootless.podman.secret_info:
    user: shop
    name: token
  register: token

- name: When it was last changed
  ansible.builtin.debug:
    msg: "{{ token.secrets[0].UpdatedAt }}"

- name: Secrets of every account of the host, oldest first
  rootless.podman.secret_info:
    users: all
    query: "sort_by(@, &UpdatedAt)[].{account: account, name: Spec.Name, since: UpdatedAt}"
  register: secrets

- name: Those with a label, which Podman cannot filter by
  rootless.podman.secret_info:
    user: shop
    query: "[?Spec.Labels.app == 'shop'].Spec.Name"
  register: of_shop
"""

RETURN = r"""
secrets:
  description:
    - The secrets by account and name, each as C(podman secret inspect) shows it.
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
    ID:
      description: The ID, another one each time the secret is replaced.
      type: str
    CreatedAt:
      description: When it was made.
      type: str
    UpdatedAt:
      description: When it was changed.
      type: str
    Spec:
      description: C(Name), C(Labels), and C(Driver) with its name and options.
      type: dict
  sample:
    - account: shop
      recorded: true
      ID: b2c787b7fc89eb899dec4e1fd
      CreatedAt: "2026-01-31T12:00:00Z"
      UpdatedAt: "2026-01-31T12:00:00Z"
      Spec: {Name: token, Driver: {Name: file, Options: {path: /home/shop/.local/share/containers/storage/secrets/filedriver}}, Labels: {app: shop}}
query_result:
  description: What O(query) made of that list.
  returned: when O(query) is given, also by a task that fails because an account gave no answer
  type: raw
  sample: [token]
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
from ansible_collections.rootless.podman.plugins.module_utils._info_kinds import SECRET


def main() -> None:
    """Tell what secrets there are."""
    run(lambda task: look(SECRET, task), arguments(SECRET), **CONSTRAINTS)


if __name__ == "__main__":
    main()
