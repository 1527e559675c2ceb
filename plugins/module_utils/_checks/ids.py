# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges, local ids and the locks on them, as the host's files have them (I/O, read only)."""

from __future__ import annotations

import grp
import os
import pwd

from . import commands, files, ranges
from .facts import HostFacts

LOCKS = ("/etc/passwd.lock", "/etc/group.lock", "/etc/subuid.lock", "/etc/subgid.lock")


def look(facts: HostFacts) -> None:
    """Fill in the host's ranges, its local ids, where ranges come from, and locks that nobody will release."""
    facts.local_uids = _local("/etc/passwd")
    facts.local_gids = _local("/etc/group")
    facts.subid_source = subid_source(files.read("/etc/nsswitch.conf"))
    facts.uid_ranges = ranges.parse(files.read("/etc/subuid"), facts.local_uids)
    facts.gid_ranges = ranges.parse(files.read("/etc/subgid"), facts.local_uids)
    facts.stale_locks = [path for path in LOCKS if _is_stale(path)]


def subid_source(text: str) -> str:
    """What nsswitch.conf(5) names behind ``subid:``; files when it is silent."""
    for line in text.splitlines():
        key, _colon, value = line.partition(":")
        if key.strip() == "subid" and value.split("#")[0].split():
            return value.split("#")[0].split()[0]
    return "files"


def ranges_from_directory(facts: HostFacts, name: str) -> dict[str, list[ranges.Range]]:
    """An account's ranges where a directory service hands them out, as ``{"uid": [...], "gid": [...]}``."""
    tool = facts.tools.get("getsubids")
    if not tool:
        return {"uid": [], "gid": []}
    told = commands.ask({"uid": [tool, name], "gid": [tool, "-g", name]}, as_nobody=False)
    return {kind: ranges.parse_getsubids(told.get(kind, ""), name) for kind in ("uid", "gid")}


def lingering() -> list[str]:
    """Accounts that linger, root left out."""
    try:
        names = sorted(os.listdir("/var/lib/systemd/linger"))
    except OSError:
        return []
    return [name for name in names if _uid(name) > 0]


def docker_members() -> list[str]:
    """Members of the group docker."""
    try:
        return list(grp.getgrnam("docker").gr_mem)
    except KeyError:
        return []


def _uid(name: str) -> int:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return -1


def _local(path: str) -> dict[int, str]:
    """Ids and names of /etc/passwd or /etc/group: the file itself, because a directory may have a million."""
    found: dict[int, str] = {}
    for line in files.read(path).splitlines():
        fields = line.split(":")
        if len(fields) > 3 and fields[2].isdigit():
            found.setdefault(int(fields[2]), fields[0])
    return found


def _is_stale(path: str) -> bool:
    """A lock of shadow's without a process number: a dead process's is taken over, this one never."""
    try:
        with open(path, "rb") as file:
            content = file.read(64)
    except OSError:
        return False
    return not content.rstrip(b"\0\n").isdigit()
