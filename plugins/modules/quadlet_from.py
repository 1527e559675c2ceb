#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to units that take over containers which somebody made by hand."""

from __future__ import annotations

DOCUMENTATION = r"""
module: quadlet_from
short_description: Make units of containers that are there, and have them take over
version_added: 0.1.0
description:
  - Turns containers that were made by hand, by podman-compose, by C(containers.podman) or by this collection with C(runtime=podman) into Quadlet
    units, so that systemd owns them. It is what C(podman generate systemd) was used for, without its files to copy about.
  - Each container is looked at, and B(declared as it is), with the options of M(rootless.podman.container). What comes from its image and what is
    Podman's default is left out. RV(containers[].definition) is that declaration, to be put into a playbook.
  - The unit then takes over as it does for M(rootless.podman.container) with C(runtime=systemd). The container before is stopped and waits under
    another name until the new one runs. Then B(both are compared), and when the new one is not as the old one was, or does not start, the old one
    comes back, and the task fails.
  - B(No data is lost.) Volumes are used by their names. A volume without a name would go with the unit's first stop, so its data moves to a volume
    with one, in no time and without a copy. Files that were written into the container itself are named, and it is only taken over when
    O(accept_losses) says so.
  - A container that lives in a unit already is left as it is.
options:
  containers:
    description:
      - The names of the containers. V(all) alone means every container of the account that is in no pod and no unit.
      - Containers in pods are refused, and so are those that belong to an app, and those in whose namespaces another one lives.
      - A pod without an infra container, such as podman-compose makes, shares nothing. Its containers are taken over, and it is removed when all of
        them are.
    type: list
    elements: str
    required: true
    aliases: [name]
  take_over:
    description: Whether the units take over. With V(false) the task only returns their texts, to be looked at, and changes nothing.
    type: bool
    default: true
  overrides:
    description:
      - By container, options of M(rootless.podman.container) that count instead of what was found, for what Podman does not tell, or what is to be
        another way from now on. A sentence about something that would be lost begins with the option that can say it.
      - Options that change what inspect shows make the comparison at the end fail, unless O(accept_losses) allows it.
    type: dict
    default: {}
  accept_losses:
    description:
      - Whether a container is also taken over when something of it cannot be carried over. The sentences that the task else fails with become
        warnings.
      - B(Files in the container itself are then lost), and a container that was made with C(--rm) cannot come back when its unit does not start.
    type: bool
    default: false
  wait_timeout:
    description: How many seconds a container may take to become ready in its unit.
    type: int
    default: 120
extends_documentation_fragment:
  - rootless.podman.account
notes:
  - Needs Podman 4.6 or newer. The restart policy becomes systemd's C(Restart=), and a container that runs starts at boot from then on.
  - What the command line that made a container says is used where inspect does not tell, such as C(--sysctl), C(--ip) or C(--secret). A container
    that was made over Podman's API has none. Say such options with O(overrides).
  - Limits of open files and processes are inherited from whoever made a container, and from systemd afterwards, unless C(--ulimit) was given.
  - Containers that require each other (C(--requires), C(depends_on) of podman-compose) start in that order, by C(Wants=) and C(After=).
  - B(podman-compose does not know of the units), and would make its containers again. Keep the declaration in a playbook from then on.
seealso:
  - module: rootless.podman.container
  - module: rootless.podman.quadlet
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account
  rootless.podman.user:
    name: shop

- name: A container, as somebody made it once
  rootless.podman.container:
    user: shop
    name: web
    image: docker.io/library/busybox:1.37
    command: httpd -f -p 8080 -h /www
    publish: ["127.0.0.1:18097:8080"]
    env: {GREETING: hello}
    runtime: podman

- name: Look at the unit that it would have
  rootless.podman.quadlet_from:
    user: shop
    containers: [web]
    take_over: false
  register: shown

- name: The unit, and the task that declares it
  ansible.builtin.debug:
    msg: "{{ shown.containers[0].text }} {{ shown.containers[0].definition }}"

- name: Have units take over all containers of the account
  rootless.podman.quadlet_from:
    user: shop
    containers: all
"""

RETURN = r"""
containers:
  description: The containers, in the order in which they were taken over.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The container's name.
      type: str
    result:
      description:
        - V(taken_over), also in check mode for what a run would take over. V(shown) with O(take_over=false). V(in_unit) when it lives in a unit
          already, V(left) when it is in a pod.
      type: str
    unit:
      description: The unit's file.
      type: str
    service:
      description: The service that Quadlet makes of it.
      type: str
    text:
      description: The unit, without the values of variables.
      type: str
    definition:
      description: The container as options of M(rootless.podman.container), without the values of variables.
      type: dict
    lost:
      description: A sentence about each thing that cannot be carried over.
      type: list
      elements: str
    volumes:
      description: The names that volumes without one got, by what they were called before.
      type: dict
  sample:
    - name: web
      result: taken_over
      unit: /etc/containers/systemd/users/1001/web.container
      service: web.service
      definition:
        name: web
        image: docker.io/library/busybox:1.37
        command: [httpd, -f, -p, "8080", -h, /www]
        publish: ["127.0.0.1:18097:8080/tcp"]
        env: {GREETING: (hidden)}
        runtime: systemd
      lost: []
      volumes: {}
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when nothing has to be done.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(stop), V(remove), V(rename) or V(start).
      type: str
    kind:
      description: V(container), V(unit), V(service), V(volume) or V(pod).
      type: str
    name:
      description: Its name.
      type: str
    reasons:
      description: What led to it, each with C(option), C(why), C(before) and C(after).
      type: list
      elements: dict
  sample: []
lost:
  description: A sentence about each thing that cannot be carried over.
  returned: when the task fails because of them
  type: list
  elements: str
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._takeover_road import ARGUMENTS, work


def main() -> None:
    """Have units take over containers."""
    run(work, ARGUMENTS)


if __name__ == "__main__":
    main()
