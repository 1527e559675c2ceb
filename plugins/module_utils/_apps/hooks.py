# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands of an app in its own containers: before its pods and containers change, after that, and when it fails."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from .. import _arguments, _engine, _errors, _exec, _options, _plan, _times
from . import record

BEFORE, AFTER, FAILED = MOMENTS = ("before", "after", "failed")
HOOK: dict[str, dict[str, Any]] = {
    "container": {"type": "str", "required": True},
    "command": {"type": "raw", "required": True},
    "env": {"type": "dict"},
    "container_user": {"type": "str"},
    "workdir": {"type": "str"},
    "timeout": {"type": "float", "default": 120.0},
    "expect": {"type": "list", "elements": "int", "default": [0]},
}
ARGUMENT: dict[str, Any] = {
    "type": "dict",
    "options": {moment: {"type": "list", "elements": "dict"} for moment in MOMENTS},
}
LINES = 20


@dataclasses.dataclass(frozen=True)
class Hook:
    """One command. ``spec`` is the body of Podman's request."""

    moment: str
    container: str
    spec: Mapping[str, Any] = dataclasses.field(repr=False)
    timeout: float
    expect: tuple[int, ...]

    @property
    def step(self) -> _plan.Step:
        """How it stands in the plan; a command may hold what nobody should see."""
        return _plan.Step(
            "exec", "container", self.container, (_plan.Reason("hook", _plan.DECLARED, None, self.moment),)
        )


def hooks_of(raw: Mapping[str, Any] | None, where: str) -> list[Hook]:
    """What an app declares. Raises Failure."""
    found = []
    for moment in MOMENTS:
        for index, each in enumerate((raw or {}).get(moment) or []):
            place = f"{where}.hooks.{moment}[{index}]"
            params = _arguments.checked(each, HOOK, place, "apps")
            try:
                spec = _exec.parse(params)
            except _errors.Failure as failure:
                raise _errors.Failure(f"{place}.{failure.message}") from failure
            if params["timeout"] <= 0:
                raise _errors.Failure(
                    f"{place}.timeout: {params['timeout']:g} was given, and more than 0 seconds are needed."
                )
            found.append(Hook(moment, params["container"], spec, params["timeout"], tuple(params["expect"])))
    return found


def refuse_strangers(hooks: list[Hook], containers: set[str], where: str) -> None:
    """Raise Failure for a hook in a container that the app does not have."""
    for each in hooks:
        if each.container not in containers:
            names = ", ".join(sorted(containers)) or "none"
            raise _errors.Failure(
                f"{where}hooks.{each.moment}: {each.container!r} is no container of the app (its containers: {names}); name one of them."
            )


class Hooks:
    """The hooks of one app in one run.

    ``due`` says that those of ``after`` have not run since something changed: a run that was killed or failed leaves them due.
    ``begun`` says that the change has begun, and those before it have run.
    """

    def __init__(
        self, app: str, hooks: list[Hook], engine: _engine.Engine, times: _times.Times, begun: bool = False
    ) -> None:
        self.begun = begun
        self.app, self.hooks, self.engine, self.times = app, hooks, engine, times
        self.due = any(each.moment == AFTER for each in hooks) and record.hooks_due(engine.account, app)
        self.said: list[dict[str, Any]] = []
        self.wanted: dict[str, list[Hook]] = {moment: [] for moment in MOMENTS}

    def planned(self, changes: bool) -> tuple[list[_plan.Step], list[_plan.Step]]:
        """The steps before and after the change. Before it only in what runs: at first there is nothing yet."""
        of = {moment: [each for each in self.hooks if each.moment == moment] for moment in MOMENTS}
        if changes:
            self.wanted[BEFORE] = [
                each for each in of[BEFORE] if not self.begun and self._runs(each.container)
            ]
            self.wanted[FAILED] = of[FAILED]
        if changes or self.due:
            self.wanted[AFTER] = of[AFTER]
        return [each.step for each in self.wanted[BEFORE]], [each.step for each in self.wanted[AFTER]]

    def outlook(self) -> dict[str, Any]:
        """What another process has to know to tell which of them will run."""
        if not self.hooks:
            return {}
        running = sorted({each.container for each in self.hooks if self._runs(each.container)})
        return {"hooks_due": self.due, "running": running}

    @contextlib.contextmanager
    def around(self, warnings: list[str], whole: bool = True) -> Iterator[None]:
        """Run what comes before, what is done inside, and what comes after; on failure what is meant for it.

        Without ``whole`` more is to be done after that, and what comes after is left to it.
        """
        self.begin()
        try:
            yield
            if whole:
                self.end()
        except _errors.Failure:
            self.failed(warnings)
            raise

    def begin(self) -> None:
        """What comes before, and the note that what comes after is due."""
        for each in self.wanted[BEFORE]:
            self._run(each)
        if any(each.moment == AFTER for each in self.hooks) and not self.due:
            self.due = True
            record.note_hooks_due(self.engine, self.app)

    def end(self) -> None:
        """What comes after."""
        for each in self.wanted[AFTER]:
            self._run(each)
        self.due = False

    def failed(self, warnings: list[str]) -> None:
        """What is meant for a change that failed. Another failure is only told."""
        for each in self.wanted[FAILED]:
            try:
                self._run(each)
            except _errors.Failure as failure:
                warnings.append(failure.message)

    def _runs(self, name: str) -> bool:
        there = self.engine.find(f"containers/{_engine.name_in_path(name)}/json")
        return there is not None and _options.get_path(there, "State.Status") == "running"

    def _run(self, hook: Hook) -> None:
        with self.times.of(hook.step):
            try:
                identity = _exec.running(self.engine, hook.container)
                done = _exec.run(self.engine, identity, hook.container, dict(hook.spec), None, hook.timeout)
            except _errors.EngineError as error:
                raise _errors.Failure(
                    f"hooks.{hook.moment}: container {hook.container}: {error.cause}."
                ) from error
            except _errors.Failure as failure:
                raise _errors.Failure(f"hooks.{hook.moment}: {failure.message}", **failure.facts) from failure
            self.said.append(
                {
                    "moment": hook.moment,
                    "container": hook.container,
                    "rc": done.rc,
                    "lines": [*done.stdout.splitlines(), *done.stderr.splitlines()][-LINES:],
                }
            )
            if done.rc not in hook.expect:
                raise _errors.Failure(
                    f"hooks.{hook.moment}: {_exec.refusal(hook.container, done, list(hook.expect))}"
                )
