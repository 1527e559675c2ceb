# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the account itself does when units take over its containers: look at them, give nameless volumes a name, compare."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from . import (
    _command_line,
    _engine,
    _errors,
    _module,
    _parallel,
    _service_states,
    _service_text,
    _state,
    _survey,
    _takeover,
    _unit_volumes,
)
from . import _volume_content as content
from ._resources import container_found, container_inspected

ALL = "all"
_SHARED = ("NetworkMode", "IpcMode", "PidMode", "UTSMode", "CgroupMode")


def survey(task: _module.Task, engine: _engine.Engine, key: bytes) -> dict[str, Any]:
    """Each container that the task names: what declares it, what would be lost, or why it stays. Raises Failure."""
    listed = engine.get("containers/json", {"all": True}) or []
    there = {
        str(each["Name"]): each
        for each in _parallel.in_parallel(lambda each: _survey.inspected(engine, each), listed)
        if each
    }
    # A run that was killed left the one before under this name, and it leads again.
    for name in [each for each in there if each.endswith(_state.OLD)]:
        there[name[: -len(_state.OLD)]] = {**there[name], "Name": name[: -len(_state.OLD)]}
        del there[name]
    pods = {str(each["Id"]): each for each in engine.get("pods/json") or []}
    loose = {identity for identity, each in pods.items() if not each.get("InfraId")}
    asked = [str(each) for each in task.params["containers"]]
    names = sorted(there) if asked == [ALL] else asked
    missing = [name for name in names if name not in there]
    if missing:
        raise _errors.Failure(
            f"containers: account {engine.account.name} has no container {missing[0]!r}; name one that podman ps --all shows, or all."
        )
    found = {}
    for name in names:
        inspect = there[name]
        unit = ((inspect.get("Config") or {}).get("Labels") or {}).get(_service_states.UNIT_LABEL)
        if unit == _service_text.service_of_name(name) or (
            asked == [ALL]
            and (inspect.get("IsInfra") or (inspect.get("Pod") and inspect["Pod"] not in loose))
        ):
            found[name] = {
                "in_unit": unit == _service_text.service_of_name(name),
                "refused": ""
                if unit == _service_text.service_of_name(name)
                else _takeover.refuse(inspect, loose),
            }
            continue
        found[name] = _look(engine, key, inspect, there, task.params["overrides"].get(name) or {}, loose)
    return {"containers": found, "pods": _emptied(pods, loose, found)}


def _emptied(
    pods: Mapping[str, Mapping[str, Any]], loose: set[str], found: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    """Pods that hold nothing any more when all is taken over, by name; podman-compose makes such ones."""
    leaving = {name for name, each in found.items() if "definition" in each}
    gone = {}
    for identity in loose:
        members = {str(each.get("Names")) for each in pods[identity].get("Containers") or ()}
        if members and {name.removesuffix(_state.OLD) for name in members} <= leaving:
            gone[str(pods[identity]["Name"])] = identity
    return gone


def remove_pods(
    _task: _module.Task, engine: _engine.Engine, _key: bytes, pods: Mapping[str, str]
) -> dict[str, Any]:
    """Remove pods that are empty: Podman refuses any other."""
    for identity in pods.values():
        engine.write("DELETE", f"pods/{identity}", {"force": False})
    return {}


def _look(
    engine: _engine.Engine,
    key: bytes,
    inspect: Mapping[str, Any],
    there: Mapping[str, Mapping[str, Any]],
    overrides: Mapping[str, Any],
    loose: set[str],
) -> dict[str, Any]:
    name = str(inspect["Name"])
    refused = _takeover.refuse(inspect, loose) or _lives_with(inspect, there)
    if refused:
        return {"refused": refused}
    image = engine.find(f"images/{inspect['Image']}/json") if inspect.get("Image") else {}
    volumes, shared = _nameless(engine, inspect, there)
    if shared:
        return {"refused": shared}
    command = (inspect.get("Config") or {}).get("CreateCommand") or []
    names = {str(each.get("Id")): other for other, each in there.items()}
    declared = container_found.options_of(
        container_inspected.Found(inspect, image or {}, _command_line.flags(command), names, volumes)
    )
    options, lost = declared.options, declared.lost
    changed = engine.get(f"containers/{inspect['Id']}/changes") or []
    lost += _takeover.losses(inspect, options, key, changed)
    options.update(overrides)
    lost = [f"container {name}: {each}" for each in lost if each.partition(":")[0] not in overrides]
    required_by = [
        other for other, each in there.items() if inspect.get("Id") in (each.get("Dependencies") or ())
    ]
    needs = [names[each] for each in inspect.get("Dependencies") or () if each in names]
    state = str((inspect.get("State") or {}).get("Status"))
    return {
        "refused": "",
        "definition": {"name": name, "image": _image(engine, inspect), **options},
        "lost": lost,
        "volumes": volumes,
        "needs": needs,
        "required_by": sorted(required_by),
        "running": state in ("running", "paused"),
        "inspect": dict(inspect),
    }


def _image(engine: _engine.Engine, inspect: Mapping[str, Any]) -> str:
    """What leads to the image of a container: its name, or its ID when that name has moved on."""
    name, identity = str(inspect.get("ImageName") or ""), str(inspect.get("Image") or "")
    if inspect.get("Rootfs"):
        return str(inspect["Rootfs"])
    named = engine.find(f"images/{_engine.name_in_path(name)}/json") if name else None
    return name if named is not None and named.get("Id") == identity else identity


def _lives_with(inspect: Mapping[str, Any], there: Mapping[str, Mapping[str, Any]]) -> str:
    """Why a container cannot go by itself: another one has its namespaces from it."""
    mine = f"container:{inspect.get('Id')}"
    for other, each in sorted(there.items()):
        modes = [str((each.get("HostConfig") or {}).get(mode) or "") for mode in _SHARED]
        if mine in modes:
            return (
                f"container {inspect['Name']}: container {other} lives in its namespaces, and would have to be made anew with it; "
                f"remove {other}, and declare it again when {inspect['Name']} is in its unit"
            )
    return ""


def _nameless(
    engine: _engine.Engine, inspect: Mapping[str, Any], there: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, str], str]:
    """New names for the volumes that have none, and why that cannot be: Podman removes a nameless volume with a unit's container."""
    found = {}
    for each in inspect.get("Mounts") or ():
        volume = str(each.get("Name") or "")
        if each.get("Type") != "volume" or not (
            engine.find(f"volumes/{_engine.name_in_path(volume)}/json") or {}
        ).get("Anonymous"):
            continue
        name = _unit_volumes.volume_name(str(inspect["Name"]), str(each["Destination"]))
        users = [
            other for other, its in sorted(there.items())
            if its.get("Id") != inspect.get("Id") and volume in [mount.get("Name") for mount in its.get("Mounts") or ()]
        ]  # fmt: skip
        if users:
            return (
                {},
                f"container {inspect['Name']}: container {users[0]} has its nameless volume at {each['Destination']} too; give both one with a name",
            )
        taken = engine.find(f"volumes/{_engine.name_in_path(name)}/json")
        if taken and (taken.get("Labels") or {}).get(_takeover.FROM) != volume:
            return (
                {},
                f"container {inspect['Name']}: the data at {each['Destination']} would go to volume {name}, which is there already; remove or rename that one",
            )
        found[volume] = name
    return found, ""


def name_volumes(
    _task: _module.Task, engine: _engine.Engine, _key: bytes, volumes: Mapping[str, str]
) -> dict[str, Any]:
    """Move the data of nameless volumes to ones with a name. What is mounted goes on seeing it where it is. Safe to repeat."""
    for volume, name in volumes.items():
        if engine.find(f"volumes/{_engine.name_in_path(name)}/json") is None:
            engine.write("POST", "volumes/create", body={"Name": name, "Labels": {_takeover.FROM: volume}})
        source, target = (_data(engine, each) for each in (volume, name))
        if source and os.path.isdir(source):
            content.move(source, str(target))
    return {}


def volumes_back(
    _task: _module.Task, engine: _engine.Engine, _key: bytes, volumes: Mapping[str, str]
) -> dict[str, Any]:
    """The data where it was before. A nameless volume that has gone with its container leaves it where it is."""
    for volume, name in volumes.items():
        source, target = (_data(engine, each) for each in (volume, name))
        if source and target and not os.path.isdir(source) and os.path.isdir(target):
            content.move(target, source)
            engine.write("DELETE", f"volumes/{_engine.name_in_path(name)}", {"force": False})
    return {}


def forget_volumes(
    _task: _module.Task, engine: _engine.Engine, _key: bytes, volumes: Mapping[str, str]
) -> dict[str, Any]:
    """Remove the nameless volumes whose data has a name now."""
    for volume in volumes:
        source = _data(engine, volume)
        if source and not os.path.isdir(source):
            engine.write("DELETE", f"volumes/{_engine.name_in_path(volume)}", {"force": False})
    return {}


def _data(engine: _engine.Engine, volume: str) -> str | None:
    """Where the data of a volume lies; None without that volume."""
    found = engine.find(f"volumes/{_engine.name_in_path(volume)}/json")
    return str(found["Mountpoint"]) if found else None


def compare(
    _task: _module.Task,
    engine: _engine.Engine,
    _key: bytes,
    before: Mapping[str, Any],
    volumes: Mapping[str, str],
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """In what the unit's container is not as the one before was."""
    after = engine.find(f"containers/{_engine.name_in_path(str(before['Name']))}/json")
    return {"differs": _takeover.differences(before, after, volumes, dict(options)) if after else []}
