# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of containers and pods: parse, look, plan, apply, tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import (
    _container_wanted,
    _containers,
    _engine,
    _errors,
    _image_names,
    _module,
    _open_runtime,
    _plan,
    _pods,
    _pull,
    _service_plan,
    _service_states,
    _state,
    _survey,
    _unit_folder,
    _wanted,
)
from ._apply import Applier


def travel_container(
    task: _module.Task,
    engine: _engine.Engine,
    key: bytes,
    of_unit: bool = True,
    folder: _unit_folder.Folder | None = None,
) -> dict[str, Any]:
    """Bring one container to what the task declares; return the task's result.

    Without ``of_unit`` one that its unit made does not count: it goes with the unit. With a ``folder`` of units the task leaves open where
    the container lives, and one for a unit is left to the caller: all that is returned then is ``runtime``.
    """
    params = task.params = _wanted.defined(task.params, _wanted.CONTAINER_SPEC)
    wanted = _wanted.container_of(params)
    _pull.refuse_retries(params, engine)
    facts = _survey.facts_of(engine)
    pull_first(task, engine, [wanted], params)
    survey = look_for(engine, [wanted], wanted.pod or None)
    if not of_unit:
        survey.containers = {
            name: each for name, each in survey.containers.items() if not _service_plan.is_of_unit(each)
        }
    if folder is not None and _open_runtime.takes_container(wanted, survey, folder, key, engine.version_text):
        return {"runtime": _wanted.SYSTEMD}
    pod_id = _pod_id(survey, wanted)
    planner = _containers.Planner(survey, facts, key, pod_id)
    pulls = planner.pulls(wanted)
    steps = pulls + planner.steps(wanted)
    refuse_lost_dependents(engine, steps, [wanted])
    if steps and not task.check:
        if pulls:
            pull_missing(engine, pulls, params)
            planner.survey = look_for(engine, [wanted], wanted.pod or None)
        _apply(task, engine, [wanted], planner.steps(wanted), bool(params.get("delete_volumes")))
    result = _plan.outcome(steps)
    result["adopted"] = bool(planner.adopted)
    result["container"] = _public(engine, wanted.name, survey, bool(steps) and not task.check)
    return result


def travel_pod(
    task: _module.Task,
    engine: _engine.Engine,
    key: bytes,
    of_unit: bool = True,
    folder: _unit_folder.Folder | None = None,
) -> dict[str, Any]:
    """Bring one pod and its containers to what the task declares; return the task's result. ``of_unit`` and ``folder`` as for a container."""
    params = task.params = _wanted.defined(task.params, _wanted.POD_SPEC)
    wanted = _wanted.pod_of(params)
    name, members, state = wanted.name, wanted.containers, wanted.state
    _pull.refuse_retries(params, engine)
    facts = _survey.facts_of(engine)
    if state != _container_wanted.ABSENT:
        pull_first(task, engine, members or [], params)
    survey = look_for(engine, members or [], name)
    if not of_unit:
        _without_units(survey)
    if folder is not None and _open_runtime.takes_pod(wanted, survey, folder, key, engine.version_text):
        return {"runtime": _wanted.SYSTEMD}
    planner = _pods.PodPlanner(survey, facts, key)
    steps = planner.steps(wanted)
    if steps and not task.check:
        pulls = [step for step in steps if step.action == "pull"]
        final = steps
        if pulls:
            pull_missing(engine, pulls, params)
            final = _pods.PodPlanner(look_for(engine, members or [], name), facts, key).steps(wanted)
        _apply(task, engine, members or [], final, False)
        survey = look_for(engine, members or [], name)
    for sentence in planner.warnings:
        task.warn(sentence)
    result = _plan.outcome(steps)
    result["adopted"] = bool(planner.adopted)
    result["pod"] = public_pod(survey.pods.get(name))
    return result


def pull_first(
    task: _module.Task,
    engine: _engine.Engine,
    wanted: list[_container_wanted.Wanted],
    params: Mapping[str, Any],
) -> None:
    """Policies that ask the registry every time do so before anything is compared."""
    policy = str(params.get("pull") or "missing")
    if task.check or policy not in ("always", "newer"):
        return
    for image, platform in {
        each.image: each.platform for each in wanted if each.pulled and each.state != _container_wanted.ABSENT
    }.items():
        _pull.pull(engine, image, policy, {**params, "platform": platform})


def pull_missing(engine: _engine.Engine, steps: list[_plan.Step], params: Mapping[str, Any]) -> None:
    """Fetch images that a plan needs. Raises Failure where the task forbids it."""
    if params.get("pull") == "never":
        found = f"on the host for {steps[0].reasons[0].before}" if steps[0].reasons else "not on the host"
        raise _errors.Failure(
            f"image: {steps[0].name} is {found}, and pull: never forbids to fetch it; load or build it with rootless.podman.image."
        )
    for step in steps:
        platform = step.work["platform"]
        _pull.pull(engine, step.name, step.work["policy"], {**params, "platform": platform})
        wrong = _image_names.foreign(_pull.find(engine, step.name), platform)
        if wrong:
            raise _errors.Failure(
                f"{wrong[0].option}: the registry has image {step.name} for {wrong[0].before} alone, and {wrong[0].after} is needed; "
                "name an image that is made for it."
            )


def look_for(
    engine: _engine.Engine,
    wanted: list[_container_wanted.Wanted],
    pod: str | None,
    listed: Sequence[Mapping[str, Any]] | None = None,
) -> _state.Survey:
    """What a plan for these containers and their pod has to know; ``listed`` are all containers, where they have been listed."""
    images = [each.image for each in wanted if each.pulled and each.state != _container_wanted.ABSENT]
    secrets = any("secrets" in each.spec for each in wanted)
    return _survey.look(engine, [each.name for each in wanted], images, pod, secrets, listed)


def _without_units(survey: _state.Survey) -> None:
    survey.pods = {name: each for name, each in survey.pods.items() if not in_unit(each)}
    survey.containers = {
        name: each for name, each in survey.containers.items() if not _service_plan.is_of_unit(each)
    }


def in_unit(pod: Mapping[str, Any]) -> bool:
    """Whether a service of systemd made this pod."""
    return _service_states.UNIT_LABEL in (pod.get("Labels") or {})


def _pod_id(survey: _state.Survey, wanted: _container_wanted.Wanted) -> str:
    if not wanted.pod or wanted.state == _container_wanted.ABSENT:
        return ""
    pod = survey.pods.get(wanted.pod)
    if pod is None:
        raise _errors.Failure(
            f"pod: there is no pod {wanted.pod} in this account; make it first with rootless.podman.pod."
        )
    if in_unit(pod):
        raise _errors.Failure(
            f"pod: {wanted.pod} lives in units of systemd, which make it anew whenever it starts, with the containers of its own task alone; "
            f"declare {wanted.name} in the containers of that task."
        )
    return str(pod["Id"])


def refuse_lost_dependents(
    engine: _engine.Engine, steps: list[_plan.Step], wanted: list[_container_wanted.Wanted]
) -> None:
    """Raise Failure when containers outside the task hold on to one that the plan takes away."""
    going = {
        step.name: str(step.work.get("old") or step.work.get("id"))
        for step in steps
        if step.action in ("replace", "remove") and step.kind == "container"
    }
    if going:
        _containers.refuse_dependents(_survey.dependents(engine, going, [each.name for each in wanted]))


def _apply(
    task: _module.Task,
    engine: _engine.Engine,
    wanted: list[_container_wanted.Wanted],
    steps: list[_plan.Step],
    volumes: bool,
) -> None:
    specs = {each.name: each.spec for each in wanted}
    wait = bool(task.params.get("wait", True))
    Applier(engine, specs, wait, float(task.params.get("wait_timeout") or 120), volumes).apply(steps)


def _public(engine: _engine.Engine, name: str, survey: _state.Survey, changed: bool) -> dict[str, Any]:
    """The container as it is now; what was looked at before counts when nothing changed."""
    found = (_survey.containers(engine, [name]) if changed else survey.containers).get(name)
    return _state.public(found.inspect if found else None)


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
