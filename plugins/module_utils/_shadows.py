# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways in which an account shadows, extends or masks a unit of its manager that is not its own (pure).

Whatever runs as the account's uid can do this, wherever the unit lies; keeping processes from that uid (userns: nomap)
is what stands against it. Here it is only noticed.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable

# How one way is looked for: a file of this name anywhere below the folder, every .conf file in the folder, or a file.
ANYWHERE, CONF, FILE = "anywhere", "conf", "file"
# Variables that lead Quadlet, Podman or systemd to other files or programs.
_LEADING = ("QUADLET_", "XDG_", "PODMAN", "CONTAINERS_", "SYSTEMD_", "LD_", "PATH")
_ASSIGNMENT = re.compile(r"(?:^|[\s\"'=])((?:" + "|".join(_LEADING) + r")[A-Z_]*)=")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the account could have put something, and what it does there."""

    way: str
    look: str
    path: str
    name: str
    effect: str


@dataclasses.dataclass(frozen=True)
class Shadow:
    """One thing that was found."""

    way: str
    path: str
    effect: str

    def public(self) -> dict[str, str]:
        """As it stands in the task's result."""
        return dataclasses.asdict(self)


def places(file: str, service: str, home: str, runtime: str, own: bool) -> list[Place]:
    """Where to look for one unit; ``own``: it lies in the account's own folder, where only replacing it is worth a word."""
    quadlet = [f"{home}/.config/containers/systemd", f"{runtime}/containers/systemd"]
    found = [
        Place("unit", ANYWHERE, folder, file, "is read instead of it")
        for folder in (quadlet[1:] if own else quadlet)
    ]
    found += [
        Place("service", FILE, f"{folder}/{service}", "", "runs instead of it")
        for folder in _before_generated(home, runtime)
    ]
    if own:
        return found
    found += [
        Place("unit_dropin", CONF, f"{folder}/{name}", "", "adds to it or changes it")
        for folder in quadlet
        for name in _dropin_folders(file)
    ]
    found += [
        Place("service_dropin", CONF, f"{folder}/{name}", "", "adds to its service or changes it")
        for folder in (
            *_before_generated(home, runtime),
            f"{runtime}/systemd/generator.late",
            f"{home}/.local/share/systemd/user",
        )
        for name in _dropin_folders(service)
    ]
    found += [
        Place(
            "environment",
            CONF,
            f"{home}/.config/{folder}",
            "",
            "changes where its service comes from or what it runs",
        )
        for folder in ("environment.d", "systemd/user.conf.d")
    ]
    found.append(
        Place(
            "environment",
            FILE,
            f"{home}/.config/systemd/user.conf",
            "",
            "changes where its service comes from or what it runs",
        )
    )
    for name in ("containers.conf", "containers.conf.d"):
        look = CONF if name.endswith(".d") else FILE
        found.append(
            Place(
                "containers_conf",
                look,
                f"{home}/.config/containers/{name}",
                "",
                "changes how its containers are run",
            )
        )
    return found


def _before_generated(home: str, runtime: str) -> list[str]:
    """Folders of the account whose services systemd takes before what generators make, systemd.unit(5)."""
    return [
        f"{home}/.config/systemd/user.control",
        f"{runtime}/systemd/user.control",
        f"{runtime}/systemd/transient",
        f"{runtime}/systemd/generator.early",
        f"{home}/.config/systemd/user",
        f"{runtime}/systemd/user",
    ]


def _dropin_folders(name: str) -> list[str]:
    """``a-b@c.service`` is extended by a-b@c.service.d, a-b@.service.d, a-.service.d and service.d."""
    stem, _dot, suffix = name.rpartition(".")
    stems = [stem]
    if "@" in stem and not stem.endswith("@"):
        stems.append(stem.partition("@")[0] + "@")
    parts = stem.split("-")
    stems += ["-".join(parts[:count]) + "-" for count in range(len(parts) - 1, 0, -1)]
    return [f"{each}.{suffix}.d" for each in dict.fromkeys(stems)] + [f"{suffix}.d"]


def leads_elsewhere(text: str) -> bool:
    """Whether a file of variables says one that leads Quadlet, Podman or systemd somewhere else."""
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines()]
    return any(_ASSIGNMENT.search(line) for line in lines if not line.startswith(("#", ";")))


def sentence(file: str, account: str, shadows: Iterable[Shadow]) -> str:
    """What was found, for a person."""
    told = "; ".join(f"{each.path} {each.effect}" for each in shadows)
    return (
        f"account {account} does not run {file} as it is declared: {told}. If nobody put that there on purpose, something that "
        "runs as the account did; take it away, and keep containers from its uid with userns: nomap."
    )
