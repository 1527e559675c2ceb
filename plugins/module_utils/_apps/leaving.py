# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An app that goes: its containers, pods, networks and files, and its data only where the task says so."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from .. import _apply, _switching
from . import going, keeping, record

if TYPE_CHECKING:
    from .run import AppRun


@dataclasses.dataclass(frozen=True)
class Departed:
    """What an app was, whose containers and pods have gone: names by kind, what was there, and its volumes that nobody else has mounted."""

    known: record.Names
    there: going.Leftovers
    volumes: frozenset[str]


def depart(run: AppRun) -> Departed:
    """Take the containers and pods of an app away."""
    app, shared = run.app, run.shared
    declared, former = record.read(shared.account, app.name)
    own = app.names()
    known = {kind: sorted({*declared[kind], *former[kind], *own[kind]}) for kind in record.KINDS}
    # What another app of the account declares stays.
    there = going.leftovers(shared, app.name, known, shared.declared, declared)
    mounted, used = _mounted(run, there) if app.remove_data else (set(), {})
    for name in sorted(set(there.volumes) & set(used)):
        run.warnings.append(
            f"volume {name} stays, because container {used[name]} uses it, which is not of this app."
        )
    volumes = frozenset({*there.volumes, *mounted} - set(used)) if app.remove_data else frozenset()
    steps, begun = there.steps(), len(run.plan)
    run.tell(steps)
    if steps and not shared.check:
        with run.timed(begun):
            applier = _apply.Applier(shared.engine, {}, False, 0.0)
            applier.times = run.times
            applier.apply(steps)
    forget_switches(run, known["containers"])
    return Departed(known, there, volumes)


def leave(run: AppRun, departed: Departed) -> None:
    """Take away what else an app had. Volumes and secrets stay, unless the app says ``remove_data``."""
    app, shared, known, there = run.app, run.shared, departed.known, departed.there
    networks, stay = going.unused(shared, app.name, there.networks)
    run.warnings += stay
    run.tell(going.remove_simple(shared, run.times, "networks", networks))
    run.tell(keeping.Keeper(shared, app, [], run.times).prune(known["files"]))
    if app.remove_data:
        volumes = [each for each in sorted(departed.volumes) if ("volumes", each) not in shared.taken]
        _remove_data(run, volumes, there.secrets)
    if not shared.check:
        _remember(run, known)


def forget_switches(run: AppRun, containers: list[str]) -> None:
    """The files of switches go with them."""
    if not run.shared.check:
        for name in containers:
            _switching.remove(run.app.folder(run.shared.account.home), name)


def _mounted(run: AppRun, there: going.Leftovers) -> tuple[set[str], dict[str, str]]:
    """Volumes that nobody declared and that only its containers have; and those that other containers have, with their names."""
    inside = {str(each["Id"]) for each in there.pods}
    members = [each for each in run.shared.look().containers if str(each.get("Pod")) in inside]
    known = run.shared.mounted.get(run.app.name, frozenset())
    found, used = going.volumes_in(run.shared, [*there.containers, *members], known)
    return found - run.shared.declared["volumes"], used


def _remove_data(run: AppRun, volumes: list[str], secrets: list[str]) -> None:
    """Export, then remove. Nothing is removed before all is exported."""
    folder = run.export_folder or ""
    steps, away = going.export(run.shared, run.times, folder, volumes)
    run.tell(steps)
    if steps:
        run.told["exported"] = {"folder": folder, "volumes": [step.name for step in steps]}
    for name in away:
        run.warnings.append(
            f"volume {name} is removed, and its data stays where it lies outside of the volume."
        )
    run.tell(going.remove_simple(run.shared, run.times, "volumes", volumes))
    run.tell(going.remove_simple(run.shared, run.times, "secrets", secrets))
    run.shared.forget()


def _remember(run: AppRun, known: record.Names) -> None:
    """Forget the app, but for the names of data that stays."""
    journal = record.journal(run.shared.account, run.app.name)
    if run.app.remove_data:
        journal.forget()
        return
    nothing = record.names_of(None)
    notes = record.notes(
        nothing, {**nothing, "volumes": known["volumes"], "secrets": known["secrets"]}, [], [], {}
    )
    if journal.read() not in (None, notes):
        run.shared.engine.admit("write", journal.path)
        journal.write(notes)
