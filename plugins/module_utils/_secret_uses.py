# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The type of how a container uses secrets: as files, as variables (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import _options, _plan, _values


class Secrets(_values.ValueType):
    """Secrets as files or variables: NAME[,type=mount|env,target=...,uid=,gid=,mode=], or a map of these."""

    argument = {"type": "list", "elements": "raw"}

    def parse(self, raw: Any) -> list[dict[str, Any]]:
        return sorted(
            (self._one(each) for each in _values.as_list(raw)),
            key=lambda each: (each["name"], each["type"], each["target"]),
        )

    @staticmethod
    def _one(raw: Any) -> dict[str, Any]:
        if isinstance(raw, Mapping):
            fields = {str(key): value for key, value in raw.items() if value is not None}
        else:
            first, *rest = _values.as_line(raw).split(",")
            fields = {"name": first, **dict(part.partition("=")[::2] for part in rest)}
        name, kind = (
            _values.as_line(fields.pop("name", fields.pop("source", ""))),
            str(fields.pop("type", "mount")),
        )
        target = _values.as_line(fields.pop("target", ""))
        if not name or kind not in ("mount", "env"):
            raise ValueError("a secret's name, and type=mount or type=env")
        try:
            uid, gid = int(fields.pop("uid", 0)), int(fields.pop("gid", 0))
            mode = fields.pop("mode", "0444")
            # YAML reads 0400 as 256 already; a string is octal.
            mode = int(str(mode), 8) if isinstance(mode, str) else int(mode)
        except ValueError:
            raise ValueError("whole numbers for uid and gid, and an octal mode such as '0400'") from None
        if fields:
            raise ValueError(
                f"only name, type, target, uid, gid and mode for a secret (found {sorted(fields)[0]!r})"
            )
        if kind == "env":
            return {"name": name, "type": kind, "target": target or name}
        return {"name": name, "type": kind, "target": target, "uid": uid, "gid": gid, "mode": mode}

    @staticmethod
    def write(value: list[dict[str, Any]], body: _options.Body, _facts: _options.Facts) -> None:
        """Files into ``secrets``, variables into ``secret_env``."""
        for each in value:
            if each["type"] == "env":
                _options.set_path(body, "secret_env", {each["target"]: each["name"]})
            else:
                entry = {
                    "Source": each["name"],
                    "Target": each["target"],
                    "UID": each["uid"],
                    "GID": each["gid"],
                    "Mode": each["mode"],
                }
                _options.set_path(body, "secrets", [entry])

    def covers(self, declared: list[dict[str, Any]], reported: Any) -> bool:
        return {each["name"] for each in declared if each["type"] == "mount"} <= set(reported or ())

    def show(self, value: list[Any]) -> list[str]:
        if any(isinstance(each, str) for each in value):  # the reported form: names alone
            return list(value)
        return [
            f"{each['name']} as {'variable' if each['type'] == 'env' else 'file'} {each['target']}".strip()
            for each in value
        ]


def reported_secrets(inspect: Mapping[str, Any]) -> list[str]:
    """Names of the secrets that are mounted into a container."""
    return [str(each.get("Name")) for each in (inspect.get("Config") or {}).get("Secrets") or []]


def renewed_files(
    declared: list[dict[str, Any]], inspect: Mapping[str, Any], now: Mapping[str, Mapping[str, Any]]
) -> list[_plan.Reason]:
    """Reasons to replace a container: a secret that it has as a file was copied into it, and is another one now."""
    copied = {
        str(each.get("Name")): each.get("ID") for each in (inspect.get("Config") or {}).get("Secrets") or []
    }
    files = {each["name"] for each in declared if each["type"] == "mount"}
    return [
        _plan.Reason("secrets", _plan.CHANGED, f"{name} as it was", f"{name} as it is now")
        for name in sorted(files & set(copied) & set(now))
        if copied[name] != now[name].get("ID")
    ]


def renewed_variables(
    declared: list[dict[str, Any]], inspect: Mapping[str, Any], now: Mapping[str, Mapping[str, Any]]
) -> list[_plan.Reason]:
    """Reasons to restart a container: a secret that it has as a variable is read at each start, and changed since."""
    started = moment((inspect.get("State") or {}).get("StartedAt"))
    variables = {each["name"] for each in declared if each["type"] == "env"}
    return [
        _plan.Reason("secrets", _plan.CHANGED, f"{name} as it was", f"{name} as it is now")
        for name in sorted(variables & set(now))
        if moment(now[name].get("UpdatedAt")) > started
    ]


def moment(text: Any) -> float:
    """Seconds since 1970 of an RFC 3339 time with nanoseconds, as Go prints it; 0 for none."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)", str(text))
    if not found:
        return 0.0
    whole, fraction, zone = found.groups()
    moment = datetime.fromisoformat(whole + ("+00:00" if zone == "Z" else zone))
    return moment.timestamp() + float(fraction or 0)
