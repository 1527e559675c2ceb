#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: quadlet
short_description: Quadlet units of a rootless account
version_added: 0.1.0
description:
  - Keeps one Quadlet unit of an account as declared, of any kind, and its service running. It is for people who write such units already. Who
    starts anew will find M(rootless.podman.container) and M(rootless.podman.pod) easier.
  - The unit is B(tried with Quadlet's own generator before anything is replaced). What the generator refuses, and what would break another unit
    of the account, fails the task with its reason and changes nothing.
  - The account's manager then reads its units, and the service is started, or restarted when the unit has another meaning than before. The task
    waits for the result. B(If the service does not start, the unit before comes back and with it its service), and the task fails with the last
    lines that were logged.
  - When only comments, blank lines or the order of unrelated keys changed, the file is written and nothing is restarted.
  - A run that was killed anywhere, or lost its power, is finished by the next one.
options:
  name:
    description:
      - The unit's file name. Its suffix says what it is, C(.container), C(.pod), C(.volume), C(.network), C(.image), C(.build) or C(.kube).
      - Needs Podman 4.4 or newer, C(.image) 4.8, C(.pod) 5.0, C(.build) 5.2.
    type: str
    required: true
  content:
    description:
      - The unit's text. Use the C(file) or C(template) lookup for one that lies on the controller.
      - Everybody on the host can read it, and it shows in diffs. B(Secrets do not belong into a unit), use C(Secret=) and M(rootless.podman.secret).
    type: str
  definition:
    description:
      - The unit as a map of its sections, instead of O(content).
      - A text is a value just as it stands in a unit, with systemd's quotes and specifiers. A list is the same key several times.
      - A map, for C(Environment), C(Label) and C(Annotation), is NAME and VALUE. These arrive in the container exactly as given, whatever quotes,
        dollars, percent signs or line breaks are in them.
      - A value that no unit can hold is refused. None can become another key or line.
    type: dict
  state:
    description:
      - V(started) has the unit there and its service running. A service that runs once (C(Type=oneshot)) and is over is not running, and every run
        starts it again, unless the unit says C(RemainAfterExit=yes).
      - V(stopped) has the unit there and its service not running.
      - V(present) has the unit there. A service that runs is restarted when the unit changed, one that does not run is left alone.
      - V(absent) stops the service and removes the unit. Volumes, networks and images that were made of units stay. A unit that others need is not
        removed.
    type: str
    choices: [started, stopped, present, absent]
    default: started
  enabled:
    description:
      - Whether the service starts with the account's manager, at boot. That stands in the unit itself, in C([Install]), and not in links.
      - V(true) adds C(WantedBy=default.target) when the unit names no target. V(false) only makes sure that it names none. The unit decides when
        left out.
    type: bool
  wait_timeout:
    description:
      - How many seconds the service may take to start. The unit's own C(TimeoutStartSec), 90 seconds when it says none, is mostly shorter. Make that
        long enough for the first pull of the image.
      - A container with C(Notify=healthy) has started when it is healthy. Any other one has when it still runs shortly after its start.
    type: int
    default: 900
extends_documentation_fragment:
  - rootless.podman.account
notes:
  - A task that runs as root keeps the unit in C(/etc/containers/systemd/users/UID/), which the account cannot write. One that runs as the account
    keeps it in C(~/.config/containers/systemd/).
  - B(Root's folder keeps the file whole and not the service). Whatever runs as the account's uid can put another unit, a drop-in or a mask before
    it. The module looks for these and warns. Keep containers from that uid with C(UserNS=) and a mapping without it, such as V(nomap).
  - A volume or network that is there already is not changed by its unit, and its service is not restarted, which would stop all containers that use
    it. Change it with M(rootless.podman.volume) or M(rootless.podman.network).
  - Also in check mode the generator works on a copy in the account's runtime directory, in memory, which is removed at once.
  - This module does not need Podman's API socket and not podman-py.
seealso:
  - module: rootless.podman.container
  - module: rootless.podman.secret
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account
  rootless.podman.user:
    name: shop

- name: A volume, made when it is first needed
  rootless.podman.quadlet:
    user: shop
    name: pages.volume
    state: present
    definition:
      Volume:
        VolumeName: pages

- name: A web server that starts at boot
  rootless.podman.quadlet:
    user: shop
    name: web.container
    content: |
      [Unit]
      Description=The shop's pages

      [Container]
      Image=docker.io/library/busybox:1.37
      Exec=httpd -f -p 8080 -h /www
      PublishPort=127.0.0.1:18090:8080
      Volume=pages.volume:/www
      UserNS=nomap

      [Service]
      Restart=always
      TimeoutStartSec=600

      [Install]
      WantedBy=default.target

- name: The same kind of unit as data, with values that no quoting can spoil
  rootless.podman.quadlet:
    user: shop
    name: worker.container
    enabled: true
    definition:
      Container:
        Image: docker.io/library/busybox:1.37
        Exec: sleep 1000
        Environment:
          GREETING: 'costs 5 $, "100 %"'
        Volume:
          - pages.volume:/www:ro

- name: Stop it for now
  rootless.podman.quadlet:
    user: shop
    name: worker.container
    state: stopped
    definition:
      Container:
        Image: docker.io/library/busybox:1.37
        Exec: sleep 1000

- name: Remove both, before what they use
  rootless.podman.quadlet:
    user: shop
    name: "{{ item }}"
    state: absent
  loop: [worker.container, web.container, pages.volume]
"""

RETURN = r"""
path:
  description: The unit's file.
  returned: success
  type: str
  sample: /etc/containers/systemd/users/1001/web.container
service:
  description: The service that Quadlet makes of it. Empty when there is no unit.
  returned: success
  type: str
  sample: web.service
shadowed:
  description: What the account put before the unit, by which it is not run as declared. A warning tells it too.
  returned: success
  type: list
  elements: dict
  contains:
    way:
      description:
        - V(unit), V(unit_dropin), V(service), V(service_dropin), V(environment) or V(containers_conf). V(generated) when it is only seen by what comes of
          it.
      type: str
    path:
      description: The file.
      type: str
    effect:
      description: What it does.
      type: str
  sample:
    - way: service
      path: /home/shop/.config/systemd/user/web.service
      effect: runs instead of it
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when nothing has to be done.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update), V(remove), V(start), V(restart) or V(stop).
      type: str
    kind:
      description: V(quadlet) for the unit, V(service) for its service.
      type: str
    name:
      description: The unit's file name, or the service's name.
      type: str
    reasons:
      description: What led to it, each with C(option), C(why), C(before) and C(after). For a unit these are its keys.
      type: list
      elements: dict
  sample:
    - action: update
      kind: quadlet
      name: web.container
      reasons:
        - {"option": "Container.Image", "why": "changed", "before": "docker.io/library/busybox:1.36", "after": "docker.io/library/busybox:1.37"}
    - action: restart
      kind: service
      name: web.service
      reasons:
        - {"option": "unit", "why": "changed", "before": null, "after": "as declared"}
logs:
  description: The last lines that the service logged.
  returned: when it did not start
  type: list
  elements: str
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._quadlet_road import ARGUMENTS, work


def main() -> None:
    """Bring one unit to what the task declares."""
    run(
        work,
        ARGUMENTS,
        mutually_exclusive=[("content", "definition")],
        required_if=[
            (("state"), each, ("content", "definition"), True) for each in ("started", "stopped", "present")
        ],
    )


if __name__ == "__main__":
    main()
