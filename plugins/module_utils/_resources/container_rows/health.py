# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows about health checks (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._errors import Failure
from ..._options import Body, Facts, Option, set_path
from ..._process_values import HealthTest
from ..._values import Duration, Flag, Integer, Text, ValueType, print_duration

SECOND = 10**9
FAILURE_ACTIONS = {"none": 0, "kill": 2, "restart": 3, "stop": 4}
# An update of one part reset the others before.
LIVE = "5.5"


class FailureAction(Text):
    """What Podman does when a container turns unhealthy; posted as a number, shown as a word."""

    def body(self, value: str) -> int:
        return FAILURE_ACTIONS[value]

    def updated(self, value: str) -> str:
        return value


class HealthDuration(Duration):
    """A duration that an update wants in words."""

    def updated(self, value: int) -> str:
        return print_duration(value)


def _check(name: str, value: ValueType, field: str, alias: str, live: str = LIVE) -> Option:
    return Option(
        name, value, f"healthconfig.{field}", f"Config.Healthcheck.{field}", (alias,),
        live=live, update=alias if live else "", inherits=bool(live),
    )  # fmt: skip


def _startup(name: str, value: ValueType, field: str, live: str = LIVE) -> Option:
    return Option(
        name, value, f"startupHealthConfig.{field}", f"Config.StartupHealthCheck.{field}",
        since="4.4", live=live, update=name if live else "", inherits=bool(live),
    )  # fmt: skip


def _log(name: str, value: ValueType, api: str, state: str) -> Option:
    return Option(name, value, api, state, since="5.3", live=LIVE, update=name, inherits=True)


def _write_none(value: bool, body: Body, _facts: Facts) -> None:
    if not value:
        return
    if body.get("healthconfig"):
        raise Failure(
            "no_healthcheck: true was given beside a healthcheck, and one of them is needed; leave the other out."
        )
    set_path(body, "healthconfig.Test", ["NONE"])


ROWS = [
    _check("healthcheck", HealthTest(), "Test", "health_cmd", live=""),
    _check("healthcheck_interval", HealthDuration(), "Interval", "health_interval"),
    _check("healthcheck_timeout", HealthDuration(), "Timeout", "health_timeout"),
    _check("healthcheck_start_period", HealthDuration(), "StartPeriod", "health_start_period"),
    _check("healthcheck_retries", Integer(0), "Retries", "health_retries"),
    Option("no_healthcheck", Flag(), write=_write_none),
    Option(
        "healthcheck_failure_action", FailureAction(list(FAILURE_ACTIONS)), "health_check_on_failure_action",
        "Config.HealthcheckOnFailureAction", ("health_on_failure",), since="4.3",
    ),
    _startup("health_startup_cmd", HealthTest(), "Test", live=""),
    _startup("health_startup_interval", HealthDuration(), "Interval"),
    _startup("health_startup_timeout", HealthDuration(), "Timeout"),
    _startup("health_startup_retries", Integer(0), "Retries"),
    _startup("health_startup_success", Integer(0), "Successes"),
    _log("health_log_destination", Text(), "healthLogDestination", "Config.HealthLogDestination"),
    _log("health_max_log_count", Integer(0), "healthMaxLogCount", "Config.HealthcheckMaxLogCount"),
    _log("health_max_log_size", Integer(0), "healthMaxLogSize", "Config.HealthcheckMaxLogSize"),
]  # fmt: skip


def complete_health(body: Body, image_health: Mapping[str, Any] | None) -> None:
    """The defaults that the command line fills in: without them every check fails or never runs.

    ``image_health`` is the image's own check: overriding a part of it over the API would lose its command.
    Raises Failure for settings of a check that is switched off.
    """
    startup = body.get("startupHealthConfig")
    if startup is not None:
        for key, value in {"Interval": 30 * SECOND, "Timeout": 30 * SECOND}.items():
            startup.setdefault(key, value)
    health = body.get("healthconfig")
    if health is None:
        return
    if "Test" not in health and image_health:
        health.update({key: value for key, value in image_health.items() if key not in health})
    if health.get("Test") == ["NONE"]:
        if len(health) > 1:
            # Podman would drop them, and every run would find them missing.
            raise Failure(
                "healthcheck: none was given beside settings of a check, and there is none to have them; "
                "leave out healthcheck_interval, healthcheck_timeout, healthcheck_start_period and healthcheck_retries."
            )
        return
    for key, value in {"Interval": 30 * SECOND, "Timeout": 30 * SECOND, "Retries": 3}.items():
        health.setdefault(key, value)
