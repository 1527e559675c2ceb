#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: container_exec
short_description: Commands in a rootless account's containers
version_added: 0.1.0
description:
  - Runs a command in a running container, as C(podman exec) does, and returns what it said.
  - A command that ran counts as a change. O(creates), O(removes), O(unless) and O(onlyif) say when it need not run, which makes a task that has
    nothing to do in the second run. For a command that only reads, C(changed_when) is the way.
  - It is for what has to happen once in a container, such as loading a schema or making a first user. What a container always needs belongs into
    its image or its own task, because a container that is replaced forgets everything that is not in a volume.
options:
  name:
    description: The container's name.
    type: str
    required: true
    aliases: [container]
  command:
    description:
      - The command, as a string that is split into words as a shell would, or as a list of words. No shell runs it. For pipes and variables write
        C(sh -c '...').
      - It can be seen in the host's list of processes and in Ansible's log. Passwords belong into O(stdin) or into a secret of the container, see
        M(rootless.podman.secret).
    type: raw
  argv:
    description: The command as a list of words, instead of O(command).
    type: list
    elements: str
  creates:
    description: An absolute path in the container. The command is not run when something is there.
    type: str
  removes:
    description: An absolute path in the container. The command is not run when nothing is there.
    type: str
  unless:
    description:
      - A command, written as O(command) is, that runs in the container before. When it ends with exit code 0 the command is not run.
      - It has the same user, folder, environment and time limit. Check mode does not run it, and foretells a change.
    type: raw
  onlyif:
    description:
      - A command, written as O(command) is, that runs in the container before. The command is only run when it ends with exit code 0.
      - It has the same user, folder, environment and time limit. Check mode does not run it, and foretells a change.
    type: raw
  expect:
    description: The exit codes with which the command may end. With any other the task fails.
    type: list
    elements: int
    default: [0]
  stdin:
    description:
      - Text that the command reads from its standard input, as it is written. Without it there is nothing to read.
      - It is neither shown nor logged. What the command itself repeats of it is in the result.
    type: str
  env:
    description:
      - Environment variables that are added to those of the container.
      - They are not shown in results and diffs, but Ansible logs them on the host as it logs every parameter.
    type: dict
  workdir:
    description: The folder in which it runs, an absolute path in the container. The container's own when left out.
    type: str
    aliases: [chdir]
  container_user:
    description: The user in the container that runs it, as V(USER) or V(USER:GROUP), by name or number. The container's own when left out.
    type: str
    aliases: [exec_user]
  privileged:
    description: Whether the command gets all capabilities that the account's containers can have, even if the container has fewer.
    type: bool
    default: false
  tty:
    description: Whether the command gets a terminal. Both of its outputs are then in RV(stdout). Not possible with O(stdin).
    type: bool
    default: false
  detach:
    description:
      - Start the command and do not wait for its end. Nothing is known of its output and exit code then. Not possible with O(stdin).
    type: bool
    default: false
  timeout:
    description: How many seconds the command may take. It is killed after that, and the task fails.
    type: int
    default: 3600
extends_documentation_fragment:
  - rootless.podman.account
attributes:
  check_mode:
    support: partial
    details: Where O(unless) or O(onlyif) decide, it foretells a change that the run may not make.
    description: Runs nothing, neither the command nor O(unless) and O(onlyif). O(creates) and O(removes) are looked at.
notes:
  - Each output is kept up to 4 MiB, and a warning says when there was more.
  - The container has to exist and to run, in check mode as well.
seealso:
  - module: rootless.podman.container
  - module: rootless.podman.container_copy
author:
  - The rootless.podman contributors (@rootless-podman)
"""

EXAMPLES = r"""
- name: The account that the container belongs to
  rootless.podman.user:
    name: shop

- name: A container with a volume
  rootless.podman.container:
    user: shop
    name: shop-web
    image: docker.io/library/busybox:1.37
    command: httpd -f -p 8080 -h /www
    volumes: ["shop-data:/data"]

- name: A file in the volume, once
  rootless.podman.container_exec:
    user: shop
    name: shop-web
    command: sh -c 'cat > /data/schema'
    stdin: "version 1\n"
    creates: /data/schema

- name: An entry, unless it is there
  rootless.podman.container_exec:
    user: shop
    name: shop-web
    command: sh -c 'echo "entry $ENTRY" >> /data/schema'
    env:
      ENTRY: first
    unless: grep -q '^entry first' /data/schema

- name: Only read
  rootless.podman.container_exec:
    user: shop
    name: shop-web
    argv: [wc, -l, /data/schema]
  register: lines
  changed_when: false
"""

RETURN = r"""
rc:
  description: The command's exit code.
  returned: when the command was run and waited for
  type: int
  sample: 0
stdout:
  description: What it wrote to its standard output, without line breaks at the end.
  returned: always
  type: str
stderr:
  description: What it wrote to its standard error, without line breaks at the end.
  returned: always
  type: str
stdout_lines:
  description: RV(stdout) in lines.
  returned: always
  type: list
  elements: str
stderr_lines:
  description: RV(stderr) in lines.
  returned: always
  type: list
  elements: str
guard:
  description: The option because of which the command was not run, V(creates), V(removes), V(unless) or V(onlyif). Empty if it was.
  returned: success
  type: str
  sample: ""
exec_id:
  description: Podman's ID of the command that was started.
  returned: with O(detach=true), when it was started
  type: str
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when nothing has to be done.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(exec).
      type: str
    kind:
      description: The kind of the object, always V(container).
      type: str
    name:
      description: The object's name.
      type: str
    reasons:
      description: Always empty.
      type: list
      elements: dict
  sample:
    - {action: exec, kind: container, name: shop-web, reasons: []}
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 4
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._exec import travel


def main() -> None:
    """Run one command in a container."""
    run_in_account(
        travel,
        {
            "name": {"type": "str", "required": True, "aliases": ["container"]},
            "command": {"type": "raw"},
            "argv": {"type": "list", "elements": "str"},
            "creates": {"type": "str"},
            "removes": {"type": "str"},
            "unless": {"type": "raw"},
            "onlyif": {"type": "raw"},
            "expect": {"type": "list", "elements": "int", "default": [0]},
            "stdin": {"type": "str", "no_log": True},
            "env": {"type": "dict"},
            "workdir": {"type": "str", "aliases": ["chdir"]},
            "container_user": {"type": "str", "aliases": ["exec_user"]},
            "privileged": {"type": "bool", "default": False},
            "tty": {"type": "bool", "default": False},
            "detach": {"type": "bool", "default": False},
            "timeout": {"type": "int", "default": 3600},
        },
        required_one_of=[("command", "argv")],
        mutually_exclusive=[("command", "argv"), ("stdin", "tty"), ("stdin", "detach")],
    )


if __name__ == "__main__":
    main()
