# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task of module user: from its options to an account, and what is told of it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from .. import _errors, _module, _plan, _subid
from . import birth, grant, home, lock
from . import removal as _removal
from . import users as _users
from .policy import policy

# The options of an account, in a task of its own and in an app.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "uid": {"type": "int"},
    "group": {"type": "str"},
    "home": {"type": "path"},
    "shell": {"type": "str"},
    "comment": {"type": "str"},
    "ranges": {
        "type": "dict",
        "options": {"count": {"type": "int"}, "start": {"type": "int"}},
    },
    "linger": {"type": "bool", "default": True},
    "socket": {"type": "bool", "default": True},
    "restart_service": {"type": "bool", "default": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "remove": {"type": "bool", "default": False},
}


def work(
    task: _module.Task, before: list[_subid.Want] | None = None, later: _users.Later | None = None
) -> dict[str, Any]:
    """Bring the account about, or take it away. ``before`` and ``later`` are as in ``users.present``."""
    task.require_root("make accounts")
    params = task.params
    require_text(params)
    with contextlib.nullcontext() if task.check else lock.turn(params["name"]):
        if params["state"] == "absent":
            steps = _removal.absent(params["name"], params["home"], params["remove"], task.check)
            warnings: list[str] = []
            shown: dict[str, Any] = {"name": params["name"]}
        else:
            if params["remove"]:
                raise _errors.Failure(
                    "remove: only goes with state: absent, and the task says state: present; take one of them out"
                )
            steps, shown, warnings = _users.present(*_told(params), task.check, before, later)
    for sentence in warnings:
        task.warn(sentence)
    return {**_plan.outcome(steps), "state": params["state"], **shown}


def is_as_declared(params: Mapping[str, Any]) -> bool:
    """Whether an account that exists needs nothing. Only looks, so the account's own process can do it."""
    require_text(params)
    return not _users.present(*_told(params), check=True)[0]


def _told(params: Mapping[str, Any]) -> tuple[birth.Declared, grant.Need]:
    """The account as the task declares it, and the ids that it is to have."""
    ranges = params["ranges"] or {}
    count = ranges.get("count")
    declared = birth.Declared(
        name=params["name"],
        uid=params["uid"],
        group=params["group"],
        home=params["home"],
        shell=params["shell"],
        comment=params["comment"],
        linger=params["linger"],
        socket=params["socket"],
        restart=params["restart_service"],
    )
    return declared, _subid.need(
        policy().count if count is None else count, ranges.get("start"), "ranges.count", "ranges.start"
    )


def require_text(params: Mapping[str, Any]) -> None:
    """Raise Failure for values that would become another field or line of /etc/passwd."""
    name = params["name"]
    if (
        not name
        or name.isdigit()
        or name.startswith("-")
        or not name.isprintable()
        or set(name) & set(":/, ")
    ):
        raise _errors.Failure(
            f"name: {name!r} is not an account's name; use lower-case letters, digits, - and _"
        )
    if name == "root":
        raise _errors.Failure(
            "name: root's own Podman is never touched by this collection, because its containers are not "
            "rootless; "
            "name another account"
        )
    for option in ("comment", "shell", "home", "group"):
        value = params[option]
        if value is not None and (":" in value or not (value.isprintable() or value == "")):
            raise _errors.Failure(
                f"{option}: {value!r} has a colon or a control character in it, which /etc/passwd cannot "
                "hold; leave them out"
            )
    for option in ("shell", "home", "group"):
        if params[option] == "":
            raise _errors.Failure(f"{option}: is empty; give it a value, or leave the option out")
    if params["home"] is not None and params["state"] != "absent":
        home.require_form(params["home"])
