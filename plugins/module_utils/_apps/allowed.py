# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a container may do beyond the hardened default of apps (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _options

LOOPBACK = ("127.", "::1", "localhost")
# Where inspect shows which namespaces are the host's.
NAMESPACES = {
    "network": "NetworkMode", "pid": "PidMode", "ipc": "IpcMode", "uts": "UTSMode", "cgroup": "CgroupMode", "userns": "UsernsMode",
}  # fmt: skip


def allowed(inspect: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """What is looser than the default, and nothing else. Mounts of the app's own ``folder`` are part of the default."""
    host: Mapping[str, Any] = inspect.get("HostConfig") or {}
    security = [str(each) for each in host.get("SecurityOpt") or []]
    told = {
        "privileged": bool(host.get("Privileged")),
        "capabilities": sorted(str(each) for each in inspect.get("BoundingCaps") or []),
        "new_privileges": not any(each.startswith("no-new-privileges") for each in security),
        "writable_root": not host.get("ReadonlyRootfs"),
        "userns": _userns(host),
        "host_namespaces": sorted(name for name, key in NAMESPACES.items() if host.get(key) == "host"),
        "security_opt": sorted(each for each in security if not each.startswith("no-new-privileges")),
        "published": published(inspect),
        "devices": sorted(str(each.get("PathOnHost")) for each in host.get("Devices") or []),
        "host_mounts": sorted(
            str(each.get("Source"))
            for each in inspect.get("Mounts") or []
            if each.get("Type") == "bind" and not _inside(str(each.get("Source")), folder)
        ),
    }
    return {key: value for key, value in told.items() if value}


def published(inspect: Mapping[str, Any]) -> list[str]:
    """Ports that others than this host can reach."""
    found = set()
    for port, bindings in (_options.get_path(inspect, "HostConfig.PortBindings") or {}).items():
        for each in bindings or []:
            address = str(each.get("HostIp") or "")
            if not address.startswith(LOOPBACK):
                found.add(f"{address or '0.0.0.0'}:{each.get('HostPort')}:{port}")
    return sorted(found)


def _userns(host: Mapping[str, Any]) -> str:
    """How ids are mapped, where the account itself is among those inside; empty where it is not."""
    maps = [str(each).split(":") for each in _options.get_path(host, "IDMappings.UidMap") or []]
    if not maps:
        return "host"
    own = [inside for inside, outside, count in maps if int(outside) <= 0 < int(outside) + int(count)]
    return f"the account is uid {own[0]} inside" if own else ""


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")
