# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network of a service: the ports that it publishes, the networks and namespaces that it joins (pure)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from .objects import Objects
from .places import Place

Names = Callable[[str], list[str]]
JOINED = ("aliases", "ipv4_address", "ipv6_address", "mac_address", "interface_name")
# Modes of a network that is the host's, another container's or none.
WITHOUT_PORTS = ("host", "none", "container", "service")
# What two containers can share, besides the network: which values each takes besides service:NAME and container:NAME.
SHARED = {"ipc": ("private", "host", "shareable", "none"), "pid": ("private", "host")}


def published(service: Mapping[str, Any], address: str, place: Place) -> list[str]:
    """Ports as ADDRESS:HOST:CONTAINER/PROTOCOL; ``address`` where the file names none."""
    found = []
    for index, raw in enumerate(service.get("ports") or []):
        at = place.entry(index)
        entry = at.mapping(raw)
        # name and app_protocol are for readers, mode is about several hosts.
        at.known(entry, ("target", "published", "host_ip", "protocol", "mode", "name", "app_protocol"))
        target = at.at("target").number(entry.get("target"))
        host = str(entry["published"]) if entry.get("published") not in (None, "", 0, "0") else ""
        if not re.fullmatch(r"\d*", host):
            at.refuse(f"Podman chooses no free port of the range {host}", "write one port of the host")
        outside = str(entry.get("host_ip") or address)
        try:
            outside = f"[{outside}]" if ipaddress.ip_address(outside).version == 6 else outside
        except ValueError:
            at.needs(outside, "an address of the host")
        protocol = entry.get("protocol", "tcp")
        if protocol not in ("tcp", "udp", "sctp"):
            at.at("protocol").needs(protocol, "tcp, udp or sctp")
        found.append(f"{outside}:{host}:{target}{'' if protocol == 'tcp' else f'/{protocol}'}")
    return found


def joined(
    service: Mapping[str, Any],
    name: str,
    also: list[str],
    objects: Objects,
    names: Names,
    place_of: Callable[[str], Place],
) -> list[str]:
    """The ``network`` of a container: NAME:alias=...,ip=..., or a mode. ``also`` are further names that links give it."""
    mode = service.get("network_mode")
    if mode is not None:
        place = place_of("network_mode")
        if service.get("networks"):
            place.refuse("a service with network_mode joins no networks", "take one of them out")
        text = place.text(mode)
        if service.get("ports") and text.partition(":")[0] in WITHOUT_PORTS:
            place_of("ports").refuse(
                f"a service with network_mode: {text} has no ports of its own", "take one of them out"
            )
        return [_mode(text, names, place)]
    place = place_of("networks")
    found = []
    mac = service.get("mac_address")
    for key, raw in (service.get("networks") or {"default": {}}).items():
        at = place.at(key)
        given = at.mapping(raw)
        for wanted in ("priority", "gw_priority"):
            if given.get(wanted):
                at.at(wanted).refuse(
                    "Podman joins networks in no order of a file", "take it out, or name it in without"
                )
        for wanted in ("link_local_ips", "driver_opts"):
            if given.get(wanted):
                at.at(wanted).refuse("Podman has none for one container in a network", "take it out")
        at.known(given, (*JOINED, "priority", "gw_priority", "link_local_ips", "driver_opts"))
        aliases = [name, *at.listed(given.get("aliases")), *also]
        parts = [f"alias={each}" for each in dict.fromkeys(aliases)]
        parts += [f"ip={given['ipv4_address']}"] if given.get("ipv4_address") else []
        parts += [f"ip6={given['ipv6_address']}"] if given.get("ipv6_address") else []
        if given.get("mac_address") or mac:
            parts.append(f"mac={given.get('mac_address') or mac}")
            mac = None
        parts += [f"interface_name={given['interface_name']}"] if given.get("interface_name") else []
        found.append(f"{objects.network(key, at)}:{','.join(parts)}")
    return found


def _mode(mode: str, names: Names, place: Place) -> str:
    kind, _colon, other = mode.partition(":")
    if kind == "service" and other:
        return f"container:{one(other, names, place)}"
    known = ("host", "none", "bridge", "private", "pasta", "slirp4netns")
    if mode not in known and kind not in ("container", "pasta", "slirp4netns"):
        place.needs(mode, "host, none, bridge, service:NAME or container:NAME")
    return mode


def shared(key: str, value: Any, names: Names, place: Place) -> str:
    """``ipc`` and ``pid``."""
    text = place.text(value)
    kind, _colon, other = text.partition(":")
    if kind == "service" and other:
        return f"container:{one(other, names, place)}"
    if text not in SHARED[key] and not (kind == "container" and other):
        place.needs(value, f"one of {', '.join(SHARED[key])}, service:NAME or container:NAME")
    return text


def one(service: str, names: Names, place: Place) -> str:
    """The one container of a service that another shares something with. Raises Failure."""
    found = names(service)
    if not found:
        place.refuse(
            f"the service {service} is not there, or not in an active profile",
            "declare it, or activate its profile",
        )
    return found[0]


def links(service: Mapping[str, Any], place: Place) -> list[tuple[str, str]]:
    """Pairs of a service and the name under which the linking one knows it."""
    found = []
    for index, each in enumerate(service.get("links") or []):
        other, _colon, alias = place.entry(index).text(each).partition(":")
        found.append((other, alias or other))
    return found
