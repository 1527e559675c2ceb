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

from .. import _pod_account, _pod_road, _service_account, _service_road
from .._account import Account, call_as
from .._checks import commands
from .._container_wanted import ABSENT
from .._errors import Failure
from .._module import Task
from .._plan import outcome
from .._pod_text import service_of_pod_name
from .._record import KEY_BYTES
from .._resources.container import KIND
from .._resources.pod import KIND as POD
from .._service_plan import UNIT
from .._service_text import (
    service_of_name,
)
from .._unit_folder import Folder
from .._unit_plan import Seen
from .._wanted import SYSTEMD
from . import order
from .app import App
from .parting import Before, put_back, road_of, texts_of, timed
from .quiet import Quiet
from .roads import phases
from .rollout import Rollout, pulled
from .shared import LABEL
from .together import Together, container_of_step
from .units import Service, services
from .vacant import Vacant, podman_version

# What was done before units: files written, images and secrets that are new.
ABOUT = ("written", "made", "renewed")


def has_work(app: App, told: Mapping[str, Any]) -> bool:
    """Whether anything of an app has still to be brought about, or looked at, after its account's own process."""
    if told["failed"] or not app.present or app.runtime != SYSTEMD:
        return False
    quiet = set(told.get("quiet") or ())
    waiting = told.get("last") or told.get("hooks_due") or any((told.get("aside") or {}).values())
    return bool(waiting) or any(each.name not in quiet for each in services(app, "/"))


def bring(
    task: Task,
    account: Account,
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
    if told["failed"] or not app.present or app.runtime != SYSTEMD:
        return 0
    before: Before = {}  # the units that this run changed, as they were
    declared = {each.name: each for each in services(app, account.home)}

    def task_of(each: Service, check: bool = task.check) -> Task:
        return Task({**each.params, "in_app": {**each.links, **about}}, check, task.diff)

    tasks = {each.name: (each.kind, task_of(each)) for each in declared.values()} if there else {}
    quiet = Quiet(account, tasks, {str(name) for name in found} if known and found is not None else None)
    road = Units(account, told, about, before, quiet, task_of, there, task.check)
    course = order.course(app.where, [*app.raw["pods"], *app.raw["containers"]], app.units)
    try:
        if app.hooks:
            changing = any(road.would_change(each) for each in declared.values())
            rollout.begin(changing)
        for phase in phases(app, course):
            if not phase.units:
                road.at = ""
                rollout.bring(phase.names, about)
            for _stage, names in itertools.groupby(phase.names if phase.units else (), course.stages.get):
                road.bring([declared[name] for name in names])
    except Failure as failure:
        facts = {key: value for key, value in failure.facts.items() if key != "plan"}
        lead = f"{declared[road.at].kind} {road.at}: " if road.at else ""
        back = put_back(task, account, before)
        told.update(facts, failed=True, msg=f"{lead}{failure.message}{back}")
    rollout.end()
    told["changed"] = told["changed"] or bool(told["plan"])
    told["duration"] = round(told["duration"] + time.monotonic() - start, 3)
    return road.calls + quiet.calls + rollout.calls


class Units:
    """The units of one app on their roads."""

    def __init__(
        self,
        account: Account,
        told: dict[str, Any],
        about: dict[str, Any],
        before: Before,
        quiet: Quiet,
        task_of: Callable[..., Task],
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
        result = road_of(each.kind).travel(self.task_of(each, True), self.account)
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
        new = each.kind == KIND and self.there and not texts_of(self.account, each.kind, each.name)
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
        except Failure as failure:
            self.at = container_of_step(failure) or together.at
            raise
        finally:
            self.calls += together.calls
        for each in several:
            mine = outcome((together.pulled if steps is None else steps).get(each.name, []))["plan"]
            self.told["plan"] += timed(mine, since)
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
                step for step in self.told["plan"] if (step["action"], step["kind"]) == ("remove", UNIT)
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
                texts = texts_of(self.account, each.kind, each.name)
                result = road_of(each.kind).travel(inner, self.account)
                if _was_changed(result["plan"]):
                    self.before[each.kind, each.name] = texts
                self.calls += result["api_calls"]
                if result["plan"] and not inner.check:
                    self.quiet.changed()
                told["plan"] += timed(result["plan"], since)
            else:
                told["plan"] += timed(_foretold(inner, self.account, each), since)
        finally:
            told["warnings"] += inner.warnings


def about_of(app: App, told: Mapping[str, Any]) -> dict[str, Any]:
    """What the tasks of an app's units have to know of it, by what was told of it so far."""
    return {**{key: told.get(key) for key in ABOUT}, "marks": {LABEL: app.name}}


def _was_changed(steps: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a unit is another now. One that was taken over from Podman's hands has proved itself, and what was before is gone."""
    taken_over = any(step["action"] == "remove" and step["kind"] in (KIND, POD) for step in steps)
    return not taken_over and any(
        step["kind"] == UNIT and step["action"] in ("create", "update") for step in steps
    )


def _foretold(task: Task, account: Account, each: Service) -> list[Any]:
    """What would be done for an account that is not there yet."""
    if task.params["state"] == ABSENT:
        return []
    vacant = (podman_version(), commands.delegated_controllers())
    found = call_as(account, _look, task, account, each.kind, vacant)
    if each.kind == POD:
        living: Any = _pod_road.Living(task, account, each.name)
        service = service_of_pod_name(each.name)
    else:
        living, service = _service_road.Living(task, account, each.name), ""
    units = living.units_of(found)
    seen = {
        unit.name.file: Seen(
            new_service=service if unit.name.suffix == POD else service_of_name(unit.name.stem)
        )
        for unit in units
    }
    return list(living.steps(found, units, seen))


def _look(
    task: Task, account: Account, kind: str, vacant: tuple[tuple[int, int, int], list[str]]
) -> Mapping[str, Any]:
    engine, key = Vacant(account, *vacant), os.urandom(KEY_BYTES)
    if kind == POD:
        return _pod_account.look(task, engine, key, {})
    return _service_account.look(task, engine, key, None, Folder(account))
