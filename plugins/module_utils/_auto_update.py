# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Podman says of updates that it makes by itself, and what is told of them (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from . import _errors, _plan, _service_states

LABEL = "io.containers.autoupdate"
POLICIES = ("registry", "local")
UPDATED, PENDING, ROLLED_BACK, FAILED, UNCHANGED = "updated", "pending", "rolled_back", "failed", "unchanged"
RESULTS = {
    "true": UPDATED,
    "pending": PENDING,
    "rolled back": ROLLED_BACK,
    "failed": FAILED,
    "false": UNCHANGED,
}
NOBODYS = (
    "auto_update: container {name} is in no unit, so podman auto-update does not renew it and ends with an error; give it runtime: systemd, "
    "or leave auto_update out and renew it by a task with pull: newer."
)
# With these systemd learns whether what it started is any good, and Podman goes back when it is not.
TELLING = ("healthy", "container")


def parse(told: str) -> list[dict[str, str]]:
    """The containers in what ``podman auto-update --format json`` prints, by name. Raises Failure."""
    start = told.find("[\n") if "[\n" in told else told.find("[")
    try:
        listed, _end = json.JSONDecoder().raw_decode(told[start:]) if start >= 0 else ([], 0)
        found = [
            {
                "name": str(each["ContainerName"]),
                "unit": str(each["Unit"]),
                "image": str(each["Image"]),
                "policy": str(each["Policy"]),
                "result": RESULTS.get(str(each["Updated"]), str(each["Updated"])),
            }
            for each in listed or []
        ]
    except (ValueError, TypeError, KeyError):
        raise _errors.Failure(
            f"podman auto-update gave an answer that cannot be read: {' '.join(told.split())[:200]!r}."
        ) from None
    return sorted(found, key=lambda each: each["name"])


def steps(containers: Iterable[Mapping[str, str]]) -> list[_plan.Step]:
    """What was or would be updated. The same in check mode, which cannot know the ID of an image that is not here."""
    return [
        _plan.Step(
            "update",
            "container",
            each["name"],
            (
                _plan.Reason(
                    "image", _plan.CHANGED, f"{each['image']} as it was", f"{each['image']} as it is now"
                ),
            ),
        )
        for each in containers
        if each["result"] in (UPDATED, PENDING)
    ]


def troubles(containers: Iterable[Mapping[str, str]]) -> list[str]:
    """A sentence about each container whose update came to nothing."""
    found = []
    for each in containers:
        if each["result"] == ROLLED_BACK:
            found.append(
                f"container {each['name']}: the newer {each['image']} did not start, and {each['unit']} is back on the image before"
            )
        elif each["result"] == FAILED:
            found.append(
                f"container {each['name']}: {each['unit']} was not updated to the newer {each['image']}; "
                f"see: systemctl --user status {each['unit']}"
            )
    return found


def complaint(stderr: str, names: Mapping[str, str]) -> str:
    """Why Podman says that it failed, on one line, with containers by name instead of by ID."""
    text = " ".join(stderr.rpartition("Error: ")[2].split())[-1000:] or "it says nothing"
    for identity, name in names.items():
        text = text.replace(f'"{identity}"', name).replace(identity, name)
    return text.replace("no PODMAN_SYSTEMD_UNIT label found", "it is in no unit, and only units are updated")


def is_wanted(labels: Mapping[str, str] | None) -> bool:
    """Whether a container asks to be updated."""
    return (labels or {}).get(LABEL) in (*POLICIES, "image")  # the last is an older word for the first


def goes_back(inspect: Mapping[str, Any]) -> bool:
    """Whether Podman notices that a newer image is no good: its unit waits for a word of the container or of its health."""
    config = inspect.get("Config") or {}
    return (
        bool((config.get("Labels") or {}).get(_service_states.UNIT_LABEL))
        and config.get("sdNotifyMode") in TELLING
    )


def refuse_useless(image: str, policy: str | None, where: str = "") -> None:
    """Raise Failure for an image that Podman could never renew from a registry."""
    if policy != "registry":
        return
    if "@" in image:
        raise _errors.Failure(
            f"{where}auto_update: registry was given, and {image} is a digest, of which there is never a newer one; name a tag, or leave auto_update out."
        )
    first, slash, _rest = image.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        raise _errors.Failure(
            f"{where}auto_update: registry was given, and podman auto-update needs to know which registry {image!r} is in; "
            f"write the whole name, such as docker.io/library/{image if not slash else 'nginx:1.27'}."
        )
