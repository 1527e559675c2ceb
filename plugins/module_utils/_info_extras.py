# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``container_info`` adds to a container when the task asks for it: use of resources, health log, last lines."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from . import _engine, _errors, _options, _parallel, _streams

MOST_LINES = 10000
# Bytes of a log that are read, and characters of its end that are told.
READ = 4 * 1024 * 1024
TOLD = 256 * 1024
# Of a health log: entries, and characters of the output of each.
MOST_CHECKS = 100
MOST_OUTPUT = 4096


def check_options(params: Mapping[str, Any]) -> None:
    """Raise Failure for values that make no sense."""
    lines = params.get("logs") or 0
    if not 0 <= lines <= MOST_LINES:
        raise _errors.Failure(
            f"logs: {lines} was given, and a number of lines from 0 to {MOST_LINES} is needed."
        )


def add(engine: _engine.Engine, found: list[dict[str, Any]], params: Mapping[str, Any]) -> list[str]:
    """Add to the containers what the task asks for; returns warnings."""
    warnings = []
    if params.get("health_log"):
        for each in found:
            each["health_log"] = health_log(each)
    if params.get("logs"):
        lines = _parallel.in_parallel(lambda each: _last_lines(engine, each, int(params["logs"])), found)
        for each, said in zip(found, lines):
            each["logs"] = said
    if params.get("stats"):
        running = [str(each["Id"]) for each in found if _options.get_path(each, "State.Running") is True]
        stats, refusal = _stats(engine, running)
        if refusal:
            warnings.append(f"stats: the Podman of account {engine.account.name} told none ({refusal}).")
        for each in found:
            each["stats"] = stats.get(str(each.get("Id")))
    return warnings


def health_log(inspect: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The last health checks, oldest first, in the same form for every Podman."""
    checks = _options.get_path(inspect, "State.Health.Log") or _options.get_path(
        inspect, "State.Healthcheck.Log"
    )
    return [
        {
            "start": each.get("Start"),
            "end": each.get("End"),
            "exit_code": each.get("ExitCode"),
            "output": str(each.get("Output") or "")[-MOST_OUTPUT:],
        }
        for each in (checks if isinstance(checks, list) else [])[-MOST_CHECKS:]
        if isinstance(each, Mapping)
    ]


def _last_lines(engine: _engine.Engine, container: Mapping[str, Any], lines: int) -> list[str] | None:
    """The end of a container's log; None where nothing keeps it."""
    path = f"containers/{_engine.name_in_path(str(container['Id']))}/logs"
    raw = bytearray()
    try:
        with closing(engine.pieces(path, {"stdout": True, "stderr": True, "tail": str(lines)})) as pieces:
            for piece in pieces:
                raw += piece
                if len(raw) > READ:
                    break
    except _errors.EngineError as error:
        # The log driver none, or a container that has just gone.
        if error.status in (404, 409, 500):
            return None
        raise
    return last_lines(_streams.text_of(bytes(raw[:READ])), lines)


def last_lines(text: str, lines: int) -> list[str]:
    """The last lines of a text, as whole as they fit."""
    told = text[-TOLD:].removesuffix("\n").split("\n")
    return [line.rstrip("\r") for line in told[-lines:]] if text else []


def _stats(engine: _engine.Engine, running: list[str]) -> tuple[dict[str, Any], str]:
    """Use of resources by ID, asked for once for all, and why there is none."""
    if not running:
        return {}, ""
    try:
        answer = engine.get("containers/stats", {"stream": False, "containers": running})
    except _errors.EngineError as error:
        if not error.status:
            raise
        return {}, error.cause[:300]
    listed = answer.get("Stats") if isinstance(answer, Mapping) else None
    told = [each for each in listed or [] if isinstance(each, Mapping)] if isinstance(listed, list) else []
    if not told:
        return {}, str(answer.get("Error") if isinstance(answer, Mapping) else answer)[:300]
    return {str(each.get("ContainerID")): dict(each) for each in told}, ""
