# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In which runtime an app lives that leaves it open (``auto``). Used as the account, and what it says is checked by root."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from .._errors import Failure
from .._open_runtime import container_fits, pod_fits
from .._service_states import UNIT_LABEL
from .._service_text import is_ours, labelled
from .._unit_folder import Folder
from .._wanted import AUTO, PODMAN, SYSTEMD, container_of, pod_of
from . import order, roads
from .app import App
from .shared import LABEL, Shared, labels_of, name_of
from .units import services


def settled(shared: Shared, app: App, folder: Folder) -> App:
    """The app with the runtime in which it lives. One that is new lives in units where this host's Podman can have all of it there."""
    if app.runtime != AUTO or not app.present:
        return app
    if _has_units(app, folder):
        runtime = SYSTEMD
    elif _has_others(shared, app) or not _fits(shared, app):
        runtime = PODMAN
    else:
        runtime = SYSTEMD
    return dataclasses.replace(app, runtime=runtime)


def as_told(app: App, told: Mapping[str, Any]) -> App:
    """The same, in the task's own process, by what the account's says."""
    if app.runtime != AUTO or not app.present:
        return app
    return dataclasses.replace(app, runtime=SYSTEMD if told.get("runtime") == SYSTEMD else PODMAN)


def _has_units(app: App, folder: Folder) -> bool:
    return any(is_ours(text) and labelled(text, LABEL) == app.name for text in folder.tree().values())


def _has_others(shared: Shared, app: App) -> bool:
    """Whether Podman itself has any of those that would live in units."""
    mine, aside = roads.in_units(app), roads.aside(app)
    there = shared.look()
    return any(
        UNIT_LABEL not in labels_of(each)
        and (name_of(each) in mine or (labels_of(each).get(LABEL) == app.name and name_of(each) not in aside))
        for each in [*there.containers, *there.pods]
    )


def _fits(shared: Shared, app: App) -> bool:
    """Whether units can hold it: this Podman's, with the options that it declares."""
    key, version = shared.key, shared.engine.version_text
    try:
        roads.refuse(app, order.course(app.where, [*app.raw["pods"], *app.raw["containers"]], app.units))
        return all(
            pod_fits(pod_of(each.params), key, version, each.links)
            if each.kind == "pod"
            else container_fits(container_of(each.params), key, version, each.links)
            for each in services(app, shared.account.home)
        )
    except Failure:
        return False
