# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In which runtime an app lives that leaves it open (``auto``). Used as the account, and what it says is checked by root."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from .. import _errors, _open_runtime, _service_states, _service_text, _unit_folder, _wanted
from . import order, roads, units
from .app import App
from .shared import LABEL, Shared, labels_of, name_of


def settled(shared: Shared, app: App, folder: _unit_folder.Folder) -> App:
    """The app with the runtime in which it lives. One that is new lives in units where this host's Podman can have all of it there."""
    if app.runtime != _wanted.AUTO or not app.present:
        return app
    if _has_units(app, folder):
        runtime = _wanted.SYSTEMD
    elif _has_others(shared, app) or not _fits(shared, app):
        runtime = _wanted.PODMAN
    else:
        runtime = _wanted.SYSTEMD
    return dataclasses.replace(app, runtime=runtime)


def as_told(app: App, told: Mapping[str, Any]) -> App:
    """The same, in the task's own process, by what the account's says."""
    if app.runtime != _wanted.AUTO or not app.present:
        return app
    return dataclasses.replace(
        app, runtime=_wanted.SYSTEMD if told.get("runtime") == _wanted.SYSTEMD else _wanted.PODMAN
    )


def _has_units(app: App, folder: _unit_folder.Folder) -> bool:
    return any(
        _service_text.is_ours(text) and _service_text.labelled(text, LABEL) == app.name
        for text in folder.tree().values()
    )


def _has_others(shared: Shared, app: App) -> bool:
    """Whether Podman itself has any of those that would live in units."""
    mine, aside = roads.in_units(app), roads.aside(app)
    there = shared.look()
    return any(
        _service_states.UNIT_LABEL not in labels_of(each)
        and (name_of(each) in mine or (labels_of(each).get(LABEL) == app.name and name_of(each) not in aside))
        for each in [*there.containers, *there.pods]
    )


def _fits(shared: Shared, app: App) -> bool:
    """Whether units can hold it: this Podman's, with the options that it declares."""
    key, version = shared.key, shared.engine.version_text
    try:
        roads.refuse(app, order.course(app.where, [*app.raw["pods"], *app.raw["containers"]], app.units))
        return all(
            _open_runtime.pod_fits(_wanted.pod_of(each.params), key, version, each.links)
            if each.kind == "pod"
            else _open_runtime.container_fits(_wanted.container_of(each.params), key, version, each.links)
            for each in units.services(app, shared.account.home)
        )
    except _errors.Failure:
        return False
