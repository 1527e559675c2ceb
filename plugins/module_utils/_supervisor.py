# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever stops and starts a container: Podman, or the service of the account's systemd that made it.

A container of a service is gone as soon as it stops, whoever stops it, and what follows it stops too. So it is stopped and started
by its service, and with its service those that follow.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import _account, _engine, _errors, _manager, _options, _service_states, _services
from . import _operations as operations

# A service stops first, and may have to wait for the health of its container.
SECONDS = _manager.STOP_SECONDS + 120.0
_SERVICE = re.compile(r"[A-Za-z0-9:_.@\\-]+\.service")


@dataclasses.dataclass(frozen=True)
class Supervisor:
    """Who stops and starts one container; without ``services`` that is Podman. The first of them is the container's own."""

    engine: _engine.Engine
    name: str
    identity: str
    services: tuple[str, ...] = ()

    def stop(self) -> None:
        """Stop it as it wants to be stopped. Raises Failure."""
        if self.services:
            _manager.stop(self.engine.account, self.services)
        else:
            operations.stop(self.engine, self.identity, self.name)

    def start(self) -> None:
        """Start it again, and those that stopped with it. Raises Failure."""
        if self.services:
            start_services(self.engine.account, self.services)
        else:
            operations.start(self.engine, self.identity, self.name)

    def await_ready(self, seconds: float) -> None:
        """Wait until it is ready after a start. Raises Failure."""
        if not self.services:
            operations.await_ready(self.engine, self.identity, self.name, operations.SETTLE, seconds)
            return
        try:
            operations.await_ready(self.engine, self.name, self.name, operations.SETTLE, seconds)
        except _errors.EngineError as error:
            if error.status != 404:
                raise
            raise _errors.Failure(f"container {self.name} ended after its start.") from error


def supervisor_of(engine: _engine.Engine, inspect: Mapping[str, Any]) -> Supervisor:
    """Who stops and starts a container of which that is known. Raises Failure when systemd does not answer."""
    name, identity = str(inspect.get("Name")), str(inspect.get("Id"))
    service = str((_options.get_path(inspect, "Config.Labels") or {}).get(_service_states.UNIT_LABEL) or "")
    # The label tells who made it, and the service may have let go of it since.
    if _SERVICE.fullmatch(service):
        shown = _services.shown_of(engine.account, [service])[service]
        if _service_states.is_alive(shown):
            services = (service, *_services.followers(engine.account, shown, [service]))
            return Supervisor(engine, name, identity, services)
    return Supervisor(engine, name, identity)


def start_services(account: _account.Account, services: Sequence[str]) -> None:
    """Start services of the account and wait for the result of their jobs. Raises Failure."""
    told = _services.start_mended(account, "start", services, SECONDS)
    if told:
        raise _errors.Failure(
            f"{services[0]} does not start again ({_service_states.one_line(told)}); see why with: journalctl _UID={account.uid} -n 30"
        )
