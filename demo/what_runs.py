# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an account runs, and as whom: run as root on the host (the demo sends it over ssh).

`python3 what_runs.py ACCOUNT` prints one JSON object: uid and ranges of the account, its containers with
their published ports, and every process whose uid is the account's own or lies in one of its ranges.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import subprocess
import sys
from typing import Any


def ranges_of(name: str, uid: int) -> list[tuple[int, int]]:
    """The account's lines of /etc/subuid as (start, count)."""
    with open("/etc/subuid", encoding="utf-8") as file:
        lines = [line.strip().split(":") for line in file]
    return [(int(line[1]), int(line[2])) for line in lines if len(line) == 3 and line[0] in (name, str(uid))]


def containers_of(entry: pwd.struct_passwd) -> list[dict[str, Any]]:
    """What `podman ps` tells the account, infra containers included."""
    environment = {
        "HOME": entry.pw_dir,
        "XDG_RUNTIME_DIR": f"/run/user/{entry.pw_uid}",
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    }
    environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={environment['XDG_RUNTIME_DIR']}/bus"
    command = ["runuser", "-u", entry.pw_name, "--", "podman", "ps", "--pod", "--format", "json"]
    answer = subprocess.run(command, env=environment, cwd="/", stdout=subprocess.PIPE, check=True).stdout
    return [
        {
            "id": each["Id"],
            "name": each["Names"][0],
            "pod": each.get("PodName") or "",
            "infra": bool(each.get("IsInfra")),
            "ports": [port["host_port"] for port in each.get("Ports") or []],
        }
        for each in json.loads(answer)
    ]


def read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def inside(uid_map: str, uid: int) -> int | None:
    """The uid that the process has in its own user namespace, or None when it is in the host's."""
    for line in uid_map.splitlines():
        first, outside, count = (int(word) for word in line.split())
        if count < 2**32 - 1 and outside <= uid < outside + count:
            return first + uid - outside
    return None


def processes_of(uid: int, ranges: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Every process of the account, by pid."""
    found = []
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        try:
            owner = int(read(f"/proc/{pid}/status").split("\nUid:")[1].split()[1])
            if owner != uid and not any(start <= owner < start + count for start, count in ranges):
                continue
            container = re.search(r"libpod-(?:payload-)?([0-9a-f]{64})", read(f"/proc/{pid}/cgroup"))
            found.append({
                "pid": pid,
                "uid": owner,
                "inside": inside(read(f"/proc/{pid}/uid_map"), owner),
                "command": read(f"/proc/{pid}/comm").strip(),
                "container": container.group(1) if container else "",
            })  # fmt: skip
        except (OSError, IndexError):
            continue  # it ended while we looked
    return found


def main() -> None:
    entry = pwd.getpwnam(sys.argv[1])
    ranges = ranges_of(entry.pw_name, entry.pw_uid)
    told = {
        "uid": entry.pw_uid,
        "ranges": ranges,
        "containers": containers_of(entry),
        "processes": processes_of(entry.pw_uid, ranges),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
