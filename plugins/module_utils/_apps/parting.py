# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Units of an app that have to go before anything else is looked at, and the way back of units: in the task's own process."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from .. import _account, _errors, _module, _plan, _pod_road, _service_road, _service_text, _unit_folder
from .._resources.pod import KIND as POD
from . import roads, shared
from .app import App

KINDS = {"container": "containers", "pod": "pods"}
# The texts of the units of what was changed, by kind and name.
Before = dict[tuple[str, str], dict[str, str]]


def parting(account: _account.Account, apps: Sequence[App], prune: bool) -> dict[str, list[str]]:
    """The units of containers and pods that have to go, by app. Those of a pod's containers go with it.

    What another one of the apps declares by now becomes that one's on its own road, with the way back.
    """
    return _parting(_unit_folder.Folder(account), apps, prune)


def _parting(folder: _unit_folder.Folder, apps: Sequence[App], prune: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    taken = {
        (kind, name)
        for app in apps
        if app.present
        for kind in KINDS.values()
        for name in roads.in_units(app) & set(app.names()[kind])
    }
    for file, text in folder.tree().items():
        name, _dot, suffix = file.rpartition(".")
        if suffix not in KINDS or "/" in file or not _service_text.is_ours(text):
            continue
        owner, pod = _service_text.labelled(text, shared.LABEL), _service_text.pod_of_text(text)
        for app in apps:
            if pod:
                if app.name == owner and _moves_out(app, name, pod):
                    found.setdefault(app.name, []).append(file)
                continue
            others = (KINDS[suffix], name) in taken and name not in app.names()[KINDS[suffix]]
            if app.name == owner and not others and not _stays(app, KINDS[suffix], name, prune):
                found.setdefault(app.name, []).append(file)
    return found


def refuse_roots(account: _account.Account, app: App, prune: bool) -> None:
    """Raise Failure for a task of the account itself by which something would go whose unit is root's: its next start would bring it back."""
    folder = _unit_folder.Folder(account, roots=True)
    for file in _parting(folder, [app], prune).get(app.name, []):
        raise _errors.Failure(
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
        for name in _service_text.volumes_of_text(text)
    )


def _stays(app: App, kind: str, name: str, prune: bool) -> bool:
    declared = name in app.names()[kind]
    return app.present and (name in roads.in_units(app) if declared else not prune and not app.rolled_back)


def _moves_out(app: App, name: str, pod: str) -> bool:
    """Whether a container is declared elsewhere than in that pod, which stays without it."""
    places = {each.name: unit for unit in app.units for each in unit.containers}
    mine, declared = roads.in_units(app), places.get(name)
    stays = pod in mine and pod in app.names()["pods"]
    return app.present and stays and declared is not None and declared.name != pod and declared.name in mine


def part(
    task: _module.Task, account: _account.Account, files: Sequence[str]
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
        inner = _module.Task({"name": name}, task.check, task.diff)
        why = _plan.Reason(KINDS[suffix], _plan.REMOVED, name, None)
        told += timed(road_of(kind).leave(inner, account, name, why), begun)
    return told, before, names


def back_in(
    task: _module.Task, account: _account.Account, app: App, told: dict[str, Any], before: Before
) -> None:
    """When an app fails whose containers left their units, these come back; adds to what is told of it."""
    if task.check or not app.present or not told["failed"] or not before:
        return
    told["msg"] += put_back(task, account, {key: texts for key, texts in before.items() if texts})


def put_back(task: _module.Task, account: _account.Account, before: Before) -> str:
    """Put the units of an app back that were changed before another one failed; what to say of it."""
    if task.check or not before:
        return ""
    for kind, name in reversed(list(before)):
        texts, inner = before[kind, name], _module.Task({"name": name}, False, False)
        try:
            if kind == POD:
                _pod_road.restore(inner, account, name, texts)
            else:
                _service_road.restore(inner, account, name, next(iter(texts.values()), None))
        except _errors.Failure as worse:
            return f" Putting {name} back met a problem: {worse.message}"
    return f" As before are also: {', '.join(name for _kind, name in before)}."


def road_of(kind: str) -> Any:
    return _pod_road if kind == POD else _service_road


def texts_of(account: _account.Account, kind: str, name: str) -> dict[str, str]:
    """The units as they are, by file."""
    if kind == POD:
        return _pod_road.texts_now(account, name)
    text = _service_road.text_now(account, name)
    return {} if text is None else {_service_text.unit_of_name(name).file: text}


def timed(steps: Sequence[Any], begun: float) -> list[dict[str, Any]]:
    """As they are told; the time of all of them is the last one's."""
    told = [{**(step.public() if isinstance(step, _plan.Step) else step), "seconds": 0.0} for step in steps]
    if told:
        told[-1]["seconds"] = round(time.monotonic() - begun, 3)
    return told
