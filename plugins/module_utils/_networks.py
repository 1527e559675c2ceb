# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of networks: which ones a container or pod joins, under which names and addresses (pure)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from . import _errors, _options, _values

NETWORK_MODES = ("host", "none", "private", "pasta", "slirp4netns", "bridge")
DEFAULT_NETWORK = "podman"


class NetworkList(_values.ValueType):
    """Networks to join: names with options (NAME:ip=,mac=,alias=,interface_name=), or one mode.

    Typed as {mode, value, networks: {name: {aliases, static_ips, static_mac, interface_name}}, options}.
    """

    argument = {"type": "list", "elements": "str"}

    def parse(self, raw: Any) -> dict[str, Any]:
        typed: dict[str, Any] = {"mode": "", "value": "", "networks": {}, "options": []}
        for each in _values.as_list(raw):
            text = _values.as_line(each)
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
        if not _values.OBJECT_NAME.fullmatch(name):
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
    def write(value: dict[str, Any], body: _options.Body, _facts: _options.Facts) -> None:
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


def write_aliases(value: list[str], body: _options.Body, _facts: _options.Facts) -> None:
    """Aliases belong to each network that is joined; without one, to the default bridge. Raises Failure."""
    mode = body.get("netns", {}).get("nsmode", "bridge")
    if mode != "bridge":
        raise _errors.Failure(
            f"network_aliases: network {mode} knows no aliases; name a network, or leave the aliases out."
        )
    if "Networks" not in body:
        body["netns"] = {"nsmode": "bridge"}
        body["Networks"] = {DEFAULT_NETWORK: {}}
    for joined in body["Networks"].values():
        joined["aliases"] = sorted({*joined.get("aliases", []), *value})


class Address(_values.ValueType):
    """One fixed address (``version`` 4 or 6) on the one network that is joined."""

    argument = {"type": "str"}

    def __init__(self, version: int) -> None:
        self.version = version

    def parse(self, raw: Any) -> str:
        needed = f"an IPv{self.version} address"
        try:
            address = ipaddress.ip_address(_values.as_line(raw))
        except ValueError:
            raise ValueError(needed) from None
        if address.version != self.version:
            raise ValueError(needed)
        return str(address)

    def write(self, value: str, body: _options.Body, _facts: _options.Facts) -> None:
        """Raises Failure when there is not one network that it could belong to."""
        joined = _only_network(body, "ip" if self.version == 4 else "ip6")
        joined["static_ips"] = [*joined.get("static_ips", []), value]


class MacAddress(_values.ValueType):
    """A fixed hardware address on the one network that is joined."""

    argument = {"type": "str"}

    def parse(self, raw: Any) -> str:
        text = _values.as_line(raw).lower().replace("-", ":")
        if not re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", text):
            raise ValueError("a MAC address such as 92:d0:c6:0a:29:33")
        return text

    @staticmethod
    def write(value: str, body: _options.Body, _facts: _options.Facts) -> None:
        """Raises Failure when there is not one network that it could belong to."""
        _only_network(body, "mac_address")["static_mac"] = value


def _only_network(body: _options.Body, option: str) -> dict[str, Any]:
    """The entry of the one network that is joined; Podman's own bridge when none is named."""
    mode = body.get("netns", {}).get("nsmode", "bridge")
    if mode != "bridge" or len(body.get("Networks", {})) > 1:
        raise _errors.Failure(
            f"{option}: one address needs one network of type bridge, and network says otherwise; "
            "write it behind the network's name (NAME:ip=ADDRESS,mac=ADDRESS)."
        )
    body["netns"] = {"nsmode": "bridge", "value": ""}
    networks = body.setdefault("Networks", {})
    joined: dict[str, Any] = networks.setdefault(next(iter(networks), DEFAULT_NETWORK), {})
    return joined


class NameServers(_values.Lines):
    """Name servers in their order; none leaves resolv.conf as the image has it."""

    def __init__(self, field: str, none: str) -> None:
        self.field, self.none = field, none

    def parse(self, raw: Any) -> list[str]:
        servers = super().parse(raw)
        for server in servers:
            if server == "none" and len(servers) == 1:
                continue
            try:
                ipaddress.ip_address(server)
            except ValueError:
                raise ValueError(f"addresses of name servers, or none alone (found {server!r})") from None
        return servers

    def write(self, value: list[str], body: _options.Body, _facts: _options.Facts) -> None:
        """None is a switch of its own."""
        if value == ["none"]:
            body[self.none] = True
        else:
            body[self.field] = value

    def covers(self, declared: list[str], reported: Any) -> bool:
        return declared in (["none"], reported)
