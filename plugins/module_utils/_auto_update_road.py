# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of updates that Podman makes by itself: run now, or what the timer's last run did. Podman's API has no call for it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import Any

from . import (
    _account,
    _auto_update,
    _engine,
    _errors,
    _manager,
    _module,
    _parallel,
    _plan,
    _service_states,
    _survey,
)

ARGUMENTS: dict[str, dict[str, Any]] = {
    "rollback": {"type": "bool", "default": True},
    "tls_verify": {"type": "bool"},
    "auth_file": {"type": "str", "aliases": ["authfile"]},
}
# The units of the role rootless_host, and those that packages of Podman bring.
TIMERS = ("rootless-host-auto-update.timer", "podman-auto-update.timer")
_SHOWN = ("ActiveState", "NextElapseUSecRealtime", "LastTriggerUSec")
_RUN = ("InvocationID", "Result", "ExecMainStartTimestamp", "ExecMainExitTimestamp")


def travel(task: _module.Task, engine: _engine.Engine, key: bytes) -> dict[str, Any]:  # noqa: ARG001  there is nothing to record
    """Renew what asks for it, and tell of each container what came of it. Raises Failure when an update came to nothing."""
    there = _containers(engine)
    before = _images(there)
    done = subprocess.run(  # pylint: disable=ansible-bad-function
        _command(task.params, task.check), stdin=subprocess.DEVNULL, capture_output=True, cwd="/", check=False
    )
    found = _auto_update.parse(done.stdout.decode("utf-8", "replace"))
    after = before if task.check else _images(_containers(engine))
    containers = []
    for each in found:
        new = "" if each["result"] == _auto_update.PENDING else after.get(each["name"], "")
        containers.append({**each, "image_before": before.get(each["name"], ""), "image_after": new})
    troubles = _auto_update.troubles(containers)
    if done.returncode:
        names = {str(each["Id"]): str((each.get("Names") or ["?"])[0]) for each in there}
        why = _auto_update.complaint(done.stderr.decode("utf-8", "replace"), names)
        troubles.append(f"podman auto-update says: {why.rstrip('.')}")
    if troubles:
        raise _errors.Failure(f"{'; '.join(troubles)}.", containers=containers)
    return {**_plan.outcome(_auto_update.steps(containers)), "containers": containers}


def _command(params: Mapping[str, Any], check: bool) -> list[str]:
    words = ["podman", "auto-update", "--format", "json"]
    if check:
        words.append("--dry-run")
    if not params["rollback"]:
        words.append("--rollback=false")
    if params["tls_verify"] is not None:
        words.append(f"--tls-verify={str(params['tls_verify']).lower()}")
    if params["auth_file"]:
        words.append(f"--authfile={params['auth_file']}")
    return words


def _containers(engine: _engine.Engine) -> list[Mapping[str, Any]]:
    return engine.get("containers/json", {"all": True}) or []


def _images(listed: list[Mapping[str, Any]]) -> dict[str, str]:
    """The ID of each container's image, by the container's name."""
    return {str(name): str(each.get("ImageID") or "") for each in listed for name in each.get("Names") or []}


def look(task: _module.Task) -> dict[str, Any]:
    """What asks to be renewed, when that happens next, and what came of the last time."""
    account = _account.choose(task.params["user"])
    _account.require_linger(account)
    told = _module.in_account(task, account, _wanting)
    return {"changed": False, **told, **_timer(account)}


def _wanting(task: _module.Task, engine: _engine.Engine, _key: bytes) -> dict[str, Any]:  # noqa: ARG001
    """Containers that ask to be renewed, and whether a bad image would be taken back."""
    listed = engine.get("containers/json", {"all": True, "filters": {"label": [_auto_update.LABEL]}}) or []
    looked = _parallel.in_parallel(lambda each: _survey.inspected(engine, each), listed)
    found = []
    for each in looked:
        labels = ((each or {}).get("Config") or {}).get("Labels") or {}
        if each and _auto_update.is_wanted(labels):
            found.append(
                {
                    "name": each["Name"],
                    "unit": labels.get(_service_states.UNIT_LABEL, ""),
                    "image": each.get("ImageName"),
                    "image_id": each.get("Image"),
                    "policy": labels[_auto_update.LABEL],
                    "goes_back": _auto_update.goes_back(each),
                }
            )
    return {"containers": sorted(found, key=lambda each: str(each["name"]))}


def _timer(account: _account.Account) -> dict[str, Any]:
    """The timer that is active, and its last run."""
    shown = _manager.properties(account, TIMERS, _SHOWN)
    name = next((each for each in TIMERS if shown[each].get("ActiveState") == "active"), "")
    if not name:
        return {"timer": {}, "last_run": {}}
    service = name.replace(".timer", ".service")
    ran = _manager.properties(account, [service], _RUN)[service]
    timer = {
        "name": name,
        "next": shown[name].get("NextElapseUSecRealtime", ""),
        "last": shown[name].get("LastTriggerUSec", ""),
    }
    if not ran.get("ExecMainExitTimestamp"):
        return {"timer": timer, "last_run": {}}
    lines = _manager.lines_of_run(account, ran.get("InvocationID", ""))
    try:
        containers = _auto_update.parse("\n".join(lines))
    except _errors.Failure:  # somebody's own service prints it for people
        containers = []
    told = {
        "started": ran.get("ExecMainStartTimestamp", ""),
        "ended": ran["ExecMainExitTimestamp"],
        "result": ran.get("Result", ""),
        "containers": containers,
        "troubles": [
            *_auto_update.troubles(containers),
            *(line for line in lines if line.startswith("Error: ")),
        ],
    }
    return {"timer": timer, "last_run": told}
