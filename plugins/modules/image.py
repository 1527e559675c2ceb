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
  - What is there can then get further names (O(tag)), be saved as a file (O(save)) and be pushed to a registry (O(push)). Each of these happens
    only when it changes something.
  - Containers pull what they need themselves. Use this module for images that are built or loaded, for registries with a login, and to have
    an image there before anything is stopped for it.
  - A new image does not touch running containers. The next run of their task replaces them, because they are compared by the image's ID.
  - Each account has a store of its own. The same image under two accounts takes its space twice.
  - A signature policy of the host or of the account (C(policy.json)) holds for all of this. An image that it rejects is refused with a sentence
    that says so.
options:
  name:
    description:
      - The image, with registry and tag, such as V(docker.io/library/nginx:1.27), or V(localhost/shop:1) for one that is built here.
      - A name with a digest (V(docker.io/library/nginx@sha256:...)) stays the same image for ever, so it is pulled once, whatever O(pull) says. A tag
        before the digest is for the reader and decides nothing.
      - Names without a registry depend on the host's configuration, and many hosts refuse them.
    type: str
    required: true
  state:
    description:
      - V(present) makes sure that the image is there.
      - V(absent) removes this name of it and those in O(tag), and the image with its last name. This is refused while containers use it, unless
        O(force=true). What was pushed or saved stays.
    type: str
    choices: [present, absent]
    default: present
  pull:
    description:
      - When the image is pulled, if it is neither built nor loaded. V(missing) does it when it is not on the host, V(never) fails then.
      - V(always) and V(newer) ask the registry in every run, and the task has changed something when another image came. V(newer) is content
        with what is there when the registry cannot be reached or has lost the image.
      - Check mode asks the registry as well, and fetches nothing, to tell whether the tag has moved.
    type: str
    choices: [missing, always, newer, never]
    default: missing
  platform:
    description:
      - For which platform the image is pulled or built, as V(OS/ARCHITECTURE) or V(OS/ARCHITECTURE/VARIANT), such as V(linux/arm64). When left out,
        that of the host when something is fetched, and no matter which when something is there.
      - An image on the host that is for another operating system or architecture is replaced. Podman does not show the variant of an image,
        so a change of that alone is only seen by O(build).
      - A build for another architecture can only have C(RUN) lines where the host has an emulator for it.
    type: str
  os:
    description: The operating system alone, instead of O(platform).
    type: str
  arch:
    description: The architecture alone, instead of O(platform), such as V(arm64). V(aarch64) and V(x86_64) are understood.
    type: str
  variant:
    description: The variant alone, such as V(v7) of the architecture V(arm).
    type: str
  build:
    description:
      - Builds the image on the host. One of O(build.path), O(build.src) and O(build.containerfile) is needed.
      - It is built again when the context's contents, the Containerfile's name or any option here changes or is taken out, when a base image
        has become another one on the host, or when there is an image of that name which was not built by this module from the same.
      - Base images are pulled when they are missing. O(build.pull) follows a base image whose tag moves.
      - What a build fetches while it runs does not count, such as packages. O(force=true) fetches it again.
      - A build in an image's record is known by keyed digests. No value of an option can be read from it.
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
          - They can be read in the image's history. Secrets do not belong here, but in O(build.secrets).
        type: dict
      target:
        description: The stage to build, the last one when left out.
        type: str
      secrets:
        description:
          - What C(RUN --mount=type=secret,id=ID) reads, in C(/run/secrets/ID). It is in no layer of the image, in no command line and in no
            result. While the build runs, Podman keeps it in a folder of its own that only the account can read.
          - Another content is a change, and the image is then built without the cache of layers, which knows nothing of secrets.
          - Each needs one of O(build.secrets[].secret), O(build.secrets[].path) and O(build.secrets[].data).
        type: list
        elements: dict
        suboptions:
          id:
            description: The name that the Containerfile says.
            type: str
            required: true
          secret:
            description: A Podman secret of the account (see M(rootless.podman.secret)). Needs Podman 4.7 or newer, which shows what it holds.
            type: str
          path:
            description: A file on the host, an absolute path that the account can read. Up to 1 MiB.
            type: path
          data:
            description: The content itself.
            type: str
      label:
        description: Labels of the image.
        type: dict
        aliases: [labels]
      annotation:
        description: Annotations of the image's manifest. Images in Docker's format have none.
        type: dict
        aliases: [annotations]
      env:
        description: Environment variables of the image, seen by the build's steps and by its containers. They can be read in the image.
        type: dict
      format:
        description: The format of the image, V(oci) when left out. C(HEALTHCHECK) and C(SHELL) are only kept in V(docker).
        type: str
        choices: [oci, docker]
      pull:
        description:
          - When base images are pulled. V(missing), when left out, does it for those that are not on the host, V(never) not at all.
          - V(always) and V(newer) ask the registry in every run, and the image is built again when its base has moved. V(newer) is content with what is there
            when the registry cannot be reached. Check mode asks too, and fetches nothing.
        type: str
        choices: [missing, always, newer, never]
      cache:
        description: V(false) builds without layers of earlier builds. It does not build in every run, as O(force) does.
        type: bool
      layers:
        description: V(false) makes one layer of all steps and keeps none for later builds, as C(podman build --squash) does.
        type: bool
      squash_all:
        description: V(true) makes one layer of the whole image, with that of its base, as C(podman build --squash-all) does.
        type: bool
      network:
        description:
          - The network of the build's steps. V(private), when left out, is one of their own with the way out. V(none) has none.
          - V(host) is the host's, where steps reach what listens on 127.0.0.1, other accounts' programs too.
        type: str
        choices: [private, none, host]
      add_host:
        description: Lines of C(/etc/hosts) for the build's steps, as V(NAME:ADDRESS).
        type: list
        elements: str
        aliases: [add_hosts, etc_hosts]
      dns:
        description: Addresses of the name servers for the build's steps.
        type: list
        elements: str
      volume:
        description: Folders of the host that the build's steps see, as V(/HOST/FOLDER:/PATH:OPTIONS). Needs Podman 4.4 or newer.
        type: list
        elements: str
        aliases: [volumes]
      shm_size:
        description: The size of C(/dev/shm) for the build's steps, such as V(64m).
        type: str
      http_proxy:
        description: Whether the build's steps get the proxy variables of the account's Podman service.
        type: bool
      jobs:
        description: How many stages are built at once, V(0) for as many as there are. One when left out.
        type: int
      timestamp:
        description:
          - Seconds since 1970 that the image and its files have as their time, so that the same content makes the same layers.
        type: int
      context:
        description: For internal use. It is what O(build.src) holds, packed on the controller.
        type: str
  archive:
    description:
      - Loads the image from this file on the host, an absolute path that the account can read. It is a C(docker-archive) or an C(oci-archive) as
        O(save) and C(podman save) write them.
      - It is loaded when the image that it holds is not the one of that name on the host. Of several images that of O(name) is meant. An
        archive's only image gets the name O(name) beside its own.
      - All images of the archive come with their names. A name that another image had moves.
    type: path
    aliases: [load]
  tag:
    description:
      - Further names of the image, such as V(localhost/shop:latest). A name that another image has moves to this one.
      - Names that the image has beside these stay. Remove one with O(state=absent).
    type: list
    elements: str
    aliases: [tags]
  save:
    description:
      - Saves the image as a file on the host. It is written when there is none, or when the file holds another image, name or format.
      - The file is written beside its place and put there at once when it is whole, so nobody ever sees half of it. It belongs to the account,
        which alone can read it, unless there was one with another mode.
    type: dict
    suboptions:
      path:
        description: The file, an absolute path in a folder to which the account can write.
        type: path
        required: true
      format:
        description: V(docker-archive) keeps every image as it is. V(oci-archive) is refused for images in Docker's format, which it would change.
        type: str
        choices: [docker-archive, oci-archive]
        default: docker-archive
  push:
    description:
      - Pushes the image to a registry. It is not pushed when the registry has this image under that name, alone or in a list of platforms.
      - Whether it does is asked in check mode too, and writes nothing. Where it cannot be told (the login may push and not read, say), check mode
        warns and foretells a push, and every run pushes.
      - After a pull that changed something, a build or a load it is always pushed. A registry takes only what it does not have.
      - The place for a password is a vault, or M(rootless.podman.login).
    type: dict
    suboptions:
      destination:
        description: Registry, repository and tag, such as V(registry.example.com/shop:1). O(name) when left out.
        type: str
      username:
        description: The user name. When left out, the login that M(rootless.podman.login) keeps for that registry.
        type: str
      password:
        description: The password or token.
        type: str
      tls_verify:
        description: Whether the registry has to have a valid certificate. When left out, as the host's C(registries.conf) says. V(false) allows HTTP too.
        type: bool
        aliases: [validate_certs]
  force:
    description:
      - With a pull, ask the registry as O(pull=always) does.
      - With O(build), build again without cached layers, and with O(archive), load again. Both count as a change in every run.
      - With O(state=absent), B(remove the containers that use the image too).
    type: bool
    default: false
  username:
    description:
      - The user name for the registry that the image is pulled from. When left out, the login that M(rootless.podman.login) keeps. Not used for
        O(push), nor for the base images of O(build).
      - Nothing of it is kept on the host.
    type: str
  password:
    description: The password or token for a registry with a login.
    type: str
  tls_verify:
    description: Whether the registry has to have a valid certificate. When left out, as the host's C(registries.conf) says.
    type: bool
    aliases: [validate_certs]
  retry:
    description: How often a pull is tried again after a failure of the network. Needs Podman 5.0 or newer.
    type: int
  retry_delay:
    description: How long to wait before that, such as V(5s). Needs Podman 5.0 or newer.
    type: str
extends_documentation_fragment:
  - rootless.podman.account
seealso:
  - module: rootless.podman.container
  - module: rootless.podman.login
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

- name: A token that the next build needs
  rootless.podman.secret:
    user: shop
    name: shop-token
    data: not-so-secret-here

- name: An image that is built with it, and does not hold it; a second name, a file to take along, and a place in a registry
  rootless.podman.image:
    user: shop
    name: localhost/shop-prices:1
    build:
      containerfile: |
        FROM docker.io/library/busybox:1.37
        RUN --mount=type=secret,id=token wc -c < /run/secrets/token > /length
      pull: newer
      secrets:
        - id: token
          secret: shop-token
      labels:
        org.opencontainers.image.title: Prices
    tag: [localhost/shop-prices:latest]
    save:
      path: /home/shop/prices.tar
    push:
      destination: localhost:5000/shop/prices:1
      tls_verify: false  # a registry on the host itself, without a certificate

- name: The file makes an image, here under another name
  rootless.podman.image:
    user: shop
    name: localhost/shop-prices:kept
    archive: /home/shop/prices.tar

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
    architecture:
      description: The architecture that it is made for.
      type: str
    os:
      description: The operating system that it is made for.
      type: str
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
    architecture: amd64
    os: linux
    size: 4528128
    created: "2026-02-01T00:00:00Z"
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when all is as declared.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(pull), V(build), V(load), V(tag), V(save), V(push) or V(remove).
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

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._images import ARGUMENTS, CONSTRAINTS, travel


def main() -> None:
    """Bring one image to what the task declares."""
    run_in_account(travel, ARGUMENTS, **CONSTRAINTS)


if __name__ == "__main__":
    main()
