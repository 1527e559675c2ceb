# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning pods with their containers: from what is wanted and what is there to steps (pure).

A pod cannot be renamed, so one that has to be made anew is first made whole under NAME.rp-new and
proves itself there; only then the old pod goes and the proven declaration is made under its name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from . import _compare, _container_wanted, _containers, _errors, _options, _plan, _record, _state
from ._resources import container
from ._resources.pod import KIND, TABLE

# The option of a container that runs before the others of its pod start. Podman takes none while the pod runs, so the
# pod is made anew when one changes.
INIT = "init_ctr"


@dataclasses.dataclass(frozen=True)
class WantedPod:
    """One pod as the task declares it; ``containers`` is None when the task says nothing about them."""

    name: str
    spec: _options.Spec
    containers: list[_container_wanted.Wanted] | None
    state: str = _container_wanted.STARTED
    recreate: bool = False

    @property
    def recorded(self) -> _options.Spec:
        """What the record keeps a digest of: init containers too, which may be gone once they have run."""
        first = {
            member.name: {"image": member.image, **member.spec}
            for member in self.containers or []
            if INIT in member.spec
        }
        return {**self.spec, **({INIT: first} if first else {})}


class PodPlanner:
    """Plans one pod against one survey."""

    def __init__(
        self, survey: _state.Survey, facts: _options.Facts, key: bytes, marks: Mapping[str, str] | None = None
    ) -> None:
        self.survey, self.facts, self.key = survey, facts, key
        self.marks = dict(marks or {})  # labels, see Planner
        self.warnings: list[str] = []
        self.adopted: list[str] = []

    def steps(self, wanted: WantedPod) -> list[_plan.Step]:
        """All that the pod and its containers need. Raises Failure."""
        TABLE.gate(wanted.spec, self.facts)
        current, unfinished = (self.survey.pods.get(wanted.name + tail) for tail in ("", _state.NEW))
        if wanted.state == "absent":
            return [
                _plan.Step("remove", KIND, str(pod["Name"]), (), {"id": pod["Id"]})
                for pod in (current, unfinished)
                if pod
            ]
        members = wanted.containers or []
        pulls = [
            step
            for member in members
            for step in _containers.Planner(self.survey, self.facts, self.key).pulls(member)
        ]
        steps = list({step.name: step for step in pulls}.values())
        if current is not None and self._is_half_there(wanted, current):
            steps.append(_plan.Step("remove", KIND, wanted.name, (), {"id": current["Id"]}))
            self.survey.containers = {
                name: found for name, found in self.survey.containers.items() if found.pod != current["Id"]
            }
            current = None
        if current is None:
            self._check_names(wanted, "", unfinished, anew=unfinished is not None)
            if unfinished is not None:
                return steps + self._replace(
                    wanted,
                    (_plan.Reason("name", _plan.DECLARED, wanted.name + _state.NEW, wanted.name),),
                    "",
                    str(unfinished["Id"]),
                )
            return steps + self._create(wanted)
        if unfinished is not None and _runs(unfinished) and not _runs(current):
            # A run ended while it removed the old pod: the new one has proved itself and serves.
            why = (_plan.Reason("name", _plan.DECLARED, wanted.name + _state.NEW, wanted.name),)
            return steps + self._replace(wanted, why, str(current["Id"]), str(unfinished["Id"]))
        if unfinished is not None:
            steps.append(_plan.Step("remove", KIND, str(unfinished["Name"]), (), {"id": unfinished["Id"]}))
        if not wanted.spec and wanted.containers is None and not wanted.recreate:
            return steps + self._members(wanted, current)  # the task speaks of its state alone
        recorded = _record.read(self.key, KIND, wanted.name, current.get("Labels"))
        compared = _compare.compare(TABLE, wanted.spec, recorded, current, self.key, self.facts)
        compared = dataclasses.replace(
            compared, fixed=(*compared.fixed, *self._init_reasons(wanted, recorded))
        )
        anew = bool(compared.reasons) or wanted.recreate
        self._check_names(wanted, str(current["Id"]), unfinished, anew)
        if compared.adopted and not compared.reasons:
            self.adopted.append(wanted.name)
        if anew:
            self._refuse_foreign(
                wanted, current, [reason.option for reason in compared.reasons] or ["recreate"]
            )
            reasons = compared.reasons or (_plan.Reason("recreate", _plan.DECLARED, None, True),)
            steps += [
                _plan.Step("remove", container.KIND, found.name, (), {"id": found.id})
                for found in self.survey.containers.values()
                if found.name.endswith(_state.NEW) and found.pod == current["Id"]
            ]
            return steps + self._replace(wanted, reasons, str(current["Id"]), "")
        return steps + self._members(wanted, current)

    def _members(self, wanted: WantedPod, current: Mapping[str, Any]) -> list[_plan.Step]:
        """The pod stays; its containers are planned one by one."""
        planner = _containers.Planner(self.survey, self.facts, self.key, str(current["Id"]), self.marks)
        steps: list[_plan.Step] = self._undeclared(wanted, current)
        members = [member for member in wanted.containers or [] if INIT not in member.spec]
        for member in members:
            steps += planner.steps(member)
        steps = self._in_time(_containers.closure(steps, members, planner))
        self.adopted += planner.adopted
        running = _runs(current)
        if wanted.state == _container_wanted.STOPPED and running:
            steps = [step for step in steps if step.action != "stop"]
            steps.append(_plan.Step("stop", KIND, wanted.name, (), {"id": current["Id"]}))
        elif (
            wanted.state == _container_wanted.STARTED
            and not running
            and not any(_starts(step) for step in steps)
        ):
            steps.append(_plan.Step("start", KIND, wanted.name, (), {"id": current["Id"]}))
        return steps

    def _undeclared(self, wanted: WantedPod, current: Mapping[str, Any]) -> list[_plan.Step]:
        """Members that an earlier run of this task made and that it no longer declares go; others are told of."""
        if wanted.containers is None:
            return []
        steps = []
        for found in self._foreign(wanted, current):
            if self._is_ours(found):
                steps.append(
                    _plan.Step(
                        "remove",
                        container.KIND,
                        found.name,
                        (_plan.Reason("containers", _plan.CHANGED, found.name, None),),
                        {
                            "id": found.id,
                            "late": not found.name.endswith(_state.NEW),
                            "running": found.running,
                        },
                    )
                )
            else:
                self.warnings.append(
                    f"pod {wanted.name}: container {found.name} belongs to it, but no pod task made it; it is left alone."
                )
        return steps

    def _in_time(self, steps: list[_plan.Step]) -> list[_plan.Step]:
        """What is no longer declared goes last, but before an unproven container that it depends on."""
        found = {each.id: each for each in self.survey.containers.values()}
        while True:
            early = {
                step.work["id"] for step in steps if step.action == "remove" and not step.work.get("late")
            }
            moved = [step for step in steps if step.work.get("late") and early & found[step.work["id"]].needs]
            if not moved:
                return steps
            steps = [
                dataclasses.replace(step, work={**step.work, "late": False}) if step in moved else step
                for step in steps
            ]

    def _is_ours(self, found: _state.Found) -> bool:
        """Whether an earlier run of a pod task made it, be it as a part of a replacement."""
        birth = (
            found.name[: -len(_state.NEW)] if found.name.endswith((_state.NEW, _state.OLD)) else found.name
        )
        recorded = _record.read(self.key, container.KIND, birth, found.labels)
        return recorded is not None and recorded.get("owner") == _record.digest(self.key, "pod")

    def _foreign(self, wanted: WantedPod, current: Mapping[str, Any]) -> list[Any]:
        known = {
            member.name + tail for member in wanted.containers or [] for tail in ("", _state.NEW, ".rp-old")
        }
        infra = str(current.get("InfraContainerID") or "")
        found = self.survey.containers.values()
        return [
            each
            for each in found
            if each.pod == current["Id"] and each.id != infra and each.name not in known
        ]

    def _refuse_foreign(self, wanted: WantedPod, current: Mapping[str, Any], options: list[str]) -> None:
        """A pod is only made anew when everything in it is declared: what is not would be lost."""
        names = sorted(found.name for found in self._foreign(wanted, current))
        kept = []
        for found in self._foreign(wanted, current):
            if wanted.containers is None or not self._is_ours(found):
                kept.append(found.name)
        if kept:
            raise _errors.Failure(
                f"pod {wanted.name}: {', '.join(options)} can only be changed by making the pod anew, and it holds "
                f"{', '.join(names)}, which this task does not declare; declare them under containers:, or remove them first."
            )

    def _check_names(
        self, wanted: WantedPod, pod_id: str, unfinished: Mapping[str, Any] | None, anew: bool
    ) -> None:
        """A member's name must not belong to a container outside the pod: it is another task's, unless the same app made it."""
        own = {pod_id, str((unfinished or {}).get("Id") or "")} - {""}  # a container alone says "" too
        for member in wanted.containers or []:
            found = self.survey.containers.get(member.name)
            if found is None or found.pod in own:
                continue
            mine = bool(self.marks) and self.marks.items() <= found.labels.items()
            if mine and anew:
                raise _errors.Failure(
                    f"{member.where}name: container {member.name} exists already, outside pod {wanted.name}, which has to be made anew as well; do "
                    "one after the other, in two runs."
                )
            if not mine:
                raise _errors.Failure(
                    f"{member.where}name: container {member.name} exists already, outside pod {wanted.name}; "
                    "choose another name, or remove it first with rootless.podman.container: state=absent."
                )

    def _create(self, wanted: WantedPod) -> list[_plan.Step]:
        planner = _containers.Planner(self.survey, self.facts, self.key, marks=self.marks)
        shown = TABLE.shown(wanted.spec)
        reasons = tuple(_plan.Reason(name, _plan.DECLARED, None, value) for name, value in shown.items())
        steps = [_plan.Step("create", KIND, wanted.name, reasons, {"body": self._body(wanted)})]
        members = wanted.containers or []
        for member in members:
            steps += planner.steps(member)
        first = any(INIT in member.spec for member in members)
        if wanted.state == _container_wanted.STARTED and (first or not members):
            # Only the start of the pod as a whole runs its init containers.
            steps.append(_plan.Step("start", KIND, wanted.name))
        return steps

    def _replace(self, wanted: WantedPod, reasons: Any, old: str, proven: str) -> list[_plan.Step]:
        """``old`` serves now; ``proven`` is what a killed run had made under the other name, after the old one went."""
        planner = _containers.Planner(self.survey, self.facts, self.key, marks=self.marks)
        members = wanted.containers or []
        for member in members:
            container.TABLE.gate(member.spec, self.facts, member.where)
        serving = self.survey.pods.get(wanted.name + _state.NEW if proven else wanted.name) or {}
        start = wanted.state == _container_wanted.STARTED or (
            wanted.state == _container_wanted.PRESENT and _runs(serving)
        )
        why = (_plan.Reason("pod", _plan.CHANGED, "the pod is made anew", None),)
        made = [
            _plan.Step("recreate", container.KIND, member.name, why, {"body": planner.body(member)})
            for member in members
        ]
        work = {"body": self._body(wanted), "members": made, "old": old, "proven": proven, "start": start}
        return [_plan.Step("replace", KIND, wanted.name, tuple(reasons), work), *made]

    def proof(self, wanted: WantedPod, old: str) -> _plan.Step:
        """The step whose first half proves the declaration in the place of a pod that runs."""
        return self._replace(wanted, (), old, "")[0]

    def _is_half_there(self, wanted: WantedPod, pod: Mapping[str, Any]) -> bool:
        """Half made or half removed by a service that was killed: without its infra container nothing of it can run.

        Podman says itself that it lacks one, or does not know yet that it should have one and has no container at all.
        """
        if pod.get("InfraContainerID"):
            return False
        recorded = _record.read(self.key, KIND, wanted.name, pod.get("Labels")) or {}
        without = recorded.get("infra") == _record.digest(self.key, False)
        return bool(pod.get("CreateInfra")) or not (
            without or pod.get("Containers") or wanted.spec.get("infra") is False
        )

    def _init_reasons(self, wanted: WantedPod, recorded: Mapping[str, str] | None) -> list[_plan.Reason]:
        if wanted.containers is None:
            return []
        there = (recorded or {}).get(INIT)
        now = wanted.recorded.get(INIT)
        if there == (_record.digest(self.key, now) if now else None):
            return []
        return [_plan.Reason(INIT, _plan.CHANGED if there else _plan.DECLARED, None, sorted(now or {}))]

    def _body(self, wanted: WantedPod) -> _options.Body:
        body = TABLE.body(wanted.spec, self.facts)
        record = _record.write(self.key, KIND, wanted.name, wanted.recorded)
        _options.set_path(body, "labels", {_record.LABEL: record, **self.marks})
        return body


def _runs(pod: Mapping[str, Any]) -> bool:
    return pod.get("State") in ("Running", "Degraded")


def _starts(step: _plan.Step) -> bool:
    return step.action in ("start", "restart", "finish") or bool(step.work.get("start"))
