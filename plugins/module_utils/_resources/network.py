# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks: the option table, and the requests that make and change one (pure)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from .._errors import Failure
from .._network_values import Address, AddressRange, Drivers, Route, ServerAddresses, Subnet, SubnetList
from .._options import Body, Facts, Option, OptionTable, Spec
from .._values import Flag, Pairs, Text
from .simple import Request, SimpleKind

# Options of the driver that came later than the others.
DRIVER_OPTIONS_SINCE = {"metric": "4.4", "bclim": "4.6", "no_default_route": "4.6", "vrf": "4.8"}
# What makes a network as another one was.
MADE_OF = (
    "name", "driver", "network_interface", "subnets", "routes", "ipv6_enabled", "internal", "dns_enabled",
    "network_dns_servers", "labels", "options", "ipam_options",
)  # fmt: skip


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
        Option("driver", Text(), "driver", "driver"),
        Option("subnet", Subnet(), write=_write_subnet("subnet"), read=_first_subnet("subnet")),
        Option("gateway", Address(), write=_write_subnet("gateway"), read=_first_subnet("gateway")),
        Option(
            "ip_range", AddressRange(), write=_write_subnet("lease_range"), read=_first_subnet("lease_range")
        ),
        Option("net_config", SubnetList(), "subnets", "subnets"),
        Option("ipv6", Flag(), "ipv6_enabled", "ipv6_enabled"),
        Option("internal", Flag(), "internal", "internal"),
        Option("disable_dns", DnsSwitch(), "dns_enabled", "dns_enabled"),
        Option(
            "dns", ServerAddresses(), "network_dns_servers", "network_dns_servers", since="4.4", live="4.4"
        ),
        Option("route", Route(), "routes", "routes", ("routes",), since="4.6"),
        Option(
            "ipam_driver", Text(["host-local", "dhcp", "none"]), "ipam_options.driver", "ipam_options.driver"
        ),
        Option("opt", Drivers(), write=Drivers.write, read=Drivers.read, aliases=("options",)),
        Option("interface_name", Text(), "network_interface", "network_interface"),
        Option("label", Pairs(), "labels", "labels", ("labels",)),
    ],
)


def create(
    name: str, body: Body, labels: dict[str, str], _params: Mapping[str, Any], facts: Facts
) -> Request:
    """The request that makes a network; names resolve in it unless the task says otherwise, as with the CLI."""
    body = dict(body, name=name, labels={**body.get("labels", {}), **labels})
    if "subnet" not in body.get("subnets", [{"subnet": ""}])[0]:
        raise Failure("gateway, ip_range: they lie in a subnet, and none was given; declare subnet as well.")
    for subnet in body.get("subnets", []):
        _require_inside(subnet)
    for option, since in DRIVER_OPTIONS_SINCE.items():
        if option in body.get("options", {}) and not facts.has(since):
            raise Failure(
                f"opt.{option}: this option needs Podman {since} or later, and the host has {facts.version_text}; "
                "leave it out or install a newer Podman."
            )
    body.setdefault("dns_enabled", body.get("ipam_options", {}).get("driver") != "none")
    body.setdefault("driver", "bridge")
    return Request("POST", "networks/create", None, body)


def _require_inside(subnet: Mapping[str, Any]) -> None:
    """Refuse a gateway or range outside of its subnet, of which Podman only tells when it is too late."""
    whole = ipaddress.ip_network(subnet["subnet"])
    inside = {
        "gateway": [subnet.get("gateway")],
        "ip_range": [(subnet.get("lease_range") or {}).get(key) for key in ("start_ip", "end_ip")],
    }
    for option, addresses in inside.items():
        for address in addresses:
            if address is not None and ipaddress.ip_address(address) not in whole:
                raise Failure(
                    f"{option}: {address} was given, and an address in the subnet {whole} is needed."
                )


def update(name: str, spec: Spec, inspect: Mapping[str, Any]) -> Request:
    """The request that changes in place what can be: the servers for names outside, in their order."""
    there, wanted = inspect.get("network_dns_servers") or [], spec.get("dns", [])
    body = {"removednsservers": there, "adddnsservers": wanted}
    return Request(
        "POST", f"networks/{name}/update", None, {key: value for key, value in body.items() if value}
    )


def as_it_was(inspect: Mapping[str, Any]) -> Request:
    """The request that makes a network that is gone once more, with its record."""
    body = {key: inspect[key] for key in MADE_OF if inspect.get(key)}
    return Request("POST", "networks/create", None, body)


def shown(inspect: Mapping[str, Any]) -> dict[str, Any]:
    """A network as the task returns it."""
    keys = ["name", "id", "driver", "network_interface", "subnets", "dns_enabled", "internal", "ipv6_enabled"]
    return {key: inspect.get(key) for key in keys}


NETWORK = SimpleKind("network", TABLE, "networks", "name", "labels", create, shown)
