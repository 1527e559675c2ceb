# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of containers and pods, and from their values to what is wanted. Reads the files that options name, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _arguments, _container_wanted, _errors, _pair_files, _pods, _pull, _values
from ._resources import container as containers
from ._resources import pod as pods

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
# Networks that are the host's, another container's or none.
WITHOUT_PORTS = ("host", "none", "container")
STATES = {"created": "present"}
# Where a container lives: in Podman's hands, in a unit of the account's systemd, or where it lives already (see ``_open_runtime``).
PODMAN, SYSTEMD, AUTO = "podman", "systemd", "auto"
RUNTIMES = [AUTO, PODMAN, SYSTEMD]

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
    "runtime": {"type": "str", "choices": RUNTIMES, "default": AUTO},
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
    "runtime": {"type": "str", "choices": RUNTIMES, "default": AUTO},
    "definition": {"type": "dict"},
    **WAIT_ARGUMENTS,
    "label_file": _pair_files.ARGUMENTS["label_file"],
    **pods.TABLE.argument_spec(),
}
# What makes either module's parameters complete.
CONSTRAINTS: dict[str, Any] = {"required_one_of": [("name", "definition")]}


def container_of(params: Mapping[str, Any], where: str = "") -> _container_wanted.Wanted:
    """A container task's parameters, checked, as what is wanted. Raises Failure, which begins with ``where``."""
    return _wanted(params, params["state"], pod=str(params.get("pod") or ""), where=where)


def pod_of(params: Mapping[str, Any], where: str = "") -> _pods.WantedPod:
    """A pod task's parameters, checked, as what is wanted. Raises Failure, which begins with ``where``."""
    declared = params.get("containers")
    state = str(params.get("state") or ("present" if declared is None else "started"))
    state = STATES.get(state, state)
    name = _name(params["name"], f"{where}name")
    members = (
        None
        if declared is None
        else [_member(each, index, name, state, where) for index, each in enumerate(declared)]
    )
    _refuse_twins(members or [], where)
    spec = pods.TABLE.parse(_pair_files.with_files(params, where), where)
    pods.refuse_without_infra(spec)
    _refuse_lost_ports(spec, where)
    return _pods.WantedPod(name, spec, members, state, bool(params.get("recreate")))


def _wanted(
    params: Mapping[str, Any], state: str, pod: str = "", owner: str = "", where: str = ""
) -> _container_wanted.Wanted:
    """One container's parameters as what is wanted. Raises Failure for what is malformed."""
    name = _name(params.get("name"), f"{where}name")
    state = STATES.get(state, state)
    image = str(params.get("image") or "")
    spec = (
        containers.TABLE.parse(_pair_files.with_files(params, where), where)
        if state != _container_wanted.ABSENT
        else {}
    )
    if spec.get("rootfs") and not image.startswith("/"):
        raise _errors.Failure(
            f"{where}image: {image!r} was given, and with rootfs: true the absolute path of a root file system is needed."
        )
    if state != _container_wanted.ABSENT and not image and (spec or pod):
        raise _errors.Failure(
            f"{where}image: missing; container {name} needs an image such as docker.io/library/nginx:1.27 to be made from."
        )
    if "init_ctr" in spec and not pod:
        raise _errors.Failure(
            f"{where}init_ctr: such a container runs before the others of its pod, and {name} is in none; declare it in the containers of "
            "rootless.podman.pod, or take init_ctr out."
        )
    if pod:
        shared = [option for option in BELONGS_TO_POD if option in spec]
        if shared:
            raise _errors.Failure(
                f"{where}{shared[0]}: a container in a pod shares this with the pod; declare it on pod {pod} instead."
            )
    _refuse_lost_ports(spec, where)
    return _container_wanted.Wanted(
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


def _refuse_lost_ports(spec: Mapping[str, Any], where: str) -> None:
    """Raise Failure for ports that Podman would leave out without a word in its answer."""
    mode = (spec.get("network") or {}).get("mode")
    for option in ("publish", "publish_all"):
        if spec.get(option) and mode in WITHOUT_PORTS:
            raise _errors.Failure(
                f"{where}{option}: was given beside network: {mode}, with which Podman publishes no ports; take {option} out, or join a network."
            )


def _member(
    params: Mapping[str, Any], index: int, pod: str, state: str, whole: str
) -> _container_wanted.Wanted:
    """One entry of a pod's ``containers``, checked by the same table as a container task."""
    name = str(params.get("name") or "")
    where = f"{whole}containers[{name if _values.OBJECT_NAME.fullmatch(name) else index}]."
    checked = _arguments.checked(
        params,
        {**CONTAINER_ARGUMENTS, **_pair_files.ARGUMENTS, **containers.TABLE.argument_spec()},
        where[:-1],
    )
    return _wanted(checked, "present" if state == _container_wanted.ABSENT else state, pod, "pod", where)


def defined(params: Mapping[str, Any], arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters, or what ``definition`` says in their place."""
    if params.get("definition") is None:
        return params
    beside = [
        name
        for name, argument in arguments.items()
        if name != "definition" and params.get(name) not in (None, argument.get("default"))
    ]
    if beside:
        raise _errors.Failure(
            f"{beside[0]}: was given beside definition, which declares the whole object; write it into definition."
        )
    inner = {name: argument for name, argument in arguments.items() if name != "definition"}
    return _arguments.checked(params["definition"], inner, "definition")


def container_name(params: Mapping[str, Any]) -> str:
    """The name of a container task's container. Raises Failure."""
    return object_name(params.get("name"))


def object_name(raw: Any) -> str:
    """The name that a task gives to its container or pod. Raises Failure."""
    return _name(raw, "name")


def _name(raw: Any, option: str) -> str:
    name = str(raw or "")
    if not _values.OBJECT_NAME.fullmatch(name) or name.endswith((".rp-new", ".rp-old")):
        raise _errors.Failure(
            f"{option}: {name!r} was given, and a name of letters, digits, '_', '.' and '-' is needed (not ending in .rp-new or .rp-old)."
        )
    return name


def _refuse_twins(members: list[_container_wanted.Wanted], where: str) -> None:
    names = [member.name for member in members]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _errors.Failure(
            f"{where}containers: {twice[0]} is declared more than once; give every container a name of its own."
        )
