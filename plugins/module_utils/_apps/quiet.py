# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of an app is as declared in its units: one look for all of it, so that an unchanged app costs one look."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Union

from .. import _pod_account, _pod_road, _service_account, _service_road
from .._account import Account
from .._errors import Failure
from .._module import Task, in_account
from .._units import Units

Living = Union[_pod_road.Living, _service_road.Living]
POD = "pod"


class Quiet:
    """The containers and pods for which nothing has to be done. What this run changes may change that of others, which are looked at again."""

    def __init__(self, account: Account, tasks: Mapping[str, tuple[str, Task]]) -> None:
        """``tasks`` by name, each with its kind."""
        self._account, self._tasks = account, dict(tasks)
        self._names: set[str] | None = None
        self.calls = 0

    def has(self, name: str) -> bool:
        """Whether this one is as declared; each is asked for once, in the order in which they start."""
        if self._names is None:
            self._names, calls = unchanged(self._account, list(self._tasks.values()))
            self.calls += calls
            self._tasks = {name: task for name, task in self._tasks.items() if name in self._names}
        self._tasks.pop(name, None)
        return name in self._names

    def changed(self) -> None:
        """Something is another now: those that were as declared have to be looked at again."""
        if self._tasks:
            self._names = None


def unchanged(account: Account, tasks: Sequence[tuple[str, Task]]) -> tuple[set[str], int]:
    """Names of what is as declared in its units, found by one look for all; and the calls that it took.

    What cannot be looked at is none of them: its own road says why.
    """
    living: dict[str, Living] = {}
    jobs: list[tuple[str, Mapping[str, Any], dict[str, str]]] = []
    for kind, task in tasks:
        name = str(task.params["name"])
        with contextlib.suppress(Failure):
            each: Living = (
                _pod_road.Living(task, account, name)
                if kind == POD
                else _service_road.Living(task, account, name)
            )
            texts = each.texts()
            if texts:
                living[name] = each
                jobs.append((kind, task.params, texts))
    if not jobs:
        return set(), 0
    answer = in_account(tasks[0][1], account, partial(_look, jobs))
    units, seen = Units(account), {}
    wanted = {}
    for name, told in answer["found"].items():
        with contextlib.suppress(Failure):
            wanted[name] = living[name].units_of(told)
    with contextlib.suppress(Failure):
        seen = units.look([unit for several in wanted.values() for unit in several])
    quiet = set()
    for name, several in wanted.items() if seen else ():
        with contextlib.suppress(Failure):
            steps = living[name].steps(answer["found"][name], several, seen)
            if not steps and not any(units.shadows(unit) for unit in several):
                quiet.add(name)
    return quiet, answer["api_calls"]


def _look(
    jobs: Sequence[tuple[str, Mapping[str, Any], dict[str, str]]], task: Task, engine: Any, key: bytes
) -> dict[str, Any]:
    """As the account: what it sees of all of them."""
    alone = [(params, next(iter(texts.values()))) for kind, params, texts in jobs if kind != POD]
    found = _service_account.look_at_all(task, engine, key, alone) if alone else {}
    for kind, params, texts in jobs:
        if kind == POD:
            with contextlib.suppress(Failure):
                found[str(params["name"])] = _pod_account.look(Task(params, task.check), engine, key, texts)
    return {"found": found}
