# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The units that a pod lives in, one for itself and one for each container, and what such texts tell (pure).

The pod's service makes the pod and waits for its infra container; those of its containers are bound to it and come and go with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _container_wanted, _errors, _pods, _quadlet_keys, _record, _service_text
from ._resources import container_unit, pod, pod_unit

# Quadlet has units of pods since then.
FIRST = "5.0"
SUFFIX = ".container"


def unit_of_pod_name(name: str) -> _quadlet_keys.UnitName:
    """The unit of a pod of this name. Raises Failure."""
    return _quadlet_keys.unit_name(f"{name}.pod")


def service_of_pod_name(name: str) -> str:
    """The service that Quadlet makes of it, in every version."""
    return f"{name}-pod.service"


def require_version(version: str) -> None:
    """Raise Failure where Quadlet has no pods yet."""
    if not _quadlet_keys.has_version(version, FIRST):
        raise _errors.Failure(
            f"runtime: systemd needs Podman {FIRST} or newer for pods, and this host has Podman {version}; use runtime: podman, or "
            "upgrade Podman."
        )


def texts_of(
    wanted: _pods.WantedPod,
    key: bytes,
    version: str,
    before: Mapping[str, str],
    in_app: Mapping[str, Any] | None = None,
    known: Mapping[str, _service_text.Known] | None = None,
) -> dict[str, str]:
    """The units of a pod as declared, by file. Raises Failure.

    ``before`` are the texts that are there, ``in_app`` what its app adds, ``known`` by container what its Podman adds.
    """
    in_app = in_app or {}
    require_version(version)
    members = {member.name: member for member in wanted.containers or []}
    clash = f"{wanted.name}-pod"
    if clash in members:
        raise _errors.Failure(
            f"{members[clash].where}name: {clash} was given, and the service of pod {wanted.name} itself is called {clash}.service; "
            "choose another name."
        )
    file = unit_of_pod_name(wanted.name).file
    found = {file: _text_of_pod(wanted, key, version, before.get(file), in_app)}
    policy = wanted.spec.get("restart_policy")
    beside = {key: value for key, value in in_app.items() if key != "links"}
    if policy:
        beside["restart"] = container_unit.RESTART[policy["name"]]
    for member in members.values():
        needs = sorted(_container_wanted.bound(member.spec) & set(members))
        links = {"Requires": needs, "After": needs}
        file = _service_text.unit_of_name(member.name).file
        found[file] = _service_text.text_of(
            member,
            key,
            version,
            before.get(file),
            {**beside, "links": links},
            (known or {}).get(member.name, _service_text.UNKNOWN),
        )
    return found


def _text_of_pod(
    wanted: _pods.WantedPod, key: bytes, version: str, before: str | None, in_app: Mapping[str, Any]
) -> str:
    unit = pod_unit.unit_of_pod(wanted.name, wanted.spec, version)
    sections = {section.name: list(section.lines) for section in unit.sections}
    record = _record.write(key, pod.KIND, wanted.name, wanted.recorded)
    sections[pod_unit.SECTION] += pod_unit.labels({_record.LABEL: record, **in_app.get("marks", {})}, version)
    service = [*sections.pop("Service", []), ("TimeoutStartSec", str(_service_text.START_SECONDS))]
    told = {"Unit": _service_text.about(f"Pod {wanted.name}", in_app), **sections, "Service": service}
    return _service_text.sealed("pod", told, in_app, _service_text.at_boot(wanted.state, wanted.spec, before))


def units_of(tree: Mapping[str, str], name: str) -> dict[str, str]:
    """The units of ours that belong to a pod: its own and those of its containers, by file."""
    own = f"{name}.pod"
    return {
        file: text
        for file, text in tree.items()
        if "/" not in file
        and _service_text.is_ours(text)
        and (file == own or (file.endswith(SUFFIX) and _service_text.pod_of_text(text) == name))
    }


def is_member(found: _container_wanted.Wanted, text: str) -> bool:
    """Whether a text is the unit of this container in this pod, and not of one that stands alone."""
    return _service_text.pod_of_text(text) == found.pod
