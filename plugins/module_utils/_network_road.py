# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of networks: in place what can be, anew what is unused or may be; the containers on it see ``_connections``."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Mapping
from typing import Any

from . import (
    _compare,
    _connections,
    _engine,
    _errors,
    _module,
    _options,
    _plan,
    _record,
    _simple,
    _way_back,
)
from . import _joins as joins
from . import _operations as operations
from ._resources import network

# The options of a network, in a task of its own and in an app.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "recreate": {"type": "bool", "default": False},
    "reconnect": {"type": "bool", "default": False},
    "connected": {"type": "list", "elements": "raw"},
    "disconnected": {"type": "list", "elements": "str"},
    "exact": {"type": "bool", "default": False},
    **network.NETWORK.table.argument_spec(),
}
CONSTRAINTS: dict[str, Any] = {
    "mutually_exclusive": [("subnet", "net_config"), ("gateway", "net_config"), ("ip_range", "net_config")],
}


class NetworkRoad(_simple.SimpleRoad):
    """One network on its way."""

    kind = network.NETWORK

    def __init__(self, task: _module.Task, engine: _engine.Engine, key: bytes) -> None:
        super().__init__(task, engine, key)
        self.declared = joins.parse(self.params.get("connected"))
        self.unwanted = [str(each) for each in self.params.get("disconnected") or []]
        both = sorted(set(self.unwanted) & set(self.declared))
        if both:
            raise _errors.Failure(
                f"disconnected: {both[0]} is there and under connected as well; name it once."
            )
        self.containers = _connections.Connections(engine, self.name, task.warn)

    @property
    def on_it(self) -> dict[str, Mapping[str, Any]]:
        """The containers that have joined it, running or not: what inspect shows, by name."""
        return {} if self.found is None else self.containers.on_it

    def change(self, compared: _compare.Comparison) -> list[_plan.Step]:
        live = tuple(
            # Nobody knows what an adopted network was made with, so what is not declared stays.
            each
            for each in compared.live
            if not (compared.adopted and each.why == _plan.REMOVED)
        )
        if compared.fixed or self.params.get("recreate"):
            self._require_replaceable(", ".join(each.option for each in compared.fixed) or "recreate: true")
            return [_plan.Step("replace", "network", self.name, compared.fixed + live)]
        return [_plan.Step("update", "network", self.name, live)] if live else []

    def _require_replaceable(self, differing: str) -> None:
        if self.on_it and not self.params.get("reconnect"):
            raise _errors.Failure(
                f"network {self.name}: {differing} asks for a new one, and {', '.join(sorted(self.on_it))} use it; set reconnect: true "
                "to take them off, make it anew and connect them again, or disconnect or remove them.",
                plan=[],
            )
        for name, inspect in sorted(self.on_it.items()):
            if name not in self.declared and joins.may_be_fixed(
                inspect, self.name, self._recorded(inspect), self.key
            ):
                raise _errors.Failure(
                    f"network {self.name}: container {name} may have an address of its own on it, which Podman does not tell; name it under "
                    "connected, with its address or by its name alone if it has none.",
                    plan=[],
                )

    def _recorded(self, inspect: Mapping[str, Any]) -> dict[str, str] | None:
        """The record of a container, or of the pod that an infra container stands for."""
        if inspect.get("IsInfra"):
            pod = self.engine.find(f"pods/{_engine.name_in_path(str(inspect.get('Pod')))}/json") or {}
            return _record.read(self.key, "pod", str(pod.get("Name")), pod.get("Labels"))
        labels = (inspect.get("Config") or {}).get("Labels")
        return _record.read(self.key, "container", str(inspect.get("Name")), labels)

    def beside(self, steps: list[_plan.Step]) -> list[_plan.Step]:
        anew = any(step.action == "replace" for step in steps)
        wanted = {**self.containers.taken_off(), **self.declared}
        if anew:
            wanted = {**{name: joins.kept(each, self.name) for name, each in self.on_it.items()}, **wanted}
        exact = self.params.get("exact")
        if exact and self.params.get("connected") is None:
            raise _errors.Failure(
                "exact: it says that connected lists all containers, and there is none; declare connected too."
            )
        # Who is on it is only asked when somebody may have to leave.
        gone = (
            [name for name in self.on_it if name in self.unwanted or (exact and name not in self.declared)]
            if self.unwanted or exact
            else []
        )
        wanted = {
            name: each
            for name, each in wanted.items()
            if name not in self.unwanted and not (exact and name not in self.declared)
        }
        looked = {name: self.containers.look(name) for name in sorted(wanted)}
        # A service that a killed run stopped has no container, and gets one before that is connected.
        there = {
            name: inspect or {}
            for name, inspect in looked.items()
            if inspect is not None or self.containers.stopped().get(name)
        }
        missing = sorted(set(self.declared) - set(there))
        if missing:
            raise _errors.Failure(
                f"connected: there is no container {missing[0]} in this account; make it first, or leave it out."
            )
        told = [joins.away(self.name, name, self.on_it[name]) for name in sorted(gone)]
        for name in sorted(set(wanted) & set(there)):
            if there[name]:
                joins.require_connectable(there[name], name)
            joins.require_inside(wanted[name], name, self._subnets())
            inspect = joins.without(there[name], self.name) if anew else there[name]
            step = joins.step(self.name, name, inspect, wanted[name])
            told += [step] if step else []
        return told

    def _subnets(self) -> list[Mapping[str, Any]]:
        """The subnets that it will have; none where Podman chooses them."""
        body = self.request.body if self.request else {}
        return body.get("subnets") or (self.found or {}).get("subnets") or []

    def undone(self) -> None:
        with contextlib.suppress(_errors.Failure):
            self.settle()

    def settle(self) -> None:
        """Forget who was taken off, when all of them are on it again."""
        if not self.containers.unfinished:
            return
        if self.params["state"] == "present":
            self.found = self.read()
            self.containers.look_again()
            for name in sorted(set(self.containers.taken_off()) - set(self.on_it) - self._kept_off()):
                if self.containers.look(name) is not None:
                    raise _errors.Failure(
                        f"network {self.name}: container {name} was taken off and is not on it again; run the task again."
                    )
            for name in self.containers.stopped():
                self.containers.wake(name)
                there = self.containers.look(name)
                if there is not None and _options.get_path(there, "State.Status") != "running":
                    operations.start(self.engine, str(there.get("Id")), name)
        self.containers.forget()

    def _kept_off(self) -> set[str]:
        """Those that the task wants off."""
        others = set(self.containers.taken_off()) - set(self.declared) if self.params.get("exact") else set()
        return {*self.unwanted, *others}

    def do_replace(self, _step: _plan.Step) -> None:
        """Take everything off, remove, make anew. Connecting again is a step of its own."""
        old = self.found or {}
        once = {name: joins.kept(each, self.name) for name, each in self.on_it.items()}
        once = {**once, **{name: each for name, each in self.declared.items() if name in once}}
        self.containers.take_note(once)
        for name, inspect in sorted(self.on_it.items()):
            again = functools.partial(self.containers.connect, name, self._former(inspect))
            self.back.note(_way_back.START, again, f"{name} is connected again")
            self.containers.disconnect(name, stays_off=True)
        put_back = functools.partial(self._put_back, old)
        self.back.note(_way_back.RENAME, put_back, f"the old network {self.name} is there again")
        self.do_remove(_step)
        self.do_create(_step)

    def _former(self, inspect: Mapping[str, Any]) -> joins.Settings:
        """What leads a container back: its aliases, and the address that it has where that may be a fixed one."""
        fixed = joins.may_be_fixed(inspect, self.name, self._recorded(inspect), self.key)
        return joins.kept(inspect, self.name, fixed)

    def _put_back(self, old: Mapping[str, Any]) -> None:
        there = self.read()
        if there is not None and there.get("id") == old.get("id"):
            return
        if there is not None:
            for name in self.on_it:
                self.containers.disconnect(name, stays_off=True)
            self.do_remove(_plan.Step("remove", "network", self.name))
        self.make(network.as_it_was(old))

    def do_update(self, _step: _plan.Step) -> None:
        """Change in place, then look: what did not take is put back."""
        found = self.found or {}
        servers = {"dns": list(found.get("network_dns_servers") or [])}
        self.back.note(
            _way_back.SETTINGS,
            lambda: self._update(network.update(self.name, servers, self.read() or {})),
            f"network {self.name} has its former servers",
        )
        self._update(network.update(self.name, self.spec, found))
        there = self.read() or {}
        if list(there.get("network_dns_servers") or []) != self.spec.get("dns", []):
            raise _errors.Failure(
                f"network {self.name}: Podman accepted other servers for dns but did not take them; set recreate: true."
            )

    def _update(self, request: Any) -> None:
        if request.body:
            self.engine.write(request.method, request.path, request.params, request.body, plain=True)

    def do_connect(self, step: _plan.Step) -> None:
        """Let a container join; one that joined otherwise leaves first."""
        self.containers.wake(step.name, step.work["settings"])
        self.containers.note_joined(step.name)
        was = step.work.get("was")
        self.back.note(_way_back.STOP, functools.partial(self.containers.disconnect, step.name))
        if was is not None:
            was = self._former(was)
            self.back.note(
                _way_back.START,
                functools.partial(self.containers.connect, step.name, was),
                f"{step.name} is connected again",
            )
            self.containers.disconnect(step.name)
        self.containers.join(step.name, step.work["settings"])

    def do_disconnect(self, step: _plan.Step) -> None:
        """Take a container off."""
        again = functools.partial(self.containers.connect, step.name, self._former(step.work["was"]))
        self.back.note(_way_back.START, again, f"{step.name} is connected again")
        self.containers.disconnect(step.name)

    def do_remove(self, _step: _plan.Step) -> None:
        """Take the network away, and with it what was noted about it."""
        super().do_remove(_step)
        if self.params["state"] == "absent":
            self.containers.forget_joined()
