# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the apps of accounts are and how they are; nothing is changed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from typing import Any

from .. import (
    _account,
    _engine,
    _errors,
    _info,
    _module,
    _options,
    _parallel,
    _query,
    _record,
    _service_text,
    _survey,
    _unit_folder,
)
from . import dns, inside, record, releasing, shared
from .allowed import allowed, published
from .declared import APP_NAME

ARGUMENTS: dict[str, dict[str, Any]] = {
    "user": {"type": "str"},
    "users": {"type": "list", "elements": "str"},
    "on_no_answer": {"type": "str", "choices": ["fail", "warn"]},
    "name": {"type": "list", "elements": "str", "aliases": ["names"]},
    "query": {"type": "str"},
}
CONSTRAINTS: dict[str, Any] = {"mutually_exclusive": [("user", "users")]}
OBJECTS = ("networks", "volumes", "secrets")


def look(task: _module.Task) -> dict[str, Any]:
    """The apps of the accounts that the task names, or of all."""
    params = dict(task.params)
    if params["user"] is None and params["users"] is None:
        params["users"] = [_info.ALL]
    told = _module.Task(params, task.check, task.diff)
    query = _query.Query(params["query"]) if params["query"] is not None else None
    result = _info.ask_each(
        told, "apps", query, _ask, params["users"] == [_info.ALL], params["name"], added=_with_releases
    )
    task.warnings += told.warnings
    return result


def _with_releases(user: str, app: dict[str, Any]) -> dict[str, Any]:
    """An app with what is kept of it on the host, which its account cannot read. The name may be any label of a container."""
    name = str(app["name"])
    return {**app, "releases": releasing.listed(name, user) if APP_NAME.fullmatch(name) else []}


def _ask(account: _account.Account, discover: bool, names: Iterable[str] | None) -> dict[str, Any] | None:
    """One account's answer, in a child that has become it; None for one that has no apps and was only guessed to have some."""
    recorded = record.apps(account)
    if discover and (not os.path.exists(account.socket)):
        return None
    engine = _engine.Engine(account, check=True)
    there = _survey.Listings.take(engine, "pods", *OBJECTS)
    declared = {name: record.read(account, name)[0] for name in recorded}
    # What was taken over by another app may carry the label of one that has gone.
    taken = _taken(declared)
    known = {
        shared.labels_of(each).get(shared.LABEL)
        for kind in ("containers", "pods")
        for each in getattr(there, kind)
        if shared.name_of(each) not in taken[kind]
    }
    apps = sorted({*recorded, *(str(each) for each in known if each)})
    wanted = [name for name in apps if names is None or name in names]
    looked = {}
    if wanted:
        inspects = _parallel.in_parallel(lambda each: _survey.inspected(engine, each), there.containers)
        looked = {str(each.get("Name")): each for each in inspects if each}
    return {
        "found": [_app(engine, account, name, _taken(declared, name), there, looked) for name in wanted],
        "api_calls": engine.calls,
        "warnings": [],
    }


def _taken(declared: Mapping[str, record.Names], but: str = "") -> dict[str, set[str]]:
    """The names that apps declare, by kind; without those of one."""
    return {
        kind: {each for app, names in declared.items() if app != but for each in names[kind]}
        for kind in record.KINDS
    }


def _app(
    engine: _engine.Engine,
    account: _account.Account,
    name: str,
    others: Mapping[str, set[str]],
    there: _survey.Listings,
    looked: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    declared, former = record.read(account, name)
    once, resting = record.not_running(account, name)
    folder = f"{account.home.rstrip('/')}/apps/{name}"

    def ours(kind: str, listed: Iterable[Mapping[str, Any]]) -> list[str]:
        """What there is of the app, declared or not. What another app declares by now is that one's, whatever its label says."""
        told = {shared.name_of(each): shared.labels_of(each).get(shared.LABEL) for each in listed}
        return sorted(
            each
            for each, mark in told.items()
            if each in declared[kind]
            or (each not in others[kind] and (mark == name or (not mark and each in former[kind])))
        )

    containers = [
        _container(looked[each], each in declared["containers"], each in once, each in resting, folder)
        for each in ours("containers", there.containers)
        if each in looked and not looked[each].get("IsInfra")
    ]
    pods = [_pod(engine, looked, each, each in declared["pods"]) for each in ours("pods", there.pods)]
    objects = {kind: ours(kind, getattr(there, kind)) for kind in OBJECTS}
    present = {
        **objects,
        "pods": [each["name"] for each in pods],
        "containers": [each["name"] for each in containers],
        "files": sorted(inside.look(folder, declared["files"], contents=False))
        if os.path.isdir(folder)
        else [],
    }
    drifted = [
        {"kind": kind[:-1], "name": each, "what": "missing"}
        for kind in ("networks", "volumes", "secrets", "files", "pods", "containers")
        for each in declared[kind]
        if each not in present[kind]
        and not (kind == "containers" and each in resting and _has_unit(account, each))
    ]
    drifted += [
        {"kind": kind[:-1], "name": each, "what": "not declared any more"}
        for kind in ("networks", "pods", "containers")
        for each in present[kind]
        if each not in declared[kind]
    ]
    drifted += [
        {"kind": "container", "name": each["name"], "what": each["what"]}
        for each in containers
        if each["what"]
    ]
    if present["networks"]:
        lost = dns.unanswered(lambda: there.containers)
        drifted += [
            {"kind": "network", "name": each, "what": dns.UNANSWERED}
            for each in present["networks"]
            if each in lost
        ]
    for each in containers:
        del each["what"]
    mine = [each for each in containers if each["declared"]]
    return {
        "name": name,
        "user": account.name,
        "declared": {kind: names for kind, names in declared.items() if names},
        "containers": containers,
        "pods": pods,
        "running": bool(mine)
        and all(each["running"] or each["completed"] or each["name"] in resting for each in mine),
        "healthy": all(each["health"] in ("", "healthy") for each in mine if each["running"]),
        "drifted": drifted,
    }


def _has_unit(account: _account.Account, container: str) -> bool:
    """Whether it lives in a unit, of which nothing is there while it is stopped."""
    with contextlib.suppress(_errors.Failure):  # Podman takes names that no unit can have
        file = _service_text.unit_of_name(container).file
        return any(_unit_folder.Folder(account, roots).text(file) is not None for roots in (True, False))
    return False


def _container(
    inspect: Mapping[str, Any], declared: bool, once: bool, resting: bool, folder: str
) -> dict[str, Any]:
    state = inspect.get("State") or {}
    status, code = str(state.get("Status") or ""), int(state.get("ExitCode") or 0)
    health = str((state.get("Health") or state.get("Healthcheck") or {}).get("Status") or "")
    running = status == "running"
    completed = once and status in ("exited", "stopped") and code == 0
    labels = _options.get_path(inspect, "Config.Labels") or {}
    what = ""
    if declared and not running and not completed and not resting:
        what = (
            f"{status or 'unknown'}, exit code {code}"
            if status in ("exited", "stopped")
            else status or "unknown"
        )
    elif declared and running and health not in ("", "healthy"):
        what = health
    elif declared and _record.LABEL not in labels:
        what = "made by something else, taken over as it is"
    return {
        "name": inspect.get("Name"),
        "pod": str(inspect.get("Pod") or ""),
        "image": inspect.get("ImageName"),
        "status": status,
        "running": running,
        "completed": completed,
        "health": health,
        "declared": declared,
        "allowed": allowed(inspect, folder),
        "what": what,
    }


def _pod(
    engine: _engine.Engine, looked: Mapping[str, Mapping[str, Any]], name: str, declared: bool
) -> dict[str, Any]:
    found = engine.find(f"pods/{_engine.name_in_path(name)}/json") or {}
    infra = next((each for each in looked.values() if each.get("Id") == found.get("InfraContainerID")), {})
    return {"name": name, "status": found.get("State"), "declared": declared, "published": published(infra)}
