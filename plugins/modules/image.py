#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image
short_description: Images of a rootless account
version_added: 0.1.0
description:
  - Brings an image into the store of an account, by pulling it from a registry, by building it on the host, or by loading it from a file, and
    removes images. O(build) or O(archive) says how, and without either the image is pulled.
  - Containers pull what they need themselves. Use this module for images that are built or loaded, for registries with a login, and to have
    an image there before anything is stopped for it.
  - A new image does not touch running containers. The next run of their task replaces them, because they are compared by the image's ID.
  - Each account has a store of its own. The same image under two accounts takes its space twice.
options:
  name:
    description:
      - The image, with registry and tag, such as V(docker.io/library/nginx:1.27), or V(localhost/shop:1) for one that is built here.
      - A name with a digest (V(docker.io/library/nginx@sha256:...)) stays the same image for ever.
      - Names without a registry depend on the host's configuration, and many hosts refuse them.
    type: str
    required: true
  state:
    description:
      - V(present) makes sure that the image is there.
      - V(absent) removes this name of it, and the image with its last name. This is refused while containers use it, unless O(force=true).
    type: str
    choices: [present, absent]
    default: present
  pull:
    description:
      - When the image is pulled, if it is neither built nor loaded. V(missing) does it when it is not on the host, V(never) fails then.
      - V(always) and V(newer) ask the registry in every run, and the task has changed something when another image came. V(newer) is content
        with what is there when the registry cannot be reached.
      - Check mode does not ask the registry, so it cannot know that a tag has moved.
    type: str
    choices: [missing, always, newer, never]
    default: missing
  build:
    description:
      - Builds the image on the host. One of O(build.path), O(build.src) and O(build.containerfile) is needed.
      - It is built again when the context's contents, the arguments, the target or the Containerfile's name change, when a base image has
        become another one on the host, or when there is an image of that name which was not built by this module from the same.
      - Base images are pulled when they are missing. To follow a base image whose tag moves, pull it in a task before with O(pull=newer).
      - What a build fetches while it runs does not count, such as packages. O(force=true) fetches it again.
      - Its steps reach other hosts, but not what listens on the loopback address of this one.
    type: dict
    suboptions:
      path:
        description:
          - The context, a folder B(on the host), as an absolute path. The account has to be able to read all of it.
          - What C(.containerignore) or C(.dockerignore) in it names is left out.
        type: path
      src:
        description:
          - The context, a folder B(on the controller), such as V(images/shop). It is looked for where M(ansible.builtin.copy) looks for files.
          - It travels with the task in every run, so it may have up to 1 MiB when packed. Empty folders do not travel, links stay links. Copy
            larger ones to the host and use O(build.path).
        type: path
      containerfile:
        description:
          - The text of the Containerfile, instead of a file in the context. Without O(build.path) and O(build.src) the context has nothing
            else, so C(COPY) finds nothing.
        type: str
      file:
        description: The Containerfile's path in the context. C(Containerfile), else C(Dockerfile), when left out.
        type: str
      args:
        description:
          - Values for the Containerfile's C(ARG) lines.
          - They can be read in the image's history. Secrets do not belong here.
        type: dict
      target:
        description: The stage to build, the last one when left out.
        type: str
      context:
        description: For internal use. It is what O(build.src) holds, packed on the controller.
        type: str
  archive:
    description:
      - Loads the image from this file on the host, an absolute path that the account can read. It is a C(docker-archive) or an C(oci-archive) as
        C(podman save) writes them.
      - It is loaded when the image that it holds is not the one of that name on the host. O(name) has to be as the archive has it.
    type: path
  force:
    description:
      - With a pull, ask the registry as O(pull=always) does.
      - With O(build), build again without cached layers, and with O(archive), load again. Both count as a change in every run.
      - With O(state=absent), B(remove the containers that use the image too).
    type: bool
    default: false
  username:
    description:
      - The user name for a registry with a login. Not used for the base images of O(build). They are pulled with what
        the account's own C(auth.json) says.
      - Nothing of it is kept on the host.
    type: str
  password:
    description: The password or token for a registry with a login.
    type: str
  tls_verify:
    description: Whether the registry has to have a valid certificate. When left out, as the host's C(registries.conf) says.
    type: bool
    aliases: [validate_certs]
extends_documentation_fragment:
  - rootless.podman.account
seealso:
  - module: rootless.podman.container
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account that the images belong to
  rootless.podman.user:
    name: shop

- name: A base image, replaced when its tag has moved
  rootless.podman.image:
    user: shop
    name: docker.io/library/busybox:1.37
    pull: newer

- name: An image built on it, again whenever this text or the base changes
  rootless.podman.image:
    user: shop
    name: localhost/shop-hours:1
    build:
      containerfile: |
        ARG BASE
        FROM $BASE
        WORKDIR /www
        RUN echo 'Open all day' > index.html
        USER nobody
        CMD ["httpd", "-f", "-p", "8080", "-h", "/www"]
      args:
        BASE: docker.io/library/busybox:1.37

- name: An image that has to be there before a container is replaced by it
  rootless.podman.image:
    user: shop
    name: docker.io/library/nginx:1.27

- name: Remove an image that nothing uses any more
  rootless.podman.image:
    user: shop
    name: localhost/shop-hours:0
    state: absent
"""

RETURN = r"""
image:
  description: The image. Empty when there is none, as in check mode before it is pulled.
  returned: O(state=present)
  type: dict
  contains:
    id:
      description: Its ID, which says what is in it.
      type: str
    digest:
      description: The digest of its manifest.
      type: str
    names:
      description: All names that it has in this account.
      type: list
      elements: str
    size:
      description: Its size in bytes.
      type: int
    created:
      description: When it was built.
      type: str
  sample:
    id: 5e3ff18cd3f24f0f9ba1e4f8f33a5d3b2cf3f6bd4d21f0f5a1bb25d7c5a7e2c1
    digest: sha256:9d3f6a5c7b1e8d2f4a6c8e0b2d4f6a8c0e2b4d6f8a0c2e4b6d8f0a2c4e6b8d0f
    names: [docker.io/library/busybox:1.37]
    size: 4528128
    created: "2026-02-01T00:00:00Z"
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when all is as declared.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(pull), V(build), V(load) or V(remove).
      type: str
    kind:
      description: The kind of the object, such as V(image).
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
    - action: pull
      kind: image
      name: docker.io/library/busybox:1.37
      reasons:
        - {"option": "id", "why": "declared", "before": null, "after": "5e3ff18cd3f2"}
output:
  description: What Podman said last before a build, pull or load failed.
  returned: failure of a build, pull or load
  type: str
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 4
"""

from ansible_collections.rootless.podman.plugins.module_utils._images import POLICIES, travel
from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account


def main() -> None:
    """Bring one image to what the task declares."""
    run_in_account(
        travel,
        {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "pull": {"type": "str", "choices": list(POLICIES), "default": "missing"},
            "force": {"type": "bool", "default": False},
            "archive": {"type": "path"},
            "build": {
                "type": "dict",
                "options": {
                    "path": {"type": "path"},
                    "src": {"type": "path"},
                    "context": {"type": "str"},
                    "containerfile": {"type": "str"},
                    "file": {"type": "str"},
                    "args": {"type": "dict"},
                    "target": {"type": "str"},
                },
                "mutually_exclusive": [("path", "src"), ("containerfile", "file")],
                "required_one_of": [("path", "src", "context", "containerfile")],
            },
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "tls_verify": {"type": "bool", "aliases": ["validate_certs"]},
        },
        mutually_exclusive=[("build", "archive")],
        required_together=[("username", "password")],
    )


if __name__ == "__main__":
    main()
