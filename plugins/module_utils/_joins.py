# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which containers a network connects: what is declared, what is there, and what has to happen (pure)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import _errors, _networks, _options, _plan, _record, _values

Settings = dict[str, Any]  # as Podman's connect takes them: static_ips, static_mac, aliases, interface_name
Inspect = Mapping[str, Any]
KEYS = ("name", "ip", "ip6", "mac", "aliases", "interface_name")


def parse(raw: Any) -> dict[str, Settings]:
    """The containers that the task declares, with the settings that it gives them. Raises Failure."""
    declared: dict[str, Settings] = {}
    for each in _values.as_list(raw or []):
        entry = {"name": each} if isinstance(each, str) else each
        if not isinstance(entry, Mapping) or not entry.get("name"):
            raise _errors.Failure(
                f"connected: {each!r} was given, and a container's name or a map of {', '.join(KEYS)} is needed."
            )
        name = str(entry["name"])
        unknown = sorted(set(map(str, entry)) - set(KEYS))
        if unknown:
            raise _errors.Failure(
                f"connected[{name}]: {unknown[0]} was given, and only {', '.join(KEYS)} are known."
            )
        if not _values.OBJECT_NAME.fullmatch(name) or name in declared:
            raise _errors.Failure(
                f"connected: {name!r} was given, and the name of a container is needed, each once."
            )
        try:
            declared[name] = _settings(entry)
        except ValueError as error:
            raise _errors.Failure(f"connected[{name}]: {error} is needed.") from None
    return declared


def _settings(entry: Mapping[str, Any]) -> Settings:
    settings: Settings = {}
    addresses = []
    for key, version in (("ip", 4), ("ip6", 6)):
        if entry.get(key) is not None:
            try:
                addresses.append(_networks.Address(version).parse(entry[key]))
            except ValueError as error:
                raise ValueError(f"{key}: {entry[key]!r} was given, and {error}") from None
    if addresses:
        settings["static_ips"] = addresses
    if entry.get("mac") is not None:
        try:
            settings["static_mac"] = _networks.MacAddress().parse(entry["mac"])
        except ValueError as error:
            raise ValueError(f"mac: {entry['mac']!r} was given, and {error}") from None
    if entry.get("aliases"):
        settings["aliases"] = sorted({_values.as_line(each) for each in _values.as_list(entry["aliases"])})
    if entry.get("interface_name"):
        settings["interface_name"] = _values.as_line(entry["interface_name"])
    return settings


def joined(inspect: Inspect, network: str) -> Mapping[str, Any] | None:
    """What inspect shows of a container on that network, None where it has not joined it."""
    found = (_options.get_path(inspect, "NetworkSettings.Networks") or {}).get(network)
    return found if isinstance(found, Mapping) else None


def without(inspect: Inspect, network: str) -> Inspect:
    """A container as it will be when the network has gone."""
    settings = dict(inspect.get("NetworkSettings") or {})
    settings["Networks"] = {
        name: each for name, each in (settings.get("Networks") or {}).items() if name != network
    }
    return {**inspect, "NetworkSettings": settings}


def require_connectable(inspect: Inspect, name: str) -> None:
    """Refuse a container that can join no network."""
    mode = str(_options.get_path(inspect, "HostConfig.NetworkMode") or "")
    if mode.startswith("container:"):
        raise _errors.Failure(
            f"connected[{name}]: it uses the network of another container, and one of its own is needed; name that one "
            "(in a pod: the infra container)."
        )
    if mode != "bridge":
        raise _errors.Failure(
            f"connected[{name}]: its network is {mode or 'unknown'}, and Podman only connects a container that has joined a network; "
            "declare its network with rootless.podman.container."
        )


def step(network: str, name: str, inspect: Inspect, wanted: Settings) -> _plan.Step | None:
    """Connect a container, or connect it anew with other settings; None where all is as wanted."""
    there = joined(inspect, network)
    after = shown(network, wanted)
    if there is None:
        reasons = (_plan.Reason("connected", _plan.DECLARED, None, after),)
        return _plan.Step("connect", "container", name, reasons, {"settings": wanted})
    if fits(there, wanted):
        return None
    reasons = (_plan.Reason("connected", _plan.CHANGED, shown(network, _reported(there)), after),)
    return _plan.Step("connect", "container", name, reasons, {"settings": wanted, "was": inspect})


def away(network: str, name: str, inspect: Inspect) -> _plan.Step:
    """Take a container off the network."""
    reasons = (_plan.Reason("connected", _plan.CHANGED, network, None),)
    return _plan.Step("disconnect", "container", name, reasons, {"was": inspect})


def fits(there: Mapping[str, Any], wanted: Settings) -> bool:
    """Whether a container has joined as declared. A stopped one shows no addresses, and no one its interface's name."""
    reported = _reported(there)
    if reported.get("static_ips"):
        if not set(wanted.get("static_ips", [])) <= set(reported["static_ips"]):
            return False
        if wanted.get("static_mac") not in (None, reported.get("static_mac")):
            return False
    return set(wanted.get("aliases", [])) <= set(reported.get("aliases", []))


def _reported(there: Mapping[str, Any]) -> Settings:
    addresses = [str(there[key]) for key in ("IPAddress", "GlobalIPv6Address") if there.get(key)]
    mac = str(there.get("MacAddress") or "").lower()
    told = {"static_ips": addresses, "static_mac": mac, "aliases": list(there.get("Aliases") or [])}
    return {key: value for key, value in told.items() if value}


def kept(inspect: Inspect, network: str, fixed: bool = False) -> Settings:
    """The settings with which a container can join again: its aliases, but those that Podman gives every container.

    With ``fixed`` its addresses as well, as far as it shows any.
    """
    own = str(inspect.get("Id"))[:12]
    told = _reported(joined(inspect, network) or {})
    aliases = sorted(each for each in told.pop("aliases", []) if each != own)
    return {**(told if fixed else {}), **({"aliases": aliases} if aliases else {})}


def require_inside(settings: Settings, name: str, subnets: Sequence[Mapping[str, Any]]) -> None:
    """Refuse an address that is in none of the network's subnets, or a gateway's: Podman finds out by half, or never."""
    wholes = [ipaddress.ip_network(each["subnet"]) for each in subnets]
    gateways = [each.get("gateway") or str(whole[1]) for each, whole in zip(subnets, wholes)]
    for address in settings.get("static_ips", []):
        inside = any(ipaddress.ip_address(address) in each for each in wholes)
        if wholes and (not inside or address in gateways):
            raise _errors.Failure(
                f"connected[{name}]: {address} was given, and an address in {' or '.join(map(str, wholes))} is needed that is no gateway's "
                f"({', '.join(gateways)})."
            )


def shown(network: str, settings: Settings) -> str:
    """Settings as a person would write them behind the network's name."""
    words = [f"ip={each}" for each in settings.get("static_ips", [])]
    words += [f"mac={settings['static_mac']}"] if settings.get("static_mac") else []
    words += [f"alias={each}" for each in settings.get("aliases", [])]
    words += [f"interface_name={settings['interface_name']}"] if settings.get("interface_name") else []
    return f"{network}:{','.join(words)}" if words else network


_FIXED_WORD = re.compile(r"--(ip|ip6|mac-address)(=|$)")
_FIXED_PART = re.compile(r"(^|[:,=])(ip6?|mac|interface_name|host_interface_name)=")


def may_be_fixed(inspect: Inspect, network: str, recorded: Mapping[str, str] | None, key: bytes) -> bool:
    """Whether a container may have a fixed address there: Podman never tells, so the way in which it was made has to.

    ``recorded`` is the record of the container, or of the pod whose infra container it is.
    """
    if recorded is not None:
        if {"ip", "ip6", "mac_address"} & set(recorded):
            return True
        names = sorted(_options.get_path(inspect, "NetworkSettings.Networks") or {})
        return recorded.get("network") not in [
            _record.digest(key, _plain(names)),
            _record.digest(key, _plain([network])),
        ]
    command: Sequence[str] = _options.get_path(inspect, "Config.CreateCommand") or []
    if not command:
        return True
    return any(
        _FIXED_WORD.match(word)
        or (before in ("--network", "--net") and _FIXED_PART.search(word))
        or (word.startswith(("--network=", "--net=")) and _FIXED_PART.search(word.partition("=")[2]))
        for before, word in zip(["", *command], command)
    )


def _plain(names: Sequence[str]) -> dict[str, Any]:
    """A container's option ``network`` in its typed form, with nothing but names."""
    return {"mode": "bridge", "value": "", "networks": {name: {} for name in names}, "options": []}
