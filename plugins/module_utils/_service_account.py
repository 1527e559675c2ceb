# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the account itself does for a container that lives in a unit: look, pull, set the old one aside, bring it back."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from . import (
    _apply,
    _container_wanted,
    _containers,
    _engine,
    _errors,
    _image_archive,
    _image_names,
    _module,
    _options,
    _plan,
    _pull,
    _road,
    _service_plan,
    _service_text,
    _state,
    _survey,
    _unit_folder,
    _wanted,
)
from . import _operations as operations
from ._resources import container


def look(
    task: _module.Task, engine: _engine.Engine, key: bytes, before: str | None, folder: _unit_folder.Folder
) -> dict[str, Any]:
    """The unit that is declared, and how what is there differs; ``before`` is the text that is there. Raises Failure."""
    facts = _survey.facts_of(engine)
    if not task.params.get("in_app"):
        task = _bound_to_units(task, folder)
    wanted, text = _declared(task, engine, key, facts, before)
    survey = _road.look_for(engine, [wanted], None)
    return _compared(task, engine, _containers.Planner(survey, facts, key), wanted, text, before, folder)


def _bound_to_units(task: _module.Task, folder: _unit_folder.Folder) -> _module.Task:
    """The task of a container that stands alone, whose service follows those of the containers that it cannot be without."""
    links = []
    for name in sorted(_container_wanted.bound(_wanted.container_of(task.params).spec)):
        with contextlib.suppress(_errors.Failure):  # Podman takes names that no unit can have
            if _service_text.is_ours(folder.text(_service_text.unit_of_name(name).file)):
                links.append(name)
    if not links:
        return task
    return _module.Task({**task.params, "in_app": {"links": {"Requires": links, "After": links}}}, task.check)


def _following(folder: _unit_folder.Folder, name: str) -> list[str]:
    """Containers whose services systemd stops and starts with that of one."""
    return [
        file.rpartition(".")[0]
        for file, text in folder.tree().items()
        if _service_text.is_ours(text) and f"\nRequires={_service_text.service_of_name(name)}\n" in text
    ]


def look_at_all(
    task: _module.Task,
    engine: _engine.Engine,
    key: bytes,
    jobs: Sequence[tuple[Mapping[str, Any], str | None]],
    listed: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, dict[str, Any]]:
    """As ``look``, for several containers at once (parameters of each, and text if it has one); what cannot be looked at is left out."""
    facts = _survey.facts_of(engine)
    declared = {}
    for params, before in jobs:
        inner = _module.Task(params, task.check)
        with contextlib.suppress(_errors.Failure):
            declared[_wanted.container_name(params)] = (
                inner,
                before,
                *_declared(inner, engine, key, facts, before),
            )
    survey = _road.look_for(
        engine, [wanted for _task, _before, wanted, _text in declared.values()], None, listed
    )
    planner, found = _containers.Planner(survey, facts, key), {}
    for name, (inner, before, wanted, text) in declared.items():
        with contextlib.suppress(_errors.Failure):
            found[name] = _compared(inner, engine, planner, wanted, text, before)
    return found


def _declared(
    task: _module.Task, engine: _engine.Engine, key: bytes, facts: _options.Facts, before: str | None
) -> tuple[_container_wanted.Wanted, str | None]:
    """What a task wants and the unit that says so, with its image fetched where the task wants that every time."""
    wanted = _wanted.container_of(task.params)
    _pull.refuse_retries(task.params, engine)
    text = before
    if wanted.image:
        container.TABLE.gate(wanted.spec, facts, wanted.where)
        text = _service_text.text_of(
            wanted, key, engine.version_text, before, task.params.get("in_app") or {}
        )
    _road.pull_first(task, engine, [wanted], task.params)
    return wanted, text


def _compared(
    task: _module.Task,
    engine: _engine.Engine,
    planner: _containers.Planner,
    wanted: _container_wanted.Wanted,
    text: str | None,
    before: str | None,
    folder: _unit_folder.Folder | None = None,
) -> dict[str, Any]:
    survey = planner.survey
    in_app = task.params.get("in_app") or {}
    _survey.foresee(survey, [wanted.image], in_app, task.check)
    found = _service_plan.there(wanted, planner, before)
    current = survey.containers.get(wanted.name)
    if current is not None and (found.reasons or found.source):
        going = _plan.Step("replace", container.KIND, wanted.name, (), {"old": current.id})
        along = [*(in_app.get("taken") or ()), *(_following(folder, wanted.name) if folder else ())]
        _road.refuse_lost_dependents(engine, [going], [wanted, *map(_container_wanted.Wanted, along)])
    image = survey.images.get(wanted.image) or {}
    _refuse_without_health(wanted, image, in_app.get("healthy") or ())
    known = _service_text.known_of(wanted, survey, planner.facts, in_app)
    if wanted.image and known != _service_text.UNKNOWN:
        text = _service_text.text_of(wanted, planner.key, engine.version_text, before, in_app, known)
    # The same name stands for another image now: the way back has to know which it was.
    moved = (
        current is not None
        and _service_plan.is_of_unit(current)
        and current.inspect.get("ImageName") == wanted.image
        and current.inspect.get("Image") != image.get("Id")
    )
    return {
        "text": text,
        "there": found.told(),
        "pulls": [{**step.public(), "work": dict(step.work)} for step in planner.pulls(wanted)],
        "container": _state.public(current.inspect if current else None),
        "stop_timeout": int(wanted.spec.get("stop_timeout") or 10),
        "image_before": str(current.inspect.get("Image")) if current is not None and moved else "",
    }


def _refuse_without_health(
    wanted: _container_wanted.Wanted, image: Mapping[str, Any], others: Sequence[str]
) -> None:
    """Raise Failure for a container that others want healthy, and that has no check by which it could be."""
    declared = wanted.spec.get("healthcheck")
    of_image = _options.get_path(image, "HealthCheck.Test") or _options.get_path(
        image, "Config.Healthcheck.Test"
    )
    tests = ["NONE"] if wanted.spec.get("no_healthcheck") else declared or of_image or ["NONE"]
    # An image that is not there yet is looked at once it is.
    if others and wanted.image and tests[0] == "NONE" and (declared or image.get("Id")):
        raise _errors.Failure(
            f"healthcheck: missing, and {', '.join(others)} depends on {wanted.name} being healthy, which nothing could tell; declare one, or "
            "depend on it as started."
        )


def pull(task: _module.Task, engine: _engine.Engine, _key: bytes, steps: list[_plan.Step]) -> dict[str, Any]:
    """Fetch the images of a plan. Raises Failure."""
    _road.pull_missing(engine, steps, task.params)
    return {}


def update(task: _module.Task, engine: _engine.Engine, _key: bytes, step: _plan.Step) -> dict[str, Any]:
    """Change what runs in place. Raises Failure after the way back was taken."""
    wanted = _wanted.container_of(task.params)
    _apply.Applier(engine, {wanted.name: wanted.spec}, False, 0.0).apply([step])
    return {}


def tidy(_task: _module.Task, engine: _engine.Engine, _key: bytes, steps: list[_plan.Step]) -> dict[str, Any]:
    """Remove and rename what a killed run left, in the order of the steps."""
    for step in steps:
        if step.action == "remove":
            operations.remove(engine, step.work["id"])
        elif step.action == "rename":
            operations.rename(engine, step.work["id"], step.work["to"])
    return {}


def set_aside(
    task: _module.Task, engine: _engine.Engine, _key: bytes, source: Mapping[str, Any]
) -> dict[str, Any]:
    """Stop the container from which the unit takes over, and take its name away. It is the way back."""
    name = _wanted.container_name(task.params)
    if source["running"]:
        operations.stop(engine, source["id"], name)
    if source.get("vanishes"):
        operations.remove(engine, source["id"])
        return {}
    operations.rename(engine, source["id"], name + _state.OLD)
    return {}


def bring_back(
    task: _module.Task, engine: _engine.Engine, _key: bytes, source: Mapping[str, Any]
) -> dict[str, Any]:
    """The container from which the unit was to take over leads again. Safe wherever ``set_aside`` stopped."""
    name = _wanted.container_name(task.params)
    if source.get("vanishes"):
        raise _errors.Failure(
            f"container {name} was made with --rm and has gone with its stop; make it again."
        )
    found = _survey.containers(engine, [name, name + _state.OLD])
    current = found.get(name)
    if current is not None and current.id != source["id"]:
        operations.remove(engine, current.id)
    if name + _state.OLD in found:
        operations.rename(engine, source["id"], name)
    if source["running"]:
        operations.start(engine, source["id"], name)
    return {}


def remove(_task: _module.Task, engine: _engine.Engine, _key: bytes, identities: list[str]) -> dict[str, Any]:
    """Remove what is not needed any more. Volumes stay."""
    operations.remove_all(engine, identities)
    return {}


def retag(task: _module.Task, engine: _engine.Engine, _key: bytes, identity: str) -> dict[str, Any]:
    """The unit before names its image, and the name has moved: it goes back, or the service would start what failed."""
    _image_archive.tag(engine, identity, _image_names.parse_name(str(task.params["image"]), "image"))
    return {}


def await_ready(task: _module.Task, engine: _engine.Engine, _key: bytes) -> dict[str, Any]:
    """Wait until the container is ready; says whether it is still there, as one in a unit goes when it ends. Raises Failure."""
    name = _wanted.container_name(task.params)
    timeout = float(task.params["wait_timeout"] or 120)
    try:
        operations.await_ready(engine, name, name, operations.SETTLE, timeout)
    except _errors.EngineError as error:
        if not _engine.is_missing(error):
            raise
    return {"there": engine.find(f"containers/{_engine.name_in_path(name)}/json") is not None}


def health(task: _module.Task, engine: _engine.Engine, _key: bytes) -> dict[str, Any]:
    """What the container's health check said last when it failed."""
    found = _survey.containers(engine, [_wanted.container_name(task.params)])
    for each in found.values():
        state = each.inspect.get("State") or {}
        told = state.get("Health") or state.get("Healthcheck") or {}
        log = told.get("Log") or []
        if told.get("Status") != "healthy" and log:
            return {"said": " ".join(str((log[-1] or {}).get("Output") or "no output").split())[:300]}
    return {"said": ""}


def ailing(task: _module.Task, engine: _engine.Engine, _key: bytes) -> dict[str, Any]:
    """Whether the container has given its health up: then nothing is left to wait for."""
    found = _survey.containers(engine, [_wanted.container_name(task.params)]).get(
        _wanted.container_name(task.params)
    )
    state = (found.inspect.get("State") or {}) if found else {}
    told = state.get("Health") or state.get("Healthcheck") or {}
    return {"ailing": told.get("Status") == "unhealthy"}


def evict(task: _module.Task, engine: _engine.Engine, _key: bytes) -> dict[str, Any]:
    """Remove the container of the unit, so that a service that waits for its health ends."""
    found = _survey.containers(engine, [_wanted.container_name(task.params)]).get(
        _wanted.container_name(task.params)
    )
    if found is not None and _service_plan.is_of_unit(found):
        operations.remove(engine, found.id)
    return {}


def stands_alone(task: _module.Task, engine: _engine.Engine, _key: bytes) -> dict[str, Any]:
    """Whether there is a container of this name that its unit did not make."""
    name = _wanted.container_name(task.params)
    found = _survey.containers(engine, [name]).get(name)
    return {"there": found is not None and not _service_plan.is_of_unit(found)}


def shown(task: _module.Task, engine: _engine.Engine, _key: bytes) -> dict[str, Any]:
    """The container as it is now, as a task returns it."""
    name = _wanted.container_name(task.params)
    found = _survey.containers(engine, [name]).get(name)
    return {"container": _state.public(found.inspect if found else None)}
