# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from testbed_lib import subnet
from testbed_lib.errors import TestbedError


def test_numbers_lead_to_disjoint_subnets_in_the_pools() -> None:
    nets = [subnet.subnet_at(number).net for number in range(subnet.total())]
    assert len(set(nets)) == subnet.total()
    assert {net.prefixlen for net in nets} == {30}
    assert all(
        any(net.subnet_of(pool) for pool in subnet.POOLS) for net in (nets[0], nets[-1], nets[len(nets) // 2])
    )
    with pytest.raises(IndexError):
        subnet.subnet_at(subnet.total())


def test_pools_stay_clear_of_podmans_own_networks() -> None:
    assert not any(pool.overlaps(net) for pool in subnet.POOLS for net in subnet.NEVER)


def test_the_same_wish_gets_the_same_subnet_while_it_is_free() -> None:
    first = subnet.choose("tb-web", [])
    assert subnet.choose("tb-web", []) == first
    assert not subnet.choose("tb-web", [first.net]).net.overlaps(first.net)


def test_a_routed_pool_is_passed_over() -> None:
    routed = [IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12")]
    for wish in ("a", "b", "c", "d", "e", "f"):
        assert not any(subnet.choose(wish, routed).net.overlaps(net) for net in routed)


def test_nothing_free_is_a_sentence() -> None:
    with pytest.raises(TestbedError, match="taken or routed"):
        subnet.choose("a", list(subnet.POOLS))


def test_networks_of_the_machine() -> None:
    addresses = [
        {"ifname": "lo", "addr_info": [{"family": "inet6", "local": "::1", "prefixlen": 128}]},
        {"ifname": "eth0", "addr_info": [{"family": "inet", "local": "10.213.0.9", "prefixlen": 24}]},
        {"ifname": "ifb0"},
    ]
    routes = [{"dst": "default"}, {"dst": "172.29.0.0/16"}, {"dst": "192.168.213.7"}, {"dst": "0.0.0.0/0"}]
    found = subnet.networks_in(addresses, routes, ["100.113.0.53", "fe80::1%eth0"])
    assert [str(net) for net in found] == [
        "10.213.0.0/24",
        "172.29.0.0/16",
        "192.168.213.7/32",
        "100.113.0.53/32",
    ]
