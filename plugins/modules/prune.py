#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: prune
short_description: Remove what a rootless account does not use any more
version_added: 0.1.0
description:
  - Removes stopped containers and pods, and networks, volumes, images and build caches that nothing uses. B(Only what the task names is removed.)
    A task that names nothing fails.
  - What goes is chosen by this module and removed one by one, so check mode lists exactly what a run removes. What containers and pods leave
    unused goes in the same run.
  - B(Data is lost) with the layers of stopped containers and with volumes. Volumes that have a name are only removed when the task says so.
options:
  containers:
    description:
      - Containers that do not run, and are in no pod. V(true) for all of them, or a map that narrows them down.
      - Containers that a run of this collection which was killed left behind (C(NAME.rp-old) and C(NAME.rp-new)) stay, and so do those that a
        container which stays depends on.
      - B(A container that is declared with C(state=stopped), or whose work is done, is one of them). Leave those out by a label.
      - The map may hold C(until), C(label) and C(label!). See the notes.
    type: raw
    default: false
  pods:
    description: Pods of which no container runs any more, with their containers. V(true), or a map of C(until), C(label) and C(label!).
    type: raw
    default: false
  networks:
    description: Networks that no container has. V(true), or a map of C(until), C(label) and C(label!). Podman's default network always stays.
    type: raw
    default: false
  volumes:
    description:
      - Volumes that no container has, B(with their data). V(true) for those that were made for a container without a name of their own, or a map of
        C(until), C(label) and C(label!).
      - C(named=true) in the map removes volumes with a name as well.
    type: raw
    default: false
  images:
    description:
      - Images without a name that no container uses, which is what builds and moved tags leave. V(true), or a map of C(until), C(label) and
        C(label!).
      - C(all=true) in the map removes images with a name as well, if no container uses them. An image stays when another one is built on it that
        stays.
    type: raw
    default: false
  build_cache:
    description:
      - What builds keep for C(RUN --mount=type=cache), and the containers of builds that were broken off. V(true), or a map of C(until).
      - B(A build that is running loses its containers). Use C(until), or run it when none runs.
      - Removing cache mounts needs Podman 5.3 or newer.
    type: raw
    default: false
extends_documentation_fragment:
  - rootless.podman.account
notes:
  - "C(until) takes what was made before, as an age (C(24h), C(7d), C(1h30m)) or a time (C(2026-01-31T12:00:00Z)). C(label) takes what has this label
    (C(NAME) or C(NAME=VALUE)), or all of a list. C(label!) leaves out what has it, or any of a list."
  - Running containers, and everything that they use, always stay.
seealso:
  - module: rootless.podman.image
  - module: rootless.podman.volume
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account
  rootless.podman.user:
    name: shop

- name: What builds and moved tags leave
  rootless.podman.prune:
    user: shop
    images: true
    build_cache:
      until: 24h

- name: Every image that no container has used for a week, and stopped containers that are not marked
  rootless.podman.prune:
    user: shop
    containers:
      until: 7d
      label!: keep
    images:
      all: true
      until: 7d

- name: Volumes that were made for a test, with their data
  rootless.podman.prune:
    user: shop
    volumes:
      named: true
      label: purpose=test
"""

RETURN = r"""
reclaimed:
  description:
    - How many bytes were taken by the removed images and by what the removed containers wrote, at most. Layers that an image shares with others are
      counted for each. Volumes are not counted.
  returned: success
  type: int
  sample: 4528128
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when nothing has to be done.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: Always V(remove).
      type: str
    kind:
      description: The kind of the object, V(container), V(pod), V(network), V(volume), V(image), V(build container) or V(build cache).
      type: str
    name:
      description: The object's name.
      type: str
    reasons:
      description: Always empty.
      type: list
      elements: dict
  sample:
    - {action: remove, kind: image, name: 5e3ff18cd3f2, reasons: []}
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 4
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._prune import travel
from ansible_collections.rootless.podman.plugins.module_utils._unused import KINDS


def main() -> None:
    """Remove what the task names and nothing uses."""
    run_in_account(travel, {kind: {"type": "raw", "default": False} for kind in KINDS})


if __name__ == "__main__":
    main()
