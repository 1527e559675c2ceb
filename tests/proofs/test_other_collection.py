# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles as somebody else's collection uses them: by full name, included and imported, twice, with private variables."""

from __future__ import annotations

import re
from pathlib import Path

from support.host import CHECKOUT, Host
from support.playbook import finish, start

OTHER = Path(__file__).parent / "other"


def test_another_collection_uses_each_role_twice(host: Host) -> None:
    told_to = {
        "ANSIBLE_COLLECTIONS_PATH": f"{OTHER}:{CHECKOUT / '.cache' / 'collections'}",
        "ANSIBLE_PRIVATE_ROLE_VARS": "true",
    }
    try:
        first = finish(start(host, "acme.site.twice", environment=told_to))
        for port, side in ((8392, "north"), (8393, "south")):
            assert host.run(f"busybox wget -qO- http://127.0.0.1:{port}/") == f"from the {side}"
        # The last use of the role decides about the host.
        assert "STACK=south" in host.run("cat /etc/containers/containers.conf.d/60-rootless-host.conf")
        assert host.run_as("it-north", "podman ps --format '{{.Names}}'").split() == ["north-web"]
        # Nothing of a role's variables is left behind it, and each collection's handler is its own.
        assert first.count("left over: nothing, nothing") == 2
        assert "acme handler: Reload systemd for" in first
        second = finish(start(host, "acme.site.twice", environment=told_to))
        # What changes is what has to: one file of the host, written in turn by both, and the stack's own command.
        changed = re.findall(r"TASK \[([^\]]+)\] \*+\n(?:.*\n)*?changed: ", second)
        assert not [task for task in changed if "rootless_apps" in task]
    finally:
        for name in ("it-north", "it-south"):
            host.remove_account(name)
        host.run(
            "rm -f /etc/containers/containers.conf.d/60-rootless-host.conf /etc/containers/registries.conf.d/50-rootless-host.conf"
        )
