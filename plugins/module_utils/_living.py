# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the roads of containers and of pods in units share: units are the task's own process's work, Podman is asked as the account."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
from typing import Any, Callable

from . import (
    _account,
    _errors,
    _manager,
    _module,
    _plan,
    _pod_account,
    _service_text,
    _times,
    _unit_folder,
    _units,
    _wanted,
)


class InUnits:
    """A container or pod that lives in units, while a task works on it."""

    def __init__(
        self, task: _module.Task, account: _account.Account, folder: _unit_folder.Folder | None, calls: int
    ) -> None:
        self.task, self.account = task, account
        self.folder = folder or folder_of(task, account)
        # Calls of Podman's API for this task so far.
        self.calls = calls

    def _refuse_roots(self, what: str, file: str) -> None:
        """Raise Failure where root has such a unit, and this task would make another one of that name in the account's own folder."""
        if self.folder.is_roots:
            return
        roots = _unit_folder.Folder(self.account, roots=True)
        if _service_text.is_ours(roots.text(file)):
            raise _errors.Failure(
                f"name: {what} lives in {roots.path_of(file)}, a unit that root made and only root can change; run the task with become: true."
            )

    @functools.cached_property
    def units(self) -> _units.Units:
        """The units of the account; what has no Quadlet was refused by then, in the words of this option."""
        return _units.Units(self.account, self.folder)

    @contextlib.contextmanager
    def _locked_for_app(self) -> Iterator[bool]:
        """Whether other tasks are kept away from the first look on, which then is the only one.

        So it is in an app, where hardly anything that comes this way is as declared. A task of its own, which mostly finds that all is,
        waits for nobody.
        """
        early = bool(self.task.params.get("in_app")) and not self.task.check
        with self.folder.locked() if early else contextlib.nullcontext():
            yield early

    def _await_all(self, services: Mapping[str, str]) -> None:
        """Have the account wait until containers are ready, whose services are given; one that ended well is. Raises Failure."""
        gone = self._ask(_pod_account.await_ready, list(services))["gone"] if services else []
        results = _manager.units(self.account, [services[name] for name in gone]) if gone else {}
        for name in gone:
            if results[services[name]].result != "success":
                with _times.Times().of(_pod_account.start_of(name)):
                    raise _errors.Failure(f"container {name} ended after its start.")

    def _health_of(self, names: list[str]) -> str:
        """What a health check says of a container that is not healthy."""
        with contextlib.suppress(_errors.Failure):
            return str(self._ask(_pod_account.health, names)["said"])
        return ""

    def _ailing_of(self, names: list[str]) -> dict[str, str]:
        """Why services that start will not get there."""
        with contextlib.suppress(_errors.Failure):
            return _pod_account.ailing_services(self._ask(_pod_account.health, names))
        return {}

    def _ask(self, work: Callable[..., Mapping[str, Any]], *arguments: Any) -> Mapping[str, Any]:
        """Have something done by the account."""

        def with_arguments(task: _module.Task, engine: Any, key: bytes) -> Mapping[str, Any]:
            return work(task, engine, key, *arguments)

        answer = _module.in_account(self.task, self.account, with_arguments)
        self.calls += answer["api_calls"]
        return answer


def folder_of(task: _module.Task, account: _account.Account) -> _unit_folder.Folder:
    """The account's units as this task finds them: in check mode without those that earlier steps of its app would have taken away."""
    return _unit_folder.Folder(
        account, without=frozenset((task.params.get("in_app") or {}).get("gone") or ())
    )


def left_units(steps: list[_plan.Step], result: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a task that took something out of units (``steps``) and had Podman make it, or take it away (``result``)."""
    mine = _plan.outcome(steps)
    return {
        **result,
        "changed": mine["changed"] or result["changed"],
        "plan": mine["plan"] + result["plan"],
        "diff": {side: mine["diff"][side] + result["diff"][side] for side in ("before", "after")},
        "runtime": _wanted.PODMAN,
        "unit": "",
    }
