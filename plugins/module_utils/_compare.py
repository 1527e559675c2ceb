# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparison, three ways: what the task declares, what was recorded, what Podman reports (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from . import _options, _plan, _record


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What has to change: ``live`` in place, ``fixed`` only by replacing. ``adopted``: there was no record."""

    fixed: tuple[_plan.Reason, ...] = ()
    live: tuple[_plan.Reason, ...] = ()
    adopted: bool = False

    @property
    def reasons(self) -> tuple[_plan.Reason, ...]:
        """All of them, as one replacement would state them."""
        return self.fixed + self.live


def compare(
    table: _options.OptionTable,
    spec: _options.Spec,
    recorded: Mapping[str, str] | None,
    inspect: Mapping[str, Any],
    key: bytes,
    facts: _options.Facts,
) -> Comparison:
    """Compare one object with its spec, option by option.

    Options that Podman changes in place are judged by what it reports alone, because no label can
    be changed in place; undeclared means Podman's default there. Every other option cannot change
    on an existing object, so the record judges it; where hands can change it all the same
    (``drift``) the report is asked as well. Without a record the report has to do. What may be
    inherited from the image (``inherits``) is only live when the record has it: nothing else would
    tell later that it was declared once.
    """
    fixed: list[_plan.Reason] = []
    live: list[_plan.Reason] = []
    for row in table.rows:
        if row.live_in(facts) and not (row.inherits and row.name not in (recorded or {})):
            found = _live(row, spec, inspect)
            # A limit can be changed in place but not taken away: no runtime knows "as without it".
            stays = row.update and row.name not in spec
            if found:
                (live if not stays and row.live_here(facts) else fixed).extend(found)
        elif recorded is None:
            fixed += _adopted(row, spec, inspect)
        else:
            fixed += _recorded(row, spec, recorded, inspect, key)
    return Comparison(tuple(fixed), tuple(live), recorded is None)


def _live(row: _options.Option, spec: _options.Spec, inspect: Mapping[str, Any]) -> list[_plan.Reason]:
    reported = row.reported(inspect)
    if row.name in spec:
        if row.type.covers(spec[row.name], reported):
            return []
        return [_reason(row, _plan.CHANGED, reported, spec[row.name])]
    defaults = row.default if isinstance(row.default, tuple) else (row.default,)
    if reported is None or (reported in defaults and not row.inherits) or set(row.beside) & set(spec):
        return []
    return [_reason(row, _plan.REMOVED, reported, defaults[0])]


def _adopted(row: _options.Option, spec: _options.Spec, inspect: Mapping[str, Any]) -> list[_plan.Reason]:
    if row.name not in spec or not row.readable:
        return []
    reported = row.reported(inspect)
    if row.type.covers(spec[row.name], reported):
        return []
    return [_reason(row, _plan.DECLARED, reported, spec[row.name])]


def _recorded(
    row: _options.Option,
    spec: _options.Spec,
    recorded: Mapping[str, str],
    inspect: Mapping[str, Any],
    key: bytes,
) -> list[_plan.Reason]:
    if row.name not in spec:
        if row.name in recorded:
            return [_reason(row, _plan.REMOVED, row.reported(inspect), None)]
        return []
    declared = spec[row.name]
    if recorded.get(row.name) != _record.digest(key, declared):
        return [_reason(row, _plan.CHANGED, row.reported(inspect), declared)]
    if row.drift and row.readable:
        reported = row.reported(inspect)
        if not row.type.covers(declared, reported):
            return [_reason(row, _plan.DRIFT, reported, declared)]
    return []


def _reason(row: _options.Option, why: str, reported: Any, declared: Any) -> _plan.Reason:
    before, after = row.type.contrast(reported, declared)
    return _plan.Reason(row.name, why, before, after)
