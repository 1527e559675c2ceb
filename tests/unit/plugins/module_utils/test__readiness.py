# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a container counts as ready: one table of all there is to see."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._readiness import (
    Verdict,
    judge,
    judge_end,
    judge_health,
)

SETTLE, TIMEOUT = 1.0, 60.0
TEST = {"Healthcheck": {"Test": ["CMD", "true"], "StartPeriod": 10 * 10**9}}


def inspect(
    status: str, health: str = "", code: int = 0, restarts: int = 0, policy: str = "", config: Any = None
) -> dict:
    return {
        "State": {"Status": status, "ExitCode": code, **({"Health": {"Status": health}} if health else {})},
        "RestartCount": restarts, "Config": config or {}, "HostConfig": {"RestartPolicy": {"Name": policy}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "lived", "verdict"),
    [
        # Without a health check: it has to live for a while.
        (inspect("running"), 0.5, "wait"),
        (inspect("running"), 1.0, "ready"),
        (inspect("created"), 2.0, "wait"),
        (inspect("created"), 62.0, "failed"),
        (inspect("exited"), 0.1, "ready"),
        (inspect("exited", code=1), 0.1, "failed"),
        (inspect("running", restarts=1), 5.0, "failed"),
        (inspect("running", restarts=1, policy="always"), 5.0, "failed"),
        (inspect("running", config={"Healthcheck": {"Test": ["NONE"]}}), 1.0, "ready"),
        # With one: it has to turn healthy.
        (inspect("running", "starting", config=TEST), 5.0, "check"),
        (inspect("running", "starting", config=TEST), 15.0, "wait"),
        (inspect("running", "healthy", config=TEST), 0.1, "ready"),
        (inspect("running", "unhealthy", config=TEST), 0.1, "failed"),
        (inspect("running", "starting", config=TEST), 61.0, "failed"),
        (inspect("exited", code=1, config=TEST), 1.0, "failed"),
        (inspect("exited", code=0, config=TEST), 1.0, "ready"),
        # One that is brought back may fall on the way.
        (inspect("exited", "starting", code=1, policy="always", config=TEST), 1.0, "wait"),
        (inspect("running", "starting", restarts=2, policy="on-failure", config=TEST), 15.0, "wait"),
        (inspect("running", "healthy", restarts=2, policy="always", config=TEST), 5.0, "ready"),
        (inspect("exited", "starting", code=1, policy="always", config=TEST), 61.0, "failed"),
    ],
    ids=range(20),
)  # fmt: skip
def test_verdicts(shown: dict, lived: float, verdict: str) -> None:
    found = judge(shown, lived, SETTLE, TIMEOUT)
    told = "ready" if found.ready else "failed" if found.failure else "check" if found.check else "wait"
    assert told == verdict
    assert not (found.ready and found.failure)
    assert not found.failure.endswith(".")


def test_podman_4_calls_it_healthcheck() -> None:
    shown = inspect("running", config=TEST)
    shown["State"]["Healthcheck"] = {"Status": "healthy"}
    assert judge(shown, 0.1, SETTLE, TIMEOUT) == Verdict(ready=True)


@pytest.mark.parametrize("shown", [{}, {"State": None}, {"State": {}, "Config": None, "RestartCount": None}])
def test_half_an_inspect_is_waited_for(shown: dict) -> None:
    assert judge(shown, 0.1, SETTLE, TIMEOUT) == Verdict()
    assert judge(shown, 99, SETTLE, TIMEOUT).failure


@pytest.mark.parametrize(
    ("shown", "lived", "verdict"),
    [
        (inspect("exited"), 0.1, "ready"),
        (inspect("stopped"), 0.1, "wait"),  # its network is still being taken down
        (inspect("stopped"), 61.0, "failed"),
        (inspect("exited", code=3), 0.1, "failed"),
        (inspect("exited", code=3, policy="on-failure"), 0.1, "wait"),
        (inspect("exited", code=3, policy="on-failure"), 61.0, "failed"),
        (inspect("running"), 59.0, "wait"),
        (inspect("running"), 61.0, "failed"),
        (inspect("created"), 1.0, "wait"),
    ],
)
def test_one_that_has_to_complete_is_ready_at_its_end(shown: dict, lived: float, verdict: str) -> None:
    found = judge_end(shown, lived, TIMEOUT)
    assert (found.ready, bool(found.failure)) == (verdict == "ready", verdict == "failed")


@pytest.mark.parametrize(
    ("shown", "lived", "verdict"),
    [
        (inspect("running", "healthy", config=TEST), 0.1, "ready"),
        (inspect("running", "starting", config=TEST), 20.0, "wait"),
        (inspect("running", "unhealthy", config=TEST), 0.1, "failed"),
        (inspect("running"), 5.0, "failed"),
        (inspect("created", config=TEST), 61.0, "failed"),
    ],
)
def test_one_that_has_to_be_healthy_needs_a_health_check(shown: dict, lived: float, verdict: str) -> None:
    found = judge_health(shown, lived, TIMEOUT)
    assert (found.ready, bool(found.failure)) == (verdict == "ready", verdict == "failed")
