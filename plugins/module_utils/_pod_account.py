# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the account itself does for a pod that lives in units: look, pull, prove what takes over, wait, bring back."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
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
    _parallel,
    _plan,
    _pod_text,
    _pod_units,
    _pods,
    _pull,
    _road,
    _service_plan,
    _service_text,
    _state,
    _survey,
    _times,
    _wanted,
)
from . import _operations as operations
from ._resources import pod
from ._resources.container import KIND as CONTAINER
from ._resources.container import TABLE as CONTAINERS

# Where there is no address or alias nothing of an option's meaning depends on another one.
_ON_NETWORKS = ("ip", "ip6", "mac_address", "network_alias")


def look(task: _module.Task, engine: _engine.Engine, key: bytes, before: Mapping[str, str]) -> dict[str, Any]:
    """The units that are declared, and how what is there differs; ``before`` are the texts that are there. Raises Failure."""
    wanted = _wanted.pod_of(task.params)
    in_app = task.params.get("in_app") or {}
    _pull.refuse_retries(task.params, engine)
    facts = _survey.facts_of(engine)
    members = wanted.containers or []
    texts: Mapping[str, str] = before
    if not speaks_of_state(wanted):
        if wanted.containers is None:
            raise _errors.Failure(
                "containers: missing beside runtime: systemd, and a pod in units has its containers in units too; declare them (an empty "
                "list is none), or use runtime: podman."
            )
        pod.TABLE.gate(wanted.spec, facts)
        for member in members:
            CONTAINERS.gate(member.spec, facts, member.where)
        texts = _pod_text.texts_of(wanted, key, engine.version_text, before, in_app)
        if any(option in wanted.spec for option in _ON_NETWORKS):
            pod.TABLE.body(wanted.spec, facts)  # refuses what does not go together
    if wanted.state != _container_wanted.ABSENT:
        _road.pull_first(task, engine, members, task.params)
    survey = _road.look_for(engine, members, wanted.name)
    _survey.foresee(survey, [member.image for member in members], in_app, task.check)
    known = {member.name: _service_text.known_of(member, survey, facts, in_app) for member in members}
    if any(each != _service_text.UNKNOWN for each in known.values()) and not speaks_of_state(wanted):
        texts = _pod_text.texts_of(wanted, key, engine.version_text, before, in_app, known)
    planner = _containers.Planner(survey, facts, key)
    found = _pod_units.there(wanted, survey, planner, before)
    pulls = {step.name: step for member in members for step in planner.pulls(member)}
    return {
        "before": dict(before),
        "texts": dict(texts),
        "members": [_outline(member) for member in members],
        "there": found.told(),
        "pulls": [{**step.public(), "work": dict(step.work)} for step in pulls.values()],
        "pod": _road.public_pod(survey.pods.get(wanted.name)),
        "stop_timeout": max([int(member.spec.get("stop_timeout") or 10) for member in members] or [10]),
        "images_before": _moved(wanted, survey),
    }


def _outline(member: _container_wanted.Wanted) -> dict[str, Any]:
    """What a plan has to know of a container beside how it differs."""
    return {
        "name": member.name, "recreate": member.recreate, "restart": member.restart, "requires": sorted(_container_wanted.bound(member.spec)),
    }  # fmt: skip


def foreign(
    task: _module.Task, engine: _engine.Engine, key: bytes, before: Mapping[str, str]
) -> dict[str, Any]:
    """Containers in the pod of units that no task of ours declared."""
    wanted = _wanted.pod_of(task.params)
    survey = _road.look_for(engine, [], wanted.name)
    current = survey.pods.get(wanted.name)
    planner = _containers.Planner(survey, _survey.facts_of(engine), key)
    names = _pod_units.foreign_in(wanted, current, survey, planner, before) if current is not None else ()
    return {"names": list(names)}


def stands_alone(task: _module.Task, engine: _engine.Engine, _key: bytes) -> dict[str, Any]:
    """Whether there is a pod of this name that its unit did not make."""
    name = str(task.params["name"])
    found = _road.look_for(engine, [], name).pods.get(name)
    return {"there": found is not None and not _pod_units.is_of_unit(found)}


def speaks_of_state(wanted: _pods.WantedPod) -> bool:
    """Whether the task says nothing of what the pod is."""
    return not wanted.spec and wanted.containers is None and not wanted.recreate


def _moved(wanted: _pods.WantedPod, survey: _state.Survey) -> dict[str, str]:
    """Images whose names stand for other ones now: the way back has to know which they were."""
    found = {}
    for member in wanted.containers or []:
        current = survey.containers.get(member.name)
        if current is None or not _service_plan.is_of_unit(current):
            continue
        image = survey.images.get(member.image) or {}
        same_name = current.inspect.get("ImageName") == member.image
        if same_name and current.inspect.get("Image") != image.get("Id"):
            found[member.image] = str(current.inspect.get("Image"))
    return found


def pull(task: _module.Task, engine: _engine.Engine, _key: bytes, steps: list[_plan.Step]) -> dict[str, Any]:
    """Fetch the images of a plan. Raises Failure."""
    _road.pull_missing(engine, steps, task.params)
    return {}


def prove(
    task: _module.Task, engine: _engine.Engine, key: bytes, found: _pod_units.PodThere, starts: bool
) -> dict[str, Any]:
    """Have the declaration prove itself as NAME.rp-new, if that is not done, and make room for the units that start.

    The ID of the proven pod, which is the way back from then on, and the pods that go in the end. Raises Failure with the old pod as it was.
    """
    wanted = _wanted.pod_of(task.params)
    old, proven = found.old or {}, found.proven
    if found.stray:
        operations.remove_pod(engine, found.stray)
    if not starts and not proven:
        return {"proven": "", "gone": [old["id"]] if old else []}
    if not proven and old:
        survey = _road.look_for(engine, wanted.containers or [], wanted.name)
        step = _pods.PodPlanner(survey, _survey.facts_of(engine), key).proof(wanted, str(old["id"]))
        waits = bool(task.params.get("wait", True)), float(task.params.get("wait_timeout") or 120)
        proven = _apply.Applier(engine, {}, *waits).prove(step)
    if proven:
        operations.stop_pod(engine, proven)
    if old:
        operations.remove_pod(engine, str(old["id"]))
    return {"proven": proven, "gone": [proven] if proven else []}


def bring_back(task: _module.Task, engine: _engine.Engine, _key: bytes, proven: str) -> dict[str, Any]:
    """The proven pod serves, because what was to take over from it does not."""
    operations.start_pod(engine, proven, str(task.params["name"]) + _state.NEW)
    return {}


def remove(_task: _module.Task, engine: _engine.Engine, _key: bytes, pods: list[str]) -> dict[str, Any]:
    """Remove pods that are not needed any more. Volumes stay."""
    for identity in pods:
        operations.remove_pod(engine, identity)
    return {}


def update(
    task: _module.Task, engine: _engine.Engine, _key: bytes, steps: list[_plan.Step]
) -> dict[str, Any]:
    """Change what runs in place. Raises Failure after the way back was taken."""
    specs = {member.name: member.spec for member in _wanted.pod_of(task.params).containers or []}
    _apply.Applier(engine, specs, False, 0.0).apply(steps)
    return {}


def retag(
    _task: _module.Task, engine: _engine.Engine, _key: bytes, images: Mapping[str, str]
) -> dict[str, Any]:
    """The units before name their images, and names have moved: they go back, or the services would start what failed."""
    for name, identity in images.items():
        _image_archive.tag(engine, identity, _image_names.parse_name(name, "image"))
    return {}


def await_ready(task: _module.Task, engine: _engine.Engine, _key: bytes, names: list[str]) -> dict[str, Any]:
    """Wait until containers are ready; those that are gone again, as one in a unit goes when it ends. Raises Failure."""
    timeout = float(task.params["wait_timeout"] or 120)

    def wait(name: str) -> str:
        try:
            with _times.Times().of(start_of(name)):
                operations.await_ready(engine, name, name, operations.SETTLE, timeout)
        except _errors.EngineError as error:
            if not _engine.is_missing(error):
                raise
        return name if engine.find(f"containers/{_engine.name_in_path(name)}/json") is None else ""

    return {"gone": list(filter(None, _parallel.in_parallel(wait, names, operations.WAITING)))}


def start_of(container: str) -> _plan.Step:
    """The step in which the service of a container starts."""
    return _plan.Step("start", _service_plan.SERVICE, _service_text.service_of_name(container))


def health(_task: _module.Task, engine: _engine.Engine, _key: bytes, names: list[str]) -> dict[str, Any]:
    """What the health checks of containers that are not healthy said last, and who has given it up."""
    said, ailing = "", ""
    for each in _survey.containers(engine, names).values():
        status, told = _health(each)
        if status == "unhealthy":
            ailing = ailing or each.name
        if status != "healthy" and told and not said:
            said = f"the health check of {each.name} says: {told}"
    return {"said": said, "ailing": ailing}


def ailing_services(told: Mapping[str, Any]) -> dict[str, str]:
    """What ``health`` says of one that has given its health up, by its service."""
    name = str(told["ailing"])
    return {_service_text.service_of_name(name): f"container {name} is unhealthy"} if name else {}


def _health(found: _state.Found) -> tuple[str, str]:
    state = found.inspect.get("State") or {}
    told = state.get("Health") or state.get("Healthcheck") or {}
    log = told.get("Log") or []
    words = " ".join(str((log[-1] or {}).get("Output") or "no output").split())[:300] if log else ""
    return str(told.get("Status") or ""), words


def evict(_task: _module.Task, engine: _engine.Engine, _key: bytes, names: list[str]) -> dict[str, Any]:
    """Remove containers that are not healthy yet, so that services that wait for their health end."""
    for each in _survey.containers(engine, names).values():
        if _service_plan.is_of_unit(each) and _health(each)[0] not in ("", "healthy"):
            with contextlib.suppress(_errors.Failure):
                operations.remove(engine, each.id)
    return {}


def shown(task: _module.Task, engine: _engine.Engine, _key: bytes) -> dict[str, Any]:
    """The pod as it is now, as a task returns it."""
    name = str(task.params["name"])
    return {"pod": _road.public_pod(_road.look_for(engine, [], name).pods.get(name))}


def members_of(steps: list[_plan.Step]) -> list[_plan.Step]:
    """The steps that change containers in place."""
    return [step for step in steps if (step.action, step.kind) == ("update", CONTAINER)]
