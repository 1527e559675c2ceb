# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of the info modules: choose accounts, ask each for what the task describes, evaluate the query."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, Callable

from . import _info_extras
from ._account import Account, choose
from ._checks.ids import lingering
from ._each_account import call_as_each
from ._engine import Engine, name_in_path
from ._errors import EngineError, Failure
from ._info_kinds import InfoKind
from ._libraries import podman_py
from ._module import Task
from ._parallel import in_parallel
from ._query import Query
from ._survey import inspected
from ._values import OBJECT_NAME

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


def arguments(kind: InfoKind) -> dict[str, Any]:
    """The argument spec of the info module of that kind."""
    return {**ARGUMENTS, **kind.options}


def look(kind: InfoKind, task: Task) -> dict[str, Any]:
    """What the accounts have of that kind; nothing is changed."""
    params = task.params
    wanted = {
        **{option: params[option] for option in kind.options},
        "name": _names(kind, params["name"]),
        "filters": _filters(params["filters"]),
        "discover": params["users"] == [ALL],
    }
    _info_extras.check_options(wanted)
    query = Query(params["query"]) if params["query"] is not None else None
    return ask_each(task, kind.plural, query, _ask, kind, wanted)


def ask_each(
    task: Task,
    plural: str,
    query: Query | None,
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
        podman_py()  # once, before the children are forked
    found: list[dict[str, Any]] = []
    asked, calls = [], 0
    for account, answer in zip(accounts, call_as_each(accounts, work, *arguments)):
        if isinstance(answer, Failure):
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


def judge(task: Task, silent: Mapping[str, Failure], facts: Mapping[str, Any]) -> None:
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
        raise Failure(
            f"{sentence}; on_no_answer: warn goes on without them" if facts["accounts"] else sentence,
            **facts,
        )
    task.warn(sentence)


def accounts_of(params: Mapping[str, Any]) -> tuple[list[Account], dict[str, Failure]]:
    """Whom to ask, each once, and for whom that is impossible."""
    users = params["users"]
    if users is None:
        return _chosen([params["user"]])
    if not users:
        raise Failure(
            "users: it is empty, and the names of accounts are needed, or [all] for every account that lingers."
        )
    if users == [ALL]:
        users = lingering() if os.geteuid() == 0 else [None]
    return _chosen(users)


def _chosen(names: Iterable[str | None]) -> tuple[list[Account], dict[str, Failure]]:
    accounts: dict[int, Account] = {}
    refused: dict[str, Failure] = {}
    for name in names:
        try:
            account = choose(name)
            accounts[account.uid] = account
        except Failure as failure:
            refused[name or "this account"] = failure
    return list(accounts.values()), refused


def _names(kind: InfoKind, names: Iterable[str] | None) -> list[str] | None:
    if names is None:
        return None
    pattern, needed = (
        (_REFERENCE, "an image name or ID") if kind.by_reference else (OBJECT_NAME, "a name or ID")
    )
    told = list(dict.fromkeys(str(name) for name in names))
    for name in told:
        if not pattern.fullmatch(name) or len(name) > 1000:
            raise Failure(
                f"name: {name[:100]!r} was given, and {needed} is needed; patterns belong into filters:."
            )
    return told


def _filters(filters: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Podman's own form: a list of texts for each filter."""
    told = {}
    for key, value in (filters or {}).items():
        values = value if isinstance(value, (list, tuple)) else [value]
        if not values or not all(isinstance(each, (str, int, float)) for each in values):
            raise Failure(f"filters: {key} has the value {value!r}, and a text or a list of texts is needed.")
        told[str(key)] = [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
    return told


def _ask(account: Account, kind: InfoKind, wanted: Mapping[str, Any]) -> dict[str, Any] | None:
    """One account's answer, in a child that has become it; None for one that was only guessed to have a Podman."""
    if wanted["discover"] and not os.path.exists(account.socket):
        return None
    engine = Engine(account, check=True)  # refuses every call that could write
    found = _found(engine, kind, wanted)
    for each in found:
        _identity(engine, kind, each)
        if _depth(each) > DEEPEST:
            raise _strange(engine)
    told = [kind.shown(each, account.name, engine.version) for each in found]
    told.sort(key=kind.sort_key)
    warnings = _info_extras.add(engine, told, wanted)
    return {"found": told, "api_calls": engine.calls, "warnings": warnings}


def _found(engine: Engine, kind: InfoKind, wanted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Inspect data of the objects that fit both names and filters."""
    names, filters = wanted["name"], wanted["filters"]
    listed = _listed(engine, kind, filters) if names is None or (names and filters) else []
    if names is None:
        looked = (
            listed if kind.listed_whole else in_parallel(lambda each: _inspected(engine, kind, each), listed)
        )
        return [each for each in looked if isinstance(each, dict) and each]
    there = {}
    for name, each in zip(names, in_parallel(lambda name: _by_name(engine, kind, name), names)):
        if isinstance(each, dict) and kind.is_named(each, name):
            there[str(each.get(kind.id_at))] = each
    if filters:
        fitting = {_identity(engine, kind, each) for each in listed}
        there = {identity: each for identity, each in there.items() if identity in fitting}
    return list(there.values())


def _listed(engine: Engine, kind: InfoKind, filters: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    try:
        answer = engine.get(f"{kind.plural}/json", {**kind.params, "filters": dict(filters) or None}) or []
    except EngineError as error:
        if not filters or error.status < 400:
            raise
        raise Failure(f"filters: Podman {engine.version_text} refuses them ({error.cause[:300]}).") from error
    if (
        not isinstance(answer, list)
        or len(answer) > MOST
        or not all(isinstance(each, dict) for each in answer)
    ):
        raise _strange(engine)
    return answer


def _by_name(engine: Engine, kind: InfoKind, name: str) -> Any:
    return engine.find(f"{kind.plural}/{name_in_path(name)}/json")


def _inspected(engine: Engine, kind: InfoKind, listed: Mapping[str, Any]) -> Mapping[str, Any]:
    identity = _identity(engine, kind, listed)
    if kind.name == "container":
        return inspected(engine, {**listed, "Id": identity})
    found: Mapping[str, Any] = _by_name(engine, kind, identity)
    return found


def _identity(engine: Engine, kind: InfoKind, listed: Mapping[str, Any]) -> str:
    """The ID under which something is listed, which goes into a path."""
    identity = str(listed.get(kind.id_at) or "")
    if not OBJECT_NAME.fullmatch(identity):
        raise _strange(engine)
    return identity


def _strange(engine: Engine) -> EngineError:
    account = engine.account
    return EngineError(
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
