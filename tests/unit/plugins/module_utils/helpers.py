# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several unit tests share: a key, tasks against the Podman in memory, a clock that needs no time."""

from __future__ import annotations

from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils import _road
from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import FakePodman

KEY = b"k" * 32
CONTAINER = {"name": "web", "image": "img"}


class Clock:
    """Stands in for the module ``time``: sleeping takes no time, and time goes on all the same."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def container(podman: FakePodman, check: bool = False, **params: Any) -> dict[str, Any]:
    """One run of the module ``container``, from its parameters to its result."""
    return _travel(_road.travel_container, podman, check, {**CONTAINER, **params})


def pod(podman: FakePodman, check: bool = False, **params: Any) -> dict[str, Any]:
    """One run of the module ``pod``."""
    return _travel(_road.travel_pod, podman, check, {"name": "app", **params})


def _travel(road: Any, podman: FakePodman, check: bool, params: dict[str, Any]) -> dict[str, Any]:
    podman.check = check
    try:
        # ``definition`` is checked and completed as Ansible does with the parameters of a task.
        return road(Task({"definition": params}, check), podman, KEY)
    finally:
        podman.check = False


def steps_of(result: dict[str, Any]) -> list[tuple[str, str]]:
    """The plan of a result in short: what is done to what."""
    return [(step["action"], step["name"]) for step in result["plan"]]
