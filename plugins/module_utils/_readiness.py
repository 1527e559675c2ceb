# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a started container counts as ready, and when it never will (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from . import _options

SECOND = 10**9


@dataclasses.dataclass(frozen=True)
class Verdict:
    """``ready``, or ``failure`` (what is wrong, without a full stop), or neither: look again.

    ``check`` says that running the health check now does no harm: within the start period a
    failure does not count, and the timer alone would let a whole interval pass.
    """

    ready: bool = False
    failure: str = ""
    check: bool = False


def judge(inspect: Mapping[str, Any], lived: float, settle: float, timeout: float) -> Verdict:
    """Judge a container ``lived`` seconds after its start.

    With a health check it has to turn healthy within ``timeout`` seconds; one that a restart policy
    brings back may exit on the way there. Without one it has to run for ``settle`` seconds. One that
    ended with exit code 0 has done its work.
    """
    state = inspect.get("State") or {}
    status = str(state.get("Status"))
    restarts = int(inspect.get("RestartCount") or 0)
    health = state.get("Health") or state.get("Healthcheck") or {}
    checked = (_options.get_path(inspect, "Config.Healthcheck.Test") or ["NONE"]) != ["NONE"]
    returns = (_options.get_path(inspect, "HostConfig.RestartPolicy.Name") or "no") != "no"
    ended = status in ("exited", "stopped") or restarts > 0
    if ended and not (checked and returns):
        code = int(state.get("ExitCode") or 0)
        done = code == 0 and not restarts
        return Verdict(ready=done, failure="" if done else f"exited with code {code} after its start")
    late = (
        f"was {{}}, not ready, {timeout:.0f} seconds after its start (wait_timeout)"
        if lived > timeout + settle
        else ""
    )
    if not checked:
        ready = status == "running" and lived >= settle
        return Verdict(ready=ready, failure="" if ready else late.format(status))
    word = str(health.get("Status") or "")
    if word == "healthy":
        return Verdict(ready=True)
    if word == "unhealthy":
        return Verdict(failure=f"runs, but its health check fails: {_output(health)}")
    if lived > timeout:
        return Verdict(
            failure=f"was {word or status}, not healthy, {timeout:.0f} seconds after its start (wait_timeout)"
        )
    start_period = int(_options.get_path(inspect, "Config.Healthcheck.StartPeriod") or 0) / SECOND
    return Verdict(check=status == "running" and lived < start_period)


def judge_health(inspect: Mapping[str, Any], lived: float, timeout: float) -> Verdict:
    """Judge a container on which another one depends as healthy: running is not enough."""
    if (_options.get_path(inspect, "Config.Healthcheck.Test") or ["NONE"]) == ["NONE"]:
        return Verdict(failure="has no health check that could tell whether it is healthy")
    if _options.get_path(inspect, "State.Status") not in ("running", "paused") and lived > timeout:
        return Verdict(failure="does not run")
    return judge(inspect, lived, 0.0, timeout)


def judge_end(inspect: Mapping[str, Any], lived: float, timeout: float) -> Verdict:
    """Judge a container that has to run to its end, and well. A restart policy may give it further tries."""
    state = inspect.get("State") or {}
    status, code = str(state.get("Status")), int(state.get("ExitCode") or 0)
    # While it is "stopped" Podman still takes its network down, and with it that of whatever starts at the same moment.
    if status == "exited" and code == 0:
        return Verdict(ready=True)
    if status in ("exited", "stopped") and code != 0:
        policy = _options.get_path(inspect, "HostConfig.RestartPolicy") or {}
        tries = int(policy.get("MaximumRetryCount") or 0)
        more = policy.get("Name") == "on-failure" and (
            not tries or int(inspect.get("RestartCount") or 0) < tries
        )
        if not more or lived > timeout:
            return Verdict(failure=f"ended with exit code {code}")
    if lived > timeout:
        return Verdict(
            failure=f"was {status}, not at its end, {timeout:.0f} seconds after its start (wait_timeout)"
        )
    return Verdict()


def _output(health: Mapping[str, Any]) -> str:
    log = health.get("Log") or [{}]
    return " ".join(str((log[-1] or {}).get("Output") or "no output").split())[:300]
