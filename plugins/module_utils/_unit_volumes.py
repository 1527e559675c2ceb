# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names for volumes that have none (pure): Podman removes a nameless one with its container, and a unit's container goes at each stop."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from . import _options


def volume_name(container: str, target: str) -> str:
    """The name of a volume that had none: of its container and where it is mounted."""
    return f"{container}-{re.sub('[^A-Za-z0-9_.-]+', '-', target.strip('/')) or 'root'}"


def asked_by(image: Mapping[str, Any] | None) -> list[str]:
    """The paths for which an image asks a volume, out of its report; none of one that is not there yet."""
    return sorted(_options.get_path(image or {}, "Config.Volumes") or {})


def named(container: str, spec: _options.Spec, asked: Iterable[str]) -> _options.Spec:
    """The same options, with a name for every volume that would have none. ``asked`` are the paths of ``asked_by``."""
    given = {
        option: [_named(container, each) for each in spec[option]] for option in _LISTS if option in spec
    }
    found = {**spec, **given}
    # What volumes_from brings covers what the image asks for, and only Podman knows what that is.
    if spec.get("image_volume") in ("tmpfs", "ignore") or spec.get("volumes_from"):
        return found
    taken = {each["target"] for option in (*_LISTS, "tmpfs") for each in found.get(option, ())}
    more = [
        _named(container, {"type": "volume", "source": "", "target": path.rstrip("/") or "/", "options": []})
        for path in asked
        if (path.rstrip("/") or "/") not in taken
    ]
    return {**found, "volume": [*found.get("volume", ()), *more]} if more else found


_LISTS = ("volume", "mount")


def _named(container: str, mount: Mapping[str, Any]) -> dict[str, Any]:
    if mount["type"] != "volume" or mount["source"]:
        return dict(mount)
    return {**mount, "source": volume_name(container, mount["target"])}
