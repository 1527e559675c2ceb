# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of the simple kinds: read one object, compare, plan, apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _record
from ._compare import Comparison, compare
from ._engine import Engine, name_in_path
from ._errors import EngineError, Failure
from ._module import Task
from ._options import Spec, get_path
from ._plan import DECLARED, Reason, Step, outcome
from ._resources.simple import Request, SimpleKind
from ._survey import facts_of
from ._values import OBJECT_NAME


def travel(kind: SimpleKind, task: Task, engine: Engine, key: bytes) -> dict[str, Any]:
    """Bring one object to what the task declares; return the task's result."""
    name = str(task.params["name"])
    if not OBJECT_NAME.fullmatch(name):
        raise Failure(f"name: {name!r} was given, and a name of letters, digits, '_', '.' and '-' is needed.")
    found = _read(kind, engine, name)
    if task.params["state"] == "absent":
        steps = [Step("remove", kind.name, name)] if found else []
        if steps and not task.check:
            _remove(kind, engine, name)
        return outcome(steps)
    facts = facts_of(engine)
    spec = kind.table.parse(task.params)
    kind.table.gate(spec, facts)
    steps, compared = _plan(kind, engine, task.params, name, spec, found, key)
    if steps and not task.check:
        labels = {_record.LABEL: _record.write(key, kind.name, name, spec)}
        body = kind.table.body(spec, facts)
        replaces = found is not None
        request = kind.create(name, body, labels, {**task.params, "replaces": replaces}, facts)
        if replaces and not (request.params or {}).get("replace"):
            _remove(kind, engine, name)
        _create(kind, engine, name, request)
        found = _read(kind, engine, name)
    result = outcome(steps)
    result["adopted"] = bool(compared and compared.adopted and not steps)
    result[kind.name] = kind.shown(found) if found else {}
    return result


def _read(kind: SimpleKind, engine: Engine, name: str) -> Mapping[str, Any] | None:
    """The object of exactly that name: Podman also answers to the beginning of an ID or name."""
    params = {"showsecret": True} if kind.name == "secret" and engine.version >= (4, 7, 0) else None
    found = engine.find(f"{kind.place}/{name_in_path(name)}/json", params)
    if isinstance(found, Mapping) and get_path(found, kind.name_at) == name:
        return found
    return None


def _plan(
    kind: SimpleKind,
    engine: Engine,
    params: Mapping[str, Any],
    name: str,
    spec: Spec,
    found: Mapping[str, Any] | None,
    key: bytes,
) -> tuple[list[Step], Comparison | None]:
    """Create, replace, refuse or nothing."""
    if found is None:
        shown = kind.table.shown(spec)
        return [
            Step(
                "create", kind.name, name, tuple(Reason(each, DECLARED, None, shown[each]) for each in shown)
            )
        ], None
    recorded = _record.read(key, kind.name, name, get_path(found, kind.labels_at))
    compared = compare(kind.table, spec, recorded, found, key, facts_of(engine))
    if params.get("skip_existing") or not (compared.reasons or params.get("recreate")):
        return [], compared
    differing = ", ".join(reason.option for reason in compared.reasons) or "recreate: true"
    if kind.change == "refuse" and not params.get("recreate"):
        raise Failure(f"{kind.name} {name}: {differing} differs from the task; {kind.loss}.", plan=[])
    if kind.change == "unused":
        users = _users(engine, name)
        if users:
            raise Failure(
                f"{kind.name} {name}: {differing} asks for a new one, and {', '.join(users)} use it; {kind.loss}.",
                plan=[],
            )
    return [Step("replace", kind.name, name, compared.reasons)], compared


def _users(engine: Engine, network: str) -> list[str]:
    listed = engine.get("containers/json", {"all": True, "filters": {"network": [network]}})
    return sorted(str((each.get("Names") or ["?"])[0]) for each in listed)


def _create(kind: SimpleKind, engine: Engine, name: str, request: Request) -> None:
    try:
        engine.write(request.method, request.path, request.params, request.body)
    except EngineError:
        # A killed predecessor's request may just have been carried out: look again before failing.
        if (request.params or {}).get("replace") or _read(kind, engine, name) is None:
            raise


def _remove(kind: SimpleKind, engine: Engine, name: str) -> None:
    try:
        answer = engine.write("DELETE", f"{kind.place}/{name_in_path(name)}")
    except EngineError as error:
        if error.status == 404:
            return
        if "in use" in error.cause or "being used" in error.cause or error.status == 409:
            raise Failure(
                f"{kind.name} {name}: cannot be removed while containers use it ({error.cause}); remove them first."
            ) from error
        raise
    for each in answer if isinstance(answer, list) else []:
        if each.get("Err"):
            raise Failure(
                f"{kind.name} {name}: cannot be removed ({each['Err']}); remove the containers that use it first."
            )
