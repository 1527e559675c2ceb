# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prints what stands on a host, as JSON: snapshot.py ACCOUNT...

Files by path with mode, owner and a digest of their content, and the Podman objects of each account that exists. Two
snapshots are equal when nothing was written between them.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import pwd
import re
import socket
import stat
import sys
from typing import Any

ROOTS = ("/etc", "/home", "/srv", "/usr/local", "/var/lib/systemd/linger", "/var/spool")
# What Podman itself writes when it is only asked. All of it is storage bookkeeping; the objects are compared by `objects`.
TOUCHED = re.compile(
    r"/containers/storage/(db\.sql(-wal|-shm|-journal)?"  # every look at a container writes its state
    r"|.*\.lock"  # who was the last to write
    r"|storage\.conf|defaultNetworkBackend"  # remembered at the first call
    r"|libpod/tmp/.*"
    r"|overlay/(metacopy|native|volatile|idmapped).*"  # what the file system can do, found out at the first call
    r"|overlay-containers/.*/userdata/(healthcheck\.log|ctr\.log|artifacts.*|shm.*)"  # what the container itself does
    r")$"
    r"|/containers/cache/.*"
    r"|\.config/cni.*|\.cache.*"
)
# Of each list the fields that stay as they are while nobody does anything.
LISTS = {
    "containers": (
        "containers/json?all=true&external=true",
        ("Id", "Names", "State", "Image", "Labels", "Pod", "StartedAt"),
    ),
    "pods": ("pods/json", ("Id", "Name", "Status", "Labels")),
    "volumes": ("volumes/json", ("Name", "Driver", "Labels", "CreatedAt")),
    "networks": ("networks/json", ("id", "name", "driver", "subnets", "labels")),
    "secrets": ("secrets/json", ("ID", "Spec", "UpdatedAt")),
    "images": ("images/json?all=true", ("Id", "RepoTags", "Labels")),
}


def files() -> dict[str, str]:
    """Every file of ROOTS."""
    found = {}
    for root in ROOTS:
        for folder, folders, names in os.walk(root):
            for name in folders + names:
                path = os.path.join(folder, name)
                if not TOUCHED.search(path):
                    found[path] = look(path)
    return found


def look(path: str) -> str:
    """One file in one line, or that it went while we looked."""
    try:
        there = os.lstat(path)
        content = ""
        if stat.S_ISLNK(there.st_mode):
            content = os.readlink(path)
        elif stat.S_ISREG(there.st_mode):
            with open(path, "rb") as file:
                content = hashlib.sha256(file.read()).hexdigest()
    except OSError as error:
        return str(error.strerror)
    return f"{there.st_mode:o} {there.st_uid}:{there.st_gid} {content}"


class Engine(http.client.HTTPConnection):
    """An account's Podman, asked over its socket."""

    def __init__(self, uid: int) -> None:
        super().__init__("podman", timeout=60)
        self.path = f"/run/user/{uid}/podman/podman.sock"

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def ask(self, path: str) -> Any:
        self.request("GET", f"/v4.0.0/libpod/{path}")
        return json.loads(self.getresponse().read())


def objects(account: str) -> dict[str, list[str]]:
    """The account's Podman objects, a line each; empty where nobody answers."""
    try:
        engine = Engine(pwd.getpwnam(account).pw_uid)
        found = {kind: engine.ask(path) or [] for kind, (path, _fields) in LISTS.items()}
        for each in found["containers"]:
            each["State"] = [each["State"], engine.ask(f"containers/{each['Id']}/json").get("HostConfig")]
    except (KeyError, OSError):
        return {}
    return {
        kind: sorted(
            json.dumps({field: each.get(field) for field in fields}, sort_keys=True) for each in found[kind]
        )
        for kind, (_path, fields) in LISTS.items()
    }


# Objects first: Podman tidies up in its own files when it is asked.
print(json.dumps({"objects": {account: objects(account) for account in sys.argv[1:]}, "files": files()}))
