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

from ansible_collections.rootless.podman.plugins.module_utils._images import POLICIES, travel
from ansible_collections.rootless.podman.plugins.module_utils._module import run_in_account


def main() -> None:
    """Bring one image to what the task declares."""
    run_in_account(
        travel,
        {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "pull": {"type": "str", "choices": list(POLICIES), "default": "missing"},
            "force": {"type": "bool", "default": False},
            "archive": {"type": "path"},
            "build": {
                "type": "dict",
                "options": {
                    "path": {"type": "path"},
                    "src": {"type": "path"},
                    "context": {"type": "str"},
                    "containerfile": {"type": "str"},
                    "file": {"type": "str"},
                    "args": {"type": "dict"},
                    "target": {"type": "str"},
                },
                "mutually_exclusive": [("path", "src"), ("containerfile", "file")],
                "required_one_of": [("path", "src", "context", "containerfile")],
            },
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "tls_verify": {"type": "bool", "aliases": ["validate_certs"]},
        },
        mutually_exclusive=[("build", "archive")],
        required_together=[("username", "password")],
    )


if __name__ == "__main__":
    main()
