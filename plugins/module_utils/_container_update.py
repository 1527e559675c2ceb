# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A container changed in place: the call, the one that leads back, and whether it took (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import _container_wanted, _options, _plan, _state
from ._resources import container


def update(
    wanted: _container_wanted.Wanted,
    current: _state.Found,
    live: Sequence[_plan.Reason],
    facts: _options.Facts,
) -> _plan.Step:
    """The step for options that differ and can change while it runs, with what leads back if it fails."""
    before: _options.Spec = {}
    after: _options.Spec = {}
    for reason in live:
        row = container.TABLE.by_name[reason.option]
        before[row.name] = row.reported(current.inspect)
        after[row.name] = wanted.spec.get(row.name, row.default)
    keep, swap = _kept_ulimits(current, facts), "memory_swap" in wanted.spec
    work = {
        "id": current.id,
        "do": _update_call(after, keep, swap),
        "undo": _update_call(before, keep, swap),
        "options": sorted(after),
    }
    return _plan.Step("update", container.KIND, wanted.name, tuple(live), work)


def _kept_ulimits(current: _state.Found, facts: _options.Facts) -> _options.Body:
    """5.8 erases every ulimit in an update that does not repeat them."""
    if not facts.has("5.8"):
        return {}
    row = container.TABLE.by_name["ulimit"]
    limits = row.reported(current.inspect)
    return {"r_limits": row.type.body(limits)} if limits else {}


def _update_call(values: Mapping[str, Any], keep: _options.Body, swap: bool) -> dict[str, Any]:
    """Query and body of an update: the restart policy travels in the query, all else in the body."""
    params: dict[str, Any] = {}
    body: _options.Body = dict(keep)
    for name, value in values.items():
        row = container.TABLE.by_name[name]
        if name == "restart_policy":
            params = {"restartPolicy": value["name"], "restartRetries": value["tries"] or None}
        else:
            _options.set_path(body, row.update, row.type.updated(value or 0))
    if "memory" in values and not swap:
        # As at create: what is not said about swap follows the memory, or the new limit would exceed the old total.
        _options.set_path(body, "memory.swap", 2 * (values["memory"] or 0))
    return {"params": params, "body": body}


def differs_still(name: str, inspect: Mapping[str, Any], spec: _options.Spec) -> bool:
    """Whether a live option is not what the task declares after an update said it is."""
    row = container.TABLE.by_name[name]
    wanted = spec.get(name, row.default)
    return not row.type.covers(wanted, row.reported(inspect))
