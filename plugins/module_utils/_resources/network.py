# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks: the option table and the request that makes one (pure)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from .._errors import Failure
from .._options import Body, Facts, Option, OptionTable
from .._values import Flag, Lines, Pairs, Text, as_line
from .simple import Request, SimpleKind


class Address(Text):
    """An IP address."""

    def parse(self, raw: Any) -> str:
        try:
            return str(ipaddress.ip_address(as_line(raw)))
        except ValueError:
            raise ValueError("an IP address such as 10.90.0.1") from None


class Subnet(Text):
    """A subnet in CIDR form."""

    def parse(self, raw: Any) -> str:
        try:
            return str(ipaddress.ip_network(as_line(raw)))
        except ValueError:
            raise ValueError("a subnet such as 10.90.0.0/24") from None


class AddressRange(Text):
    """The part of a subnet that addresses are leased from: a smaller subnet, or FIRST-LAST."""

    def parse(self, raw: Any) -> Any:
        text = as_line(raw)
        try:
            if "-" in text:
                first, last = (ipaddress.ip_address(each.strip()) for each in text.split("-", 1))
            else:
                part = ipaddress.ip_network(text)
                first, last = part[1], part[-2]
        except (ValueError, IndexError):
            raise ValueError("a range such as 10.90.0.128/25 or 10.90.0.10-10.90.0.20") from None
        return {"start_ip": str(first), "end_ip": str(last)}

    def show(self, value: Any) -> str:
        return f"{value['start_ip']}-{value['end_ip']}" if isinstance(value, dict) else str(value)


def _first_subnet(key: str) -> Any:
    def read(inspect: Mapping[str, Any]) -> Any:
        subnets = inspect.get("subnets") or [{}]
        return subnets[0].get(key)

    return read


def _write_subnet(key: str) -> Any:
    def write(value: Any, body: Body, _facts: Facts) -> None:
        body.setdefault("subnets", [{}])[0][key] = value

    return write


class DnsSwitch(Flag):
    """disable_dns; the API asks the opposite."""

    def body(self, value: bool) -> bool:
        return not value

    def reported(self, raw: Any) -> bool:
        return not raw


TABLE = OptionTable(
    "network",
    [
        Option("driver", Text(["bridge", "macvlan", "ipvlan"]), "driver", "driver"),
        Option("subnet", Subnet(), write=_write_subnet("subnet"), read=_first_subnet("subnet")),
        Option("gateway", Address(), write=_write_subnet("gateway"), read=_first_subnet("gateway")),
        Option(
            "ip_range", AddressRange(), write=_write_subnet("lease_range"), read=_first_subnet("lease_range")
        ),
        Option("ipv6", Flag(), "ipv6_enabled", "ipv6_enabled"),
        Option("internal", Flag(), "internal", "internal"),
        Option("disable_dns", DnsSwitch(), "dns_enabled", "dns_enabled"),
        Option("dns", Lines(), "network_dns_servers", "network_dns_servers", since="4.4"),
        Option("opt", Pairs(), "options", "options", ("options",)),
        Option("interface_name", Text(), "network_interface", "network_interface"),
        Option("label", Pairs(), "labels", "labels", ("labels",)),
    ],
)


def create(
    name: str, body: Body, labels: dict[str, str], _params: Mapping[str, Any], _facts: Facts
) -> Request:
    """The request that makes a network; names resolve in it unless the task says otherwise, as with the CLI."""
    body = dict(body, name=name, labels={**body.get("labels", {}), **labels})
    if "subnet" not in body.get("subnets", [{"subnet": ""}])[0]:
        raise Failure("gateway, ip_range: they lie in a subnet, and none was given; declare subnet as well.")
    body.setdefault("dns_enabled", True)
    body.setdefault("driver", "bridge")
    return Request("POST", "networks/create", None, body)


def shown(inspect: Mapping[str, Any]) -> dict[str, Any]:
    """A network as the task returns it."""
    keys = ["name", "id", "driver", "network_interface", "subnets", "dns_enabled", "internal", "ipv6_enabled"]
    return {key: inspect.get(key) for key in keys}


NETWORK = SimpleKind(
    "network", TABLE, "networks", "name", "labels", create, "unused",
    "Podman can only change that by making the network anew, which needs them gone or disconnected first", shown,
)  # fmt: skip
