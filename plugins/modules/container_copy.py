#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: container_copy
short_description: Files into and out of a rootless account's containers
version_added: 0.1.0
description:
  - Copies files and folders from the controller or the host into a container, or from a container to the host. Only what differs is copied, by
    content, mode and owner.
  - It is for what belongs into a volume and for containers that others look after. A file that a container always needs is better mounted with
    C(volume), or built into its image, because a container that is replaced forgets everything that is not in a volume.
  - Everything on the host is read and written as the account, never as root. A container's files are not trusted. Nothing that it holds is
    written outside of O(dest), and links that lead out of what is copied are left out.
  - What is in a folder and not in O(src) stays. A folder is never replaced by a file, nor a file by a folder.
options:
  name:
    description: The container's name. It need not run.
    type: str
    required: true
    aliases: [container]
  src:
    description:
      - The file or folder to copy. It lies B(on the controller), where M(ansible.builtin.copy) looks for files, unless O(remote_src) or
        O(from_container) say otherwise.
      - A folder is copied with its name, and with a slash at the end (V(conf/)) only what is in it.
      - From the controller it travels with the task in every run, so it may have up to 1 MiB when packed. Copy larger ones to the host and use
        O(remote_src). Files that are encrypted with Ansible Vault arrive decrypted and are not shown in diffs.
    type: str
  content:
    description: The file's content, instead of O(src). It is not shown in diffs.
    type: str
  dest:
    description:
      - Where it goes, an absolute path in the container, or on the host with O(from_container). With a slash at the end, or when it is a folder, a
        file goes into it under its own name.
      - The folder of a file has to exist, unless O(dest) ends with a slash. Then folders are made.
    type: str
    required: true
  remote_src:
    description: Whether O(src) is an absolute path B(on the host). The account has to be able to read it.
    type: bool
    default: false
  from_container:
    description: Whether O(src) is an absolute path B(in the container) and O(dest) one on the host.
    type: bool
    default: false
  mode:
    description:
      - The mode of all files that are copied, in quotes, such as V('0640'). When left out, the one that each has in O(src), and V('0644') with
        O(content).
    type: raw
  directory_mode:
    description:
      - The mode of all folders that are copied, in quotes. When left out, new ones get the one that they have in O(src), and those that exist stay
        as they are.
    type: raw
  owner:
    description:
      - The owner in the container, as a number (uid). Together with O(group). When left out, what is copied belongs to the container's user.
      - Podman does not tell who owns a file. In a running container the kernel is asked instead. While it does not run, or where the account may
        not look, a wrong owner alone is not noticed.
    type: int
  group:
    description: The group in the container, as a number (gid).
    type: int
  packed:
    description: For internal use. It is what O(src) holds, packed on the controller.
    type: str
extends_documentation_fragment:
  - rootless.podman.account
notes:
  - Short texts are shown in diff mode as M(ansible.builtin.copy) shows them. Use C(diff=false) for files that hold secrets, or O(content).
  - The container has to exist, in check mode as well.
  - A tmpfs of a container with C(userns=nomap) cannot be written from outside. Use O(rootless.podman.container_exec#module:stdin) there.
  - Times are not copied.
seealso:
  - module: rootless.podman.container
  - module: rootless.podman.container_exec
  - module: ansible.builtin.copy
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
    volumes: ["shop-www:/www"]

- name: A page
  rootless.podman.container_copy:
    user: shop
    name: shop-web
    content: "<p>Open all day</p>\n"
    dest: /www/index.html
    mode: '0644'

- name: A folder of the host with all that is in it, for the web server's user
  rootless.podman.container_copy:
    user: shop
    name: shop-web
    src: /usr/share/common-licenses/
    remote_src: true
    dest: /www/licenses/
    owner: 65534
    group: 65534

- name: The page, on the host
  rootless.podman.container_copy:
    user: shop
    name: shop-web
    src: /www/index.html
    dest: /home/shop/index.html
    from_container: true
"""

RETURN = r"""
dest:
  description: The path of the file or folder that was copied, links resolved.
  returned: success
  type: str
  sample: /www/index.html
plan:
  description: What was done, or what a run would do in check mode, in this order. Empty when nothing has to be done.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(create) for what was not there, V(update) for what differed.
      type: str
    kind:
      description: The kind of the object, V(file), V(folder) or V(link).
      type: str
    name:
      description: The object's name.
      type: str
    reasons:
      description: The options that led to it, each with C(option), C(why), C(before) and C(after). Values that may be secret are not shown.
      type: list
      elements: dict
  sample:
    - action: update
      kind: file
      name: /www/index.html
      reasons:
        - {"option": "mode", "why": "declared", "before": "0600", "after": "0644"}
api_calls:
  description: How many requests were made to Podman.
  returned: success
  type: int
  sample: 4
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._copy import travel


def main() -> None:
    """Copy files into a container, or out of it."""
    run_in_account(
        travel,
        {
            "name": {"type": "str", "required": True, "aliases": ["container"]},
            "src": {"type": "str"},
            "content": {"type": "str", "no_log": True},
            "dest": {"type": "str", "required": True},
            "remote_src": {"type": "bool", "default": False},
            "from_container": {"type": "bool", "default": False},
            "mode": {"type": "raw"},
            "directory_mode": {"type": "raw"},
            "owner": {"type": "int"},
            "group": {"type": "int"},
            "packed": {"type": "str", "no_log": True},
        },
        required_one_of=[("src", "content")],
        mutually_exclusive=[("src", "content"), ("content", "packed")],
        required_together=[("owner", "group")],
        required_if=[("from_container", True, ("src",)), ("remote_src", True, ("src",))],
    )


if __name__ == "__main__":
    main()
