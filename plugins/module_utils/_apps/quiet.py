# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which containers of an app are as declared in their units: one look for all of them, so that an unchanged app costs one look."""

from __future__ import annotations

from collections.abc import Mapping

from .. import _service_road
from .._account import Account
from .._module import Task


class Quiet:
    """The containers for which nothing has to be done. What this run changes may change that of others, which are looked at again."""

    def __init__(self, account: Account, tasks: Mapping[str, Task]) -> None:
        self._account, self._tasks = account, dict(tasks)
        self._names: set[str] | None = None
        self.calls = 0

    def has(self, name: str) -> bool:
        """Whether this one is as declared; each is asked for once, in the order in which they start."""
        if self._names is None:
            self._names, calls = _service_road.unchanged(self._account, list(self._tasks.values()))
            self.calls += calls
            self._tasks = {name: task for name, task in self._tasks.items() if name in self._names}
        self._tasks.pop(name, None)
        return name in self._names

    def changed(self) -> None:
        """Something is another now: those that were as declared have to be looked at again."""
        if self._tasks:
            self._names = None
