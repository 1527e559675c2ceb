# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of secrets: replaced when they differ, and what reads them started again."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Mapping
from typing import Any

from . import (
    _compare,
    _engine,
    _errors,
    _module,
    _options,
    _plan,
    _secret_uses,
    _simple,
    _state,
    _supervisor,
    _survey,
    _way_back,
)
from ._resources import secret, simple

# The options of a secret, in a task of its own and in an app.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "path": {"type": "str"},
    "skip_existing": {"type": "bool", "default": False},
    "restart": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 60},
    **secret.SECRET.table.argument_spec(),
}
CONSTRAINTS: dict[str, Any] = {
    "required_if": [("state", "present", ("data", "path"), True)],
    "mutually_exclusive": [("data", "path")],
}


class SecretRoad(_simple.SimpleRoad):
    """One secret on its way."""

    kind = secret.SECRET

    def __init__(self, task: _module.Task, engine: _engine.Engine, key: bytes) -> None:
        super().__init__(task, engine, key)
        path = self.params.get("path")
        if path is not None:
            self.params = {**self.params, "data": _read(str(path))}
        if self.params.get("restart") and not self.facts.has("5.0"):
            raise _errors.Failure(
                "restart: this option needs Podman 5.0 or later, because an older one does not tell which containers have a secret as a "
                f"variable, and the host has {self.facts.version_text}; leave it out, and declare the containers with "
                "rootless.podman.container, which starts them again."
            )
        self.outdated: list[str] = []

    def params_of_read(self) -> Mapping[str, Any] | None:
        return {"showsecret": True} if self.facts.has("4.7") else None

    def change(self, compared: _compare.Comparison) -> list[_plan.Step]:
        return [] if self.params.get("skip_existing") else super().change(compared)

    def beside(self, steps: list[_plan.Step]) -> list[_plan.Step]:
        """Containers to start again, and names of those for which that is not enough."""
        replaced = any(step.action == "replace" for step in steps)
        if self.found is None or not (replaced or self.params.get("restart")):
            return []
        again = []
        for listed in self.engine.get("containers/json", {"all": True}):
            inspect = _survey.inspected(self.engine, listed)
            copies = [
                each
                for each in _options.get_path(inspect, "Config.Secrets") or []
                if each.get("Name") == self.name
            ]
            if any(replaced or each.get("ID") != self.found.get("ID") for each in copies):
                self.outdated.append(str(inspect.get("Name")))
            elif self.params.get("restart") and self._reads_late(inspect, replaced):
                again.append(inspect)
        reasons = (
            _plan.Reason("restart", _plan.CHANGED, f"{self.name} as it was", f"{self.name} as it is now"),
        )
        return [
            _plan.Step("restart", "container", str(each["Name"]), reasons, {"inspect": each})
            for each in sorted(again, key=lambda each: str(each["Name"]))
        ]

    def _reads_late(self, inspect: Mapping[str, Any], replaced: bool) -> bool:
        """Whether a container runs with the secret as a variable that it read before the last change."""
        if _options.get_path(inspect, "State.Status") != "running":
            return False
        # Podman shows the variable under the secret's name and with stars.
        if not any(
            str(each).startswith(f"{self.name}=***")
            for each in _options.get_path(inspect, "Config.Env") or []
        ):
            return False
        changed = _secret_uses.moment((self.found or {}).get("UpdatedAt"))
        return replaced or changed > _secret_uses.moment(_options.get_path(inspect, "State.StartedAt"))

    def do_create(self, step: _plan.Step) -> None:
        self._without_draft()
        super().do_create(step)

    def do_replace(self, step: _plan.Step) -> None:
        """Replace it; before Podman 4.7, which can only remove and make it, a draft proves first that it can be made."""
        request, old = self.request, secret.as_it_was(self.found or {})
        if request is None:
            return
        if (request.params or {}).get("replace"):
            if old is not None:
                self.back.note(
                    _way_back.SETTINGS,
                    functools.partial(self.make, old),
                    f"secret {self.name} has its former data",
                )
            self.make(request)
            return
        self._without_draft()
        draft = {**(request.params or {}), "name": self.name + _state.NEW, "labels": {}}
        self.engine.write(request.method, request.path, draft, request.body)
        self.do_remove(step)
        self.make(request)
        self._without_draft()

    def _without_draft(self) -> None:
        """Take away the draft, also one that a killed run left."""
        if not self.facts.has("4.7"):
            with contextlib.suppress(_errors.EngineError):
                self.engine.write("DELETE", f"secrets/{self.name}{_state.NEW}")

    def do_restart(self, step: _plan.Step) -> None:
        """Start a container again as it wants to be stopped, and see that it lives."""
        supervisor = _supervisor.supervisor_of(self.engine, step.work["inspect"])
        self.back.note(_way_back.STOP, supervisor.stop)
        self.back.note(_way_back.START, supervisor.start, f"{step.name} runs again")
        supervisor.stop()
        supervisor.start()
        supervisor.await_ready(float(self.params.get("wait_timeout") or 60))

    def told(self) -> dict[str, Any]:
        return {"outdated": sorted(self.outdated)} if self.params["state"] == "present" else {}

    def make(self, request: simple.Request) -> None:
        if (request.params or {}).get("replace"):
            self.engine.write(request.method, request.path, request.params, request.body)
        else:
            super().make(request)


def _read(path: str) -> str:
    """The secret that a file on the host holds, read as the account."""
    if not os.path.isabs(path):
        raise _errors.Failure(
            f"path: {path!r} was given, and the absolute path of a file on the host is needed."
        )
    try:
        with open(path, "rb") as file:
            data = file.read(secret.LIMIT + 1)
    except OSError as error:
        raise _errors.Failure(
            f"path: the account cannot read {path} ({error.strerror or error}); make it readable for the account, or use data."
        ) from None
    if not 0 < len(data) <= secret.LIMIT:
        raise _errors.Failure(
            f"path: {path} is {'empty' if not data else 'too large'}, and 1 to {secret.LIMIT} bytes are needed."
        )
    return data.decode("utf-8", "surrogateescape")
