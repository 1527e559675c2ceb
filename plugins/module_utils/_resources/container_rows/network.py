# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows about the networks that a container joins and the names that it knows (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._networks import (
    Address,
    MacAddress,
    NameServers,
    NetworkList,
    reported_networks,
    write_aliases,
)
from ..._options import Body, Facts, Option
from ..._ports import ExposedPorts, Ports
from ..._values import Flag, Lines, Names, Pairs, Text


def write_hosts(value: Mapping[str, str], body: Body, _facts: Facts) -> None:
    """Lines for /etc/hosts as name:address."""
    body["hostadd"] = [f"{name}:{address}" for name, address in value.items()]


def _read_hosts(inspect: Mapping[str, Any]) -> dict[str, str]:
    told = (inspect.get("HostConfig") or {}).get("ExtraHosts") or []
    return dict(each.split(":", 1) for each in told if ":" in each)


DNS = NameServers("dns_server", "use_image_resolve_conf")
ROWS = [
    Option("publish", Ports(), "portmappings", "HostConfig.PortBindings", ("ports", "published", "published_ports")),
    Option("publish_all", Flag(), "publish_image_ports", "HostConfig.PublishAllPorts"),
    Option("expose", ExposedPorts(), aliases=("exposed", "exposed_ports"), write=ExposedPorts.write),
    Option(
        "network", NetworkList(), aliases=("net", "network_mode", "networks"), write=NetworkList.write,
        read=reported_networks, drift=True,
    ),
    Option("network_aliases", Names(), aliases=("network_alias",), write=write_aliases),
    Option("ip", Address(4), write=Address(4).write),
    Option("ip6", Address(6), write=Address(6).write),
    Option("mac_address", MacAddress(), write=MacAddress.write),
    Option("dns", DNS, state="HostConfig.Dns", aliases=("dns_servers",), write=DNS.write),
    Option("dns_search", Lines(), "dns_search", "HostConfig.DnsSearch", ("dns_search_domains",)),
    Option("dns_option", Lines(), "dns_option", "HostConfig.DnsOptions", ("dns_opts",)),
    Option("etc_hosts", Pairs(), aliases=("add_hosts",), write=write_hosts, read=_read_hosts),
    Option("hosts_file", Text(), "base_hosts_file", "HostConfig.HostsFile", since="5.4"),
    Option("no_hosts", Flag(), "use_image_hosts"),
    Option("hostname", Text(), "hostname", "Config.Hostname"),
    Option("no_hostname", Flag(), "use_image_hostname", since="5.4"),
]  # fmt: skip
