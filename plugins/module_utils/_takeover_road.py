# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of containers that units take over: looked at, declared as they are, moved in as any other, and compared with what they were."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from . import (
    _account,
    _arguments,
    _engine,
    _errors,
    _module,
    _plan,
    _service_road,
    _service_text,
    _takeover,
    _takeover_account,
    _unit_folder,
    _wanted,
)

ARGUMENTS: dict[str, dict[str, Any]] = {
    "user": {"type": "str"},
    "containers": {"type": "list", "elements": "str", "required": True, "aliases": ["name"]},
    "take_over": {"type": "bool", "default": True},
    "overrides": {"type": "dict", "default": {}},
    "accept_losses": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 120},
}
IN_UNIT, TAKEN, SHOWN, LEFT = "in_unit", "taken_over", "shown", "left"


def work(task: _module.Task) -> dict[str, Any]:
    """Have units take over the containers that the task names, one after the other."""
    account = _account.choose(task.params["user"])
    _account.require_linger(account)
    unknown = [
        name for name in task.params["overrides"] if not isinstance(task.params["overrides"][name], Mapping)
    ]
    if unknown:
        raise _errors.Failure(
            f"overrides: {unknown[0]} was given something else than a map, and options of rootless.podman.container by container are needed."
        )
    found = _module.in_account(task, account, _takeover_account.survey)
    told, pods = found["containers"], found["pods"]
    _refuse(task, account, told)
    steps: list[_plan.Step] = []
    shown, texts = [], []
    for name in _in_order(told):
        each = told[name]
        if "definition" not in each:
            if each["refused"]:
                task.warn(f"{each['refused']}.")
            shown.append({"name": name, "result": IN_UNIT if each.get("in_unit") else LEFT})
            continue
        taking = _Taking(task, account, each, told)
        mine = taking.take()
        texts.append(f"# {taking.folder.path_of(taking.unit.file)}\n{taking.shown_text}")
        shown.append(taking.public())
        steps += mine
    if not task.params["take_over"]:
        return {**_plan.outcome([]), "containers": shown, "diff": {"before": "", "after": ""}}
    steps += [
        _plan.Step("remove", "pod", name, (_plan.Reason("containers", _plan.CHANGED, "in it", None),))
        for name in sorted(pods)
    ]
    if pods and not task.check:

        def remove(inner: _module.Task, engine: _engine.Engine, key: bytes) -> Mapping[str, Any]:
            return _takeover_account.remove_pods(inner, engine, key, pods)

        _module.in_account(task, account, remove)
    told_of = _plan.outcome(steps)
    told_of["diff"]["after"] += "\n".join(texts)
    return {**told_of, "containers": shown}


def _refuse(task: _module.Task, account: _account.Account, told: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise Failure before anything is changed: for what stays, and for what would be lost."""
    against = [each["refused"] for each in told.values() if each.get("refused") and "in_unit" not in each]
    folder = _unit_folder.Folder(account)
    for name, each in told.items():
        text = folder.text(_service_text.unit_of_name(name).file) if "definition" in each else None
        if text is not None and not _service_text.is_ours(text):
            against.append(
                f"container {name}: there is a unit {name}.container already that somebody else made; remove it, or give the container another name"
            )
    for name, each in told.items() if task.params["take_over"] else ():
        others = [other for other in each.get("required_by", ()) if "definition" not in told.get(other, {})]
        if others:
            against.append(
                f"container {name}: container {others[0]} requires it, and Podman lets it go only with that one; name both in one task"
            )
    if against:
        raise _errors.Failure(f"{'; '.join(against)}. Nothing was changed.")
    lost = [sentence for each in told.values() for sentence in each.get("lost", ())]
    if not lost or not task.params["take_over"]:
        return
    if not task.params["accept_losses"]:
        raise _errors.Failure(
            f"{'; '.join(lost)}. Nothing was changed; accept_losses: true takes over all the same.", lost=lost
        )
    for sentence in lost:
        task.warn(f"{sentence}.")


def _in_order(told: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Those first on which no other one depends: Podman lets no container go that is required."""
    left, found = sorted(told), []
    while left:
        free = [
            name
            for name in left
            if not any(name in told[other].get("needs", ()) for other in left if other != name)
        ] or left[:1]
        found += free
        left = [name for name in left if name not in free]
    return found


class _Taking(_service_road.Living):
    """One container on its way into a unit that says what it is."""

    def __init__(
        self,
        task: _module.Task,
        account: _account.Account,
        found: Mapping[str, Any],
        all_of_them: Mapping[str, Any],
    ) -> None:
        self.found, self.outer = found, task
        shares = {
            mode.partition(":")[2]
            for mode in found["definition"].get("network", ())
            if str(mode).startswith("container:")
        }
        needs = list(found["needs"])
        # systemd starts them in order; what no unit takes along is still required of Podman.
        stay = [name for name in needs if name not in all_of_them and name not in shares]
        definition = {**found["definition"], **({"requires": stay} if stay else {})}
        links = {"Wants": needs, "After": needs} if needs else {}
        given = {
            **definition,
            "state": "started" if found["running"] else "stopped",
            "runtime": _wanted.SYSTEMD,
            "pull": "never",
        }
        arguments = {name: each for name, each in _wanted.CONTAINER_SPEC.items() if name != "definition"}
        params = _arguments.checked(
            {**given, "wait_timeout": task.params["wait_timeout"]},
            arguments,
            f"container {given['name']}",
            "container",
        )
        inner = _module.Task(
            {**params, "in_app": {"links": links, "taken": [*all_of_them, *found["required_by"]]}},
            task.check,
            task.diff,
        )
        super().__init__(inner, account, str(given["name"]))
        self.definition = definition
        self.text = ""

    @property
    def shown_text(self) -> str:
        """The unit as people may see it."""
        return _takeover.hidden_text(self.text)

    def take(self) -> list[_plan.Step]:
        """Go the road, or only look where it leads; the steps."""
        told, unit, seen = self._look()
        self.text = unit.text or ""
        steps, _way = self._plan(told, unit, seen)
        volumes = self.found["volumes"]
        mine = [
            _plan.Step(
                "create",
                "volume",
                name,
                (_plan.Reason("data", _plan.CHANGED, f"in volume {volume[:12]}", "in this one"),),
            )
            for volume, name in volumes.items()
        ]
        steps = [*_service_road.pulls_of(told), *mine, *steps]
        if self.outer.params["take_over"] and not self.task.check:
            with self.folder.locked():
                told, unit, seen = self._look()
                self._carry_out(told, unit, seen)
        for sentence in self.task.warnings:
            self.outer.warn(sentence)
        return steps

    def public(self) -> dict[str, Any]:
        """What the task tells of it."""
        name = self.wanted.name
        return {
            "name": name,
            "result": TAKEN if self.outer.params["take_over"] else SHOWN,
            "unit": self.folder.path_of(self.unit.file),
            "service": f"{name}.service",
            "text": self.shown_text,
            "definition": _takeover.hidden_options({**self.definition, "runtime": _wanted.SYSTEMD}),
            "lost": list(self.found["lost"]),
            "volumes": dict(self.found["volumes"]),
        }

    def _set_aside(self, source: Mapping[str, Any]) -> None:
        self._ask(_takeover_account.name_volumes, self.found["volumes"])
        super()._set_aside(source)

    def _bring_back(self, source: Mapping[str, Any]) -> None:
        self._ask(_takeover_account.volumes_back, self.found["volumes"])
        super()._bring_back(source)

    def _let_go(self, source: Mapping[str, Any]) -> None:
        super()._let_go(source)
        with contextlib.suppress(_errors.Failure):  # an empty shell, which the next prune finds
            self._ask(_takeover_account.forget_volumes, self.found["volumes"])

    def _prove(self, service: str) -> None:
        super()._prove(service)
        told = self._ask(
            _takeover_account.compare, self.found["inspect"], self.found["volumes"], self.definition
        )
        if told["differs"]:
            said = f"container {self.wanted.name}: in its unit it is not as it was in {', '.join(told['differs'])}"
            if not self.outer.params["accept_losses"]:
                raise _errors.Failure(
                    f"{said}; say what is missing with overrides, or accept it with accept_losses: true.",
                    differs=told["differs"],
                )
            self.task.warn(f"{said}.")
