# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known about one host, kept in its folder."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from ipaddress import IPv4Network
from pathlib import Path

from .disk import locked, write_file
from .errors import TestbedError
from .names import machine_name, table_name, veth_name
from .settings import Settings
from .subnet import Subnet


@dataclass(frozen=True)
class Host:
    """A host, and the names of all that was made for it."""

    folder: Path
    name: str
    release: str
    bare: bool
    prefix: str
    subnet: str = ""
    veth: str = ""
    complete: bool = False
    vm: bool = False
    accelerator: str = ""

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def log(self) -> Path:
        return self.folder / "console.log"

    @property
    def disk(self) -> Path:
        return self.folder / "disk.img"

    @property
    def host_key(self) -> Path:
        return self.folder / "host_key.pub"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def kind(self) -> str:
        if self.vm:
            return "bare-vm" if self.bare else "vm"
        return "bare" if self.bare else "podman"

    @property
    def machine(self) -> str:
        return machine_name(self.prefix, self.name)

    @property
    def table(self) -> str:
        return table_name(self.prefix)

    @property
    def address(self) -> str:
        return str(IPv4Network(self.subnet).network_address + 2) if self.subnet else ""

    @property
    def gateway(self) -> str:
        return str(IPv4Network(self.subnet).network_address + 1)

    def with_subnet(self, subnet: Subnet) -> Host:
        """The host with a place in the network."""
        return replace(self, subnet=str(subnet.net), veth=veth_name(self.prefix, subnet.number))

    def save(self) -> Host:
        """Write the record; it comes before what it names, so that an interrupted run can be cleared away."""
        words = {key: value for key, value in asdict(self).items() if key != "folder"}
        write_file(self.folder / "host.json", json.dumps(words, indent=1) + "\n")
        return self


def load(folder: Path) -> Host | None:
    """Read a host's record, if there is one."""
    try:
        return Host(folder=folder, **json.loads((folder / "host.json").read_text()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise TestbedError(f"{folder}/host.json cannot be read: {error}") from None


def load_all(settings: Settings) -> list[Host]:
    """Every host of this state folder."""
    folders = sorted(settings.hosts.iterdir()) if settings.hosts.exists() else []
    return [host for host in map(load, folders) if host]


def find(settings: Settings, name: str) -> Host:
    """The host with this name, or a sentence."""
    host = load(settings.hosts / name)
    if not host:
        known = ", ".join(other.name for other in load_all(settings)) or "none"
        raise TestbedError(f"there is no host {name!r} (known: {known})")
    return host


@contextlib.contextmanager
def found_and_locked(settings: Settings, name: str) -> Iterator[Host]:
    """The host with this name, while nobody else changes it."""
    find(settings, name)
    try:
        with locked(settings.hosts / name, create=False):
            yield find(settings, name)
    except FileNotFoundError:
        raise TestbedError(f"there is no host {name!r}: it was removed just now") from None
