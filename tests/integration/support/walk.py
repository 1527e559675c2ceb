# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Walking the options of a table on a host: what it needs there, and the walk itself (onhost/walk.py)."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils import _wanted
from ansible_collections.rootless.podman.plugins.module_utils._resources import network, secret, volume

from .host import Host
from .prepare import BUSYBOX

ACCOUNT = "walk"
TABLES = {
    "container": _wanted.containers.TABLE,
    "pod": _wanted.pods.TABLE,
    "network": network.TABLE,
    "volume": volume.TABLE,
    "secret": secret.TABLE,
}


def ready(host: Host) -> None:
    """The account, and what options name: networks, a second container, a volume, a secret, files."""
    host.good("user", name=ACCOUNT)
    host.good("image", user=ACCOUNT, name=BUSYBOX)
    host.good("network", user=ACCOUNT, name="walk-net", subnet="10.77.3.0/24")
    host.good("network", user=ACCOUNT, name="walk-net6", subnet="fd77:3::/64", ipv6=True)
    host.good("volume", user=ACCOUNT, name="walk-data")
    host.good("secret", user=ACCOUNT, name="walk-token", data="quiet")
    other = {
        "name": "walk-other",
        "image": BUSYBOX,
        "command": "sleep infinity",
        "volumes": ["walk-data:/other"],
    }
    host.good("container", user=ACCOUNT, **other, stop_timeout=0)
    host.run(
        "mkdir -p /srv/walk/root && echo A=1 > /srv/walk/env && chmod -R a+rX /srv/walk && chown -R walk: /srv/walk"
    )


def walk(
    host: Host, kind: str, base: dict[str, Any], cases: dict[str, Any], start: bool, timeout: float = 900
) -> dict[str, Any]:
    """Walk these cases of a table; what the walk tells."""
    job = {"user": ACCOUNT, "kind": kind, "start": start, "base": base, "cases": cases}
    told: dict[str, Any] = host.script("walk.py", stdin=json.dumps(job).encode(), timeout=timeout)
    return told
