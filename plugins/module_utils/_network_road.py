# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of networks: in place what can be, anew what is unused or may be, and the containers on it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from . import _joins as joins
from . import _record
from ._compare import Comparison
from ._engine import Engine, name_in_path
from ._errors import EngineError, Failure
from ._journal import Journal
from ._module import Task
from ._plan import REMOVED, Step
from ._resources.network import NETWORK, as_it_was, update
from ._simple import SimpleRoad
from ._survey import containers, inspected
from ._way_back import RENAME, SETTINGS, START, STOP


class NetworkRoad(SimpleRoad):
    """One network on its way."""

    kind = NETWORK

    def __init__(self, task: Task, engine: Engine, key: bytes) -> None:
        super().__init__(task, engine, key)
        self.declared = joins.parse(self.params.get("connected"))
        self.unwanted = [str(each) for each in self.params.get("disconnected") or []]
        both = sorted(set(self.unwanted) & set(self.declared))
        if both:
            raise Failure(f"disconnected: {both[0]} is there and under connected as well; name it once.")
        self.journal = Journal(engine.account, "network", self.name)

    @functools.cached_property
    def on_it(self) -> dict[str, Mapping[str, Any]]:
        """The containers that have joined it, running or not: what inspect shows, by name."""
        if self.found is None:
            return {}
        listed = self.engine.get("containers/json", {"all": True, "filters": {"network": [self.name]}})
        shown = [inspected(self.engine, each) for each in listed]
        return {
            str(each["Name"]): each for each in shown if each and joins.joined(each, self.name) is not None
        }

    def change(self, compared: Comparison) -> list[Step]:
        live = tuple(
            # Nobody knows what an adopted network was made with, so what is not declared stays.
            each
            for each in compared.live
            if not (compared.adopted and each.why == REMOVED)
        )
        if compared.fixed or self.params.get("recreate"):
            self._require_replaceable(", ".join(each.option for each in compared.fixed) or "recreate: true")
            return [Step("replace", "network", self.name, compared.fixed + live)]
        return [Step("update", "network", self.name, live)] if live else []

    def _require_replaceable(self, differing: str) -> None:
        if self.on_it and not self.params.get("reconnect"):
            raise Failure(
                f"network {self.name}: {differing} asks for a new one, and {', '.join(sorted(self.on_it))} use it; set reconnect: true "
                "to take them off, make it anew and connect them again, or disconnect or remove them.",
                plan=[],
            )
        for name, inspect in sorted(self.on_it.items()):
            if name not in self.declared and joins.may_be_fixed(
                inspect, self.name, self._recorded(inspect), self.key
            ):
                raise Failure(
                    f"network {self.name}: container {name} may have an address of its own on it, which Podman does not tell; name it under "
                    "connected, with its address or by its name alone if it has none.",
                    plan=[],
                )

    def _recorded(self, inspect: Mapping[str, Any]) -> dict[str, str] | None:
        """The record of a container, or of the pod that an infra container stands for."""
        if inspect.get("IsInfra"):
            pod = self.engine.find(f"pods/{name_in_path(str(inspect.get('Pod')))}/json") or {}
            return _record.read(self.key, "pod", str(pod.get("Name")), pod.get("Labels"))
        labels = (inspect.get("Config") or {}).get("Labels")
        return _record.read(self.key, "container", str(inspect.get("Name")), labels)

    def beside(self, steps: list[Step]) -> list[Step]:
        anew = any(step.action == "replace" for step in steps)
        wanted = {**self._pending(), **self.declared}
        if anew:
            wanted = {**{name: joins.kept(each, self.name) for name, each in self.on_it.items()}, **wanted}
        exact = self.params.get("exact")
        if exact and self.params.get("connected") is None:
            raise Failure(
                "exact: it says that connected lists all containers, and there is none; declare connected too."
            )
        gone = [name for name in self.on_it if name in self.unwanted or (exact and name not in self.declared)]
        wanted = {
            name: each
            for name, each in wanted.items()
            if name not in self.unwanted and not (exact and name not in self.declared)
        }
        there = {found.name: found.inspect for found in containers(self.engine, wanted).values()}
        missing = sorted(set(self.declared) - set(there))
        if missing:
            raise Failure(
                f"connected: there is no container {missing[0]} in this account; make it first, or leave it out."
            )
        told = [joins.away(self.name, name, self.on_it[name]) for name in sorted(gone)]
        for name in sorted(set(wanted) & set(there)):
            joins.require_connectable(there[name], name)
            joins.require_inside(wanted[name], name, self._subnets())
            inspect = _without(there[name], self.name) if anew else there[name]
            step = joins.step(self.name, name, inspect, wanted[name])
            told += [step] if step else []
        return told

    def _subnets(self) -> list[Mapping[str, Any]]:
        """The subnets that it will have; none where Podman chooses them."""
        body = self.request.body if self.request else {}
        return body.get("subnets") or (self.found or {}).get("subnets") or []

    def _pending(self) -> dict[str, joins.Settings]:
        """Containers that a killed run took off and did not connect again."""
        notes = self.journal.read() or {}
        listed = notes.get("joined")
        return {str(name): dict(each) for name, each in listed.items()} if isinstance(listed, dict) else {}

    def undone(self) -> None:
        self.journal.forget()

    def settle(self) -> None:
        self.journal.forget()

    def do_replace(self, _step: Step) -> None:
        """Take everything off, remove, make anew. Connecting again is a step of its own."""
        old = self.found or {}
        once = {name: joins.kept(each, self.name) for name, each in self.on_it.items()}
        once = {**once, **{name: each for name, each in self.declared.items() if name in once}}
        self.engine.admit("write", self.journal.path)
        if once:
            self.journal.write({"joined": {**self._pending(), **once}})
        for name, inspect in sorted(self.on_it.items()):
            again = functools.partial(self._connect, name, self._former(inspect))
            self.back.note(START, again, f"{name} is connected again")
            self._disconnect(name)
        put_back = functools.partial(self._put_back, old)
        self.back.note(RENAME, put_back, f"the old network {self.name} is there again")
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
                self._disconnect(name)
            self.do_remove(Step("remove", "network", self.name))
        self.make(as_it_was(old))

    def do_update(self, _step: Step) -> None:
        """Change in place, then look: what did not take is put back."""
        found = self.found or {}
        servers = {"dns": list(found.get("network_dns_servers") or [])}
        self.back.note(
            SETTINGS,
            lambda: self._update(update(self.name, servers, self.read() or {})),
            f"network {self.name} has its former servers",
        )
        self._update(update(self.name, self.spec, found))
        there = self.read() or {}
        if list(there.get("network_dns_servers") or []) != self.spec.get("dns", []):
            raise Failure(
                f"network {self.name}: Podman accepted other servers for dns but did not take them; set recreate: true."
            )

    def _update(self, request: Any) -> None:
        if request.body:
            self.engine.write(request.method, request.path, request.params, request.body, plain=True)

    def do_connect(self, step: Step) -> None:
        """Let a container join; one that joined otherwise leaves first."""
        was = step.work.get("was")
        self.back.note(STOP, functools.partial(self._disconnect, step.name))
        if was is not None:
            was = self._former(was)
            self.back.note(
                START, functools.partial(self._connect, step.name, was), f"{step.name} is connected again"
            )
            self._disconnect(step.name)
        self._connect(step.name, step.work["settings"])

    def do_disconnect(self, step: Step) -> None:
        """Take a container off."""
        again = functools.partial(self._connect, step.name, self._former(step.work["was"]))
        self.back.note(START, again, f"{step.name} is connected again")
        self._disconnect(step.name)

    def _connect(self, name: str, settings: joins.Settings) -> None:
        try:
            self.engine.write(
                "POST", f"networks/{self.name}/connect", None, {"container": name, **settings}, plain=True
            )
        except EngineError as error:
            if "already connected" not in error.cause:
                raise EngineError(f"container {name}: {error.message}", error.status, error.cause) from error

    def _disconnect(self, name: str) -> None:
        try:
            self.engine.write(
                "POST", f"networks/{self.name}/disconnect", None, {"Container": name}, plain=True
            )
        except EngineError as error:
            # Podman forgets a container that it could only connect by half, and refuses all the same.
            there = containers(self.engine, [name]).get(name)
            if there is not None and joins.joined(there.inspect, self.name) is not None:
                raise EngineError(f"container {name}: {error.message}", error.status, error.cause) from error


def _without(inspect: Mapping[str, Any], network: str) -> Mapping[str, Any]:
    """A container as it will be when the network has gone."""
    settings = dict(inspect.get("NetworkSettings") or {})
    settings["Networks"] = {
        name: each for name, each in (settings.get("Networks") or {}).items() if name != network
    }
    return {**inspect, "NetworkSettings": settings}
