# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Units of one account: looked at, tried, and brought to what is declared (``_unit_change``).

A unit that is there and not loaded or not started is seen as such, and nothing is replaced that Quadlet's generator has not taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import (
    _account,
    _bridges,
    _errors,
    _generated,
    _generator,
    _manager,
    _quadlet_keys,
    _service_states,
    _services,
    _shadow_probe,
    _shadows,
    _unit_change,
    _unit_folder,
    _unit_plan,
)


class Units:
    """The units of one account. ``look`` first, then, with the lock, ``apply``."""

    def __init__(self, account: _account.Account, folder: _unit_folder.Folder | None = None) -> None:
        self.account = account
        self.folder = folder or _unit_folder.Folder(account)
        self.version = _generator.version()
        self.now = _generated.Generated()
        self.then = _generated.Generated()
        self._named: dict[str, list[_shadows.Shadow]] = {}
        self._all: _generated.Generated | None = None

    def look(self, wanted: Sequence[_unit_plan.Wanted]) -> dict[str, _unit_plan.Seen]:
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
        known = _services.shown_of(self.account, list(services.values()))
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
            if file in self.folder.without:
                found[file] = _unit_plan.Seen(new_service=self.then.services.get(file, ""))
                continue
            shown, service = known[services[file]], self.now.services.get(file, "")
            if loaded[file] and not service:
                # The file has gone, and the manager still knows what was made of it.
                service = shown["Id"]
            found[file] = _unit_plan.Seen(
                text=texts[file],
                kept=self.folder.kept(file),
                service=service,
                new_service=self.then.services.get(file, ""),
                loaded=loaded[file] or self._is_known_otherwise(each, shown.get("LoadState", "")),
                stale=file in stale,
                active=shown.get("ActiveState") in _service_states.ACTIVE,
                alive=_service_states.is_alive(shown),
                followers=_services.followers(self.account, shown, known)
                if _service_states.is_alive(shown)
                else (),
            )
        return found

    def shadows(self, wanted: _unit_plan.Wanted) -> list[_shadows.Shadow]:
        """What the account put before a unit that is installed."""
        name = wanted.name.file
        if not self._service_of(name) or name in self.folder.without:
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

    def _sight(self, wanted: Sequence[_unit_plan.Wanted]) -> None:
        """Look for what stands before these units."""
        services = {each.name.file: self._service_of(each.name.file) for each in wanted}
        services = {file: service for file, service in services.items() if service}
        if services:
            self._named.update(_shadow_probe.of_units(self.account, services, not self.folder.is_roots))

    def _effective(self) -> _generated.Generated:
        """What the generator makes of all that it finds for the account."""
        if self._all is None:
            self._all = _generator.of_account(self.account)
        return self._all

    def _forget(self) -> None:
        """What was looked at before does not count any more."""
        self._named, self._all = {}, None

    def apply(
        self,
        wanted: Sequence[_unit_plan.Wanted],
        ways: Mapping[str, _unit_plan.Way],
        seen: Mapping[str, _unit_plan.Seen],
        seconds: float,
        gate: _unit_change.Gate | None = None,
    ) -> None:
        """Take the ways. Raises Failure when something does not start, with everything as it was before."""
        busy = [each for each in wanted if ways[each.name.file].steps]
        if not busy:
            return
        self._forget()
        if not _quadlet_keys.has_version(self.version, _bridges.NEEDLESS_SINCE):
            _account.call_as(self.account, _bridges.hold)
        _unit_change.Change(
            self.account,
            self.folder,
            self.then.services,
            busy,
            ways,
            seen,
            seconds,
            gate or _unit_change.Gate(),
        ).carry_out()

    def _try(self, wanted: Sequence[_unit_plan.Wanted], tree: dict[str, str]) -> None:
        """Have the generator read the folder as it will be. Raises Failure when it refuses any of it."""
        gone = {each.name.file for each in wanted if each.text is None}
        later = {name: text for name, text in tree.items() if name not in gone}
        later.update({each.name.file: each.text for each in wanted if each.text is not None})
        self.then = self.now if later == tree else _generator.of_tree(self.account, later, self.folder.path)
        for each in wanted:
            against = self.then.against(each.name.file) if each.text is not None else ""
            if against:
                raise _errors.Failure(
                    f"content: Quadlet refuses {each.name.file}: {_service_states.one_line(against)}; nothing was changed."
                )
            twin = self.then.twin(each.name.file) if each.text is not None else ""
            if twin:
                raise _errors.Failure(
                    f"content: {each.name.file} would become {self.then.services[twin]}, which {twin} is already; nothing was changed, give one "
                    "of them another name or ServiceName=."
                )
            rival = self.then.rival(each.name.file) if each.text is not None and later != tree else ""
            if rival:
                raise _errors.Failure(
                    f"content: {each.name.file} would give its container or pod the name that {rival} gives to another one already, and each start of one "
                    "would remove the other; nothing was changed, write another ContainerName= or PodName=."
                )
        for file, against in _generated.broken_by(self.now, self.then, gone).items():
            raise _errors.Failure(
                f"name: with this {file}, which is there too, would not work any more: {_service_states.one_line(against)}; change that first."
            )

    def _is_known_otherwise(self, wanted: _unit_plan.Wanted, load: str) -> bool:
        """Whether the manager has something else under this service's name or nothing, and a reload would not change that."""
        if load in _service_states.BAD:
            return True
        found = self.shadows(wanted)
        return bool(found) and (
            load in ("loaded", "masked") or any(each.way == "environment" for each in found)
        )

    def _stale(self, wanted: Sequence[_unit_plan.Wanted]) -> set[str]:
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
