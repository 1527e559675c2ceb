# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of networks: in place what can be, anew what is unused or may be, and the containers on it."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import (
    _bridges,
    _compare,
    _engine,
    _errors,
    _journal,
    _module,
    _options,
    _plan,
    _record,
    _simple,
    _supervisor,
    _survey,
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
# What Podman says of a container whose interfaces are not as it has them in mind.
TORN = ("netavark", "rootless netns", "has no network namespace", "rootless port mappings")


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
        self.journal = _journal.Journal(engine.account, "network", self.name)

    @functools.cached_property
    def on_it(self) -> dict[str, Mapping[str, Any]]:
        """The containers that have joined it, running or not: what inspect shows, by name."""
        if self.found is None:
            return {}
        listed = self.engine.get("containers/json", {"all": True, "filters": {"network": [self.name]}})
        shown = [self._inspected(each) for each in listed]
        return {
            str(each["Name"]): each for each in shown if each and joins.joined(each, self.name) is not None
        }

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
        wanted = {**self._pending(), **self.declared}
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
        looked = {name: self._look(name) for name in sorted(wanted)}
        # A service that a killed run stopped has no container, and gets one before that is connected.
        there = {
            name: inspect or {}
            for name, inspect in looked.items()
            if inspect is not None or self._stopped().get(name)
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

    def _pending(self) -> dict[str, joins.Settings]:
        """Containers that a killed run took off and did not connect again."""
        notes = self.journal.read() or {}
        listed = notes.get("joined")
        return {str(name): dict(each) for name, each in listed.items()} if isinstance(listed, dict) else {}

    def undone(self) -> None:
        with contextlib.suppress(_errors.Failure):
            self.settle()

    def settle(self) -> None:
        """Forget who was taken off, when all of them are on it again."""
        notes = self.journal.read()
        if notes is None:
            return
        if self.params["state"] == "present":
            self.found = self.read()
            self.__dict__.pop("on_it", None)  # look again
            for name in sorted(set(self._pending()) - set(self.on_it) - self._kept_off()):
                if self._look(name) is not None:
                    raise _errors.Failure(
                        f"network {self.name}: container {name} was taken off and is not on it again; run the task again."
                    )
            for name in self._stopped():
                self._wake(name)
                there = self._look(name)
                if there is not None and _options.get_path(there, "State.Status") != "running":
                    operations.start(self.engine, str(there.get("Id")), name)
        self.journal.forget()

    def _kept_off(self) -> set[str]:
        """Those that the task wants off."""
        others = set(self._pending()) - set(self.declared) if self.params.get("exact") else set()
        return {*self.unwanted, *others}

    def do_replace(self, _step: _plan.Step) -> None:
        """Take everything off, remove, make anew. Connecting again is a step of its own."""
        old = self.found or {}
        once = {name: joins.kept(each, self.name) for name, each in self.on_it.items()}
        once = {**once, **{name: each for name, each in self.declared.items() if name in once}}
        self.engine.admit("write", self.journal.path)
        if once:
            self.journal.write({**(self.journal.read() or {}), "joined": {**self._pending(), **once}})
        for name, inspect in sorted(self.on_it.items()):
            again = functools.partial(self._connect, name, self._former(inspect))
            self.back.note(_way_back.START, again, f"{name} is connected again")
            self._disconnect(name, stays_off=True)
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
                self._disconnect(name, stays_off=True)
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
        self._wake(step.name, step.work["settings"])
        self._note(step.name)
        was = step.work.get("was")
        self.back.note(_way_back.STOP, functools.partial(self._disconnect, step.name))
        if was is not None:
            was = self._former(was)
            self.back.note(
                _way_back.START,
                functools.partial(self._connect, step.name, was),
                f"{step.name} is connected again",
            )
            self._disconnect(step.name)
        self._connect(step.name, step.work["settings"])
        if joins.joined(self._look(step.name) or {}, self.name) is None:
            self._mended(step.name, "connect", {"container": step.name, **step.work["settings"]})
        if joins.joined(self._look(step.name) or {}, self.name) is None:
            raise _errors.Failure(
                f"container {step.name}: Podman did not connect it to network {self.name}; run the task again."
            )

    def do_disconnect(self, step: _plan.Step) -> None:
        """Take a container off."""
        again = functools.partial(self._connect, step.name, self._former(step.work["was"]))
        self.back.note(_way_back.START, again, f"{step.name} is connected again")
        self._disconnect(step.name)

    def do_remove(self, _step: _plan.Step) -> None:
        """Take the network away, and with it what was noted about it."""
        super().do_remove(_step)
        if self.params["state"] == "absent":
            _journal.connections(self.engine.account, self.name).forget()

    @functools.cached_property
    def _noted(self) -> set[str]:
        """The IDs of containers that a task of this network connected and that are still on it."""
        return _journal.connected(self.engine.account, self.name) & {
            str(each.get("Id")) for each in self.on_it.values()
        }

    def _note(self, name: str) -> None:
        """Before a container joins: its own task is to know that the connection is declared here."""
        notes = _journal.connections(self.engine.account, self.name)
        self.engine.admit("write", notes.path)
        self._noted.add(str((self._look(name) or {}).get("Id")))
        notes.write({"containers": sorted(self._noted)})

    def _connect(self, name: str, settings: joins.Settings) -> None:
        self._wake(name, settings)
        body = {"container": name, **settings}
        try:
            self._send("connect", body)
        except _errors.EngineError as error:
            if "already connected" in error.cause:
                return
            if not _is_torn(error):
                raise _errors.EngineError(
                    f"container {name}: {error.message}", error.status, error.cause
                ) from error
            self._mended(name, "connect", body)

    def _disconnect(self, name: str, stays_off: bool = False) -> None:
        """Take a container off. One in a unit that names the network is stopped when it ``stays_off`` and is torn."""
        body = {"Container": name}
        try:
            self._send("disconnect", body)
        except _errors.EngineError as error:
            # Podman forgets a container that it could only connect by half, and refuses all the same.
            there = self._look(name)
            if there is None or joins.joined(there, self.name) is None:
                return
            if not _is_torn(error):
                raise _errors.EngineError(
                    f"container {name}: {error.message}", error.status, error.cause
                ) from error
            self._mended(name, "disconnect", body, stays_off)

    def _send(self, action: str, body: Mapping[str, Any]) -> None:
        _bridges.hold()
        self.engine.write("POST", f"networks/{self.name}/{action}", None, body, plain=True)

    def _mended(self, name: str, action: str, body: Mapping[str, Any], stays_off: bool = False) -> None:
        """A container whose interfaces are not as Podman has them in mind: a service was killed while it worked on them.

        Stopped it has none, so that Podman only has to remember; its start makes them anew. One in a unit is made anew as a whole.
        """
        inspect = self._look(name) or {}
        running = _options.get_path(inspect, "State.Status") == "running"
        supervisor = _supervisor.supervisor_of(self.engine, inspect)
        self.task.warn(f"the network of container {name} was left half made, so it was started again.")
        if running:
            self._note_stopped(name, supervisor.services)
            supervisor.stop()
        if running and supervisor.services:
            if not stays_off:
                self._wake(name)
                with contextlib.suppress(_errors.EngineError):  # its unit may have done it
                    self._send(action, body)
            return
        with contextlib.suppress(_errors.EngineError):
            self._send("disconnect", {"Container": name})
        if action == "connect":
            self._send("connect", body)
        if running:
            supervisor.start()
            self._note_stopped(name, None)

    def _wake(self, name: str, settings: joins.Settings | None = None) -> None:
        """Start the services of a container that were stopped to mend its network. With ``settings`` it is to join with these."""
        services = self._stopped().get(name)
        if not services:
            return
        _supervisor.start_services(self.engine.account, services)
        self._note_stopped(name, None)
        there = joins.joined(self._look(name) or {}, self.name)
        if there is not None and settings is not None and not joins.fits(there, settings):
            self._disconnect(name)  # its unit names the network, and joined in its own way

    def _stopped(self) -> dict[str, list[str]]:
        """Containers that a run stopped to mend their network and did not start again, each with its services."""
        listed = (self.journal.read() or {}).get("stopped")
        found = listed.items() if isinstance(listed, dict) else ()
        return {str(name): [str(each) for each in services] for name, services in found}

    def _note_stopped(self, name: str, services: Sequence[str] | None) -> None:
        notes, stopped = self.journal.read() or {}, self._stopped()
        stopped.pop(name, None)
        if services is not None:
            stopped[name] = list(services)
        self.engine.admit("write", self.journal.path)
        self.journal.write({**notes, "stopped": stopped})

    def _look(self, name: str) -> Mapping[str, Any] | None:
        """What is known of a container now."""
        listed = self.engine.get(
            "containers/json", {"all": True, "filters": {"name": [f"^{re.escape(name)}$"]}}
        )
        return self._inspected(listed[0]) if listed else None

    def _inspected(self, listed: Mapping[str, Any]) -> Mapping[str, Any]:
        """What inspect shows of a container, or what its listing does where a killed service left it half connected."""
        try:
            return _survey.inspected(self.engine, listed)
        except _errors.EngineError as error:
            if "network inspection mismatch" not in error.cause:
                raise
        networks: dict[str, Any] = {str(each): {} for each in listed.get("Networks") or []}
        return {
            "Id": listed["Id"],
            "Name": (listed.get("Names") or ["?"])[0],
            "State": {"Status": listed.get("State")},
            "HostConfig": {"NetworkMode": "bridge"},
            "NetworkSettings": {"Networks": networks},
            "Config": {"Labels": listed.get("Labels") or {}},
        }


def _is_torn(error: _errors.EngineError) -> bool:
    """Whether Podman failed at interfaces, and not at what was asked."""
    return any(words in error.cause for words in TORN)
