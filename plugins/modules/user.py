#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: user
short_description: Rootless accounts, ready to run containers
version_added: 0.1.0
description:
  - Brings a Unix account to the point where its Podman can be used. The account has a home that nobody else can enter, ranges of subordinate
    ids, linger (its C(systemd --user) runs from boot on, without a login), Podman's API socket, and containers that return after a reboot.
  - When the task is done the account's manager runs and its socket answers, so that the next task can name it in C(user).
  - Works for accounts that exist already. They get what they lack and keep what they have. Their uid, group and home are never changed,
    because files of their containers are bound to them, and a shell or comment only when the task names one.
  - Use one account for each app. The account is what keeps apps apart.
  - Any number of controllers can add accounts to one host at the same time. Tasks for the same account wait for each other.
options:
  name:
    description:
      - The account's name. For a new one at most 31 lower-case letters, digits, C(-) and C(_).
    type: str
    required: true
  uid:
    description:
      - The uid of a new account. Without it the host chooses the next one.
      - A home that an earlier account of this name left behind is recognised by its owner's number, and the new account gets that number.
    type: int
  group:
    description:
      - The primary group, by name or gid. A new group of the account's own when left out. A name that does not exist is made.
    type: str
  home:
    description:
      - The home, by default C(/home/NAME). All folders above it have to be root's. It must not be the home of somebody else.
      - It gets mode 0700 and is handed to the account when it is an empty folder of root's, such as a new mount.
    type: path
  shell:
    description:
      - The login shell. A new account gets C(/usr/sbin/nologin) when the task names none. An existing one keeps what it has.
    type: str
  comment:
    description: The comment (GECOS) field, such as the account's purpose.
    type: str
  ranges:
    description:
      - The subordinate ids. An account that has enough keeps its own, wherever they are, see M(rootless.podman.subid).
    type: dict
    suboptions:
      count:
        description:
          - How many ids of each kind are needed, 65536 or more. Without it as many as the host's policy says (C(/etc/rootless.podman/ranges.json), written
            by the role C(rootless_host)), and 65536 where it says nothing.
        type: int
      start:
        description:
          - Where they have to start. Without it a free range is chosen.
          - Ranges that start elsewhere and are in use are not moved. The task fails then.
        type: int
  linger:
    description:
      - Whether the account's manager, and with it its containers, runs without a login and from boot on.
      - Setting it to V(false) ends the account's containers unless somebody is logged in with it.
    type: bool
    default: true
  socket:
    description:
      - Whether the API socket is there, which the other modules use. It costs no process while nobody talks to it.
      - Other modules cannot manage the account when this is V(false).
    type: bool
    default: true
  restart_service:
    description:
      - Whether C(podman-restart.service) starts containers with a restart policy of C(always) when the account's manager starts, after a reboot.
      - A container that does not start then does not end the network of all others, as it would with the unit as Podman brings it. A drop-in in
        the account's own C(~/.config/systemd/user) sees to that.
      - Is only switched on or off for the next start. Nothing is started or stopped by the task.
    type: bool
    default: true
  state:
    description:
      - V(present) makes sure that the account is there and ready.
      - V(absent) stops everything that the account runs and deletes its entry. B(Home, storage and ranges stay). When the account is
        declared again it gets the same uid, home and ranges, and finds its containers, images and volumes.
      - The ranges are put aside for an account of that name (C(1001@alice:100000:65536)), so that nobody else gets these ids. What stays behind
        belongs to the account's number. This module gives no other account that number, but the host's own tools may.
    type: str
    choices: [present, absent]
    default: present
  remove:
    description:
      - With O(state=absent), B(also deletes the home with all images, containers and volumes in it), the mail spool and the ranges.
      - When the account is gone already, the home that it left (O(home), or the default one) and its ranges are deleted.
      - Is refused when something is mounted in the home. Storage outside of the home is not touched.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description:
      - Says what a run would do and writes nothing. The uid and gid that the host will choose for a new account are not known and are null.
  diff_mode:
    support: full
    description: Shows what changes on the account.
notes:
  - Podman has to be installed, see the role P(rootless.podman.rootless_host#role), unless both O(socket) and O(restart_service) are V(false).
  - New accounts have no password. Ways in are C(sudo -u), C(machinectl shell) or an SSH key of theirs (with a shell).
  - Units that root keeps for the account in C(/etc/containers/systemd/users/UID) go with the account, whatever O(remove) says, because the next
    account of that uid would start them.
seealso:
  - module: rootless.podman.subid
  - module: rootless.podman.host_info
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: An account for an app, with everything that its containers need
  rootless.podman.user:
    name: alice
    comment: Runs the news reader

- name: Uid, ranges and home as an inventory keeps them
  rootless.podman.user:
    name: bob
    uid: 5001
    home: /srv/apps/bob
    ranges:
      start: 10000000
      count: 131072

- name: An account that exists keeps its shell, home and ranges, and gets what it lacks
  rootless.podman.user:
    name: alice

- name: An account for people who log in and use podman by hand
  rootless.podman.user:
    name: carol
    shell: /bin/bash
    linger: true

- name: Stop everything that the account runs, keep its data for later
  rootless.podman.user:
    name: alice
    state: absent

- name: The same uid, home, ranges and volumes again
  rootless.podman.user:
    name: alice

- name: Delete accounts with all their data
  rootless.podman.user:
    name: "{{ item }}"
    state: absent
    remove: true
  loop: [alice, bob, carol]
"""

RETURN = r"""
name:
  description: The account.
  returned: success
  type: str
  sample: alice
uid:
  description: Its uid. Null in check mode when the host has yet to choose one.
  returned: O(state=present)
  type: int
  sample: 1001
gid:
  description: The gid of its primary group. Null in check mode when it has yet to be made.
  returned: O(state=present)
  type: int
  sample: 1001
group:
  description: Its primary group. Null in check mode when it has yet to be made.
  returned: O(state=present)
  type: str
  sample: alice
home:
  description: Its home.
  returned: O(state=present)
  type: str
  sample: /home/alice
shell:
  description: Its login shell.
  returned: O(state=present)
  type: str
  sample: /usr/sbin/nologin
runtime_dir:
  description: Its runtime directory (E(XDG_RUNTIME_DIR)).
  returned: O(state=present)
  type: str
  sample: /run/user/1001
socket:
  description: Where its API socket lies.
  returned: O(state=present)
  type: str
  sample: /run/user/1001/podman/podman.sock
linger:
  description: Whether its manager runs without a login.
  returned: O(state=present)
  type: bool
  sample: true
ranges:
  description: Its ranges of subordinate ids, in the order in which containers see them. In check mode those that a run would choose now.
  returned: O(state=present)
  type: dict
  sample: {"uid": [{"start": 100000, "count": 65536}], "gid": [{"start": 100000, "count": 65536}]}
state:
  description: As the task declares it.
  returned: success
  type: str
  sample: present
plan:
  description: What was done, or would be in check mode. Each step has an action, a kind, a name and the reasons for it.
  returned: success
  type: list
  elements: dict
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._accounts.user_task import ARGUMENTS, work


def main() -> None:
    """Bring the account about, or take it away."""
    run(work, ARGUMENTS)


if __name__ == "__main__":
    main()
