# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``deploy`` and ``switch`` of an app's container: what they say, what they refuse, and the container that the switch is (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .. import _arguments, _container_wanted, _errors, _networks, _switch, _values

REPLACE, BLUE_GREEN = "replace", "blue_green"
OPTIONS = ("deploy", "switch")
SWITCH: dict[str, dict[str, Any]] = {
    "image": {"type": "str", "required": True},
    "publish": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
    "check": {"type": "str", "required": True},
    "drain_timeout": {"type": "str", "default": "30s"},
}
SECOND = 10**9
# [ADDRESS:]PORT of the host.
_PUBLISH = re.compile(r"((\[[0-9A-Fa-f:.]+\]|[0-9]{1,3}(\.[0-9]{1,3}){3}):)?([0-9]{1,5})")
# What can stand in a request line without changing the request.
_CHECK = re.compile(r"/[A-Za-z0-9/_.~?=&:@+,;!*()%-]{0,500}")
# Options with which no two containers can be there side by side, and why.
ALONE = {
    "publish": "the switch owns the port; write it into switch.publish",
    "publish_all": "the switch owns the port; write it into switch.publish",
    "ip": "two versions cannot have one address; take it out",
    "ip6": "two versions cannot have one address; take it out",
    "mac_address": "two versions cannot have one address; take it out",
    "volumes_from": "two versions would write side by side; name the volumes, read-only",
    "rm": "the old version has to stay until the new one has proved itself; take it out",
}
# Nobody: what the switch runs as.
NOBODY = "65534:65534"
SECONDS_TO_STOP = 3


def without(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A container's parameters without those that only apps know."""
    return {key: value for key, value in raw.items() if key not in OPTIONS}


def options(raw: Mapping[str, Any], where: str) -> Mapping[str, Any] | None:
    """What ``switch`` says, checked; None for a container that is replaced. Raises Failure."""
    switch, deploy = raw.get("switch"), raw.get("deploy")
    if deploy is None:
        deploy = BLUE_GREEN if switch is not None else REPLACE
    if deploy not in (REPLACE, BLUE_GREEN):
        raise _errors.Failure(
            f"{where}deploy: {deploy!r} was given, and {REPLACE} or {BLUE_GREEN} is needed."
        )
    if deploy == REPLACE and switch is None:
        return None
    if deploy == REPLACE:
        raise _errors.Failure(f"{where}switch: was given beside deploy: {REPLACE}; take one of them out.")
    if not isinstance(switch, Mapping):
        found = "missing" if switch is None else f"{switch!r} was given"
        raise _errors.Failure(
            f"{where}switch: {found}, and deploy: {BLUE_GREEN} needs a map of image, publish, port and check, because something has to "
            "move the traffic."
        )
    told = _arguments.checked(switch, SWITCH, f"{where}switch", "apps")
    if not 0 < told["port"] < 65536:
        raise _errors.Failure(
            f"{where}switch.port: {told['port']} was given, and a port from 1 to 65535 is needed, the one inside."
        )
    if not _PUBLISH.fullmatch(told["publish"]):
        raise _errors.Failure(
            f"{where}switch.publish: {told['publish']!r} was given, and [ADDRESS:]PORT of the host is needed, such as 127.0.0.1:8080."
        )
    if not _CHECK.fullmatch(told["check"]):
        raise _errors.Failure(
            f"{where}switch.check: {told['check']!r} was given, and the path of an HTTP request is needed, such as /healthz."
        )
    try:
        _values.Duration().parse(told["drain_timeout"])
    except ValueError as error:
        raise _errors.Failure(
            f"{where}switch.drain_timeout: {told['drain_timeout']!r} was given, and {error} is needed."
        ) from error
    if raw.get("runtime") not in (None, "podman"):
        raise _errors.Failure(
            f"{where}deploy: {BLUE_GREEN} was given beside runtime: {raw['runtime']}, and versions side by side are only made with "
            "runtime: podman; write that, or take deploy and switch out."
        )
    return told


def switch_of(
    told: Mapping[str, Any], wanted: _container_wanted.Wanted, folder: str, waits: bool
) -> _switch.Switch:
    """The switch before a container. Raises Failure for one that cannot have two versions side by side."""
    where = wanted.where
    _refuse_alone(wanted, waits)
    networks = dict((wanted.spec.get("network") or {}).get("networks") or {})
    networks.pop(_networks.DEFAULT_NETWORK, None)
    if not networks:
        raise _errors.Failure(
            f"{where}networks: missing; deploy: {BLUE_GREEN} needs a network of the app with names, in which the switch finds both versions."
        )
    fixed = [name for name, joined in networks.items() if {"static_ips", "static_mac"} & set(joined)]
    if fixed:
        raise _errors.Failure(
            f"{where}networks: a fixed address in {fixed[0]} was given, and two versions cannot have one address; take it out."
        )
    return _switch.Switch(
        name=wanted.name,
        container=f"{wanted.name}-switch",
        network=next(iter(networks)),
        port=told["port"],
        check=told["check"],
        drain=_values.Duration().parse(told["drain_timeout"]) / SECOND,
        folder=f"{folder}/.{wanted.name}-switch",
    )


def _refuse_alone(wanted: _container_wanted.Wanted, waits: bool) -> None:
    where = wanted.where
    if wanted.state != _container_wanted.STARTED:
        raise _errors.Failure(
            f"{where}state: {wanted.state} was given, and deploy: {BLUE_GREEN} needs started; for absent take deploy and switch out."
        )
    if wanted.once:
        raise _errors.Failure(
            f"{where}deploy: {BLUE_GREEN} was given, and others wait until {wanted.name} has completed; take deploy and switch out."
        )
    if not waits:
        raise _errors.Failure(
            f"{where}wait: false was given, and deploy: {BLUE_GREEN} moves no traffic to what has not proved itself; take it out."
        )
    for option, why in ALONE.items():
        if wanted.spec.get(option):
            raise _errors.Failure(f"{where}{option}: was given beside deploy: {BLUE_GREEN}, and {why}.")
    for option in ("volume", "mount"):
        for mount in wanted.spec.get(option) or []:
            if mount["type"] in ("volume", "bind") and "ro" not in mount["options"]:
                raise _errors.Failure(
                    f"{where}{option}: {mount['source'] or 'a volume'} at {mount['target']} can be written, and deploy: {BLUE_GREEN} has two "
                    "versions at work at the same time; mount it read-only (ro), or take deploy and switch out."
                )


def container(told: Mapping[str, Any], switch: _switch.Switch) -> dict[str, Any]:
    """The parameters of the container that the switch is."""
    return {
        "name": switch.container,
        "image": told["image"],
        "entrypoint": ["haproxy"],
        "command": ["-W", "-db", "-f", f"{_switch.CONF}/{_switch.CONFIGURATION}"],
        "user": NOBODY,
        "networks": [switch.network],
        # Who asks for the container by its name, in its network, gets the switch as well.
        "network_aliases": [switch.name],
        "publish": [f"{told['publish']}:{_switch.PUBLISHED}"],
        "volumes": [f"{switch.folder}/conf:{_switch.CONF}:ro", f"{switch.folder}/run:{_switch.RUN}"],
        # It lets go of its ports at once, and answers what is open for a moment.
        "stop_signal": "SIGUSR1",
        "stop_timeout": SECONDS_TO_STOP,
    }


def refuse_bound(where: str, name: str, bound: set[str]) -> None:
    """Raise Failure for a container that holds on to one of which there are two for a while."""
    if name in bound:
        raise _errors.Failure(
            f"{where}: another container requires {name} or is in its namespaces, and of {name}, with deploy: {BLUE_GREEN}, there are two "
            "for a while; let it reach the switch over the network instead."
        )
