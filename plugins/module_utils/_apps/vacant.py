# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Podman of an account that is not there yet: it has nothing. For check mode, which plans against it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from .. import _account, _answers, _engine, _errors
from .._checks import commands


@dataclasses.dataclass(frozen=True)
class Outlook:
    """What the Podman of a new account will tell of itself: its version, its controllers, and the ranges that the account would get."""

    version: tuple[int, int, int]
    controllers: list[str]
    ranges: Mapping[str, list[Mapping[str, int]]] = dataclasses.field(default_factory=dict)

    def info(self) -> dict[str, Any]:
        """That in the words of ``podman info``."""
        maps = {
            f"{kind}map": [
                {"container_id": 1, "host_id": each["start"], "size": each["count"]} for each in several
            ]
            for kind, several in self.ranges.items()
        }
        return {"host": {"cgroupControllers": self.controllers, "idMappings": maps}}


class Vacant(_engine.Engine):
    """Answers as the engine of a new account would, without one."""

    def __init__(self, account: _account.Account, outlook: Outlook) -> None:
        self.account, self.version = account, outlook.version
        self.check = True
        self.calls = self.admitted = 0
        self.before_writes = None
        self._info = outlook.info()

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,  # noqa: ARG002
        headers: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Any:
        """An empty list for every listing. Raises Failure for what only something that is there has."""
        if _answers.is_listing(path):
            return []
        raise _errors.Failure(
            f"internal: {path} was asked of an account that is not there yet; please report this."
        )

    def find(self, path: str, params: Mapping[str, Any] | None = None) -> Any:  # noqa: ARG002
        """Nothing is there."""
        return None


def outlook(ranges: Mapping[str, list[Mapping[str, int]]] | None = None) -> Outlook:
    """What this host's Podman will tell in an account that would get these ranges. Raises Failure."""
    return Outlook(podman_version(), commands.delegated_controllers(), ranges or {})


def podman_version() -> tuple[int, int, int]:
    """The version of the host's Podman. Raises Failure."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", commands.podman_version())
    if not found:
        raise _errors.Failure(
            "the host has no podman that tells its version; the role rootless.podman.rootless_host installs it, or: apt install podman"
        )
    return int(found.group(1)), int(found.group(2)), int(found.group(3))
