# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out a deploy beside the old container: start the new one, prove it, move the traffic, drain, retire; and the way back."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Callable

from . import _engine, _errors, _options, _plan, _readiness, _state, _switch, _switching, _times, _way_back
from . import _operations as operations

# Seconds for an old version, which has proved itself before, to answer once more.
RETURN = 60.0


class Beside:
    """The steps of one plan that move traffic. ``waits`` says how long a container is waited for, by name."""

    def __init__(
        self,
        engine: _engine.Engine,
        back: _way_back.WayBack,
        times: _times.Times,
        ids: Mapping[str, str],
        waits: Callable[[str], tuple[bool, float]],
    ) -> None:
        self.engine, self.back, self.times, self.ids, self.waits = engine, back, times, ids, waits
        self.warnings: list[str] = []

    def prepare(self, step: _plan.Step) -> None:
        """Before anything is made: the configuration with which a new switch starts."""
        switch: _switch.Switch = step.work["switch"]
        traffic = _switching.Traffic(self.engine, switch)
        if "beside" not in step.work:
            traffic.keep(step.work["leads"])
        elif traffic.settings() is None:
            traffic.keep(step.work["beside"]["from"])

    def reload(self, step: _plan.Step) -> None:
        """The configuration is not as declared: write it, and have a switch that runs take it."""
        traffic, leads = _switching.Traffic(self.engine, step.work["switch"]), step.work["leads"]
        with self.times.of(step):
            traffic.keep(leads)
            if traffic.runs:
                traffic.arrive()
                traffic.lead(leads)
                traffic.park(_switch.other(leads))
                traffic.reload()

    def settle(self, step: _plan.Step) -> None:
        """A killed run left a new version beside the old one: the old one leads, and the new one has nothing to answer."""
        switch, old, leads = step.work["switch"], str(step.work["old"]), step.work["leads"]
        traffic = _switching.Traffic(self.engine, switch)
        if not traffic.runs:
            traffic.keep(leads)
            return
        with self.times.of(step):
            traffic.arrive()
            if traffic.leads(leads) and step.work["old_running"]:
                traffic.park(_switch.other(leads))
            else:
                self._lead_again(traffic, switch, old, leads)

    def first(self, step: _plan.Step) -> None:
        """A container that has no other one beside it: wait until it answers through the switch."""
        switch, leads, name = step.work["switch"], step.work["leads"], step.name
        traffic = _switching.Traffic(self.engine, switch)
        with self.times.of(step):
            traffic.arrive()
            self._prove(traffic, switch, self.ids[name], leads, name)
            traffic.lead(leads)
            traffic.park(_switch.other(leads))

    def deploy(self, step: _plan.Step) -> None:
        """Start the new one beside the old one; only when it has proved itself does it get a request, and the old one none."""
        name, switch, old, new = step.name, step.work["switch"], str(step.work["old"]), self.ids[step.name]
        to, since = step.work["beside"]["to"], step.work["beside"]["from"]
        traffic = _switching.Traffic(self.engine, switch)
        with self.times.of(_switch.part(step, _switch.BESIDE)):
            traffic.arrive()
            traffic.park(to)
            try:
                operations.start(self.engine, new, name + _state.NEW)
                self._prove(traffic, switch, new, to, name)
            except _errors.Failure:
                with contextlib.suppress(_errors.Failure):
                    traffic.park(to)
                raise
        before = traffic.text()
        stale = (traffic.settings() or {}) != {**_switch.settings(switch, to), "leads": since}
        with self.times.of(_switch.part(step, _switch.MOVE)):
            again = partial(self._return, traffic, switch, step, before if stale else None)
            self.back.note(_way_back.START, again, f"requests go to the old {name} again")
            traffic.lead(to)
        with self.times.of(_switch.part(step, _switch.DRAIN)):
            left = traffic.retire(since)
            if left:
                self.warnings.append(
                    f"container {name}: {left} requests of the old version were not answered within drain_timeout, "
                    f"{switch.drain:g} seconds, and were cut off."
                )
        with self.times.of(_switch.part(step, _switch.RETIRE)):
            if step.work["running"]:
                operations.stop(self.engine, old, name)
            self.back.note(_way_back.RENAME, partial(operations.rename, self.engine, old, name))
            operations.rename(self.engine, old, name + _state.OLD)
            self.back.note(_way_back.RENAME, partial(operations.rename, self.engine, new, name + _state.NEW))
            operations.rename(self.engine, new, name)
            if stale:
                traffic.reload()

    def _return(
        self, traffic: _switching.Traffic, switch: _switch.Switch, step: _plan.Step, text: str | None
    ) -> None:
        """A later step failed: the old one runs and leads again before the new one goes."""
        if text is not None:
            traffic.write(text)
            traffic.reload()
        if step.work["running"]:
            self._lead_again(traffic, switch, str(step.work["old"]), step.work["beside"]["from"])
            if text is not None:
                traffic.write(text)

    def _lead_again(self, traffic: _switching.Traffic, switch: _switch.Switch, old: str, leads: str) -> None:
        operations.start(self.engine, old, switch.name)
        inspect = self.engine.get(f"containers/{old}/json")
        if traffic.settings() is None or (traffic.settings() or {}).get("port") == switch.port:
            traffic.find(leads, _addresses(inspect, switch.network))
        # What it says no longer matters: it has served before, and something has to.
        traffic.prove(leads, time.monotonic() + RETURN, lambda: None)
        traffic.lead(leads)
        traffic.retire(_switch.other(leads))

    def _prove(
        self, traffic: _switching.Traffic, switch: _switch.Switch, identity: str, colour: str, name: str
    ) -> None:
        """Wait until a container runs, is healthy for Podman, and answers its check through the switch. Raises Failure."""
        _wait, timeout = self.waits(name)
        begun = operations.now()
        operations.await_ready(self.engine, identity, name, operations.SETTLE, timeout, begun)
        inspect = self.engine.get(f"containers/{identity}/json")
        traffic.find(colour, _addresses(inspect, switch.network))

        def look() -> None:
            verdict = _readiness.judge(self.engine.get(f"containers/{identity}/json"), 0.0, 0.0, timeout)
            if verdict.failure:
                raise self._failure(identity, f"container {name} {verdict.failure}")

        said = traffic.prove(colour, begun + timeout, look)
        if said:
            raise self._failure(
                identity,
                f"container {name}: GET {switch.check} on port {switch.port} was still answered with {said}, {timeout:.0f} seconds after "
                "its start (wait_timeout)",
            )

    def _failure(self, identity: str, what: str) -> _errors.Failure:
        told = operations.logs(self.engine, identity)
        last = f"; its last log line: {told[-1]}" if told else ""
        return _errors.Failure(f"{what}{last}.", logs=told)


def _addresses(inspect: Mapping[str, Any], network: str) -> list[str]:
    joined = (_options.get_path(inspect, "NetworkSettings.Networks") or {}).get(network) or {}
    return [str(joined[key]) for key in ("IPAddress", "GlobalIPv6Address") if joined.get(key)]
