# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a release has to know of an account's images and secrets, and how its images are found again. Used as the account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import _container_wanted, _engine, _errors, _image_names, _pull, _record
from . import release
from .app import App, Unit


def pin(app: App, engine: _engine.Engine, name: str) -> str:
    """A release's image, by its name while that leads to it, else by digest or ID. Raises Failure when nothing does."""
    pinned = app.pins.get(name) or {}
    by_digest, identity = pinned.get("digest") or "", pinned.get("id") or ""
    if not identity and not by_digest:
        return name
    there = _pull.find(engine, name)
    if there is not None and there.get("Id") == identity:
        return name
    if by_digest and _pull.present(engine, _image_names.parse_name(by_digest)) is not None:
        return by_digest
    if identity and _pull.find(engine, identity) is not None:
        return identity
    if by_digest:
        return by_digest
    raise _errors.Failure(
        f"{app.where}release: image {name} of that release ({identity[:12]}) is no longer on the host and came from no registry; "
        "build it again and declare it with state: present."
    )


def facts(app: App, engine: _engine.Engine, key: bytes, wanted: Iterable[Unit]) -> dict[str, Any]:
    """Images by digest, secrets by keyed digest."""
    members = [each for unit in wanted for each in unit.containers]
    names = {each.image for each in members if each.pulled and each.state != _container_wanted.ABSENT}
    secrets = {
        str(each["name"]): _record.digest(key, each.get("data"))
        for each in app.simple["secrets"]
        if each["state"] != _container_wanted.ABSENT
    }
    return {
        "images": {name: release.image_of(name, _pull.find(engine, name)) for name in names},
        "secrets": secrets,
    }
