# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of an app's containers and pods live in units, which stay in Podman's own hands beside them, and who comes when (pure).

A unit starts whatever it holds at each boot, so one that runs once for each declaration has none. Two versions side by side have none either:
their names change hands.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from .. import _course, _errors, _wanted
from . import order
from .app import App


@dataclasses.dataclass(frozen=True)
class Phase:
    """What is brought about together before the next phase begins: names of containers and pods, all in units or none."""

    units: bool
    names: tuple[str, ...]


def aside(app: App) -> frozenset[str]:
    """The names of those that stay in Podman's hands."""
    found = {unit.name for unit in app.units if any(each.once for each in unit.containers)}
    return frozenset(found | _switched(app))


def in_units(app: App) -> frozenset[str]:
    """The names of the containers and pods that live in units, or may."""
    if app.runtime == _wanted.PODMAN:
        return frozenset()
    return frozenset(unit.name for unit in app.units) - aside(app)


def _switched(app: App) -> set[str]:
    """Containers that are deployed beside the old version, and their switches."""
    switches = [each.switch for unit in app.units for each in unit.containers if each.switch is not None]
    return {name for each in switches for name in (each.name, each.container)}


def phases(app: App, course: _course.Course) -> list[Phase]:
    """The order of both roads. Deploys beside the old version come last, because nothing takes one back that was done in units after it."""
    late = _leading_to(app, course, _switched(app))
    mine = in_units(app)
    found: list[Phase] = []
    for unit in sorted(
        app.units,
        key=lambda each: (each.name in late, course.stages[each.name], each.name not in mine),
    ):
        units = unit.name in mine
        if found and found[-1].units == units:
            found[-1] = Phase(units, (*found[-1].names, unit.name))
        else:
            found.append(Phase(units, (unit.name,)))
    return found


def _leading_to(app: App, course: _course.Course, names: set[str]) -> set[str]:
    """These names, and all containers and pods that depend on one of them, over however many others."""
    found, before = set(names), -1
    while len(found) != before:
        before = len(found)
        found |= {unit.name for unit in app.units if _needs(app, course, unit.name) & found}
    return found


def _needs(app: App, course: _course.Course, name: str) -> set[str]:
    """The containers and pods on which one depends."""
    of_unit = {
        each: unit.name for unit in app.units for each in (unit.name, *(c.name for c in unit.containers))
    }
    unit = next(each for each in app.units if each.name == name)
    told = {*course.needs[name], *order.bound(unit)}
    return {of_unit[each] for each in told if each in of_unit} - {name}


def waits_for(needs: Mapping[str, Mapping[str, str]], name: str, without: frozenset[str]) -> set[str]:
    """The names for which the unit of one waits; for one without a unit those for which that waits."""
    found: set[str] = set()
    for other in needs.get(name, {}):
        found |= waits_for(needs, other, without) if other in without else {other}
    return found


def refuse(app: App, course: _course.Course) -> None:
    """Raise Failure for an app that cannot live in units."""
    if not in_units(app):
        return
    lead = f"{app.where}runtime: systemd was given, and "
    mine = in_units(app)
    for unit in app.units:
        inside = unit.name in mine
        own = {each.name for each in unit.containers}
        others = {each.name: other.name for other in app.units for each in other.containers}
        for name in sorted(order.bound(unit) - own):
            if name in others and (others[name] in mine) != inside:
                raise _errors.Failure(
                    f"{lead}{unit.name} requires {name} or is in its namespaces, of which one has a unit and the other (it runs once, or has deploy: "
                    "blue_green) has none; take that out, or use runtime: podman."
                )
    switched = _switched(app)
    for name in sorted(_leading_to(app, course, switched) & mine):
        raise _errors.Failure(
            f"{lead}{name} depends on a container with deploy: blue_green, which comes after all that lives in units; take that out of depends_on, or "
            "use runtime: podman."
        )
