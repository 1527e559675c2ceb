# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``depends_on``: who waits for whom, and for what (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import _container_wanted, _course, _errors
from . import app, beside

CONDITIONS = (_course.STARTED, _course.HEALTHY, _course.COMPLETED)
# As compose files have them.
COMPOSE = {
    "service_started": _course.STARTED, "service_healthy": _course.HEALTHY, "service_completed_successfully": _course.COMPLETED,
}  # fmt: skip


def needs_of(raw: Any, where: str) -> dict[str, str]:
    """What one ``depends_on`` says: the condition by name. Raises Failure."""
    if raw is None:
        return {}
    if isinstance(raw, str):
        raw = [raw]
    if isinstance(raw, (list, tuple)) and all(isinstance(each, str) for each in raw):
        return dict.fromkeys(map(str, raw), _course.STARTED)
    if not isinstance(raw, Mapping):
        raise _errors.Failure(
            f"{where}depends_on: {raw!r} was given, and a list of names is needed, or a map from names to conditions."
        )
    return {str(name): _condition(value, f"{where}depends_on[{name}]") for name, value in raw.items()}


def _condition(value: Any, where: str) -> str:
    if isinstance(value, Mapping):
        others = sorted(set(map(str, value)) - {"condition"})
        if others:
            raise _errors.Failure(
                f"{where}: {others[0]!r} was given, and only condition is known here; take it out."
            )
        value = value.get("condition")
    told = COMPOSE.get(str(value), _course.STARTED if value is None else str(value))
    if told not in CONDITIONS:
        raise _errors.Failure(f"{where}: {value!r} was given, and one of {', '.join(CONDITIONS)} is needed.")
    return told


def _all_needs(where: str, raw_units: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The needs of each pod and container, by name; a container of a pod speaks for the pod."""
    found: dict[str, dict[str, str]] = {}
    for raw in raw_units:
        name = str(raw.get("name"))
        kind = "pods" if "containers" in raw else "containers"
        needs = needs_of(raw.get("depends_on"), f"{where}{kind}[{name}].")
        for member in raw.get("containers") or []:
            if isinstance(member, Mapping):
                inner = f"{where}pods[{name}].containers[{member.get('name')}]."
                needs = {**needs, **needs_of(member.get("depends_on"), inner)}
        found[name] = needs
    return found


def completed(where: str, raw_units: Sequence[Mapping[str, Any]]) -> set[str]:
    """Names of the containers that others want completed: they run once for each declaration."""
    needs = _all_needs(where, raw_units)
    return {
        name for each in needs.values() for name, condition in each.items() if condition == _course.COMPLETED
    }


def course(where: str, raw_units: Sequence[Mapping[str, Any]], units: Sequence[app.Unit]) -> _course.Course:
    """The order in which an app's pods and containers start. Raises Failure for what cannot be."""
    needs = _all_needs(where, raw_units)
    of_unit = {name: unit for unit in units for name in (unit.name, *(each.name for each in unit.containers))}
    for name, mine in needs.items():
        for other, condition in mine.items():
            _require_fitting(f"{where}depends_on", name, other, condition, of_unit)
    edges = {unit.name: {of_unit[other].name for other in needs.get(unit.name, {})} for unit in units}
    for unit in units:
        edges[unit.name] |= {of_unit[other].name for other in bound(unit) if other in of_unit} - {unit.name}
    for unit in units:
        switch = unit.containers[0].switch if unit.kind == "container" else None
        if switch is not None:
            # In the same stage: before there was a switch the container itself may have held the port.
            edges[switch.container] = set(edges[unit.name])
            others = set().union(*(bound(each) for each in units if each is not unit))
            beside.refuse_bound(f"{where}containers[{unit.name}].deploy", unit.name, others)
    stages = _stages(where, edges)
    return _course.Course(
        stages={name: stages[unit.name] for name, unit in of_unit.items()},
        needs={name: needs.get(unit.name, {}) for name, unit in of_unit.items()},
        once=frozenset(each.name for unit in units for each in unit.containers if each.once),
        waits={name: unit.waits for name, unit in of_unit.items()},
    )


def _require_fitting(
    where: str, name: str, other: str, condition: str, of_unit: Mapping[str, app.Unit]
) -> None:
    unit = of_unit.get(other)
    if unit is None or other == name:
        raise _errors.Failure(
            f"{where}: {name} depends on {other}, which is no other container or pod of this app; declare it."
        )
    if unit.kind == "pod" and other == unit.name and condition != _course.STARTED:
        raise _errors.Failure(
            f"{where}: {name} depends on {other} being {condition}, and {other} is a pod; name the container in it that is meant."
        )
    if unit.kind == "pod" and condition == _course.COMPLETED:
        raise _errors.Failure(
            f"{where}: {name} depends on {other} being completed, and a container in a pod does not run once; declare it outside of pods."
        )
    if unit.kind == "pod" and unit.name == name:
        raise _errors.Failure(
            f"{where}: {name} depends on {other}, which is in the same pod; use requires of the container instead."
        )
    if unit.params.get("state") not in (None, "started"):
        raise _errors.Failure(
            f"{where}: {name} depends on {other}, which is declared as {unit.params.get('state')}; it has to be started."
        )


def bound(unit: app.Unit) -> set[str]:
    """Containers that Podman itself starts before this one: it requires them, or is in their namespaces."""
    return set().union(*(_container_wanted.bound(each.spec) for each in unit.containers))


def _stages(where: str, edges: Mapping[str, set[str]]) -> dict[str, int]:
    """A number for each unit, greater than those of all on which it depends."""
    stages: dict[str, int] = {}
    left = dict(edges)
    while left:
        ready = [name for name, needs in left.items() if needs <= set(stages)]
        if not ready:
            raise _errors.Failure(
                f"{where}depends_on: {', '.join(sorted(left))} depend on each other in a circle; take one of them out."
            )
        for name in ready:
            stages[name] = 1 + max((stages[other] for other in left[name]), default=-1)
        for name in ready:
            del left[name]
    return stages
