#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
"""

EXAMPLES = r"""
"""

RETURN = r"""
"""

from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account
from ansible_collections.rootless.podman.plugins.module_utils._resources.pod import TABLE
from ansible_collections.rootless.podman.plugins.module_utils._road import WAIT_ARGUMENTS, travel_pod


def main() -> None:
    """Bring one pod and its containers to what the task declares."""
    run_in_account(
        travel_pod,
        {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "created", "started", "stopped", "absent"]},
            "containers": {"type": "list", "elements": "dict"},
            "recreate": {"type": "bool", "default": False},
            **WAIT_ARGUMENTS,
            **TABLE.argument_spec(),
        },
    )


if __name__ == "__main__":
    main()
