# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks: the option table, and the requests that make and change one (pure)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

from .. import _errors, _network_values, _options, _values
from . import simple

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
    def write(value: Any, body: _options.Body, _facts: _options.Facts) -> None:
        body.setdefault("subnets", [{}])[0][key] = value

    return write


class DnsSwitch(_values.Flag):
    """disable_dns; the API asks the opposite."""

    def body(self, value: bool) -> bool:
        return not value

    def reported(self, raw: Any) -> bool:
        return not raw


TABLE = _options.OptionTable(
    "network",
    [
        _options.Option("driver", _values.Text(), "driver", "driver"),
        _options.Option(
            "subnet", _network_values.Subnet(), write=_write_subnet("subnet"), read=_first_subnet("subnet")
        ),
        _options.Option(
            "gateway",
            _network_values.Address(),
            write=_write_subnet("gateway"),
            read=_first_subnet("gateway"),
        ),
        _options.Option(
            "ip_range",
            _network_values.AddressRange(),
            write=_write_subnet("lease_range"),
            read=_first_subnet("lease_range"),
        ),
        _options.Option("net_config", _network_values.SubnetList(), "subnets", "subnets"),
        _options.Option("ipv6", _values.Flag(), "ipv6_enabled", "ipv6_enabled"),
        _options.Option("internal", _values.Flag(), "internal", "internal"),
        _options.Option("disable_dns", DnsSwitch(), "dns_enabled", "dns_enabled"),
        _options.Option(
            "dns",
            _network_values.ServerAddresses(),
            "network_dns_servers",
            "network_dns_servers",
            since="4.4",
            live="4.4",
        ),
        _options.Option("route", _network_values.Route(), "routes", "routes", ("routes",), since="4.6"),
        _options.Option(
            "ipam_driver",
            _values.Text(["host-local", "dhcp", "none"]),
            "ipam_options.driver",
            "ipam_options.driver",
        ),
        _options.Option(
            "opt",
            _network_values.Drivers(),
            write=_network_values.Drivers.write,
            read=_network_values.Drivers.read,
            aliases=("options",),
        ),
        _options.Option("interface_name", _values.Text(), "network_interface", "network_interface"),
        _options.Option("label", _values.Pairs(), "labels", "labels", ("labels",)),
    ],
)


def create(
    name: str, body: _options.Body, labels: dict[str, str], _params: Mapping[str, Any], facts: _options.Facts
) -> simple.Request:
    """The request that makes a network; names resolve in it unless the task says otherwise, as with the CLI."""
    body = dict(body, name=name, labels={**body.get("labels", {}), **labels})
    if "subnet" not in body.get("subnets", [{"subnet": ""}])[0]:
        raise _errors.Failure(
            "gateway, ip_range: they lie in a subnet, and none was given; declare subnet as well."
        )
    for subnet in body.get("subnets", []):
        _require_inside(subnet)
    for option, since in DRIVER_OPTIONS_SINCE.items():
        if option in body.get("options", {}) and not facts.has(since):
            raise _errors.Failure(
                f"opt.{option}: this option needs Podman {since} or later, and the host has {facts.version_text}; "
                "leave it out or install a newer Podman."
            )
    body.setdefault("dns_enabled", body.get("ipam_options", {}).get("driver") != "none")
    body.setdefault("driver", "bridge")
    return simple.Request("POST", "networks/create", None, body)


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
                raise _errors.Failure(
                    f"{option}: {address} was given, and an address in the subnet {whole} is needed."
                )


def update(name: str, spec: _options.Spec, inspect: Mapping[str, Any]) -> simple.Request:
    """The request that changes in place what can be: the servers for names outside, in their order."""
    there, wanted = inspect.get("network_dns_servers") or [], spec.get("dns", [])
    body = {"removednsservers": there, "adddnsservers": wanted}
    return simple.Request(
        "POST", f"networks/{name}/update", None, {key: value for key, value in body.items() if value}
    )


def as_it_was(inspect: Mapping[str, Any]) -> simple.Request:
    """The request that makes a network that is gone once more, with its record."""
    body = {key: inspect[key] for key in MADE_OF if inspect.get(key)}
    return simple.Request("POST", "networks/create", None, body)


def shown(inspect: Mapping[str, Any]) -> dict[str, Any]:
    """A network as the task returns it."""
    keys = ["name", "id", "driver", "network_interface", "subnets", "dns_enabled", "internal", "ipv6_enabled"]
    return {key: inspect.get(key) for key in keys}


NETWORK = simple.SimpleKind("network", TABLE, "networks", "name", "labels", create, shown)
