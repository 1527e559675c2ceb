# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other engines on the host: Docker's leftovers and root's own Podman (I/O, read only)."""

from __future__ import annotations

import json
import os

from . import ids
from .facts import HostFacts

DAEMONS = ("dockerd", "containerd")
ROOT_STORAGE = "/var/lib/containers/storage"
ROOT_SOCKET = "/run/podman/podman.sock"


def look(facts: HostFacts) -> None:
    """Fill in what Docker left and what root's own Podman holds."""
    facts.docker.socket = os.path.exists("/run/docker.sock") and not os.path.islink("/run/docker.sock")
    facts.docker.processes = _running()
    facts.docker.members = ids.docker_members()
    facts.docker.shim = os.path.exists("/etc/containers/nodocker") or _is_shim("/usr/bin/docker")
    facts.root_containers = _root_containers()
    facts.root_socket = ROOT_SOCKET in listening_sockets()


def listening_sockets() -> list[str]:
    """Paths of the Unix sockets that somebody listens on; proc(5): flags 00010000 mean listening.

    Nothing is opened: connecting would start what is waiting behind the socket.
    """
    paths = []
    try:
        with open("/proc/net/unix", encoding="utf-8", errors="replace") as table:
            for line in table:
                fields = line.split(None, 7)
                if len(fields) == 8 and fields[3] == "00010000":
                    paths.append(fields[7].rstrip("\n"))
    except OSError:
        return []
    return paths


def _running() -> list[str]:
    """Daemons of Docker's that run, by the name of the process."""
    found = set()
    try:
        processes = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
    for process in processes:
        try:
            with open(f"/proc/{process}/comm", encoding="utf-8", errors="replace") as comm:
                name = comm.read().strip()
        except OSError:
            continue
        if name in DAEMONS:
            found.add(name)
    return sorted(found)


def _is_shim(path: str) -> bool:
    """Whether /usr/bin/docker is podman-docker's few lines of shell."""
    try:
        with open(path, "rb") as file:
            return b"podman" in file.read(2048)
    except OSError:
        return False


def _root_containers() -> int | None:
    """Containers in root's own storage; its Podman is never run, so the storage's own list is counted."""
    count = 0
    for driver in ("overlay", "vfs", "btrfs", "zfs"):
        path = f"{ROOT_STORAGE}/{driver}-containers/containers.json"
        try:
            with open(path, encoding="utf-8") as file:
                count += len(json.load(file))
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            return None
    return count
