#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to podman auto-update: containers in units, renewed."""

from __future__ import annotations

DOCUMENTATION = r"""
module: auto_update
short_description: Renew the images of a rootless account's containers
version_added: 0.1.0
description:
  - Runs C(podman auto-update) for one account and tells of each container what came of it. It looks at the containers that ask for it
    (O(rootless.podman.container#module:auto_update)) and that live in a systemd unit. Where the registry, or the host, has another image under the
    same name, that one is pulled and the unit is restarted.
  - A unit that does not start again gets its image before back, and its service with it. B(Podman only notices that when the unit waits for the
    container), which takes a declared health check and Podman 5.0 or newer. RV(rootless.podman.auto_update_info#module:containers[].goes_back) says
    for which it does.
  - B(The task fails when an update came to nothing), and names the container, also when the container before runs again.
  - A container that was renewed is no drift. The next run of the task that declares it finds the image that its name stands for, and changes
    nothing.
options:
  rollback:
    description: Whether a unit that does not start with the newer image gets the one before back.
    type: bool
    default: true
  tls_verify:
    description: Whether registries must have a certificate that this host trusts. Podman's own configuration decides when left out.
    type: bool
  auth_file:
    description: Where the account's logins are, when Podman is not to look where M(rootless.podman.login) keeps them.
    type: str
    aliases: [authfile]
extends_documentation_fragment:
  - rootless.podman.account
notes:
  - Check mode asks the registries and pulls nothing. Whether a newer image is any good, only a run can tell.
  - All containers of the account that ask for it are looked at, Podman has no way to name one.
  - The role P(rootless.podman.rootless_host#role) has a timer that does the same (C(rootless_host_auto_update_accounts)).
seealso:
  - module: rootless.podman.auto_update_info
  - module: rootless.podman.container
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account
  rootless.podman.user:
    name: shop

- name: A web server that may be renewed, and of which systemd knows whether it is any good
  rootless.podman.container:
    user: shop
    name: web
    image: docker.io/library/busybox:1.37
    command: httpd -f -p 8080 -h /www
    runtime: systemd
    auto_update: registry
    healthcheck: wget -q -O /dev/null http://localhost:8080/
    healthcheck_interval: 2s
    healthcheck_failure_action: kill

- name: Renew what there is to renew
  rootless.podman.auto_update:
    user: shop
  register: renewed

- name: Which containers have another image now
  ansible.builtin.debug:
    msg: "{{ renewed.containers | selectattr('result', 'eq', 'updated') | map(attribute='name') }}"
"""

RETURN = r"""
containers:
  description: The containers that ask for it, by name. A task that fails because an update came to nothing returns them as well.
  returned: when Podman gave an answer
  type: list
  elements: dict
  contains:
    name:
      description: The container's name.
      type: str
    unit:
      description: The service that it lives in.
      type: str
    image:
      description: The image's name.
      type: str
    policy:
      description: V(registry) or V(local).
      type: str
    result:
      description: V(updated), V(unchanged), V(pending) in check mode for what a run would update, V(rolled_back) or V(failed).
      type: str
    image_before:
      description: The ID of the image that it ran before.
      type: str
    image_after:
      description: The ID of the image that it runs now. Empty for V(pending).
      type: str
  sample:
    - name: web
      unit: web.service
      image: docker.io/library/busybox:1.37
      policy: registry
      result: updated
      image_before: f51406913ec1ec5f94ee7582932ca6fe629a7b8215d749bc5f541b06c8b5a8f4
      image_after: 4648040a4244bd176964e05d49b4487ca1d6e12026e66db0dba9131a08815e6c
plan:
  description: What was done, or what a run would do in check mode. Empty when nothing has to be done.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(update).
      type: str
    kind:
      description: V(container).
      type: str
    name:
      description: The container's name.
      type: str
    reasons:
      description: What led to it, each with C(option), C(why), C(before) and C(after).
      type: list
      elements: dict
  sample: []
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 3
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._auto_update_road import ARGUMENTS, travel


def main() -> None:
    """Renew the containers of an account that ask for it."""
    run_in_account(travel, ARGUMENTS)


if __name__ == "__main__":
    main()
