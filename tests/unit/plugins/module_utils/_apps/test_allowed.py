# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a container may do beyond the hardened default."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._apps.allowed import allowed

HARDENED = {
    "Privileged": False, "ReadonlyRootfs": True, "SecurityOpt": ["no-new-privileges"], "NetworkMode": "bridge",
    "PidMode": "private", "IDMappings": {"UidMap": ["0:1:65536"]}, "Devices": [],
    "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]},
}  # fmt: skip
MOUNTS = [{"Type": "bind", "Source": "/home/shop/apps/shop/www"}, {"Type": "volume", "Source": "/x"}]


def told(mounts: Any = (), caps: Any = None, **host: Any) -> dict[str, Any]:
    inspect = {"HostConfig": {**HARDENED, **host}, "BoundingCaps": caps, "Mounts": [*MOUNTS, *mounts]}
    return allowed(inspect, "/home/shop/apps/shop")


def test_what_is_hardened_is_allowed_nothing() -> None:
    assert told() == {}


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        ({"Privileged": True}, {"privileged": True}),
        ({"ReadonlyRootfs": False}, {"writable_root": True}),
        ({"SecurityOpt": ["seccomp=unconfined"]}, {"new_privileges": True, "security_opt": ["seccomp=unconfined"]}),
        ({"caps": ["CAP_CHOWN"]}, {"capabilities": ["CAP_CHOWN"]}),
        ({"NetworkMode": "host", "PidMode": "host"}, {"host_namespaces": ["network", "pid"]}),
        ({"IDMappings": None}, {"userns": "host"}),
        ({"IDMappings": {"UidMap": ["0:1:1000", "1000:0:1"]}}, {"userns": "the account is uid 1000 inside"}),
        ({"Devices": [{"PathOnHost": "/dev/fuse"}]}, {"devices": ["/dev/fuse"]}),
        ({"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "80"}]}}, {"published": ["0.0.0.0:80:80/tcp"]}),
        ({"mounts": [{"Type": "bind", "Source": "/home/shop/apps/shopping"}]}, {"host_mounts": ["/home/shop/apps/shopping"]}),
    ],
)  # fmt: skip
def test_each_relaxation_shows(change: dict[str, Any], shows: dict[str, Any]) -> None:
    assert told(**change) == shows
