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

from . import (
    _container_wanted,
    _containers,
    _file_uses,
    _options,
    _plan,
    _record,
    _secret_uses,
    _service_states,
    _service_text,
    _state,
    _unit_plan,
)
from ._resources import container

UNIT, SERVICE = "unit", _unit_plan.SERVICE
# systemd does these in a unit, so what inspect shows of them says nothing.
SYSTEMDS = ("restart_policy",)
_REASONS = ("reasons", "renewed", "live_reasons")


@dataclasses.dataclass(frozen=True)
class There:
    """What the account sees: why the container has to be made anew, and what is there that no unit made."""

    reasons: tuple[_plan.Reason, ...] = ()
    renewed: tuple[_plan.Reason, ...] = ()
    source: Mapping[str, Any] | None = None  # id, running: the container that the unit takes over from
    unproved: str = ""  # ID of what a killed run put in the place of NAME.rp-old
    old: str = ""  # ID of NAME.rp-old, which leads again
    stray: str = ""  # ID of NAME.rp-new
    live: Mapping[str, Any] | None = (
        None  # the work of a step that changes what runs in place, when that is enough
    )
    live_reasons: tuple[_plan.Reason, ...] = ()
    adopted: bool = False

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {**vars(self), **{name: [each.public() for each in getattr(self, name)] for name in _REASONS}}

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> There:
        """From JSON."""
        reasons = {name: tuple(_plan.Reason(**each) for each in told[name]) for name in _REASONS}
        return cls(**{**told, **reasons})


def is_of_unit(found: _state.Found) -> bool:
    """Whether the unit of its own name made this container."""
    return found.labels.get(_service_states.UNIT_LABEL) == _service_text.service_of_name(found.name)


def there(wanted: _container_wanted.Wanted, planner: _containers.Planner, before: str | None) -> There:
    """What is there of a container; ``before`` is the text of its unit."""
    containers = planner.survey.containers
    current, new, old = (containers.get(wanted.name + tail) for tail in ("", _state.NEW, _state.OLD))
    stray = new.id if new else ""
    if old is not None:
        source = {"id": old.id, "running": True}
        return There(_moved(wanted), (), source, current.id if current else "", old.id, stray)
    if current is not None and not is_of_unit(current):
        vanishes = current.running and bool(_options.get_path(current.inspect, "HostConfig.AutoRemove"))
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
    variables = _secret_uses.renewed_variables(
        wanted.spec.get("secrets", []), current.inspect, planner.survey.secrets
    )
    variables += _file_uses.renewed_mounts(current.inspect, planner.survey.files)
    if (
        wanted.state == _container_wanted.STARTED
        and _options.get_path(current.inspect, "State.Status") == "paused"
    ):
        variables += (_plan.Reason("state", _plan.DRIFT, "paused", _container_wanted.STARTED),)
    seen = There(reasons, tuple(variables), stray=stray, adopted=compared.adopted)
    if live and current.running:
        step = planner.update(wanted, current, dataclasses.replace(compared, live=live))
        seen = dataclasses.replace(seen, live=step.work, live_reasons=live)
    return seen


def _moved(wanted: _container_wanted.Wanted) -> tuple[_plan.Reason, ...]:
    return (_plan.Reason("runtime", _plan.CHANGED, "podman", "systemd"), *_declared(wanted))


def _declared(wanted: _container_wanted.Wanted) -> tuple[_plan.Reason, ...]:
    shown = {"image": wanted.image, **container.TABLE.shown(wanted.spec)}
    return tuple(_plan.Reason(name, _plan.DECLARED, None, value) for name, value in shown.items())


def _since(
    wanted: _container_wanted.Wanted, planner: _containers.Planner, before: str
) -> tuple[_plan.Reason, ...]:
    """What the task says differently since the unit was written, by the record in it."""
    known = _service_text.recorded(before, planner.key, wanted.name)
    if known is None:
        return ()
    now = _record.digests(planner.key, wanted.recorded)
    shown = {"image": wanted.image, **container.TABLE.shown(wanted.spec)}
    changed = [
        _plan.Reason(name, _plan.CHANGED, None, shown.get(name))
        for name, value in now.items()
        if known.get(name) != value
    ]
    return (*changed, *(_plan.Reason(name, _plan.REMOVED) for name in known if name not in now))


def unit_state(wanted: _container_wanted.Wanted, seen: There) -> str:
    """The state of the unit: what is kept present goes on running in another runtime."""
    if wanted.state == _container_wanted.PRESENT and seen.source and seen.source["running"]:
        return _container_wanted.STARTED
    return wanted.state


def plan(
    wanted: _container_wanted.Wanted, found: There, unit: _unit_plan.Wanted, seen: _unit_plan.Seen
) -> tuple[list[_plan.Step], _unit_plan.Way]:
    """The steps, and the way for the unit. What a killed run left is undone first: see ``untangle``."""
    steps = untangle(wanted.name, found, seen)
    if found.old:
        seen = _unit_plan.Seen(new_service=seen.new_service)
    if found.source:
        work = dict(found.source)
        if found.source["running"]:
            steps.append(_plan.Step("stop", container.KIND, wanted.name, (), work))
        steps.append(
            _plan.Step(
                "remove",
                container.KIND,
                wanted.name,
                (_plan.Reason("runtime", _plan.CHANGED, "podman", "systemd"),),
                work,
            )
        )
    way = _unit_plan.plan(unit, seen)
    touched = seen.text is not None and not _service_text.is_untouched(seen.text)
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
    again = (*found.reasons, *found.renewed)
    if wanted.recreate:
        again += (_plan.Reason("recreate", _plan.DECLARED, None, True),)
    if wanted.restart and wanted.state == _container_wanted.STARTED:
        again += (_plan.Reason("force_restart", _plan.DECLARED, None, True),)
    if again and way.start and way.start == seen.service and seen.alive:
        # It is on its way up already, with what it had until now.
        step = _plan.Step("restart", SERVICE, way.start, again)
        others = tuple(each for each in way.steps if (each.action, each.kind) != ("start", SERVICE))
        way = dataclasses.replace(way, start="", restart=way.start, steps=(*others, step))
        way = dataclasses.replace(way, steps=(*way.steps, *_unit_plan.taken_along(way, seen)))
    steps += [_named(step, wanted, unit, found, seen, touched) for step in way.steps]
    if found.live is not None and unit.state in (_container_wanted.STARTED, _container_wanted.PRESENT):
        steps.append(_plan.Step("update", container.KIND, wanted.name, found.live_reasons, found.live))
    service = seen.new_service or seen.service
    if (
        again
        and seen.alive
        and not (way.start or way.restart or way.stop)
        and unit.state != _container_wanted.ABSENT
    ):
        step = _plan.Step("restart", SERVICE, service, again)
        way = dataclasses.replace(way, steps=(*way.steps, step), restart=service)
        steps += [step, *_unit_plan.taken_along(way, seen)]
    return steps, way


def untangle(name: str, found: There, seen: _unit_plan.Seen) -> list[_plan.Step]:
    """A run that was killed while it moved a container: the one before leads again."""
    steps = (
        [_plan.Step("remove", container.KIND, name + _state.NEW, (), {"id": found.stray})]
        if found.stray
        else []
    )
    if not found.old:
        return steps
    killed = _plan.Reason("runtime", _plan.DRIFT, "a run that was killed", "as before it")
    if seen.text is not None:
        if seen.alive:
            steps.append(_plan.Step("stop", SERVICE, seen.service, (killed,)))
        steps.append(_plan.Step("remove", UNIT, f"{name}.container", (killed,)))
    elif found.unproved:
        steps.append(_plan.Step("remove", container.KIND, name, (killed,), {"id": found.unproved}))
    steps.append(
        _plan.Step(
            "rename", container.KIND, name + _state.OLD, (_plan.Reason("name", _plan.DECLARED, name + _state.OLD, name),),
            {"id": found.old, "to": name},
        )
    )  # fmt: skip
    return steps


def _named(
    step: _plan.Step,
    wanted: _container_wanted.Wanted,
    unit: _unit_plan.Wanted,
    found: There,
    seen: _unit_plan.Seen,
    touched: bool,
) -> _plan.Step:
    """A unit's step with reasons that name options, which show no secret."""
    if step.kind != _unit_plan.KIND:
        return step
    reasons = step.reasons
    if step.action != "update" or (reasons and reasons[0].option not in ("loaded", "text")):
        reasons = (*found.reasons, *found.live_reasons)
        if touched:
            reasons = (*reasons, _plan.Reason("unit", _plan.DRIFT, "edited by hand", "as declared"))
        if not reasons and _service_text.same_service(seen.text or "", unit.text or ""):
            reasons = (_plan.Reason("state", _plan.DECLARED, None, wanted.state),)
        if not reasons:
            reasons = (
                _plan.Reason("unit", _plan.CHANGED, "the same in other words", "as this version writes it"),
            )
    return _plan.Step(step.action, UNIT, step.name, reasons, step.work)
