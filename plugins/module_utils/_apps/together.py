# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""New containers of one stage of an app: put into their units by one change, which takes hardly longer than for one of them.

What has been there before has its own road (``_service_road``), and so has what cannot be looked at: that says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from .. import (
    _account,
    _errors,
    _living,
    _module,
    _plan,
    _pod_account,
    _service_account,
    _service_plan,
    _service_road,
    _shadows,
    _unit_change,
    _unit_plan,
)


class Together(_living.InUnits):
    """Containers without a unit, of one account. ``tasks`` by name, in the order in which they are told; they wait alike."""

    def __init__(self, account: _account.Account, tasks: Mapping[str, _module.Task]) -> None:
        super().__init__(next(iter(tasks.values())), account, None, 0)
        self.tasks = tasks
        self.living = {name: _service_road.Living(task, account, name) for name, task in tasks.items()}
        # Whose image is fetched.
        self.at = next(iter(tasks))
        # Pulls that this has done, by container.
        self.pulled: dict[str, list[_plan.Step]] = {}

    def bring(self) -> dict[str, list[_plan.Step]] | None:
        """Their steps, done; None where one of them is not new, and nothing was done but pulls. Raises Failure, with all of them away again."""
        with self.units.folder.locked():
            found = self._look()
            if found is not None and self._pull(found):
                found = self._look()
            if found is None:
                return None
            wanted = {name: self.living[name].units_of(told)[0] for name, told in found.items()}
            seen = self.units.look(list(wanted.values()))
            steps, ways = {}, {}
            for name, told in found.items():
                file = wanted[name].name.file
                there = _service_plan.There.read(told["there"])
                steps[name], ways[file] = _service_plan.plan(
                    self.living[name].wanted, there, wanted[name], seen[file]
                )
            margin = max(told["stop_timeout"] for told in found.values())
            self._apply(list(wanted.values()), ways, seen, margin)
        for name, unit in wanted.items():
            shadows = self.units.shadows(unit)
            if shadows:
                self.tasks[name].warn(_shadows.sentence(unit.name.file, self.account.name, shadows))
        return {name: [*self.pulled.get(name, []), *mine] for name, mine in steps.items()}

    def _look(self) -> dict[str, Mapping[str, Any]] | None:
        jobs = [(task.params, None) for task in self.tasks.values()]
        found = self._ask(_service_account.look_at_all, jobs)
        new = all(
            name in found
            and not found[name]["container"]
            and _is_plain(_service_plan.There.read(found[name]["there"]))
            for name in self.tasks
        )
        return {name: found[name] for name in self.tasks} if new else None

    def _pull(self, found: Mapping[str, Mapping[str, Any]]) -> bool:
        """Fetch the images that are missing, each once; whether there were any. Raises Failure."""
        fetched: set[str] = set()
        for name, told in found.items():
            self.at = name
            steps = [step for step in _service_road.pulls_of(told) if step.name not in fetched]
            for step in steps:
                self.living[name].fetch(step)
            fetched |= {step.name for step in steps}
            self.pulled[name] = steps
        return bool(fetched)

    def _apply(
        self,
        units: list[Any],
        ways: Mapping[str, _unit_plan.Way],
        seen: Mapping[str, _unit_plan.Seen],
        margin: int,
    ) -> None:
        params, names = self.task.params, list(self.tasks)
        wait = bool(params["wait"])
        started = {unit.name.stem: ways[unit.name.file].start for unit in units if ways[unit.name.file].start}
        gate = _unit_change.Gate(
            partial(self._await_all, started) if wait and started else None,
            partial(self._health_of, names) if wait else None,
            None,
            wait,
            partial(self._ailing_of, names) if wait else None,
            partial(self._ask, _pod_account.evict, names),
        )
        seconds = float(params["wait_timeout"] or 120) + _service_road.STOP_MARGIN + margin
        try:
            self.units.apply(units, ways, seen, seconds, gate)
        except _errors.Failure as failure:
            others = ", ".join(name for name in names if name != container_of_step(failure))
            raise _errors.Failure(
                f"{failure.message.rstrip('.')}. What was new beside it is not left either: {others}.",
                **failure.facts,
            ) from failure


def container_of_step(failure: _errors.Failure) -> str:
    """The container whose service is what a failure is about; empty where that is not known."""
    step = failure.facts.get("step") or {}
    return str(step.get("name") or "").rpartition(".service")[0]


def _is_plain(there: _service_plan.There) -> bool:
    """Whether nothing is there from which a unit would have to take over, or that a killed run left."""
    return not (there.source or there.unproved or there.old or there.stray)
