# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comes last in the run of an app: what goes when nothing uses it any more, and the names that the next run has to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import _container_wanted, _plan
from . import app, going, keeping, record
from .shared import Shared

if TYPE_CHECKING:
    from .run import AppRun


def last(
    run: AppRun, shared: Shared, wanted: list[app.Unit], known: record.Names, gone: going.Leftovers | None
) -> list[_plan.Step]:
    """What goes when nothing uses it any more: networks and files that are no longer declared, and data that the task names."""
    steps = []
    if gone is not None:
        keeper = keeping.Keeper(shared, run.app, wanted, run.times)
        networks, stay = going.unused(shared, run.app.name, gone.networks)
        run.warnings += stay
        steps += going.remove_simple(shared, run.times, "networks", networks)
        steps += keeper.prune(known["files"])
    named = run.app.prune_data
    if named["volumes"] or named["secrets"]:
        there = going.leftovers(shared, run.app.name, known, shared.declared, record.names_of(None))
        for kind, names in (("volumes", there.volumes), ("secrets", there.secrets)):
            mine = [name for name in names if name in named[kind]]
            steps += going.remove_simple(shared, run.times, kind, mine)
            if mine:
                shared.forget()
    return steps


def take_last(run: AppRun, wanted: list[app.Unit], names: record.Names) -> None:
    """Remove what another look at the app has named, and forget it. Raises Failure."""
    shared = run.shared
    for kind in going.SIMPLE:
        run.tell(going.remove_simple(shared, run.times, kind, names[kind]))
    run.tell(keeping.Keeper(shared, run.app, wanted, run.times).prune(names["files"]))
    record.note_gone(shared.engine, run.app.name, names)


def remember(
    run: AppRun, before: record.Names, former: record.Names, last: Sequence[Mapping[str, Any]]
) -> None:
    """Keep the names of what is declared, for ``prune``, ``state: absent`` and ``apps_info``; ``last`` are steps that are still to come."""
    if run.shared.check:
        return
    now = run.app.names()
    late = record.names_of_steps(last)
    left = {}
    for kind in record.KINDS:
        gone = {*before[kind], *former[kind]} - set(now[kind])
        if run.prunes and run.swept and kind in ("containers", "pods", "networks", "files"):
            left[kind] = sorted(gone & set(late[kind]))
        elif kind != "images":
            left[kind] = sorted(gone - (set(run.app.prune_data.get(kind, ())) - set(late[kind])))
    members = [each for unit in run.app.units for each in unit.containers]
    once = [each.name for each in members if each.once]
    notes = record.notes(
        now,
        left,
        once,
        [each.name for each in members if each.state != _container_wanted.STARTED],
        run.seen,
        run.hooks.due,
    )
    journal = record.journal(run.shared.account, run.app.name)
    if journal.read() != notes:
        run.shared.engine.admit("write", journal.path)
        journal.write(notes)
