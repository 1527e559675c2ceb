# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The text of the unit that a container lives in, and what such a text tells of itself (pure)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from . import _auto_update, _record
from ._containers import STARTED, Wanted
from ._errors import Failure
from ._quadlet import canonical, parse, render, unit_of
from ._quadlet_keys import UnitName, has_version, unit_name
from ._quadlet_values import assignment, whole
from ._resources.container import KIND
from ._resources.container_rows.health import SECOND
from ._resources.container_unit import SECTION, unit_of_container

# Root's folder of an account's units came with this version.
FIRST = "4.6"
NOTIFY_HEALTHY = "5.0"
INSTALL, TARGET = "Install", "default.target"
# A start at boot may have to pull the image first; systemd's own 90 seconds would end it half-way, again and again.
START_SECONDS = 900
# Podman's own updates find their image pulled, and everything waits for a bad one this long.
UPDATE_SECONDS = 120
# systemd kills what takes longer than this to stop, unless told otherwise.
STOP_SECONDS = 90
_HEAD = "# Made by rootless.podman.container, whose next run undoes changes here.\n"
_SUM = "# rootless.podman.sum="


def unit_of_name(name: str) -> UnitName:
    """The unit of a container of this name. Raises Failure."""
    return unit_name(f"{name}.container")


def service_of_name(name: str) -> str:
    """The service that Quadlet makes of it, in every version."""
    return f"{name}.service"


def text_of(
    wanted: Wanted, key: bytes, version: str, before: str | None, in_app: Mapping[str, Any] | None = None
) -> str:
    """The unit of a container as declared; ``before`` is the text that is there, ``in_app`` what its app adds. Raises Failure."""
    in_app = in_app or {}
    if not has_version(version, FIRST):
        raise Failure(
            f"{wanted.where}runtime: systemd needs Podman {FIRST} or newer, and this host has Podman {version}; use runtime: podman, or upgrade Podman."
        )
    if wanted.pod:
        raise Failure(
            f"{wanted.where}runtime: systemd was given beside pod, and a container in a pod lives where its pod does; leave runtime out."
        )
    _auto_update.refuse_useless(wanted.image, wanted.spec.get("auto_update"), wanted.where)
    unit = unit_of_container(wanted.name, wanted.image, wanted.spec, version)
    sections = {section.name: list(section.lines) for section in unit.sections}
    record = _record.write(key, KIND, wanted.name, wanted.recorded)
    lines = sections[SECTION]
    for name, value in {_record.LABEL: record, **in_app.get("marks", {})}.items():
        lines.append(("Label", assignment(name, value, "label")))
    if _turns_healthy(wanted) and has_version(version, NOTIFY_HEALTHY):
        lines.append(("Notify", "healthy"))
    service = sections.pop("Service", [])
    service.append(("TimeoutStartSec", str(_start_seconds(wanted))))
    patience = int(wanted.spec.get("stop_timeout") or 0) + 30
    if patience > STOP_SECONDS:
        service.append(("TimeoutStopSec", str(patience)))
    app = in_app.get("app", "")
    about = [("Description", whole(f"Container {wanted.name}" + (f" of app {app}" if app else ""), "name"))]
    for setting, names in in_app.get("links", {}).items():
        about += [(setting, service_of_name(name)) for name in names]
    if app:
        # What systemd, Podman and the containers of an app say is found by its name: journalctl -t APP.
        service.append(("SyslogIdentifier", app))
        if wanted.spec.get("log_driver") in (None, "journald") and "tag" not in (
            wanted.spec.get("log_opt") or {}
        ):
            lines.append(("PodmanArgs", f"--log-opt=tag={app}"))
    sections = {"Unit": about, **sections}
    sections["Service"] = service
    # One that is only kept present starts at boot when it did so before.
    if wanted.state == STARTED or (
        wanted.state == "present" and before is not None and starts_at_boot(before)
    ):
        sections[INSTALL] = [("WantedBy", TARGET)]
    body = render(unit_of(sections))
    return f"{_HEAD}{_SUM}{_sum(body)}\n{body}"


def _start_seconds(wanted: Wanted) -> int:
    """How long the service may take. For one that Podman renews: until its check must have said what it thinks, and a while more."""
    spec = wanted.spec
    if spec.get("auto_update") not in _auto_update.POLICIES or not _turns_healthy(wanted):
        return START_SECONDS
    default = 30 * SECOND
    once = int(spec.get("healthcheck_interval", default)) + int(spec.get("healthcheck_timeout", default))
    times = int(spec.get("healthcheck_retries", 3)) + 1
    needed = (int(spec.get("healthcheck_start_period", 0)) + once * times) // SECOND
    return min(START_SECONDS, max(UPDATE_SECONDS, needed + 30))


def _turns_healthy(wanted: Wanted) -> bool:
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
    try:
        labels = parse(text).section(SECTION).values("Label")
    except Failure:
        return ""
    lead = f"{label}="
    return next((each.strip('"')[len(lead) :] for each in labels if each.strip('"').startswith(lead)), "")


def recorded(text: str, key: bytes, name: str) -> dict[str, str] | None:
    """The record in a unit, as ``_record.read`` returns it."""
    try:
        labels = parse(text).section(SECTION).values("Label")
    except Failure:
        return None
    lead = f'"{_record.LABEL}='
    found = next((each for each in labels if each.startswith(lead)), "")
    # The record is JSON of digits, names and digests: quotes are all that is escaped in it.
    return _record.read(key, KIND, name, {_record.LABEL: found[len(lead) : -1].replace('\\"', '"')})


def starts_at_boot(text: str) -> bool:
    """Whether the unit starts with the account's manager."""
    try:
        return bool(parse(text).section(INSTALL).lines)
    except Failure:
        return False


def same_service(one: str, other: str) -> bool:
    """Whether two texts make the same of a service that runs: when it starts at boot does not count."""
    try:
        found = [canonical(text) for text in (one, other)]
    except Failure:
        return False
    for each in found:
        each.pop(INSTALL, None)
    return found[0] == found[1]


def _sum(text: str) -> str:
    try:
        told = json.dumps(canonical(text), sort_keys=True)
    except Failure:
        return ""
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16]
