# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cable for each host: network namespace and veth pair (a tap for a virtual machine), a small subnet, and masquerading in a
table of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import base, machine, subnet
from .disk import machine_locked
from .record import Host
from .work import run, run_json

NET = Path("/sys/class/net")


def netns(host: Host) -> Path:
    """Where `ip netns` keeps a host's network namespace."""
    return machine.NETNS / host.machine


def connect(host: Host) -> Host:
    """Give a host its network; one that it still has is left alone."""
    with machine_locked():
        if is_connected(host):
            return host
        _disconnect(host)
        taken = subnet.networks_in(
            run_json(["ip", "-j", "addr"]),
            run_json(["ip", "-j", "-4", "route", "show", "table", "all"]),
            base.nameservers(base.resolver_file()),
        )
        host = host.with_subnet(subnet.choose(host.machine, taken)).save()
        machine.prepare([link["ifname"] for link in _uplinks()])
        mtu = _uplinks()[0].get("mtu") if _uplinks() else None
        _lay_tap(host, mtu) if host.vm else _lay_veth(host, mtu)
        run(["ip", "addr", "add", f"{host.gateway}/30", "dev", host.veth])
        run(["ip", "link", "set", host.veth, "up"])
        machine.forwarding(host.veth).write_text("1")
        _masquerade(host)
    return host


def _lay_veth(host: Host, mtu: int | None) -> None:
    """The host's end is ready before it boots: it needs nothing inside that sets up a network."""
    size = ["mtu", str(mtu)] if mtu else []
    inside = ["ip", "-n", host.machine]
    run(["ip", "netns", "add", host.machine])
    cable = ["ip", "link", "add", host.veth, *size, "type", "veth"]
    run([*cable, "peer", "name", "host0", *size, "netns", host.machine])
    run([*inside, "link", "set", "lo", "up"])
    run([*inside, "addr", "add", f"{host.address}/30", "dev", "host0"])
    run([*inside, "link", "set", "host0", "up"])
    run([*inside, "route", "add", "default", "dev", "host0", "via", host.gateway])


def _lay_tap(host: Host, mtu: int | None) -> None:
    """The other end is the card of a virtual machine, which has the machine's namespace and learns its address when it boots."""
    run(["ip", "tuntap", "add", "dev", host.veth, "mode", "tap"])
    if mtu:
        run(["ip", "link", "set", host.veth, "mtu", str(mtu)])


def mtu_of(host: Host) -> str:
    """What fits through a host's cable."""
    return (NET / host.veth / "mtu").read_text().strip()


def is_connected(host: Host) -> bool:
    """Namespace and cable are there (they are not after the machine itself was restarted)."""
    return bool(host.veth) and (host.vm or netns(host).exists()) and (NET / host.veth).exists()


def is_cut(host: Host) -> bool:
    """Whether `testbed cut` has been here."""
    try:
        return not int((NET / host.veth / "flags").read_text(), 16) & 1
    except OSError:
        return True


def set_cable(host: Host, plugged: bool) -> None:
    """Pull the cable out, or put it back: the host sees its carrier go and come."""
    run(["ip", "link", "set", host.veth, "up" if plugged else "down"])


def disconnect(host: Host) -> None:
    """Take away what `connect` made, and what all hosts share when this was the last one."""
    if host.veth:  # else nothing was made, and what bears the name is not ours
        with machine_locked():
            _disconnect(host)


def _disconnect(host: Host) -> None:
    if host.veth and (NET / host.veth).exists():
        run(["ip", "link", "delete", host.veth])
    if host.veth and netns(host).exists():
        run(["ip", "netns", "delete", host.machine])
    tables = _tables()
    if host.veth and host.table in tables:
        run(["nft", "delete", "element", "ip", host.table, "hosts", f"{{ {host.address} }}"], check=False)
        if "elements" not in run(["nft", "list", "set", "ip", host.table, "hosts"]).stdout:
            run(["nft", "delete", "table", "ip", host.table])
            tables.remove(host.table)
    if not tables:
        machine.restore()


def _uplinks() -> list[dict[str, Any]]:
    """The devices of the machine's default routes, those with the smallest MTU first."""
    names = {route.get("dev") for route in run_json(["ip", "-j", "-4", "route", "show", "default"])}
    links = [link for link in run_json(["ip", "-j", "link"]) if link.get("ifname") in names]
    return sorted(links, key=lambda link: link.get("mtu", 0))


def _tables() -> list[str]:
    """The tables of all testbeds on this machine."""
    listed = run_json(["nft", "-j", "list", "tables", "ip"]).get("nftables", [])
    names = [item["table"]["name"] for item in listed if "table" in item]
    return [name for name in names if name.startswith("testbed_")]


def _masquerade(host: Host) -> None:
    if host.table not in _tables():
        rule = f'ip saddr @hosts oifname != "{host.prefix}v*" masquerade'
        chain = f"chain postrouting {{ type nat hook postrouting priority 100; policy accept; {rule}; }}"
        run(
            ["nft", "-f", "-"],
            stdin=f"table ip {host.table} {{ set hosts {{ type ipv4_addr; }}; {chain}; }}\n",
        )
    run(["nft", "add", "element", "ip", host.table, "hosts", f"{{ {host.address} }}"])
