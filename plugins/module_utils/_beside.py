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

from . import _operations as operations
from . import _switch
from ._engine import Engine
from ._errors import Failure
from ._options import get_path
from ._plan import Step
from ._readiness import judge
from ._state import NEW, OLD
from ._switch import BESIDE, DRAIN, MOVE, RETIRE, Switch, part
from ._switching import Traffic
from ._times import Times
from ._way_back import RENAME, START, WayBack

# Seconds for an old version, which has proved itself before, to answer once more.
RETURN = 60.0


class Beside:
    """The steps of one plan that move traffic. ``waits`` says how long a container is waited for, by name."""

    def __init__(
        self,
        engine: Engine,
        back: WayBack,
        times: Times,
        ids: Mapping[str, str],
        waits: Callable[[str], tuple[bool, float]],
    ) -> None:
        self.engine, self.back, self.times, self.ids, self.waits = engine, back, times, ids, waits
        self.warnings: list[str] = []

    def prepare(self, step: Step) -> None:
        """Before anything is made: the configuration with which a new switch starts."""
        switch: Switch = step.work["switch"]
        traffic = Traffic(self.engine, switch)
        if "beside" not in step.work:
            traffic.keep(step.work["leads"])
        elif traffic.settings() is None:
            traffic.keep(step.work["beside"]["from"])

    def reload(self, step: Step) -> None:
        """The configuration is not as declared: write it, and have a switch that runs take it."""
        traffic, leads = Traffic(self.engine, step.work["switch"]), step.work["leads"]
        with self.times.of(step):
            traffic.keep(leads)
            if traffic.runs:
                traffic.arrive()
                traffic.lead(leads)
                traffic.park(_switch.other(leads))
                traffic.reload()

    def settle(self, step: Step) -> None:
        """A killed run left a new version beside the old one: the old one leads, and the new one has nothing to answer."""
        switch, old, leads = step.work["switch"], str(step.work["old"]), step.work["leads"]
        traffic = Traffic(self.engine, switch)
        if not traffic.runs:
            traffic.keep(leads)
            return
        with self.times.of(step):
            traffic.arrive()
            if traffic.leads(leads) and step.work["old_running"]:
                traffic.park(_switch.other(leads))
            else:
                self._lead_again(traffic, switch, old, leads)

    def first(self, step: Step) -> None:
        """A container that has no other one beside it: wait until it answers through the switch."""
        switch, leads, name = step.work["switch"], step.work["leads"], step.name
        traffic = Traffic(self.engine, switch)
        with self.times.of(step):
            traffic.arrive()
            self._prove(traffic, switch, self.ids[name], leads, name)
            traffic.lead(leads)
            traffic.park(_switch.other(leads))

    def deploy(self, step: Step) -> None:
        """Start the new one beside the old one; only when it has proved itself does it get a request, and the old one none."""
        name, switch, old, new = step.name, step.work["switch"], str(step.work["old"]), self.ids[step.name]
        to, since = step.work["beside"]["to"], step.work["beside"]["from"]
        traffic = Traffic(self.engine, switch)
        with self.times.of(part(step, BESIDE)):
            traffic.arrive()
            traffic.park(to)
            try:
                operations.start(self.engine, new, name + NEW)
                self._prove(traffic, switch, new, to, name)
            except Failure:
                with contextlib.suppress(Failure):
                    traffic.park(to)
                raise
        before = traffic.text()
        stale = (traffic.settings() or {}) != {**_switch.settings(switch, to), "leads": since}
        with self.times.of(part(step, MOVE)):
            again = partial(self._return, traffic, switch, step, before if stale else None)
            self.back.note(START, again, f"requests go to the old {name} again")
            traffic.lead(to)
        with self.times.of(part(step, DRAIN)):
            left = traffic.retire(since)
            if left:
                self.warnings.append(
                    f"container {name}: {left} requests of the old version were not answered within drain_timeout, "
                    f"{switch.drain:g} seconds, and were cut off."
                )
        with self.times.of(part(step, RETIRE)):
            if step.work["running"]:
                operations.stop(self.engine, old, name)
            self.back.note(RENAME, partial(operations.rename, self.engine, old, name))
            operations.rename(self.engine, old, name + OLD)
            self.back.note(RENAME, partial(operations.rename, self.engine, new, name + NEW))
            operations.rename(self.engine, new, name)
            if stale:
                traffic.reload()

    def _return(self, traffic: Traffic, switch: Switch, step: Step, text: str | None) -> None:
        """A later step failed: the old one runs and leads again before the new one goes."""
        if text is not None:
            traffic.write(text)
            traffic.reload()
        if step.work["running"]:
            self._lead_again(traffic, switch, str(step.work["old"]), step.work["beside"]["from"])
            if text is not None:
                traffic.write(text)

    def _lead_again(self, traffic: Traffic, switch: Switch, old: str, leads: str) -> None:
        operations.start(self.engine, old, switch.name)
        inspect = self.engine.get(f"containers/{old}/json")
        if traffic.settings() is None or (traffic.settings() or {}).get("port") == switch.port:
            traffic.find(leads, _addresses(inspect, switch.network))
        # What it says no longer matters: it has served before, and something has to.
        traffic.prove(leads, time.monotonic() + RETURN, lambda: None)
        traffic.lead(leads)
        traffic.retire(_switch.other(leads))

    def _prove(self, traffic: Traffic, switch: Switch, identity: str, colour: str, name: str) -> None:
        """Wait until a container runs, is healthy for Podman, and answers its check through the switch. Raises Failure."""
        _wait, timeout = self.waits(name)
        begun = operations.now()
        operations.await_ready(self.engine, identity, name, operations.SETTLE, timeout, begun)
        inspect = self.engine.get(f"containers/{identity}/json")
        traffic.find(colour, _addresses(inspect, switch.network))

        def look() -> None:
            verdict = judge(self.engine.get(f"containers/{identity}/json"), 0.0, 0.0, timeout)
            if verdict.failure:
                raise self._failure(identity, f"container {name} {verdict.failure}")

        said = traffic.prove(colour, begun + timeout, look)
        if said:
            raise self._failure(
                identity,
                f"container {name}: GET {switch.check} on port {switch.port} was still answered with {said}, {timeout:.0f} seconds after "
                "its start (wait_timeout)",
            )

    def _failure(self, identity: str, what: str) -> Failure:
        told = operations.logs(self.engine, identity)
        last = f"; its last log line: {told[-1]}" if told else ""
        return Failure(f"{what}{last}.", logs=told)


def _addresses(inspect: Mapping[str, Any], network: str) -> list[str]:
    joined = (get_path(inspect, "NetworkSettings.Networks") or {}).get(network) or {}
    return [str(joined[key]) for key in ("IPAddress", "GlobalIPv6Address") if joined.get(key)]
