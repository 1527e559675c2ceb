# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task of module subid: from its options to wants, and from the outcome to its result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _account, _errors, _module, _plan, _subid
from . import grant, ranges


def work(task: _module.Task) -> dict[str, Any]:
    """Settle the ranges of the accounts that the task names."""
    task.require_root("write /etc/subuid and /etc/subgid")
    many = task.params["accounts"]
    wants = [
        _want(task.params, entry) for entry in ([{"name": task.params["name"]}] if many is None else many)
    ]
    names = [want.name for want in wants]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _errors.Failure(
            f"accounts: {twice[0]} is there {names.count(twice[0])} times; name each account once"
        )
    result = _subid.settle(wants, force=task.params["force"], check=task.check)
    for sentence in result.warnings:
        task.warn(sentence)
    told = {
        **_plan.outcome(result.steps()),
        "accounts": [{"name": name, **result.public(name)} for name in names],
    }
    return told if many is not None else {**told, "ranges": result.public(names[0])}


def _want(params: Mapping[str, Any], entry: Mapping[str, Any]) -> _subid.Want:
    """One account's want; what its entry leaves out is taken from the task's options."""
    name = entry["name"]
    account = _account.find(name)
    if (entry.get("state") or params["state"]) == "absent":
        return _subid.Want(account.name if account else name, account, {})
    if account is None:
        raise _errors.Failure(
            f"name: there is no account {name!r} on this host; declare it with rootless.podman.user: "
            f"name={name}, which gives it "
            "ranges as well, or make it first"
        )
    if account.uid == 0:
        raise _errors.Failure(
            "name: root needs no ranges, and this collection never touches root's own containers; name "
            "another account"
        )
    where = "" if params["accounts"] is None else f"accounts[{name}]."
    needs = {kind: _need(params, entry, where, kind) for kind in ranges.KINDS}
    return _subid.Want(account.name, account, needs)


def _need(params: Mapping[str, Any], entry: Mapping[str, Any], where: str, kind: str) -> grant.Need:
    """The nearest word counts: the entry's own kind, the entry, the task's kind, the task."""
    levels = [(f"{where}{kind}.", entry.get(kind)), (where, entry), (f"{kind}.", params[kind]), ("", params)]

    def said(option: str) -> tuple[Any, str]:
        """What was said, and the option's full name."""
        for at, level in levels:
            if level and level.get(option) is not None:
                return level[option], at + option
        return None, option

    count, count_at = said("count")
    start, start_at = said("start")
    return _subid.need(count, start, count_at, start_at)
