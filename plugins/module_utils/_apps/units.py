# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pods and containers of an app: hardened, placed, and what of them lives in units.

Files that options name (``env_file``) are only read in the account's own process, as the other one may be root's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from .. import _arguments, _container_wanted, _course, _errors, _hardened, _switch, _wanted
from . import beside, order, roads
from .app import App, Unit, entries, raw_units, refuse_twins
from .placed import placed

WHOLE = ("definition", "pod", "runtime")
CONTAINER = {name: argument for name, argument in _wanted.CONTAINER_SPEC.items() if name not in WHOLE}
POD = {name: argument for name, argument in _wanted.POD_SPEC.items() if name not in WHOLE}
READ_LATER = ("env_file", "env_files", "label_file")
# What was checked so far, by its place and what it says.
_KNOWN: dict[str, Mapping[str, Any]] = {}


def units(app: App, home: str, read_files: bool) -> list[Unit]:
    """The app's pods and containers as what is wanted, hardened where they do not say otherwise.

    With ``read_files`` the files that options name are read, which only the account may do.
    """
    folder = app.folder(home)
    once = order.completed(app.where, raw_units(app))
    found = []
    for where, raw in entries(app, "pods"):
        params = _pod(raw, where, folder, read_files)
        pod = _wanted.pod_of(params, f"{where}.")
        found.append(Unit("pod", pod.name, params, list(pod.containers or []), pod))
    for where, raw in entries(app, "containers"):
        if "pod" in raw:
            raise _errors.Failure(
                f"{where}.pod: in an app a container of a pod stands in that pod's containers; declare it there."
            )
        runs_once = str(raw.get("name")) in once
        told = beside.options(raw, f"{where}.")
        params = _container(raw, where, folder, runs_once, read_files)
        wanted = dataclasses.replace(_wanted.container_of(params, f"{where}."), once=runs_once)
        _refuse_endless(wanted)
        if told is not None:
            switch = beside.switch_of(told, wanted, folder, params["wait"])
            wanted = dataclasses.replace(wanted, switch=switch)
            found.append(_switch_unit(told, switch, f"{where}.switch"))
        found.append(Unit("container", wanted.name, params, [wanted]))
    names = [name for unit in found for name in {unit.name, *(each.name for each in unit.containers)}]
    refuse_twins(names, f"{app.where}containers")
    return found


def _switch_unit(told: Mapping[str, Any], switch: _switch.Switch, where: str) -> Unit:
    """The container that a switch is, hardened as any other."""
    params = _checked(
        _hardened.hardened_container(beside.container(told, switch)), CONTAINER, where, "container"
    )
    return Unit("container", switch.container, params, [_wanted.container_of(params, f"{where}.")])


def _container(
    raw: Mapping[str, Any], where: str, folder: str, runs_once: bool, read_files: bool
) -> Mapping[str, Any]:
    """The parameters that a container of an app would have as a task of its own."""
    entry = beside.without(_without_later(placed(raw, folder), read_files))
    return _checked(_hardened.hardened_container(entry, runs_once), CONTAINER, where, "container")


def _pod(raw: Mapping[str, Any], where: str, folder: str, read_files: bool) -> Mapping[str, Any]:
    """The parameters that a pod of an app would have as a task of its own."""
    entry = _without_later(placed(raw, folder), read_files)
    members = entry.get("containers")
    if members is not None:
        entry["containers"] = [_without_later(placed(each, folder), read_files) for each in members]
    params = _checked(_hardened.hardened_pod(entry), POD, where, "pod")
    return params if params.get("state") is not None else {**params, "state": "started"}


def _checked(
    entry: Mapping[str, Any], arguments: Mapping[str, Any], where: str, module: str
) -> Mapping[str, Any]:
    """The same as ``checked``, which is the dear part of all this: once for each entry, for root's process and those of the accounts."""
    key = f"{where} {entry!r}"
    if key not in _KNOWN:
        _KNOWN[key] = _arguments.checked(entry, arguments, where, module)
    return dict(_KNOWN[key])


@dataclasses.dataclass(frozen=True)
class Service:
    """A container or pod of an app that lives in units: its task, and what the app adds to them."""

    kind: str
    name: str
    params: Mapping[str, Any]
    links: Mapping[str, Any]


def services(app: App, home: str) -> list[Service]:
    """What of an app lives in units, in the order in which it starts. Files that it names are read by the account."""
    if app.runtime == _wanted.PODMAN:
        return []
    folder = app.folder(home)
    course = order.course(app.where, raw_units(app), app.units)
    mine, aside = roads.in_units(app), roads.aside(app)
    found = {
        str(raw["name"]): _container(raw, where, folder, False, True)
        for where, raw in entries(app, "containers")
        if str(raw["name"]) in mine
    }
    found.update({str(raw["name"]): _pod(raw, where, folder, True) for where, raw in entries(app, "pods")})
    pods = sorted(unit.name for unit in app.units if unit.kind == "pod")
    names = {name for unit in app.units for name in (unit.name, *(each.name for each in unit.containers))}
    said = []
    by_name = {unit.name: unit for unit in app.units}
    for unit in (by_name[name] for phase in roads.phases(app, course) for name in phase.names if phase.units):
        own = {each.name for each in unit.containers}
        bound = sorted(order.bound(unit) & names - own)
        wants = sorted(roads.waits_for(course.needs, unit.name, aside) - set(bound))
        # One that others only wait for may be started anew without them; one whose namespace they are in may not.
        links = {"Wants": wants, "Requires": bound, "After": sorted({*wants, *bound})}
        healthy = sorted(
            name for name, needs in course.needs.items() if needs.get(unit.name) == _course.HEALTHY
        )
        about = {"app": app.name, "links": links, "pods": pods, "healthy": healthy}
        params = {
            "pod": None,
            **found[unit.name],
            "user": app.user,
            "definition": None,
            "runtime": _wanted.SYSTEMD,
        }
        said.append(Service(unit.kind, unit.name, params, about))
    return said


def _without_later(raw: Mapping[str, Any], read_files: bool) -> dict[str, Any]:
    left_out = ("depends_on",) if read_files else ("depends_on", *READ_LATER)
    return {key: value for key, value in raw.items() if key not in left_out}


def _refuse_endless(wanted: _container_wanted.Wanted) -> None:
    """One that has to run to its end must be able to, and be there afterwards to tell how it went."""
    if not wanted.once or wanted.state == _container_wanted.ABSENT:
        return
    if wanted.state != "started":
        raise _errors.Failure(
            f"{wanted.where}state: {wanted.state} was given, and others wait until it has completed; it has to be started."
        )
    policy = wanted.spec.get("restart_policy") or {}
    if policy.get("name") in ("always", "unless-stopped"):
        raise _errors.Failure(
            f"{wanted.where}restart_policy: {policy['name']} was given, and others wait until it has completed; write no or on-failure."
        )
    if wanted.spec.get("rm"):
        raise _errors.Failure(
            f"{wanted.where}rm: true was given, and others wait until it has completed, which is only known of one that stays; take it out."
        )
