# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the values of compose keys are written in a declaration (pure)."""

from __future__ import annotations

import re
import shlex
from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils._values import (
    Bytes,
    Duration,
    print_bytes,
    print_duration,
)

from .places import Place

SECOND = 10**9


def text(value: Any, place: Place) -> str:
    """A string."""
    return place.text(value)


def number(value: Any, place: Place) -> int:
    """A whole number."""
    return place.number(value)


def flag(value: Any, place: Place) -> bool:
    """True or false."""
    return place.flag(value)


def texts(value: Any, place: Place) -> list[str]:
    """A list of strings."""
    return [place.entry(index).text(each) for index, each in enumerate(place.listed(value))]


def once(value: Any, place: Place) -> list[str]:
    """A list of strings, each of them once."""
    return list(dict.fromkeys(texts(value, place)))


def pairs(value: Any, place: Place) -> dict[str, str]:
    """Names with strings; a name without a value has an empty one."""
    return {
        key: "" if each is None else place.at(key).text(each) for key, each in place.mapping(value).items()
    }


def size(value: Any, place: Place) -> str:
    """A size in bytes, such as 512m."""
    try:
        return print_bytes(Bytes(unlimited=True).parse(place.text(value)))
    except ValueError as error:
        place.needs(value, str(error))


def duration(value: Any, place: Place) -> str:
    """A duration, such as 1m30s."""
    try:
        return print_duration(Duration().parse(place.text(value)))
    except ValueError as error:
        place.needs(value, str(error))


def cpus(value: Any, place: Place) -> str:
    """A number of processors, such as 0.5."""
    try:
        return f"{float(place.text(value)):g}"
    except ValueError:
        place.needs(value, "a number such as 0.5")


def seconds(value: Any, place: Place) -> int:
    """A duration in whole seconds, the next ones above it."""
    return -(-Duration().parse(duration(value, place)) // SECOND)


def words(value: Any, place: Place) -> list[str]:
    """A command: a string is split as a shell does, but no shell runs it."""
    if isinstance(value, str):
        operator = _operator(value)
        if operator:
            place.refuse(
                f"no shell runs it, so {operator} would not do what it says",
                "write [sh, -c, '...'], or put it into quotes if it is part of a word",
            )
        try:
            return shlex.split(value)
        except ValueError:
            place.needs(value, "a command with matching quotes")
    return texts(value, place)


def _operator(text: str) -> str:
    """The first character outside of quotes that only a shell understands."""
    bare = re.sub(r"\\\\.|'[^']*'|\"(?:\\\\.|[^\"\\\\])*\"", "", text, flags=re.DOTALL)
    found = re.search(r"[;&|<>]", bare)
    return found.group() if found else ""


def hosts(value: Any, place: Place) -> dict[str, str]:
    """Lines for /etc/hosts."""
    found = {}
    for name, raw in place.mapping(value).items():
        addresses = place.at(name).listed(raw)
        if len(addresses) != 1:
            place.at(name).refuse("Podman's API takes one address for a name", "give one address")
        found[name] = place.at(name).text(addresses[0]).strip("[]")
    return found


def ulimits(value: Any, place: Place) -> list[str]:
    """Limits as NAME=SOFT:HARD."""
    found = []
    for name, raw in place.mapping(value).items():
        at = place.at(name)
        if isinstance(raw, dict):
            at.known(raw, ("soft", "hard"))
            soft, hard = (at.at(key).number(raw.get(key)) for key in ("soft", "hard"))
        else:
            soft = hard = at.number(raw)
        found.append(f"{name}={soft}:{hard}")
    return found


def devices(value: Any, place: Place) -> list[str]:
    """Devices as SOURCE:TARGET:PERMISSIONS, or by the name that the Container Device Interface gives them."""
    found = []
    for index, raw in enumerate(place.listed(value)):
        at = place.entry(index)
        if isinstance(raw, dict):
            at.known(raw, ("source", "target", "permissions"))
            parts = [at.text(raw[key]) for key in ("source", "target", "permissions") if raw.get(key)]
            found.append(":".join(parts))
        else:
            found.append(at.text(raw))
    return found


def security(value: Any, place: Place) -> list[str]:
    """Security options; Compose also writes them with a colon."""
    found = []
    for index, raw in enumerate(place.listed(value)):
        at = place.entry(index)
        told = at.text(raw)
        name, sign, rest = told.partition("=") if "=" in told else told.partition(":")
        if name == "seccomp" and rest not in ("unconfined", "") and not rest.startswith("/"):
            at.refuse(
                f"the profile {rest} lies beside the compose file, and Podman reads it on the host",
                "copy it to the host and write its absolute path",
            )
        if name not in (
            "no-new-privileges",
            "label",
            "seccomp",
            "apparmor",
            "mask",
            "unmask",
            "proc-opts",
            "systempaths",
        ):
            at.refuse(f"{told!r} is no security option of Podman", "take it out")
        found.append(
            name
            if name == "no-new-privileges" and rest in ("", "true")
            else f"{name}={rest}"
            if sign
            else name
        )
    return found


def gpus(value: Any, place: Place) -> list[str]:
    """Graphics processors, by the numbers that the Container Device Interface gives those of NVIDIA."""
    if value == "all":
        return ["all"]
    found: list[str] = []
    for index, raw in enumerate(place.listed(value)):
        at = place.entry(index)
        entry = at.mapping(raw)
        at.known(entry, ("driver", "count", "device_ids", "capabilities", "options"))
        if entry.get("driver") == "cdi":
            at.at("driver").refuse(
                "devices of this driver are plain devices for Podman", "write their names under devices"
            )
        if entry.get("driver") not in (None, "nvidia") or entry.get("options"):
            at.refuse(
                "only processors of NVIDIA are known to Podman here, without options",
                "write the others under devices",
            )
        count = entry.get("count", "all" if not entry.get("device_ids") else None)
        if entry.get("device_ids"):
            found += texts(entry["device_ids"], at.at("device_ids"))
        elif count in ("all", -1):
            found.append("all")
        else:
            found += [str(each) for each in range(at.at("count").number(count))]
    return found
