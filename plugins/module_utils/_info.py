# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of the info modules: choose accounts, ask each for what the task describes, evaluate the query."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Callable

from . import (
    _account,
    _each_account,
    _engine,
    _errors,
    _info_extras,
    _info_kinds,
    _libraries,
    _module,
    _parallel,
    _query,
    _survey,
    _values,
)
from ._checks import ids

ARGUMENTS = {
    "user": {"type": "str"},
    "users": {"type": "list", "elements": "str"},
    "on_no_answer": {"type": "str", "choices": ["fail", "warn"]},
    "name": {"type": "list", "elements": "str", "aliases": ["names"]},
    "filters": {"type": "dict"},
    "query": {"type": "str"},
}
CONSTRAINTS = {"mutually_exclusive": [("user", "users")]}
ALL = "all"
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@+-]*")
# More objects of a kind no account has, and deeper no inspect is.
MOST = 10000
DEEPEST = 64


def arguments(kind: _info_kinds.InfoKind) -> dict[str, Any]:
    """The argument spec of the info module of that kind."""
    return {**ARGUMENTS, **kind.options}


def look(kind: _info_kinds.InfoKind, task: _module.Task) -> dict[str, Any]:
    """What the accounts have of that kind; nothing is changed."""
    params = task.params
    wanted = {
        **{option: params[option] for option in kind.options},
        "name": _names(kind, params["name"]),
        "filters": _filters(params["filters"]),
        "discover": params["users"] == [ALL],
    }
    _info_extras.check_options(wanted)
    query = _query.Query(params["query"]) if params["query"] is not None else None
    return ask_each(task, kind.plural, query, _ask, kind, wanted)


def ask_each(
    task: _module.Task,
    plural: str,
    query: _query.Query | None,
    work: Callable[..., Any],
    *arguments: Any,
    added: Callable[[str, dict[str, Any]], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Do ``work`` as each account that the task names; the module's result.

    ``work`` returns what it ``found``, its ``api_calls`` and ``warnings``, or None for an account that was guessed and has nothing.
    ``added`` gets the account's name and one thing found, and returns it with what the account itself cannot know.
    """
    accounts, silent = accounts_of(task.params)
    if len(accounts) > 1:
        _libraries.podman_py()  # once, before the children are forked
    found: list[dict[str, Any]] = []
    asked, calls = [], 0
    for account, answer in zip(accounts, _each_account.call_as_each(accounts, work, *arguments)):
        if isinstance(answer, _errors.Failure):
            silent[account.name] = answer
        elif answer is not None:
            asked.append(account.name)
            found += [added(account.name, each) if added else each for each in answer["found"]]
            calls += answer["api_calls"]
            task.warnings += answer["warnings"]
    result: dict[str, Any] = {
        "accounts": asked,
        "without_answer": {name: failure.message for name, failure in silent.items()},
        "api_calls": calls,
    }
    result.update({plural: found} if query is None else {"query_result": query.search(found)})
    judge(task, silent, result)
    return {"changed": False, **result}


def judge(task: _module.Task, silent: Mapping[str, _errors.Failure], facts: Mapping[str, Any]) -> None:
    """Raise Failure, or warn, for accounts that gave no answer."""
    if not silent:
        return
    sentences = {failure.message for failure in silent.values()}
    if task.params["users"] is None and task.params["on_no_answer"] != "warn":
        raise next(iter(silent.values()))
    first = sentences.pop() if len(sentences) == 1 else next(iter(silent.values())).message
    names = ", ".join(list(silent)[:10]) + (", ..." if len(silent) > 10 else "")
    sentence = f"users: no answer about {names} ({first.rstrip('.')})"
    discovered = task.params["users"] == [ALL]
    goes_on = (task.params["on_no_answer"] or ("warn" if discovered else "fail")) == "warn"
    # What nobody answers is wrong in the task, such as a filter.
    if not goes_on or (not facts["accounts"] and discovered):
        raise _errors.Failure(
            f"{sentence}; on_no_answer: warn goes on without them" if facts["accounts"] else sentence,
            **facts,
        )
    task.warn(sentence)


def accounts_of(params: Mapping[str, Any]) -> tuple[list[_account.Account], dict[str, _errors.Failure]]:
    """Whom to ask, each once, and for whom that is impossible."""
    users = params["users"]
    if users is None:
        return _chosen([params["user"]])
    if not users:
        raise _errors.Failure(
            "users: it is empty, and the names of accounts are needed, or [all] for every account that lingers."
        )
    if users == [ALL]:
        users = ids.lingering() if os.geteuid() == 0 else [None]
    return _chosen(users)


def _chosen(names: Iterable[str | None]) -> tuple[list[_account.Account], dict[str, _errors.Failure]]:
    accounts: dict[int, _account.Account] = {}
    refused: dict[str, _errors.Failure] = {}
    for name in names:
        try:
            account = _account.choose(name)
            accounts[account.uid] = account
        except _errors.Failure as failure:
            refused[name or "this account"] = failure
    return list(accounts.values()), refused


def _names(kind: _info_kinds.InfoKind, names: Iterable[str] | None) -> list[str] | None:
    if names is None:
        return None
    pattern, needed = (
        (_REFERENCE, "an image name or ID") if kind.by_reference else (_values.OBJECT_NAME, "a name or ID")
    )
    told = list(dict.fromkeys(str(name) for name in names))
    for name in told:
        if not pattern.fullmatch(name) or len(name) > 1000:
            raise _errors.Failure(
                f"name: {name[:100]!r} was given, and {needed} is needed; patterns belong into filters:."
            )
    return told


def _filters(filters: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Podman's own form: a list of texts for each filter."""
    told = {}
    for key, value in (filters or {}).items():
        values = value if isinstance(value, (list, tuple)) else [value]
        if not values or not all(isinstance(each, (str, int, float)) for each in values):
            raise _errors.Failure(
                f"filters: {key} has the value {value!r}, and a text or a list of texts is needed."
            )
        told[str(key)] = [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
    return told


def _ask(
    account: _account.Account, kind: _info_kinds.InfoKind, wanted: Mapping[str, Any]
) -> dict[str, Any] | None:
    """One account's answer, in a child that has become it; None for one that was only guessed to have a Podman."""
    if wanted["discover"] and not os.path.exists(account.socket):
        return None
    engine = _engine.Engine(account, check=True)  # refuses every call that could write
    found = _found(engine, kind, wanted)
    for each in found:
        _identity(engine, kind, each)
        if _depth(each) > DEEPEST:
            raise _strange(engine)
    told = [kind.shown(each, account.name, engine.version) for each in found]
    told.sort(key=kind.sort_key)
    warnings = _info_extras.add(engine, told, wanted)
    return {"found": told, "api_calls": engine.calls, "warnings": warnings}


def _found(
    engine: _engine.Engine, kind: _info_kinds.InfoKind, wanted: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Inspect data of the objects that fit both names and filters."""
    names, filters = wanted["name"], wanted["filters"]
    listed = _listed(engine, kind, filters) if names is None or (names and filters) else []
    if names is None:
        looked = (
            listed
            if kind.listed_whole
            else _parallel.in_parallel(lambda each: _inspected(engine, kind, each), listed)
        )
        return [each for each in looked if isinstance(each, dict) and each]
    there = {}
    for name, each in zip(names, _parallel.in_parallel(lambda name: _by_name(engine, kind, name), names)):
        if isinstance(each, dict) and kind.is_named(each, name):
            there[str(each.get(kind.id_at))] = each
    if filters:
        fitting = {_identity(engine, kind, each) for each in listed}
        there = {identity: each for identity, each in there.items() if identity in fitting}
    return list(there.values())


def _listed(
    engine: _engine.Engine, kind: _info_kinds.InfoKind, filters: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    try:
        answer = engine.get(f"{kind.plural}/json", {**kind.params, "filters": dict(filters) or None}) or []
    except _errors.EngineError as error:
        if not filters or error.status < 400:
            raise
        raise _errors.Failure(
            f"filters: Podman {engine.version_text} refuses them ({error.cause[:300]})."
        ) from error
    if (
        not isinstance(answer, list)
        or len(answer) > MOST
        or not all(isinstance(each, dict) for each in answer)
    ):
        raise _strange(engine)
    return answer


def _by_name(engine: _engine.Engine, kind: _info_kinds.InfoKind, name: str) -> Any:
    return engine.find(f"{kind.plural}/{_engine.name_in_path(name)}/json")


def _inspected(
    engine: _engine.Engine, kind: _info_kinds.InfoKind, listed: Mapping[str, Any]
) -> Mapping[str, Any]:
    identity = _identity(engine, kind, listed)
    if kind.name == "container":
        return _survey.inspected(engine, {**listed, "Id": identity})
    found: Mapping[str, Any] = _by_name(engine, kind, identity)
    return found


def _identity(engine: _engine.Engine, kind: _info_kinds.InfoKind, listed: Mapping[str, Any]) -> str:
    """The ID under which something is listed, which goes into a path."""
    identity = str(listed.get(kind.id_at) or "")
    if not _values.OBJECT_NAME.fullmatch(identity):
        raise _strange(engine)
    return identity


def _strange(engine: _engine.Engine) -> _errors.EngineError:
    account = engine.account
    return _errors.EngineError(
        f"user: what listens on {account.socket} of account {account.name} does not answer like Podman."
    )


def _depth(value: Any) -> int:
    """How deep maps and lists stand in each other, without going deeper than that itself."""
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth
