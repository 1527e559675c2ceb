# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One app on its way, in the process that became its account: images, networks, volumes, secrets, files, pods and containers."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Callable

from .. import (
    _apply,
    _container_wanted,
    _engine,
    _errors,
    _images,
    _login,
    _module,
    _network_road,
    _plan,
    _road,
    _secret_road,
    _simple,
    _switch,
    _switching,
    _times,
    _volume_road,
    _wanted,
)
from .._pull import refuse_retries
from . import afterwards, giving_way, going, hooks, keeping, order, outlook, pinning, record, release, roads
from .app import App, Unit
from .leaving import Departed, depart, forget_switches, leave
from .shared import LABEL, Shared, name_of
from .units import units

ROADS: dict[str, type[_simple.SimpleRoad]] = {
    "networks": _network_road.NetworkRoad,
    "volumes": _volume_road.VolumeRoad,
    "secrets": _secret_road.SecretRoad,
}


class AppRun:
    """One app. ``run`` never raises what is wrong with the app: others go on."""

    def __init__(self, shared: Shared, app: App, export_folder: str | None = None) -> None:
        self.shared, self.app, self.export_folder = shared, app, export_folder
        self.marks = {LABEL: app.name}
        self.plan: list[dict[str, Any]] = []
        self.warnings: list[str] = []
        self.times = _times.Times()
        self.told: dict[str, Any] = {}
        self.seen: Mapping[str, Any] = {}  # of files that the account cannot read
        self.renewed: set[str] = set()  # secrets that it makes anew, or would
        self.departed: Departed | None = None
        self.failure: _errors.Failure | None = None
        self.duration = 0.0
        self.swept = False  # whether what goes has gone, but for what ``leaving`` and the last steps name
        self.hooks = hooks.Hooks(app.name, app.hooks, shared.engine, self.times, app.name in shared.begun)

    def depart(self) -> None:
        """The containers and pods of an app that goes. Those of all apps that go do so first, and hold on to nothing of each other."""
        if not self.app.present:
            self._attempt(self._depart)

    def run(self) -> dict[str, Any]:
        """Converge; what is told of it."""
        if self.failure is None:
            self._attempt(self._arrive if self.app.present else self._leave)
        failure = self.failure
        if self.app.present:
            self.told["runtime"] = self.app.runtime
        if self.app.runtime == _wanted.SYSTEMD:
            self.told.update(made=sorted(self.shared.made), renewed=sorted(self.renewed))
        return {
            "name": self.app.name,
            "user": self.app.user,
            "state": self.app.state,
            "changed": bool(self.plan),
            "plan": self.plan,
            "duration": round(self.duration, 3),
            "failed": failure is not None,
            "msg": _sentence(failure),
            "warnings": self.warnings,
            **({key: value for key, value in failure.facts.items() if key != "plan"} if failure else {}),
            **self.told,
        }

    def _attempt(self, work: Callable[[], None]) -> None:
        """Do a part of it, and keep what went wrong."""
        begun = time.monotonic()
        try:
            work()
        except _errors.Failure as refused:
            self.failure = refused
        except OSError as error:
            self.failure = _errors.Failure(
                f"the host refused: {error.strerror or error} ({error.filename or 'no file named'})."
            )
        self.duration += time.monotonic() - begun

    def _depart(self) -> None:
        self.departed = depart(self)

    def _leave(self) -> None:
        leave(self, self.departed or depart(self))

    # There

    def _arrive(self) -> None:
        app, shared = self.app, self.shared
        self._require_secrets()
        if app.pins:
            chosen = {
                name: pinning.pin(app, shared.engine, name)
                for name in sorted(release.image_names(app) & set(app.pins))
            }
            self.app = app = release.with_images(app, chosen)
            self.told["pins"] = chosen
        wanted = units(app, shared.account.home, read_files=True)
        course = order.course(app.where, [*app.raw["pods"], *app.raw["containers"]], wanted)
        before, former = record.read(shared.account, app.name)
        admitted = shared.engine.admitted
        self.seen = record.seen(shared.account, app.name)
        try:
            for params in app.logins:
                self._login(params)
            for params in app.simple["images"]:
                self._image(params)
            for kind, road in ROADS.items():
                for params in app.simple[kind]:
                    self._object(kind, road, params)
            known = {kind: sorted({*before[kind], *former[kind]}) for kind in record.KINDS}
            keeper = keeping.Keeper(shared, app, wanted, self.times, self.seen)
            self.tell(keeper.clear(known["files"], self.prunes))
            known["files"] = [path for path in known["files"] if path not in keeper.cleared]
            written = keeper.keep()
            self.seen = keeper.seen
            self.tell(written)
            gone = self._gone(known, before)
            self.told["written"] = dict(keeper.written)
            if app.runtime == _wanted.SYSTEMD:
                self._before_units(wanted, keeper.written, gone)
            else:
                self.bring(wanted, course, keeper.written, gone)
            if gone is not None:
                undeclared = set(known["containers"]) - set(app.names()["containers"])
                undeclared = undeclared if self.prunes else set(map(name_of, gone.containers))
                forget_switches(self, sorted(undeclared - {each["name"] for each in self.leaving}))
            gone = gone if self.prunes else None
            if app.runtime == _wanted.SYSTEMD:
                # What lives in units uses it until these have changed.
                late = afterwards.last(self, dataclasses.replace(shared, check=True), wanted, known, gone)
                self.told["last"] = [each.public() for each in late]
            else:
                self.tell(afterwards.last(self, shared, wanted, known, gone))
            self.swept = True
        finally:
            if self.hooks.said:
                self.told["hooks"] = self.hooks.said
            # What was refused before anything was done has not been there.
            if self.swept or shared.engine.admitted != admitted:
                afterwards.remember(self, before, former, [*(self.told.get("last") or []), *self.leaving])
        if self.plan and not shared.check and not app.rolled_back and app.runtime != _wanted.SYSTEMD:
            self.told["kept"] = pinning.facts(app, shared.engine, shared.key, wanted)

    def _gone(self, known: record.Names, before: record.Names) -> going.Leftovers | None:
        """What is no longer declared and goes: with ``prune`` all of it, else the switches of containers that have none any more."""
        if self.prunes:
            return going.leftovers(self.shared, self.app.name, known, self.shared.declared, before)
        declared, folder = set(self.app.names()["containers"]), self.app.folder(self.shared.account.home)
        switches = {f"{name}-switch" for name in declared} - declared
        mine = [
            name for name in sorted(switches & set(known["containers"])) if _switching.is_there(folder, name)
        ]
        if not mine:
            return None
        listed = [each for each in self.shared.look().containers if name_of(each) in mine]
        return going.Leftovers(listed, [], [], [], [])

    @property
    def leaving(self) -> list[dict[str, Any]]:
        """What was stopped for units that are still to come, and goes after them."""
        return list(self.told.get("leaving") or [])

    @property
    def prunes(self) -> bool:
        """Whether what is no longer declared goes; what a release did not have goes in any case."""
        return self.shared.prune or self.app.rolled_back

    def _require_secrets(self) -> None:
        """Raise Failure where a release had a secret that has gone since: no release keeps a value."""
        for name in self.app.beside.get("secrets", ()) if self.app.rolled_back else ():
            if self.shared.engine.find(f"secrets/{_engine.name_in_path(name)}/json") is None:
                raise _errors.Failure(
                    f"{self.app.where}release: release {self.app.release} had secret {name}, which is not there any more, and no release keeps its "
                    "value; make it with rootless.podman.secret first, or declare the app with state: present."
                )

    def _login(self, params: Mapping[str, Any]) -> None:
        task = self._task(params)
        begun = time.monotonic()
        try:
            result = _login.travel(task, self.shared.engine, self.shared.key)
        except _errors.Failure as failure:
            raise _errors.Failure(
                f"logins[{params['registry']}].{failure.message}", **failure.facts
            ) from None
        self._took(task, result, time.monotonic() - begun)

    def _image(self, params: Mapping[str, Any]) -> None:
        task = self._task(params)
        begun = time.monotonic()
        result = _images.travel(task, self.shared.engine, self.shared.key)
        self._took(task, result, time.monotonic() - begun)
        if result["changed"] and params["state"] != _container_wanted.ABSENT:
            self.shared.made |= {str(params["name"]), *(str(each) for each in params.get("tag") or [])}

    def _object(self, kind: str, road: type[_simple.SimpleRoad], params: Mapping[str, Any]) -> None:
        task = self._task(params)
        traveller = road(task, self.shared.engine, self.shared.key)
        traveller.marks = self.marks
        traveller.times = self.times
        result = traveller.travel()
        self._took(task, result)
        if kind == "secrets" and result["changed"]:
            self.renewed.add(str(params["name"]))

    def _task(self, params: Mapping[str, Any]) -> _module.Task:
        return _module.Task(params, self.shared.check, self.shared.diff)

    def _took(self, task: _module.Task, result: Mapping[str, Any], seconds: float | None = None) -> None:
        """Add what another road did to the app's own plan; several steps of one image share its time."""
        self.warnings += task.warnings
        for each in result["plan"]:
            spent = self.times.seconds(each["kind"], each["name"], each["action"])
            self.plan.append({**each, "seconds": spent if seconds is None else round(seconds, 3)})
        if result["plan"]:
            self.shared.forget()

    def tell(self, steps: Iterable[_plan.Step]) -> None:
        """Add steps, which may still have to be taken: their time is filled in at the end."""
        for step in _switch.told(list(steps)):
            seconds = self.times.seconds(step.kind, step.name, step.action)
            self.plan.append({**step.public(), "seconds": seconds})

    @contextlib.contextmanager
    def timed(self, begun: int) -> Iterator[None]:
        """Steps are taken that were told of already, from that place of the plan on: their times follow."""
        try:
            yield
        finally:
            self.shared.forget()
            for each in self.plan[begun:]:
                each["seconds"] = self.times.seconds(each["kind"], each["name"], each["action"])

    def _before_units(
        self, wanted: list[Unit], files: Mapping[str, float], gone: going.Leftovers | None
    ) -> None:
        """What lives in units is brought about later, by the task's own process. Before that stops what is no longer declared."""
        kept = roads.aside(self.app)
        apart = [unit for unit in wanted if unit.name in kept]
        once, later = (
            giving_way.divided(self.app, gone, self.shared.look().containers)
            if gone is not None
            else ([], [])
        )
        leaving = once + later
        pulls, steps = self.foreseen(apart, files, leaving)
        foretold: dict[str, list[dict[str, Any]]] = {}
        self.told["aside"] = foretold
        for unit in apart:
            images, names = {each.image for each in unit.containers}, {each.name for each in unit.containers}
            mine = [each for each in pulls if each.name in images] + [
                each for each in steps if each.name in names
            ]
            pulls = [each for each in pulls if each not in mine]
            foretold[unit.name] = [{**each.public(), "seconds": 0.0} for each in _switch.told(mine)]
        self.told.update(self.hooks.outlook())
        if leaving:
            self._give_way(once, later)

    def _give_way(self, once: list[_plan.Step], later: list[_plan.Step]) -> None:
        """Stop what units are to come for, or remove it at once. Hooks that come after are left to what follows."""
        shared, begun = self.shared, len(self.plan)
        before, _after = self.hooks.planned(True)
        self.tell([*before, *once, *later])
        self.told["begun"] = True
        if shared.check:
            return
        with self.timed(begun), self.hooks.around(self.warnings, False):
            giving_way.begin(shared.engine, self.times, once, later)
            self.told["leaving"] = giving_way.told(later)

    def foreseen(
        self, wanted: list[Unit], files: Mapping[str, float], leaving: list[_plan.Step]
    ) -> tuple[list[_plan.Step], list[_plan.Step]]:
        """The pulls and steps by which pods and containers become what is wanted. Raises Failure for what cannot be."""
        engine = self.shared.engine
        members = [each for unit in wanted for each in unit.containers]
        for unit in wanted:
            refuse_retries(unit.params, engine)
            if unit.params.get("state") != _container_wanted.ABSENT:
                _road.pull_first(self._task({}), engine, unit.containers, unit.params)
        pulls, steps, warnings = outlook.planned(self, wanted, outlook.survey_of(self, wanted, files))
        # What goes anyway holds on to nothing.
        _road.refuse_lost_dependents(
            engine, steps, [*members, *(_container_wanted.Wanted(step.name) for step in leaving)]
        )
        self.warnings += warnings
        return pulls, steps

    def bring(
        self,
        wanted: list[Unit],
        course: Any,
        files: Mapping[str, float],
        gone: going.Leftovers | None,
    ) -> None:
        """Pods and containers: one plan, carried out in the order in which they depend on each other."""
        shared, engine = self.shared, self.shared.engine
        members = [each for unit in wanted for each in unit.containers]
        leaving = gone.steps() if gone is not None else []
        pulls, steps = self.foreseen(wanted, files, leaving)
        begun = len(self.plan)
        counted = [*pulls, *leaving, *steps]
        before, after = self.hooks.planned(bool(counted))
        self.tell([*before, *counted, *after])
        shared.made |= {step.name for step in pulls}
        if shared.check or not (counted or after):
            return
        with self.timed(begun), self.hooks.around(self.warnings):
            if pulls:
                for unit in wanted:
                    self._pull(unit, pulls)
                shared.forget()
                _pulls, steps, _warnings = outlook.planned(
                    self, wanted, outlook.survey_of(self, wanted, files)
                )
            specs = {each.name: each.spec for each in members}
            emptied = frozenset(unit.name for unit in wanted if unit.params.get("delete_volumes"))
            applier = _apply.Applier(engine, specs, True, 120.0, emptied, course)
            applier.times = self.times
            try:
                applier.apply([*leaving, *steps])
            finally:
                self.warnings += applier.beside.warnings

    def _pull(self, unit: Unit, pulls: list[_plan.Step]) -> None:
        images = {each.image for each in unit.containers if each.state != _container_wanted.ABSENT}
        mine = [
            step
            for step in pulls
            if step.name in images and not self.times.seconds("image", step.name, "pull")
        ]
        for step in mine:
            with self.times.of(step):
                try:
                    _road.pull_missing(self.shared.engine, [step], unit.params)
                except _errors.EngineError as error:
                    if not self.app.rolled_back:
                        raise
                    raise _errors.Failure(
                        f"{self.app.where}release: image {step.name} of that release is not on the host and cannot be pulled ({error.cause}); "
                        "bring it back, or declare the app with state: present."
                    ) from error


def _sentence(failure: _errors.Failure | None) -> str:
    """What went wrong, with the step at which it did."""
    if failure is None:
        return ""
    step = failure.facts.get("step")
    about = f"{step['kind']} {step['name']}" if step else ""
    return failure.message if about in failure.message else f"{about}: {failure.message}"


def folder_for_export(parent: str, app: str) -> str:
    """A folder of that app and moment."""
    return os.path.join(parent, f"{app}-{time.strftime('%Y%m%dT%H%M%S')}")
