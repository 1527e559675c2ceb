# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of an app goes: what it no longer declares (``prune``), or all of it (``state: absent``)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from .. import _engine, _errors, _plan, _state, _times
from .. import _volume_content as content
from .._resources import volume
from . import record
from .shared import LABEL, Shared, labelled, labels_of, name_of

KEPT_NETWORKS = ("podman",)
# What one request removes.
SIMPLE = ("networks", "volumes", "secrets")
# What Podman says of a pod in which something runs.
RUNNING_PODS = ("Running", "Degraded", "Paused")


@dataclasses.dataclass
class Leftovers:
    """What of an app is there: names of objects by kind."""

    containers: list[Mapping[str, Any]]
    pods: list[Mapping[str, Any]]
    networks: list[str]
    volumes: list[str]
    secrets: list[str]

    def steps(self) -> list[_plan.Step]:
        """Steps that remove its containers and pods."""
        whole = [
            _plan.Step(
                "remove",
                "pod",
                name_of(each),
                _why("pods", name_of(each)),
                {"id": each["Id"], "late": True, "running": each.get("Status") in RUNNING_PODS},
            )
            for each in self.pods
        ]
        return whole + [
            _plan.Step(
                "remove",
                "container",
                name_of(each),
                _why("containers", name_of(each)),
                {"id": each["Id"], "late": True, "running": each.get("State") in ("running", "paused")},
            )
            for each in self.containers
        ]


def _why(kind: str, name: str) -> tuple[_plan.Reason, ...]:
    return (_plan.Reason(kind, _plan.REMOVED, name, None),)


def leftovers(
    shared: Shared, app: str, known: record.Names, kept: Mapping[str, frozenset[str]], own: record.Names
) -> Leftovers:
    """What carries the app's label, or was declared by it once (``known``), and is not among ``kept``.

    A name that another app of the account declares is that one's now. What the app was applied with last is its ``own``, whatever the
    label says: it may have taken that over from another one.
    """
    there = shared.look()

    def ours(kind: str, listed: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        marked = {name_of(each) for each in labelled(listed, app)}
        mine = {name for name in marked | set(known[kind]) if _bare(name) not in kept[kind]}
        foreign = {
            name_of(each)
            for each in listed
            if name_of(each) not in marked | set(own[kind]) and _marked_otherwise(each, app)
        }
        return [each for each in listed if name_of(each) in mine - foreign]

    pods = ours("pods", there.pods)
    inside = {str(each["Id"]) for each in pods}
    declared_pods = {str(each["Id"]) for each in there.pods if _bare(name_of(each)) in kept["pods"]}
    containers = [
        each
        for each in ours("containers", there.containers)
        # A pod takes its containers along, and one that stays has a road of its own for them.
        if str(each.get("Pod") or "") not in inside | declared_pods and not each.get("IsInfra")
    ]
    return Leftovers(
        containers,
        pods,
        [name_of(each) for each in ours("networks", there.networks) if name_of(each) not in KEPT_NETWORKS],
        [name_of(each) for each in ours("volumes", there.volumes)],
        [name_of(each) for each in ours("secrets", there.secrets)],
    )


def _bare(name: str) -> str:
    """A name without what a replacement adds to it for a while."""
    return name[: -len(_state.NEW)] if name.endswith((_state.NEW, _state.OLD)) else name


def _marked_otherwise(listed: Mapping[str, Any], app: str) -> bool:
    marked = labels_of(listed).get(LABEL)
    return bool(marked) and marked != app


def unused(shared: Shared, app: str, networks: Iterable[str]) -> tuple[list[str], list[str]]:
    """Networks that no container outside the app uses, and a sentence for each that stays because one does."""
    there = shared.look()
    going = {app, *shared.gone}
    own = {str(each["Id"]) for one in going for each in labelled(there.pods, one)}
    users: dict[str, str] = {}
    for each in there.containers:
        if labels_of(each).get(LABEL) not in going and str(each.get("Pod") or "") not in own:
            users.update(dict.fromkeys(map(str, each.get("Networks") or ()), name_of(each)))
    told = [
        f"network {name} stays, because container {users[name]} uses it, which is not of this app."
        for name in sorted(networks)
        if name in users
    ]
    return [name for name in networks if name not in users], told


def remove_simple(shared: Shared, times: _times.Times, kind: str, names: list[str]) -> list[_plan.Step]:
    """Remove networks, volumes or secrets by name; what was done, or would be. Raises Failure while containers use one."""
    left = sorted(name for name in names if (kind, name) not in shared.taken)
    shared.taken |= {(kind, name) for name in left}
    steps = [_plan.Step("remove", kind[:-1], name, _why(kind, name)) for name in left]
    for step in steps:
        if not shared.check:
            with times.of(step):
                _remove(shared, kind, step.name)
    return steps


def _remove(shared: Shared, kind: str, name: str) -> None:
    try:
        answer = shared.engine.write("DELETE", f"{kind}/{_engine.name_in_path(name)}")
    except _errors.EngineError as error:
        if error.status == 404:
            return
        raise _errors.Failure(
            f"{kind[:-1]} {name}: cannot be removed ({error.cause}); remove the containers that use it first."
        ) from error
    for each in answer if isinstance(answer, list) else []:
        if each.get("Err"):
            raise _errors.Failure(
                f"{kind[:-1]} {name}: cannot be removed ({each['Err']}); remove the containers that use it first."
            )


def volumes_in(
    shared: Shared, containers: list[Mapping[str, Any]], known: Iterable[str] = ()
) -> tuple[set[str], dict[str, str]]:
    """Volumes that these containers have mounted, or of which their units were ``known`` to tell, and no other container has; and of
    those that others have mounted, who that is.
    """
    ids = {str(each["Id"]) for each in containers}
    pods = {str(each["Id"]) for app in shared.emptied for each in labelled(shared.look().pods, app)}
    inside = {name_of(each) for each in shared.look().volumes} & set(known)
    outside: dict[str, str] = {}
    for each in shared.look().containers:
        inspect = shared.engine.find(f"containers/{each['Id']}/json") or {}
        names = {str(one.get("Name")) for one in inspect.get("Mounts") or [] if one.get("Type") == "volume"}
        if str(each["Id"]) in ids:
            inside |= names
        elif labels_of(each).get(LABEL) not in shared.emptied and str(each.get("Pod") or "") not in pods:
            outside.update(dict.fromkeys(names, name_of(each)))
    return inside - set(outside), outside


def export(
    shared: Shared, times: _times.Times, folder: str, names: list[str]
) -> tuple[list[_plan.Step], list[str]]:
    """Write volumes into archives in a folder; the steps, and the names of those whose data lies elsewhere and stays there."""
    steps, away = [], []
    listed = {name_of(each): each for each in shared.look().volumes}
    for name in sorted(names):
        found = listed.get(name) or {}
        if volume.elsewhere(found.get("Driver"), found.get("Options") or {}):
            away.append(name)
            continue
        steps.append(
            _plan.Step(
                "export", "volume", name, (_plan.Reason("remove_data", _plan.REMOVED, None, f"{name}.tar"),)
            )
        )
        if not shared.check:
            with times.of(steps[-1]):
                shared.engine.admit("write", folder)
                content.export(name, f"{folder}/{name}.tar")
    return steps, away
