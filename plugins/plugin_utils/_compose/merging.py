# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How one compose file goes over another (pure). The rules are those of the Compose specification, Merge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .document import Override, Reset

# What is replaced as a whole.
WHOLE = ("command", "entrypoint", "healthcheck.test")


def _port(entry: dict[str, Any]) -> Any:
    return (
        str(entry.get("host_ip") or ""), str(entry.get("published") or ""), str(entry.get("target")),
        entry.get("protocol") or "tcp",
    )  # fmt: skip


def _target(entry: Any) -> Any:
    if isinstance(entry, dict):
        return entry.get("target") or entry.get("source") or entry.get("path") or repr(entry)
    return entry


def _config(entry: dict[str, Any]) -> Any:
    return entry.get("target") or f"/{entry.get('source')}"


def _secret(entry: dict[str, Any]) -> Any:
    return str(entry.get("target") or entry.get("source")).removeprefix("/run/secrets/")


def _device(entry: Any) -> Any:
    return str(entry).split(":")[1] if isinstance(entry, str) and ":" in entry else _target(entry)


# What makes two entries of a service's list the same one; other lists have each value once.
SAME: dict[str, Callable[[Any], Any]] = {
    "ports": _port, "volumes": _target, "secrets": _secret, "configs": _config, "devices": _device,
    "env_file": _target, "build.secrets": _secret,
}  # fmt: skip
# Lists that are added to, however often a value stands in them.
ADDED = ("deploy.resources.reservations.devices", "gpus")


def merged(base: Any, over: Any, path: tuple[str, ...] = ()) -> Any:
    """``base`` with ``over`` on it; ``path`` is where they stand in the document."""
    if isinstance(over, Override):
        return plain(over.value)
    if over is None:
        return None if _may_be_nothing(path) else base
    if isinstance(base, dict) and isinstance(over, dict):
        if path[:1] == ("services",) and path[2:] == ("logging",) and _other_driver(base, over):
            return plain(over)
        found = dict(base)
        for key, value in over.items():
            if isinstance(value, Reset):
                found.pop(key, None)
            elif key in found:
                found[key] = merged(found[key], value, (*path, str(key)))
            else:
                found[key] = plain(value)
        return found
    below = ".".join(path[2:])
    if isinstance(base, list) and isinstance(over, list) and below not in WHOLE:
        return _together([*base, *plain(over)], below)
    return plain(over)


def _may_be_nothing(path: tuple[str, ...]) -> bool:
    """A variable without a value is one that is looked up; no command is that of the image."""
    return (len(path) == 4 and path[2] in ("environment", "labels")) or ".".join(path[2:]) in WHOLE


def _other_driver(base: dict[str, Any], over: dict[str, Any]) -> bool:
    return "driver" in base and "driver" in over and base["driver"] != over["driver"]


def _together(entries: list[Any], path: str) -> list[Any]:
    if path in ADDED:
        return entries
    key = SAME.get(path, _whole)
    found: dict[Any, Any] = {}
    for entry in entries:
        found[key(entry)] = entry
    return list(found.values())


def _whole(entry: Any) -> Any:
    return entry if isinstance(entry, (str, int, float, bool)) else repr(entry)


def plain(value: Any) -> Any:
    """Without the tags of the merge rules: what was to be reset is not there, what was to override is."""
    if isinstance(value, Override):
        return plain(value.value)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if not isinstance(each, Reset)}
    if isinstance(value, list):
        return [plain(each) for each in value if not isinstance(each, Reset)]
    return value
