# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of a pod that lives in units of its account's systemd, onto it and off it again.

As for containers (``_service_road``): units are written by the task's own process, Podman is asked by a child that became the account
(``_pod_account``), and all units of the pod are installed under one lock with one reload.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from . import (
    _account,
    _container_wanted,
    _errors,
    _living,
    _manager,
    _module,
    _pod_account,
    _pod_text,
    _pod_units,
    _pods,
    _quadlet_keys,
    _road,
    _service_plan,
    _service_road,
    _service_text,
    _shadows,
    _times,
    _unit_change,
    _unit_folder,
    _unit_plan,
    _units,
)
from ._plan import CHANGED, DECLARED, Reason, Step, outcome
from ._pod_text import units_of
from ._resources import pod as pods
from ._wanted import AUTO, POD_SPEC, PODMAN, STATES, SYSTEMD, defined, object_name


def work(task: _module.Task) -> dict[str, Any]:
    """Bring one pod to what the task declares, in the runtime that it names."""
    account = _account.choose(task.params["user"])
    _account.require_linger(account)
    task.params = defined(task.params, POD_SPEC)
    return travel(task, account)


def travel(task: _module.Task, account: _account.Account) -> dict[str, Any]:
    """The same for an account that was chosen, and a declaration that was checked."""
    params = task.params
    name = object_name(params["name"])
    runtime, absent = params["runtime"], params["state"] == _container_wanted.ABSENT
    before = _texts_in(_living.folder_of(task, account), name)
    if before and (absent or (runtime == PODMAN and _says_what_it_is(params))):
        return _Leaving(task, account, name, before).travel()
    # A task that speaks of the state alone means the pod wherever it lives.
    if not absent and (before or (runtime == SYSTEMD and _says_what_it_is(params))):
        return Living(task, account, name).travel()
    open_to = _unit_folder.Folder(account) if runtime == AUTO and not absent else None
    answer = _module.in_account(task, account, partial(_road.travel_pod, folder=open_to))
    if answer.get("runtime") == SYSTEMD:
        return Living(task, account, name, calls=answer["api_calls"]).travel()
    return {**answer, "runtime": PODMAN, "unit": ""}


def leave(task: _module.Task, account: _account.Account, name: str, why: Reason) -> list[Step]:
    """Stop the pod of units, and take all of it away. Returns the steps. Raises Failure."""
    units = _units.Units(account)
    with contextlib.nullcontext() if task.check else units.folder.locked():
        wanted = _absent(texts_now(account, name))
        seen = units.look(wanted)
        ways = {each.name.file: _unit_plan.plan(each, seen[each.name.file]) for each in wanted}
        if not task.check:
            units.apply(wanted, ways, seen, 0.0, _evicting(task, account, wanted))
    return [_of_unit(step, why) for way in ways.values() for step in way.steps]


def restore(task: _module.Task, account: _account.Account, name: str, before: Mapping[str, str]) -> None:
    """The units as they were, and their services with them; those that were not there go. Raises Failure.

    A pod that somebody else made under that name meanwhile is left as it is, and the units stay away.
    """
    if _module.in_account(task, account, _pod_account.stands_alone)["there"]:
        return
    units = _units.Units(account)
    with units.folder.locked():
        now = texts_now(account, name)
        own = before.get(_pod_text.unit_of_pod_name(name).file)
        state = (
            _container_wanted.STARTED
            if own is not None and _service_text.starts_at_boot(own)
            else _container_wanted.PRESENT
        )
        wanted = [
            _unit_plan.Wanted(_quadlet_keys.unit_name(file), text, state) for file, text in before.items()
        ]
        wanted += _absent({file: text for file, text in now.items() if file not in before})
        seen = units.look(wanted)
        ways = {each.name.file: _unit_plan.plan(each, seen[each.name.file]) for each in wanted}
        units.apply(wanted, ways, seen, _manager.STOP_SECONDS + 120.0, _evicting(task, account, wanted))


def texts_now(account: _account.Account, name: str) -> dict[str, str]:
    """The units of a pod that this collection made, its own first."""
    return _texts_in(_unit_folder.Folder(account), name)


def _texts_in(folder: _unit_folder.Folder, name: str) -> dict[str, str]:
    try:
        own = _pod_text.unit_of_pod_name(name).file
    except _errors.Failure:  # Podman takes names that no unit can have
        return {}
    found = units_of(folder.tree(), name)
    return dict(sorted(found.items(), key=lambda each: (each[0] != own, each[0])))


def _says_what_it_is(params: Mapping[str, Any]) -> bool:
    """Whether a task declares more than a state. Files that options name are not read here."""
    options = [row.name for row in pods.TABLE.rows]
    return any(params.get(option) is not None for option in (*options, "containers", "label_file")) or bool(
        params["recreate"]
    )


def _absent(texts: Mapping[str, str]) -> list[_unit_plan.Wanted]:
    return [
        _unit_plan.Wanted(_quadlet_keys.unit_name(file), None, _container_wanted.ABSENT) for file in texts
    ]


def _of_unit(step: Step, why: Reason) -> Step:
    return Step(
        step.action, _service_plan.UNIT if step.kind == _unit_plan.KIND else step.kind, step.name, (why,)
    )


def _evicting(
    task: _module.Task, account: _account.Account, units: list[_unit_plan.Wanted]
) -> _unit_change.Gate:
    names = [each.name.stem for each in units if each.name.suffix == "container"]

    def evict(task: _module.Task, engine: Any, key: bytes) -> Mapping[str, Any]:
        return _pod_account.evict(task, engine, key, names)

    return _unit_change.Gate(evict=partial(_module.in_account, task, account, evict))


class Living(_living.InUnits):
    """One pod in its units."""

    def __init__(
        self,
        task: _module.Task,
        account: _account.Account,
        name: str,
        folder: _unit_folder.Folder | None = None,
        calls: int = 0,
    ) -> None:
        super().__init__(task, account, folder, calls)
        self._refuse_roots(f"pod {name}", _pod_text.unit_of_pod_name(name).file)
        self.name = name
        params = task.params
        declared = params.get("containers")
        state = str(
            params["state"] or (_container_wanted.PRESENT if declared is None else _container_wanted.STARTED)
        )
        # What of a declaration is needed without reading the files that its options name.
        self.state = STATES.get(state, state)

    def travel(self) -> dict[str, Any]:
        with self._locked_for_app() as locked:
            told, units, seen = self._look()
            steps = self.steps(told, units, seen)
            if steps and not self.task.check:
                with contextlib.nullcontext() if locked else self.folder.locked():
                    if not locked:
                        # Another task may have been faster.
                        told, units, seen = self._look()
                    self._carry_out(told, units, seen)
        found = _pod_units.PodThere.read(told["there"])
        for unit in units:
            shadows = self.units.shadows(unit)
            if shadows:
                self.task.warn(_shadows.sentence(unit.name.file, self.account.name, shadows))
        for each in found.foreign:
            self.task.warn(
                f"pod {self.name}: container {each} belongs to it, but no pod task made it; it is left alone."
            )
        shown = told["pod"]
        if steps and not self.task.check:
            shown = self._ask(_pod_account.shown)["pod"]
        return {
            **outcome(steps),
            "adopted": found.adopted,
            "pod": shown,
            "runtime": SYSTEMD,
            "unit": self.folder.path_of(units[0].name.file),
            "api_calls": self.calls,
        }

    def texts(self) -> dict[str, str]:
        """Its units as they are, by file; empty when there is none."""
        return _texts_in(self.folder, self.name)

    def units_of(self, told: Mapping[str, Any]) -> list[_unit_plan.Wanted]:
        """The units that are wanted, its own first, by what the account says."""
        before: Mapping[str, str] = told["before"]
        texts: Mapping[str, str] = told["texts"]
        own = _pod_text.unit_of_pod_name(self.name).file
        state = _pod_units.states(self.state, _pod_units.PodThere.read(told["there"]))
        units = [
            _unit_plan.Wanted(_quadlet_keys.unit_name(file), text, state) for file, text in texts.items()
        ]
        units.sort(key=lambda each: each.name.file != own)
        self._refuse_others([each.name.file for each in units if each.name.file not in before])
        return units + _absent({file: text for file, text in before.items() if file not in texts})

    def steps(
        self, told: Mapping[str, Any], units: Sequence[_unit_plan.Wanted], seen: Mapping[str, _unit_plan.Seen]
    ) -> list[Step]:
        """What has to happen, by what the account says and the units show."""
        return [*_service_road.pulls_of(told), *self._plan(told, units, seen).steps]

    def _look(self) -> tuple[Mapping[str, Any], list[_unit_plan.Wanted], Mapping[str, _unit_plan.Seen]]:
        told = self._ask(_pod_account.look, self.texts())
        units = self.units_of(told)
        return told, units, self.units.look(units)

    def _refuse_others(self, files: list[str]) -> None:
        """A container that lives in a unit of its own is another task's."""
        for file in files:
            text = self.folder.text(file)
            if text is not None and _service_text.is_ours(text):
                stem = file.rpartition(".")[0]
                raise _errors.Failure(
                    f"containers[{stem}].name: container {stem} lives in a unit already, outside pod {self.name}; choose another name, or "
                    "remove it first with rootless.podman.container: state=absent."
                )

    def _plan(
        self, told: Mapping[str, Any], units: Sequence[_unit_plan.Wanted], seen: Mapping[str, _unit_plan.Seen]
    ) -> _pod_units.Plan:
        return _pod_units.plan(self._wanted(told), _pod_units.PodThere.read(told["there"]), units, seen)

    def _wanted(self, told: Mapping[str, Any]) -> _pods.WantedPod:
        """What is wanted, as far as the plan has to know it: the account has read the rest."""
        return _pod_units.outlined(self.name, self.state, bool(self.task.params["recreate"]), told["members"])

    def _carry_out(
        self, told: Mapping[str, Any], units: list[_unit_plan.Wanted], seen: Mapping[str, _unit_plan.Seen]
    ) -> None:
        pulls = _service_road.pulls_of(told)
        # Before anything stops: a first pull may take longer than any service may take to start.
        for step in pulls:
            with _times.Times().of(step):
                self._ask(_pod_account.pull, [step])
        if pulls:
            told, units, seen = self._look()
        plan, found = self._plan(told, units, seen), _pod_units.PodThere.read(told["there"])
        wait = bool(self.task.params["wait"])
        services = {
            each.name.stem: way.start or way.restart
            for each in units
            for way in [plan.ways[each.name.file]]
            if (way.start or way.restart) and each.name.suffix == "container"
        }
        # A restart is a stop first.
        seconds = (
            float(self.task.params["wait_timeout"] or 120) + _service_road.STOP_MARGIN + told["stop_timeout"]
        )
        updates = _pod_account.members_of(plan.steps)
        retag = told["images_before"] and partial(self._ask, _pod_account.retag, told["images_before"])
        names = list(services)
        gate = _unit_change.Gate(
            partial(self._prove, services if wait else {}, updates)
            if (services and wait) or updates
            else None,
            partial(self._health_of, names) if wait else None,
            retag or None,
            wait,
            partial(self._ailing_of, names) if wait else None,
            partial(self._ask, _pod_account.evict, names),
            replaces=bool(found.moves),
        )
        proven, gone = "", []
        if found.moves or found.stray:
            answer = self._ask(_pod_account.prove, found, units[0].state == _container_wanted.STARTED)
            proven, gone = str(answer["proven"]), list(answer["gone"])
        try:
            self.units.apply(units, plan.ways, seen, seconds, gate)
            if gate.prove is not None and not any(way.steps for way in plan.ways.values()):
                gate.prove()
        except _errors.Failure as failure:
            if not proven:
                raise
            raise self._brought_back(failure, proven) from failure
        if gone:
            self._ask(_pod_account.remove, gone)

    def _prove(self, services: Mapping[str, str], updates: list[Step]) -> None:
        """Have the account wait until the containers are ready; one that ended well is. Then change in place what can be."""
        self._await_all(services)
        if updates:
            self._ask(_pod_account.update, updates)

    def _brought_back(self, failure: _errors.Failure, proven: str) -> _errors.Failure:
        told = f"The pod serves as {self.name}.rp-new, run the task again."
        try:
            self._ask(_pod_account.bring_back, proven)
        except _errors.Failure as worse:
            told = f"Starting {self.name}.rp-new, which serves until then, met a problem: {worse.message}"
        return _errors.Failure(
            f"{failure.message.rstrip('.')}. {told}", **{**failure.facts, "rolled_back": told}
        )


class _Leaving:
    """One pod out of its units: into Podman's own hands, or away."""

    def __init__(
        self, task: _module.Task, account: _account.Account, name: str, before: Mapping[str, str]
    ) -> None:
        self.task, self.account, self.name, self.before = task, account, name, before
        self.units = _units.Units(account)

    def travel(self) -> dict[str, Any]:
        gone = self.task.params["state"] == _container_wanted.ABSENT
        why = (
            Reason("state", DECLARED, None, _container_wanted.ABSENT)
            if gone
            else Reason("runtime", CHANGED, SYSTEMD, PODMAN)
        )
        file = _pod_text.unit_of_pod_name(self.name).file
        active = self.units.look(_absent(self.before))[file].active
        state = self.task.params["state"]
        if active and (
            state in (_container_wanted.PRESENT, "created")
            or (state is None and self.task.params["containers"] is None)
        ):
            self.task.params = {
                **self.task.params,
                "state": _container_wanted.STARTED,
            }  # it runs, and goes on running
        if not gone:
            self._refuse_foreign()
        try:
            steps = leave(self.task, self.account, self.name, why)
            result = _module.in_account(self.task, self.account, partial(_road.travel_pod, of_unit=False))
        except _errors.Failure as failure:
            if self.task.check:
                raise
            raise self._put_back(failure) from failure
        return _living.left_units(steps, result)

    def _refuse_foreign(self) -> None:
        """A pod in units is removed when it stops."""

        def ask(task: _module.Task, engine: Any, key: bytes) -> Mapping[str, Any]:
            return _pod_account.foreign(task, engine, key, self.before)

        names = _module.in_account(self.task, self.account, ask)["names"]
        if names:
            raise _errors.Failure(
                f"runtime: pod {self.name} has to be made anew to leave its units, and it holds {', '.join(names)}, which this task does "
                "not declare; declare them under containers:, or remove them first."
            )

    def _put_back(self, failure: _errors.Failure) -> _errors.Failure:
        told = "The units are back."
        with contextlib.suppress(_errors.Failure):
            if _module.in_account(self.task, self.account, _pod_account.stands_alone)["there"]:
                return failure  # it was made, and only what came after failed
        try:
            restore(self.task, self.account, self.name, self.before)
        except _errors.Failure as worse:
            told = f"Putting the units back met a problem: {worse.message}"
        return _errors.Failure(
            f"{failure.message.rstrip('.')}. {told}", **{**failure.facts, "rolled_back": told}
        )
