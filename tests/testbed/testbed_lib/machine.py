# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all hosts of all testbeds change on the machine together.  The last host changes it back; hold the machine's lock."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

from .disk import write_file
from .work import run, say

NETNS = Path("/run/netns")
SHARED = Path("/run/rootless-podman-testbed.json")
# All hosts' root is one user to the kernel, and its usual 128 instances are used up by about ten hosts
INOTIFY, INOTIFY_ENOUGH = Path("/proc/sys/fs/inotify/max_user_instances"), 8192


def prepare(uplinks: list[str]) -> None:
    """Change what hosts need, and note first what it was."""
    shared = _read()
    if not NETNS.exists():
        shared["netns"] = True
    wanted = {INOTIFY: str(INOTIFY_ENOUGH)} if int(INOTIFY.read_text()) < INOTIFY_ENOUGH else {}
    # only cables and uplinks forward: the machine as a whole stays no router
    wanted.update(
        {forwarding(device): "1" for device in uplinks if forwarding(device).read_text().strip() == "0"}
    )
    for path in wanted:
        shared.setdefault("settings", {}).setdefault(str(path), path.read_text().strip())
    write_file(SHARED, json.dumps(shared) + "\n")
    for path, value in wanted.items():
        path.write_text(value)
    if not uplinks:
        say("this machine has no default route: the hosts will reach no package mirror")


def restore() -> None:
    """Change back what `prepare` changed."""
    shared = _read()
    # if forwarding was turned on for the whole machine meanwhile, somebody else needs it
    router = forwarding("all").read_text().strip() == "1"
    for name, value in shared.get("settings", {}).items():
        if name == str(INOTIFY) and INOTIFY.read_text().strip() != str(INOTIFY_ENOUGH):
            continue
        if name == str(INOTIFY) or not router:
            with contextlib.suppress(OSError):
                Path(name).write_text(value)
    if shared.get("netns") and NETNS.exists() and not any(NETNS.iterdir()):
        run(["umount", str(NETNS)], check=False)
        with contextlib.suppress(OSError):
            NETNS.rmdir()
    SHARED.unlink(missing_ok=True)


def forwarding(device: str) -> Path:
    """The switch that lets packets which come in at a device go on."""
    return Path(f"/proc/sys/net/ipv4/conf/{device}/forwarding")


def _read() -> dict[str, Any]:
    with contextlib.suppress(FileNotFoundError, ValueError):
        return dict(json.loads(SHARED.read_text()))
    return {}
