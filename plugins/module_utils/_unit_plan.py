# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to happen to units and their services, from what is declared and what is there (pure)."""

from __future__ import annotations

import dataclasses

from . import _plan, _quadlet, _quadlet_keys

KIND, SERVICE = "quadlet", "service"
STARTED, STOPPED, PRESENT, ABSENT = "started", "stopped", "present", "absent"
# Their services only make what is not there: starting them again changes nothing and would stop all containers that use them.
MADE_ONCE = ("volume", "network")


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One unit as the task declares it; no text when it has to be absent."""

    name: _quadlet_keys.UnitName
    text: str | None
    state: str


@dataclasses.dataclass(frozen=True)
class Seen:
    """One unit and its service as they are."""

    text: str | None = None
    kept: str | None = None  # the text before a change that has not proved itself
    service: str = ""  # of the text that is there
    new_service: str = ""  # of the text that is declared
    loaded: bool = False  # the manager knows the service from this unit's file
    stale: bool = False  # what the manager knows is not what a reload would make of the files
    active: bool = False
    alive: bool = False  # active, or on its way there or from there
    followers: tuple[str, ...] = ()  # services that stop and start again with it


@dataclasses.dataclass(frozen=True)
class Way:
    """What leads from what is there to what is declared."""

    steps: tuple[_plan.Step, ...] = ()
    start: str = ""
    restart: str = ""
    stop: tuple[str, ...] = ()


def plan(wanted: Wanted, seen: Seen) -> Way:
    """The steps for one unit."""
    if wanted.state == ABSENT or wanted.text is None:
        return _absent(wanted, seen)
    name, steps = wanted.name.file, []
    reasons = _quadlet.changes(seen.text, wanted.text)
    meant = seen.text is None or not _quadlet.same(seen.text, wanted.text)
    unproved = seen.kept is not None and not _quadlet.same(seen.kept, wanted.text)
    renamed = bool(seen.service and seen.new_service and seen.service != seen.new_service)
    if seen.text is None:
        steps.append(_plan.Step("create", KIND, name, tuple(reasons)))
    elif reasons:
        steps.append(_plan.Step("update", KIND, name, tuple(reasons)))
    elif seen.kept is not None:
        steps.append(
            _plan.Step(
                "update",
                KIND,
                name,
                (_plan.Reason("text", _plan.DRIFT, "put there by a run that was killed", "proved"),),
            )
        )
    elif not wanted.name.is_template and (seen.stale or not seen.loaded):
        steps.append(
            _plan.Step(
                "update",
                KIND,
                name,
                (_plan.Reason("loaded", _plan.DRIFT, "another text or none", "as declared"),),
            )
        )
    way = _run(wanted, seen, changed=meant or unproved or seen.stale, renamed=renamed, steps=steps)
    steps += taken_along(way, seen)
    return dataclasses.replace(way, steps=tuple(steps))


def _run(wanted: Wanted, seen: Seen, changed: bool, renamed: bool, steps: list[_plan.Step]) -> Way:
    """What becomes of the service; adds to the steps."""
    service = seen.new_service or seen.service
    active, alive = seen.active and not renamed, seen.alive and not renamed
    stop: tuple[str, ...] = ()
    if renamed and seen.alive:
        steps.append(
            _service("stop", seen.service, _plan.Reason("service", _plan.CHANGED, seen.service, service))
        )
        stop = (seen.service,)
    if wanted.name.is_template:
        return Way(stop=stop)
    if wanted.state == STOPPED:
        if alive:
            steps.append(_service("stop", service, _state(wanted)))
            stop += (service,)
        return Way(stop=stop)
    again = changed and alive and (wanted.name.suffix not in MADE_ONCE or not active)
    if again:
        steps.append(_service("restart", service, _plan.Reason("unit", _plan.CHANGED, None, "as declared")))
        return Way(restart=service, stop=stop)
    if (wanted.state == STARTED and not active) or stop:
        steps.append(_service("start", service, _state(wanted)))
        return Way(start=service, stop=stop)
    return Way(stop=stop)


def _absent(wanted: Wanted, seen: Seen) -> Way:
    steps: list[_plan.Step] = []
    ours = seen.text is not None or seen.kept is not None or seen.loaded
    stop = (seen.service,) if ours and seen.alive and seen.service else ()
    if stop:
        steps += [_service("stop", seen.service, _state(wanted)), *taken_along(Way(stop=stop), seen)]
    if ours:
        steps.append(
            _plan.Step(
                "remove",
                KIND,
                wanted.name.file,
                tuple(_quadlet.changes(seen.text, None)) if seen.text is not None else (_state(wanted),),
            )
        )
    return Way(tuple(steps), stop=stop)


def taken_along(way: Way, seen: Seen) -> list[_plan.Step]:
    """What systemd does to the services that require one which restarts or stops."""
    action = "restart" if way.restart else "stop" if way.stop else ""
    if not action:
        return []
    service = way.restart or seen.service
    return [
        _service(action, each, _plan.Reason("requires", _plan.CHANGED, None, f"{action} of {service}"))
        for each in seen.followers
    ]


def _service(action: str, service: str, reason: _plan.Reason) -> _plan.Step:
    return _plan.Step(action, SERVICE, service, (reason,))


def _state(wanted: Wanted) -> _plan.Reason:
    return _plan.Reason("state", _plan.DECLARED, None, wanted.state)
