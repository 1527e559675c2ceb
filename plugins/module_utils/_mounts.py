# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of mounts: volumes, bind mounts, temporary file systems (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _errors, _values
from ._options import Body, Facts, set_path

# File systems that have no source.
MEMORY_MOUNTS = ("tmpfs", "ramfs", "devpts")
# What is mounted out of Podman's own storage, and what inspect never shows.
OBJECT_MOUNTS = ("image", "artifact")
UNSEEN_MOUNTS = ("overlay", "artifact", "ramfs", "devpts")


class Mounts(_values.ValueType):
    """Volumes and mounts: each is typed as {type, source, target, options}, sorted by target."""

    def parse(self, raw: Any) -> list[dict[str, Any]]:
        found = [self._one(each) for each in self._items(raw)]
        targets = [each["target"] for each in found]
        twice = sorted({target for target in targets if targets.count(target) > 1})
        if twice:
            raise ValueError(f"one mount for each path in the container ({twice[0]} has more)")
        return sorted(found, key=lambda each: str(each["target"]))

    def _items(self, raw: Any) -> list[Any]:
        return _values.as_list(raw)

    def _one(self, raw: Any) -> dict[str, Any]:
        raise NotImplementedError

    def write(self, value: list[dict[str, Any]], body: Body, facts: Facts) -> None:
        """Put each mount where the create body wants its kind. Raises Failure for what this Podman cannot mount."""
        for each in value:
            options = list(each["options"])
            if each["type"] == "volume":
                entry: dict[str, Any] = {"Name": each["source"], "Dest": each["target"], "Options": options}
                set_path(body, "volumes", [entry])
            elif each["type"] == "overlay":
                options.remove("O")
                entry = {"source": each["source"], "destination": each["target"], "options": options}
                set_path(body, "overlay_volumes", [entry])
            elif each["type"] in OBJECT_MOUNTS:
                _write_object(each, body, facts)
            else:
                entry = {
                    "destination": each["target"],
                    "type": each["type"],
                    "source": each["source"],
                    "options": options,
                }
                set_path(body, "mounts", [entry])

    def covers(self, declared: list[dict[str, Any]], reported: Any) -> bool:
        there = {each["target"]: each for each in reported or []}
        return all(
            self._same(each, there.get(each["target"]))
            for each in declared
            if each["type"] not in UNSEEN_MOUNTS
        )

    @staticmethod
    def _same(declared: dict[str, Any], there: dict[str, Any] | None) -> bool:
        if there is None or there["type"] != declared["type"]:
            return False
        if declared["type"] in MEMORY_MOUNTS:
            return True
        if declared["source"] and there["source"] != declared["source"]:
            return False
        return declared["type"] == "image" or ("ro" in declared["options"]) == ("ro" in there["options"])

    def show(self, value: list[dict[str, Any]]) -> list[str]:
        return [
            ":".join(filter(None, [each["source"], each["target"], ",".join(each["options"])]))
            for each in value
        ]


class Volumes(Mounts):
    """SOURCE:TARGET[:OPTIONS]: a path is bind-mounted, a name is a volume; O mounts a path as an overlay."""

    argument = {"type": "list", "elements": "str"}

    def _one(self, raw: Any) -> dict[str, Any]:
        text = _values.as_line(raw)
        parts = text.split(":")
        if len(parts) == 1:
            parts = ["", parts[0]]
        if len(parts) > 3:
            raise ValueError(f"SOURCE:TARGET[:OPTIONS] (found {text!r})")
        source, target, options = parts[0], parts[1], sorted(filter(None, (parts[2:] or [""])[0].split(",")))
        if not target.startswith("/"):
            raise ValueError(f"an absolute path in the container (found {text!r})")
        if source.startswith("/"):
            kind = "overlay" if "O" in options else "bind"
        elif source and not _values.OBJECT_NAME.fullmatch(source):
            raise ValueError(f"an absolute path or the name of a volume as source (found {text!r})")
        else:
            kind = "volume"
        return {"type": kind, "source": source, "target": _clean(target), "options": options}


class MountList(Mounts):
    """Mounts as --mount spells them, as a string or as a map: type, source, target and options.

    Source: podman-run(1), --mount. A glob is missing, because it is the command line that resolves it.
    """

    argument = {"type": "list", "elements": "raw"}
    KEYS = {"src": "source", "dst": "target", "destination": "target"}

    def _one(self, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raw = {
                part.partition("=")[0]: part.partition("=")[2] or True
                for part in _values.as_line(raw).split(",")
            }
        fields = {self.KEYS.get(key, key): value for key, value in raw.items()}
        kind = str(fields.pop("type", "volume"))
        source, target = _values.as_line(fields.pop("source", "")), _values.as_line(fields.pop("target", ""))
        if kind not in ("bind", "volume", *MEMORY_MOUNTS, *OBJECT_MOUNTS):
            raise ValueError(
                f"a mount of type bind, volume, tmpfs, ramfs, devpts, image or artifact (found {kind!r})"
            )
        if not target.startswith("/"):
            raise ValueError(f"target=/PATH, absolute in the container (found {target!r})")
        if (
            (kind == "bind" and not source.startswith("/"))
            or (kind == "volume" and source and not _values.OBJECT_NAME.fullmatch(source))
            or (kind in OBJECT_MOUNTS and not source)
        ):
            raise ValueError(f"a source that fits a mount of type {kind} (found {source!r})")
        return {
            "type": kind,
            "source": kind if kind in MEMORY_MOUNTS else source,
            "target": _clean(target),
            "options": self._options(fields),
        }

    @staticmethod
    def _options(fields: dict[str, Any]) -> list[str]:
        """What remains of a mount's fields, as mount options."""
        options = []
        for key, value in fields.items():
            if key in ("ro", "readonly", "rw"):
                on = str(value).lower() in ("true", "1", "yes")
                options.append("ro" if on == (key != "rw") else "rw")
            elif key == "options":
                options += [
                    _values.as_line(each)
                    for each in (value if isinstance(value, list) else str(value).split(","))
                ]
            elif key in ("bind-propagation", "bind_propagation"):
                options.append(_values.as_line(value))
            elif key in ("tmpfs-size", "tmpfs-mode"):
                options.append(f"{key[6:]}={_values.as_line(value)}")
            elif value is True or str(value).lower() == "true":
                options.append(_values.as_line(key))
            else:
                options.append(f"{_values.as_line(key)}={_values.as_line(value)}")
        return sorted(set(options))


class Tmpfs(Mounts):
    """Temporary file systems: a map from path to mount options, or a list of PATH[:OPTIONS]."""

    argument = {"type": "raw"}

    def _items(self, raw: Any) -> list[Any]:
        if isinstance(raw, Mapping):
            return [f"{path}:{options or ''}" for path, options in raw.items()]
        return _values.as_list(raw)

    def _one(self, raw: Any) -> dict[str, Any]:
        target, _colon, options = _values.as_line(raw).partition(":")
        if not target.startswith("/"):
            raise ValueError(f"an absolute path in the container (found {raw!r})")
        return {
            "type": "tmpfs",
            "source": "tmpfs",
            "target": _clean(target),
            "options": sorted(filter(None, options.split(","))),
        }


def _write_object(mount: Mapping[str, Any], body: Body, facts: Facts) -> None:
    """An image or an artifact has a list of its own; each of its options is a field there."""
    given = dict(option.partition("=")[::2] for option in mount["options"])
    if mount["type"] == "artifact":
        if not facts.has("5.5"):
            raise _errors.Failure(
                f"mount: type=artifact needs Podman 5.5 or later, and the host has {facts.version_text}; "
                "leave it out or install a newer Podman."
            )
        known = {name: given.pop(name) for name in ("title", "digest", "name") if name in given}
        entry = {"source": mount["source"], "destination": mount["target"], **known}
    else:
        if "subpath" in given and not facts.has("5.3"):
            raise _errors.Failure(
                f"mount: subpath of an image needs Podman 5.3 or later, and the host has {facts.version_text}; "
                "leave it out or install a newer Podman."
            )
        writable = given.pop("rw", None) is not None
        given.pop("ro", None)
        entry = {"Source": mount["source"], "Destination": mount["target"], "ReadWrite": writable}
        if "subpath" in given:
            entry["subPath"] = given.pop("subpath")
    if given:
        raise _errors.Failure(
            f"mount: {', '.join(sorted(given))} is no option of a mount of type {mount['type']}; leave it out."
        )
    set_path(body, {"image": "image_volumes", "artifact": "artifact_volumes"}[mount["type"]], [entry])


def _clean(path: str) -> str:
    return path.rstrip("/") or "/"


def reported_mounts(inspect: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every mount that inspect shows, in the typed form of Mounts."""
    mounts = []
    for each in inspect.get("Mounts") or []:
        kind = str(each.get("Type"))
        mounts.append({
            "type": kind,
            "source": each.get("Name") if kind == "volume" else each.get("Source"),
            "target": _clean(str(each.get("Destination"))),
            "options": [] if each.get("RW", True) else ["ro"],
        })  # fmt: skip
    for target, options in ((inspect.get("HostConfig") or {}).get("Tmpfs") or {}).items():
        mounts.append(
            {"type": "tmpfs", "source": "tmpfs", "target": _clean(target), "options": str(options).split(",")}
        )
    return mounts
