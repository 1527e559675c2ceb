# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Value types of what runs in a container: commands, checks, signals, capabilities, limits (pure)."""

from __future__ import annotations

import json
import re
import shlex
import signal
from collections.abc import Mapping
from typing import Any

from . import _options, _values

LAST_SIGNAL = 64


class Words(_values.ValueType):
    """A list of words whose order matters; a string is split as a shell would (``split``), or kept whole."""

    def __init__(self, split: bool = True) -> None:
        self.split = split

    def parse(self, raw: Any) -> list[str]:
        if isinstance(raw, str):
            if raw.lstrip().startswith("["):
                try:
                    raw = json.loads(raw)
                except ValueError:
                    raise ValueError("a list of words, or JSON of one") from None
            else:
                try:
                    raw = shlex.split(raw) if self.split else [raw]
                except ValueError:
                    raise ValueError("words with matching quotes") from None
        if not isinstance(raw, (list, tuple)):
            raise ValueError("a list of words")
        return [_values.as_word(each) for each in raw]

    def reported(self, raw: Any) -> list[str] | None:
        if isinstance(raw, str):  # servers before 5.0 join the words with spaces
            return raw.split(" ") if raw else None
        return list(raw) if raw else None


class Capabilities(_values.ValueType):
    """Capability names in any spelling; typed in upper case with CAP_, or ALL."""

    argument = {"type": "list", "elements": "str"}

    def parse(self, raw: Any) -> list[str]:
        return sorted({self._one(_values.as_line(each)) for each in _values.as_list(raw)})

    @staticmethod
    def _one(name: str) -> str:
        upper = name.upper()
        if not re.fullmatch(r"[A-Z_]+", upper):
            raise ValueError(f"capabilities such as NET_BIND_SERVICE, or ALL (found {name!r})")
        return upper if upper == "ALL" or upper.startswith("CAP_") else f"CAP_{upper}"

    def reported(self, raw: Any) -> Any:
        return None if raw is None else [str(each) for each in raw]


class AddedCapabilities(Capabilities):
    """Capabilities that a container has been given: it may not lose more than these."""

    def covers(self, declared: list[str], reported: Any) -> bool:
        return "ALL" in declared or set(declared) <= set(reported or ())


class DroppedCapabilities(Capabilities):
    """Capabilities that a container has lost. Of ALL nothing can be said without those that were given back."""

    def covers(self, declared: list[str], reported: Any) -> bool:
        return "ALL" in declared or not set(declared) & set(reported or ())


class Groups(_values.Names):
    """Further groups of a container's process; keep-groups alone keeps those of the account."""

    KEEP = "keep-groups"
    # The API knows no keep-groups: it is an annotation that crun reads, as the command line sets it.
    ANNOTATION = "run.oci.keep_original_groups"

    def parse(self, raw: Any) -> list[str]:
        groups = super().parse(raw)
        if self.KEEP in groups and len(groups) > 1:
            raise ValueError("groups, or keep-groups alone")
        return groups

    @classmethod
    def write(cls, value: list[str], body: _options.Body, _facts: _options.Facts) -> None:
        """Groups have a field, keep-groups an annotation."""
        if value == [cls.KEEP]:
            _options.set_path(body, "annotations", {cls.ANNOTATION: "1"})
        else:
            body["groups"] = value

    @classmethod
    def read(cls, inspect: Mapping[str, Any]) -> list[str]:
        """Both, as they are declared."""
        kept = cls.ANNOTATION in (_options.get_path(inspect, "Config.Annotations") or {})
        return [*(_options.get_path(inspect, "HostConfig.GroupAdd") or []), *([cls.KEEP] if kept else [])]


class Signal(_values.ValueType):
    """A signal by name or number; posted as a number, shown by newer servers as a name."""

    argument = {"type": "str"}

    def parse(self, raw: Any) -> int:
        text = str(raw).strip().upper()
        if re.fullmatch(r"[0-9]{1,2}", text) and 0 < int(text) <= LAST_SIGNAL:
            return int(text)
        realtime = re.fullmatch(r"(?:SIG)?RTMIN(?:\+(\d+))?", text)
        if realtime and 34 + int(realtime.group(1) or 0) <= LAST_SIGNAL:
            return 34 + int(realtime.group(1) or 0)
        try:
            return int(signal.Signals[text if text.startswith("SIG") else f"SIG{text}"])
        except KeyError:
            raise ValueError("a signal such as SIGTERM, INT or 15") from None

    def reported(self, raw: Any) -> int | None:
        return self.parse(raw) if raw else None

    def show(self, value: int) -> str:
        return signal.Signals(value).name if value < 32 else str(value)


class RestartPolicy(_values.ValueType):
    """no, always, unless-stopped or on-failure[:TRIES]."""

    argument = {"type": "str"}

    def parse(self, raw: Any) -> dict[str, Any]:
        found = re.fullmatch(r"(no|always|unless-stopped|on-failure(?::(\d+))?)", str(raw))
        # YAML reads a bare no as false.
        if raw in (False, "False", "false"):
            return {"name": "no", "tries": 0}
        if not found:
            raise ValueError("no, always, unless-stopped or on-failure[:TRIES]")
        return {"name": found.group(1).split(":")[0], "tries": int(found.group(2) or 0)}

    def reported(self, raw: Any) -> dict[str, Any]:
        told = raw or {}
        return {"name": told.get("Name") or "no", "tries": int(told.get("MaximumRetryCount") or 0)}

    def show(self, value: dict[str, Any]) -> str:
        return f"{value['name']}:{value['tries']}" if value["tries"] else str(value["name"])


class HealthTest(_values.ValueType):
    """A health check's command: a string is run by the container's shell, a list as it is, none turns it off."""

    def parse(self, raw: Any) -> list[str]:
        if isinstance(raw, str) and raw.strip() in ("none", "NONE"):
            return ["NONE"]
        words = Words(split=False).parse(raw)
        if not words or not words[0]:
            raise ValueError("a command, as a string or a list, or none")
        if words[0] in ("CMD", "CMD-SHELL", "NONE"):
            return words
        return ["CMD-SHELL", words[0]] if isinstance(raw, str) and len(words) == 1 else ["CMD", *words]

    def reported(self, raw: Any) -> list[str] | None:
        return list(raw) if raw else None


class Ulimits(_values.ValueType):
    """Resource limits of processes: nofile=1024:2048, -1 for unlimited."""

    argument = {"type": "list", "elements": "str"}

    def parse(self, raw: Any) -> list[dict[str, Any]]:
        return sorted(
            (self._one(_values.as_line(each)) for each in _values.as_list(raw)),
            key=lambda each: str(each["type"]),
        )

    @staticmethod
    def _one(text: str) -> dict[str, Any]:
        found = re.fullmatch(r"([a-z]+)=(-1|\d+)(?::(-1|\d+))?", text)
        if not found:
            raise ValueError(f"limits such as nofile=1024:2048 (found {text!r})")
        soft = int(found.group(2))
        return {"type": found.group(1), "soft": soft, "hard": int(found.group(3) or soft)}

    def body(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        # Servers before 5.8 read an unsigned number: unlimited is its greatest.
        return [{key: 2**64 - 1 if each[key] == -1 else each[key] for key in each} for each in value]

    def reported(self, raw: Any) -> list[dict[str, Any]]:
        return [
            {
                "type": str(each["Name"]).replace("RLIMIT_", "").lower(),
                "soft": each["Soft"],
                "hard": each["Hard"],
            }
            for each in raw or []
        ]

    def covers(self, declared: list[dict[str, Any]], reported: Any) -> bool:
        return all(each in (reported or []) for each in declared)


class LogOptions(_values.ValueType):
    """Options of the log driver: path, max_size, tag (also as a list of KEY=VALUE)."""

    argument = {"type": "raw"}

    def parse(self, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raw = dict(_values.as_line(each).partition("=")[::2] for each in _values.as_list(raw))
        typed: dict[str, Any] = {}
        for key, value in sorted(raw.items()):
            name = str(key).replace("-", "_")
            if name not in ("path", "max_size", "tag") or not _values.as_line(value):
                raise ValueError(f"path, max_size or tag, each with a value (found {key!r})")
            typed[name] = _values.Bytes().parse(value) if name == "max_size" else _values.as_line(value)
        if not str(typed.get("path", "/")).startswith("/"):
            raise ValueError("an absolute path")
        return typed

    @staticmethod
    def write(value: dict[str, Any], body: _options.Body, _facts: _options.Facts) -> None:
        """Each to its own place."""
        log = body.setdefault("log_configuration", {})
        log.update(
            {field: value[name] for name, field in (("path", "path"), ("max_size", "size")) if name in value}
        )
        if "tag" in value:
            log["options"] = {"tag": value["tag"]}

    def reported(self, raw: Any) -> dict[str, Any]:
        told = raw or {}
        return {"path": told.get("Path") or "", "tag": told.get("Tag") or ""}

    def covers(self, declared: dict[str, Any], reported: Any) -> bool:
        # inspect rounds the size.
        return all(
            (reported or {}).get(name) == declared[name] for name in ("path", "tag") if name in declared
        )

    def show(self, value: dict[str, Any]) -> dict[str, Any]:
        return {
            name: _values.print_bytes(each) if name == "max_size" else each for name, each in value.items()
        }
