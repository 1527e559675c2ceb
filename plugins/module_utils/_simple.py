# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of the simple kinds: read one object, compare, plan, apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import (
    _compare,
    _engine,
    _errors,
    _module,
    _options,
    _plan,
    _record,
    _survey,
    _times,
    _values,
    _way_back,
)
from ._resources import simple


class SimpleRoad:
    """One object on its way to what the task declares. Each kind says in its own class what a difference leads to."""

    kind: simple.SimpleKind

    def __init__(self, task: _module.Task, engine: _engine.Engine, key: bytes) -> None:
        self.task, self.engine, self.key = task, engine, key
        self.params: Mapping[str, Any] = task.params
        self.name = str(task.params["name"])
        self.facts = _survey.facts_of(engine)
        self.found: Mapping[str, Any] | None = None
        self.spec: _options.Spec = {}
        self.compared: _compare.Comparison | None = None
        self.request: simple.Request | None = None
        self.back = _way_back.WayBack()
        # Labels that what is made gets, and that no comparison asks for.
        self.marks: Mapping[str, str] = {}
        self.times = _times.Times()

    def travel(self) -> dict[str, Any]:
        """Bring the object to what the task declares; return the task's result."""
        if not _values.OBJECT_NAME.fullmatch(self.name):
            raise _errors.Failure(
                f"name: {self.name!r} was given, and a name of letters, digits, '_', '.' and '-' is needed."
            )
        absent = self.params["state"] == "absent"
        if not absent:
            self.spec = self.kind.table.parse(self.params)
            self.kind.table.gate(self.spec, self.facts)
        self.found = self.read()
        steps = self.leave() if absent else self._arrive()
        if not self.task.check:
            if steps:
                self.apply(steps)
            self.settle()
        result = _plan.outcome(steps)
        if not absent:
            if steps and not self.task.check:
                self.found = self.read()
            result["adopted"] = bool(self.compared and self.compared.adopted and not steps)
            result[self.kind.name] = self.kind.shown(self.found) if self.found else {}
        return {**result, **self.told()}

    # What a kind may do in its own way.

    def params_of_read(self) -> Mapping[str, Any] | None:
        """Query parameters of the object's inspect."""
        return None

    def leave(self) -> list[_plan.Step]:
        """The steps to its absence."""
        return [_plan.Step("remove", self.kind.name, self.name)] if self.found else []

    def change(self, compared: _compare.Comparison) -> list[_plan.Step]:
        """The steps for an object that is there and differs."""
        return (
            [_plan.Step("replace", self.kind.name, self.name, compared.reasons)] if compared.reasons else []
        )

    def beside(self, steps: list[_plan.Step]) -> list[_plan.Step]:  # noqa: ARG002
        """Steps that follow from other things than the object's options, in their order after ``steps``."""
        return []

    def apply(self, steps: list[_plan.Step]) -> None:
        """Carry out the steps. When one fails, those before it are undone. Raises Failure."""
        try:
            for step in steps:
                with self.times.of(step):
                    getattr(self, "do_" + step.action)(step)
        except _errors.Failure as failure:
            told = self.back.take()
            if not told.startswith(_way_back.PARTLY):
                self.undone()
            kind = _errors.EngineError if isinstance(failure, _errors.EngineError) else _errors.Failure
            message = f"{failure.message.rstrip('.')}. {told}" if told else failure.message
            raise kind(message, **{**failure.facts, "rolled_back": told}) from failure

    def undone(self) -> None:
        """All is as it was before a step failed."""

    def settle(self) -> None:
        """Take away what an earlier run left to remember; all is as declared now."""

    def told(self) -> dict[str, Any]:
        """What the result has beside the object."""
        return {}

    # What all kinds share.

    def read(self) -> Mapping[str, Any] | None:
        """The object of exactly that name: Podman also answers to the beginning of an ID or name."""
        path = f"{self.kind.place}/{_engine.name_in_path(self.name)}"
        found = self.engine.find(f"{path}/json", self.params_of_read())
        if isinstance(found, Mapping) and _options.get_path(found, self.kind.name_at) == self.name:
            return found
        return None

    def _arrive(self) -> list[_plan.Step]:
        record = _record.write(self.key, self.kind.name, self.name, self.spec)
        labels = {_record.LABEL: record, **self.marks}
        body = self.kind.table.body(self.spec, self.facts)
        params = {**self.params, "replaces": self.found is not None}
        # Made before anything is planned: a declaration that is no request is refused in check mode too.
        self.request = self.kind.create(self.name, body, labels, params, self.facts)
        if self.found is None:
            steps = [self.creation()]
        else:
            recorded = _record.read(
                self.key, self.kind.name, self.name, _options.get_path(self.found, self.kind.labels_at)
            )
            self.compared = _compare.compare(
                self.kind.table, self.spec, recorded, self.found, self.key, self.facts
            )
            steps = self.change(self.compared)
        return steps + self.beside(steps)

    def creation(self) -> _plan.Step:
        """The step that makes the object."""
        shown = self.kind.table.shown(self.spec)
        reasons = tuple(_plan.Reason(each, _plan.DECLARED, None, shown[each]) for each in shown)
        return _plan.Step("create", self.kind.name, self.name, reasons)

    def do_create(self, _step: _plan.Step) -> None:
        """Make the object."""
        if self.request is not None:
            self.make(self.request)

    def make(self, request: simple.Request) -> None:
        """Send a request that makes the object."""
        try:
            self.engine.write(request.method, request.path, request.params, request.body)
        except _errors.EngineError:
            # A killed predecessor's request may just have been carried out: look again before failing.
            if (request.params or {}).get("replace") or self.read() is None:
                raise

    def do_remove(self, _step: _plan.Step) -> None:
        """Take the object away; never with what uses it."""
        kind, name = self.kind, self.name
        try:
            answer = self.engine.write("DELETE", f"{kind.place}/{_engine.name_in_path(name)}")
        except _errors.EngineError as error:
            if error.status == 404:
                return
            if "in use" in error.cause or "being used" in error.cause or error.status == 409:
                raise _errors.Failure(
                    f"{kind.name} {name}: cannot be removed while containers use it ({error.cause}); remove them first."
                ) from error
            raise
        for each in answer if isinstance(answer, list) else []:
            if each.get("Err"):
                raise _errors.Failure(
                    f"{kind.name} {name}: cannot be removed ({each['Err']}); remove the containers that use it first."
                )
