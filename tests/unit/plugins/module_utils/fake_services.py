# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services of an account that run containers of a ``fake_store.Store``, which are gone when their service stops."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, Callable

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _manager
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_store import Store


class Services:
    """All run at first. ``follow`` says who is stopped with one, ``bad`` who does not start, ``lines`` what those log."""

    def __init__(self, store: Store, containers: dict[str, list[str]]) -> None:
        self.store, self.active = store, set(containers)
        self.made = {
            service: {name: copy.deepcopy(store.containers[name]) for name in names}
            for service, names in containers.items()
        }
        self.follow: dict[str, list[str]] = {}
        self.bad: Callable[[str], bool] = lambda _name: False
        self.lines: list[str] = []
        self.log: list[str] = []

    def properties(
        self, _account: Any, names: Sequence[str], _keys: Sequence[str]
    ) -> dict[str, dict[str, str]]:
        return {
            name: {
                "ActiveState": "active" if name in self.active else "inactive",
                "RequiredBy": " ".join(self.follow.get(name, [])),
            }
            for name in names
        }

    def stop(self, _account: Any, names: Sequence[str], _seconds: float = 0) -> None:
        self.log.append(f"stop {' '.join(names)}")
        for name in names:
            self.active.discard(name)
            for each in self.made[name]:
                self.store.containers.pop(each, None)

    def try_start(
        self, _account: Any, verb: str, names: Sequence[str], _seconds: float, _block: bool = True
    ) -> str:
        self.log.append(f"{verb} {' '.join(names)}")
        for name in names:
            if self.bad(name):
                return "it failed"
            self.active.add(name)
            for each, made in self.made[name].items():
                self.store.containers[each] = copy.deepcopy(made)
        return ""

    def last_lines(self, *_which: Any) -> list[str]:
        return self.lines


def services_in(monkeypatch: pytest.MonkeyPatch, store: Store, containers: dict[str, list[str]]) -> Services:
    """Services by name, each with the containers of the store that it runs."""
    services = Services(store, containers)
    for name in ("properties", "stop", "try_start", "last_lines"):
        monkeypatch.setattr(_manager, name, getattr(services, name))
    return services
