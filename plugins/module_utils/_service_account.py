# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the account itself does for a container that lives in a unit: look, pull, set the old one aside, bring it back."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

from . import _operations as operations
from . import _pull
from ._apply import Applier
from ._container_wanted import Wanted, bound
from ._containers import Planner
from ._engine import Engine, is_missing, name_in_path
from ._errors import EngineError, Failure
from ._image_archive import tag
from ._image_names import parse_name
from ._module import Task
from ._options import Facts, get_path
from ._plan import Step
from ._resources.container import KIND, TABLE
from ._road import look_for, pull_first, pull_missing, refuse_lost_dependents
from ._service_plan import is_of_unit, there
from ._service_text import UNKNOWN, is_ours, known_of, service_of_name, text_of, unit_of_name
from ._state import OLD, public
from ._survey import containers as containers_now
from ._survey import facts_of, foresee
from ._unit_folder import Folder
from ._wanted import container_name, container_of


def look(task: Task, engine: Engine, key: bytes, before: str | None, folder: Folder) -> dict[str, Any]:
    """The unit that is declared, and how what is there differs; ``before`` is the text that is there. Raises Failure."""
    facts = facts_of(engine)
    if not task.params.get("in_app"):
        task = _bound_to_units(task, folder)
    wanted, text = _declared(task, engine, key, facts, before)
    survey = look_for(engine, [wanted], None)
    return _compared(task, engine, Planner(survey, facts, key), wanted, text, before, folder)


def _bound_to_units(task: Task, folder: Folder) -> Task:
    """The task of a container that stands alone, whose service follows those of the containers that it cannot be without."""
    links = []
    for name in sorted(bound(container_of(task.params).spec)):
        with contextlib.suppress(Failure):  # Podman takes names that no unit can have
            if is_ours(folder.text(unit_of_name(name).file)):
                links.append(name)
    if not links:
        return task
    return Task({**task.params, "in_app": {"links": {"Requires": links, "After": links}}}, task.check)


def _following(folder: Folder, name: str) -> list[str]:
    """Containers whose services systemd stops and starts with that of one."""
    return [
        file.rpartition(".")[0]
        for file, text in folder.tree().items()
        if is_ours(text) and f"\nRequires={service_of_name(name)}\n" in text
    ]


def look_at_all(
    task: Task,
    engine: Engine,
    key: bytes,
    jobs: Sequence[tuple[Mapping[str, Any], str | None]],
    listed: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, dict[str, Any]]:
    """As ``look``, for several containers at once (parameters of each, and text if it has one); what cannot be looked at is left out."""
    facts = facts_of(engine)
    declared = {}
    for params, before in jobs:
        inner = Task(params, task.check)
        with contextlib.suppress(Failure):
            declared[container_name(params)] = (inner, before, *_declared(inner, engine, key, facts, before))
    survey = look_for(engine, [wanted for _task, _before, wanted, _text in declared.values()], None, listed)
    planner, found = Planner(survey, facts, key), {}
    for name, (inner, before, wanted, text) in declared.items():
        with contextlib.suppress(Failure):
            found[name] = _compared(inner, engine, planner, wanted, text, before)
    return found


def _declared(
    task: Task, engine: Engine, key: bytes, facts: Facts, before: str | None
) -> tuple[Wanted, str | None]:
    """What a task wants and the unit that says so, with its image fetched where the task wants that every time."""
    wanted = container_of(task.params)
    _pull.refuse_retries(task.params, engine)
    text = before
    if wanted.image:
        TABLE.gate(wanted.spec, facts, wanted.where)
        text = text_of(wanted, key, engine.version_text, before, task.params.get("in_app") or {})
    pull_first(task, engine, [wanted], task.params)
    return wanted, text


def _compared(
    task: Task,
    engine: Engine,
    planner: Planner,
    wanted: Wanted,
    text: str | None,
    before: str | None,
    folder: Folder | None = None,
) -> dict[str, Any]:
    survey = planner.survey
    in_app = task.params.get("in_app") or {}
    foresee(survey, [wanted.image], in_app, task.check)
    found = there(wanted, planner, before)
    current = survey.containers.get(wanted.name)
    if current is not None and (found.reasons or found.source):
        going = Step("replace", KIND, wanted.name, (), {"old": current.id})
        along = [*(in_app.get("taken") or ()), *(_following(folder, wanted.name) if folder else ())]
        refuse_lost_dependents(engine, [going], [wanted, *map(Wanted, along)])
    image = survey.images.get(wanted.image) or {}
    _refuse_without_health(wanted, image, in_app.get("healthy") or ())
    known = known_of(wanted, survey, planner.facts, in_app)
    if wanted.image and known != UNKNOWN:
        text = text_of(wanted, planner.key, engine.version_text, before, in_app, known)
    # The same name stands for another image now: the way back has to know which it was.
    moved = (
        current is not None
        and is_of_unit(current)
        and current.inspect.get("ImageName") == wanted.image
        and current.inspect.get("Image") != image.get("Id")
    )
    return {
        "text": text,
        "there": found.told(),
        "pulls": [{**step.public(), "work": dict(step.work)} for step in planner.pulls(wanted)],
        "container": public(current.inspect if current else None),
        "stop_timeout": int(wanted.spec.get("stop_timeout") or 10),
        "image_before": str(current.inspect.get("Image")) if current is not None and moved else "",
    }


def _refuse_without_health(wanted: Wanted, image: Mapping[str, Any], others: Sequence[str]) -> None:
    """Raise Failure for a container that others want healthy, and that has no check by which it could be."""
    declared = wanted.spec.get("healthcheck")
    of_image = get_path(image, "HealthCheck.Test") or get_path(image, "Config.Healthcheck.Test")
    tests = ["NONE"] if wanted.spec.get("no_healthcheck") else declared or of_image or ["NONE"]
    # An image that is not there yet is looked at once it is.
    if others and wanted.image and tests[0] == "NONE" and (declared or image.get("Id")):
        raise Failure(
            f"healthcheck: missing, and {', '.join(others)} depends on {wanted.name} being healthy, which nothing could tell; declare one, or "
            "depend on it as started."
        )


def pull(task: Task, engine: Engine, _key: bytes, steps: list[Step]) -> dict[str, Any]:
    """Fetch the images of a plan. Raises Failure."""
    pull_missing(engine, steps, task.params)
    return {}


def update(task: Task, engine: Engine, _key: bytes, step: Step) -> dict[str, Any]:
    """Change what runs in place. Raises Failure after the way back was taken."""
    wanted = container_of(task.params)
    Applier(engine, {wanted.name: wanted.spec}, False, 0.0).apply([step])
    return {}


def tidy(_task: Task, engine: Engine, _key: bytes, steps: list[Step]) -> dict[str, Any]:
    """Remove and rename what a killed run left, in the order of the steps."""
    for step in steps:
        if step.action == "remove":
            operations.remove(engine, step.work["id"])
        elif step.action == "rename":
            operations.rename(engine, step.work["id"], step.work["to"])
    return {}


def set_aside(task: Task, engine: Engine, _key: bytes, source: Mapping[str, Any]) -> dict[str, Any]:
    """Stop the container from which the unit takes over, and take its name away. It is the way back."""
    name = container_name(task.params)
    if source["running"]:
        operations.stop(engine, source["id"], name)
    if source.get("vanishes"):
        operations.remove(engine, source["id"])
        return {}
    operations.rename(engine, source["id"], name + OLD)
    return {}


def bring_back(task: Task, engine: Engine, _key: bytes, source: Mapping[str, Any]) -> dict[str, Any]:
    """The container from which the unit was to take over leads again. Safe wherever ``set_aside`` stopped."""
    name = container_name(task.params)
    if source.get("vanishes"):
        raise Failure(f"container {name} was made with --rm and has gone with its stop; make it again.")
    found = containers_now(engine, [name, name + OLD])
    current = found.get(name)
    if current is not None and current.id != source["id"]:
        operations.remove(engine, current.id)
    if name + OLD in found:
        operations.rename(engine, source["id"], name)
    if source["running"]:
        operations.start(engine, source["id"], name)
    return {}


def remove(_task: Task, engine: Engine, _key: bytes, identities: list[str]) -> dict[str, Any]:
    """Remove what is not needed any more. Volumes stay."""
    operations.remove_all(engine, identities)
    return {}


def retag(task: Task, engine: Engine, _key: bytes, identity: str) -> dict[str, Any]:
    """The unit before names its image, and the name has moved: it goes back, or the service would start what failed."""
    tag(engine, identity, parse_name(str(task.params["image"]), "image"))
    return {}


def await_ready(task: Task, engine: Engine, _key: bytes) -> dict[str, Any]:
    """Wait until the container is ready; says whether it is still there, as one in a unit goes when it ends. Raises Failure."""
    name = container_name(task.params)
    timeout = float(task.params["wait_timeout"] or 120)
    try:
        operations.await_ready(engine, name, name, operations.SETTLE, timeout)
    except EngineError as error:
        if not is_missing(error):
            raise
    return {"there": engine.find(f"containers/{name_in_path(name)}/json") is not None}


def health(task: Task, engine: Engine, _key: bytes) -> dict[str, Any]:
    """What the container's health check said last when it failed."""
    found = containers_now(engine, [container_name(task.params)])
    for each in found.values():
        state = each.inspect.get("State") or {}
        told = state.get("Health") or state.get("Healthcheck") or {}
        log = told.get("Log") or []
        if told.get("Status") != "healthy" and log:
            return {"said": " ".join(str((log[-1] or {}).get("Output") or "no output").split())[:300]}
    return {"said": ""}


def ailing(task: Task, engine: Engine, _key: bytes) -> dict[str, Any]:
    """Whether the container has given its health up: then nothing is left to wait for."""
    found = containers_now(engine, [container_name(task.params)]).get(container_name(task.params))
    state = (found.inspect.get("State") or {}) if found else {}
    told = state.get("Health") or state.get("Healthcheck") or {}
    return {"ailing": told.get("Status") == "unhealthy"}


def evict(task: Task, engine: Engine, _key: bytes) -> dict[str, Any]:
    """Remove the container of the unit, so that a service that waits for its health ends."""
    found = containers_now(engine, [container_name(task.params)]).get(container_name(task.params))
    if found is not None and is_of_unit(found):
        operations.remove(engine, found.id)
    return {}


def stands_alone(task: Task, engine: Engine, _key: bytes) -> dict[str, Any]:
    """Whether there is a container of this name that its unit did not make."""
    name = container_name(task.params)
    found = containers_now(engine, [name]).get(name)
    return {"there": found is not None and not is_of_unit(found)}


def shown(task: Task, engine: Engine, _key: bytes) -> dict[str, Any]:
    """The container as it is now, as a task returns it."""
    name = container_name(task.params)
    found = containers_now(engine, [name]).get(name)
    return {"container": public(found.inspect if found else None)}
