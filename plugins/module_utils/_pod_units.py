# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to happen to a pod that lives in units: from what its account sees and what the units say (pure).

Each unit is planned as that of a container is (``_service_plan``). What they have in common is added here: a pod's service takes
those of its containers along, a container those that are bound to it, and a pod that no unit made is proved before it goes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from . import (
    _compare,
    _container_wanted,
    _containers,
    _errors,
    _plan,
    _pod_text,
    _pods,
    _record,
    _service_plan,
    _service_states,
    _service_text,
    _state,
    _unit_plan,
)
from ._resources.pod import KIND, TABLE

MOVED = _plan.Reason("runtime", _plan.CHANGED, "podman", "systemd")


@dataclasses.dataclass(frozen=True)
class PodThere:
    """What the account sees of a pod: its own and its containers' differences, and what no unit made."""

    pod: _service_plan.There
    members: Mapping[str, _service_plan.There]
    old: Mapping[str, Any] | None = None  # id, running: the pod that Podman has in its own hands
    proven: str = ""  # ID of NAME.rp-new, which has proved the declaration
    stray: str = ""  # ID of a NAME.rp-new that has not
    foreign: tuple[str, ...] = ()  # containers in the pod that no task of ours declared
    adopted: bool = False

    @property
    def moves(self) -> bool:
        """Whether the units take over from a pod that they did not make."""
        return bool(self.old or self.proven)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        members = {name: each.told() for name, each in self.members.items()}
        return {**vars(self), "pod": self.pod.told(), "members": members, "foreign": list(self.foreign)}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> PodThere:
        """From JSON."""
        members = {name: _service_plan.There.read(each) for name, each in told["members"].items()}
        rest = {
            **told,
            "foreign": tuple(told["foreign"]),
            "members": members,
            "pod": _service_plan.There.read(told["pod"]),
        }
        return cls(**rest)


def is_of_unit(pod: Mapping[str, Any]) -> bool:
    """Whether the unit of its own name made this pod."""
    return (pod.get("Labels") or {}).get(_service_states.UNIT_LABEL) == _pod_text.service_of_pod_name(
        str(pod.get("Name"))
    )


def runs(pod: Mapping[str, Any] | None) -> bool:
    """Whether some of its containers run."""
    return bool(pod) and (pod or {}).get("State") in ("Running", "Degraded")


def there(
    wanted: _pods.WantedPod, survey: _state.Survey, planner: _containers.Planner, before: Mapping[str, str]
) -> PodThere:
    """What is there of a pod; ``before`` are the texts of its units, by file. Raises Failure for names that are others'."""
    current, unfinished = (survey.pods.get(wanted.name + tail) for tail in ("", _state.NEW))
    made = current is not None and is_of_unit(current)
    old = {"id": str(current["Id"]), "running": runs(current)} if current is not None and not made else None
    proven = stray = ""
    if unfinished is not None:
        # Made over the API to prove the declaration. Where the old pod still runs, or has never been stopped, it did not come to that.
        waits = current is None or made or (runs(unfinished) and not runs(current))
        proven, stray = (str(unfinished["Id"]), "") if waits else ("", str(unfinished["Id"]))
    _check_names(wanted, current, unfinished, survey)
    own = {str(each["Id"]) for each in (unfinished, current if old else None) if each}
    names = {member.name for member in wanted.containers or []}
    kept = {name: each for name, each in survey.containers.items() if name in names and each.pod not in own}
    kept_survey = dataclasses.replace(survey, containers=kept)
    inner = _containers.Planner(
        kept_survey, planner.facts, planner.key, str(current["Id"]) if current and made else ""
    )
    text = before.get(_pod_text.unit_of_pod_name(wanted.name).file)
    members = {
        member.name: _service_plan.there(
            member, inner, before.get(_service_text.unit_of_name(member.name).file)
        )
        for member in wanted.containers or []
    }
    foreign = foreign_in(wanted, current, survey, planner, before) if current is not None else ()
    compared = _service_plan.There(_reasons(wanted, current if made else None, planner, text))
    adopted = any(each.adopted for each in members.values())
    return PodThere(compared, members, old, proven, stray, foreign, adopted)


def _reasons(
    wanted: _pods.WantedPod, current: Mapping[str, Any] | None, planner: _containers.Planner, text: str | None
) -> tuple[_plan.Reason, ...]:
    """Why the pod itself has to be made anew."""
    if not wanted.spec and wanted.containers is None:
        return ()
    shown = TABLE.shown(wanted.spec)
    if current is not None:
        known = _record.read(planner.key, KIND, wanted.name, current.get("Labels"))
        reasons = _compare.compare(TABLE, wanted.spec, known, current, planner.key, planner.facts).reasons
    elif text is None:
        return tuple(_plan.Reason(name, _plan.DECLARED, None, value) for name, value in shown.items())
    else:
        reasons = ()
    told = {each.option for each in reasons}
    before = _service_text.recorded(text or "", planner.key, wanted.name, KIND)
    if before is None:
        return reasons
    now = _record.digests(planner.key, wanted.recorded)
    since = [
        _plan.Reason(name, _plan.CHANGED, None, shown.get(name))
        for name in now
        if before.get(name) != now[name]
    ]
    since += [_plan.Reason(name, _plan.REMOVED) for name in before if name not in now]
    return (*reasons, *(each for each in since if each.option not in told))


def _check_names(
    wanted: _pods.WantedPod,
    current: Mapping[str, Any] | None,
    unfinished: Mapping[str, Any] | None,
    survey: _state.Survey,
) -> None:
    own = {str(each["Id"]) for each in (current, unfinished) if each}
    for member in wanted.containers or []:
        found = survey.containers.get(member.name)
        if found is not None and found.pod not in own:
            raise _errors.Failure(
                f"{member.where}name: container {member.name} exists already, outside pod {wanted.name}; "
                "choose another name, or remove it first with rootless.podman.container: state=absent."
            )


def foreign_in(
    wanted: _pods.WantedPod,
    current: Mapping[str, Any],
    survey: _state.Survey,
    planner: _containers.Planner,
    before: Mapping[str, str],
) -> tuple[str, ...]:
    """Containers in the pod that would be lost with it: no task of ours made them."""
    known = {member.name for member in wanted.containers or []}
    known |= {file.rpartition(".")[0] for file in before}
    infra = str(current.get("InfraContainerID") or "")

    def is_ours(found: _state.Found) -> bool:
        told = _record.read(planner.key, "container", found.name, found.labels) or {}
        return wanted.containers is not None and told.get("owner") == _record.digest(planner.key, "pod")

    return tuple(
        sorted(
            each.name
            for each in survey.containers.values()
            if each.pod == current["Id"] and each.id != infra and each.name not in known and not is_ours(each)
        )
    )


def states(state: str, found: PodThere) -> str:
    """The state of all units: what is kept present goes on running in another runtime."""
    moved = found.proven or (found.old and found.old["running"])
    return _container_wanted.STARTED if state == _container_wanted.PRESENT and moved else state


def outlined(name: str, state: str, recreate: bool, members: Sequence[Mapping[str, Any]]) -> _pods.WantedPod:
    """What is wanted of a pod, as far as a plan has to know it; the rest are differences, which the account has found."""
    containers = [
        _container_wanted.Wanted(
            each["name"],
            spec={"requires": each["requires"]},
            state=state,
            recreate=each["recreate"],
            restart=each["restart"],
            pod=name,
            owner="pod",
        )
        for each in members
    ]
    return _pods.WantedPod(name, {}, containers, state, recreate)


@dataclasses.dataclass
class Plan:
    """The steps, and the way for each unit."""

    steps: list[_plan.Step]
    ways: dict[str, _unit_plan.Way]


def plan(
    wanted: _pods.WantedPod,
    found: PodThere,
    units: Sequence[_unit_plan.Wanted],
    seen: Mapping[str, _unit_plan.Seen],
) -> Plan:
    """The steps, and the ways: the pod's unit is the first one. Raises Failure when containers of others would be lost."""
    own, *others = units
    name, pod = own.name.file, found.pod
    steps = _before(wanted, found)
    moves = _service_plan.There(pod.reasons or (MOVED,)) if found.moves else pod
    alone = _container_wanted.Wanted(wanted.name, state=own.state, recreate=wanted.recreate)
    mine, way = _service_plan.plan(alone, moves, own, seen[name])
    whole = way.restart or way.start or next(iter(way.stop), "")
    if whole:
        _refuse_foreign(wanted, found, [each.option for each in moves.reasons] or ["state"])
    result = Plan(steps, {name: way})
    verb = "restart" if way.restart else "start" if way.start else ""
    members = {member.name: member for member in wanted.containers or []}
    later: list[_plan.Step] = []
    for unit in others:
        file, stem = unit.name.file, unit.name.stem
        if unit.state == _container_wanted.ABSENT:
            way = _unit_plan.plan(unit, seen[file])
            why = _plan.Reason("containers", _plan.CHANGED, stem, None)
            later += [_gone(step, why) for step in way.steps]
            result.ways[file] = way
            continue
        each = found.members.get(stem, _service_plan.There())
        if verb:
            # It is made anew anyway, and with that all of it is as declared.
            reasons = (*each.reasons, *each.live_reasons)
            each = dataclasses.replace(each, reasons=reasons, live=None, live_reasons=())
        declared = dataclasses.replace(members.get(stem) or _container_wanted.Wanted(stem), state=unit.state)
        told, way = _service_plan.plan(declared, each, unit, seen[file])
        if verb and (unit.state == _container_wanted.STARTED or seen[file].alive):
            told, way = _together(verb, told, way, seen[file])
        later += told
        result.ways[file] = way
    result.steps += [*mine, *later]
    if not verb:
        _take_along(result, members, units, seen)
    return result


def _before(wanted: _pods.WantedPod, found: PodThere) -> list[_plan.Step]:
    """What goes before units take over: see the road."""
    steps = []
    if found.stray:
        steps.append(_plan.Step("remove", KIND, wanted.name + _state.NEW, (), {"id": found.stray}))
    if found.old:
        work = dict(found.old)
        if found.old["running"]:
            steps.append(_plan.Step("stop", KIND, wanted.name, (), work))
        steps.append(_plan.Step("remove", KIND, wanted.name, (MOVED,), work))
    if found.proven:
        why = _plan.Reason("name", _plan.DECLARED, wanted.name + _state.NEW, wanted.name)
        steps.append(_plan.Step("remove", KIND, wanted.name + _state.NEW, (why,), {"id": found.proven}))
    return steps


def _together(
    verb: str, steps: list[_plan.Step], way: _unit_plan.Way, seen: _unit_plan.Seen
) -> tuple[list[_plan.Step], _unit_plan.Way]:
    """A container whose pod starts or starts anew does so with it."""
    service = seen.new_service or seen.service
    told = [step for step in steps if step.kind != _service_plan.SERVICE]
    reasons = [each for step in steps if step.kind == _service_plan.SERVICE for each in step.reasons]
    if not reasons:
        reasons = [_plan.Reason("pod", _plan.CHANGED, "the pod is made anew", None)]
    told.append(
        _plan.Step(
            verb if seen.alive or verb == "start" else "start", _service_plan.SERVICE, service, tuple(reasons)
        )
    )
    return told, dataclasses.replace(
        way,
        steps=(*way.steps, told[-1]),
        start=service if verb == "start" else "",
        restart=service if verb == "restart" else "",
        stop=(),
    )


def _take_along(
    result: Plan,
    members: Mapping[str, _container_wanted.Wanted],
    units: Sequence[_unit_plan.Wanted],
    seen: Mapping[str, _unit_plan.Seen],
) -> None:
    """Those that require one that is started anew are started anew by systemd."""
    files = {unit.name.stem: unit.name.file for unit in units[1:]}
    grown = True
    while grown:
        grown = False
        leaving = {name for name, file in files.items() if result.ways[file].restart}
        for name, member in members.items():
            file = files[name]
            way = result.ways[file]
            if (
                not _container_wanted.bound(member.spec) & leaving
                or way.restart
                or way.start
                or way.stop
                or not seen[file].alive
            ):
                continue
            why = _plan.Reason("requires", _plan.CHANGED, "a container that is replaced", "its replacement")
            service = seen[file].new_service or seen[file].service
            step = _plan.Step("restart", _service_plan.SERVICE, service, (why,))
            result.steps.append(step)
            result.ways[file] = dataclasses.replace(way, steps=(*way.steps, step), restart=service)
            grown = True


def _gone(step: _plan.Step, why: _plan.Reason) -> _plan.Step:
    return _plan.Step(
        step.action, _service_plan.UNIT if step.kind == _unit_plan.KIND else step.kind, step.name, (why,)
    )


def _refuse_foreign(wanted: _pods.WantedPod, found: PodThere, options: list[str]) -> None:
    """A pod in units is removed when it stops: what in it is not declared would be lost."""
    if found.foreign and wanted.state != _container_wanted.ABSENT:
        raise _errors.Failure(
            f"pod {wanted.name}: {', '.join(options)} can only be changed by making the pod anew, and it holds "
            f"{', '.join(found.foreign)}, which this task does not declare; declare them under containers:, or remove them first."
        )
