# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An app as data: what a task declares, by its kinds, and the names of all of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from .. import _container_wanted, _errors, _pods, _wanted
from .files import File
from .hooks import Hook

# The kinds that are brought about one by one.
ALONE = ("images", "networks", "volumes", "secrets")


@dataclasses.dataclass
class Unit:
    """A container or a pod of an app, with the parameters that its own module would have."""

    kind: str
    name: str
    params: Mapping[str, Any]
    containers: list[_container_wanted.Wanted]
    pod: _pods.WantedPod | None = None

    @property
    def waits(self) -> tuple[bool, float]:
        """Whether, and for how many seconds, its containers are waited for."""
        return bool(self.params.get("wait", True)), float(self.params.get("wait_timeout") or 120)


@dataclasses.dataclass
class App:
    """One app as the task declares it."""

    name: str
    user: str
    state: str
    account: Mapping[str, Any]
    remove_data: bool
    prune_data: Mapping[str, list[str]]
    raw: Mapping[str, list[Mapping[str, Any]]]
    simple: Mapping[str, list[Mapping[str, Any]]] = dataclasses.field(default_factory=dict)
    files: list[File] = dataclasses.field(default_factory=list)
    units: list[Unit] = dataclasses.field(default_factory=list)
    hooks: list[Hook] = dataclasses.field(default_factory=list)
    release: int | None = None
    keep_releases: int = 5
    # Values that must be kept nowhere: those of secrets and passwords of all apps of the task.
    withheld: frozenset[str] = dataclasses.field(default=frozenset(), repr=False)
    # Of a release: its images by digest and ID, and names of what it has and does not declare anew.
    pins: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    beside: Mapping[str, list[str]] = dataclasses.field(default_factory=dict)
    logins: list[Mapping[str, Any]] = dataclasses.field(default_factory=list, repr=False)
    runtime: str = _wanted.PODMAN

    @property
    def where(self) -> str:
        """How sentences about it begin."""
        return f"apps[{self.name}]."

    @property
    def present(self) -> bool:
        """Whether it is to be there."""
        return self.state != _container_wanted.ABSENT

    @property
    def rolled_back(self) -> bool:
        """Whether it goes back to a release, and what that does not have goes."""
        return self.state == "rolled_back"

    def folder(self, home: str) -> str:
        """Where its files lie."""
        return f"{home.rstrip('/')}/apps/{self.name}"

    def names(self) -> dict[str, list[str]]:
        """The names of all that it declares, by kind."""
        told = {
            kind: [
                str(each["name"])
                for each in self.simple.get(kind, [])
                if each["state"] != _container_wanted.ABSENT
            ]
            for kind in ALONE
        }
        lasting = [unit for unit in self.units if unit.params.get("state") != _container_wanted.ABSENT]
        told["pods"] = [unit.name for unit in lasting if unit.kind == "pod"]
        told["containers"] = [each.name for unit in lasting for each in unit.containers]
        told["files"] = [each.path for each in self.files]
        return {kind: sorted({*names, *self.beside.get(kind, ())}) for kind, names in told.items()}


def entries(app: App, kind: str, named_by: str = "name") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each entry of a list, with how sentences about it begin."""
    for index, raw in enumerate(app.raw[kind]):
        name = str(raw.get(named_by) or index)
        yield f"{app.where}{kind}[{name[:120] if name.isprintable() else index}]", raw


def raw_units(app: App) -> list[Mapping[str, Any]]:
    """Its pods and containers as the task has them."""
    return [*app.raw["pods"], *app.raw["containers"]]


def refuse_twins(names: list[str], where: str) -> None:
    """Raise Failure for a name that is declared more than once."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _errors.Failure(f"{where}: {twice[0]} is declared more than once; give each a name of its own.")
