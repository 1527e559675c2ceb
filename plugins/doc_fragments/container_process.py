# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options about the process that runs in a container; they mirror _resources/container_rows/process.py."""

from __future__ import annotations


class ModuleDocFragment:
    """What runs in it, with which environment, as whom, and how it ends."""

    DOCUMENTATION = r"""
options:
  command:
    description:
      - What to run instead of the image's command, as a list of words, or as a string that is split as a shell splits it.
      - Words can be seen in the task's diff and by everybody who lists processes. Secrets do not belong here.
    type: raw
  entrypoint:
    description: What to run instead of the image's entrypoint, as a list of words. A string is one word, and an empty one means no entrypoint.
    type: raw
  env:
    description:
      - Environment variables, as a map. Numbers and truth values are written as YAML writes them (V(true), V(false)), null is empty.
      - Their values are not shown in plans and diffs, but everybody who may inspect the container sees them. For passwords use O(secrets).
    type: dict
    aliases: [environment]
  env_file:
    description:
      - Files on the host with C(NAME=VALUE) lines, which become environment variables. O(env) outweighs them, and a later file an earlier one.
      - The account has to be allowed to read them. A change in a file is a change of the container.
    type: list
    elements: path
    aliases: [env_files]
  env_merge:
    description:
      - >-
        Environment variables that are made from those of the image, as a map, such as C({PATH: "${PATH}:/opt/shop/bin"}). A variable that the image
        does not have is empty there, one of O(env) too.
      - Their values are not shown in plans and diffs.
      - Needs Podman 4.4 or newer.
    type: dict
  env_host:
    description:
      - Hand on the whole environment of the account's Podman service, with its C(PATH) and C(HOME) in place of those of the image.
      - Hardly ever wanted. Commands without a path may not be found any more, and nothing in that environment is meant for a container.
    type: bool
  http_proxy:
    description:
      - Whether variables such as C(http_proxy) and C(no_proxy) of the account's Podman service are handed on. V(true) when left out.
    type: bool
  unsetenv:
    description:
      - Environment variables of the image, or of Podman itself, that it does not get. Those of O(env) it gets all the same.
    type: list
    elements: str
  unsetenv_all:
    description:
      - Take all environment variables of the image and of Podman away, even C(PATH), and leave those of O(env).
      - Commands then need a path (V(/bin/sleep)).
    type: bool
  container_user:
    description:
      - The user inside the container, by name or uid, with C(:GROUP) if needed. The image's when left out.
      - It is called C(user) by Podman and C(containers.podman). In O(definition), and in the C(containers) of M(rootless.podman.pod), C(user)
        means this as well.
    type: str
  group_add:
    description:
      - Further groups of that user, by name or number, as the container knows them.
      - V(keep-groups), alone, keeps the groups of the account instead, so that files and devices that belong to them can be reached. Inside they are
        seen as C(nobody). Needs the runtime C(crun).
    type: list
    elements: str
    aliases: [groups]
  hostuser:
    description:
      - Accounts of the host, by name, that get a line in the container's C(/etc/passwd), with their ids of the host. An account that does not exist
        lets the start fail.
    type: list
    elements: str
  passwd:
    description:
      - Whether Podman adds a line for O(container_user) to C(/etc/passwd) and C(/etc/group) where the image has none. V(true) when left out.
    type: bool
  passwd_entry:
    description:
      - That line of C(/etc/passwd), for a user that the image does not know. Podman puts values in place of C($USERNAME), C($UID), C($GID), C($NAME)
        and C($HOME).
      - Without effect where the image has the user.
    type: str
  group_entry:
    description:
      - That line of C(/etc/group), for a group that the image does not know. Podman puts values in place of C($GROUPNAME), C($GID) and C($USERLIST).
      - Needs Podman 4.5 or newer.
    type: str
  workdir:
    description: The working directory, the image's when left out.
    type: str
    aliases: [working_dir]
  umask:
    description: The umask, V(0022) when left out. Quote it.
    type: str
  timezone:
    description:
      - The time zone, such as V(Europe/Vienna), or V(local) for the host's. UTC in most images when left out. The host has to know it.
    type: str
    aliases: [tz]
  personality:
    description:
      - The execution domain. V(LINUX32) makes C(uname -m) name a machine of 32 bits.
    type: str
    choices: [LINUX, LINUX32]
  tty:
    description: Give it a terminal.
    type: bool
  interactive:
    description: Keep its standard input open.
    type: bool
  init:
    description:
      - Run a small init process in it, which passes signals on and takes care of ended processes.
      - Without it many programs do not hear the signal that should end them, and are killed after O(stop_timeout).
    type: bool
  init_path:
    description:
      - The program on the host that O(init) puts in front. Podman's own, C(catatonit), when left out. Without O(init) it does nothing.
    type: str
  stop_signal:
    description: The signal that ends it, such as V(SIGTERM), V(INT) or V(15). The image's, else SIGTERM, when left out.
    type: str
  stop_timeout:
    description: How many seconds it has to end before it is killed. 10 when left out. A replacement waits for the old one as long.
    type: int
  timeout:
    description:
      - How many seconds it may run. Then Podman kills it. V(0), which is meant when it is left out, is for ever.
    type: int
"""
