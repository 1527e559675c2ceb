# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The containers on a network: seen, connected, taken off, and mended where a killed service left them torn."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from . import _bridges, _engine, _errors, _journal, _options, _supervisor, _survey
from . import _joins as joins

# What Podman says of a container whose interfaces are not as it has them in mind.
TORN = ("netavark", "rootless netns", "has no network namespace", "rootless port mappings")


class Connections:
    """The containers of one network, and what is noted about them for a run after a kill."""

    def __init__(self, engine: _engine.Engine, network: str, warn: Callable[[str], None]) -> None:
        self.engine, self.name, self.warn = engine, network, warn
        self.journal = _journal.Journal(engine.account, "network", network)

    # What is there

    @functools.cached_property
    def on_it(self) -> dict[str, Mapping[str, Any]]:
        """Those that have joined, running or not: what inspect shows, by name."""
        listed = self.engine.get("containers/json", {"all": True, "filters": {"network": [self.name]}})
        shown = [self._inspected(each) for each in listed]
        return {
            str(each["Name"]): each for each in shown if each and joins.joined(each, self.name) is not None
        }

    def look_again(self) -> None:
        """Others have joined or left."""
        self.__dict__.pop("on_it", None)

    def look(self, name: str) -> Mapping[str, Any] | None:
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

    # What is noted

    @property
    def unfinished(self) -> bool:
        """Whether a run before this one, or this one, has not come to its end with them."""
        return self.journal.read() is not None

    def taken_off(self) -> dict[str, joins.Settings]:
        """Containers that a run took off and did not connect again, with how they were connected."""
        listed = (self.journal.read() or {}).get("joined")
        return {str(name): dict(each) for name, each in listed.items()} if isinstance(listed, dict) else {}

    def take_note(self, joined: Mapping[str, joins.Settings]) -> None:
        """Before these are taken off: whoever comes after a kill connects them again."""
        self.engine.admit("write", self.journal.path)
        if joined:
            self.journal.write({**(self.journal.read() or {}), "joined": {**self.taken_off(), **joined}})

    def forget(self) -> None:
        """All of them are as they should be."""
        self.journal.forget()

    @functools.cached_property
    def _noted(self) -> set[str]:
        """The IDs of containers that a task of this network connected and that are still on it."""
        return _journal.connected(self.engine.account, self.name) & {
            str(each.get("Id")) for each in self.on_it.values()
        }

    def note_joined(self, name: str) -> None:
        """Before a container joins: its own task is to know that the connection is declared here."""
        notes = _journal.connections(self.engine.account, self.name)
        self.engine.admit("write", notes.path)
        self._noted.add(str((self.look(name) or {}).get("Id")))
        notes.write({"containers": sorted(self._noted)})

    def forget_joined(self) -> None:
        """The network is gone, and with it what was noted about it."""
        _journal.connections(self.engine.account, self.name).forget()

    def stopped(self) -> dict[str, list[str]]:
        """Containers that a run stopped to mend their network and did not start again, each with its services."""
        listed = (self.journal.read() or {}).get("stopped")
        found = listed.items() if isinstance(listed, dict) else ()
        return {str(name): [str(each) for each in services] for name, services in found}

    def _note_stopped(self, name: str, services: Sequence[str] | None) -> None:
        notes, stopped = self.journal.read() or {}, self.stopped()
        stopped.pop(name, None)
        if services is not None:
            stopped[name] = list(services)
        self.engine.admit("write", self.journal.path)
        self.journal.write({**notes, "stopped": stopped})

    # What is done

    def join(self, name: str, settings: joins.Settings) -> None:
        """Connect a container and look whether it is: Podman may say that it is and have it connected by half."""
        self.connect(name, settings)
        if not self._has_joined(name):
            self._mended(name, "connect", {"container": name, **settings})
        if not self._has_joined(name):
            raise _errors.Failure(
                f"container {name}: Podman did not connect it to network {self.name}; run the task again."
            )

    def _has_joined(self, name: str) -> bool:
        return joins.joined(self.look(name) or {}, self.name) is not None

    def connect(self, name: str, settings: joins.Settings) -> None:
        """Connect a container with these settings; one that is connected stays so."""
        self.wake(name, settings)
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

    def disconnect(self, name: str, stays_off: bool = False) -> None:
        """Take a container off. One in a unit that names the network is stopped when it ``stays_off`` and is torn."""
        body = {"Container": name}
        try:
            self._send("disconnect", body)
        except _errors.EngineError as error:
            # Podman forgets a container that it could only connect by half, and refuses all the same.
            there = self.look(name)
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
        inspect = self.look(name) or {}
        running = _options.get_path(inspect, "State.Status") == "running"
        supervisor = _supervisor.supervisor_of(self.engine, inspect)
        self.warn(f"the network of container {name} was left half made, so it was started again.")
        if running:
            self._note_stopped(name, supervisor.services)
            supervisor.stop()
        if running and supervisor.services:
            if not stays_off:
                self.wake(name)
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

    def wake(self, name: str, settings: joins.Settings | None = None) -> None:
        """Start the services of a container that were stopped to mend its network. With ``settings`` it is to join with these."""
        services = self.stopped().get(name)
        if not services:
            return
        _supervisor.start_services(self.engine.account, services)
        self._note_stopped(name, None)
        there = joins.joined(self.look(name) or {}, self.name)
        if there is not None and settings is not None and not joins.fits(there, settings):
            self.disconnect(name)  # its unit names the network, and joined in its own way


def _is_torn(error: _errors.EngineError) -> bool:
    """Whether Podman failed at interfaces, and not at what was asked."""
    return any(words in error.cause for words in TORN)
