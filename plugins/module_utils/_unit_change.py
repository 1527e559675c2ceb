# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of units on its way: installed, started, watched, and put back when that fails.

The order makes every moment one from which the next run goes on: the text before is kept beside the unit until the change has proved
itself.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import Callable

from . import _account, _errors, _manager, _sentences, _service_states, _services, _unit_folder, _unit_plan

# How long a service has to run to count as started: one that fails at once does so within this.
SETTLE = 1.5
# Where somebody looks at it after that. One that takes nothing's place has only to prove itself, as a container outside units has.
SETTLE_PROVED = 0.7
# Between two looks at what starts: most containers need a fifth of a second, some wait for their health.
FIRST_LOOK_SECONDS = 0.05
# For the exit code of what systemd starts again: it waits for a tenth of a second between two starts, and Podman takes its time.
CODE_SECONDS = 2.0
LOOK_SECONDS = 0.5
# How often services are started again that met each other in Podman's storage.
COLLISIONS = 3
# Between two looks at what has started: each asks systemd, and on a host that starts many containers at once that is work beside theirs.
SETTLE_LOOK_SECONDS = 0.25


@dataclasses.dataclass(frozen=True)
class Gate:
    """What more than a start is asked of services.

    ``prove`` is called when all has started, and raises Failure when that is not enough. ``explain`` says more of what does
    not start. ``before_back`` is called before what ran before is started again. Without ``block`` nothing is waited for.
    ``ailing`` is asked while services start, and says of those that will not get there what ails them. ``evict`` takes away what keeps
    a service that is starting from ending: systemd sends it a signal alone, which many a container does not hear. ``replaces`` says
    that new units take the place of something that had none.
    """

    prove: Callable[[], object] | None = None
    explain: Callable[[], str] | None = None
    before_back: Callable[[], object] | None = None
    block: bool = True
    ailing: Callable[[], Mapping[str, str]] | None = None
    evict: Callable[[], object] | None = None
    replaces: bool = False


@dataclasses.dataclass(frozen=True)
class Change:
    """What is done to the units that need something (``busy``), under the folder's lock.

    ``ways`` and ``seen`` are by file, ``services`` what Quadlet will make of each. A start may take so many ``seconds``.
    """

    account: _account.Account
    folder: _unit_folder.Folder
    services: Mapping[str, str]
    busy: Sequence[_unit_plan.Wanted]
    ways: Mapping[str, _unit_plan.Way]
    seen: Mapping[str, _unit_plan.Seen]
    seconds: float
    gate: Gate

    def carry_out(self) -> None:
        """Do it. Raises Failure when something does not start, with everything as it was before."""
        busy, ways, seen = self.busy, self.ways, self.seen
        stops = [service for each in busy for service in ways[each.name.file].stop]
        starting = [
            service
            for each in busy
            for service in (*ways[each.name.file].stop, ways[each.name.file].restart)
            if service and seen[each.name.file].alive and not seen[each.name.file].active
        ]
        self._hasten(starting)
        if stops:
            _manager.stop(self.account, stops)
        for each in busy:
            self._install(each, seen[each.name.file])
        began = time.time()
        _manager.reload(self.account)
        self._require_loaded(began)
        for verb in ("start", "restart"):
            services = [
                getattr(ways[each.name.file], verb) for each in busy if getattr(ways[each.name.file], verb)
            ]
            if services:
                self._start(verb, services)
        if self.gate.prove is not None:
            self._prove(self.gate.prove, began)
        for each in busy:
            self.folder.forget(each.name.file)
        gone = [
            service
            for each in busy
            if each.state == _unit_plan.ABSENT
            for service in ways[each.name.file].stop
        ]
        if gone:
            _manager.forget_failed(self.account, gone)
        # At the end: one whose Podman does not answer has its units as declared nevertheless.
        if set(starting) & set(stops):
            _services.sweep(self.account, set(starting) & set(stops))

    def _install(self, wanted: _unit_plan.Wanted, seen: _unit_plan.Seen) -> None:
        name = wanted.name.file
        if wanted.text is None:
            self.folder.remove(name)
        elif seen.text != wanted.text:
            self.folder.put(name, wanted.text)

    def _start(self, verb: str, services: Sequence[str]) -> None:
        """Start or restart them, and see that they stay. Raises Failure with everything as it was before."""
        began = time.time()
        failed = self._try(verb, services)
        if failed and _services.mended(self.account, list(failed), began):
            failed = self._try(verb, services)
        for _each in range(COLLISIONS):
            if not _services.collided(self.account, failed, began):
                break
            began = time.time()
            failed = self._try(verb, services, again=True)
        if not failed:
            return
        service, why = next(iter(failed.items()))
        why = self._with_exit_code(service, why)
        lines = _manager.last_lines(self.account, service, began)
        more = self.gate.explain() if self.gate.explain is not None else ""
        back = self._put_back()
        step = {"action": verb, "kind": _unit_plan.SERVICE, "name": service}
        known = _sentences.explain_log(lines) if self._failed_in_podman(service, why) else ""
        if known:
            raise _errors.Failure(f"{known}; so {service} does not {verb}; {back}.", logs=lines, step=step)
        said = f"; its last words: {' | '.join(lines)}" if lines else ""
        said += f"; {more}" if more else ""
        raise _errors.Failure(
            f"state: {service} does not {verb} ({_service_states.one_line(why)}){said}; {back}.",
            logs=lines,
            step=step,
        )

    def _with_exit_code(self, service: str, why: str) -> str:
        """The same with the exit code of the last run of what is started again and again: while the next one starts systemd tells none."""
        end = time.monotonic() + CODE_SECONDS
        while why.endswith("again, exit code 0") and time.monotonic() < end:
            time.sleep(FIRST_LOOK_SECONDS)
            why = _service_states.trouble(_services.shown_of(self.account, [service])[service]) or why
        return why

    def _failed_in_podman(self, service: str, why: str) -> bool:
        """Whether Podman itself said no, and not what is in the container. In the service of a pod there is nobody else."""
        pods = [self.seen[each.name.file].new_service for each in self.busy if each.name.suffix == "pod"]
        # By what was said when it failed: systemd may be starting it again by now.
        return service in pods or any(why.endswith(f"exit code {code}") for code in _sentences.OF_PODMAN)

    def _try(self, verb: str, services: Sequence[str], again: bool = False) -> dict[str, str]:
        """Start or restart them once; those that do not run then, with why. ``again`` leaves those alone that run."""
        watched = self.gate.block and self.gate.ailing is not None
        first = "start" if again else verb
        told = _services.try_start(
            self.account, first, services, self.seconds, self.gate.block and not watched
        )
        if watched and not told:
            ailing = self._watch(services)
            if ailing:
                return ailing
        if verb == "restart" and not told and self._followers():
            # They start with it, unless it failed before.
            if not any(map(_service_states.trouble, _services.shown_of(self.account, services).values())):
                told = _manager.try_start(
                    self.account, "start", self._followers(), self.seconds, self.gate.block
                )
            services = [*services, *self._followers()]
        if told:
            shown = _services.shown_of(self.account, services)
            # What became of the service says more than that its job failed.
            failed = [service for service in services if not _service_states.runs(shown[service])]
            return {service: _service_states.trouble(shown[service]) or told for service in failed} or {
                services[0]: told
            }
        return self._failed(services) if self.gate.block else {}

    def _followers(self) -> list[str]:
        """Those that ran, and stop with what is changed."""
        return sorted({each for wanted in self.busy for each in self.seen[wanted.name.file].followers})

    def _watch(self, services: Sequence[str]) -> dict[str, str]:
        """Wait until services that were told to start have done so, or failed; those that will not come to either, with why."""
        end = time.monotonic() + self.seconds
        pause = FIRST_LOOK_SECONDS
        while True:
            shown = _services.shown_of(self.account, services)
            starting = [service for service in services if shown[service].get("Job")]
            if not starting or any(
                _service_states.trouble(each) for each in shown.values() if not _service_states.waits(each)
            ):
                return {}
            ailing = self.gate.ailing() if self.gate.ailing is not None and pause >= LOOK_SECONDS else {}
            if ailing:
                return dict(ailing)
            if time.monotonic() > end:
                return dict.fromkeys(starting, f"it was not done after {self.seconds:.0f} s")
            time.sleep(pause)
            pause = min(2 * pause, LOOK_SECONDS)

    def _hasten(self, services: Sequence[str]) -> None:
        """Have services that may be starting still end at once."""
        if services and self.gate.evict is not None:
            _manager.try_start(self.account, "stop", services, _manager.STOP_SECONDS, block=False)
            self.gate.evict()

    def _prove(self, prove: Callable[[], object], began: float) -> None:
        started = [way.start or way.restart for way in self.ways.values() if way.start or way.restart]
        begun = time.monotonic()
        try:
            prove()
            proved = time.monotonic()
            # What is ready sooner may have ended: with exit code 0 that is no fault, unless it is started again.
            settled = begun + SETTLE_PROVED if self._takes_no_place() else proved
            self._require_staying(started, max(proved, settled), began)
        except _errors.Failure as failure:
            found = (_manager.last_lines(self.account, service, began) for service in started)
            lines = failure.facts.get("logs") or next(filter(None, found), [])
            said = f"; its last words: {' | '.join(lines)}" if lines and "logs" not in failure.facts else ""
            back = self._put_back()
            step = (
                {"action": "start", "kind": _unit_plan.SERVICE, "name": started[0]}
                if len(started) == 1
                else None
            )
            facts = {
                **({"step": step} if step else {}),
                **failure.facts,
                **({"logs": lines} if lines else {}),
            }
            raise _errors.Failure(f"{failure.message.rstrip('.')}{said}; {back}.", **facts) from failure

    def _require_staying(self, services: Sequence[str], end: float, began: float) -> None:
        """Raise Failure for what ends and is started again, looking until ``end``: when it is up it looks as if it had never been away."""
        while True:
            shown = _services.shown_of(self.account, services)
            for service, each in shown.items():
                if not _service_states.trouble(each):
                    continue
                why = self._with_exit_code(service, _service_states.trouble(each))
                lines = _manager.last_lines(self.account, service, began)
                said = f"; its last words: {' | '.join(lines)}" if lines else ""
                step = {"action": "start", "kind": _unit_plan.SERVICE, "name": service}
                raise _errors.Failure(
                    f"state: {service} does not stay up ({why}){said}.", logs=lines, step=step
                )
            over = all(each.get("ActiveState") == "inactive" for each in shown.values())
            if over or time.monotonic() > end:
                return
            time.sleep(SETTLE_LOOK_SECONDS)

    def _require_loaded(self, began: float) -> None:
        """Raise Failure when systemd does not take what Quadlet made, with the units before put back."""
        for each in self.busy:
            service = self.services.get(each.name.file, "")
            if (
                each.text is None
                or each.name.is_template
                or _services.shown_of(self.account, [service])[service].get("LoadState")
                not in _service_states.BAD
            ):
                continue
            lines = _manager.last_lines(self.account, service, began)
            back = self._put_back()
            said = f" ({' | '.join(lines)})" if lines else ""
            raise _errors.Failure(
                f"content: systemd does not take the {service} that Quadlet makes of {each.name.file}{said}; {back}."
            )

    def _takes_no_place(self) -> bool:
        """Whether nothing served before what is started now, so that it has only to prove itself."""
        return not self.gate.replaces and all(self.seen[each.name.file].text is None for each in self.busy)

    def _failed(self, services: Sequence[str]) -> dict[str, str]:
        """Those that started and did not stay, with why."""
        proved = 0.0 if self._takes_no_place() else SETTLE_PROVED
        end = time.monotonic() + (SETTLE if self.gate.prove is None else proved)
        while True:
            shown = _services.shown_of(self.account, services)
            found = {
                service: _service_states.trouble(each)
                for service, each in shown.items()
                if _service_states.trouble(each)
            }
            # What runs once has done all that it will do.
            staying = any(each.get("Type") != "oneshot" for each in shown.values())
            if found or not staying or time.monotonic() > end:
                return found
            time.sleep(SETTLE_LOOK_SECONDS)

    def _put_back(self) -> str:
        """Undo: texts as they were, services as they were; what to tell of it."""
        busy, ways, seen = self.busy, self.ways, self.seen
        new = [way.start or way.restart for way in ways.values() if way.start or way.restart]
        before = [
            seen[each.name.file].service
            for each in busy
            if seen[each.name.file].active and seen[each.name.file].service
        ]
        written = [each for each in busy if each.text is not None and seen[each.name.file].text != each.text]
        fresh = [each for each in written if seen[each.name.file].text is None]
        gone = {each.name.file: seen[each.name.file].text for each in busy if each.text is None}
        stops = [service for service in new if service not in before]
        try:
            self._hasten(new)
            if stops:
                _manager.stop(self.account, stops)
            for each in busy:
                if each in fresh:
                    self.folder.remove(each.name.file)
                elif each in written or seen[each.name.file].kept is not None:
                    self.folder.put_back(each.name.file)
            for file, text in gone.items():
                if text is not None:
                    self.folder.put(file, text)
            _manager.reload(self.account)
            _manager.forget_failed(self.account, new)
            if stops:
                _services.sweep(self.account, stops)
            if self.gate.before_back is not None:
                self.gate.before_back()
        except _errors.Failure as failure:
            return f"putting back what was there failed too: {failure.message}"
        if before:
            told = _services.start_mended(self.account, "restart", before, self.seconds)
            if not told and self._followers():
                told = _services.start_mended(self.account, "start", self._followers(), self.seconds)
            if told:
                return f"the unit before is back, and it does not start either ({_service_states.one_line(told)})"
            return "the unit before is back and runs"
        return (
            "it was taken away again"
            if fresh
            else "the unit before is back"
            if written
            else "the unit is as it was"
        )
