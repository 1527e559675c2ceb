# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The releases of a task's apps, in its first process: which are gone back to, and which are kept when all is done."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Mapping, MutableSet
from typing import Any

from .. import _account, _errors, _plan
from . import order, release
from .app import App
from .declared import read, refuse_shared_names
from .shelf import Shelf


def shelf_of(app: str, user: str) -> Shelf:
    """Where the releases of an app lie for this task."""
    return Shelf(app, user, None if os.geteuid() == 0 else _account.choose(user))


class Releases:
    """What the apps of one task go back to, and what is kept of them."""

    def __init__(self) -> None:
        self.targets: dict[str, release.Release] = {}

    def resolved(self, apps: list[App], hidden: MutableSet[str]) -> list[App]:
        """The apps, with each that is to be rolled back as its release has it. Raises Failure where there is none."""
        found = [self._release(app, hidden) if app.rolled_back else app for app in apps]
        if self.targets:
            refuse_shared_names(found)
        return found

    def _release(self, app: App, hidden: MutableSet[str]) -> App:
        target = release.target(app, shelf_of(app.name, app.user).releases())
        self.targets[app.name] = target
        back = read([{**release.declaration(target), "runtime": app.runtime}], hidden)[0]
        order.course(back.where, [*back.raw["pods"], *back.raw["containers"]], back.units)
        return dataclasses.replace(
            back,
            state=app.state,
            account=app.account,
            keep_releases=app.keep_releases,
            hooks=app.hooks,
            release=target.number,
            withheld=app.withheld,
            pins=target.images,
            beside={
                "files": list(target.files_left_out),
                "secrets": sorted(target.secrets),
            },
        )

    def took(self, app: App, told: dict[str, Any], check: bool) -> None:
        """Keep what came of an app, or note to which release it went back; add to what is told of it."""
        facts = told.pop("kept", None) or {}
        if told["failed"]:
            return
        try:
            if app.rolled_back:
                self._went_back(app, told, check)
            elif app.present and told["changed"] and not check:
                self._keep(app, told, facts)
            elif app.remove_data and not check:
                shelf_of(app.name, app.user).forget()
        except _errors.Failure as failure:
            told.update(failed=True, msg=failure.message)
        except OSError as error:
            told.update(
                failed=True, msg=f"releases: {error.filename} cannot be used ({error.strerror or error})."
            )

    def _went_back(self, app: App, told: dict[str, Any], check: bool) -> None:
        target = self.targets[app.name]
        shelf = shelf_of(app.name, app.user)
        there = shelf.releases()
        current = shelf.current(there)
        told["warnings"] += release.warnings(target, there.get(current) if current is not None else None)
        told["release"] = {"from": current, "to": target.number}
        if current == target.number:
            return
        step = _plan.Step(
            "update", "release", app.name, (_plan.Reason("release", _plan.CHANGED, current, target.number),)
        )
        told["plan"].append({**step.public(), "seconds": 0.0})
        told["changed"] = True
        if not check:
            shelf.go_to(target.number)

    def _keep(self, app: App, told: dict[str, Any], facts: Mapping[str, Any]) -> None:
        shelf = shelf_of(app.name, app.user)
        there = shelf.releases()
        current = shelf.current(there)
        declared, left_out, files_left_out = release.kept(app)
        secrets = facts.get("secrets")
        names = app.names()["secrets"]
        new = release.Release(
            number=max(there, default=0) + 1,
            time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            app=app.name,
            user=app.user,
            declared=declared,
            images=release.images_told(facts.get("images"), app),
            secrets={
                name: str(secrets.get(name) or "")[:16] if isinstance(secrets, Mapping) else ""
                for name in names
            },
            left_out=left_out,
            files_left_out=files_left_out,
            before=current,
            changed=release.changed_by(told["plan"]),
        )
        # What was only repaired is the same release still.
        if current is not None and there[current].content == new.content:
            return
        shelf.keep(new, app.keep_releases)
        told["release"] = {"from": current, "to": new.number}


def listed(app: str, user: str) -> list[dict[str, Any]]:
    """The releases of an app for apps_info, newest first; nothing where they cannot be read."""
    with contextlib.suppress(_errors.Failure):
        shelf = shelf_of(app, user)
        there = shelf.releases()
        current = shelf.current(there)
        return [there[number].public(current) for number in sorted(there, reverse=True)]
    return []
