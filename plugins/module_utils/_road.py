# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of containers and pods: parse, look, plan, apply, tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import _pull
from ._apply import Applier
from ._container_wanted import ABSENT, Wanted
from ._containers import Planner, refuse_dependents
from ._engine import Engine
from ._errors import Failure
from ._image_names import foreign
from ._module import Task
from ._open_runtime import takes_container, takes_pod
from ._plan import Step, outcome
from ._pods import PodPlanner
from ._service_plan import is_of_unit
from ._service_states import UNIT_LABEL
from ._state import Survey, public
from ._survey import containers as containers_now
from ._survey import dependents, facts_of, look
from ._unit_folder import Folder
from ._wanted import CONTAINER_SPEC, POD_SPEC, SYSTEMD, container_of, defined, pod_of


def travel_container(
    task: Task, engine: Engine, key: bytes, of_unit: bool = True, folder: Folder | None = None
) -> dict[str, Any]:
    """Bring one container to what the task declares; return the task's result.

    Without ``of_unit`` one that its unit made does not count: it goes with the unit. With a ``folder`` of units the task leaves open where
    the container lives, and one for a unit is left to the caller: all that is returned then is ``runtime``.
    """
    params = task.params = defined(task.params, CONTAINER_SPEC)
    wanted = container_of(params)
    _pull.refuse_retries(params, engine)
    facts = facts_of(engine)
    pull_first(task, engine, [wanted], params)
    survey = look_for(engine, [wanted], wanted.pod or None)
    if not of_unit:
        survey.containers = {name: each for name, each in survey.containers.items() if not is_of_unit(each)}
    if folder is not None and takes_container(wanted, survey, folder, key, engine.version_text):
        return {"runtime": SYSTEMD}
    pod_id = _pod_id(survey, wanted)
    planner = Planner(survey, facts, key, pod_id)
    pulls = planner.pulls(wanted)
    steps = pulls + planner.steps(wanted)
    refuse_lost_dependents(engine, steps, [wanted])
    if steps and not task.check:
        if pulls:
            pull_missing(engine, pulls, params)
            planner.survey = look_for(engine, [wanted], wanted.pod or None)
        _apply(task, engine, [wanted], planner.steps(wanted), bool(params.get("delete_volumes")))
    result = outcome(steps)
    result["adopted"] = bool(planner.adopted)
    result["container"] = _public(engine, wanted.name, survey, bool(steps) and not task.check)
    return result


def travel_pod(
    task: Task, engine: Engine, key: bytes, of_unit: bool = True, folder: Folder | None = None
) -> dict[str, Any]:
    """Bring one pod and its containers to what the task declares; return the task's result. ``of_unit`` and ``folder`` as for a container."""
    params = task.params = defined(task.params, POD_SPEC)
    wanted = pod_of(params)
    name, members, state = wanted.name, wanted.containers, wanted.state
    _pull.refuse_retries(params, engine)
    facts = facts_of(engine)
    if state != ABSENT:
        pull_first(task, engine, members or [], params)
    survey = look_for(engine, members or [], name)
    if not of_unit:
        _without_units(survey)
    if folder is not None and takes_pod(wanted, survey, folder, key, engine.version_text):
        return {"runtime": SYSTEMD}
    planner = PodPlanner(survey, facts, key)
    steps = planner.steps(wanted)
    if steps and not task.check:
        pulls = [step for step in steps if step.action == "pull"]
        final = steps
        if pulls:
            pull_missing(engine, pulls, params)
            final = PodPlanner(look_for(engine, members or [], name), facts, key).steps(wanted)
        _apply(task, engine, members or [], final, False)
        survey = look_for(engine, members or [], name)
    for sentence in planner.warnings:
        task.warn(sentence)
    result = outcome(steps)
    result["adopted"] = bool(planner.adopted)
    result["pod"] = public_pod(survey.pods.get(name))
    return result


def pull_first(task: Task, engine: Engine, wanted: list[Wanted], params: Mapping[str, Any]) -> None:
    """Policies that ask the registry every time do so before anything is compared."""
    policy = str(params.get("pull") or "missing")
    if task.check or policy not in ("always", "newer"):
        return
    for image, platform in {
        each.image: each.platform for each in wanted if each.pulled and each.state != ABSENT
    }.items():
        _pull.pull(engine, image, policy, {**params, "platform": platform})


def pull_missing(engine: Engine, steps: list[Step], params: Mapping[str, Any]) -> None:
    """Fetch images that a plan needs. Raises Failure where the task forbids it."""
    if params.get("pull") == "never":
        found = f"on the host for {steps[0].reasons[0].before}" if steps[0].reasons else "not on the host"
        raise Failure(
            f"image: {steps[0].name} is {found}, and pull: never forbids to fetch it; load or build it with rootless.podman.image."
        )
    for step in steps:
        platform = step.work["platform"]
        _pull.pull(engine, step.name, step.work["policy"], {**params, "platform": platform})
        wrong = foreign(_pull.find(engine, step.name), platform)
        if wrong:
            raise Failure(
                f"{wrong[0].option}: the registry has image {step.name} for {wrong[0].before} alone, and {wrong[0].after} is needed; "
                "name an image that is made for it."
            )


def look_for(
    engine: Engine, wanted: list[Wanted], pod: str | None, listed: Sequence[Mapping[str, Any]] | None = None
) -> Survey:
    """What a plan for these containers and their pod has to know; ``listed`` are all containers, where they have been listed."""
    images = [each.image for each in wanted if each.pulled and each.state != ABSENT]
    secrets = any("secrets" in each.spec for each in wanted)
    return look(engine, [each.name for each in wanted], images, pod, secrets, listed)


def _without_units(survey: Survey) -> None:
    survey.pods = {name: each for name, each in survey.pods.items() if not in_unit(each)}
    survey.containers = {name: each for name, each in survey.containers.items() if not is_of_unit(each)}


def in_unit(pod: Mapping[str, Any]) -> bool:
    """Whether a service of systemd made this pod."""
    return UNIT_LABEL in (pod.get("Labels") or {})


def _pod_id(survey: Survey, wanted: Wanted) -> str:
    if not wanted.pod or wanted.state == ABSENT:
        return ""
    pod = survey.pods.get(wanted.pod)
    if pod is None:
        raise Failure(
            f"pod: there is no pod {wanted.pod} in this account; make it first with rootless.podman.pod."
        )
    if in_unit(pod):
        raise Failure(
            f"pod: {wanted.pod} lives in units of systemd, which make it anew whenever it starts, with the containers of its own task alone; "
            f"declare {wanted.name} in the containers of that task."
        )
    return str(pod["Id"])


def refuse_lost_dependents(engine: Engine, steps: list[Step], wanted: list[Wanted]) -> None:
    """Raise Failure when containers outside the task hold on to one that the plan takes away."""
    going = {
        step.name: str(step.work.get("old") or step.work.get("id"))
        for step in steps
        if step.action in ("replace", "remove") and step.kind == "container"
    }
    if going:
        refuse_dependents(dependents(engine, going, [each.name for each in wanted]))


def _apply(task: Task, engine: Engine, wanted: list[Wanted], steps: list[Step], volumes: bool) -> None:
    specs = {each.name: each.spec for each in wanted}
    wait = bool(task.params.get("wait", True))
    Applier(engine, specs, wait, float(task.params.get("wait_timeout") or 120), volumes).apply(steps)


def _public(engine: Engine, name: str, survey: Survey, changed: bool) -> dict[str, Any]:
    """The container as it is now; what was looked at before counts when nothing changed."""
    found = (containers_now(engine, [name]) if changed else survey.containers).get(name)
    return public(found.inspect if found else None)


def public_pod(found: Mapping[str, Any] | None) -> dict[str, Any]:
    """A pod as a task returns it."""
    if not found:
        return {}
    members = [
        {"name": each.get("Name"), "id": each.get("Id"), "status": each.get("State")}
        for each in found.get("Containers") or []
    ]
    return {
        "name": found.get("Name"),
        "id": found.get("Id"),
        "state": found.get("State"),
        "containers": members,
    }
