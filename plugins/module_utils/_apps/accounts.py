# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The accounts of a host's apps, as root brings them about: entries and ids one after the other, then their managers all at once."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, Union

from .. import _account, _each_account, _errors, _module, _subid
from .._accounts import birth, user_task
from .._accounts.users import Later
from . import vacant
from .app import App

# Nobody in particular: as whom check mode plans for an account that has no uid yet.
NOBODY = 65534
# Seconds for one manager to come up and its Podman to answer for the first time: the sum of what each step may take.
PATIENCE = 600.0
# An account (None where nothing of it is needed), and how it is foretold where check mode does not find it.
Brought = tuple[Union[_account.Account, None], Any]


class Accounts:
    """The accounts in which the apps of one task live."""

    def __init__(self, task: _module.Task, by_account: Mapping[str, Sequence[App]]) -> None:
        self.task, self.by_account = task, by_account
        self.root = os.geteuid() == 0
        self.steps: dict[str, list[dict[str, Any]]] = {}  # what was done to them
        # Accounts that check mode has planned: no two are promised the same ids.
        self.planned: list[_subid.Want] = []

    def is_declared(self, user: str) -> bool:
        """Whether an app is to be there that lives in it."""
        return any(app.present for app in self.by_account[user])

    def declared(self, user: str) -> dict[str, Any]:
        """The account as the task of module user would declare it."""
        given = next((app.account for app in self.by_account[user] if app.present and app.account), {})
        defaults = {name: argument.get("default") for name, argument in user_task.ARGUMENTS.items()}
        return {**defaults, **given, "name": user}

    def refuse(self) -> None:
        """Raise Failure for a name that no new account can have, before anything is done to others."""
        for user, apps in self.by_account.items():
            if self.is_declared(user) and _account.find(user) is None:
                try:
                    birth.require_name(user)
                except _errors.Failure as failure:
                    raise _errors.Failure(
                        f"{apps[0].where}user: {failure.message.partition(': ')[2]}."
                    ) from None

    def bring(self, users: Sequence[str]) -> dict[str, Brought | _errors.Failure]:
        """Bring accounts about; what keeps one of them from it keeps no other."""
        brought: dict[str, Brought | _errors.Failure] = {}
        later: dict[str, Later] = {}
        for user in users:
            later[user] = []
            try:
                brought[user] = self._entry(user, later[user])
            except _errors.Failure as failure:
                brought[user] = failure
        waiting = [
            each[0] for user, each in brought.items() if later[user] and isinstance(each, tuple) and each[0]
        ]
        for account, told in zip(waiting, _managers(waiting, later)):
            if isinstance(told, _errors.Failure):
                brought[account.name] = told
                continue
            for step in self.steps[account.name]:
                step["seconds"] = round(step["seconds"] + told, 3)
        return brought

    def _entry(self, user: str, later: Later) -> Brought:
        if not self.root or not self.is_declared(user):
            return (_account.choose(user) if _account.find(user) is not None else None), None
        begun = time.monotonic()
        inner = _module.Task(self.declared(user), self.task.check, self.task.diff)
        told = user_task.work(inner, self.planned, later)
        self.task.warnings += inner.warnings
        seconds = round(time.monotonic() - begun, 3)
        self.steps[user] = [{**step, "seconds": seconds} for step in told["plan"]]
        account = _account.find(user)
        if account is not None:
            return account, None
        # Check mode: the account that would be there, and a Podman that has nothing.
        uid = told["uid"] if told["uid"] is not None else NOBODY
        gid = told["gid"] if told["gid"] is not None else NOBODY
        return _account.Account(user, uid, gid, str(told["home"]), ""), (vacant.outlook(told["ranges"]))


def _managers(accounts: Sequence[_account.Account], later: Mapping[str, Later]) -> list[Any]:
    """Do what is left to do for each account; the seconds that it took, or why it failed."""
    if len(accounts) != 1:
        return (
            _each_account.call_as_each(accounts, _manager, later, patience=PATIENCE, become=False)
            if accounts
            else []
        )
    try:
        return [_manager(accounts[0], later)]
    except _errors.Failure as failure:
        return [failure]


def _manager(account: _account.Account, later: Mapping[str, Later]) -> float:
    begun = time.monotonic()
    for work in later[account.name]:
        work()
    return time.monotonic() - begun
