#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: subid
short_description: Subordinate id ranges of rootless accounts
version_added: 0.1.0
description:
  - Gives one account or many the ranges of subordinate uids and gids that their containers need (C(/etc/subuid) and C(/etc/subgid)),
    and takes them away again.
  - P(rootless.podman.user#module) does this for the accounts it makes. Use this module for accounts that something else makes, for more ids
    than the usual 65536, and for ranges that have to start at a certain id.
  - A range that is chosen overlaps with no other range of the two files, no local user or group, not with the ids that C(UID_MAX) and
    C(GID_MAX) leave to ordinary users, and with no user or group that the host's user database (a directory service, systemd) answers for.
    It lies between C(SUB_UID_MIN) and C(SUB_UID_MAX) of C(/etc/login.defs), or where the host's policy in C(/etc/rootless.podman/ranges.json) says (role
    C(rootless_host)), at the same start in both files where that is free.
  - Reading, choosing and writing happen under the lock that C(useradd), C(usermod) and other runs of this module wait for. Any number of
    controllers can add accounts to a host at the same time.
  - An account that has enough ids keeps what it has, whoever gave them. One that has too few gets a further line behind its others,
    which changes no id that its containers already use.
  - Other lines, comments and the order of the files stay as they are.
options:
  name:
    description:
      - The account's name.
      - For O(state=absent) the account may be gone already; then O(force=true) is needed, because nobody can tell whether files that its
        containers wrote are still there, and the next account would own them. This also releases ranges that P(rootless.podman.user#module) has
        put aside for an account that it took away (C(1001@alice:100000:65536)).
    type: str
  count:
    description: How many ids of each kind the account needs at least. Less than 65536 is refused, because images own files with ids up to 65534.
    type: int
    default: 65536
  start:
    description:
      - The first id of the range, the same for uids and gids. Without it a free range is chosen.
      - An account whose ranges start elsewhere is moved, which is refused while anything lives on them, see O(force).
    type: int
  uid:
    description: Overrides O(count) and O(start) for uids.
    type: dict
    suboptions: &numbers
      count:
        description: How many ids are needed.
        type: int
      start:
        description: The first id.
        type: int
  gid:
    description: Overrides O(count) and O(start) for gids.
    type: dict
    suboptions: *numbers
  accounts:
    description:
      - Many accounts in one call, in place of O(name). Each may have its own O(count), O(start), O(uid), O(gid) and O(state); what it does
        not say is taken from the options of the task.
      - All of them are settled in one go. When one cannot be, none is changed.
    type: list
    elements: dict
    suboptions:
      name:
        description: The account's name.
        type: str
        required: true
      count:
        description: As O(count).
        type: int
      start:
        description: As O(start).
        type: int
      uid:
        description: As O(uid).
        type: dict
        suboptions: *numbers
      gid:
        description: As O(gid).
        type: dict
        suboptions: *numbers
      state:
        description: As O(state).
        type: str
        choices: [present, absent]
  state:
    description:
      - V(present) makes sure that the account has ranges, V(absent) that it has none.
    type: str
    choices: [present, absent]
    default: present
  force:
    description:
      - Allows moving or removing ranges although the account's storage has images, containers or volumes, or processes run with these ids.
        B(Files that containers wrote belong to nobody afterwards), so volumes have to be restored or given to their new owners.
      - Also has a running Podman take up changed ranges at once (C(podman system migrate)), which B(stops the account's containers).
      - Also moves a range that overlaps with somebody else's.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    description: Says what a run would do, chosen starts included, and writes nothing.
  diff_mode:
    support: full
    description: Shows the ranges before and after.
notes:
  - Where C(/etc/nsswitch.conf) has C(subid) kept by something else than C(files), such as C(sss), nothing is written. The module then asks
    C(getsubids) and fails when the account does not have what the task needs.
  - A directory service cannot be listed, so a spread of a candidate's ids is looked up one by one. Where the directory's ids are known, keep
    C(SUB_UID_MIN) to C(SUB_UID_MAX) clear of them.
seealso:
  - module: rootless.podman.user
  - name: subuid(5)
    description: The format of the files.
    link: https://man7.org/linux/man-pages/man5/subuid.5.html
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: An account that something else made
  ansible.builtin.user:
    name: "{{ item }}"
    system: true
    create_home: true
  loop: [anna, bert]

- name: Ids for its containers, wherever they are free
  rootless.podman.subid:
    name: anna

- name: Two accounts in one call, one of them at a start that an inventory keeps
  rootless.podman.subid:
    accounts:
      - name: anna
        count: 131072
      - name: bert
        start: 20000000

- name: More gids than uids
  rootless.podman.subid:
    name: bert
    uid:
      start: 20000000
    gid:
      start: 20000000
      count: 200000

- name: No ranges any more
  rootless.podman.subid:
    name: bert
    state: absent
"""

RETURN = r"""
accounts:
  description: The ranges of each account afterwards.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The account.
      type: str
      returned: success
    uid:
      description: Its uid ranges, in the order in which containers see them.
      type: list
      elements: dict
      returned: success
      sample: [{"start": 100000, "count": 65536}]
    gid:
      description: Its gid ranges.
      type: list
      elements: dict
      returned: success
      sample: [{"start": 100000, "count": 65536}]
ranges:
  description: The ranges of the account O(name) afterwards.
  returned: when O(name) is used
  type: dict
  sample: {"uid": [{"start": 100000, "count": 65536}], "gid": [{"start": 100000, "count": 65536}]}
plan:
  description: What was done, or would be in check mode. Each step has an action, a kind, a name and the reasons for it.
  returned: success
  type: list
  elements: dict
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._accounts.subid_task import work

NUMBERS = {"type": "dict", "options": {"count": {"type": "int"}, "start": {"type": "int"}}}
STATES = ["present", "absent"]


def main() -> None:
    run(
        work,
        {
            "name": {"type": "str"},
            "count": {"type": "int", "default": 65536},
            "start": {"type": "int"},
            "uid": NUMBERS,
            "gid": NUMBERS,
            "accounts": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "count": {"type": "int"},
                    "start": {"type": "int"},
                    "uid": NUMBERS,
                    "gid": NUMBERS,
                    "state": {"type": "str", "choices": STATES},
                },
            },
            "state": {"type": "str", "choices": STATES, "default": "present"},
            "force": {"type": "bool", "default": False},
        },
        required_one_of=[("name", "accounts")],
        mutually_exclusive=[("name", "accounts")],
    )


if __name__ == "__main__":
    main()
