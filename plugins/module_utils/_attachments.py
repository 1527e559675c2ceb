# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of what a container or pod is attached to: ports, mounts, networks, namespaces, secrets (pure)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from ._options import Body, Facts, set_path
from ._values import ValueType, _line, _listed

OBJECT_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")


class Ports(ValueType):
    """Published ports, as Podman spells them: [[IP:]HOST:]CONTAINER[/PROTOCOL], ranges with a dash."""

    argument = {"type": "list", "elements": "str"}
    NEEDED = "a port such as 8080:80, 127.0.0.1:8080:80/tcp or 9000-9010:9000-9010"

    def parse(self, raw: Any) -> list[dict[str, Any]]:
        ports = [self._one(_line(each)) for each in _listed(raw)]
        return sorted(
            ports,
            key=lambda port: (port["container_port"], port["protocol"], port["host_ip"], port["host_port"]),
        )

    def _one(self, text: str) -> dict[str, Any]:
        found = re.fullmatch(
            r"(?:(?:(\[[0-9a-fA-F:.]+\]|[\d.]+):)?([\d-]*):)?([\d-]+)(?:/(tcp|udp|sctp))?", text
        )
        if not found:
            raise ValueError(f"{self.NEEDED} (found {text!r})")
        address, host, inside, protocol = found.groups()
        address = (address or "").strip("[]")
        try:
            ipaddress.ip_address(address or "0.0.0.0")
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


class Mounts(ValueType):
    """Volumes and mounts: each is typed as {type, source, target, options}, sorted by target."""

    def parse(self, raw: Any) -> list[dict[str, Any]]:
        found = [self._one(each) for each in self._items(raw)]
        targets = [each["target"] for each in found]
        twice = sorted({target for target in targets if targets.count(target) > 1})
        if twice:
            raise ValueError(f"one mount for each path in the container ({twice[0]} has more)")
        return sorted(found, key=lambda each: str(each["target"]))

    def _items(self, raw: Any) -> list[Any]:
        return _listed(raw)

    def _one(self, raw: Any) -> dict[str, Any]:
        raise NotImplementedError

    def write(self, value: list[dict[str, Any]], body: Body, _facts: Facts) -> None:
        """Put each mount where the create body wants its kind."""
        for each in value:
            options = list(each["options"])
            if each["type"] == "volume":
                entry: dict[str, Any] = {"Name": each["source"], "Dest": each["target"], "Options": options}
                set_path(body, "volumes", [entry])
            elif each["type"] == "overlay":
                options.remove("O")
                entry = {"source": each["source"], "destination": each["target"], "options": options}
                set_path(body, "overlay_volumes", [entry])
            else:
                entry = {
                    "destination": each["target"],
                    "type": each["type"],
                    "source": each["source"],
                    "options": options,
                }
                set_path(body, "mounts", [entry])

    def covers(self, declared: list[dict[str, Any]], reported: Any) -> bool:
        there = {each["target"]: each for each in reported or []}
        return all(
            self._same(each, there.get(each["target"])) for each in declared if each["type"] != "overlay"
        )

    @staticmethod
    def _same(declared: dict[str, Any], there: dict[str, Any] | None) -> bool:
        if there is None or there["type"] != declared["type"]:
            return False
        if declared["source"] and declared["type"] != "tmpfs" and there["source"] != declared["source"]:
            return False
        return declared["type"] == "tmpfs" or ("ro" in declared["options"]) == ("ro" in there["options"])

    def show(self, value: list[dict[str, Any]]) -> list[str]:
        return [
            ":".join(filter(None, [each["source"], each["target"], ",".join(each["options"])]))
            for each in value
        ]


class Volumes(Mounts):
    """SOURCE:TARGET[:OPTIONS]: a path is bind-mounted, a name is a volume; O mounts a path as an overlay."""

    argument = {"type": "list", "elements": "str"}

    def _one(self, raw: Any) -> dict[str, Any]:
        text = _line(raw)
        parts = text.split(":")
        if len(parts) == 1:
            parts = ["", parts[0]]
        if len(parts) > 3:
            raise ValueError(f"SOURCE:TARGET[:OPTIONS] (found {text!r})")
        source, target, options = parts[0], parts[1], sorted(filter(None, (parts[2:] or [""])[0].split(",")))
        if not target.startswith("/"):
            raise ValueError(f"an absolute path in the container (found {text!r})")
        if source.startswith("/"):
            kind = "overlay" if "O" in options else "bind"
        elif source and not OBJECT_NAME.fullmatch(source):
            raise ValueError(f"an absolute path or the name of a volume as source (found {text!r})")
        else:
            kind = "volume"
        return {"type": kind, "source": source, "target": _clean(target), "options": options}


class MountList(Mounts):
    """Mounts as --mount spells them, as a string or as a map: type, source, target and options."""

    argument = {"type": "list", "elements": "raw"}
    KEYS = {"src": "source", "dst": "target", "destination": "target"}

    def _one(self, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            raw = {part.partition("=")[0]: part.partition("=")[2] or True for part in _line(raw).split(",")}
        fields = {self.KEYS.get(key, key): value for key, value in raw.items()}
        kind = str(fields.pop("type", "volume"))
        source, target = str(fields.pop("source", "")), str(fields.pop("target", ""))
        if kind not in ("bind", "volume", "tmpfs"):
            raise ValueError(f"a mount of type bind, volume or tmpfs (found {kind!r})")
        if not target.startswith("/"):
            raise ValueError(f"target=/PATH, absolute in the container (found {target!r})")
        if (kind == "bind" and not source.startswith("/")) or (
            kind == "volume" and source and not OBJECT_NAME.fullmatch(source)
        ):
            raise ValueError(f"a source that fits a mount of type {kind} (found {source!r})")
        return {
            "type": kind,
            "source": "tmpfs" if kind == "tmpfs" else source,
            "target": _clean(target),
            "options": self._options(fields),
        }

    @staticmethod
    def _options(fields: dict[str, Any]) -> list[str]:
        """What remains of a mount's fields, as mount options."""
        options = []
        for key, value in fields.items():
            if key in ("ro", "readonly", "rw"):
                on = str(value).lower() in ("true", "1", "yes")
                options.append("ro" if on == (key != "rw") else "rw")
            elif key == "options":
                options += [
                    _line(each) for each in (value if isinstance(value, list) else str(value).split(","))
                ]
            elif key in ("bind-propagation", "bind_propagation"):
                options.append(_line(value))
            elif key in ("tmpfs-size", "tmpfs-mode"):
                options.append(f"{key[6:]}={_line(value)}")
            elif value is True or str(value).lower() == "true":
                options.append(_line(key))
            else:
                options.append(f"{_line(key)}={_line(value)}")
        return sorted(set(options))


class Tmpfs(Mounts):
    """Temporary file systems: a map from path to mount options, or a list of PATH[:OPTIONS]."""

    argument = {"type": "raw"}

    def _items(self, raw: Any) -> list[Any]:
        if isinstance(raw, Mapping):
            return [f"{path}:{options or ''}" for path, options in raw.items()]
        return _listed(raw)

    def _one(self, raw: Any) -> dict[str, Any]:
        target, _colon, options = _line(raw).partition(":")
        if not target.startswith("/"):
            raise ValueError(f"an absolute path in the container (found {raw!r})")
        return {
            "type": "tmpfs",
            "source": "tmpfs",
            "target": _clean(target),
            "options": sorted(filter(None, options.split(","))),
        }


def _clean(path: str) -> str:
    return path.rstrip("/") or "/"


def reported_mounts(inspect: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every mount that inspect shows, in the typed form of Mounts."""
    mounts = []
    for each in inspect.get("Mounts") or []:
        kind = str(each.get("Type"))
        mounts.append({
            "type": kind,
            "source": each.get("Name") if kind == "volume" else each.get("Source"),
            "target": _clean(str(each.get("Destination"))),
            "options": [] if each.get("RW", True) else ["ro"],
        })  # fmt: skip
    for target, options in ((inspect.get("HostConfig") or {}).get("Tmpfs") or {}).items():
        mounts.append(
            {"type": "tmpfs", "source": "tmpfs", "target": _clean(target), "options": str(options).split(",")}
        )
    return mounts


class Secrets(ValueType):
    """Secrets as files or variables: NAME[,type=mount|env,target=...,uid=,gid=,mode=], or a map of these."""

    argument = {"type": "list", "elements": "raw", "no_log": False}

    def parse(self, raw: Any) -> list[dict[str, Any]]:
        return sorted(
            (self._one(each) for each in _listed(raw)),
            key=lambda each: (each["name"], each["type"], each["target"]),
        )

    @staticmethod
    def _one(raw: Any) -> dict[str, Any]:
        if isinstance(raw, Mapping):
            fields = {str(key): value for key, value in raw.items() if value is not None}
        else:
            first, *rest = _line(raw).split(",")
            fields = {"name": first, **dict(part.partition("=")[::2] for part in rest)}
        name, kind = _line(fields.pop("name", fields.pop("source", ""))), str(fields.pop("type", "mount"))
        target = _line(fields.pop("target", ""))
        if not name or kind not in ("mount", "env"):
            raise ValueError("a secret's name, and type=mount or type=env")
        try:
            uid, gid = int(fields.pop("uid", 0)), int(fields.pop("gid", 0))
            mode = fields.pop("mode", "0444")
            # YAML reads 0400 as 256 already; a string is octal.
            mode = int(str(mode), 8) if isinstance(mode, str) else int(mode)
        except ValueError:
            raise ValueError("whole numbers for uid and gid, and an octal mode such as '0400'") from None
        if fields:
            raise ValueError(
                f"only name, type, target, uid, gid and mode for a secret (found {sorted(fields)[0]!r})"
            )
        if kind == "env":
            return {"name": name, "type": kind, "target": target or name}
        return {"name": name, "type": kind, "target": target, "uid": uid, "gid": gid, "mode": mode}

    @staticmethod
    def write(value: list[dict[str, Any]], body: Body, _facts: Facts) -> None:
        """Files into ``secrets``, variables into ``secret_env``."""
        for each in value:
            if each["type"] == "env":
                set_path(body, "secret_env", {each["target"]: each["name"]})
            else:
                entry = {
                    "Source": each["name"],
                    "Target": each["target"],
                    "UID": each["uid"],
                    "GID": each["gid"],
                    "Mode": each["mode"],
                }
                set_path(body, "secrets", [entry])

    def covers(self, declared: list[dict[str, Any]], reported: Any) -> bool:
        return {each["name"] for each in declared if each["type"] == "mount"} <= set(reported or ())

    def show(self, value: list[Any]) -> list[str]:
        if any(isinstance(each, str) for each in value):  # the reported form: names alone
            return list(value)
        return [
            f"{each['name']} as {'variable' if each['type'] == 'env' else 'file'} {each['target']}".strip()
            for each in value
        ]


def reported_secrets(inspect: Mapping[str, Any]) -> list[str]:
    """Names of the secrets that are mounted into a container."""
    return [str(each.get("Name")) for each in (inspect.get("Config") or {}).get("Secrets") or []]
