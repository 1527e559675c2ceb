#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to containers as they are: inspect data, use of resources, health log, last lines."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container_info
short_description: Tell what containers accounts have, and how they are
version_added: 0.1.0
description:
  - Returns the inspect data of one account's containers, or of many accounts', running or not, those of pods and their infra containers
    included. On request it adds use of resources, the log of health checks, and the last lines of the log.
  - Use it to look, to wait (C(until)), and to decide what a play does next. A task that declares a container with
    M(rootless.podman.container) needs no look before.
  - B(Environment variables are in the answer, as inspect shows them.) Podman 5.3 and newer hides the values of those that come from secrets.
    An older one shows them like all others, so with an older one the values of all variables are V((hidden\)). Use C(no_log) where variables
    hold what the log must not show.
options:
  stats:
    description:
      - Whether to add C(stats) to each container, its use of CPU, memory, network and disk, as Podman tells it. It is null for a container that does
        not run.
      - Podman takes a look of its own for it. Without cgroup controllers some of the figures are 0.
    type: bool
    default: false
  health_log:
    description: Whether to add C(health_log) to each container, the last health checks that Podman remembers.
    type: bool
    default: false
  logs:
    description:
      - How many lines of the end of its log to add to each container as C(logs), at most 10000 lines and 256 KiB. 0 adds none.
      - Whatever the container says is in there, and then in Ansible's log.
    type: int
    default: 0
extends_documentation_fragment:
  - rootless.podman.info
seealso:
  - module: rootless.podman.container
  - module: rootless.podman.pod_info
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: An account
  rootless.podman.user:
    name: shop

- name: A container to look at
  rootless.podman.container:
    user: shop
    name: web
    image: docker.io/library/nginx:1.27
    labels: {stage: live}
    healthcheck: "true"
    healthcheck_interval: 1s

- name: Everything about one container
  rootless.podman.container_info:
    user: shop
    name: [web]
  register: web

- name: Whether it runs
  ansible.builtin.debug:
    msg: "{{ web.containers | map(attribute='State.Status') | list }}"

- name: Name, image and state of what is live, of every account of the host
  rootless.podman.container_info:
    users: all
    filters:
      label: stage=live
    query: "[].{account: account, name: Name, image: ImageName, status: State.Status}"
  register: live

- name: The last words of containers that ended badly
  rootless.podman.container_info:
    user: shop
    filters:
      status: exited
    logs: 20
    query: "[?State.ExitCode != `0`].{name: Name, code: State.ExitCode, said: logs}"

- name: Health and memory
  rootless.podman.container_info:
    user: shop
    name: web
    stats: true
    health_log: true
    query: "[].{name: Name, health: State.Health.Status, last: health_log[-1].output, memory: stats.MemUsage}"

- name: Wait until it is healthy
  rootless.podman.container_info:
    user: shop
    name: web
  register: waiting
  until: waiting.containers[0].State.Health.Status == "healthy"
  retries: 30
  delay: 1
"""

RETURN = r"""
containers:
  description:
    - The containers by account and name, each as C(podman container inspect) shows it.
    - Beside what is listed here there is everything else that inspect shows, such as C(Mounts) and C(NetworkSettings).
    - Of a container whose removal was broken off there is C(Id), C(Name), C(Pod) and C(Broken) alone.
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
    Id:
      description: The ID.
      type: str
    Name:
      description: The name.
      type: str
    ImageName:
      description: The image's name, as it was given when the container was made. C(Image) is its ID.
      type: str
    State:
      description: Whether it runs (C(Status), C(Running)), how it ended (C(ExitCode)), and how healthy it is (C(Health)).
      type: dict
    Config:
      description: Command, environment, labels and the like.
      type: dict
    HostConfig:
      description: Restart policy, limits, namespaces and the like.
      type: dict
    Pod:
      description: The ID of the pod that it is in, or an empty text.
      type: str
    stats:
      description: With O(stats), the use of resources, as this host's Podman tells it. Null when it does not run.
      type: dict
    health_log:
      description: With O(health_log), the last checks, oldest first, each with C(start), C(end), C(exit_code) and C(output) (at most 4096 characters).
      type: list
      elements: dict
    logs:
      description: With O(logs), the last lines of its log, both streams as they came. Null where nothing is kept (log driver C(none)).
      type: list
      elements: str
  sample:
    - account: shop
      recorded: true
      Id: 0c2f1c9be2b8a4e3a1c54f4d56b9a1c54f4d56b9a1c54f4d56b9a1c54f4d56b9
      Name: web
      ImageName: docker.io/library/nginx:1.27
      State: {Status: running, Running: true, ExitCode: 0, Health: {Status: healthy, FailingStreak: 0}}
      Config: {Cmd: [nginx], Env: [PATH=/usr/bin, MODE=live], Labels: {stage: live}}
      Pod: ""
query_result:
  description: What O(query) made of that list.
  returned: when O(query) is given, also by a task that fails because an account gave no answer
  type: raw
  sample: [{account: shop, name: web, image: "docker.io/library/nginx:1.27", status: running}]
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
from ansible_collections.rootless.podman.plugins.module_utils._info_kinds import CONTAINER


def main() -> None:
    """Tell what containers there are."""
    run(lambda task: look(CONTAINER, task), arguments(CONTAINER), **CONSTRAINTS)


if __name__ == "__main__":
    main()
