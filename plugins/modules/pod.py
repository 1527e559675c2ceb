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
from ansible_collections.rootless.podman.plugins.module_utils._road import CONSTRAINTS, POD_SPEC, travel_pod


def main() -> None:
    """Bring one pod and its containers to what the task declares."""
    run_in_account(travel_pod, POD_SPEC, **CONSTRAINTS)


if __name__ == "__main__":
    main()
