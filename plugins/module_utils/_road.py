# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of containers and pods: parse, look, plan, apply, tell."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from . import _pair_files, _pull
from ._apply import Applier
from ._containers import ABSENT, Planner, Wanted, refuse_dependents
from ._engine import Engine
from ._errors import Failure
from ._image_names import foreign
from ._module import Task
from ._plan import Step, outcome
from ._pods import PodPlanner, WantedPod
from ._resources import container as containers
from ._resources import pod as pods
from ._state import Survey, public
from ._survey import containers as containers_now
from ._survey import dependents, facts_of, look
from ._values import OBJECT_NAME

# What a member must not say, because it shares the pod's namespaces.
BELONGS_TO_POD = (
    "publish",
    "network",
    "publish_all",
    "network_aliases",
    "ip",
    "ip6",
    "mac_address",
    "userns",
    "uidmap",
    "gidmap",
    "dns",
    "dns_search",
    "dns_option",
    "etc_hosts",
    "hosts_file",
    "no_hosts",
    "hostname",
    "no_hostname",
    "shm_size",
)
STATES = {"created": "present"}

# The options of one container that are not rows of the table, in a task and in a pod's list.
CONTAINER_ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str"},
    "image": {"type": "str"},
    "recreate": {"type": "bool", "default": False},
    "force_restart": {"type": "bool", "default": False, "aliases": ["restart"]},
}
WAIT_ARGUMENTS: dict[str, dict[str, Any]] = {
    "pull": {"type": "str", "choices": list(_pull.POLICIES), "default": "missing"},
    "tls_verify": {"type": "bool"},
    "retry": {"type": "int"},
    "retry_delay": {"type": "str"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 120},
}
RUN_STATES = ["present", "created", "started", "stopped", "absent"]
CONTAINER_SPEC: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": RUN_STATES, "default": "started"},
    "pod": {"type": "str"},
    "delete_volumes": {"type": "bool", "default": False},
    "definition": {"type": "dict"},
    **CONTAINER_ARGUMENTS,
    **WAIT_ARGUMENTS,
    **_pair_files.ARGUMENTS,
    **containers.TABLE.argument_spec(),
}
POD_SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str"},
    "state": {"type": "str", "choices": RUN_STATES},
    "containers": {"type": "list", "elements": "dict"},
    "recreate": {"type": "bool", "default": False},
    "definition": {"type": "dict"},
    **WAIT_ARGUMENTS,
    "label_file": _pair_files.ARGUMENTS["label_file"],
    **pods.TABLE.argument_spec(),
}
# What makes either module's parameters complete.
CONSTRAINTS: dict[str, Any] = {"required_one_of": [("name", "definition")]}


def travel_container(task: Task, engine: Engine, key: bytes) -> dict[str, Any]:
    """Bring one container to what the task declares; return the task's result."""
    params = task.params = _defined(task.params, CONTAINER_SPEC)
    wanted = _wanted(params, params["state"], pod=str(params.get("pod") or ""))
    _pull.refuse_retries(params, engine)
    facts = facts_of(engine)
    _pull_first(task, engine, [wanted], params)
    survey = _look(engine, [wanted], wanted.pod or None)
    pod_id = _pod_id(survey, wanted)
    planner = Planner(survey, facts, key, pod_id)
    pulls = planner.pulls(wanted)
    steps = pulls + planner.steps(wanted)
    _refuse_lost_dependents(engine, steps, [wanted])
    if steps and not task.check:
        if pulls:
            _pull_missing(engine, pulls, params)
            planner.survey = _look(engine, [wanted], wanted.pod or None)
        _apply(task, engine, [wanted], planner.steps(wanted), bool(params.get("delete_volumes")))
    result = outcome(steps)
    result["adopted"] = bool(planner.adopted)
    result["container"] = _public(engine, wanted.name, survey, bool(steps) and not task.check)
    return result


def travel_pod(task: Task, engine: Engine, key: bytes) -> dict[str, Any]:
    """Bring one pod and its containers to what the task declares; return the task's result."""
    params = task.params = _defined(task.params, POD_SPEC)
    declared = params.get("containers")
    state = str(params.get("state") or ("present" if declared is None else "started"))
    state = STATES.get(state, state)
    name = _name(params["name"], "name")
    members = (
        None
        if declared is None
        else [_member(each, index, name, state) for index, each in enumerate(declared)]
    )
    _refuse_twins(members or [])
    spec = pods.TABLE.parse(_pair_files.with_files(params))
    pods.refuse_without_infra(spec)
    wanted = WantedPod(name, spec, members, state, bool(params.get("recreate")))
    _pull.refuse_retries(params, engine)
    facts = facts_of(engine)
    if state != ABSENT:
        _pull_first(task, engine, members or [], params)
    survey = _look(engine, members or [], name)
    planner = PodPlanner(survey, facts, key)
    steps = planner.steps(wanted)
    if steps and not task.check:
        pulls = [step for step in steps if step.action == "pull"]
        final = steps
        if pulls:
            _pull_missing(engine, pulls, params)
            final = PodPlanner(_look(engine, members or [], name), facts, key).steps(wanted)
        _apply(task, engine, members or [], final, False)
        survey = _look(engine, members or [], name)
    for sentence in planner.warnings:
        task.warn(sentence)
    result = outcome(steps)
    result["adopted"] = bool(planner.adopted)
    result["pod"] = _public_pod(survey.pods.get(name))
    return result


def _wanted(params: Mapping[str, Any], state: str, pod: str = "", owner: str = "", where: str = "") -> Wanted:
    """One container's parameters as what is wanted. Raises Failure for what is malformed."""
    name = _name(params.get("name"), f"{where}name")
    state = STATES.get(state, state)
    image = str(params.get("image") or "")
    spec = containers.TABLE.parse(_pair_files.with_files(params, where), where) if state != ABSENT else {}
    if spec.get("rootfs") and not image.startswith("/"):
        raise Failure(
            f"{where}image: {image!r} was given, and with rootfs: true the absolute path of a root file system is needed."
        )
    if state != ABSENT and not image and (spec or pod):
        raise Failure(
            f"{where}image: missing; container {name} needs an image such as docker.io/library/nginx:1.27 to be made from."
        )
    if pod:
        shared = [option for option in BELONGS_TO_POD if option in spec]
        if shared:
            raise Failure(
                f"{where}{shared[0]}: a container in a pod shares this with the pod; declare it on pod {pod} instead."
            )
    return Wanted(
        name,
        image,
        spec,
        state,
        bool(params.get("recreate")),
        bool(params.get("force_restart")),
        pod,
        owner,
        where,
    )


def _member(params: Mapping[str, Any], index: int, pod: str, state: str) -> Wanted:
    """One entry of a pod's ``containers``, checked by the same table as a container task."""
    name = str(params.get("name") or "")
    where = f"containers[{name if OBJECT_NAME.fullmatch(name) else index}]."
    checked = _checked(
        params,
        {**CONTAINER_ARGUMENTS, **_pair_files.ARGUMENTS, **containers.TABLE.argument_spec()},
        where[:-1],
    )
    return _wanted(checked, "present" if state == ABSENT else state, pod, "pod", where)


def _defined(params: Mapping[str, Any], arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters, or what ``definition`` says in their place."""
    if params.get("definition") is None:
        return params
    beside = [
        name
        for name, argument in arguments.items()
        if name != "definition" and params.get(name) not in (None, argument.get("default"))
    ]
    if beside:
        raise Failure(
            f"{beside[0]}: was given beside definition, which declares the whole object; write it into definition."
        )
    inner = {name: argument for name, argument in arguments.items() if name != "definition"}
    return _checked(params["definition"], inner, "definition")


def _checked(params: Mapping[str, Any], arguments: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """A map checked and converted as a task's own parameters are. Raises Failure."""
    arguments = dict(arguments)
    if "container_user" in arguments:
        # The account is named elsewhere, so user is free for what Podman calls so.
        arguments["container_user"] = {**arguments["container_user"], "aliases": ["user"]}
    try:
        checked = ArgumentSpecValidator(arguments).validate(dict(params))
    except (ArithmeticError, ValueError) as error:  # Ansible itself stumbles over infinity
        raise Failure(f"{where}: a number in it cannot be read ({error}); write a whole one.") from error
    for unknown in sorted(map(str, checked.unsupported_parameters)):
        raise Failure(f"{where}: {_unknown(unknown, arguments)}.")
    if checked.error_messages:
        told = " ".join(checked.error_messages[0].split()).rstrip(".")
        raise Failure(f"{where}: {told if len(told) < 500 else told[:500] + ' ...'}.")
    validated: Mapping[str, Any] = checked.validated_parameters
    return validated


def _unknown(name: str, arguments: Mapping[str, Any]) -> str:
    """That there is no such option, and which one may be meant."""
    known = [
        each for option, argument in arguments.items() for each in (option, *argument.get("aliases", ()))
    ]
    near = difflib.get_close_matches(name, known, 1)
    cure = f"write {near[0]} if that is meant" if near else "take it out"
    module = "pod" if "containers" in arguments else "container"
    return f"{name[:60]!r} is no option; {cure}, or see: ansible-doc rootless.podman.{module}"


def _name(raw: Any, option: str) -> str:
    name = str(raw or "")
    if not OBJECT_NAME.fullmatch(name) or name.endswith((".rp-new", ".rp-old")):
        raise Failure(
            f"{option}: {name!r} was given, and a name of letters, digits, '_', '.' and '-' is needed (not ending in .rp-new or .rp-old)."
        )
    return name


def _refuse_twins(members: list[Wanted]) -> None:
    names = [member.name for member in members]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Failure(
            f"containers: {twice[0]} is declared more than once; give every container a name of its own."
        )


def _pull_first(task: Task, engine: Engine, wanted: list[Wanted], params: Mapping[str, Any]) -> None:
    """Policies that ask the registry every time do so before anything is compared."""
    policy = str(params.get("pull") or "missing")
    if task.check or policy not in ("always", "newer"):
        return
    for image, platform in {
        each.image: each.platform for each in wanted if each.pulled and each.state != ABSENT
    }.items():
        _pull.pull(engine, image, policy, {**params, "platform": platform})


def _pull_missing(engine: Engine, steps: list[Step], params: Mapping[str, Any]) -> None:
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


def _look(engine: Engine, wanted: list[Wanted], pod: str | None) -> Survey:
    images = [each.image for each in wanted if each.pulled and each.state != ABSENT]
    return look(
        engine, [each.name for each in wanted], images, pod, any("secrets" in each.spec for each in wanted)
    )


def _pod_id(survey: Survey, wanted: Wanted) -> str:
    if not wanted.pod or wanted.state == ABSENT:
        return ""
    pod = survey.pods.get(wanted.pod)
    if pod is None:
        raise Failure(
            f"pod: there is no pod {wanted.pod} in this account; make it first with rootless.podman.pod."
        )
    return str(pod["Id"])


def _refuse_lost_dependents(engine: Engine, steps: list[Step], wanted: list[Wanted]) -> None:
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


def _public_pod(found: Mapping[str, Any] | None) -> dict[str, Any]:
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
