# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prints what stands on a host, as JSON: snapshot.py ACCOUNT...

Files by path with mode, owner and a digest of their content, and the Podman objects of each account that exists. Two
snapshots are equal when nothing was written between them.
"""

from __future__ import annotations

import hashlib
import json
import os
import pwd
import re
import stat
import subprocess
import sys

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
LISTS = {
    "containers": "podman ps --all --external --no-trunc --format '{{.ID}} {{.Names}} {{.State}} {{.Image}} {{json .Labels}}'",
    "pods": "podman pod ls --no-trunc --format '{{.ID}} {{.Name}} {{.Status}} {{json .Labels}}'",
    "volumes": "podman volume ls --format '{{.Name}} {{.Driver}} {{json .Labels}}'",
    "networks": "podman network ls --no-trunc --format '{{.ID}} {{.Name}} {{.Driver}} {{json .Labels}}'",
    "secrets": "podman secret ls --format '{{.ID}} {{.Name}} {{.Driver}}'",
    "images": "podman images --all --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}'",
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


def objects(account: str) -> dict[str, list[str]]:
    """The account's Podman objects; empty where there is no such account."""
    try:
        uid = pwd.getpwnam(account).pw_uid
    except KeyError:
        return {}
    place = f"cd /; export XDG_RUNTIME_DIR=/run/user/{uid} DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/{uid}/bus"
    line = f"{place}; " + "; echo ---; ".join(LISTS.values())
    told = subprocess.run(["su", "-s", "/bin/sh", account, "-c", line], capture_output=True, text=True).stdout
    return dict(zip(LISTS, [sorted(each.strip().splitlines()) for each in told.split("---\n")]))


# Objects first: Podman tidies up in its own files when it is asked.
print(json.dumps({"objects": {account: objects(account) for account in sys.argv[1:]}, "files": files()}))
