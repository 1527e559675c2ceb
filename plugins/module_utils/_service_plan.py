# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to happen to a container that lives in a unit: from what its account sees and what the units say (pure).

The text of a unit may hold values that are secret, so no reason is drawn from it: reasons name options, as for any container.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from . import _record, _unit_plan
from ._container_wanted import ABSENT, PRESENT, STARTED, Wanted
from ._containers import Planner
from ._file_uses import renewed_mounts
from ._options import get_path
from ._plan import CHANGED, DECLARED, DRIFT, REMOVED, Reason, Step
from ._resources.container import KIND, TABLE
from ._secret_uses import renewed_variables
from ._service_states import UNIT_LABEL
from ._service_text import is_untouched, recorded, same_service, service_of_name
from ._state import NEW, OLD, Found
from ._unit_plan import Seen, Way

UNIT, SERVICE = "unit", _unit_plan.SERVICE
# systemd does these in a unit, so what inspect shows of them says nothing.
SYSTEMDS = ("restart_policy",)
_REASONS = ("reasons", "renewed", "live_reasons")


@dataclasses.dataclass(frozen=True)
class There:
    """What the account sees: why the container has to be made anew, and what is there that no unit made."""

    reasons: tuple[Reason, ...] = ()
    renewed: tuple[Reason, ...] = ()
    source: Mapping[str, Any] | None = None  # id, running: the container that the unit takes over from
    unproved: str = ""  # ID of what a killed run put in the place of NAME.rp-old
    old: str = ""  # ID of NAME.rp-old, which leads again
    stray: str = ""  # ID of NAME.rp-new
    live: Mapping[str, Any] | None = (
        None  # the work of a step that changes what runs in place, when that is enough
    )
    live_reasons: tuple[Reason, ...] = ()
    adopted: bool = False

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {**vars(self), **{name: [each.public() for each in getattr(self, name)] for name in _REASONS}}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> There:
        """From JSON."""
        reasons = {name: tuple(Reason(**each) for each in told[name]) for name in _REASONS}
        return cls(**{**told, **reasons})


def is_of_unit(found: Found) -> bool:
    """Whether the unit of its own name made this container."""
    return found.labels.get(UNIT_LABEL) == service_of_name(found.name)


def there(wanted: Wanted, planner: Planner, before: str | None) -> There:
    """What is there of a container; ``before`` is the text of its unit."""
    containers = planner.survey.containers
    current, new, old = (containers.get(wanted.name + tail) for tail in ("", NEW, OLD))
    stray = new.id if new else ""
    if old is not None:
        source = {"id": old.id, "running": True}
        return There(_moved(wanted), (), source, current.id if current else "", old.id, stray)
    if current is not None and not is_of_unit(current):
        vanishes = current.running and bool(get_path(current.inspect, "HostConfig.AutoRemove"))
        source = {"id": current.id, "running": current.running, **({"vanishes": True} if vanishes else {})}
        return There(_moved(wanted), (), source, stray=stray)
    if not wanted.image:
        return There(stray=stray)
    if current is None:
        found = _since(wanted, planner, before) if before is not None else _declared(wanted)
        return There(found, stray=stray)
    compared = planner.compared(wanted, current)
    live = tuple(each for each in compared.live if each.option not in SYSTEMDS)
    told = {each.option for each in (*compared.fixed, *live)}
    since = () if before is None else _since(wanted, planner, before)
    reasons = (*compared.fixed, *(each for each in since if each.option not in told))
    variables = renewed_variables(wanted.spec.get("secrets", []), current.inspect, planner.survey.secrets)
    variables += renewed_mounts(current.inspect, planner.survey.files)
    if wanted.state == STARTED and get_path(current.inspect, "State.Status") == "paused":
        variables += (Reason("state", DRIFT, "paused", STARTED),)
    seen = There(reasons, tuple(variables), stray=stray, adopted=compared.adopted)
    if live and current.running:
        step = planner.update(wanted, current, dataclasses.replace(compared, live=live))
        seen = dataclasses.replace(seen, live=step.work, live_reasons=live)
    return seen


def _moved(wanted: Wanted) -> tuple[Reason, ...]:
    return (Reason("runtime", CHANGED, "podman", "systemd"), *_declared(wanted))


def _declared(wanted: Wanted) -> tuple[Reason, ...]:
    shown = {"image": wanted.image, **TABLE.shown(wanted.spec)}
    return tuple(Reason(name, DECLARED, None, value) for name, value in shown.items())


def _since(wanted: Wanted, planner: Planner, before: str) -> tuple[Reason, ...]:
    """What the task says differently since the unit was written, by the record in it."""
    known = recorded(before, planner.key, wanted.name)
    if known is None:
        return ()
    now = _record.digests(planner.key, wanted.recorded)
    shown = {"image": wanted.image, **TABLE.shown(wanted.spec)}
    changed = [
        Reason(name, CHANGED, None, shown.get(name))
        for name, value in now.items()
        if known.get(name) != value
    ]
    return (*changed, *(Reason(name, REMOVED) for name in known if name not in now))


def unit_state(wanted: Wanted, seen: There) -> str:
    """The state of the unit: what is kept present goes on running in another runtime."""
    if wanted.state == PRESENT and seen.source and seen.source["running"]:
        return STARTED
    return wanted.state


def plan(wanted: Wanted, found: There, unit: _unit_plan.Wanted, seen: Seen) -> tuple[list[Step], Way]:
    """The steps, and the way for the unit. What a killed run left is undone first: see ``untangle``."""
    steps = untangle(wanted.name, found, seen)
    if found.old:
        seen = Seen(new_service=seen.new_service)
    if found.source:
        work = dict(found.source)
        if found.source["running"]:
            steps.append(Step("stop", KIND, wanted.name, (), work))
        steps.append(
            Step("remove", KIND, wanted.name, (Reason("runtime", CHANGED, "podman", "systemd"),), work)
        )
    way = _unit_plan.plan(unit, seen)
    touched = seen.text is not None and not is_untouched(seen.text)
    unproved = touched or seen.kept is not None or seen.stale
    if unproved or found.reasons or found.renewed or wanted.recreate or not seen.active:
        # It is made anew anyway, and with that all of it is as declared.
        found = dataclasses.replace(
            found, reasons=(*found.reasons, *found.live_reasons), live=None, live_reasons=()
        )
    if way.restart and not unproved and not found.reasons and seen.text is not None:
        way = dataclasses.replace(
            way, restart="", steps=tuple(step for step in way.steps if step.action != "restart")
        )
    steps += [_named(step, wanted, unit, found, seen, touched) for step in way.steps]
    if found.live is not None and unit.state in (STARTED, PRESENT):
        steps.append(Step("update", KIND, wanted.name, found.live_reasons, found.live))
    again = (*found.reasons, *found.renewed)
    if wanted.recreate:
        again += (Reason("recreate", DECLARED, None, True),)
    if wanted.restart and wanted.state == STARTED:
        again += (Reason("force_restart", DECLARED, None, True),)
    service = seen.new_service or seen.service
    if again and seen.alive and not (way.start or way.restart or way.stop) and unit.state != ABSENT:
        step = Step("restart", SERVICE, service, again)
        way = dataclasses.replace(way, steps=(*way.steps, step), restart=service)
        steps += [step, *_unit_plan.taken_along(way, seen)]
    return steps, way


def untangle(name: str, found: There, seen: Seen) -> list[Step]:
    """A run that was killed while it moved a container: the one before leads again."""
    steps = [Step("remove", KIND, name + NEW, (), {"id": found.stray})] if found.stray else []
    if not found.old:
        return steps
    killed = Reason("runtime", DRIFT, "a run that was killed", "as before it")
    if seen.text is not None:
        if seen.alive:
            steps.append(Step("stop", SERVICE, seen.service, (killed,)))
        steps.append(Step("remove", UNIT, f"{name}.container", (killed,)))
    elif found.unproved:
        steps.append(Step("remove", KIND, name, (killed,), {"id": found.unproved}))
    steps.append(
        Step(
            "rename", KIND, name + OLD, (Reason("name", DECLARED, name + OLD, name),),
            {"id": found.old, "to": name},
        )
    )  # fmt: skip
    return steps


def _named(
    step: Step, wanted: Wanted, unit: _unit_plan.Wanted, found: There, seen: Seen, touched: bool
) -> Step:
    """A unit's step with reasons that name options, which show no secret."""
    if step.kind != _unit_plan.KIND:
        return step
    reasons = step.reasons
    if step.action != "update" or (reasons and reasons[0].option not in ("loaded", "text")):
        reasons = (*found.reasons, *found.live_reasons)
        if touched:
            reasons = (*reasons, Reason("unit", DRIFT, "edited by hand", "as declared"))
        if not reasons and same_service(seen.text or "", unit.text or ""):
            reasons = (Reason("state", DECLARED, None, wanted.state),)
        if not reasons:
            reasons = (Reason("unit", CHANGED, "the same in other words", "as this version writes it"),)
    return Step(step.action, UNIT, step.name, reasons, step.work)
