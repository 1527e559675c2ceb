# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that does nothing: what every task of a collection that uses podman-py has to pay."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    """Import podman-py, unless told not to, and leave."""
    module = AnsibleModule({"podman": {"type": "bool", "default": True}}, supports_check_mode=True)
    if module.params["podman"]:
        import podman  # noqa: F401
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
