# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking, before anything is planned: what is there of a set of containers and their pod (reads only)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from . import _engine, _errors, _journal, _options, _parallel, _state


def facts_of(engine: _engine.Engine) -> _options.Facts:
    """The engine's facts for a plan; ``podman info`` is only asked when the plan needs it."""
    return _options.Facts(engine.version, lambda: engine.info)


def look(
    engine: _engine.Engine,
    names: Iterable[str],
    images: Iterable[str] = (),
    pod: str | None = None,
    secrets: bool = False,
    listed: Sequence[Mapping[str, Any]] | None = None,
) -> _state.Survey:
    """Everything that a plan for these containers, images and pod has to know; ``listed`` are all containers, where they have been listed."""
    survey = _state.Survey()
    wanted = {name + tail for name in names for tail in ("", _state.NEW, _state.OLD)}
    if pod is not None:
        survey.pods = _pods(engine, pod)
        for found in survey.pods.values():
            wanted |= {str(member.get("Name")) for member in found.get("Containers") or []}
    survey.containers = containers(engine, wanted, listed)
    survey.connected = _connected(engine, survey)
    survey.images = _images(engine, images)
    if secrets:
        survey.secrets = {
            str((each.get("Spec") or {}).get("Name")): each for each in engine.get("secrets/json")
        }
    return survey


@dataclasses.dataclass
class Listings:
    """What an account has, each kind listed once. Only containers are always listed."""

    containers: list[Mapping[str, Any]]
    pods: list[Mapping[str, Any]]
    networks: list[Mapping[str, Any]] = dataclasses.field(default_factory=list)
    volumes: list[Mapping[str, Any]] = dataclasses.field(default_factory=list)
    secrets: list[Mapping[str, Any]] = dataclasses.field(default_factory=list)

    @classmethod
    def take(cls, engine: _engine.Engine, *kinds: str) -> Listings:
        """List containers, and what else is named: pods, networks, volumes, secrets."""
        found = {kind: list(engine.get(f"{kind}/json") or []) for kind in kinds}
        whole = list(engine.get("containers/json", {"all": True}) or [])
        return cls(whole, found.pop("pods", []), **found)


def look_at_many(
    engine: _engine.Engine,
    listings: Listings,
    names: Iterable[str],
    images: Iterable[str],
    pods: Iterable[str],
) -> _state.Survey:
    """As ``look``, for several pods at once and out of listings that are there already."""
    survey = _state.Survey()
    wanted = {name + tail for name in names for tail in ("", _state.NEW, _state.OLD)}
    whole = {name + tail for name in pods for tail in ("", _state.NEW)}
    for each in listings.pods:
        if str(each.get("Name")) in whole:
            inspect = engine.find(f"pods/{_engine.name_in_path(str(each['Id']))}/json")
            if inspect is not None:
                survey.pods[str(inspect.get("Name"))] = inspect
                wanted |= {str(member.get("Name")) for member in inspect.get("Containers") or []}
    survey.containers = containers(engine, wanted, listings.containers)
    survey.connected = _connected(engine, survey)
    survey.images = _images(engine, images)
    survey.secrets = {str((each.get("Spec") or {}).get("Name")): each for each in listings.secrets}
    return survey


def _connected(engine: _engine.Engine, survey: _state.Survey) -> dict[str, set[str]]:
    """By network, the containers that the network's own task has connected; only asked of those that are on several."""
    several = {
        name for each in survey.containers.values() if len(each.networks) > 1 for name in each.networks
    }
    return {name: _journal.connected(engine.account, name) for name in several}


def containers(
    engine: _engine.Engine, names: Iterable[str], listed: Sequence[Mapping[str, Any]] | None = None
) -> dict[str, _state.Found]:
    """The containers that exist of these names, by name; asked for unless all have been ``listed``."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    if listed is None:
        # Podman's name filter is a regular expression without anchors.
        pattern = "^(" + "|".join(re.escape(name) for name in wanted) + ")$"
        listed = engine.get("containers/json", {"all": True, "filters": {"name": [pattern]}})
    mine = [each for each in listed if not set(wanted).isdisjoint(map(str, each.get("Names") or []))]
    return _found(engine, mine, wanted)


def _found(
    engine: _engine.Engine, listed: Iterable[Mapping[str, Any]], wanted: Collection[str]
) -> dict[str, _state.Found]:
    """Listed containers as inspect shows them, those of the wanted names."""
    found = {}
    for inspect in _parallel.in_parallel(lambda each: inspected(engine, each), listed):
        name = str(inspect.get("Name") or "")
        if name in wanted:
            found[name] = _state.Found(name, str(inspect["Id"]), inspect)
    return found


def _images(engine: _engine.Engine, names: Iterable[str]) -> dict[str, Mapping[str, Any] | None]:
    return {name: engine.find(f"images/{_engine.name_in_path(name)}/json") for name in sorted(set(names))}


def inspected(engine: _engine.Engine, listed: Mapping[str, Any]) -> Mapping[str, Any]:
    """What inspect shows of a container that a listing shows; empty when it has gone in between.

    One that a killed service removed by half is still listed, but its part in the storage is gone
    and inspect fails. Of such a one the listing alone is told, and that it is ``Broken``.
    """
    try:
        return engine.find(f"containers/{listed['Id']}/json") or {}
    except _errors.EngineError as error:
        if listed.get("State") != "removing" or error.status != 500:
            raise
    name = str((listed.get("Names") or ["?"])[0])
    return {"Name": name, "Id": listed["Id"], "Pod": listed.get("Pod") or "", "Broken": True}


def _pods(engine: _engine.Engine, name: str) -> dict[str, Mapping[str, Any]]:
    pods = {}
    for each in (name, name + _state.NEW):
        inspect = engine.find(f"pods/{_engine.name_in_path(each)}/json")
        if inspect is not None and inspect.get("Name") == each:
            pods[each] = inspect
    return pods


def foresee(survey: _state.Survey, images: Iterable[str], in_app: Mapping[str, Any], check: bool) -> None:
    """What the app has done before: files that it wrote and, in check mode, what would be new or gone by now."""
    survey.files = dict(in_app.get("written") or {})
    if not check:
        return
    for image in set(images) & set(in_app.get("made") or ()):
        survey.images[image] = {"Id": ""}
    for name in in_app.get("renewed") or ():
        survey.secrets[name] = {"ID": "", "UpdatedAt": "9999-01-01T00:00:00Z", "Spec": {"Name": name}}
    for file in in_app.get("gone") or ():
        name, _dot, suffix = file.rpartition(".")
        (survey.pods if suffix == "pod" else survey.containers).pop(name, None)


def dependents(
    engine: _engine.Engine, targets: Mapping[str, str], members: Iterable[str]
) -> dict[str, list[str]]:
    """Which containers outside ``members`` depend on the targets (ID by name): names by target name.

    They share a namespace with it or require it, and Podman does not let it go while they exist.
    """
    known = set(members)
    by_id = {identity: name for name, identity in targets.items()}
    found: dict[str, list[str]] = {}
    for each in engine.get("containers/json", {"all": True}):
        name = str((each.get("Names") or ["?"])[0])
        if each["Id"] in by_id or name in known:
            continue
        for identity in inspected(engine, each).get("Dependencies") or []:
            if identity in by_id:
                found.setdefault(by_id[identity], []).append(name)
    return found
