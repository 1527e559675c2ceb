# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of raw units: a task's parameters to a text, and with it along ``_units``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _generated, _manager, _quadlet_keys
from ._account import Account, choose, require_linger
from ._errors import Failure
from ._module import Task
from ._plan import outcome
from ._quadlet import parse, render
from ._quadlet_keys import UnitName, unit_name
from ._quadlet_values import unit_of_definition
from ._shadows import Shadow, sentence
from ._unit_plan import ABSENT, MADE_ONCE, PRESENT, STARTED, Seen, Wanted, plan
from ._units import Units

INSTALL = "Install"
ENABLED_BY = ("WantedBy", "RequiredBy", "UpheldBy")
# What Quadlet has every unit wait for, from Podman 5.3 on by a service of the account's.
ONLINE, ONLINE_WAIT = "network-online.target", "podman-user-wait-network-online.service"
DEFAULT_TARGET = "default.target"


def work(task: Task) -> Mapping[str, Any]:
    """Bring one unit to what the task declares."""
    name = unit_name(task.params["name"])
    wanted = Wanted(name, _declared(task.params, name), task.params["state"])
    account = choose(task.params["user"])
    require_linger(account)
    units = Units(account)
    _quadlet_keys.require_kind(name, units.version)
    if wanted.text is not None:
        _quadlet_keys.require_keys(parse(wanted.text), units.version)
    seen = units.look([wanted])[name.file]
    if plan(wanted, seen).steps and not task.check:
        with units.folder.locked():
            # Another task may have been faster.
            seen = units.look([wanted])[name.file]
            way = plan(wanted, seen)
            units.apply([wanted], {name.file: way}, {name.file: seen}, float(task.params["wait_timeout"]))
    return _told(task, account, units, wanted, seen)


def _told(task: Task, account: Account, units: Units, wanted: Wanted, seen: Seen) -> dict[str, Any]:
    steps = plan(wanted, seen).steps
    name = wanted.name.file
    shadows: list[Shadow] = units.shadows(wanted) if wanted.state != ABSENT else []
    if shadows:
        task.warn(sentence(name, account.name, shadows))
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
    if wanted.name.suffix in MADE_ONCE and seen.active and any(step.action == "update" for step in steps):
        task.warn(
            f"{name} was changed, and the {wanted.name.suffix} that was made of it stays as it is: its service only makes what is not there; "
            f"rootless.podman.{wanted.name.suffix} changes it."
        )
    return {
        **outcome(steps),
        "path": units.folder.path_of(name),
        "service": units.then.services.get(name) or seen.service,
        "shadowed": [each.public() for each in shadows],
    }


def _declared(params: Mapping[str, Any], name: UnitName) -> str | None:
    """The text that the task gives. Raises Failure."""
    if params["state"] == ABSENT:
        return None
    if name.is_template and params["state"] != PRESENT:
        raise Failure(
            f"state: {name.file} is a template, of which nothing can be started; use state: present, and give an instance such as "
            f"{name.stem}one.{name.suffix} a unit of its own."
        )
    if params["content"] is not None:
        text = str(params["content"])
        if "\0" in text:
            raise Failure("content: it has a NUL in it, and a unit is a text; leave it out.")
        text = text if text.endswith("\n") else text + "\n"
    else:
        text = render(unit_of_definition(params["definition"]))
    unit = parse(text)
    if name.section not in {section.name for section in unit.sections}:
        raise Failure(
            f"content: {name.file} has no section [{name.section}], which says what the unit is; add it, or name the file by what it is."
        )
    install = unit.section(INSTALL)
    pulled = [key for key in ENABLED_BY if install.values(key)]
    if params["enabled"] and not pulled:
        text += f"\n[{INSTALL}]\nWantedBy={DEFAULT_TARGET}\n"
    if params["enabled"] is False and pulled:
        raise Failure(
            f"enabled: the task says false, and [{INSTALL}] has {pulled[0]}=, by which the unit starts with its target; take one of them out."
        )
    return text


ARGUMENTS: dict[str, Any] = {
    "user": {"type": "str"},
    "name": {"type": "str", "required": True},
    "content": {"type": "str"},
    "definition": {"type": "dict"},
    "state": {"type": "str", "choices": [STARTED, "stopped", PRESENT, ABSENT], "default": STARTED},
    "enabled": {"type": "bool"},
    "wait_timeout": {"type": "int", "default": 900},
}
