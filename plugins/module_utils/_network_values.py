# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Value types of networks: addresses, subnets, ranges, routes and the options of drivers (pure)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from . import _options, _values

# What other tools call an option of a driver.
SPELLINGS = {
    "com.docker.network.driver.mtu": "mtu",
    "driver_mtu": "mtu",
    "com.docker.network.bridge.name": "bridge_name",
}
# Options that Podman keeps as the network's interface, by what they name.
INTERFACES = ("bridge_name", "parent")


class Address(_values.Text):
    """An IP address."""

    def parse(self, raw: Any) -> str:
        try:
            return str(ipaddress.ip_address(_values.as_line(raw)))
        except ValueError:
            raise ValueError("an IP address such as 10.90.0.1") from None


class Subnet(_values.Text):
    """A subnet in CIDR form."""

    def parse(self, raw: Any) -> str:
        try:
            return str(ipaddress.ip_network(_values.as_line(raw)))
        except ValueError:
            raise ValueError("a subnet such as 10.90.0.0/24") from None


class AddressRange(_values.Text):
    """The part of a subnet that addresses are leased from: a smaller subnet, or FIRST-LAST."""

    def parse(self, raw: Any) -> Any:
        text = _values.as_line(raw)
        try:
            if "-" in text:
                first, last = (ipaddress.ip_address(each.strip()) for each in text.split("-", 1))
            else:
                part = ipaddress.ip_network(text)
                first, last = part[1], part[-2]
        except (ValueError, IndexError):
            raise ValueError("a range such as 10.90.0.128/25 or 10.90.0.10-10.90.0.20") from None
        if first.version != last.version or int(first) > int(last):
            raise ValueError("a range whose first address comes before its last")
        return {"start_ip": str(first), "end_ip": str(last)}

    def show(self, value: Any) -> str:
        return _range_text(value)


def _range_text(value: Any) -> str:
    return (
        f"{value['start_ip']}-{value['end_ip']}"
        if isinstance(value, dict) and len(value) == 2
        else str(value)
    )


class SubnetList(_values.ValueType):
    """Several subnets, each with a gateway and a range of its own."""

    argument = {
        "type": "list",
        "elements": "dict",
        "options": {
            "subnet": {"type": "str", "required": True},
            "gateway": {"type": "str"},
            "ip_range": {"type": "str"},
        },
    }
    TYPES = {"subnet": Subnet(), "gateway": Address(), "ip_range": AddressRange()}

    def parse(self, raw: Any) -> list[dict[str, Any]]:
        subnets = []
        for each in _values.as_list(raw):
            if not isinstance(each, Mapping) or not each.get("subnet") or set(each) - set(self.TYPES):
                raise ValueError("a list of subnet, gateway and ip_range, each with its subnet,")
            told = {key: self.TYPES[key].parse(value) for key, value in each.items() if value is not None}
            subnets.append(
                {"lease_range" if key == "ip_range" else key: value for key, value in told.items()}
            )
        if not subnets:
            raise ValueError("at least one subnet")
        return subnets

    def reported(self, raw: Any) -> list[dict[str, Any]] | None:
        return [dict(each) for each in raw] if raw else None

    def covers(self, declared: list[dict[str, Any]], reported: Any) -> bool:
        """Gateways are filled in by Podman, and with ipv6 a subnet as well."""
        there = {each.get("subnet"): each for each in reported or []}
        return all(each.items() <= there.get(each["subnet"], {}).items() for each in declared)

    def show(self, value: list[dict[str, Any]]) -> list[str]:
        return [
            ", ".join(
                f"{key} {_range_text(each[key])}"
                for key in ("subnet", "gateway", "lease_range")
                if each.get(key)
            )
            for each in value
        ]


class ServerAddresses(_values.Lines):
    """Addresses of name servers in their order."""

    def parse(self, raw: Any) -> list[str]:
        try:
            return [str(ipaddress.ip_address(each)) for each in super().parse(raw)]
        except ValueError:
            raise ValueError("a list of addresses of name servers, such as 1.1.1.1,") from None

    def covers(self, declared: list[str], reported: Any) -> bool:
        return declared == (reported or [])


class Route(_values.ValueType):
    """Static routes of the containers: DESTINATION,GATEWAY[,METRIC], in any order."""

    argument = {"type": "list", "elements": "str"}

    def parse(self, raw: Any) -> list[dict[str, Any]]:
        return sorted((self._one(_values.as_line(each)) for each in _values.as_list(raw)), key=self._text)

    @staticmethod
    def _one(text: str) -> dict[str, Any]:
        try:
            destination, gateway, *metric = (part.strip() for part in text.split(","))
            route: dict[str, Any] = {
                "destination": str(ipaddress.ip_network(destination)),
                "gateway": str(ipaddress.ip_address(gateway)),
            }
            if metric:
                (route["metric"],) = map(int, metric)
                if not 0 < route["metric"] < 2**32:
                    raise ValueError(text)
        except ValueError:
            raise ValueError("routes such as 10.99.0.0/24,10.90.0.7 or 10.99.0.0/24,10.90.0.7,100") from None
        return route

    def reported(self, raw: Any) -> list[dict[str, Any]] | None:
        return sorted((dict(each) for each in raw), key=self._text) if raw else None

    @staticmethod
    def _text(route: Mapping[str, Any]) -> str:
        return ",".join(str(route[key]) for key in ("destination", "gateway", "metric") if key in route)

    def show(self, value: list[dict[str, Any]]) -> list[str]:
        return [self._text(each) for each in value]


class Drivers(_values.Pairs):
    """Options of the network's driver, whatever other tools call them."""

    def parse(self, raw: Any) -> dict[str, str]:
        told = {SPELLINGS.get(key, key): value for key, value in super().parse(raw).items()}
        if len(told) < len(raw):
            raise ValueError("each option of the driver once (it is there under two names)")
        if "no_default_route" in told:  # Podman keeps it like that
            told["no_default_route"] = {"1": "true", "0": "false"}.get(
                told["no_default_route"], told["no_default_route"]
            )
        return dict(sorted(told.items()))

    @staticmethod
    def write(value: dict[str, str], body: _options.Body, _facts: _options.Facts) -> None:
        """The bridge or the parent is no option over the API, but the network's interface."""
        for name in INTERFACES:
            if name in value:
                body["network_interface"] = value.pop(name)
        if value:
            body["options"] = value

    @staticmethod
    def read(inspect: Mapping[str, Any]) -> dict[str, str]:
        """What the driver was told, the interface among it under the name that fits the driver."""
        told = {str(key): str(value) for key, value in (inspect.get("options") or {}).items()}
        name = "bridge_name" if inspect.get("driver") == "bridge" else "parent"
        return {**told, name: str(inspect.get("network_interface") or "")}
