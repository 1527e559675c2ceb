# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's playbooks by their full names: apps from variables, a folder and a compose file, counted and checked.

What else they do is among the proofs (tests/proofs/test_playbooks.py).
"""

from __future__ import annotations

import re

from support.host import Host
from support.site import changed, page, prepared, run

HOST_ROLE, APPS_ROLE = "rootless.podman.rootless_host", "rootless.podman.rootless_apps"


def test_site_brings_up_what_is_declared_and_then_asks_little(host: Host) -> None:
    with prepared(host):
        assert changed(run(host, "site")) > 0
        assert page(host) == "open all day"
        assert '"registry.example.com"' in host.run_as("it-blog", "cat ~/.config/containers/auth.json")
        assert host.run_as("it-board", "podman ps --format '{{.Names}}'").split() == ["board-web-1"]

        told = run(host, "site", "--diff")
        assert changed(told) == 0, told[-3000:]
        counted = dict(re.findall(r"remote tasks of (\S+): (\d+)", told))
        assert int(counted[HOST_ROLE]) <= 15
        assert int(counted[APPS_ROLE]) <= 3

        told = run(host, "check", "--tags", "apps", good=False, site_text="closed")
        assert "shop is not as declared" in told
        assert "www/index.html" in told
