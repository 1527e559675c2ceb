# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module that talks to one account's Podman says alike."""

from __future__ import annotations


class ModuleDocFragment:
    """The option ``user``, and what such a module needs of host and account."""

    DOCUMENTATION = r"""
options:
  user:
    description:
      - The account whose Podman is used, by name or uid. A task that runs as root has to name it. When left out, it is the account that the
        task runs as.
      - The account comes first, see M(rootless.podman.user). The user inside a container is something else,
        O(rootless.podman.container#module:container_user).
    type: str
attributes:
  check_mode:
    support: full
    description: Writes nothing, and returns the plan that a run would carry out.
  diff_mode:
    support: full
    description: Shows what the plan changes, one line for each option.
notes:
  - Run the task as root (C(become) without C(become_user)) for any account, or as the account itself. Nothing has to be set in the
    environment. Root gives up its rights and becomes the account before it talks to Podman.
  - Root's own Podman is refused. Its containers are not rootless.
  - The account needs linger and Podman's API socket, which M(rootless.podman.user) gives it, and the host needs Podman 4.3 or newer and
    podman-py, which the role P(rootless.podman.rootless_host#role) installs.
seealso:
  - module: rootless.podman.user
"""
