#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to images as they are: inspect data."""

from __future__ import annotations

DOCUMENTATION = r"""
module: image_info
short_description: Tell what images accounts have
version_added: 0.1.0
description:
  - Returns the inspect data of one account's images, or of many accounts'. Each account has images of its own, also where they are the same.
  - O(name) takes names in every spelling that Podman understands, so V(nginx:1.27) finds V(docker.io/library/nginx:1.27), and a digest or an
    ID does as well. Nothing is ever pulled.
extends_documentation_fragment:
  - rootless.podman.info
seealso:
  - module: rootless.podman.image
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: An account
  rootless.podman.user:
    name: shop

- name: An image to look at
  rootless.podman.image:
    user: shop
    name: docker.io/library/nginx:1.27

- name: Everything about one image
  rootless.podman.image_info:
    user: shop
    name: docker.io/library/nginx:1.27
  register: nginx

- name: Its digest
  ansible.builtin.debug:
    msg: "{{ nginx.images[0].Digest }}"

- name: Names and sizes of the images that take more than a gigabyte, of every account of the host
  rootless.podman.image_info:
    users: all
    query: "[?Size > `1000000000`].{account: account, names: RepoTags, size: Size}"

- name: How many images have no name any more
  rootless.podman.image_info:
    user: shop
    filters:
      dangling: true
    query: length(@)
  register: nameless
"""

RETURN = r"""
images:
  description:
    - The images by account and name, each as C(podman image inspect) shows it. Images that are only a layer of others are not listed.
    - Beside what is listed here there is everything else that inspect shows, such as C(History).
  returned: when O(query) is not given, also by a task that fails because an account gave no answer
  type: list
  elements: dict
  contains:
    account:
      description: Whose it is.
      type: str
    recorded:
      description: Whether it has a label of this collection, which an image only has when it was made from a container (C(podman commit)).
      type: bool
    Id:
      description: The ID.
      type: str
    RepoTags:
      description: Its names with tags.
      type: list
      elements: str
    RepoDigests:
      description: Its names with digests.
      type: list
      elements: str
    Digest:
      description: The digest of its manifest.
      type: str
    Size:
      description: Bytes, with layers that it shares with others.
      type: int
    Created:
      description: When it was built.
      type: str
    Architecture:
      description: What it is built for.
      type: str
    Labels:
      description: The labels, or null.
      type: dict
    Config:
      description: Command, environment, exposed ports and the like, which containers inherit.
      type: dict
  sample:
    - account: shop
      recorded: false
      Id: 531e6e2978e3913d68f511ace1cf5c5d325422a1b85d0ff269ad55d5aa1a2881
      RepoTags: ["docker.io/library/nginx:1.27"]
      Digest: sha256:6f5d713e2fc1887d259a4d899edac60b7de6b4c739909d6b9e5ea58349a7fe13
      Size: 192004242
      Architecture: amd64
query_result:
  description: What O(query) made of that list.
  returned: when O(query) is given, also by a task that fails because an account gave no answer
  type: raw
  sample: 0
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
from ansible_collections.rootless.podman.plugins.module_utils._info_kinds import IMAGE


def main() -> None:
    """Tell what images there are."""
    run(lambda task: look(IMAGE, task), arguments(IMAGE), **CONSTRAINTS)


if __name__ == "__main__":
    main()
