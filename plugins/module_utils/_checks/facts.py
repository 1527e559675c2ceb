# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the probes found, as plain data for the rows to judge (pure)."""

from __future__ import annotations

import dataclasses

from . import ranges

Version = tuple[int, ...]


def version(text: str) -> Version:
    """``5.4.2-dev`` as (5, 4, 2): the leading numbers, so that versions compare as numbers."""
    numbers = []
    for part in text.split("."):
        digits = ""
        for character in part:
            if not character.isdigit():
                break
            digits += character
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


@dataclasses.dataclass
class Conf:
    """The keys of the host's container configuration that the rows ask for; empty where nothing is set."""

    pids_limit: str = ""
    network_command: str = ""
    storage_driver: str = ""
    storage_path: str = ""  # rootless_storage_path, may hold $HOME, $USER and $UID
    search_registries: list[str] = dataclasses.field(default_factory=list)
    short_name_mode: str = ""


@dataclasses.dataclass
class Docker:
    """What another container engine left on the host."""

    socket: bool = False
    processes: list[str] = dataclasses.field(default_factory=list)
    members: list[str] = dataclasses.field(default_factory=list)  # of the group docker: root in all but name
    shim: bool = False  # podman-docker's /usr/bin/docker


@dataclasses.dataclass
class HostFacts:
    """The host. Paths are empty and versions missing where there is no such tool."""

    distribution: dict[str, str] = dataclasses.field(default_factory=dict)
    kernel: str = ""
    systemd: bool = False
    tools: dict[str, str] = dataclasses.field(default_factory=dict)  # name: path
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    packages: dict[str, str] = dataclasses.field(default_factory=dict)  # those that were asked for: version
    mapping: dict[str, str] = dataclasses.field(
        default_factory=dict
    )  # newuidmap: setuid, capabilities, plain
    conf: Conf = dataclasses.field(default_factory=Conf)
    sysctls: dict[str, str] = dataclasses.field(default_factory=dict)  # only those that this kernel has
    cgroup_version: str = ""  # v2, hybrid, v1 or none
    controllers: list[str] = dataclasses.field(default_factory=list)  # of cgroup v2
    delegated: list[str] | None = None  # what user@.service asks for; None where systemd did not tell
    devices: dict[str, str] = dataclasses.field(default_factory=dict)  # path: mode in octal, or why not
    user_units: list[str] = dataclasses.field(default_factory=list)
    online: str = ""  # ActiveState of network-online.target
    online_pullers: list[str] = dataclasses.field(default_factory=list)  # what starts it at boot
    podman_py: str = ""
    podman_py_path: str = ""
    jmespath: str = ""
    python: str = ""
    selinux: str = ""  # enforcing, permissive or empty
    container_policy: bool = False
    apparmor: bool = False
    apparmor_podman: bool = False
    docker: Docker = dataclasses.field(default_factory=Docker)
    root_containers: int | None = 0  # None where only root may look
    root_socket: bool = False
    uid_ranges: list[ranges.Range] = dataclasses.field(default_factory=list)
    gid_ranges: list[ranges.Range] = dataclasses.field(default_factory=list)
    subid_source: str = "files"
    local_uids: dict[int, str] = dataclasses.field(default_factory=dict)
    local_gids: dict[int, str] = dataclasses.field(default_factory=dict)
    stale_locks: list[str] = dataclasses.field(default_factory=list)
    stores: dict[str, list[str]] = dataclasses.field(
        default_factory=dict
    )  # account: drivers that hold its storage
    free: dict[str, tuple[int, int]] = dataclasses.field(
        default_factory=dict
    )  # folder: bytes, inodes (-1: none kept)
    clock_behind: int = 0  # seconds by which the clock lags behind the newest file of the operating system

    @property
    def podman(self) -> Version:
        """Podman's version, () without Podman."""
        return version(self.versions.get("podman", ""))

    @property
    def network_mode(self) -> str:
        """What a rootless container without a network of its own gets."""
        if self.conf.network_command:
            return self.conf.network_command
        if not self.podman:
            return ""
        return "pasta" if self.podman >= (5,) else "slirp4netns"


@dataclasses.dataclass
class AccountFacts:
    """One account; only ``name`` and ``exists`` count where there is no such account."""

    name: str
    exists: bool = True
    uid: int = -1
    home: str = ""
    shell: str = ""
    linger: bool = False
    uid_ranges: list[ranges.Range] = dataclasses.field(default_factory=list)
    gid_ranges: list[ranges.Range] = dataclasses.field(default_factory=list)
    clashes: list[str] = dataclasses.field(default_factory=list)  # other owners of the same ids
    manager: str = ""  # ActiveState of user@UID.service
    controllers: list[str] | None = None  # of the running manager's cgroup
    offered: list[str] = dataclasses.field(default_factory=list)  # what the host itself has of them
    runtime_dir: bool = False
    listening: bool = False
    ping: str = ""  # answers, unused (not asked), or what went wrong
    podman: str = ""  # the version that its service tells
    trouble: str = ""  # why its home could not be looked into
    units: int = 0  # Quadlet units that root put there for the account
    shadows: list[str] = dataclasses.field(
        default_factory=list
    )  # what the account put before them, a phrase each
    home_state: str = ""  # empty when the home is there and its own
    home_mode: int = 0o700
    home_fs: str = ""
    home_options: list[str] = dataclasses.field(default_factory=list)
    own_files: list[str] = dataclasses.field(default_factory=list)  # configuration that hides the host's
    drivers: list[str] = dataclasses.field(default_factory=list)  # that hold storage
    storage: str = ""
    free: tuple[int, int] = (-1, -1)
    runtime_env: str | None = None  # XDG_RUNTIME_DIR of this very process, None when it is root's
