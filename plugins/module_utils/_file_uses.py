# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which containers have a file of the host that has got another content (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _plan, _secret_uses


def renewed_mounts(inspect: Mapping[str, Any], files: Mapping[str, float]) -> list[_plan.Reason]:
    """Reasons to restart a container: a file that it has mounted, alone or in a folder, got another content since its start.

    A file is replaced as a whole, and a container keeps the one that it has mounted until it starts again.
    """
    if not files:
        return []
    started = _secret_uses.moment((inspect.get("State") or {}).get("StartedAt"))
    sources = [
        str(each.get("Source")) for each in inspect.get("Mounts") or [] if str(each.get("Type")) == "bind"
    ]
    return [
        _plan.Reason("files", _plan.CHANGED, f"{path} as it was", f"{path} as it is now")
        for path, written in sorted(files.items())
        if written > started and any(path == source or path.startswith(source + "/") for source in sources)
    ]
