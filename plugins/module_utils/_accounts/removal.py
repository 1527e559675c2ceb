# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an account goes: everything of it ended first, its data kept unless the task says otherwise by name."""

from __future__ import annotations

import contextlib
import grp
import os
import stat

from .. import _account, _errors, _manager, _plan, _subid, _unit_folder
from . import birth, live, lock, userdb
from . import home as _home
from . import processes as _processes
from . import shadow as _shadow
from .ranges import LOWEST, UID, Range, kept_for, owned

_MAIL = ("/var/mail", "/var/spool/mail")
# userdel: there is no such account (6): somebody was quicker.
_GONE = 6


def absent(name: str, home: str | None, remove: bool, check: bool) -> list[_plan.Step]:
    """Take the account away, with its home, storage and ranges if ``remove``. Returns the steps.

    The account's entry goes last, so that a run that is killed anywhere is finished by the next. With ``remove``
    this also finishes an earlier removal that kept the data.
    """
    account = _account.find(name)
    exists = account is not None
    if account is None:
        account = _departed(name, home) if remove else None
        if account is None:
            return []
    _require_removable(account, remove, exists)
    ranges = _subid.settle([_subid.Want(name, account, {})], force=True, check=True) if remove else None
    reasons = [_plan.Reason("uid", _plan.DECLARED, account.uid, None)] if exists else []
    if remove and os.path.lexists(account.home):
        reasons.append(_plan.Reason("home", _plan.DECLARED, account.home, None))
    units = _unit_folder.roots_folder(account)
    if os.path.lexists(units):
        reasons.append(_plan.Reason("units", _plan.DECLARED, units, None))
    steps = [_plan.Step("remove", "account", name, tuple(reasons)), *(ranges.steps() if ranges else [])]
    if check:
        return steps
    _end(account)
    if remove:
        _home.remove(account.home)
        _remove_mail(account)
        _subid.settle([_subid.Want(name, account, {})], force=True)
    else:
        # Before userdel, which drops the account's lines.
        _subid.keep(account)
    # Whoever gets this number next must not get the units with it.
    _unit_folder.remove_all(account)
    if exists:
        _delete(account)
    return steps


def _departed(name: str, home: str | None) -> _account.Account | None:
    """The account that an earlier task took away, known by the home it left or the ranges that wait for it."""
    path = home or birth.default_home(name)
    found = _home.look(path)
    if found is not None and found.is_folder and 0 < found.uid < LOWEST and birth.user_of(found.uid) is None:
        return _account.Account(name, found.uid, found.gid, path, "")
    if found is None:
        for uid in (uid for table in _subid.read().values() for uid, kept in kept_for(table) if kept == name):
            if birth.user_of(uid) is None:
                return _account.Account(name, uid, uid, path, "")
    return None


def _require_removable(account: _account.Account, remove: bool, exists: bool) -> None:
    if account.uid == 0:
        raise _errors.Failure(
            f"name: {account.name} is root (uid 0), which no task removes; name another account"
        )
    if exists and not userdb.is_local(account.name):
        raise _errors.Failure(
            f"name: account {account.name} comes from a directory service and can only be removed there; "
            "take away its ranges and "
            "containers with rootless.podman.subid and rootless.podman.container"
        )
    login = lock.read_text("/proc/self/loginuid").strip()
    if str(account.uid) in (login, os.environ.get("SUDO_UID")):
        raise _errors.Failure(
            f"name: Ansible is logged in as {account.name}, and removing that account would end this task "
            "half-way; "
            "connect as another account"
        )
    if remove:
        shared = [
            user.name
            for user in userdb.local_users()
            if user.home == account.home and user.name != account.name
        ]
        if shared:
            raise _errors.Failure(
                f"remove: {account.home} is the home of account {shared[0]} too, so it is not deleted; say "
                "remove: false"
            )
        _home.require_removable(account.home, account.uid)


def _end(account: _account.Account) -> None:
    """Stop the account's manager, sessions and containers, and whatever else has its ids."""
    # First: without linger the manager may end under them, and those that restart then do so again and again.
    live.stop_containers(account)
    if account.linger and _account.find(account.name) is not None:
        _manager.set_linger(account, False)
    _manager.stop_manager(account)
    tables = _subid.read()
    ids = (Range(account.uid, 1), *owned(tables[UID], frozenset([account.name, str(account.uid)])))
    left = _processes.end(ids)
    if left:
        raise _errors.Failure(
            f"name: processes of account {account.name} do not end (pids {', '.join(map(str, left))}), they "
            "hang in the kernel; "
            "nothing was deleted, restart the host and run the task again"
        )


def _delete(account: _account.Account) -> None:
    """Delete the entry, and the group of its own if userdel left that."""
    _shadow.run("userdel", ["--", account.name], accept=(0, _GONE))
    with contextlib.suppress(KeyError):
        group = grp.getgrnam(account.name)
        if (
            group.gr_gid == account.gid
            and not group.gr_mem
            and all(user.gid != account.gid for user in userdb.local_users())
        ):
            _shadow.run("groupdel", ["--", account.name], accept=(0, _GONE))


def _remove_mail(account: _account.Account) -> None:
    for folder in _MAIL:
        path = os.path.join(folder, account.name)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            found = os.lstat(path)
            if stat.S_ISREG(found.st_mode) and found.st_uid == account.uid:
                os.unlink(path)
