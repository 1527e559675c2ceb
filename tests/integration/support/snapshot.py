# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snapshots of a host, and what differs between two of them."""

from __future__ import annotations

from typing import Any

from .host import Host

Snapshot = dict[str, Any]


def take(host: Host, *accounts: str) -> Snapshot:
    """What stands on the host now; see onhost/snapshot.py."""
    found: Snapshot = host.script("snapshot.py", *accounts)
    return found


def differences(before: Snapshot, after: Snapshot) -> list[str]:
    """One line for each thing that is not as it was."""
    told = []
    for path in sorted({*before["files"], *after["files"]}):
        then, now = before["files"].get(path), after["files"].get(path)
        if then != now:
            told.append(f"{path}: {then} -> {now}")
    for account in sorted({*before["objects"], *after["objects"]}):
        then, now = before["objects"].get(account, {}), after["objects"].get(account, {})
        for kind in sorted({*then, *now}):
            if then.get(kind) != now.get(kind):
                told.append(f"{kind} of {account}: {then.get(kind)} -> {now.get(kind)}")
    return told
