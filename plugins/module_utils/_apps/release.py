# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases of an app: what is kept of a declaration, which release is meant, and which go (pure)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .. import _errors, _image_names
from . import units
from .app import App

SCHEMA = 1
# Lists that are kept as they were declared. Images are kept by digest, secrets by name.
KEPT = ("networks", "volumes", "pods", "containers")
PULLS = ("pull", "pull_policy")
# A shorter secret is looked for as a whole value only: it could be part of anything.
SHORTEST = 4
_ID = re.compile(r"[0-9a-f]{64}")
Image = Mapping[
    str, str
]  # its digest as a name that can be pulled, and its ID on this host; either may be empty


@dataclasses.dataclass(frozen=True)
class Release:
    """One release as it is kept. ``before`` is the release that it replaced, ``left_out`` what could not be kept without a secret."""

    number: int
    time: str
    app: str
    user: str
    declared: Mapping[str, list[Any]] = dataclasses.field(repr=False)
    images: Mapping[str, Image]
    secrets: Mapping[str, str]
    left_out: tuple[str, ...] = ()
    files_left_out: tuple[str, ...] = ()
    before: int | None = None
    changed: tuple[str, ...] = ()

    @property
    def content(self) -> tuple[Any, ...]:
        """What makes it another release than one with the same number would be."""
        return (self.declared, self.images, self.secrets, self.left_out, self.files_left_out)

    def printed(self) -> dict[str, Any]:
        """As JSON."""
        return {"schema": SCHEMA, **dataclasses.asdict(self)}

    def public(self, current: int | None) -> dict[str, Any]:
        """What may be shown of it: no option's value."""
        images = {name: each.get("digest") or each.get("id") or "" for name, each in self.images.items()}
        return {
            "number": self.number, "time": self.time, "current": self.number == current, "before": self.before,
            "images": images, "changed": list(self.changed),
        }  # fmt: skip


def parsed(told: Any) -> Release | None:
    """A release from JSON; None for what is none, or is one of a later version of this collection."""
    if not isinstance(told, Mapping) or told.get("schema") != SCHEMA:
        return None
    fields = {field.name: told.get(field.name) for field in dataclasses.fields(Release)}
    maps = [fields["declared"], fields["images"], fields["secrets"]]
    lists = [fields["left_out"], fields["files_left_out"], fields["changed"]]
    if not (
        isinstance(fields["number"], int)
        and all(isinstance(each, Mapping) for each in maps)
        and all(isinstance(each, list) for each in lists)
    ):
        return None
    for name in ("left_out", "files_left_out", "changed"):
        fields[name] = tuple(fields[name] or ())
    return Release(**fields)  # type: ignore[arg-type]


def kept(app: App) -> tuple[dict[str, list[Any]], tuple[str, ...], tuple[str, ...]]:
    """What is kept of a declaration, the paths of values left out because they hold a secret, and the files left out for that."""
    left: list[str] = []
    files_left: list[str] = []
    declared: dict[str, list[Any]] = {}
    for kind in KEPT:
        declared[kind] = [
            _without(_without_hidden(kind, raw), f"{kind}[{raw.get('name')}]", app.withheld, left)
            for raw in app.raw[kind]
        ]
    declared["files"] = []
    for raw, file in zip(app.raw["files"], app.files):
        if file.secret or _holds(file.content, app.withheld):
            files_left.append(file.path)
        else:
            declared["files"].append(dict(raw))
    return declared, tuple(left), tuple(files_left)


def _without_hidden(kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """An entry without the options that Ansible hides, such as the password of a registry."""
    if kind not in ("pods", "containers"):
        return dict(raw)
    spec = units.CONTAINER if kind == "containers" else units.POD
    hidden = {
        each
        for name, argument in spec.items()
        if argument.get("no_log")
        for each in (name, *argument.get("aliases", ()))
    }
    found = {key: value for key, value in raw.items() if key not in hidden}
    if kind == "pods" and isinstance(found.get("containers"), list):
        found["containers"] = [
            _without_hidden("containers", each) if isinstance(each, Mapping) else each
            for each in found["containers"]
        ]
    return found


def _without(value: Any, where: str, secrets: Iterable[str], left: list[str]) -> Any:
    """A value in which every text that holds a secret is empty, and noted."""
    if isinstance(value, Mapping):
        found = {}
        for key, each in value.items():
            if _holds(str(key), secrets):
                left.append(where)
            else:
                found[str(key)] = _without(each, f"{where}.{key}", secrets, left)
        return found
    if isinstance(value, (list, tuple)):
        return [_without(each, f"{where}[{index}]", secrets, left) for index, each in enumerate(value)]
    if value is not None and not isinstance(value, bool) and _holds(str(value), secrets):
        left.append(where)
        return ""
    return value


def _holds(text: str, secrets: Iterable[str]) -> bool:
    return any(text == each or (len(each) >= SHORTEST and each in text) for each in secrets if each)


def image_of(name: str, inspect: Mapping[str, Any] | None) -> dict[str, str]:
    """How an image is found again when its name has moved on to another one."""
    place = _image_names.parse_name(name).place if not _ID.fullmatch(name) else ""
    known = sorted(str(each) for each in (inspect or {}).get("RepoDigests") or [])
    mine = [each for each in known if place and ("/" + each.partition("@")[0]).endswith("/" + place)]
    return {"digest": mine[0] if mine else "", "id": str((inspect or {}).get("Id") or "")}


def images_told(told: Any, app: App) -> dict[str, dict[str, str]]:
    """What the account's process says of its images, which may be anything: names that the app has, digests of these names."""
    found: dict[str, dict[str, str]] = {}
    for name in sorted(image_names(app)):
        each = told.get(name) if isinstance(told, Mapping) else None
        digest, identity = (
            (str(each.get(key) or "") for key in ("digest", "id")) if isinstance(each, Mapping) else ("", "")
        )
        sound = "@" in digest and _image_names.parse_name(digest).digest != "" if digest else False
        found[name] = {"digest": digest if sound else "", "id": identity if _ID.fullmatch(identity) else ""}
    return found


def image_names(app: App) -> set[str]:
    """The images of all its containers."""
    return {
        each.image for unit in app.units for each in unit.containers if each.pulled and each.state != "absent"
    }


def changed_by(plan: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What changed, by the names of objects and options alone."""
    found: dict[str, None] = {}
    for step in plan:
        about = f"{step['kind']} {step['name']}"
        options = [str(each["option"]) for each in step["reasons"]]
        found.update(
            dict.fromkeys([f"{about}: {option}" for option in options] or [f"{about}: {step['action']}"])
        )
    return tuple(found)


def target(app: App, releases: Mapping[int, Release]) -> Release:
    """The release to which a task goes back. Raises Failure when there is none.

    Without a number it is the one that the newest release replaced, whichever is current: a second run finds nothing to do.
    """
    numbers = ", ".join(map(str, sorted(releases))) or "none"
    if app.release is not None:
        found = releases.get(app.release)
        if found is None:
            raise _errors.Failure(
                f"{app.where}release: {app.release} was given, and the releases kept on the host are {numbers}; name one of these."
            )
    else:
        before = releases[max(releases)].before if releases else None
        found = releases.get(before) if before is not None else None
        if found is None:
            raise _errors.Failure(
                f"{app.where}state: rolled_back was given, and no release before the newest is kept on the host (kept are {numbers}); "
                "declare what the app should be with state: present."
            )
    if found.left_out:
        raise _errors.Failure(
            f"{app.where}release: release {found.number} is kept without {found.left_out[0]}, because that holds the value of a secret; "
            "declare what the app should be with state: present, and hand secrets over with secrets."
        )
    return found


def gone(releases: Mapping[int, Release], current: int | None, keep: int) -> list[int]:
    """Numbers of the releases that are kept no longer, oldest first. The current one stays, and so does the one before the newest."""
    if not releases:
        return []
    newest = max(releases)
    stay = {newest, current, *sorted(releases)[-(keep + 1) :]}
    if keep:
        stay.add(releases[newest].before)
    return [number for number in sorted(releases) if number not in stay]


def declaration(release: Release) -> dict[str, Any]:
    """A release as an app of a task."""
    raw = {kind: list(each) for kind, each in release.declared.items()}
    if "networks" in raw:
        # Whoever goes back wants what that takes, and can say nothing else.
        raw["networks"] = [
            each if each.get("state") == "absent" else {**each, "reconnect": True} for each in raw["networks"]
        ]
    return {"name": release.app, "user": release.user, **raw}


def warnings(release: Release, current: Release | None) -> list[str]:
    """What is not brought back with a release."""
    told = [
        f"file {path} is left as it is, because release {release.number} does not keep its secret content."
        for path in release.files_left_out
    ]
    for name, each in sorted(release.secrets.items()):
        if current is not None and current.secrets.get(name) != each:
            told.append(f"secret {name} had another value in release {release.number}, and is left as it is.")
    return told


def with_images(app: App, chosen: Mapping[str, str]) -> App:
    """An app that goes back, with its images by what leads to them now: their names, digests or IDs, and nothing else."""

    def choose(name: str) -> str:
        pinned_as = app.pins.get(name) or {}
        said = chosen.get(name) or ""
        return said if said in (pinned_as.get("digest"), pinned_as.get("id")) else name

    return dataclasses.replace(app, raw=pinned(app.raw, choose))


def pinned(raw: Mapping[str, list[Mapping[str, Any]]], choose: Callable[[str], str]) -> dict[str, list[Any]]:
    """The lists of an app with each container's image by what ``choose`` makes of its name, pulled only when it is missing."""

    def one(entry: Mapping[str, Any]) -> dict[str, Any]:
        found = {key: value for key, value in entry.items() if key not in PULLS}
        if found.get("image") and not found.get("rootfs") and found.get("state") != "absent":
            found["image"] = choose(str(found["image"]))
        if isinstance(found.get("containers"), list):
            found["containers"] = [one(each) for each in found["containers"]]
        return found

    return {
        kind: [one(each) for each in entries] if kind in ("pods", "containers") else list(entries)
        for kind, entries in raw.items()
    }
