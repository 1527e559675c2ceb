# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers of apps that live in units: each on the road of its own module, stage after stage, in the task's own process.

What has no unit any more leaves before the account's own process looks at anything, and what has one follows after all else
of its app is there.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from .. import (
    _account,
    _container_wanted,
    _errors,
    _module,
    _plan,
    _pod_account,
    _pod_road,
    _pod_text,
    _record,
    _service_account,
    _service_plan,
    _service_road,
    _service_text,
    _unit_folder,
    _unit_plan,
    _wanted,
)
from .._resources import container, pod
from . import order, parting, roads, shared
from .app import App
from .quiet import Quiet
from .rollout import Rollout, pulled
from .together import Together, container_of_step
from .units import Service, services
from .vacant import Outlook, Vacant, outlook

# What was done before units: files written, images and secrets that are new.
ABOUT = ("written", "made", "renewed")


def has_work(app: App, told: Mapping[str, Any]) -> bool:
    """Whether anything of an app has still to be brought about, or looked at, after its account's own process."""
    if told["failed"] or not app.present or app.runtime != _wanted.SYSTEMD:
        return False
    quiet = set(told.get("quiet") or ())
    waiting = any(told.get(each) for each in ("last", "leaving", "hooks_due"))
    waiting = waiting or any((told.get("aside") or {}).values())
    return bool(waiting) or any(each.name not in quiet for each in services(app, "/"))


def bring(
    task: _module.Task,
    account: _account.Account,
    app: App,
    told: dict[str, Any],
    there: bool,
    known: bool = False,
    begun: bool = False,
) -> int:
    """Bring the containers and pods of an app into their units, and what has none in between; adds to what is told of it.

    Returns the calls that it took. With ``known`` what the account's own process has found to be as declared still is, with ``begun`` the
    hooks before the change have run.
    """
    start = time.monotonic()
    about = about_of(app, told)
    found = told.pop("quiet", None)
    rollout = Rollout(task, account, app, told, there, begun)
    for key in ABOUT:
        told.pop(key, None)
    if told["failed"] or not app.present or app.runtime != _wanted.SYSTEMD:
        rollout.put_back()
        return rollout.calls
    before: parting.Before = {}  # the units that this run changed, as they were
    declared = {each.name: each for each in services(app, account.home)}

    def task_of(each: Service, check: bool = task.check) -> _module.Task:
        return _module.Task({**each.params, "in_app": {**each.links, **about}}, check, task.diff)

    tasks = {each.name: (each.kind, task_of(each)) for each in declared.values()} if there else {}
    quiet = Quiet(account, tasks, {str(name) for name in found} if known and found is not None else None)
    road = Units(account, told, about, before, quiet, task_of, there, task.check)
    course = order.course(app.where, [*app.raw["pods"], *app.raw["containers"]], app.units)
    try:
        if app.hooks:
            changing = any(road.would_change(each) for each in declared.values())
            rollout.begin(changing)
        for phase in roads.phases(app, course):
            if not phase.units:
                road.at = ""
                rollout.bring(phase.names, about)
            for _stage, names in itertools.groupby(phase.names if phase.units else (), course.stages.get):
                road.bring([declared[name] for name in names])
    except _errors.Failure as failure:
        facts = {key: value for key, value in failure.facts.items() if key != "plan"}
        lead = f"{declared[road.at].kind} {road.at}: " if road.at else ""
        back = parting.put_back(task, account, before)
        told.update(facts, failed=True, msg=f"{lead}{failure.message}{back}")
    rollout.end()
    told["changed"] = told["changed"] or bool(told["plan"])
    told["duration"] = round(told["duration"] + time.monotonic() - start, 3)
    return road.calls + quiet.calls + rollout.calls


class Units:
    """The units of one app on their roads."""

    def __init__(
        self,
        account: _account.Account,
        told: dict[str, Any],
        about: dict[str, Any],
        before: parting.Before,
        quiet: Quiet,
        task_of: Callable[..., _module.Task],
        there: bool,
        check: bool,
    ) -> None:
        self.account, self.told, self.about, self.before = account, told, about, before
        self.quiet, self.task_of, self.there = quiet, task_of, there
        self.check = check
        self.calls = 0
        # Who is being brought about.
        self.at = ""

    def would_change(self, each: Service) -> bool:
        """Whether anything is to be done for one of them. Raises Failure for what cannot be."""
        self._foresee()
        if not self.there:
            return bool(_foretold(self.task_of(each), self.account, each))
        if self.quiet.sees(each.name):
            return False
        result = parting.road_of(each.kind).travel(self.task_of(each, True), self.account)
        self.calls += result["api_calls"]
        return bool(result["plan"])

    def bring(self, stage: Sequence[Service]) -> None:
        """Bring those that do not depend on each other to what is declared, new ones together. Raises Failure."""
        for waits, several in itertools.groupby(stage, self._waits_of_new):
            alike = list(several)
            if waits is None or len(alike) == 1 or not self._travel_together(alike):
                for each in alike:
                    self._travel(each)

    def _waits_of_new(self, each: Service) -> tuple[Any, Any] | None:
        """How a container is waited for that has no unit yet; None for all else, and in check mode."""
        new = (
            each.kind == container.KIND
            and self.there
            and not parting.texts_of(self.account, each.kind, each.name)
        )
        return (each.params["wait"], each.params["wait_timeout"]) if new and not self.check else None

    def _travel_together(self, several: Sequence[Service]) -> bool:
        """Bring new containers about by one change of units; whether that could be. Raises Failure."""
        since, tasks = time.monotonic(), {each.name: self.task_of(each) for each in several}
        for name in tasks:
            # Not to be looked at again with what is as declared.
            self.quiet.has(name)
        self.at = several[0].name
        together = Together(self.account, tasks)
        try:
            steps = together.bring()
        except _errors.Failure as failure:
            self.at = container_of_step(failure) or together.at
            raise
        finally:
            self.calls += together.calls
        for each in several:
            mine = _plan.outcome((together.pulled if steps is None else steps).get(each.name, []))["plan"]
            self.told["plan"] += parting.timed(mine, since)
            if steps is not None:
                self.told["warnings"] += tasks[each.name].warnings
                self.before[each.kind, each.name] = {}
        if steps is not None:
            self.quiet.changed()
        return steps is not None

    def _foresee(self) -> None:
        """In check mode: the units that would be gone by now."""
        if self.check:
            removed = [
                step
                for step in self.told["plan"]
                if (step["action"], step["kind"]) == ("remove", _service_plan.UNIT)
            ]
            self.about["gone"] = sorted(step["name"] for step in removed)

    def _travel(self, each: Service) -> None:
        """Bring one to what is declared. Raises Failure."""
        self.at = each.name
        if self.there and self.quiet.has(each.name):
            return
        told = self.told
        self._foresee()
        self.about["made"] = sorted({*(self.about["made"] or ()), *pulled(told)})
        inner, since = self.task_of(each), time.monotonic()
        try:
            if self.there:
                texts = parting.texts_of(self.account, each.kind, each.name)
                result = parting.road_of(each.kind).travel(inner, self.account)
                if _was_changed(result["plan"]):
                    self.before[each.kind, each.name] = texts
                self.calls += result["api_calls"]
                if result["plan"] and not inner.check:
                    self.quiet.changed()
                told["plan"] += parting.timed(result["plan"], since)
            else:
                told["plan"] += parting.timed(_foretold(inner, self.account, each), since)
        finally:
            told["warnings"] += inner.warnings


def about_of(app: App, told: Mapping[str, Any]) -> dict[str, Any]:
    """What the tasks of an app's units have to know of it, by what was told of it so far."""
    return {**{key: told.get(key) for key in ABOUT}, "marks": {shared.LABEL: app.name}}


def _was_changed(steps: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a unit is another now. One that was taken over from Podman's hands has proved itself, and what was before is gone."""
    taken_over = any(
        step["action"] == "remove" and step["kind"] in (container.KIND, pod.KIND) for step in steps
    )
    return not taken_over and any(
        step["kind"] == _service_plan.UNIT and step["action"] in ("create", "update") for step in steps
    )


def _foretold(task: _module.Task, account: _account.Account, each: Service) -> list[Any]:
    """What would be done for an account that is not there yet."""
    if task.params["state"] == _container_wanted.ABSENT:
        return []
    found = _account.call_as(account, _look, task, account, each.kind, outlook())
    if each.kind == pod.KIND:
        living: Any = _pod_road.Living(task, account, each.name)
        service = _pod_text.service_of_pod_name(each.name)
    else:
        living, service = _service_road.Living(task, account, each.name), ""
    units = living.units_of(found)
    seen = {
        unit.name.file: _unit_plan.Seen(
            new_service=service
            if unit.name.suffix == pod.KIND
            else _service_text.service_of_name(unit.name.stem)
        )
        for unit in units
    }
    return list(living.steps(found, units, seen))


def _look(task: _module.Task, account: _account.Account, kind: str, vacant: Outlook) -> Mapping[str, Any]:
    engine, key = Vacant(account, vacant), os.urandom(_record.KEY_BYTES)
    if kind == pod.KIND:
        return _pod_account.look(task, engine, key, {})
    return _service_account.look(task, engine, key, None, _unit_folder.Folder(account))
