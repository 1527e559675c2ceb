# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of pruning: list, choose, and remove exactly what was chosen.

Podman's own prune calls are not used. They choose by themselves at the moment of the call, so that no check could tell
what they will remove, and the one for volumes takes those with a name and data as well.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from typing import Any

from . import _engine, _errors, _module, _parallel, _plan, _survey, _unused

CACHE_SINCE = (5, 3, 0)
PLACES = {"network": "networks", "volume": "volumes", "pod": "pods", "container": "containers"}


def travel(task: _module.Task, engine: _engine.Engine, key: bytes) -> dict[str, Any]:  # noqa: ARG001  there is nothing to record
    """Remove what the task names and nothing uses; return the task's result."""
    wishes = _unused.parse(task.params, time.time())
    there = _list(engine, wishes)
    steps = _unused.ended(wishes, there)
    gone = _unused.removed(steps, there)
    if "volumes" in wishes:
        there.volumes_in_use = _volumes_in_use(engine, there, gone)
    steps += _unused.unused(wishes, there, gone)
    reclaimed = sum(int(step.work.get("size") or 0) for step in steps)
    reclaimed += sum(_parallel.in_parallel(lambda identity: _written(engine, identity), sorted(gone)))
    if not task.check:
        _remove_containers(engine, [step for step in steps if step.kind == "container"])
        for step in steps:
            if step.kind != "container":
                _remove(engine, step)
    return {**_plan.outcome(steps), "reclaimed": reclaimed}


def _list(engine: _engine.Engine, wishes: Mapping[str, _unused.Wish]) -> _unused.Listing:
    """As much as the task needs. Containers always: they decide what is used."""
    there = _unused.Listing(containers=engine.get("containers/json", {"all": True, "external": True}) or [])
    if "containers" in wishes:
        known = [each for each in there.containers if each.get("State") != "storage"]
        looked = _parallel.in_parallel(lambda each: _survey.inspected(engine, each), known)
        there.needs = {str(each["Id"]): set(each.get("Dependencies") or []) for each in looked if each}
    for kind, params in (("pods", None), ("networks", None), ("volumes", None), ("images", {"all": True})):
        if kind in wishes:
            setattr(there, kind, engine.get(f"{kind}/json", params) or [])
    if "build_cache" in wishes:
        there.cache = _cache(engine)
    return there


def _volumes_in_use(engine: _engine.Engine, there: _unused.Listing, gone: set[str]) -> set[str]:
    """Which volumes a container has that stays."""
    free = {each["Name"] for each in engine.get("volumes/json", {"filters": {"dangling": ["true"]}}) or []}
    used = {str(each["Name"]) for each in there.volumes} - free

    def stays(name: str) -> bool:
        # The filter is a prefix or a pattern in some versions: too many users keep a volume, too few never show.
        users = engine.get("containers/json", {"all": True, "filters": {"volume": [name]}}) or []
        return not users or any(each["Id"] not in gone for each in users)

    if not gone:
        return used
    names = sorted(used)
    return {name for name, staying in zip(names, _parallel.in_parallel(stays, names)) if staying}


def _written(engine: _engine.Engine, identity: str) -> int:
    """What a container wrote into its own layer, in bytes."""
    try:
        found = engine.find(f"containers/{identity}/json", {"size": True}) or {}
    except _errors.EngineError:  # half removed by a service that was killed
        return 0
    return int(found.get("SizeRw") or 0)


def _cache(engine: _engine.Engine) -> tuple[str, float] | None:
    """Where builds keep what ``RUN --mount=type=cache`` asks for, if they have kept anything."""
    path = f"/var/tmp/buildah-cache-{engine.account.uid}"
    try:
        there = os.lstat(path)
    except OSError:
        return None
    if there.st_uid != engine.account.uid:
        return None
    if engine.version < CACHE_SINCE:
        raise _errors.Failure(
            f"build_cache: there are cache mounts in {path}, and removing them needs Podman 5.3 or newer, "
            f"not {engine.version_text}; run as the account: podman unshare rm -r {path}"
        )
    return path, there.st_mtime


def _remove_containers(engine: _engine.Engine, steps: list[_plan.Step]) -> None:
    """Those that others need last: Podman refuses the other order."""
    left = steps
    while left:
        held = []
        for step in left:
            try:
                _remove(engine, step)
            except _errors.EngineError as error:
                if "dependent" not in error.cause or len(left) == 1:
                    raise
                held.append((step, error))
        if len(held) == len(left):
            raise held[0][1]
        left = [step for step, _error in held]


def _remove(engine: _engine.Engine, step: _plan.Step) -> None:
    if step.kind == "image":
        _remove_image(engine, step)
    elif step.kind == "build cache":
        # This call prunes images, too: with a label that none has, it prunes none.
        filters = {"label": [f"rootless.podman.none={secrets.token_hex(8)}"]}
        engine.write(
            "POST", "images/prune", {"buildcache": True, "filters": filters}, timeout=_engine.LONG_TIMEOUT
        )
    else:
        place = PLACES.get(step.kind, "containers")
        forced = {"force": True} if step.kind == "build container" else None
        _delete(engine, f"{place}/{_engine.name_in_path(str(step.work['id']))}", forced, step)


def _delete(engine: _engine.Engine, path: str, params: Mapping[str, Any] | None, step: _plan.Step) -> None:
    try:
        engine.write("DELETE", path, params, timeout=300.0)
    except _errors.EngineError as error:
        if error.status != 404:
            raise _errors.EngineError(
                f"{step.kind} {step.name}: it cannot be removed ({error.cause}); if it was just taken into use, run the task again.",
                error.status,
                error.cause,
            ) from error


def _remove_image(engine: _engine.Engine, step: _plan.Step) -> None:
    """By its names, because Podman removes none by its ID that has several; layers of other images stay."""
    query = {"images": step.work["names"] or [step.work["id"]], "noprune": True}
    told = engine.write("DELETE", "images/remove", query, timeout=300.0) or {}
    errors = [each for each in told.get("Errors") or [] if "not known" not in str(each)]
    if errors:
        raise _errors.Failure(
            f"image {step.name}: it cannot be removed ({errors[0]}); if it was just taken into use, run the task again."
        )
