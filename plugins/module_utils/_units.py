# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Units of one account brought to what is declared: looked at, tried, installed, started, and put back when that fails.

The order makes every moment one from which the next run goes on: the text before is kept beside the unit until the
change has proved itself, a unit that is there and not loaded or not started is seen as such, and nothing is replaced that
Quadlet's generator has not taken.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from typing import Callable

from . import _generated, _generator, _manager, _shadow_probe
from ._account import Account
from ._errors import Failure
from ._generated import Generated
from ._shadows import Shadow
from ._unit_folder import Folder
from ._unit_plan import ABSENT, MADE_ONCE, Seen, Wanted, Way

_SHOWN = (
    "LoadState",
    "ActiveState",
    "SubState",
    "Result",
    "SourcePath",
    "Type",
    "NRestarts",
    "ExecMainStatus",
    "Job",
)
_ACTIVE = ("active", "reloading", "refreshing")
# What the manager says of a service that it read and cannot use.
_BAD = ("bad-setting", "error")
# How long a service has to run to count as started: one that fails at once does so within this.
SETTLE = 1.5
LOOK_SECONDS = 0.5


@dataclasses.dataclass(frozen=True)
class Gate:
    """What more than a start is asked of services.

    ``prove`` is called when all has started, and raises Failure when that is not enough. ``explain`` says more of what does
    not start. ``before_back`` is called before what ran before is started again. Without ``block`` nothing is waited for.
    ``ailing`` is asked while services start, and says what ails one that will not get there. ``evict`` takes away what keeps
    a service that is starting from ending: systemd sends it a signal alone, which many a container does not hear.
    """

    prove: Callable[[], object] | None = None
    explain: Callable[[], str] | None = None
    before_back: Callable[[], object] | None = None
    block: bool = True
    ailing: Callable[[], str] | None = None
    evict: Callable[[], object] | None = None


class Units:
    """The units of one account. ``look`` first, then, with the lock, ``apply``."""

    def __init__(self, account: Account, folder: Folder | None = None) -> None:
        self.account = account
        self.folder = folder or Folder(account)
        self.version = _generator.version()
        self.now = Generated()
        self.then = Generated()
        self.gate = Gate()
        self._named: dict[str, list[Shadow]] = {}
        self._all: Generated | None = None

    def look(self, wanted: Sequence[Wanted]) -> dict[str, Seen]:
        """What is there of the units, and what the generator makes of those that are wanted. Raises Failure.

        One look for all of them costs as much as for one: everybody is asked once.
        """
        self._forget()
        tree = self.folder.tree()
        self.now = _generator.of_tree(self.account, tree, self.folder.path)
        self._try(wanted, tree)
        services = {
            each.name.file: self.now.services.get(each.name.file)
            or self.then.services.get(each.name.file)
            or f"{each.name.stem}.service"
            for each in wanted
        }
        known = self._shown_of(list(services.values()))
        loaded, texts = {}, {}
        for each in wanted:
            file = each.name.file
            shown = known[services[file]]
            loaded[file] = shown.get("LoadState") == "loaded" and shown.get(
                "SourcePath"
            ) == self.folder.path_of(file)
            texts[file] = self.folder.text(file)
        self._sight([each for each in wanted if texts[each.name.file] is not None or each.text is not None])
        stale = self._stale(
            [
                each
                for each in wanted
                if loaded[each.name.file] and each.text is not None and texts[each.name.file] == each.text
            ]
        )
        found = {}
        for each in wanted:
            file = each.name.file
            shown, service = known[services[file]], self.now.services.get(file, "")
            if loaded[file] and not service:
                # The file has gone, and the manager still knows what was made of it.
                service = shown["Id"]
            found[file] = Seen(
                text=texts[file],
                kept=self.folder.kept(file),
                service=service,
                new_service=self.then.services.get(file, ""),
                loaded=loaded[file] or self._is_known_otherwise(each, shown.get("LoadState", "")),
                stale=file in stale,
                active=shown.get("ActiveState") in _ACTIVE,
                alive=shown.get("ActiveState") not in ("inactive", "failed", None),
            )
        return found

    def shadows(self, wanted: Wanted) -> list[Shadow]:
        """What the account put before a unit that is installed."""
        name = wanted.name.file
        if not self._service_of(name):
            return []
        if name not in self._named:
            self._sight([wanted])
        found = self._named[name]
        if self.folder.is_roots and not found and self.folder.text(name) == wanted.text:
            # Whatever has no name yet is seen by what comes of it.
            return _shadow_probe.differs(name, self.then, self._effective())
        return found

    def _service_of(self, file: str) -> str:
        return self.then.services.get(file) or self.now.services.get(file) or ""

    def _sight(self, wanted: Sequence[Wanted]) -> None:
        """Look for what stands before these units."""
        services = {each.name.file: self._service_of(each.name.file) for each in wanted}
        services = {file: service for file, service in services.items() if service}
        if services:
            self._named.update(_shadow_probe.of_units(self.account, services, not self.folder.is_roots))

    def _effective(self) -> Generated:
        """What the generator makes of all that it finds for the account."""
        if self._all is None:
            self._all = _generator.of_account(self.account)
        return self._all

    def _forget(self) -> None:
        """What was looked at before does not count any more."""
        self._named, self._all = {}, None

    def apply(
        self,
        wanted: Sequence[Wanted],
        ways: Mapping[str, Way],
        seen: Mapping[str, Seen],
        seconds: float,
        gate: Gate | None = None,
    ) -> None:
        """Take the ways. Raises Failure when something does not start, with everything as it was before."""
        self.gate = gate or Gate()
        busy = [each for each in wanted if ways[each.name.file].steps]
        if not busy:
            return
        self._hasten(
            [
                service
                for each in busy
                for service in (*ways[each.name.file].stop, ways[each.name.file].restart)
                if service and seen[each.name.file].alive and not seen[each.name.file].active
            ]
        )
        stops = [service for each in busy for service in ways[each.name.file].stop]
        if stops:
            _manager.stop(self.account, stops)
        for each in busy:
            self._install(each, seen[each.name.file])
        self._forget()
        began = time.time()
        _manager.reload(self.account)
        self._require_loaded(began, busy, ways, seen, seconds)
        for verb in ("start", "restart"):
            services = [
                getattr(ways[each.name.file], verb) for each in busy if getattr(ways[each.name.file], verb)
            ]
            if services:
                self._start(verb, services, busy, ways, seen, seconds)
        if self.gate.prove is not None:
            self._prove(self.gate.prove, busy, ways, seen, seconds)
        for each in busy:
            self.folder.forget(each.name.file)
        gone = [service for each in busy if each.state == ABSENT for service in ways[each.name.file].stop]
        if gone:
            _manager.forget_failed(self.account, gone)

    def _try(self, wanted: Sequence[Wanted], tree: dict[str, str]) -> None:
        """Have the generator read the folder as it will be. Raises Failure when it refuses any of it."""
        gone = {each.name.file for each in wanted if each.text is None}
        later = {name: text for name, text in tree.items() if name not in gone}
        later.update({each.name.file: each.text for each in wanted if each.text is not None})
        self.then = self.now if later == tree else _generator.of_tree(self.account, later, self.folder.path)
        for each in wanted:
            against = self.then.against(each.name.file) if each.text is not None else ""
            if against:
                raise Failure(
                    f"content: Quadlet refuses {each.name.file}: {_one_line(against)}; nothing was changed."
                )
        for file, against in _generated.broken_by(self.now, self.then, gone).items():
            raise Failure(
                f"name: with this {file}, which is there too, would not work any more: {_one_line(against)}; change that first."
            )

    def _shown(self, service: str) -> dict[str, str]:
        return self._shown_of([service])[service]

    def _shown_of(self, services: Sequence[str]) -> dict[str, dict[str, str]]:
        # A template is nothing that the manager knows of.
        asked = list(dict.fromkeys(service for service in services if "@." not in service))
        found = _manager.properties(self.account, asked, _SHOWN) if asked else {}
        return {service: found.get(service, {}) for service in services}

    def _is_known_otherwise(self, wanted: Wanted, load: str) -> bool:
        """Whether the manager has something else under this service's name or nothing, and a reload would not change that."""
        if load in _BAD:
            return True
        found = self.shadows(wanted)
        return bool(found) and (
            load in ("loaded", "masked") or any(each.way == "environment" for each in found)
        )

    def _stale(self, wanted: Sequence[Wanted]) -> set[str]:
        """The units of which the manager has yet to read what is there."""
        files = {
            each.name.file: self.then.services[each.name.file]
            for each in wanted
            if not any(found.way in ("unit", "service", "environment") for found in self.shadows(each))
        }
        if not files:
            return set()
        effective, known = (
            self._effective().texts,
            _manager.generated_texts(self.account, list(files.values())),
        )
        return {
            file
            for file, service in files.items()
            if file in effective
            and known[service] is not None
            and not _generated.same(effective[file], known[service] or "")
        }

    def _install(self, wanted: Wanted, seen: Seen) -> None:
        name = wanted.name.file
        if wanted.text is None:
            self.folder.remove(name)
        elif seen.text != wanted.text:
            self.folder.put(name, wanted.text)

    def _start(
        self,
        verb: str,
        services: Sequence[str],
        busy: Sequence[Wanted],
        ways: Mapping[str, Way],
        seen: Mapping[str, Seen],
        seconds: float,
    ) -> None:
        began = time.time()
        watched = self.gate.block and self.gate.ailing is not None
        told = _manager.try_start(self.account, verb, services, seconds, self.gate.block and not watched)
        if watched and not told:
            told = self._watch(services, seconds)
        if not told and not self.gate.block:
            return
        failed = self._failed(services) if not told else {}
        if told:
            shown = self._shown_of(services)
            failed = {service: told for service in services if not _runs(shown[service])} or {
                services[0]: told
            }
        if not failed:
            return
        service, why = next(iter(failed.items()))
        lines = _manager.last_lines(self.account, service, began)
        more = self.gate.explain() if self.gate.explain is not None else ""
        back = self._put_back(busy, ways, seen, seconds)
        said = f"; its last words: {' | '.join(lines)}" if lines else ""
        said += f"; {more}" if more else ""
        raise Failure(f"state: {service} does not {verb} ({_one_line(why)}){said}; {back}.", log=lines)

    def _watch(self, services: Sequence[str], seconds: float) -> str:
        """Wait until services that were told to start have done so; empty, or why they will not."""
        end = time.monotonic() + seconds
        while True:
            shown = list(self._shown_of(services).values())
            if any(_trouble(each) for each in shown if not _waits(each)) or not any(
                each.get("Job") for each in shown
            ):
                return ""
            ailing = self.gate.ailing() if self.gate.ailing is not None else ""
            if ailing:
                return ailing
            if time.monotonic() > end:
                return f"it was not done after {seconds:.0f} s"
            time.sleep(LOOK_SECONDS)

    def _hasten(self, services: Sequence[str]) -> None:
        """Have services that may be starting still end at once."""
        if services and self.gate.evict is not None:
            _manager.try_start(self.account, "stop", services, _manager.STOP_SECONDS, block=False)
            self.gate.evict()

    def _prove(
        self,
        prove: Callable[[], object],
        busy: Sequence[Wanted],
        ways: Mapping[str, Way],
        seen: Mapping[str, Seen],
        seconds: float,
    ) -> None:
        try:
            prove()
        except Failure as failure:
            back = self._put_back(busy, ways, seen, seconds)
            raise Failure(f"{failure.message.rstrip('.')}; {back}.", **failure.facts) from failure

    def _require_loaded(
        self,
        began: float,
        busy: Sequence[Wanted],
        ways: Mapping[str, Way],
        seen: Mapping[str, Seen],
        seconds: float,
    ) -> None:
        """Raise Failure when systemd does not take what Quadlet made, with the units before put back."""
        for each in busy:
            service = self.then.services.get(each.name.file, "")
            if (
                each.text is None
                or each.name.is_template
                or self._shown(service).get("LoadState") not in _BAD
            ):
                continue
            lines = _manager.last_lines(self.account, service, began)
            back = self._put_back(busy, ways, seen, seconds)
            said = f" ({' | '.join(lines)})" if lines else ""
            raise Failure(
                f"content: systemd does not take the {service} that Quadlet makes of {each.name.file}{said}; {back}."
            )

    def _failed(self, services: Sequence[str]) -> dict[str, str]:
        """Those that started and did not stay, with why."""
        end = time.monotonic() + SETTLE
        while True:
            shown = self._shown_of(services)
            found = {service: _trouble(each) for service, each in shown.items() if _trouble(each)}
            # What runs once has done all that it will do.
            staying = any(each.get("Type") != "oneshot" for each in shown.values())
            if found or not staying or time.monotonic() > end:
                return found
            time.sleep(0.1)

    def _put_back(
        self, busy: Sequence[Wanted], ways: Mapping[str, Way], seen: Mapping[str, Seen], seconds: float
    ) -> str:
        """Undo: texts as they were, services as they were; what to tell of it."""
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
            if self.gate.before_back is not None:
                self.gate.before_back()
        except Failure as failure:
            return f"putting back what was there failed too: {failure.message}"
        if before:
            told = _manager.try_start(self.account, "restart", before, seconds)
            if told:
                return f"the unit before is back, and it does not start either ({_one_line(told)})"
            return "the unit before is back and runs"
        return (
            "it was taken away again"
            if fresh
            else "the unit before is back"
            if written
            else "the unit is as it was"
        )


def _waits(shown: Mapping[str, str]) -> bool:
    """Whether its turn has yet to come: one that has been stopped to start again waits for those after which it starts."""
    return bool(shown.get("Job")) and shown.get("ActiveState") in ("inactive", "failed")


def _runs(shown: Mapping[str, str]) -> bool:
    return shown.get("ActiveState") == "active" or _has_run(shown)


def _has_run(shown: Mapping[str, str]) -> bool:
    """Whether this is a service that runs once, and did so without a fault."""
    return (
        shown.get("Type") == "oneshot"
        and shown.get("ActiveState") == "inactive"
        and shown.get("Result") == "success"
    )


def _trouble(shown: Mapping[str, str]) -> str:
    """Why a service that was started does not count as started; empty when it does."""
    if shown.get("ActiveState") == "failed":
        return f"it failed: {shown.get('Result')}, exit code {shown.get('ExecMainStatus')}"
    if shown.get("SubState", "").startswith("auto-restart") or shown.get("NRestarts", "0") not in ("", "0"):
        return f"it ends and is started again and again, exit code {shown.get('ExecMainStatus')}"
    return ""


def _one_line(text: str) -> str:
    return " ".join(text.split())[:600]


def made_once(wanted: Wanted) -> bool:
    """Whether its service leaves alone what is there already."""
    return wanted.name.suffix in MADE_ONCE
