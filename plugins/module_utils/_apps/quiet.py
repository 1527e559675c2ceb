# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of an app is as declared in its units: one look for all of it, so that an unchanged app costs one look."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Union

from .. import (
    _account,
    _errors,
    _module,
    _pod_account,
    _pod_road,
    _service_account,
    _service_road,
    _unit_folder,
    _units,
)

Living = Union[_pod_road.Living, _service_road.Living]
POD = "pod"


class Quiet:
    """The containers and pods for which nothing has to be done. What this run changes may change that of others, which are looked at again."""

    def __init__(
        self,
        account: _account.Account,
        tasks: Mapping[str, tuple[str, _module.Task]],
        known: set[str] | None = None,
    ) -> None:
        """``tasks`` by name, each with its kind. ``known`` are those that the account's own process has found so, if it has looked."""
        self._account, self._tasks = account, dict(tasks)
        self._names = known
        self.calls = 0

    def has(self, name: str) -> bool:
        """Whether this one is as declared; each is asked for once, in the order in which they start."""
        there = self.sees(name)
        self._tasks = {
            other: task
            for other, task in self._tasks.items()
            if other in (self._names or ()) and other != name
        }
        return there

    def sees(self, name: str) -> bool:
        """The same of any of them, before anything is changed."""
        if self._names is None:
            jobs = Jobs(self._account, list(self._tasks.values()))
            self._names = set()
            if jobs.there:
                task = next(iter(self._tasks.values()))[1]
                told = _module.in_account(task, self._account, jobs.look)
                self._names = jobs.judged(told["found"])
                self.calls += int(told["api_calls"])
        return name in self._names

    def changed(self) -> None:
        """Something is another now: those that were as declared have to be looked at again."""
        if self._tasks:
            self._names = None


class Jobs:
    """One look for several containers and pods. What cannot be looked at is not as declared: its own road says why."""

    def __init__(
        self,
        account: _account.Account,
        tasks: Sequence[tuple[str, _module.Task]],
        folder: _unit_folder.Folder | None = None,
    ) -> None:
        """Without a ``folder`` the units are those of whoever runs this."""
        self.account, self.folder = account, folder
        self.there: dict[str, tuple[str, Living, dict[str, str]]] = {}
        for kind, task in tasks:
            name = str(task.params["name"])
            with contextlib.suppress(_errors.Failure):
                road: Any = _pod_road if kind == POD else _service_road
                living: Living = road.Living(task, account, name, folder)
                texts = living.texts()
                if texts:
                    self.there[name] = (kind, living, texts)

    def look(
        self, task: _module.Task, engine: Any, key: bytes, listed: Sequence[Mapping[str, Any]] | None = None
    ) -> dict[str, Any]:
        """As the account: what it sees of all of them; ``listed`` are its containers, where they have been listed."""
        alone = [
            (living.task.params, next(iter(texts.values())))
            for kind, living, texts in self.there.values()
            if kind != POD
        ]
        found = _service_account.look_at_all(task, engine, key, alone, listed) if alone else {}
        for name, (kind, living, texts) in self.there.items():
            if kind == POD:
                with contextlib.suppress(_errors.Failure):
                    found[name] = _pod_account.look(living.task, engine, key, texts)
        return {"found": found}

    def judged(self, found: Mapping[str, Mapping[str, Any]]) -> set[str]:
        """The names of what is as declared, by what the account sees and what the units show."""
        wanted, seen = {}, {}
        for name, told in found.items():
            with contextlib.suppress(_errors.Failure):
                wanted[name] = self.there[name][1].units_of(told)
        if not wanted:
            return set()
        units = _units.Units(self.account, self.folder)
        with contextlib.suppress(_errors.Failure):
            seen = units.look([unit for several in wanted.values() for unit in several])
        quiet = set()
        for name, several in wanted.items() if seen else ():
            with contextlib.suppress(_errors.Failure):
                steps = self.there[name][1].steps(found[name], several, seen)
                if not steps and not any(units.shadows(unit) for unit in several):
                    quiet.add(name)
        return quiet
