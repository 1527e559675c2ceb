# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pods: two values for every row, in the order of the rows."""

from __future__ import annotations

from .case import case
from .container import NETWORK, NETWORK6, OTHER, VOLUME

# Without any option a task would speak of the state alone.
BASE = {"wait": False, "label": {"walk": "yes"}}

CASES = {
    "label": case({"app": "a"}, {"app": "A"}, hostname="a"),
    "publish": case(["18097:80"], ["127.0.0.1:18096:80/udp"]),
    "network": case([NETWORK], [NETWORK6]),
    "network_alias": case(["a"], ["b"], network=[NETWORK]),
    "ip": case("10.77.3.210", "10.77.3.211", network=[NETWORK]),
    "ip6": case("fd77:3::f210", "fd77:3::f211", network=[NETWORK6]),
    "mac_address": case("92:d0:c6:0a:29:43", "92:d0:c6:0a:29:44", network=[NETWORK]),
    "userns": case("nomap", "keep-id"),
    "uidmap": case(["0:1:1000"], ["0:1:2000"]),
    "gidmap": case(["0:1:1000"], ["0:1:2000"]),
    "hostname": case("a", "b"),
    "no_hostname": case(True, False),
    "share": case("net,ipc", "none"),
    "share_parent": case(False, True),
    "pid": case("host", "private"),
    "uts": case("host", "private"),
    "ipc": case("host", "shareable"),
    "infra": case(False, True, start=False),
    "infra_name": case("walk-infra-a", "walk-infra-b"),
    "infra_command": case(["/catatonit", "-P"], start=False),
    "infra_conmon_pidfile": case("/tmp/walk-pod-a.pid", "/tmp/walk-pod-b.pid"),
    "dns": case(["1.1.1.1", "9.9.9.9"], ["9.9.9.9", "1.1.1.1"]),
    "dns_search": case(["a.example"], ["b.example"]),
    "dns_opt": case(["ndots:1"], ["ndots:2"]),
    "add_host": case({"db": "10.0.0.1"}, {"db": "10.0.0.2"}),
    "hosts_file": case("none", "image"),
    "no_hosts": case(True, False),
    "volume": case([f"{VOLUME}:/data"], [f"{VOLUME}:/data:ro"]),
    "volumes_from": case([OTHER], [f"{OTHER}:ro"]),
    "device": case(["/dev/null:/dev/walk"], ["/dev/zero:/dev/walk"]),
    "restart_policy": case("always", "on-failure"),
    "exit_policy": case("stop", "continue"),
    "security_opt": case(["no-new-privileges"], ["label=disable"]),
    "sysctl": case({"net.ipv4.ip_unprivileged_port_start": 0}, {"net.ipv4.ip_unprivileged_port_start": 80}),
    "shm_size": case("32m", "33m"),
    "shm_size_systemd": case("32m", "33m"),
    "memory": case("64m", "65m"),
    "memory_swap": case("128m", "-1", memory="64m"),
    "cpus": case("0.5", "0.75"),
    "cpu_shares": case(512, 2048),
    "cpuset_cpus": case("0", "0-1"),
    "cpuset_mems": case("0"),
    "blkio_weight": case(100, 200),
    "cgroup_parent": case("user.slice", "app.slice"),
    "spec_fields": case({"hostname": "a"}, {"hostname": "b"}),
}
# What these hosts cannot walk, and why.
NOT_HERE = {
    "gpus": "needs a GPU and its CDI description",
    "infra_image": "needs a registry with a second infra image; the property tests cover it",
}
