# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the host says about ids: login.defs, nsswitch, local accounts, a directory (read only)."""

from __future__ import annotations

import grp
import os
import pwd
import re
from typing import NamedTuple

from . import lock, ranges
from .policy import policy

# The defaults of shadow-utils, for hosts whose login.defs does not say.
_DEFAULTS = {"SUB_UID_MIN": 100000, "SUB_UID_MAX": 600100000, "UID_MIN": 1000, "UID_MAX": 60000}
_DEFAULTS.update({key.replace("UID", "GID"): number for key, number in _DEFAULTS.items()})
_SETTING = re.compile(r"^\s*(\w+)\s+(\d+)\s*$", re.MULTILINE)
# Sources of passwd that know only this host.
_LOCAL_SOURCES = {"files", "compat", "systemd", "mymachines", "db", "altfiles", "extrausers"}
# A directory maps domains to slices of this many ids, on multiples of it (sssd-ldap(5), ldap_idmap_range_size).
_SLICE = 200000


def _settings(etc: str) -> dict[str, int]:
    found = _SETTING.findall(lock.read_text(f"{etc}/login.defs"))
    return {**_DEFAULTS, **{key: int(number) for key, number in found}}


def limits(kind: str, etc: str = "/etc") -> tuple[int, int]:
    """The lowest and the highest id that ranges chosen for this host may have: its policy's, or from login.defs."""
    settings, told = _settings(etc), policy(etc)
    letters = kind.upper()
    first = settings[f"SUB_{letters}_MIN"] if told.first is None else told.first
    floor = max(first, settings[f"{letters}_MAX"] + 1, ranges.LOWEST)
    return floor, settings[f"SUB_{letters}_MAX"] if told.last is None else told.last


def uid_limits(etc: str = "/etc") -> tuple[int, int]:
    """The uids that useradd gives to ordinary accounts."""
    settings = _settings(etc)
    return settings["UID_MIN"], settings["UID_MAX"]


def sources(database: str, etc: str = "/etc") -> list[str]:
    """The sources that nsswitch.conf names for a database, in order; ["files"] when it names none."""
    for line in lock.read_text(f"{etc}/nsswitch.conf").splitlines():
        name, colon, rest = line.partition("#")[0].partition(":")
        if colon and name.strip() == database:
            return re.sub(r"\[[^]]*\]", " ", rest).split() or ["files"]
    return ["files"]


class LocalUser(NamedTuple):
    """An account in /etc/passwd itself."""

    name: str
    uid: int
    gid: int
    home: str


def local_users(etc: str = "/etc") -> list[LocalUser]:
    """The accounts in /etc/passwd itself, passwd(5)."""
    rows = (line.split(":") for line in lock.read_text(f"{etc}/passwd").splitlines())
    return [
        LocalUser(row[0], int(row[2]), int(row[3]), row[5])
        for row in rows
        if len(row) == 7 and row[2].isdigit() and row[3].isdigit()
    ]


def local_groups(etc: str = "/etc") -> list[tuple[str, int]]:
    """Name and gid of each group in /etc/group itself."""
    rows = (line.split(":") for line in lock.read_text(f"{etc}/group").splitlines())
    return [(row[0], int(row[2])) for row in rows if len(row) == 4 and row[2].isdigit()]


def reserved(kind: str, etc: str = "/etc") -> tuple[tuple[str, ranges.Range], ...]:
    """Ids that no range may contain, each with words for whose they are."""
    if kind == ranges.UID:
        ids = [(f"the account {name}", number) for name, number, _other, _more in local_users(etc)]
    else:
        ids = [(f"the group {name}", number) for name, number in local_groups(etc)]
    there = tuple((whose, ranges.Range(number, 1)) for whose, number in ids if number >= ranges.LOWEST)
    return there + tuple(("what the host's policy reserves", each) for each in policy(etc).reserved)


def asked(kind: str, wanted: ranges.Range, etc: str = "/etc") -> ranges.Range | None:
    """Ids near ``wanted`` that the host's user database answers for, or None.

    A directory cannot be listed (it may hold a million users), so a spread of the range's ids is looked up
    one by one, both ends with it, more of them when nsswitch.conf names a directory. One that is found stands
    for its whole slice. This also meets what systemd's user database hands out at run time.
    """
    remote = set(sources("passwd" if kind == ranges.UID else "group", etc)) - _LOCAL_SOURCES
    count = 33 if remote else 3
    step = max(1, (wanted.count - 1) // (count - 1))
    numbers = {*range(wanted.start, wanted.end, step), wanted.end - 1}
    for number in sorted(numbers):
        if _known(kind, number):
            return ranges.Range(number - number % _SLICE, _SLICE) if remote else ranges.Range(number, 1)
    return None


def _known(kind: str, number: int) -> bool:
    try:
        if kind == ranges.GID:
            grp.getgrgid(number)
        else:
            pwd.getpwuid(number)
    except (KeyError, OverflowError):
        return False
    return True


def is_local(name: str, etc: str = "/etc") -> bool:
    """Whether the account stands in /etc/passwd, so that usermod and userdel can work on it."""
    return any(name == user.name for user in local_users(etc))


def program(name: str) -> str | None:
    """The full path of one of the host's tools, or None."""
    for folder in ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"):
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    return None
