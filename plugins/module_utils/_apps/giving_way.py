# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an app no longer declares, while its units change: it stops before them, and is removed after them or runs again.

It lives in Podman's hands; what lives in units goes in ``parting``. Used as the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .. import _apply, _engine, _plan, _times
from .. import _operations as operations
from . import going, leaving, record, shared
from .app import App

if TYPE_CHECKING:
    from .run import AppRun


def divided(
    app: App, gone: going.Leftovers, listed: Iterable[Mapping[str, Any]]
) -> tuple[list[_plan.Step], list[_plan.Step]]:
    """What has to be removed at once, because the app declares its name, or that of one of its containers, anew; and what can wait."""
    names = {*app.names()["containers"], *app.names()["pods"]}
    members: dict[str, set[str]] = {}
    for each in listed:
        members.setdefault(str(each.get("Pod") or ""), set()).add(shared.name_of(each))
    once: list[_plan.Step] = []
    later: list[_plan.Step] = []
    for step in gone.steps():
        inside = members.get(str(step.work["id"]), set()) if step.kind == "pod" else set()
        (once if names & {step.name, *inside} else later).append(step)
    return once, later


def begin(
    engine: _engine.Engine, times: _times.Times, once: list[_plan.Step], later: list[_plan.Step]
) -> None:
    """Remove what has to go at once, and stop what can wait. Raises Failure after what was stopped runs again."""
    for work, steps in ((_apply.Applier.apply, once), (_apply.Applier.stop, later)):
        if steps:
            # One each: what has gone does not come back, and takes no note of the other along.
            applier = _apply.Applier(engine, {}, False, 0.0)
            applier.times = times
            work(applier, steps)


def told(steps: Iterable[_plan.Step]) -> list[dict[str, Any]]:
    """The steps as another process hears of them."""
    return [
        {
            "kind": step.kind,
            "name": step.name,
            "id": str(step.work["id"]),
            "running": bool(step.work["running"]),
        }
        for step in steps
    ]


def heard(said: Iterable[Mapping[str, Any]]) -> list[_plan.Step]:
    """What ``told`` tells, as steps again."""
    return [
        _plan.Step("remove", each["kind"], each["name"], (), {"id": each["id"], "running": each["running"]})
        for each in said
    ]


def remove(run: AppRun, steps: list[_plan.Step]) -> None:
    """The units serve: remove it, with the files of switches. Raises Failure."""
    engine = run.shared.engine
    containers = [step for step in steps if step.kind == "container"]
    operations.remove_all(engine, [str(step.work["id"]) for step in containers])
    for step in steps:
        if step.kind == "pod":
            operations.remove_pod(engine, str(step.work["id"]))
    leaving.forget_switches(run, [step.name for step in containers])
    record.note_gone(engine, run.app.name, record.names_of_steps([step.public() for step in steps]))


def put_back(engine: _engine.Engine, steps: list[_plan.Step]) -> str:
    """The units failed: what ran before runs again; what to say of it."""
    return _apply.Applier(engine, {}, False, 0.0).start_again(steps)
