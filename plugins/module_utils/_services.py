# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services of one account's systemd: what it says of them, who stops with them, a start that mends what it can, and what a killed one left."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Mapping, Sequence

from . import _account, _engine, _manager, _pasta, _service_states
from . import _operations as operations

# systemctl's words for a job that failed because something else did not come.
DEPENDENCY = "dependency job for"
# For a pod that is on its way down: its infra container has ten seconds.
POD_SECONDS, POD_PAUSE_SECONDS = 15.0, 0.5
# What one Podman says that met another one in the account's storage while both made a container; seen when an account makes its first ones.
COLLIDED = re.compile(
    r"(creating container storage|mounting storage for container [0-9a-f]+): ((layer|container|image) not known|no such container)"
    r"|/userdata/shm\" is mounted: lstat"
)
# systemd starts it again after a tenth of a second.
AGAIN_SECONDS, AGAIN_PAUSE_SECONDS = 5.0, 0.05


def shown_of(account: _account.Account, services: Sequence[str]) -> dict[str, dict[str, str]]:
    """What the manager says of services."""
    # A template is nothing that the manager knows of.
    asked = list(dict.fromkeys(service for service in services if "@." not in service))
    found = _manager.properties(account, asked, _service_states.SHOWN) if asked else {}
    return {service: found.get(service, {}) for service in services}


def followers(
    account: _account.Account, shown: Mapping[str, str], apart: Collection[str] = ()
) -> tuple[str, ...]:
    """Who runs and stops when the service stops of which that is ``shown``; without those ``apart`` and who stops with them alone."""
    found: list[str] = []
    asked, told = set(apart), [shown]
    while told:
        names = set().union(*map(_service_states.followed_by, told)) - asked
        asked |= names
        alive = {
            name: each
            for name, each in shown_of(account, sorted(names)).items()
            if _service_states.is_alive(each)
        }
        found += alive
        told = list(alive.values())
    return tuple(found)


def start_mended(account: _account.Account, verb: str, services: Sequence[str], seconds: float) -> str:
    """Start or restart services, once more where what kept them from it could be mended; empty, or what systemd says against it."""
    began = time.time()
    told = try_start(account, verb, services, seconds)
    if told and mended(account, services, began):
        told = try_start(account, verb, services, seconds)
    return told


def try_start(
    account: _account.Account, verb: str, services: Sequence[str], seconds: float, block: bool = True
) -> str:
    """Start or restart services; empty, or what systemd says against it.

    A pod with ExitPolicy=stop, which is Quadlet's own, stops with its last container, also while that is restarted. Once it has, a start
    brings both.
    """
    told = _manager.try_start(account, verb, services, seconds, block)
    end = time.monotonic() + POD_SECONDS
    while verb == "restart" and DEPENDENCY in told and time.monotonic() < end:
        time.sleep(POD_PAUSE_SECONDS)
        told = _manager.try_start(account, "start", services, seconds, block)
    return told


def mended(account: _account.Account, services: Sequence[str], began: float) -> bool:
    """Whether services did not start for a network namespace that a killed Podman left half built, and it is out of the way now."""
    return any(
        _pasta.HALF_BUILT in line
        for service in services
        for line in _manager.last_lines(account, service, began)
    ) and bool(_account.call_as(account, _pasta.end_rootless_netns))


def collided(account: _account.Account, services: Collection[str], began: float) -> bool:
    """Whether services did not start, each of them, because several Podmans made containers at once. They can start again then, as if nothing
    had been.
    """
    if not services or not all(
        any(map(COLLIDED.search, _manager.last_lines(account, service, began))) for service in services
    ):
        return False
    end = time.monotonic() + AGAIN_SECONDS
    while time.monotonic() < end:
        shown = shown_of(account, list(services)).values()
        if not any(each.get("SubState", "").startswith("auto-restart") for each in shown):
            break
        time.sleep(AGAIN_PAUSE_SECONDS)
    # With that their restarts are not counted any more.
    _manager.forget_failed(account, list(services))
    return True


def sweep(account: _account.Account, services: Collection[str]) -> None:
    """Remove what a start that was killed on its way left of services that are stopped. Raises Failure.

    A service finds its container or pod by a file, and Podman writes that after it has entered the object: killed in between,
    nobody takes it away, and the name is taken.
    """
    _account.call_as(account, _sweep, account, list(services))


def _sweep(account: _account.Account, services: list[str]) -> None:
    engine = _engine.Engine(account)
    for pod in engine.get("pods/json"):
        if (pod.get("Labels") or {}).get(_service_states.UNIT_LABEL) in services:
            operations.remove_pod(engine, str(pod["Id"]))
    left = engine.get("containers/json", {"all": True})
    found = [
        str(each["Id"])
        for each in left
        if (each.get("Labels") or {}).get(_service_states.UNIT_LABEL) in services
    ]
    # As the service itself would have done.
    operations.remove_all(engine, found, volumes=True)
