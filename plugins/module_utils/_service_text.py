# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of the unit that a container lives in, and what such a text tells of itself (pure)."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from . import (
    _auto_update,
    _container_wanted,
    _errors,
    _options,
    _quadlet,
    _quadlet_keys,
    _quadlet_values,
    _record,
    _state,
    _unit_volumes,
)
from ._resources import container, container_unit
from ._resources.container_rows import health

# Root's folder of an account's units came with this version.
FIRST = "4.6"
NOTIFY_HEALTHY = "5.0"
JOURNAL = "journald"
INSTALL, TARGET = "Install", "default.target"
# A start at boot may have to pull the image first; systemd's own 90 seconds would end it half-way, again and again.
START_SECONDS = 900
# Podman's own updates find their image pulled, and everything waits for a bad one this long.
UPDATE_SECONDS = 120
# systemd kills what takes longer than this to stop, unless told otherwise.
STOP_SECONDS = 90
_HEAD = "# Made by rootless.podman.{}, whose next run undoes changes here.\n"
_SUM = "# rootless.podman.sum="


def unit_of_name(name: str) -> _quadlet_keys.UnitName:
    """The unit of a container of this name. Raises Failure."""
    return _quadlet_keys.unit_name(f"{name}.container")


def service_of_name(name: str) -> str:
    """The service that Quadlet makes of it, in every version."""
    return f"{name}.service"


class Known(NamedTuple):
    """What an account's Podman says that has a part in a unit: paths for which the image asks a volume; where what it says nothing of is logged."""

    asked: Sequence[str] = ()
    log_driver: str = ""


UNKNOWN = Known()


def known_of(
    wanted: _container_wanted.Wanted, survey: _state.Survey, facts: _options.Facts, in_app: Mapping[str, Any]
) -> Known:
    """The same, by what there is. A container that is there goes on logging where it does."""
    current = survey.containers.get(wanted.name)
    log_driver = ""
    if in_app.get("app") and "log_driver" not in wanted.spec:
        log_driver = (
            current and _options.get_path(current.inspect, "HostConfig.LogConfig.Type")
        ) or facts.log_driver
    return Known(_unit_volumes.asked_by(survey.images.get(wanted.image)), log_driver)


def text_of(
    wanted: _container_wanted.Wanted,
    key: bytes,
    version: str,
    before: str | None,
    in_app: Mapping[str, Any] | None = None,
    known: Known = UNKNOWN,
) -> str:
    """The unit of a container as declared. Raises Failure.

    ``before`` is the text that is there, ``in_app`` what its app or pod adds, ``known`` what its Podman adds.
    """
    in_app = in_app or {}
    if not _quadlet_keys.has_version(version, FIRST):
        raise _errors.Failure(
            f"{wanted.where}runtime: systemd needs Podman {FIRST} or newer, and this host has Podman {version}; use runtime: podman, or upgrade Podman."
        )
    if wanted.pod and not wanted.owner:
        raise _errors.Failure(
            f"{wanted.where}runtime: systemd was given beside pod, and a container in a pod lives where its pod does; leave runtime out."
        )
    _auto_update.refuse_useless(wanted.image, wanted.spec.get("auto_update"), wanted.where)
    spec = _unit_volumes.named(wanted.name, wanted.spec, known.asked)
    unit = container_unit.unit_of_container(wanted.name, wanted.image, spec, version)
    sections = {section.name: list(section.lines) for section in unit.sections}
    record = _record.write(key, container.KIND, wanted.name, wanted.recorded)
    lines = sections[container_unit.SECTION]
    for name, value in {_record.LABEL: record, **in_app.get("marks", {})}.items():
        lines.append(("Label", _quadlet_values.assignment(name, value, "label")))
    if wanted.pod:
        lines.append(("Pod", f"{wanted.pod}.pod"))
    if _turns_healthy(wanted) and _quadlet_keys.has_version(version, NOTIFY_HEALTHY):
        lines.append(("Notify", "healthy"))
    service = sections.pop("Service", [])
    if in_app.get("restart") and not service:
        service.append(("Restart", in_app["restart"]))
    service.append(("TimeoutStartSec", str(_start_seconds(wanted))))
    patience = int(wanted.spec.get("stop_timeout") or 0) + 30
    if patience > STOP_SECONDS:
        service.append(("TimeoutStopSec", str(patience)))
    app = in_app.get("app", "")
    if app and wanted.spec.get("log_driver", known.log_driver) == JOURNAL:
        if "log_driver" not in wanted.spec:
            # Other drivers refuse the tag, and the host may get another default before the next start.
            lines.append(("PodmanArgs", f"--log-driver={JOURNAL}"))
        if "tag" not in (wanted.spec.get("log_opt") or {}):
            lines.append(("PodmanArgs", f"--log-opt=tag={app}"))
    pod = f" of pod {wanted.pod}" if wanted.pod else ""
    told = {"Unit": about(f"Container {wanted.name}{pod}", in_app), **sections, "Service": service}
    # A pod's service starts its containers.
    return sealed("container", told, in_app, not wanted.pod and at_boot(wanted.state, wanted.spec, before))


def about(what: str, in_app: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How systemd names it, and what it waits for."""
    app = in_app.get("app", "")
    lines = [("Description", _quadlet_values.whole(what + (f" of app {app}" if app else ""), "name"))]
    pods = in_app.get("pods", ())
    for setting, names in in_app.get("links", {}).items():
        lines += [(setting, service_of_name(f"{name}-pod" if name in pods else name)) for name in names]
    return lines


def at_boot(state: str, spec: _options.Spec, before: str | None) -> bool:
    """Whether it starts at boot; one that is only kept present does when it did so before."""
    if (spec.get("restart_policy") or {}).get("name") == "no":
        return False
    return state == _container_wanted.STARTED or (
        state == "present" and before is not None and starts_at_boot(before)
    )


def sealed(
    module: str, sections: dict[str, list[tuple[str, str]]], in_app: Mapping[str, Any], boot: bool
) -> str:
    """The text of a unit of ours, whose first lines tell later whether somebody has changed it."""
    if in_app.get("app"):
        # What systemd, Podman and the containers of an app say is found by its name: journalctl -t APP.
        sections["Service"].append(("SyslogIdentifier", in_app["app"]))
    if boot:
        sections[INSTALL] = [("WantedBy", TARGET)]
    body = _quadlet.render(_quadlet.unit_of(sections))
    return f"{_HEAD.format(module)}{_SUM}{_sum(body)}\n{body}"


def _start_seconds(wanted: _container_wanted.Wanted) -> int:
    """How long the service may take. For one that Podman renews: until its check must have said what it thinks, and a while more."""
    spec = wanted.spec
    if spec.get("auto_update") not in _auto_update.POLICIES or not _turns_healthy(wanted):
        return START_SECONDS
    default = 30 * health.SECOND
    once = int(spec.get("healthcheck_interval", default)) + int(spec.get("healthcheck_timeout", default))
    times = int(spec.get("healthcheck_retries", 3)) + 1
    needed = (int(spec.get("healthcheck_start_period", 0)) + once * times) // health.SECOND
    return min(START_SECONDS, max(UPDATE_SECONDS, needed + 30))


def _turns_healthy(wanted: _container_wanted.Wanted) -> bool:
    """Whether systemd can wait for the container's health: only a declared check is known to be there."""
    check = wanted.spec.get("healthcheck") or ["NONE"]
    return check[0] != "NONE" and not wanted.spec.get("no_healthcheck") and "sdnotify" not in wanted.spec


def is_ours(text: str | None) -> bool:
    """Whether a unit was made by this collection for a container."""
    return text is not None and f"{_record.LABEL}=" in text


def is_untouched(text: str) -> bool:
    """Whether nobody has changed its meaning since it was written."""
    found = re.search(f"^{re.escape(_SUM)}([0-9a-f]+)$", text, re.MULTILINE)
    return bool(found) and found[1] == _sum(text)  # type: ignore[index]


def labelled(text: str, label: str) -> str:
    """The value that a unit gives to a label; empty when it has none."""
    return _labels(text).get(label, "")


def recorded(text: str, key: bytes, name: str, kind: str = container.KIND) -> dict[str, str] | None:
    """The record in a unit, as ``_record.read`` returns it."""
    return _record.read(key, kind, name, _labels(text))


def pod_of_text(text: str) -> str:
    """The name of the pod whose member a unit makes; empty for one that stands alone."""
    try:
        found = _quadlet.parse(text).section(container_unit.SECTION).values("Pod")
    except _errors.Failure:
        return ""
    return found[-1].rpartition(".")[0] if found else ""


def volumes_of_text(text: str) -> list[str]:
    """The names of the volumes that a unit's container mounts."""
    try:
        section = _quadlet.parse(text).section(container_unit.SECTION)
    except _errors.Failure:
        return []
    found = [value.strip('"').split(":")[0] for value in section.values("Volume")]
    mounts = [value.strip('"') for value in section.values("Mount")]
    for flag in (value.strip('"') for value in section.values("PodmanArgs")):
        option, _equals, value = flag.partition("=")
        if option == "--volume":
            found.append(value.split(":")[0])
        elif option == "--mount":
            mounts.append(value)
    for mount in mounts:
        words = dict(part.partition("=")[::2] for part in mount.split(","))
        found.append(words.get("source", "") if words.get("type") == "volume" else "")
    return sorted({name for name in found if name and not name.startswith("/")})


@functools.lru_cache(maxsize=256)
def _labels(text: str) -> Mapping[str, str]:
    """The labels that a unit of ours gives. Records and names are JSON and plain words: quotes are all that is escaped in them."""
    found: dict[str, str] = {}
    try:
        unit = _quadlet.parse(text)
    except _errors.Failure:
        return {}
    for section in (container_unit.SECTION, "Pod"):
        lines = unit.section(section)
        told = [each.strip() for each in lines.values("Label")]
        lead = '"--label='
        told += ['"' + each[len(lead) :] for each in lines.values("PodmanArgs") if each.startswith(lead)]
        for each in told:
            bare = each[1:-1] if each.startswith('"') and each.endswith('"') else each
            name, _equals, value = bare.partition("=")
            found.setdefault(name, value.replace('\\"', '"'))
    return found


def starts_at_boot(text: str) -> bool:
    """Whether the unit starts with the account's manager."""
    try:
        return bool(_quadlet.parse(text).section(INSTALL).lines)
    except _errors.Failure:
        return False


def same_service(one: str, other: str) -> bool:
    """Whether two texts make the same of a service that runs: when it starts at boot does not count."""
    try:
        found = [_quadlet.canonical(text) for text in (one, other)]
    except _errors.Failure:
        return False
    for each in found:
        each.pop(INSTALL, None)
    return found[0] == found[1]


# The same few texts are asked about from many places.
@functools.lru_cache(maxsize=256)
def _sum(text: str) -> str:
    try:
        told = json.dumps(_quadlet.canonical(text), sort_keys=True)
    except _errors.Failure:
        return ""
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]
