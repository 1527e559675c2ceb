# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of namespaces: how ids are mapped, and what else a container or pod shares (pure)."""

from __future__ import annotations

import re
from typing import Any

from . import _options, _values


class UserNamespace(_values.ValueType):
    """How ids inside map to the account's: nomap, keep-id[:uid=,gid=], auto[:...], host, private, container:NAME, ns:PATH."""

    argument = {"type": "str"}
    MODES = ("host", "auto", "keep-id", "nomap", "private", "container", "ns")

    def reported(self, raw: Any) -> Any:
        """The map of uids, as inspect shows it: INSIDE:OUTSIDE:COUNT, nothing where ids are not mapped."""
        return list(raw or [])

    def parse(self, raw: Any) -> str:
        text = _values.as_line(raw).replace("no-map", "nomap")
        mode, _colon, rest = text.partition(":")
        if mode not in self.MODES or (mode in ("container", "ns") and not rest):
            raise ValueError(
                "one of nomap, keep-id[:uid=N,gid=N], auto, host, private, container:NAME or ns:PATH"
            )
        return text

    @staticmethod
    def write(value: str, body: _options.Body, facts: _options.Facts) -> None:
        """For a container; nomap is spelled out, and auto wants its own switch.

        Podman looks up the account's ids for nomap, in a library that does not stand two calls at once: when containers were
        made side by side it was seen to find none (5.4), and to take the whole service down (5.8).
        """
        mode, _colon, rest = value.partition(":")
        if value == "nomap":
            _spell_out(body, facts)
            return
        body["userns"] = {"nsmode": {"ns": "path"}.get(mode, mode), "value": rest}
        if mode == "auto":
            body["idmappings"] = {
                "AutoUserNs": True,
                "AutoUserNsOpts": {},
                "HostUIDMapping": False,
                "HostGIDMapping": False,
            }

    def covers(self, declared: str, reported: Any) -> bool:
        """By what matters: whether the account itself (0 as seen by Podman) is among the ids inside."""
        mode = declared.partition(":")[0]
        maps = [str(each).split(":") for each in reported or []]
        own = any(int(host) <= 0 < int(host) + int(size) for _inside, host, size in maps)
        if mode in ("nomap", "keep-id"):
            return bool(maps) and own == (mode == "keep-id")
        return mode in ("container", "ns") or bool(maps) == (mode != "host")


def _spell_out(body: _options.Body, facts: _options.Facts) -> None:
    """All ids of the account but its own, in their order."""
    uids, gids = facts.id_counts
    body["userns"] = {"nsmode": "private"}
    body["idmappings"] = {
        "UIDMap": [{"container_id": 0, "host_id": 1, "size": uids}],
        "GIDMap": [{"container_id": 0, "host_id": 1, "size": gids}],
        "HostUIDMapping": False,
        "HostGIDMapping": False,
    }


class Namespace(_values.ValueType):
    """An IPC, PID, UTS or cgroup namespace: private, host, shareable, container:NAME or ns:PATH."""

    argument = {"type": "str"}

    def __init__(self, *modes: str) -> None:
        self.modes = modes

    def parse(self, raw: Any) -> str:
        text = _values.as_line(raw)
        mode, _colon, rest = text.partition(":")
        if text not in self.modes and (mode not in ("container", "ns") or not rest):
            raise ValueError(f"one of {', '.join(self.modes)}, container:NAME or ns:PATH")
        return text

    def body(self, value: str) -> dict[str, str]:
        mode, _colon, rest = value.partition(":")
        return {"nsmode": {"ns": "path"}.get(mode, mode), "value": rest}

    def reported(self, raw: Any) -> Any:
        return str(raw) if raw else None

    def covers(self, declared: str, reported: Any) -> bool:
        # inspect shows another container's namespace by ID.
        return declared == reported or (
            declared.startswith("container:") and str(reported).startswith("container:")
        )


class IdMap(_values.ValueType):
    """A mapping of ids as INSIDE:OUTSIDE:COUNT lines; outside counts from 0, the account itself, on."""

    argument = {"type": "list", "elements": "str"}

    def __init__(self, kind: str) -> None:
        self.kind = kind  # UIDMap or GIDMap

    def parse(self, raw: Any) -> list[str]:
        lines = []
        for each in _values.as_list(raw):
            found = re.fullmatch(r"(\d{1,10}):(\d{1,10})(?::(\d{1,10}))?", _values.as_line(each))
            if not found or int(found.group(3) or 1) < 1:
                raise ValueError(f"lines of INSIDE:OUTSIDE:COUNT, such as 0:1:65536 (found {each!r})")
            lines.append(f"{int(found.group(1))}:{int(found.group(2))}:{int(found.group(3) or 1)}")
        return sorted(lines, key=lambda line: int(line.split(":")[0]))

    def write(self, value: list[str], body: _options.Body, _facts: _options.Facts) -> None:
        """The API wants both maps and does not copy one to the other, as the command line does."""
        entries = []
        for line in value:
            inside, outside, count = (int(part) for part in line.split(":"))
            entries.append({"container_id": inside, "host_id": outside, "size": count})
        body.setdefault("userns", {"nsmode": "private", "value": ""})
        maps = body.setdefault("idmappings", {"HostUIDMapping": False, "HostGIDMapping": False})
        maps[self.kind] = entries
        maps.setdefault("GIDMap" if self.kind == "UIDMap" else "UIDMap", entries)

    def reported(self, raw: Any) -> Any:
        return list(raw or [])

    def covers(self, declared: list[str], reported: Any) -> bool:
        return _merged(declared) == _merged(reported or [])


def _merged(lines: list[str]) -> list[list[int]]:
    """Adjacent ranges as one, as inspect shows them."""
    merged: list[list[int]] = []
    for inside, outside, count in sorted([int(part) for part in line.split(":")] for line in lines):
        last = merged[-1] if merged else None
        if last and last[0] + last[2] == inside and last[1] + last[2] == outside:
            last[2] += count
        else:
            merged.append([inside, outside, count])
    return merged
