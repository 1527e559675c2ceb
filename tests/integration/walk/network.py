# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks: two values for every row, in the order of the rows."""

from __future__ import annotations

from .case import case

BASE = {}
A, B = "10.78.1.0/24", "10.78.2.0/24"

CASES = {
    "driver": case("bridge", "macvlan", subnet="10.78.3.0/24"),
    "subnet": case(A, B),
    "gateway": case("10.78.4.7", "10.78.4.8", subnet="10.78.4.0/24"),
    "ip_range": case("10.78.5.128/25", "10.78.5.10-10.78.5.20", subnet="10.78.5.0/24"),
    "net_config": case(
        [{"subnet": "10.78.6.0/24", "gateway": "10.78.6.9"}, {"subnet": "fd78:6::/64"}],
        [{"subnet": "10.78.7.0/24", "ip_range": "10.78.7.0/25"}, {"subnet": "10.78.8.0/24"}],
    ),
    "ipv6": case(True, False),
    "internal": case(True, False),
    "disable_dns": case(True, False),
    "dns": case(["1.1.1.1", "9.9.9.9"], ["9.9.9.9", "8.8.8.8"]),
    "route": case(
        ["10.99.0.0/24,10.78.9.7"], ["10.99.0.0/24,10.78.9.7,50", "10.98.0.0/24,10.78.9.8"],
        subnet="10.78.9.0/24",
    ),
    "ipam_driver": case("none", "host-local"),
    "opt": case({"mtu": 1400, "isolate": True}, {"mtu": 1300, "bridge_name": "walkbr2"}),
    "interface_name": case("walkbr0", "walkbr1"),
    "label": case({"app": "a"}, {"app": "A"}),
}  # fmt: skip
# What these hosts cannot walk, and why.
NOT_HERE: dict[str, str] = {}
