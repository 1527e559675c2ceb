#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to what podman auto-update did last, and will do next."""

from __future__ import annotations

DOCUMENTATION = r"""
module: auto_update_info
short_description: Tell what podman auto-update did for a rootless account
version_added: 0.1.0
description:
  - Tells which containers of an account ask to be renewed, whether Podman would go back from a bad image of theirs, when the account's timer runs
    next, and B(what was updated or rolled back by its last run).
  - It reads the timer that the role P(rootless.podman.rootless_host#role) installs (C(rootless_host_auto_update_accounts)), or else Podman's own
    (C(podman-auto-update.timer)), whose report is for people, so of that one only the result is told.
extends_documentation_fragment:
  - rootless.podman.account
notes:
  - What the last run did stands in the host's journal. It is as long there as the journal keeps it, and a task that does not run as root sees it
    only where the account may read the journal.
seealso:
  - module: rootless.podman.auto_update
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account
  rootless.podman.user:
    name: shop

- name: What the timer did last
  rootless.podman.auto_update_info:
    user: shop
  register: told

- name: Stop here when an update came to nothing
  ansible.builtin.assert:
    that: told.last_run.troubles | default([]) == []
    fail_msg: "{{ told.last_run.troubles | default([]) | join(', ') }}"
"""

RETURN = r"""
containers:
  description: The containers that ask to be renewed, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The container's name.
      type: str
    unit:
      description: The service that it lives in. Empty when it is in none, and then Podman fails for it.
      type: str
    image:
      description: The image's name.
      type: str
    image_id:
      description: The ID of the image that it runs.
      type: str
    policy:
      description: V(registry) or V(local).
      type: str
    goes_back:
      description: Whether Podman notices that a newer image is no good, because the unit waits for the container or its health.
      type: bool
  sample:
    - name: web
      unit: web.service
      image: docker.io/library/busybox:1.37
      image_id: f51406913ec1ec5f94ee7582932ca6fe629a7b8215d749bc5f541b06c8b5a8f4
      policy: registry
      goes_back: true
timer:
  description: The timer that is active, C(name), C(next) and C(last), as systemd tells them. Empty when there is none.
  returned: success
  type: dict
  sample:
    name: rootless-host-auto-update.timer
    next: Thu 2026-11-26 00:07:13 UTC
    last: Wed 2026-11-25 00:04:52 UTC
last_run:
  description: What the timer's service did last. Empty when it has not run since the account's manager started.
  returned: success
  type: dict
  contains:
    started:
      description: When.
      type: str
    ended:
      description: Until when.
      type: str
    result:
      description: What systemd says of it, V(success) or why not.
      type: str
    containers:
      description: As RV(rootless.podman.auto_update#module:containers), without the IDs of images.
      type: list
      elements: dict
    troubles:
      description: A sentence about each container whose update came to nothing, and Podman's own errors.
      type: list
      elements: str
  sample:
    started: Wed 2026-11-25 00:04:52 UTC
    ended: Wed 2026-11-25 00:05:10 UTC
    result: success
    containers:
      - {name: web, unit: web.service, image: "docker.io/library/busybox:1.37", policy: registry, result: rolled_back}
    troubles:
      - "container web: the newer docker.io/library/busybox:1.37 did not start, and web.service is back on the image before"
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 2
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._auto_update_road import look


def main() -> None:
    """Tell what was renewed, and what will be."""
    run(look, {"user": {"type": "str"}})


if __name__ == "__main__":
    main()
