# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which /30 a host gets.  Pure."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Any, NamedTuple

from .errors import TestbedError
from .names import short_hash

# Outside 10.88.0.0/16 and 10.89.0.0/16 (Podman's own); several, because a machine may route any one of them
POOLS = tuple(
    IPv4Network(pool) for pool in ("10.213.0.0/17", "172.29.0.0/17", "100.113.0.0/17", "192.168.213.0/24")
)
NEVER = (IPv4Network("10.88.0.0/15"),)


class Subnet(NamedTuple):
    """A /30: the machine has the first address, the host the second."""

    number: int
    net: IPv4Network


def total() -> int:
    """How many subnets there are in all pools."""
    return sum(pool.num_addresses // 4 for pool in POOLS)


def subnet_at(index: int) -> Subnet:
    """The subnet with this number, counted through all pools."""
    rest = index
    for pool in POOLS:
        count = pool.num_addresses // 4
        if rest < count:
            return Subnet(index, IPv4Network((int(pool.network_address) + 4 * rest, 30)))
        rest -= count
    raise IndexError(index)


def choose(wish: str, taken: Iterable[IPv4Network]) -> Subnet:
    """The first free subnet from the place that the wish points to: the same host tends to keep its address."""
    used = list(taken) + list(NEVER)
    count = total()
    start = int(short_hash(wish), 16) % count
    for step in range(count):
        candidate = subnet_at((start + step) % count)
        if not any(candidate.net.overlaps(net) for net in used):
            return candidate
    raise TestbedError("every subnet that the testbed could use is taken or routed by this machine")


def networks_in(
    addresses: list[dict[str, Any]], routes: list[dict[str, Any]], nameservers: Iterable[str] = ()
) -> list[IPv4Network]:
    """Every IPv4 network that `ip -j addr` and `ip -j route` mention; the default route does not count."""
    texts = [
        f"{info.get('local')}/{info.get('prefixlen')}"
        for link in addresses
        for info in link.get("addr_info", ())
    ]
    texts += [str(route.get("dst")) for route in routes]
    texts += list(nameservers)
    found = []
    for text in texts:
        try:
            net = IPv4Network(text, strict=False)
        except ValueError:
            continue  # "default", IPv6 and the like
        if net.prefixlen:
            found.append(net)
    return found
