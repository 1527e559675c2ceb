# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers of apps that live in units: each on the road of its own module, stage after stage, in the task's own process.

What has no unit any more leaves before the account's own process looks at anything, and what has one follows after all else
of its app is there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _service_account, _service_road, _unit_plan
from .._account import Account, call_as
from .._checks import commands
from .._containers import ABSENT, Wanted
from .._errors import Failure
from .._module import Task
from .._plan import REMOVED, Reason, Step
from .._record import KEY_BYTES
from .._resources.container import KIND
from .._service_plan import UNIT, There, plan
from .._service_text import is_ours, labelled, service_of_name, unit_of_name
from .._unit_folder import Folder
from .._unit_plan import Seen
from .._wanted import SYSTEMD
from .declared import App, Service, services
from .quiet import Quiet
from .shared import LABEL
from .vacant import Vacant, podman_version

SUFFIX = ".container"


def parting(account: Account, apps: Sequence[App], prune: bool) -> dict[str, list[str]]:
    """The containers that have to leave their units, by app."""
    found: dict[str, list[str]] = {}
    for file, text in Folder(account).tree().items():
        name = file[: -len(SUFFIX)]
        if not file.endswith(SUFFIX) or "/" in file or not is_ours(text):
            continue
        owner = labelled(text, LABEL)
        for app in apps:
            if app.name == owner and not _stays(app, name, prune):
                found.setdefault(app.name, []).append(name)
    return found


def _stays(app: App, name: str, prune: bool) -> bool:
    declared = name in app.names()["containers"]
    return app.present and (app.runtime == SYSTEMD if declared else not prune and not app.rolled_back)


def part(
    task: Task, account: Account, names: Sequence[str]
) -> tuple[list[dict[str, Any]], dict[str, str | None]]:
    """Stop containers that live in units, and take these away; the steps with their seconds, and the texts. Raises Failure."""
    told: list[dict[str, Any]] = []
    texts: dict[str, str | None] = {}
    for name in names:
        begun = time.monotonic()
        texts[name] = _service_road.text_now(account, name)
        inner = Task({"name": name}, task.check, task.diff)
        steps = _service_road.leave(inner, account, name, Reason("containers", REMOVED, name, None))
        told += _timed(steps, begun)
    return told, texts


def back_in(
    task: Task, account: Account, app: App, told: dict[str, Any], texts: Mapping[str, str | None]
) -> None:
    """When an app fails whose containers left their units, these come back; adds to what is told of it."""
    if task.check or not app.present or not told["failed"] or not texts:
        return
    back = _put_back(task, account, {name: text for name, text in texts.items() if text is not None})
    told["msg"] += back


def bring(task: Task, account: Account, app: App, told: dict[str, Any], there: bool) -> int:
    """Bring the containers of an app into their units; adds to what is told of it, and returns the calls that it took."""
    begun, calls = time.monotonic(), 0
    about = {key: told.pop(key, None) for key in ("written", "made", "renewed")}
    about["marks"] = {LABEL: app.name}
    if told["failed"] or not app.present:
        return 0
    before: dict[str, str | None] = {}  # the units that this run changed, as they were
    declared = services(app, account.home)
    tasks = {
        each.name: Task({**each.params, "in_app": {**each.links, **about}}, task.check) for each in declared
    }
    quiet = Quiet(account, tasks if there else {})
    for each in declared:
        if there and quiet.has(each.name):
            continue
        inner = Task({**each.params, "in_app": {**each.links, **about}}, task.check, task.diff)
        since = time.monotonic()
        try:
            if there:
                text = _service_road.text_now(account, each.name)
                result = _service_road.travel(inner, account)
                if _was_changed(result["plan"]):
                    before[each.name] = text
                calls += result["api_calls"]
                if result["plan"] and not task.check:
                    quiet.changed()
                told["plan"] += _timed(result["plan"], since)
            else:
                told["plan"] += _timed(_foretold(inner, account, each), since)
            pulled = [step["name"] for step in told["plan"] if step["action"] == "pull"]
            about["made"] = sorted({*(about["made"] or ()), *pulled})
        except Failure as failure:
            facts = {key: value for key, value in failure.facts.items() if key != "plan"}
            back = _put_back(task, account, before)
            told.update(facts, failed=True, msg=f"container {each.name}: {failure.message}{back}")
            break
        finally:
            told["warnings"] += inner.warnings
    told["changed"] = told["changed"] or bool(told["plan"])
    told["duration"] = round(told["duration"] + time.monotonic() - begun, 3)
    return calls + quiet.calls


def _was_changed(steps: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a unit is another now. One that was taken over from Podman's hands has proved itself, and what was before is gone."""
    taken_over = any((step["action"], step["kind"]) == ("remove", KIND) for step in steps)
    return not taken_over and any(
        step["kind"] == UNIT and step["action"] in ("create", "update") for step in steps
    )


def _put_back(task: Task, account: Account, before: Mapping[str, str | None]) -> str:
    """Put the units of an app back that were changed before another one failed; what to say of it."""
    if task.check or not before:
        return ""
    for name in reversed(list(before)):
        try:
            _service_road.restore(Task({"name": name}, False, False), account, name, before[name])
        except Failure as worse:
            return f" Putting {name} back met a problem: {worse.message}"
    return f" As before are also: {', '.join(before)}."


def _timed(steps: Sequence[Any], begun: float) -> list[dict[str, Any]]:
    """As they are told; the time of all of them is the last one's."""
    told = [{**(step.public() if isinstance(step, Step) else step), "seconds": 0.0} for step in steps]
    if told:
        told[-1]["seconds"] = round(time.monotonic() - begun, 3)
    return told


def _foretold(task: Task, account: Account, each: Service) -> list[Any]:
    """What would be done for an account that is not there yet."""
    vacant = (podman_version(), commands.delegated_controllers())
    found = call_as(account, _look, task, account, vacant)
    if task.params["state"] == ABSENT:
        return []
    wanted = Wanted(each.name, state=str(task.params["state"]))
    unit = _unit_plan.Wanted(unit_of_name(each.name), found["text"], wanted.state)
    seen = Seen(new_service=service_of_name(each.name))
    return [
        *_service_road.pulls_of(found),
        *plan(wanted, There.read(found["there"]), unit, seen)[0],
    ]


def _look(task: Task, account: Account, vacant: tuple[tuple[int, int, int], list[str]]) -> Mapping[str, Any]:
    return _service_account.look(task, Vacant(account, *vacant), os.urandom(KEY_BYTES), None)
