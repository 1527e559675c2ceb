# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the apps of one account share while they converge: its engine, its key, one look at everything."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from .. import _account, _engine, _options, _survey
from .app import App

LABEL = "rootless.podman.app"


@dataclasses.dataclass
class Shared:
    """One account on its way. ``listings`` are taken once, and again only after something was written."""

    account: _account.Account
    engine: _engine.Engine
    key: bytes
    check: bool
    diff: bool
    prune: bool
    kinds: frozenset[str]
    # Names that any app of the account declares, also one that the task does not name, by kind: nothing of these is another app's leftover.
    declared: Mapping[str, frozenset[str]]
    listings: _survey.Listings | None = None
    # Images that earlier steps bring, or would: check mode takes them for there and new.
    made: set[str] = dataclasses.field(default_factory=set)
    # Containers and pods that go with their units, which check mode still sees.
    leaving: frozenset[str] = frozenset()
    # Apps whose change has begun, with their hooks before it.
    begun: frozenset[str] = frozenset()
    # By app: the volumes of containers whose units have gone.
    mounted: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    # Apps that go: what is theirs uses nothing any more, also where check mode, or a look before they went, still sees it.
    gone: frozenset[str] = frozenset()
    # Those of them that take their data along.
    emptied: frozenset[str] = frozenset()
    # What an app has taken away, or would, by kind and name: it is not another one's to take.
    taken: set[tuple[str, str]] = dataclasses.field(default_factory=set)

    @property
    def facts(self) -> _options.Facts:
        """The engine's facts for a plan."""
        return _survey.facts_of(self.engine)

    def look(self) -> _survey.Listings:
        """What there is."""
        if self.listings is None:
            self.listings = _survey.Listings.take(self.engine, *sorted(self.kinds))
            if self.leaving:
                left = {
                    kind: [each for each in getattr(self.listings, kind) if name_of(each) not in self.leaving]
                    for kind in ("containers", "pods")
                }
                self.listings = dataclasses.replace(self.listings, **left)
        return self.listings

    def forget(self) -> None:
        """Something was written: look again."""
        if not self.check:
            self.listings = None


def labelled(listed: Iterable[Mapping[str, Any]], app: str) -> list[Mapping[str, Any]]:
    """Those of a listing that carry the app's label."""
    return [each for each in listed if labels_of(each).get(LABEL) == app]


def labels_of(listed: Mapping[str, Any]) -> Mapping[str, str]:
    """The labels of a listed object of whatever kind."""
    spec = listed.get("Spec")
    for labels in (
        listed.get("Labels"),
        listed.get("labels"),
        spec.get("Labels") if isinstance(spec, Mapping) else None,
    ):
        if isinstance(labels, Mapping):
            return labels
    return {}


def name_of(listed: Mapping[str, Any]) -> str:
    """The name of a listed object of whatever kind."""
    names = listed.get("Names")
    if isinstance(names, list) and names:
        return str(names[0])
    spec = listed.get("Spec")
    return str(
        listed.get("Name")
        or listed.get("name")
        or (spec.get("Name") if isinstance(spec, Mapping) else "")
        or ""
    )


def untouched(app: App) -> dict[str, Any]:
    """What is told of an app that nothing was done for."""
    return {
        "name": app.name, "user": app.user, "state": app.state, "changed": False, "plan": [], "duration": 0.0,
        "failed": False, "msg": "", "warnings": [],
    }  # fmt: skip
