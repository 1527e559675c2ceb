# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of raw units: a task's parameters to a text, and with it along ``_units``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import (
    _account,
    _errors,
    _generated,
    _manager,
    _module,
    _plan,
    _quadlet,
    _quadlet_keys,
    _quadlet_values,
    _shadows,
    _unit_plan,
    _units,
)

INSTALL = "Install"
ENABLED_BY = ("WantedBy", "RequiredBy", "UpheldBy")
# What Quadlet has every unit wait for, from Podman 5.3 on by a service of the account's.
ONLINE, ONLINE_WAIT = "network-online.target", "podman-user-wait-network-online.service"
DEFAULT_TARGET = "default.target"


def work(task: _module.Task) -> Mapping[str, Any]:
    """Bring one unit to what the task declares."""
    name = _quadlet_keys.unit_name(task.params["name"])
    wanted = _unit_plan.Wanted(name, _declared(task.params, name), task.params["state"])
    account = _account.choose(task.params["user"])
    _account.require_linger(account)
    units = _units.Units(account)
    _quadlet_keys.require_kind(name, units.version)
    if wanted.text is not None:
        _quadlet_keys.require_keys(_quadlet.parse(wanted.text), units.version)
    seen = units.look([wanted])[name.file]
    if _unit_plan.plan(wanted, seen).steps and not task.check:
        with units.folder.locked():
            # Another task may have been faster.
            seen = units.look([wanted])[name.file]
            way = _unit_plan.plan(wanted, seen)
            units.apply([wanted], {name.file: way}, {name.file: seen}, float(task.params["wait_timeout"]))
    return _told(task, account, units, wanted, seen)


def _told(
    task: _module.Task,
    account: _account.Account,
    units: _units.Units,
    wanted: _unit_plan.Wanted,
    seen: _unit_plan.Seen,
) -> dict[str, Any]:
    steps = _unit_plan.plan(wanted, seen).steps
    name = wanted.name.file
    shadows: list[_shadows.Shadow] = units.shadows(wanted) if wanted.state != _unit_plan.ABSENT else []
    if shadows:
        task.warn(_shadows.sentence(name, account.name, shadows))
    for remark in _generated.warnings(units.then, name):
        task.warn(remark)
    waits = ONLINE_WAIT in units.then.texts.get(name, "") and any(
        step.action in ("start", "restart") for step in steps
    )
    if waits and not _manager.is_reached(ONLINE):
        task.warn(
            f"this host does not reach {ONLINE}, for which {name} waits 90 seconds at every start; the role rootless.podman.rootless_host "
            f"has every boot reach it, or: systemctl add-wants multi-user.target {ONLINE} && systemctl start {ONLINE}"
        )
    if (
        wanted.name.suffix in _unit_plan.MADE_ONCE
        and seen.active
        and any(step.action == "update" for step in steps)
    ):
        task.warn(
            f"{name} was changed, and the {wanted.name.suffix} that was made of it stays as it is: its service only makes what is not there; "
            f"rootless.podman.{wanted.name.suffix} changes it."
        )
    return {
        **_plan.outcome(steps),
        "path": units.folder.path_of(name),
        "service": units.then.services.get(name) or seen.service,
        "shadowed": [each.public() for each in shadows],
    }


def _declared(params: Mapping[str, Any], name: _quadlet_keys.UnitName) -> str | None:
    """The text that the task gives. Raises Failure."""
    if params["state"] == _unit_plan.ABSENT:
        return None
    if name.is_template and params["state"] != _unit_plan.PRESENT:
        raise _errors.Failure(
            f"state: {name.file} is a template, of which nothing can be started; use state: present, and give an instance such as "
            f"{name.stem}one.{name.suffix} a unit of its own."
        )
    if params["content"] is not None:
        text = str(params["content"])
        if "\0" in text:
            raise _errors.Failure("content: it has a NUL in it, and a unit is a text; leave it out.")
        text = text if text.endswith("\n") else text + "\n"
    else:
        text = _quadlet.render(_quadlet_values.unit_of_definition(params["definition"]))
    unit = _quadlet.parse(text)
    if name.section not in {section.name for section in unit.sections}:
        raise _errors.Failure(
            f"content: {name.file} has no section [{name.section}], which says what the unit is; add it, or name the file by what it is."
        )
    install = unit.section(INSTALL)
    pulled = [key for key in ENABLED_BY if install.values(key)]
    if params["enabled"] and not pulled:
        text += f"\n[{INSTALL}]\nWantedBy={DEFAULT_TARGET}\n"
    if params["enabled"] is False and pulled:
        raise _errors.Failure(
            f"enabled: the task says false, and [{INSTALL}] has {pulled[0]}=, by which the unit starts with its target; take one of them out."
        )
    return text


ARGUMENTS: dict[str, Any] = {
    "user": {"type": "str"},
    "name": {"type": "str", "required": True},
    "content": {"type": "str"},
    "definition": {"type": "dict"},
    "state": {
        "type": "str",
        "choices": [_unit_plan.STARTED, "stopped", _unit_plan.PRESENT, _unit_plan.ABSENT],
        "default": _unit_plan.STARTED,
    },
    "enabled": {"type": "bool"},
    "wait_timeout": {"type": "int", "default": 900},
}
