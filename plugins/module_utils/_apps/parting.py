# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Units of an app that have to go before anything else is looked at, and the way back of units: in the task's own process."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from .. import _pod_road, _service_road
from .._account import Account
from .._errors import Failure
from .._module import Task
from .._plan import REMOVED, Reason, Step
from .._resources.pod import KIND as POD
from .._service_text import is_ours, labelled, pod_of_text, unit_of_name, volumes_of_text
from .._unit_folder import Folder
from .app import App
from .roads import in_units
from .shared import LABEL

KINDS = {"container": "containers", "pod": "pods"}
# The texts of the units of what was changed, by kind and name.
Before = dict[tuple[str, str], dict[str, str]]


def parting(account: Account, apps: Sequence[App], prune: bool) -> dict[str, list[str]]:
    """The units of containers and pods that have to go, by app. Those of a pod's containers go with it.

    What another one of the apps declares by now becomes that one's on its own road, with the way back.
    """
    return _parting(Folder(account), apps, prune)


def _parting(folder: Folder, apps: Sequence[App], prune: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    taken = {
        (kind, name)
        for app in apps
        if app.present
        for kind in KINDS.values()
        for name in in_units(app) & set(app.names()[kind])
    }
    for file, text in folder.tree().items():
        name, _dot, suffix = file.rpartition(".")
        if suffix not in KINDS or "/" in file or not is_ours(text):
            continue
        owner, pod = labelled(text, LABEL), pod_of_text(text)
        for app in apps:
            if pod:
                if app.name == owner and _moves_out(app, name, pod):
                    found.setdefault(app.name, []).append(file)
                continue
            others = (KINDS[suffix], name) in taken and name not in app.names()[KINDS[suffix]]
            if app.name == owner and not others and not _stays(app, KINDS[suffix], name, prune):
                found.setdefault(app.name, []).append(file)
    return found


def refuse_roots(account: Account, app: App, prune: bool) -> None:
    """Raise Failure for a task of the account itself by which something would go whose unit is root's: its next start would bring it back."""
    folder = Folder(account, roots=True)
    for file in _parting(folder, [app], prune).get(app.name, []):
        raise Failure(
            f"{app.where}state: {file.rpartition('.')[0]} would go, and lives in {folder.path_of(file)}, a unit that root made and only root can "
            "change; run the task with become: true."
        )


def mounted(before: Before) -> frozenset[str]:
    """The volumes that the containers had whose units went."""
    return frozenset(
        name
        for texts in before.values()
        for file, text in texts.items()
        if file.endswith(".container")
        for name in volumes_of_text(text)
    )


def _stays(app: App, kind: str, name: str, prune: bool) -> bool:
    declared = name in app.names()[kind]
    return app.present and (name in in_units(app) if declared else not prune and not app.rolled_back)


def _moves_out(app: App, name: str, pod: str) -> bool:
    """Whether a container is declared elsewhere than in that pod, which stays without it."""
    places = {each.name: unit for unit in app.units for each in unit.containers}
    mine, declared = in_units(app), places.get(name)
    stays = pod in mine and pod in app.names()["pods"]
    return app.present and stays and declared is not None and declared.name != pod and declared.name in mine


def part(
    task: Task, account: Account, files: Sequence[str]
) -> tuple[list[dict[str, Any]], Before, list[str]]:
    """Stop what lives in units, and take these away; the steps with their seconds, the texts, and names of what goes. Raises Failure."""
    told: list[dict[str, Any]] = []
    before: Before = {}
    names: list[str] = []
    for file in files:
        begun = time.monotonic()
        name, _dot, suffix = file.rpartition(".")
        kind = KINDS[suffix][:-1]
        before[kind, name] = texts_of(account, kind, name)
        names += [name, *(each.rpartition(".")[0] for each in before[kind, name])]
        inner = Task({"name": name}, task.check, task.diff)
        why = Reason(KINDS[suffix], REMOVED, name, None)
        told += timed(road_of(kind).leave(inner, account, name, why), begun)
    return told, before, names


def back_in(task: Task, account: Account, app: App, told: dict[str, Any], before: Before) -> None:
    """When an app fails whose containers left their units, these come back; adds to what is told of it."""
    if task.check or not app.present or not told["failed"] or not before:
        return
    told["msg"] += put_back(task, account, {key: texts for key, texts in before.items() if texts})


def put_back(task: Task, account: Account, before: Before) -> str:
    """Put the units of an app back that were changed before another one failed; what to say of it."""
    if task.check or not before:
        return ""
    for kind, name in reversed(list(before)):
        texts, inner = before[kind, name], Task({"name": name}, False, False)
        try:
            if kind == POD:
                _pod_road.restore(inner, account, name, texts)
            else:
                _service_road.restore(inner, account, name, next(iter(texts.values()), None))
        except Failure as worse:
            return f" Putting {name} back met a problem: {worse.message}"
    return f" As before are also: {', '.join(name for _kind, name in before)}."


def road_of(kind: str) -> Any:
    return _pod_road if kind == POD else _service_road


def texts_of(account: Account, kind: str, name: str) -> dict[str, str]:
    """The units as they are, by file."""
    if kind == POD:
        return _pod_road.texts_now(account, name)
    text = _service_road.text_now(account, name)
    return {} if text is None else {unit_of_name(name).file: text}


def timed(steps: Sequence[Any], begun: float) -> list[dict[str, Any]]:
    """As they are told; the time of all of them is the last one's."""
    told = [{**(step.public() if isinstance(step, Step) else step), "seconds": 0.0} for step in steps]
    if told:
        told[-1]["seconds"] = round(time.monotonic() - begun, 3)
    return told
