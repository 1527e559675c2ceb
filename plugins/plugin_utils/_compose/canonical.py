# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every short syntax made long, so that files can be merged and read in one form (pure).

Paths stay relative, but to the folder of the project: those of a file in another folder get that folder in front.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Any

from .document import Override, Reset
from .places import Place

SECTIONS = ("services", "networks", "volumes", "secrets", "configs")
PORT = re.compile(
    r"(?:(?:(\[[0-9a-fA-F:.]+\]|[0-9a-fA-F:]*::?[0-9a-fA-F:]*(?=:)|[\d.]+):)?(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:/(tcp|udp|sctp))?"
)
NEEDED_PORT = "a port such as 80, 8080:80, 127.0.0.1:8080:80/tcp or 9000-9010:9000-9010"
MODES = (
    "ro", "rw", "z", "Z", "U", "nocopy", "cached", "delegated", "consistent", "volume-nocopy",
    "shared", "rshared", "slave", "rslave", "private", "rprivate",
)  # fmt: skip
Form = Callable[[Any, Place, str], Any]


def is_path(source: str) -> bool:
    """Whether the source of a mount is a path and no name of a volume."""
    return source.startswith((".", "/", "~"))


def below(path: str, folder: str) -> str:
    """A relative path of a file in ``folder``, relative to the project's folder."""
    if path.startswith(("/", "~")) or "://" in path:
        return path
    return posixpath.normpath(posixpath.join(folder, path))


def canonical(tree: dict[str, Any], place: Place, folder: str) -> dict[str, Any]:
    """A whole document. Raises Failure for what no version of Compose would read."""
    found = dict(tree)
    for section in SECTIONS:
        entries = found.get(section)
        if isinstance(entries, dict):
            found[section] = {
                str(name): _object(section, entry, place.at(section).at(name), folder)
                for name, entry in entries.items()
            }
        elif entries is not None and not isinstance(entries, (Reset, Override)):
            place.at(section).needs(entries, "a map")
    return found


def _object(section: str, raw: Any, place: Place, folder: str) -> Any:
    if raw is None:
        return {}
    if isinstance(raw, Reset):
        return raw
    if isinstance(raw, Override):
        return Override(_object(section, raw.value, place, folder))
    found = place.mapping(raw)
    if section == "services":
        for key, form in FORMS.items():
            if found.get(key) is not None:
                _below(found, key, form, place, folder)
        return found
    if isinstance(found.get("external"), dict):
        # The form of version 2 files.
        found["name"] = found["external"].get("name") or found.get("name")
        found["external"] = True
        found = {key: value for key, value in found.items() if value is not None}
    _below(found, "labels", pairs, place, folder)
    if isinstance(found.get("file"), str):
        found["file"] = below(found["file"], folder)
    return found


def _below(found: dict[str, Any], key: str, form: Form, place: Place, folder: str) -> None:
    """Make one key of a map long, in place."""
    if key in found:
        found[key] = _each(found[key], lambda each: form(each, place.at(key), folder))


def _each(value: Any, form: Callable[[Any], Any]) -> Any:
    """A form below the tags of the merge rules."""
    if isinstance(value, Reset):
        return value
    if isinstance(value, Override):
        return Override(form(value.value))
    return form(value)


def pairs(value: Any, place: Place, _folder: str = "", signs: str = "=") -> dict[str, Any]:
    """A map, or a list of NAME=VALUE; a name alone has no value."""
    if isinstance(value, dict):
        return {str(name): each for name, each in value.items()}
    found: dict[str, Any] = {}
    for index, each in enumerate(place.listed(value)):
        text = place.entry(index).text(each)
        at = min((text.find(sign) for sign in signs if sign in text), default=-1)
        found[text if at < 0 else text[:at]] = None if at < 0 else text[at + 1 :]
    return found


def _hosts(value: Any, place: Place, _folder: str) -> dict[str, Any]:
    return pairs(value, place, signs="=:")


def _list(value: Any, place: Place, _folder: str) -> list[Any]:
    return place.listed(value)


def _texts(value: Any, place: Place, _folder: str) -> list[str]:
    return [place.entry(index).text(each) for index, each in enumerate(place.listed(value))]


def _build(value: Any, place: Place, folder: str) -> dict[str, Any]:
    found = {"context": value} if isinstance(value, str) else place.mapping(value)
    found["context"] = below(place.at("context").text(found.get("context", ".")), folder)
    for key, form in (
        ("args", pairs), ("labels", pairs), ("additional_contexts", pairs), ("extra_hosts", _hosts), ("secrets", _uses),
    ):  # fmt: skip
        _below(found, key, form, place, folder)
    return found


def _depends(value: Any, place: Place, _folder: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return {str(name): place.at(name).mapping(each) for name, each in value.items()}
    return {place.text(each): {"condition": "service_started"} for each in place.listed(value)}


def _networks(value: Any, place: Place, _folder: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return {str(name): place.at(name).mapping(each) for name, each in value.items()}
    return {place.text(each): {} for each in place.listed(value)}


def _env_files(value: Any, place: Place, folder: str) -> list[dict[str, Any]]:
    found = []
    for index, each in enumerate(place.listed(value)):
        entry = {"path": each} if isinstance(each, str) else place.entry(index).mapping(each)
        entry["path"] = below(place.entry(index).at("path").text(entry.get("path")), folder)
        found.append(entry)
    return found


def _paths(value: Any, place: Place, folder: str) -> list[str]:
    return [below(place.text(each), folder) for each in place.listed(value)]


def _uses(value: Any, place: Place, _folder: str) -> list[dict[str, Any]]:
    return [
        {"source": place.entry(index).text(each)} if not isinstance(each, dict) else dict(each)
        for index, each in enumerate(place.listed(value))
    ]


def _extends(value: Any, place: Place, folder: str) -> dict[str, Any]:
    found = {"service": value} if isinstance(value, str) else place.mapping(value)
    if isinstance(found.get("file"), str):
        found["file"] = below(found["file"], folder)
    return found


def _ports(value: Any, place: Place, _folder: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for index, each in enumerate(place.listed(value)):
        at = place.entry(index)
        found += [dict(each)] if isinstance(each, dict) else _short_port(at.text(each), at)
    return found


def _short_port(text: str, place: Place) -> list[dict[str, Any]]:
    """One entry for each container port, as Compose makes them of a range."""
    match = PORT.fullmatch(text)
    if not match:
        place.needs(text, NEEDED_PORT)
    address, host, inside, protocol = match.groups()
    targets = _numbers(inside, place)
    published = _numbers(host, place) if host else []
    common = {"host_ip": (address or "").strip("[]"), "protocol": protocol or "tcp"}
    common = {key: value for key, value in common.items() if value}
    if len(published) > 1 and len(targets) == 1:
        # Any one of these, as Podman chooses none of a range: refused where ports are read.
        return [{"target": targets[0], "published": str(host), **common}]
    if published and len(published) != len(targets):
        place.refuse(
            f"{text!r} has not as many host ports as container ports", "give both ranges the same length"
        )
    return [
        {"target": target, **({"published": str(published[step])} if published else {}), **common}
        for step, target in enumerate(targets)
    ]


def _numbers(text: str, place: Place) -> list[int]:
    first, _dash, last = text.partition("-")
    numbers = (
        list(range(int(first), int(last or first) + 1)) if int(last or first) - int(first) < 65536 else []
    )
    if not numbers or numbers[-1] > 65535 or numbers[0] < 0:
        place.needs(text, NEEDED_PORT)
    return numbers


def _volumes(value: Any, place: Place, folder: str) -> list[dict[str, Any]]:
    found = []
    for index, each in enumerate(place.listed(value)):
        at = place.entry(index)
        entry = dict(each) if isinstance(each, dict) else _short_volume(at.text(each), at)
        source = entry.get("source")
        if entry.get("type") == "bind" and isinstance(source, str) and not source.startswith(("/", "~")):
            path = below(source, folder)
            entry["source"] = path if path in (".", "..") or path.startswith("../") else f"./{path}"
        found.append(entry)
    return found


def _short_volume(text: str, place: Place) -> dict[str, Any]:
    parts = text.split(":")
    if len(parts) > 3 or not all(parts) or re.match(r"[A-Za-z]:\\", text):
        place.needs(text, "TARGET, SOURCE:TARGET or SOURCE:TARGET:MODE, with paths as Linux has them,")
    if len(parts) == 1:
        return {"type": "volume", "target": parts[0]}
    found: dict[str, Any] = {
        "type": "bind" if is_path(parts[0]) else "volume",
        "source": parts[0],
        "target": parts[1],
    }
    modes = parts[2].split(",") if len(parts) > 2 else []
    for mode in modes:
        if mode not in MODES:
            place.refuse(f"{mode!r} is no mode of a volume", f"write one of {', '.join(MODES[:6])}")
        if mode == "ro":
            found["read_only"] = True
        elif mode in ("nocopy", "volume-nocopy"):
            found.setdefault("volume", {})["nocopy"] = True
        elif mode in ("z", "Z"):
            found.setdefault("bind", {})["selinux"] = mode
        elif mode == "U":
            found["x-podman-chown"] = True
        elif mode in ("cached", "delegated", "consistent"):
            found["consistency"] = mode
        elif mode != "rw":
            found.setdefault("bind", {})["propagation"] = mode
    return found


FORMS: dict[str, Form] = {
    "annotations": pairs,
    "build": _build,
    "cap_add": _texts,
    "cap_drop": _texts,
    "configs": _uses,
    "depends_on": _depends,
    "devices": _list,
    "dns": _texts,
    "dns_opt": _texts,
    "dns_search": _texts,
    "env_file": _env_files,
    "environment": pairs,
    "expose": _texts,
    "extends": _extends,
    "extra_hosts": _hosts,
    "group_add": _texts,
    "label_file": _paths,
    "labels": pairs,
    "links": _texts,
    "networks": _networks,
    "ports": _ports,
    "profiles": _texts,
    "secrets": _uses,
    "security_opt": _texts,
    "sysctls": pairs,
    "tmpfs": _texts,
    "volumes": _volumes,
    "volumes_from": _texts,
}
