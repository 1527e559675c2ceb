# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes around the units of an app while it is brought about: containers without one, hooks, and the facts of a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import _account, _errors, _module
from . import aside
from .app import App
from .hooks import AFTER, BEFORE, FAILED

# What the account's own process says for this.
TOLD = ("aside", "last", "hooks_due", "running", "begun", "pins", "leaving")


def before_parting(task: _module.Task, account: _account.Account, app: App) -> dict[str, Any]:
    """The hooks before a change that begins with units that go: what is told of them. Raises Failure."""
    told: dict[str, Any] = {"plan": [], "warnings": []}
    if any(each.moment in (BEFORE, AFTER) for each in app.hooks) and app.present:
        mine = aside.Aside(task, account, app)
        rollout = Rollout(task, account, app, {**told, **mine.outlook()}, True)
        rollout.told = told
        rollout.begin(True)
    return told


def pulled(told: Mapping[str, Any]) -> set[str]:
    """The images that were pulled for an app so far, or would be."""
    return {str(step["name"]) for step in told["plan"] if step["action"] == "pull"}


class Rollout:
    """One app between the beginning of its change and the end, in the task's own process; adds to what is told of the app."""

    def __init__(
        self,
        task: _module.Task,
        account: _account.Account,
        app: App,
        told: dict[str, Any],
        there: bool,
        begun: bool = False,
    ) -> None:
        """``begun`` says that the hooks before the change have run already."""
        self.task, self.app, self.told = task, app, told
        self.can = there and not task.check
        self.said = {key: told.pop(key, None) for key in TOLD}
        self.aside: Mapping[str, list[dict[str, Any]]] = self.said["aside"] or {}
        self.begun = begun or bool(self.said["begun"])
        self._account = aside.Aside(task, account, app)

    @property
    def calls(self) -> int:
        """How many calls it took."""
        return self._account.calls

    def begin(self, changing: bool) -> None:
        """The hooks before the change, if there is one. Raises Failure."""
        if self.begun or not (changing or any(self.aside.values())):
            return
        running = self.said["running"] or ()
        hooks = [each for each in self.app.hooks if each.moment == BEFORE and each.container in running]
        self._hooks(BEFORE, hooks)
        self.begun = True

    def bring(self, names: Iterable[str], about: Mapping[str, Any]) -> None:
        """Containers that have no unit. Raises Failure after they were put back."""
        steps = [step for name in names for step in self.aside.get(name, ())]
        if not steps:
            return
        steps.sort(key=lambda step: step["action"] != "pull")
        there = pulled(self.told)
        steps = [step for step in steps if step["action"] != "pull" or step["name"] not in there]
        if self.can:
            try:
                self.told["plan"] += self._account.bring(names, about)
            except _errors.Failure:
                self.told["plan"] += steps
                raise
            finally:
                self._heard()
        else:
            self.told["plan"] += steps

    def _take_last(self) -> None:
        """What goes when nothing uses it any more. Raises Failure."""
        steps = self.said["last"] or []
        if steps and self.can:
            self.told["plan"] += self._account.last(steps)
            self._heard()
        else:
            self.told["plan"] += [{**step, "seconds": 0.0} for step in steps]

    def end(self) -> None:
        """The hooks after the change and what goes then, or the hooks for a change that failed; then what a release has to know."""
        told, hooks = self.told, self.app.hooks
        try:
            if told["failed"]:
                self.put_back()
            else:
                self._remove_stopped()
            if not told["failed"] and (self.begun or self.said["hooks_due"]):
                self._hooks(AFTER, [each for each in hooks if each.moment == AFTER])
            if not told["failed"]:
                self._take_last()
            if not told["failed"] and told["plan"] and self.can and not self.app.rolled_back:
                told["kept"] = self._account.facts()
        except _errors.Failure as failure:
            facts = {key: value for key, value in failure.facts.items() if key != "plan"}
            told.update(facts, failed=True, msg=failure.message)
        failed = [each for each in hooks if each.moment == FAILED]
        if told["failed"] and self.begun and failed and self.can:
            self._account.hook(FAILED, failed)
            self._heard()

    def put_back(self) -> None:
        """What stopped for the units runs again, because these, or what came before them, failed."""
        leaving = self.said["leaving"] or []
        if leaving and self.can:
            try:
                self.told["msg"] += self._account.gave_way(leaving, True)
            except _errors.Failure as worse:
                names = ", ".join(each["name"] for each in leaving)
                self.told["msg"] += f" Starting {names} again met a problem: {worse.message}"

    def _remove_stopped(self) -> None:
        """What stopped for the units goes. Raises Failure."""
        leaving = self.said["leaving"] or []
        if leaving and self.can:
            self._account.gave_way(leaving, False)

    def _hooks(self, moment: str, hooks: list[Any]) -> None:
        steps = [{**each.step.public(), "seconds": 0.0} for each in hooks]
        self.told["plan"] += steps
        if self.can and self.app.hooks:
            try:
                seconds = self._account.hook(moment, hooks)
                for step in steps:
                    step["seconds"] = seconds.get(step["name"], 0.0)
            finally:
                self._heard()

    def _heard(self) -> None:
        """What hooks printed, and warnings."""
        if self._account.said:
            self.told["hooks"] = [*self.told.get("hooks", []), *self._account.said]
        self.told["warnings"] += self._account.warnings
        self._account.said, self._account.warnings = [], []
