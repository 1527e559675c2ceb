# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of namespaces: which network a container or pod joins, and how its ids are mapped (pure)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from ._errors import Failure
from ._options import Body, Facts
from ._values import OBJECT_NAME, ValueType, as_line, as_list

NETWORK_MODES = ("host", "none", "private", "pasta", "slirp4netns", "bridge")
DEFAULT_NETWORK = "podman"


class NetworkList(ValueType):
    """Networks to join: names with options (NAME:ip=,mac=,alias=,interface_name=), or one mode.

    Typed as {mode, value, networks: {name: {aliases, static_ips, static_mac, interface_name}}, options}.
    """

    argument = {"type": "list", "elements": "str"}

    def parse(self, raw: Any) -> dict[str, Any]:
        typed: dict[str, Any] = {"mode": "", "value": "", "networks": {}, "options": []}
        for each in as_list(raw):
            text = as_line(each)
            name, _colon, rest = text.partition(":")
            if name in ("container", "ns"):
                typed.update(mode={"ns": "path"}.get(name, name), value=rest)
            elif name in ("pasta", "slirp4netns"):
                typed.update(mode=name, options=list(filter(None, rest.split(","))))
            elif name in NETWORK_MODES and name != "bridge":
                typed["mode"] = name
            elif name == "bridge" and not rest:
                typed["mode"] = "bridge"
            else:
                typed["networks"][DEFAULT_NETWORK if name == "bridge" else name] = self._joined(name, rest)
        if typed["networks"] and typed["mode"] not in ("", "bridge"):
            raise ValueError(f"either networks or the mode {typed['mode']}, not both,")
        if typed["networks"]:
            typed["mode"] = "bridge"
        return typed

    @staticmethod
    def _joined(name: str, rest: str) -> dict[str, Any]:
        if not OBJECT_NAME.fullmatch(name):
            raise ValueError(
                f"the name of a network, or one of {', '.join(NETWORK_MODES)}, container:NAME (found {name!r})"
            )
        joined: dict[str, Any] = {}
        for part in filter(None, rest.split(",")):
            key, _equals, value = part.partition("=")
            if key in ("ip", "ip6"):
                try:
                    joined.setdefault("static_ips", []).append(str(ipaddress.ip_address(value)))
                except ValueError:
                    raise ValueError(f"an address behind {key}= (found {value!r})") from None
            elif key == "mac":
                joined["static_mac"] = value
            elif key == "alias":
                joined.setdefault("aliases", []).append(value)
            elif key == "interface_name":
                joined["interface_name"] = value
            else:
                raise ValueError(f"ip, ip6, mac, alias or interface_name behind {name}: (found {key!r})")
        return joined

    @staticmethod
    def write(value: dict[str, Any], body: Body, _facts: Facts) -> None:
        """``Networks`` is only heard when the mode is said to be bridge."""
        if value["mode"]:
            body["netns"] = {"nsmode": value["mode"], "value": value["value"]}
        if value["networks"]:
            body["Networks"] = {name: dict(joined) for name, joined in value["networks"].items()}
        if value["options"]:
            body["network_options"] = {value["mode"]: list(value["options"])}

    def covers(self, declared: dict[str, Any], reported: Any) -> bool:
        there = reported or {"mode": "", "networks": []}
        if declared["networks"]:
            return set(declared["networks"]) == set(there["networks"])
        if declared["mode"] in ("container", "path"):
            return str(there["mode"]).startswith({"path": "ns"}.get(declared["mode"], declared["mode"]))
        return declared["mode"] in ("", "private", there["mode"])

    def show(self, value: dict[str, Any]) -> Any:
        if isinstance(value.get("networks"), list):  # the reported form
            return value["networks"] if value["mode"] == "bridge" else value["mode"]
        lead = ":".join(filter(None, [value["mode"], value["value"], ",".join(value["options"])]))
        return sorted(value["networks"]) or lead


def reported_networks(inspect: Mapping[str, Any]) -> dict[str, Any]:
    """Mode and names of the networks that a container has joined."""
    mode = str((inspect.get("HostConfig") or {}).get("NetworkMode") or "")
    names = sorted((inspect.get("NetworkSettings") or {}).get("Networks") or {})
    return {"mode": mode, "networks": names if mode == "bridge" else []}


def write_aliases(value: list[str], body: Body, _facts: Facts) -> None:
    """Aliases belong to each network that is joined; without one, to the default bridge. Raises Failure."""
    mode = body.get("netns", {}).get("nsmode", "bridge")
    if mode != "bridge":
        raise Failure(
            f"network_aliases: network {mode} knows no aliases; name a network, or leave the aliases out."
        )
    if "Networks" not in body:
        body["netns"] = {"nsmode": "bridge"}
        body["Networks"] = {DEFAULT_NETWORK: {}}
    for joined in body["Networks"].values():
        joined["aliases"] = sorted({*joined.get("aliases", []), *value})


class UserNamespace(ValueType):
    """How ids inside map to the account's: nomap, keep-id[:uid=,gid=], auto[:...], host, private, container:NAME, ns:PATH."""

    argument = {"type": "str"}
    MODES = ("host", "auto", "keep-id", "nomap", "private", "container", "ns")

    def reported(self, raw: Any) -> Any:
        """The map of uids, as inspect shows it: INSIDE:OUTSIDE:COUNT, nothing where ids are not mapped."""
        return list(raw or [])

    def parse(self, raw: Any) -> str:
        text = as_line(raw).replace("no-map", "nomap")
        mode, _colon, rest = text.partition(":")
        if mode not in self.MODES or (mode in ("container", "ns") and not rest):
            raise ValueError(
                "one of nomap, keep-id[:uid=N,gid=N], auto, host, private, container:NAME or ns:PATH"
            )
        return text

    @staticmethod
    def write(value: str, body: Body, _facts: Facts) -> None:
        """For a container; the API spells nomap no-map, and auto wants its own switch."""
        mode, _colon, rest = value.partition(":")
        body["userns"] = {"nsmode": {"nomap": "no-map", "ns": "path"}.get(mode, mode), "value": rest}
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

    @staticmethod
    def write_for_pod(value: str, body: Body, facts: Facts) -> None:
        """For a pod the API knows no no-map from 5.0 on: the same mapping is spelled out, which all versions take."""
        if value != "nomap":
            UserNamespace.write(value, body, facts)
            return
        uids, gids = facts.id_counts
        body["userns"] = {"nsmode": "private"}
        body["idmappings"] = {
            "UIDMap": [{"container_id": 0, "host_id": 1, "size": uids}],
            "GIDMap": [{"container_id": 0, "host_id": 1, "size": gids}],
            "HostUIDMapping": False,
            "HostGIDMapping": False,
        }


class Namespace(ValueType):
    """An IPC, PID, UTS or cgroup namespace: private, host, shareable, container:NAME or ns:PATH."""

    argument = {"type": "str"}

    def __init__(self, *modes: str) -> None:
        self.modes = modes

    def parse(self, raw: Any) -> str:
        text = as_line(raw)
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
