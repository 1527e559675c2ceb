#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door to the checklist: what a host and its accounts lack for rootless Podman."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_info
short_description: Tell what a host and its accounts lack for rootless Podman
version_added: 0.1.0
description:
  - Goes through a checklist of what rootless Podman needs, for the host and for each account, and says of every
    row what was found, what is needed, and the command or module call that mends it.
  - Use it before the first container, when a container does not start, and after an upgrade of the host. The role
    P(rootless.podman.rootless_host#role) ends with it and fails on what it finds.
  - It changes nothing, works without Podman and without podman-py, and takes well under a second. It does not run
    root's own Podman.
  - It does not fail when something is wrong. Look at RV(ignore:ok), or fail on RV(ignore:failures) yourself.
  - An account's Podman is only asked for an answer when the account has storage already, because the first answer
    of a new account's Podman makes that storage. Being asked keeps it running for about five seconds, and it
    writes the time into its own lock file.
author:
  - The rootless.podman contributors (@rootless-podman)
options:
  users:
    description:
      - The accounts to look at. An account that does not exist is a finding, not an error.
      - Without it, all accounts that linger (see C(loginctl enable-linger)) are looked at, and a task that runs
        without C(become) looks at its own account. An empty list looks at the host alone.
    type: list
    elements: str
    aliases: [user]
  packages:
    description:
      - Names of packages. Those that are installed come back in RV(packages).
      - For a play that would otherwise need a task of its own for that question.
    type: list
    elements: str
    default: []
  files:
    description:
      - Whole paths of the host. What is there comes back in RV(files) with the digest of its content, so that a play knows
        which files it has to write before it goes to the host again.
    type: list
    elements: str
    default: []
attributes:
  check_mode:
    description: Changes nothing, with and without check mode.
    support: full
  diff_mode:
    description: Has nothing to show, because it changes nothing.
    support: none
notes:
  - A task that runs as root sees everything. As an account it sees the host as far as that account may, and itself.
seealso:
  - module: rootless.podman.user
  - module: rootless.podman.subid
"""

EXAMPLES = r"""
- name: Look at the host alone
  rootless.podman.host_info:
    users: []
  register: host

- name: Print what has to be mended, one line each
  ansible.builtin.debug:
    var: host.failures + host.cautions

- name: Look at the host and at one account, which need not exist yet
  rootless.podman.host_info:
    users: [alice]
  register: host

- name: Tell what the account lacks
  ansible.builtin.debug:
    msg: "{{ host.findings | selectattr('scope', 'eq', 'alice') | rejectattr('level', 'eq', 'ok') | list }}"

- name: Ask for packages and for the form of a file, too
  rootless.podman.host_info:
    users: []
    packages: [podman, python3-podman]
    files: [/etc/containers/policy.json]
  register: host

- name: Tell which package is not there, and whether the policy is what this play would write
  ansible.builtin.debug:
    msg:
      - "{{ ['podman', 'python3-podman'] | difference(host.packages) }}"
      - "{{ host.files['/etc/containers/policy.json'].sha256 | default('') == '{}' | hash('sha256') }}"

- name: Stop here unless the host has a working Podman 4.3 or newer
  ansible.builtin.assert:
    that: host.findings | selectattr('id', 'eq', 'podman') | map(attribute='level') | first == 'ok'
    quiet: true
"""

RETURN = r"""
ok:
  description: Whether no finding has the level V(fail).
  type: bool
  returned: success
  sample: true
counts:
  description: How many findings have each level.
  type: dict
  returned: success
  sample: {"ok": 38, "warning": 1, "fail": 0}
failures:
  description: The findings of level V(fail), one sentence each. Rootless containers break on these, now or at the next boot.
  type: list
  elements: str
  returned: success
  sample:
    - >-
      host: pause: no catatonit; needed: catatonit, the first process of every pod;
      fix: apply the role rootless.podman.rootless_host, or: apt-get install catatonit
cautions:
  description: The findings of level V(warning), one sentence each. These work and will surprise somebody.
  type: list
  elements: str
  returned: success
  sample: []
findings:
  description: Every row of the checklist, with C(fix) empty where all is well.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The row's name, which stays the same from version to version.
      type: str
    level:
      description: One of V(ok), V(warning) and V(fail).
      type: str
    scope:
      description: V(host), or the account's name.
      type: str
    found:
      description: What was found.
      type: str
    needed:
      description: What is needed.
      type: str
    fix:
      description: The command or module call that mends it.
      type: str
  sample:
    - id: linger
      level: fail
      scope: alice
      found: "no linger: containers end with the last session, and none starts at boot"
      needed: linger
      fix: "declare it with rootless.podman.user: name=alice, or: loginctl enable-linger alice"
distribution:
  description: The operating system. C(family) is V(debian), V(redhat) or empty.
  type: dict
  returned: success
  sample: {"id": "debian", "version": "13", "codename": "trixie", "name": "Debian GNU/Linux 13 (trixie)", "family": "debian"}
versions:
  description: Versions of what was found. A program that is missing has no key.
  type: dict
  returned: success
  sample: {"podman": "5.4.2", "crun": "1.21", "netavark": "1.14.0", "systemd": "257", "kernel": "6.12.0", "python": "3.13.5",
           "podman_py": "5.4.0.1", "jmespath": "1.0.1"}
packages:
  description: Those of O(packages) that are installed, each with its version as the package manager writes it.
  type: dict
  returned: success
  sample: {"podman": "5.4.2+ds1-2+b2"}
files:
  description:
    - Those of O(files) that are there. A link is told as a link, not as the file that it leads to.
    - C(sha256) is empty for what is no regular file, and for what the task may not read.
  type: dict
  returned: success
  sample:
    /etc/containers/policy.json:
      sha256: 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a
      mode: "0644"
      uid: 0
      gid: 0
python:
  description: The interpreter that runs the modules, and the folder where it finds podman-py (empty without).
  type: dict
  returned: success
  sample: {"executable": "/usr/bin/python3", "podman_py": "/usr/lib/python3/dist-packages"}
storage:
  description:
    - The storage driver that a new account gets (empty where Podman decides by what it finds) and the configured path.
    - C(vfs_accounts) are the accounts whose storage holds whole copies. They must not be switched to another driver.
  type: dict
  returned: success
  sample: {"driver": "overlay", "path": "", "accounts": {"alice": ["overlay"]}}
network:
  description: What a rootless container without a network of its own gets, and what makes networks.
  type: dict
  returned: success
  sample: {"mode": "pasta", "backend": "netavark"}
cgroups:
  description: The cgroup version, the controllers of cgroup v2, and those that every account's manager is given.
  type: dict
  returned: success
  sample: {"version": "v2", "controllers": ["cpuset", "cpu", "io", "memory", "pids"], "delegated": ["cpu", "memory", "pids"]}
online:
  description: The state of network-online.target, for which Quadlet's units wait, and what starts it at boot.
  type: dict
  returned: success
  sample: {"state": "active", "started_by": ["multi-user.target"]}
docker:
  description: What another container engine left on the host, and whether C(docker) is Podman.
  type: dict
  returned: success
  sample: {"socket": false, "processes": [], "members": [], "podman_docker": false}
security:
  description:
    - C(selinux) is V(enforcing), V(permissive) or empty, C(container_policy) whether the policy for containers is there, C(apparmor) whether AppArmor
      is on, C(apparmor_podman) whether it has a profile for Podman.
  type: dict
  returned: success
  sample: {"selinux": "", "container_policy": false, "apparmor": true, "apparmor_podman": false}
accounts:
  description: A summary of each account that was looked at, by name. One that does not exist has C(exists) alone.
  type: dict
  returned: success
  sample:
    alice:
      exists: true
      uid: 1001
      home: /home/alice
      shell: /usr/sbin/nologin
      linger: true
      manager: active
      socket: true
      podman: 5.4.2
      storage: {"path": "/home/alice/.local/share/containers/storage", "drivers": ["overlay"]}
      controllers: ["cpu", "memory", "pids"]
      ranges: {"uid": [{"start": 165536, "count": 65536}], "gid": [{"start": 165536, "count": 65536}]}
"""

from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils._module import Task, run
from ansible_collections.rootless.podman.plugins.module_utils._checks.checklist import examine


def work(task: Task) -> dict[str, Any]:
    """The checklist for the accounts that the task names, with the packages and files that it asks for."""
    return examine(task.params["users"], task.params["packages"], task.params["files"])


def main() -> None:
    """Run as an Ansible module."""
    run(
        work,
        {
            "users": {"type": "list", "elements": "str", "aliases": ["user"]},
            "packages": {"type": "list", "elements": "str", "default": []},
            "files": {"type": "list", "elements": "str", "default": []},
        },
    )


if __name__ == "__main__":
    main()
