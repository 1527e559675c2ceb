# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The type of published ports (pure)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from . import _options, _values


class Ports(_values.ValueType):
    """Published ports, as Podman spells them: [[IP:]HOST:]CONTAINER[/PROTOCOL], ranges with a dash."""

    argument = {"type": "list", "elements": "str"}
    NEEDED = "a port such as 8080:80, 127.0.0.1:8080:80/tcp or 9000-9010:9000-9010"

    def parse(self, raw: Any) -> list[dict[str, Any]]:
        ports = [self._one(_values.as_line(each)) for each in _values.as_list(raw)]
        return sorted(
            ports,
            key=lambda port: (port["container_port"], port["protocol"], port["host_ip"], port["host_port"]),
        )

    def _one(self, text: str) -> dict[str, Any]:
        found = re.fullmatch(
            r"(?:(?:(\[[0-9a-fA-F:.]+\]|[\d.]+):)?(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:/(tcp|udp|sctp))?", text
        )
        if not found:
            raise ValueError(f"{self.NEEDED} (found {text!r})")
        address, host, inside, protocol = found.groups()
        address = (address or "").strip("[]")
        try:
            address = str(ipaddress.ip_address(address)) if address else ""
            first, count = _range(inside)
            host_first, host_count = _range(host) if host else (0, count)
        except ValueError:
            raise ValueError(f"{self.NEEDED} (found {text!r})") from None
        if host_count != count:
            raise ValueError(f"as many host ports as container ports (found {text!r})")
        return {
            "host_ip": "" if address == "0.0.0.0" else address,
            "host_port": host_first,
            "container_port": first,
            "range": count,
            "protocol": protocol or "tcp",
        }

    def reported(self, raw: Any) -> list[dict[str, Any]]:
        ports = []
        for inside, bindings in (raw or {}).items():
            number, _slash, protocol = str(inside).partition("/")
            for binding in bindings or []:
                address = binding.get("HostIp") or ""
                ports.append({
                    "host_ip": "" if address == "0.0.0.0" else address,
                    "host_port": int(binding.get("HostPort") or 0),
                    "container_port": int(number),
                    "range": 1,
                    "protocol": protocol or "tcp",
                })  # fmt: skip
        return ports

    def covers(self, declared: list[dict[str, Any]], reported: Any) -> bool:
        single = [
            dict(
                port,
                host_port=port["host_port"] and port["host_port"] + step,
                container_port=port["container_port"] + step,
                range=1,
            )
            for port in declared
            for step in range(port["range"])
        ]
        there = list(reported or [])
        for port in single:
            # Host port 0 means that Podman chose one, so any will do.
            match = next(
                (
                    each
                    for each in there
                    if each == dict(port, host_port=port["host_port"] or each["host_port"])
                ),
                None,
            )
            if match is None:
                return False
            there.remove(match)
        return not there

    def show(self, value: list[dict[str, Any]]) -> list[str]:
        return [print_port(port) for port in value]


class ExposedPorts(_values.ValueType):
    """Ports that a container is said to listen on: PORT[/PROTOCOL], ranges with a dash; typed one by one."""

    argument = {"type": "list", "elements": "str"}

    def parse(self, raw: Any) -> list[str]:
        ports = set()
        for each in _values.as_list(raw):
            found = re.fullmatch(r"(\d+(?:-\d+)?)(?:/(tcp|udp|sctp))?", _values.as_line(each))
            try:
                first, count = _range(found.group(1) if found else "")
            except ValueError:
                raise ValueError(f"a port such as 8080, 53/udp or 9000-9010 (found {each!r})") from None
            protocol = (found and found.group(2)) or "tcp"
            ports |= {f"{number}/{protocol}" for number in range(first, first + count)}
        return sorted(ports)

    @staticmethod
    def write(value: list[str], body: _options.Body, _facts: _options.Facts) -> None:
        """A map from port to its protocols, joined by commas."""
        exposed: dict[str, str] = {}
        for port in value:
            number, _slash, protocol = port.partition("/")
            exposed[number] = ",".join(filter(None, [exposed.get(number), protocol]))
        body["expose"] = exposed


def print_port(port: Mapping[str, Any]) -> str:
    """A typed port as it is written in a task. Inverse of Ports.parse for one port."""
    address = f"[{port['host_ip']}]" if ":" in port["host_ip"] else port["host_ip"]

    def spread(first: int) -> str:
        return str(first) if port["range"] == 1 else f"{first}-{first + port['range'] - 1}"

    host = spread(port["host_port"]) if port["host_port"] else ""
    lead = f"{address}:{host}:" if address else f"{host}:" if host else ""
    return f"{lead}{spread(port['container_port'])}/{port['protocol']}"


def _range(text: str) -> tuple[int, int]:
    """First port and number of ports of ``80`` or ``80-89``."""
    first, _dash, last = text.partition("-")
    low, high = int(first), int(last or first)
    if not 0 < low <= high < 65536:
        raise ValueError("ports from 1 to 65535")
    return low, high - low + 1
