# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an account goes: everything of it ended first, its data kept unless the task says otherwise by name."""

from __future__ import annotations

import contextlib
import grp
import os
import stat

from .. import _manager, _unit_folder
from .._account import Account, find
from .._errors import Failure
from .._plan import DECLARED, Reason, Step
from .._subid import Want, keep, read, settle
from . import home as _home
from . import processes as _processes
from . import shadow as _shadow
from .birth import default_home, user_of
from .live import stop_containers
from .lock import read_text
from .ranges import LOWEST, UID, Range, kept_for, owned
from .userdb import is_local, local_users

_MAIL = ("/var/mail", "/var/spool/mail")
# userdel: there is no such account (6): somebody was quicker.
_GONE = 6


def absent(name: str, home: str | None, remove: bool, check: bool) -> list[Step]:
    """Take the account away, with its home, storage and ranges if ``remove``. Returns the steps.

    The account's entry goes last, so that a run that is killed anywhere is finished by the next. With ``remove``
    this also finishes an earlier removal that kept the data.
    """
    account = find(name)
    exists = account is not None
    if account is None:
        account = _departed(name, home) if remove else None
        if account is None:
            return []
    _require_removable(account, remove, exists)
    ranges = settle([Want(name, account, {})], force=True, check=True) if remove else None
    reasons = [Reason("uid", DECLARED, account.uid, None)] if exists else []
    if remove and os.path.lexists(account.home):
        reasons.append(Reason("home", DECLARED, account.home, None))
    units = _unit_folder.roots_folder(account)
    if os.path.lexists(units):
        reasons.append(Reason("units", DECLARED, units, None))
    steps = [Step("remove", "account", name, tuple(reasons)), *(ranges.steps() if ranges else [])]
    if check:
        return steps
    _end(account)
    if remove:
        _home.remove(account.home)
        _remove_mail(account)
        settle([Want(name, account, {})], force=True)
    else:
        # Before userdel, which drops the account's lines.
        keep(account)
    # Whoever gets this number next must not get the units with it.
    _unit_folder.remove_all(account)
    if exists:
        _delete(account)
    return steps


def _departed(name: str, home: str | None) -> Account | None:
    """The account that an earlier task took away, known by the home it left or the ranges that wait for it."""
    path = home or default_home(name)
    found = _home.look(path)
    if found is not None and found.is_folder and 0 < found.uid < LOWEST and user_of(found.uid) is None:
        return Account(name, found.uid, found.gid, path, "")
    if found is None:
        for uid in (uid for table in read().values() for uid, kept in kept_for(table) if kept == name):
            if user_of(uid) is None:
                return Account(name, uid, uid, path, "")
    return None


def _require_removable(account: Account, remove: bool, exists: bool) -> None:
    if account.uid == 0:
        raise Failure(f"name: {account.name} is root (uid 0), which no task removes; name another account")
    if exists and not is_local(account.name):
        raise Failure(
            f"name: account {account.name} comes from a directory service and can only be removed there; "
            "take away its ranges and "
            "containers with rootless.podman.subid and rootless.podman.container"
        )
    login = read_text("/proc/self/loginuid").strip()
    if str(account.uid) in (login, os.environ.get("SUDO_UID")):
        raise Failure(
            f"name: Ansible is logged in as {account.name}, and removing that account would end this task "
            "half-way; "
            "connect as another account"
        )
    if remove:
        shared = [
            user.name for user in local_users() if user.home == account.home and user.name != account.name
        ]
        if shared:
            raise Failure(
                f"remove: {account.home} is the home of account {shared[0]} too, so it is not deleted; say "
                "remove: false"
            )
        _home.require_removable(account.home, account.uid)


def _end(account: Account) -> None:
    """Stop the account's manager, sessions and containers, and whatever else has its ids."""
    # First: without linger the manager may end under them, and those that restart then do so again and again.
    stop_containers(account)
    if account.linger and find(account.name) is not None:
        _manager.set_linger(account, False)
    _manager.stop_manager(account)
    tables = read()
    ids = (Range(account.uid, 1), *owned(tables[UID], frozenset([account.name, str(account.uid)])))
    left = _processes.end(ids)
    if left:
        raise Failure(
            f"name: processes of account {account.name} do not end (pids {', '.join(map(str, left))}), they "
            "hang in the kernel; "
            "nothing was deleted, restart the host and run the task again"
        )


def _delete(account: Account) -> None:
    """Delete the entry, and the group of its own if userdel left that."""
    _shadow.run("userdel", ["--", account.name], accept=(0, _GONE))
    with contextlib.suppress(KeyError):
        group = grp.getgrnam(account.name)
        if (
            group.gr_gid == account.gid
            and not group.gr_mem
            and all(user.gid != account.gid for user in local_users())
        ):
            _shadow.run("groupdel", ["--", account.name], accept=(0, _GONE))


def _remove_mail(account: Account) -> None:
    for folder in _MAIL:
        path = os.path.join(folder, account.name)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            found = os.lstat(path)
            if stat.S_ISREG(found.st_mode) and found.st_uid == account.uid:
                os.unlink(path)
