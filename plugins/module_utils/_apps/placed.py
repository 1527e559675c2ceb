# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mounts that name a file of the app as ``./FILE``: what it is on the host (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

VOLUMES = ("volume", "volumes")
MOUNTS = ("mount", "mounts")
_SOURCE = re.compile(r"(^|,)((?:source|src)=)\.(?=/|,|$)")


def placed(raw: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """A container's or pod's parameters, in which a source that begins with ``./`` lies in the app's folder."""
    found = dict(raw)
    for option in VOLUMES:
        if option in found:
            found[option] = _each(found[option], lambda each: _volume(each, folder))
    for option in MOUNTS:
        if option in found:
            found[option] = _each(found[option], lambda each: _mount(each, folder))
    return found


def _each(value: Any, change: Any) -> Any:
    return [change(each) for each in value] if isinstance(value, (list, tuple)) else change(value)


def _volume(raw: Any, folder: str) -> Any:
    if not isinstance(raw, str):
        return raw
    source, colon, rest = raw.partition(":")
    return _path(source, folder) + colon + rest if colon else raw


def _mount(raw: Any, folder: str) -> Any:
    if isinstance(raw, Mapping):
        return {
            key: _path(value, folder) if key in ("source", "src") and isinstance(value, str) else value
            for key, value in raw.items()
        }
    if isinstance(raw, str):
        return _SOURCE.sub(lambda found: f"{found.group(1)}{found.group(2)}{folder}", raw)
    return raw


def _path(source: str, folder: str) -> str:
    if source in (".", "./"):
        return folder
    return f"{folder}/{source[2:]}" if source.startswith("./") else source
