# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a new account comes about: its uid, group and home, made by useradd and groupadd."""

from __future__ import annotations

import contextlib
import dataclasses
import grp
import os
import pwd
import re

from .. import _errors, _subid
from . import home as _home
from . import lock, ranges, userdb
from . import shadow as _shadow

NOLOGIN = "/usr/sbin/nologin"
# What all tools of a host take: shadow-utils, systemd, and paths and unit names built from it.
_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,30}")
# Exit codes of useradd and groupadd when somebody else has just taken the name or the number.
_NAME_TAKEN = 9
_NUMBER_TAKEN = 4
_TRIES = 200


@dataclasses.dataclass(frozen=True)
class Declared:
    """An account as the task declares it; None is what the task does not say."""

    name: str
    uid: int | None = None
    group: str | None = None
    home: str | None = None
    shell: str | None = None
    comment: str | None = None
    linger: bool = True
    socket: bool = True
    restart: bool = True


@dataclasses.dataclass(frozen=True)
class Birth:
    """A new account, decided. ``group`` and ``gid`` are None where useradd gives it a new one of its own."""

    name: str
    home: str
    shell: str
    comment: str
    uid: int | None = None
    group: str | None = None
    gid: int | None = None
    make_group: bool = False
    avoid: frozenset[int] = frozenset()

    def carry_out(self) -> None:
        """Make the group and the account; harmless when somebody else has just made them."""
        if self.make_group and self.group is not None:
            chosen = ["--gid", str(self.gid)] if self.gid is not None else []
            _shadow.run("groupadd", ["--force", *chosen, "--", self.group])
        arguments = [
            "--home-dir",
            self.home,
            "--create-home",
            "--shell",
            self.shell,
            "--comment",
            self.comment,
        ]
        arguments += ["--gid", self.group] if self.group is not None else ["--user-group"]
        # Ranges are chosen under our own lock, together with what a directory service owns.
        arguments += ["--key", "SUB_UID_COUNT=0", "--key", "SUB_GID_COUNT=0", "--key", "HOME_MODE=0700"]
        if self.uid is not None:
            _shadow.run("useradd", [*arguments, "--uid", str(self.uid), "--", self.name], (0, _NAME_TAKEN))
        elif not self.avoid:
            _shadow.run("useradd", [*arguments, "--", self.name], (0, _NAME_TAKEN))
        else:
            self._with_a_fresh_uid(arguments)

    def _with_a_fresh_uid(self, arguments: list[str]) -> None:
        """As useradd would choose, but not a number under which files of an earlier account lie."""
        for _other in range(_TRIES):
            number = str(_next_uid(self.avoid))
            if self.group is None:
                told = _shadow.run(
                    "groupadd", ["--gid", number, "--", self.name], (0, _NAME_TAKEN, _NUMBER_TAKEN)
                )
                if told == _NUMBER_TAKEN:
                    continue
                arguments = [*(word for word in arguments if word != "--user-group"), "--gid", self.name]
            told = _shadow.run(
                "useradd", [*arguments, "--uid", number, "--", self.name], (0, _NAME_TAKEN, _NUMBER_TAKEN)
            )
            if told != _NUMBER_TAKEN:
                return
        raise _errors.Failure(
            "uid: others took every number that was tried; name one with uid:, or run the task again"
        )


def require_name(name: str) -> None:
    """Raise Failure unless a new account can be called ``name``."""
    if not _NAME.fullmatch(name):
        raise _errors.Failure(
            f"name: {name!r} cannot be the name of a new account; use up to 31 lower-case letters, digits, - "
            "and _, "
            "not beginning with a digit or -"
        )


def plan_birth(declared: Declared) -> Birth:
    """Decide how the account comes about; Failure where that cannot be or would take somebody's files.

    A folder that an earlier account of that home left behind is given back to its owner's uid and gid: the new
    account gets these numbers, so that the files of its containers are its own again.
    """
    require_name(declared.name)
    home = declared.home or default_home(declared.name)
    shell = declared.shell or NOLOGIN
    if not (shell.startswith("/") and os.path.isfile(shell) and os.access(shell, os.X_OK)):
        raise _errors.Failure(
            f"shell: there is no program {shell} on this host; name one of those in /etc/shells or {NOLOGIN}"
        )
    _home.require_place(home)
    for other in userdb.local_users():
        if os.path.realpath(other.home) == os.path.realpath(home):
            raise _errors.Failure(
                f"home: {home} is the home of account {other.name}; choose another for {declared.name}"
            )
    uid, gid = _numbers(declared, home)
    avoid = left_behind() if uid is None else frozenset()
    birth = Birth(declared.name, home, shell, declared.comment or "", uid, avoid=avoid)
    if declared.group is not None:
        return _join(birth, declared.group, gid)
    return _own_group(birth, gid)


def default_home(name: str) -> str:
    """The home of an account for which nobody says another."""
    return os.path.join(_base(), name)


def left_behind() -> frozenset[int]:
    """Numbers without an account that own ranges or a home: whoever gets one gets an earlier account's files."""
    tables = _subid.read()
    owners = {line.owner for table in tables.values() for line in table if line.owner}
    numbers = {int(owner) for owner in owners if owner.isdigit()}
    numbers |= {uid for table in tables.values() for uid, _other in ranges.kept_for(table)}
    with contextlib.suppress(OSError):
        for found in [entry.stat(follow_symlinks=False) for entry in os.scandir(_base())]:
            if user_of(found.st_uid) is None:
                numbers |= {found.st_uid, found.st_gid}
    return frozenset(number for number in numbers if user_of(number) is None)


def _next_uid(avoid: frozenset[int]) -> int:
    lowest, highest = userdb.uid_limits()
    taken = (
        {user.uid for user in userdb.local_users()} | {gid for _other, gid in userdb.local_groups()} | avoid
    )
    used = [uid for uid in taken if lowest <= uid <= highest]
    following = range(max(used, default=lowest - 1) + 1, highest + 1)
    candidates: list[int] = [
        *following[:1000],
        *(uid for uid in range(lowest, highest + 1) if uid not in taken),
    ]
    for uid in candidates:
        if user_of(uid) is None:
            return uid
    raise _errors.Failure(
        f"uid: none is free between {lowest} and {highest}; raise UID_MAX in /etc/login.defs"
    )


def _base() -> str:
    """The folder for homes that useradd uses."""
    found = re.findall(r"^\s*HOME=(/\S+)", lock.read_text("/etc/default/useradd"), re.MULTILINE)
    return found[-1].rstrip("/") if found else "/home"


def _numbers(declared: Declared, home: str) -> tuple[int | None, int | None]:
    """The uid and gid that the task or a left-behind home asks for."""
    uid, gid = declared.uid, None
    found = _home.look(home)
    if found is not None and not found.is_blank:
        if not found.is_folder or found.uid == 0 or user_of(found.uid) is not None:
            owner = user_of(found.uid) or "nobody"
            raise _errors.Failure(
                f"home: {home} exists and belongs to "
                f"{owner if found.is_folder else 'no account, because it is not a folder'}, "
                f"so it cannot become the home of {declared.name}; choose another with home:, or move it away"
            )
        if uid not in (None, found.uid):
            raise _errors.Failure(
                f"uid: home {home} has been left behind by uid {found.uid}, and the task says {uid}; say "
                f"uid: {found.uid} to give its "
                "files back to the account, or move the folder away"
            )
        uid, gid = found.uid, found.gid
    if uid is None:
        return None, None
    if not 0 < uid < 4294967295 or uid in (65534, 65535):
        raise _errors.Failure(
            f"uid: {uid} cannot be an account's; choose one between 1 and 60000 that is free, or leave it out"
        )
    if user_of(uid) is not None:
        raise _errors.Failure(
            f"uid: {uid} is taken by account {user_of(uid)}; choose another, or leave it out"
        )
    for line in _subid.read()[ranges.UID]:
        if (
            line.owner not in (None, str(uid), declared.name, ranges.keeper(uid, declared.name))
            and line.ids.start <= uid < line.ids.end
        ):
            raise _errors.Failure(
                f"uid: {uid} lies in the range {line.ids} of {line.owner}; choose one between 1000 and 60000"
            )
    return uid, gid


def _join(birth: Birth, group: str, gid: int | None) -> Birth:
    """A group that the task names; made when there is none."""
    try:
        entry = grp.getgrgid(int(group)) if group.isdigit() else grp.getgrnam(group)
    except (KeyError, OverflowError):
        if not _NAME.fullmatch(group):
            raise _errors.Failure(
                f"group: there is no group {group} on this host, and none can be made with that name"
            ) from None
        free = gid if gid is not None and _group(gid) is None else None
        return dataclasses.replace(birth, group=group, gid=free, make_group=True)
    return dataclasses.replace(birth, group=entry.gr_name, gid=entry.gr_gid)


def _own_group(birth: Birth, gid: int | None) -> Birth:
    """A group of the account's own, with the gid of a left-behind home where that is free."""
    try:
        entry = grp.getgrnam(birth.name)
    except KeyError:
        if gid is None or gid == 0 or _group(gid) is not None:
            return birth
        return dataclasses.replace(birth, group=birth.name, gid=gid, make_group=True)
    users = [user.name for user in userdb.local_users() if user.gid == entry.gr_gid]
    if entry.gr_mem or users:
        raise _errors.Failure(
            f"group: there is a group {birth.name} already, with {', '.join([*entry.gr_mem, *users])} in it; "
            f"say group: {birth.name} "
            "if the account belongs there, or name another group"
        )
    return dataclasses.replace(birth, group=entry.gr_name, gid=entry.gr_gid)


def user_of(uid: int) -> str | None:
    """The name of the account with that uid, or None."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def _group(gid: int) -> str | None:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return None
