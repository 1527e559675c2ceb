# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the account does for an app that lives in units, between these: containers that have none, hooks, facts of a release."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from .. import _account, _engine, _errors, _module, _times
from . import afterwards, giving_way, order, pinning, record
from .app import App
from .hooks import AFTER, BEFORE, FAILED, Hook, Hooks
from .run import AppRun
from .shared import Shared
from .units import units


class Aside:
    """That part of one app, asked for by the task's own process."""

    def __init__(self, task: _module.Task, account: _account.Account, app: App) -> None:
        self.task, self.account, self.app = task, account, app
        self.calls = 0
        self.warnings: list[str] = []
        self.said: list[dict[str, Any]] = []  # by hooks

    def bring(self, names: Iterable[str], about: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Bring containers about that have no unit; the steps. Raises Failure after they were put back."""
        steps: list[dict[str, Any]] = self._ask(
            partial(_bring, app=self.app, names=frozenset(names), about=about)
        )["plan"]
        return steps

    def last(self, steps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Remove what nothing uses any more; the steps. Raises Failure."""
        told: list[dict[str, Any]] = self._ask(
            partial(_last, app=self.app, names=record.names_of_steps(steps))
        )["plan"]
        return told

    def gave_way(self, leaving: list[dict[str, Any]], failed: bool) -> str:
        """Remove what stopped before the units changed, or start it again when they ``failed``: then what to say of it. Raises Failure."""
        told: str = self._ask(partial(_gave_way, app=self.app, leaving=leaving, failed=failed))["msg"]
        return told

    def hook(self, moment: str, hooks: list[Hook]) -> Mapping[str, float]:
        """Run hooks of one moment; the seconds by container. Raises Failure. Without any it is noted all the same what is due, or done."""
        seconds: Mapping[str, float] = self._ask(partial(_hook, app=self.app, moment=moment, hooks=hooks))[
            "seconds"
        ]
        return seconds

    def outlook(self) -> dict[str, Any]:
        """What decides which hooks will run."""
        found = _module.in_account(self.task, self.account, partial(_outlook, app=self.app))
        self.calls += int(found.pop("api_calls"))
        return found

    def facts(self) -> dict[str, Any]:
        """What a release has to know."""
        found = _module.in_account(self.task, self.account, partial(_facts, app=self.app))
        self.calls += int(found.pop("api_calls"))
        return found

    def _ask(self, work: Any) -> Mapping[str, Any]:
        told = _module.in_account(self.task, self.account, work)
        self.calls += int(told["api_calls"])
        self.warnings += told["told"]
        self.said += told["said"]
        if told["failed"] is not None:
            raise _errors.Failure(told["failed"]["message"], **told["failed"]["facts"])
        return told


def _answer(
    plan: list[dict[str, Any]],
    warnings: list[str],
    said: list[dict[str, Any]],
    failure: _errors.Failure | None,
) -> dict[str, Any]:
    failed = {"message": failure.message, "facts": failure.facts} if failure is not None else None
    return {"plan": plan, "told": warnings, "said": said, "failed": failed}


def _bring(
    task: _module.Task,
    engine: _engine.Engine,
    key: bytes,
    app: App,
    names: frozenset[str],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    account = engine.account
    shared = Shared(account, engine, key, task.check, task.diff, False, frozenset({"secrets"}), {})
    run = AppRun(shared, dataclasses.replace(app, hooks=[]))
    wanted = units(app, account.home, read_files=True)
    course = order.course(app.where, [*app.raw["pods"], *app.raw["containers"]], wanted)
    failure = None
    try:
        run.bring([unit for unit in wanted if unit.name in names], course, about.get("written") or {}, None)
    except _errors.Failure as refused:
        failure = refused
    return _answer(run.plan, run.warnings, [], failure)


def _last(
    task: _module.Task, engine: _engine.Engine, key: bytes, app: App, names: record.Names
) -> dict[str, Any]:
    account, failure = engine.account, None
    run = AppRun(Shared(account, engine, key, task.check, task.diff, True, frozenset(), {}), app)
    try:
        afterwards.take_last(run, units(app, account.home, read_files=True), names)
    except _errors.Failure as refused:
        failure = refused
    return _answer(run.plan, run.warnings, [], failure)


def _gave_way(
    task: _module.Task,
    engine: _engine.Engine,
    key: bytes,
    app: App,
    leaving: list[dict[str, Any]],
    failed: bool,
) -> dict[str, Any]:
    """Not in check mode."""
    steps, failure, told = giving_way.heard(leaving), None, ""
    run = AppRun(Shared(engine.account, engine, key, task.check, task.diff, True, frozenset(), {}), app)
    try:
        if failed:
            told = f" {giving_way.put_back(engine, steps)}".rstrip()
        else:
            giving_way.remove(run, steps)
    except _errors.Failure as refused:
        failure = refused
    return {**_answer([], [], [], failure), "msg": told}


def _hook(
    task: _module.Task, engine: _engine.Engine, _key: bytes, app: App, moment: str, hooks: list[Hook]
) -> dict[str, Any]:
    """Not in check mode."""
    del task
    times, warnings, failure = _times.Times(), list[str](), None
    mine = Hooks(app.name, app.hooks, engine, times)
    mine.wanted[moment] = hooks
    try:
        if moment == BEFORE:
            mine.begin()
        elif moment == AFTER:
            mine.end()
            record.note_hooks_done(engine, app.name)
        elif moment == FAILED:
            mine.failed(warnings)
    except _errors.Failure as refused:
        failure = refused
    seconds = {each.container: times.seconds("container", each.container, "exec") for each in hooks}
    return {**_answer([], warnings, mine.said, failure), "seconds": seconds}


def _outlook(_task: _module.Task, engine: _engine.Engine, _key: bytes, app: App) -> dict[str, Any]:
    return Hooks(app.name, app.hooks, engine, _times.Times()).outlook()


def _facts(_task: _module.Task, engine: _engine.Engine, key: bytes, app: App) -> dict[str, Any]:
    return pinning.facts(app, engine, key, units(app, engine.account.home, read_files=True))
