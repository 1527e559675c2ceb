# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of a container that lives in a unit of its account's systemd, onto it and off it again.

Units are written by the task's own process, which may be root; what is asked of Podman is asked by a child that became
the account (``_service_account``). Between the two travels JSON: a text, and reasons.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from . import (
    _account,
    _auto_update,
    _container_wanted,
    _errors,
    _living,
    _manager,
    _module,
    _pod_text,
    _quadlet_keys,
    _road,
    _service_account,
    _service_plan,
    _service_text,
    _services,
    _shadows,
    _times,
    _unit_change,
    _unit_folder,
    _unit_plan,
    _units,
    _wanted,
)
from ._plan import CHANGED, DECLARED, Reason, Step, outcome
from ._resources import container

# Seconds for what systemd and Podman do around a container's own stop.
STOP_MARGIN = 15.0


def work(task: _module.Task) -> dict[str, Any]:
    """Bring one container to what the task declares, in the runtime that it names."""
    account = _account.choose(task.params["user"])
    _account.require_linger(account)
    task.params = _wanted.defined(task.params, _wanted.CONTAINER_SPEC)
    return travel(task, account)


def travel(task: _module.Task, account: _account.Account) -> dict[str, Any]:
    """The same for an account that was chosen, and a declaration that was checked."""
    params = task.params
    name = _wanted.container_name(params)
    runtime, absent = params["runtime"], params["state"] == _container_wanted.ABSENT
    before = _unit_now(_living.folder_of(task, account), name)
    pod = _service_text.pod_of_text(before) if before is not None else ""
    if pod and (absent or params.get("image")):
        cure = (
            "say prune: true, with which it leaves that pod, or declare it there."
            if params.get("in_app")
            else "declare it in the containers of that pod's task, or take it out there."
        )
        raise _errors.Failure(f"name: container {name} lives in a unit of pod {pod}; {cure}")
    if before is not None and (absent or (runtime == _wanted.PODMAN and params.get("image"))):
        return _Leaving(task, account, name, before).travel()
    # A task that speaks of the state alone means the container wherever it lives.
    if not absent and (before is not None or (runtime == _wanted.SYSTEMD and params.get("image"))):
        return Living(task, account, name).travel()
    open_to = _unit_folder.Folder(account) if runtime == _wanted.AUTO and not absent else None
    answer = _module.in_account(task, account, partial(_road.travel_container, folder=open_to))
    if answer.get("runtime") == _wanted.SYSTEMD:
        return Living(task, account, name, calls=answer["api_calls"]).travel()
    if params.get("auto_update") in _auto_update.POLICIES:
        task.warn(_auto_update.NOBODYS.format(name=name))
    return {**answer, "runtime": _wanted.PODMAN, "unit": ""}


def leave(task: _module.Task, account: _account.Account, name: str, why: Reason) -> list[Step]:
    """Stop the container of a unit, and take both away. Returns the steps. Raises Failure."""
    unit = _unit_plan.Wanted(_service_text.unit_of_name(name), None, _container_wanted.ABSENT)
    units = _units.Units(account)
    with contextlib.nullcontext() if task.check else units.folder.locked():
        seen = units.look([unit])[unit.name.file]
        way = _unit_plan.plan(unit, seen)
        if not task.check:
            gate = _unit_change.Gate(evict=partial(_module.in_account, task, account, _service_account.evict))
            units.apply([unit], {unit.name.file: way}, {unit.name.file: seen}, 0.0, gate)
    return [_of_unit(step, why) for step in way.steps]


def restore(task: _module.Task, account: _account.Account, name: str, before: str | None) -> None:
    """The unit as it was, and its service with it; without a text before it goes. Raises Failure.

    A container that somebody else made under that name meanwhile is left as it is, and the unit stays away.
    """
    if _module.in_account(task, account, _service_account.stands_alone)["there"]:
        return
    if before is None:
        leave(task, account, name, Reason("state", DECLARED, None, _container_wanted.ABSENT))
        return
    units = _units.Units(account)
    with units.folder.locked():
        # One of a pod starts when that does.
        pod = _service_text.pod_of_text(before)
        leads = units.folder.text(_pod_text.unit_of_pod_name(pod).file) if pod else before
        state = (
            _container_wanted.STARTED
            if _service_text.starts_at_boot(leads or "")
            else _container_wanted.PRESENT
        )
        unit = _unit_plan.Wanted(_service_text.unit_of_name(name), before, state)
        file = unit.name.file
        seen = units.look([unit])[file]
        gate = _unit_change.Gate(evict=partial(_module.in_account, task, account, _service_account.evict))
        units.apply(
            [unit], {file: _unit_plan.plan(unit, seen)}, {file: seen}, _manager.STOP_SECONDS + 120.0, gate
        )


def text_now(account: _account.Account, name: str) -> str | None:
    """The text of a container's unit, whoever made it."""
    return _unit_folder.Folder(account).text(_service_text.unit_of_name(name).file)


def _of_unit(step: Step, why: Reason) -> Step:
    return Step(
        step.action, _service_plan.UNIT if step.kind == _unit_plan.KIND else step.kind, step.name, (why,)
    )


def _unit_now(folder: _unit_folder.Folder, name: str) -> str | None:
    """The text of the container's unit, when this collection made it."""
    try:
        file = _service_text.unit_of_name(name).file
    except _errors.Failure:  # Podman takes names that no unit can have
        return None
    text = folder.text(file)
    return text if _service_text.is_ours(text) else None


class Living(_living.InUnits):
    """One container in its unit."""

    def __init__(
        self,
        task: _module.Task,
        account: _account.Account,
        name: str,
        folder: _unit_folder.Folder | None = None,
        calls: int = 0,
    ) -> None:
        super().__init__(task, account, folder, calls)
        self.unit: _quadlet_keys.UnitName = _service_text.unit_of_name(name)
        self._refuse_roots(f"container {name}", self.unit.file)
        params = task.params
        state = _wanted.STATES.get(params["state"], params["state"])
        self.wanted = _container_wanted.Wanted(
            name, state=state, recreate=bool(params["recreate"]), restart=bool(params["force_restart"])
        )

    def travel(self) -> dict[str, Any]:
        with self._locked_for_app() as locked:
            told, unit, seen = self._look()
            steps = self.steps(told, [unit], {self.unit.file: seen})
            if steps and not self.task.check:
                with contextlib.nullcontext() if locked else self.folder.locked():
                    if not locked:
                        # Another task may have been faster.
                        told, unit, seen = self._look()
                    self._carry_out(told, unit, seen)
        shadows = self.units.shadows(unit)
        if shadows:
            self.task.warn(_shadows.sentence(self.unit.file, self.account.name, shadows))
        shown = told["container"]
        if steps and not self.task.check:
            shown = self._ask(_service_account.shown)["container"]
        return {
            **outcome(steps),
            "adopted": _service_plan.There.read(told["there"]).adopted,
            "container": shown,
            "runtime": _wanted.SYSTEMD,
            "unit": self.folder.path_of(self.unit.file),
            "api_calls": self.calls,
        }

    def texts(self) -> dict[str, str]:
        """Its unit as it is, by file; empty when there is none."""
        text = self.folder.text(self.unit.file)
        return {} if text is None else {self.unit.file: text}

    def units_of(self, told: Mapping[str, Any]) -> list[_unit_plan.Wanted]:
        """The unit that is wanted, by what the account says."""
        state = _service_plan.unit_state(self.wanted, _service_plan.There.read(told["there"]))
        return [_unit_plan.Wanted(self.unit, told["text"], state)]

    def steps(
        self, told: Mapping[str, Any], units: Sequence[_unit_plan.Wanted], seen: Mapping[str, _unit_plan.Seen]
    ) -> list[Step]:
        """What has to happen, by what the account says and the units show."""
        return [*pulls_of(told), *self._plan(told, units[0], seen[self.unit.file])[0]]

    def _look(self) -> tuple[Mapping[str, Any], _unit_plan.Wanted, _unit_plan.Seen]:
        told = self._ask(_service_account.look, self.texts().get(self.unit.file), self.folder)
        (unit,) = self.units_of(told)
        return told, unit, self.units.look([unit])[self.unit.file]

    def _plan(
        self, told: Mapping[str, Any], unit: _unit_plan.Wanted, seen: _unit_plan.Seen
    ) -> tuple[list[Step], _unit_plan.Way]:
        return _service_plan.plan(self.wanted, _service_plan.There.read(told["there"]), unit, seen)

    def _carry_out(self, told: Mapping[str, Any], unit: _unit_plan.Wanted, seen: _unit_plan.Seen) -> None:
        pulls = pulls_of(told)
        # Before anything stops: a first pull may take longer than any service may take to start.
        for step in pulls:
            self.fetch(step)
        tangled = _service_plan.untangle(self.wanted.name, _service_plan.There.read(told["there"]), seen)
        if tangled:
            self._untangle(tangled)
        if pulls or tangled:
            told, unit, seen = self._look()
        steps, way = self._plan(told, unit, seen)
        source = _service_plan.There.read(told["there"]).source
        wait = bool(self.task.params["wait"])
        # A restart is a stop first.
        seconds = float(self.task.params["wait_timeout"] or 120) + STOP_MARGIN + told["stop_timeout"]
        starts = bool(way.start or way.restart)
        prove = partial(self._prove, way.start or way.restart) if wait and starts else None
        for step in steps:
            if (step.action, step.kind) == ("update", container.KIND):
                prove = partial(self._update, step)
        retag = told["image_before"] and partial(self._ask, _service_account.retag, told["image_before"])
        try:
            if source:
                self._set_aside(source)
            file = self.unit.file
            gate = _unit_change.Gate(
                prove, self._health if wait else None, retag or None, wait, self._ailing if wait else None,
                partial(self._ask, _service_account.evict), replaces=bool(source),
            )  # fmt: skip
            self.units.apply([unit], {file: way}, {file: seen}, seconds, gate)
            if prove and not way.steps:
                prove()
        except _errors.Failure as failure:
            if not source:
                raise
            raise self._brought_back(failure, source) from failure
        if source:
            self._let_go(source)

    def fetch(self, step: Step) -> None:
        """Have the account pull an image. Raises Failure."""
        with _times.Times().of(step):
            self._ask(_service_account.pull, [step])

    def _set_aside(self, source: Mapping[str, Any]) -> None:
        self._ask(_service_account.set_aside, source)

    def _bring_back(self, source: Mapping[str, Any]) -> None:
        self._ask(_service_account.bring_back, source)

    def _let_go(self, source: Mapping[str, Any]) -> None:
        self._ask(_service_account.remove, [source["id"]])

    def _untangle(self, steps: list[Step]) -> None:
        """What a killed run left, undone; in the order in which nothing is lost."""
        stops = [step.name for step in steps if (step.action, step.kind) == ("stop", _service_plan.SERVICE)]
        if stops:
            _manager.stop(self.account, stops)
        if any((step.action, step.kind) == ("remove", _service_plan.UNIT) for step in steps):
            self.folder.remove(self.unit.file)
            _manager.reload(self.account)
        self._ask(
            _service_account.tidy,
            [step for step in steps if step.kind not in (_service_plan.SERVICE, _service_plan.UNIT)],
        )

    def _prove(self, service: str) -> None:
        """Have the account wait until the container is ready; one that ended well is."""
        answer = self._ask(_service_account.await_ready)
        if not answer["there"] and _manager.units(self.account, [service])[service].result != "success":
            raise _errors.Failure(f"container {self.wanted.name} ended after its start.")

    def _ailing(self) -> dict[str, str]:
        """Why the service that starts will not get there."""
        ailing = self._ask(_service_account.ailing)["ailing"]
        return (
            {_service_text.service_of_name(self.wanted.name): "its container is unhealthy"} if ailing else {}
        )

    def _health(self) -> str:
        """What the health check says of one that does not become healthy."""
        with contextlib.suppress(_errors.Failure):
            said = str(self._ask(_service_account.health)["said"])
            return f"its health check says: {said}" if said else ""
        return ""

    def _update(self, step: Step) -> None:
        self._ask(_service_account.update, step)

    def _brought_back(self, failure: _errors.Failure, source: Mapping[str, Any]) -> _errors.Failure:
        try:
            self._bring_back(source)
        except _errors.Failure as worse:
            told = f"Going back to the container before met a problem: {worse.message}"
        else:
            told = f"The old {self.wanted.name} is back" + (" and runs." if source["running"] else ".")
        return _errors.Failure(
            f"{failure.message.rstrip('.')}. {told}", **{**failure.facts, "rolled_back": told}
        )


class _Leaving:
    """One container out of its unit: into Podman's own hands, or away."""

    def __init__(self, task: _module.Task, account: _account.Account, name: str, before: str) -> None:
        self.task, self.account, self.before = task, account, before
        self.unit = _unit_plan.Wanted(_service_text.unit_of_name(name), None, _container_wanted.ABSENT)
        self.units = _units.Units(account)

    def travel(self) -> dict[str, Any]:
        file, gone = self.unit.name.file, self.task.params["state"] == _container_wanted.ABSENT
        seen = self.units.look([self.unit])[file]
        why = (
            Reason("state", DECLARED, None, _container_wanted.ABSENT)
            if gone
            else Reason("runtime", CHANGED, _wanted.SYSTEMD, _wanted.PODMAN)
        )
        steps = [_of_unit(step, why) for step in _unit_plan.plan(self.unit, seen).steps]
        if self.task.params["state"] in (_container_wanted.PRESENT, "created") and seen.active:
            self.task.params = {
                **self.task.params,
                "state": _container_wanted.STARTED,
            }  # it runs, and goes on running
        with contextlib.nullcontext() if self.task.check else self.units.folder.locked():
            if not self.task.check:
                seen = self.units.look([self.unit])[file]
            try:
                if not self.task.check:
                    way = _unit_plan.plan(self.unit, seen)
                    evict = partial(_module.in_account, self.task, self.account, _service_account.evict)
                    self.units.apply(
                        [self.unit], {file: way}, {file: seen}, 0.0, _unit_change.Gate(evict=evict)
                    )
                result = _module.in_account(
                    self.task, self.account, partial(_road.travel_container, of_unit=False)
                )
            except _errors.Failure as failure:
                if self.task.check:
                    raise
                raise self._put_back(failure, seen) from failure
        return _living.left_units(steps, result)

    def _put_back(self, failure: _errors.Failure, seen: _unit_plan.Seen) -> _errors.Failure:
        told = "The unit is back"
        with contextlib.suppress(_errors.Failure):
            if _module.in_account(self.task, self.account, _service_account.stands_alone)["there"]:
                return failure  # it was made, and only what came after failed
        try:
            self.units.folder.put(self.unit.name.file, self.before)
            _manager.reload(self.account)
            if seen.active:
                said = _services.start_mended(self.account, "start", [seen.service], _manager.STOP_SECONDS)
                told += f", and its service does not start: {said}" if said else " and its service runs"
        except _errors.Failure as worse:
            told = f"Putting the unit back met a problem: {worse.message}"
        told = f"{told.rstrip('.')}."
        return _errors.Failure(
            f"{failure.message.rstrip('.')}. {told}", **{**failure.facts, "rolled_back": told}
        )


def pulls_of(told: Mapping[str, Any]) -> list[Step]:
    """The pulls among what the account said."""
    found = []
    for each in told["pulls"]:
        reasons = tuple(Reason(**reason) for reason in each["reasons"])
        found.append(Step(each["action"], each["kind"], each["name"], reasons, each["work"]))
    return found
