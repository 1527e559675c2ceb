# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules that start containers say alike."""

from __future__ import annotations


class ModuleDocFragment:
    """How images are fetched, and when a started container counts as good."""

    DOCUMENTATION = r"""
options:
  pull:
    description:
      - When an image is pulled. V(missing) does it when it is not on the host, V(never) fails then.
      - V(always) and V(newer) ask the registry in every run, before anything is compared. Containers whose image turns out to be another one
        are replaced. Check mode does not ask, so it cannot know that a tag has moved.
      - Images that need a login are pulled with M(rootless.podman.image) first.
    type: str
    choices: [missing, always, newer, never]
    default: missing
  tls_verify:
    description:
      - Whether a registry that images are pulled from has to prove who it is. What the host's C(registries.conf) says when left out.
    type: bool
  retry:
    description:
      - How often a pull that fails is tried again. Podman's own number, 3, when left out. Needs Podman 5.0 or newer.
    type: int
  retry_delay:
    description:
      - The time before it is, such as V(5s). It grows with every try when left out. Needs Podman 5.0 or newer.
    type: str
  wait:
    description:
      - Whether to wait until every container that this task starts has proved itself. One with a health check has to become healthy, one
        without still has to run shortly after its start, or to have ended with exit code 0.
      - B(If one does not, what this task made, changed or replaced is undone), so that what ran before runs again. The task then fails with
        the last lines of that container's log.
      - Without waiting, what is replaced is removed as soon as the new one has started.
    type: bool
    default: true
  wait_timeout:
    description: How many seconds a container may take to prove itself.
    type: int
    default: 120
"""
