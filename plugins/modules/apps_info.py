#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: apps_info
short_description: Tell how the apps of a host are
version_added: 0.1.0
description:
  - Returns, for each app that M(rootless.podman.apps) has made, what it declares, which of its containers run and are healthy, what is not as
    declared, and what each container may do beyond the hardened default. For all accounts of the host in one call.
  - What an app declares is known by name alone, from labels and from what M(rootless.podman.apps) noted in the account's home. Whether options
    differ is told by a run of M(rootless.podman.apps) in check mode, which has the declaration.
options:
  user:
    description: The one account that is asked. Without it and O(users) all accounts are.
    type: str
  users:
    description:
      - Several accounts, asked at the same time. V(all) alone, the default for root, means every account that lingers and has a Podman socket.
      - A task that does not run as root can only ask its own account.
    type: list
    elements: str
  on_no_answer:
    description:
      - Whether an account that gives no answer fails the task (V(fail)) or is named in a warning (V(warn)). Without it, accounts that the task names
        fail it, and accounts that were found give a warning.
    type: str
    choices: [fail, warn]
  name:
    description: Only apps of these names. One that is not there is left out of the answer and is no error.
    type: list
    elements: str
    aliases: [names]
  query:
    description:
      - A L(JMESPath,https://jmespath.org) expression, evaluated on the host on the list of apps. What it makes is returned in RV(query_result), in place
        of the list.
      - Needs the Python library jmespath on the host, which the role P(rootless.podman.rootless_host#role) installs.
    type: str
attributes:
  check_mode:
    support: full
    description: Changes nothing, with and without check mode.
  diff_mode:
    support: none
    description: Has nothing to show, because it changes nothing.
notes:
  - Run the task as root (C(become)), or as the account itself. Root becomes each account before it talks to that account's Podman.
  - No value of an option, secret or file is in the answer.
seealso:
  - module: rootless.podman.apps
  - module: rootless.podman.container_info
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: An app
  rootless.podman.apps:
    apps:
      - name: shop
        containers:
          - name: shop-web
            image: docker.io/library/busybox:1.37
            command: [httpd, -f, -p, "8080", -h, /tmp]
            init: true
            publish: ["0.0.0.0:8090:8080"]

- name: All apps of the host
  rootless.podman.apps_info:
    users: [all]
  register: host_apps

- name: Fail when one of them is not as declared
  ansible.builtin.assert:
    that: host_apps.apps | map(attribute='drifted') | flatten == []

- name: Only what containers may do beyond the default, by app
  rootless.podman.apps_info:
    query: "[].{app: name, allowed: containers[].{container: name, allowed: allowed}}"
"""

RETURN = r"""
apps:
  description: The apps, by account and name.
  returned: unless O(query) is given
  type: list
  elements: dict
  contains:
    name:
      description: The app.
      type: str
    user:
      description: Its account.
      type: str
    declared:
      description: The names of what it declared when it was last applied, by kind.
      type: dict
    containers:
      description:
        - Its containers, also those that are no longer declared, each with C(name), C(pod), C(image), C(status), C(running), C(completed) (it ran once, as
          others need it), C(health), C(declared), and C(allowed).
        - C(allowed) holds only what is looser than the default, and is empty for a container that is not. There can be C(privileged), C(capabilities) (what
          it has), C(new_privileges) (they are not ruled out), C(writable_root), C(userns) (how the account itself is inside), C(host_namespaces),
          C(security_opt), C(published) (ports that others than this host can reach), C(devices) and C(host_mounts) (paths outside of the app's folder).
      type: list
      elements: dict
    pods:
      description: Its pods, each with C(name), C(status), C(declared), and C(published), its ports that others than this host can reach.
      type: list
      elements: dict
    releases:
      description:
        - The releases of the app that are kept, newest first, each with C(number), C(time), C(current), C(before) (the release that it replaced), C(images)
          (by digest, or ID where there is none) and C(changed) (objects and options by name).
        - Those that root keeps when root asks, those that the account keeps when the account asks.
      type: list
      elements: dict
    running:
      description: Whether all declared containers run, or have completed.
      type: bool
    healthy:
      description: Whether all declared containers that run and have a health check are healthy.
      type: bool
    drifted:
      description:
        - What is not as declared, each with C(kind), C(name) and C(what), such as V(missing), V(unhealthy) or V(not declared any more).
        - A network of which V(names are not answered) has containers that do not find each other by name; the next run of M(rootless.podman.apps) mends it.
      type: list
      elements: dict
  sample:
    - name: shop
      user: shop
      running: true
      healthy: true
      drifted: []
      declared: {containers: [shop-web]}
      pods: []
      releases:
        - number: 1
          time: "2026-01-31T12:00:00Z"
          current: true
          before: null
          images: {"docker.io/library/busybox:1.37": "docker.io/library/busybox@sha256:0123"}
          changed: ["container shop-web: image"]
      containers:
        - name: shop-web
          status: running
          running: true
          health: healthy
          allowed: {published: ["0.0.0.0:8090:8080/tcp"]}
query_result:
  description: What O(query) made of that list.
  returned: when O(query) is given
  type: raw
  sample: [{app: shop, allowed: []}]
accounts:
  description: The accounts that answered.
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
  sample: 7
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._apps.info import ARGUMENTS, CONSTRAINTS, look


def main() -> None:
    """Tell how the apps are."""
    run(look, ARGUMENTS, **CONSTRAINTS)


if __name__ == "__main__":
    main()
