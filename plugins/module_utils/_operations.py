# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single operations on containers and pods, each safe to repeat, and healing what a killed service leaves."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any, Callable

from . import (
    _bridges,
    _course,
    _engine,
    _errors,
    _name_server,
    _options,
    _pasta,
    _readiness,
    _record,
    _runtime,
    _streams,
    _survey,
)

# A container that lives this many seconds after its start did not exit at once.
SETTLE = 0.3
SETTLE_REPLACED = 1.0
# Seconds for which a port that somebody holds is tried again.
PORT_PATIENCE = 3.0
# The infra container of a pod, by the first characters of the pod's ID.
INFRA_NAME = re.compile("([0-9a-f]{12})-infra")
# States of a container that has no process any more.
ENDED = ("exited", "stopped", "removing", "dead")
# So many containers are waited for at once: waiting is cheap.
WAITING = 16
# Seconds between two health checks that are run while waiting.
CHECK_PAUSE = 1.0


def now() -> float:
    """Seconds on the clock that waiting goes by."""
    return time.monotonic()


def create(engine: _engine.Engine, name: str, body: Mapping[str, Any]) -> str:
    """Make a container and return its ID.

    A name in use can be three things: the container that a killed predecessor's request still
    made (taken over when its record is the same), a leftover in the storage that no listing shows
    (removed, then tried again), or somebody else's container (raised).
    """
    try:
        return str(engine.write("POST", "containers/create", None, {**body, "name": name})["Id"])
    except _errors.EngineError as error:
        if "in use" not in error.cause:
            raise _named(error, f"container {name}") from error
        refusal = _named(error, f"container {name}")
    there = engine.find(f"containers/{_engine.name_in_path(name)}/json")
    if there is not None and there.get("Name") == name:
        labels = _options.get_path(there, "Config.Labels") or {}
        if labels.get(_record.LABEL) != (body.get("labels") or {}).get(_record.LABEL):
            raise _errors.Failure(
                f"name: a container {name} appeared while this task ran; run the task again."
            )
        return str(there["Id"])
    try:
        engine.write("DELETE", f"containers/{_engine.name_in_path(name)}", {"force": True})
    except _errors.EngineError:
        raise refusal from None  # nothing of that name to remove: a pod has it
    return str(engine.write("POST", "containers/create", None, {**body, "name": name})["Id"])


def start(engine: _engine.Engine, identity: str, name: str) -> None:
    """Start a container; what it depends on is started with it.

    The network helper of a container that has just ended may hold its port for a moment longer, so
    a port in use is tried again for a while. One that no container owns for that long was left by a
    service that was killed, and is ended.
    """
    end = time.monotonic() + PORT_PATIENCE
    forgotten = False
    holders: set[int] | None = None
    _bridges.hold()
    _name_server.end_lost()
    while True:
        try:
            engine.write("POST", f"containers/{identity}/start", timeout=300.0)
            return
        except _errors.EngineError as error:
            refusal = _start_refusal(engine, identity, error)
        if _unpaused(engine, identity, refusal):
            return
        if not forgotten and _runtime.is_left_behind(refusal.cause):
            forgotten = _forgotten(engine, identity)
            if forgotten:
                continue
        if _pasta.HALF_BUILT in refusal.cause and _pasta.end_rootless_netns():
            continue
        if "address already in use" not in refusal.cause.lower():
            raise _named(refusal, name if " " in name else f"container {name}")
        if holders is None:
            holders = _pasta.ownerless_pastas(_network_namespaces(engine))
        if time.monotonic() > end:
            if not _pasta.end_pastas(holders & _pasta.ownerless_pastas(_network_namespaces(engine))):
                raise _named(refusal, name if " " in name else f"container {name}")
            holders = set()
        time.sleep(0.2)


def _forgotten(engine: _engine.Engine, identity: str) -> bool:
    """Have the runtime forget a container that Podman does not take for running; whether it did."""
    there = engine.find(f"containers/{identity}/json") or {}
    alive = _options.get_path(there, "State.Status") in ("running", "paused")
    return not alive and _runtime.forget(str(there.get("OCIRuntime") or ""), str(there.get("Id") or identity))


def _network_namespaces(engine: _engine.Engine) -> set[str]:
    """The network namespaces of all containers that are alive, as paths.

    One that ended while its service was killed still names its own, which nobody took down.
    """
    keys = set()
    for each in engine.get("containers/json", {"all": True}):
        inspect = _survey.inspected(engine, each)
        if _options.get_path(inspect, "State.Status") not in ENDED:
            keys.add(str(_options.get_path(inspect, "NetworkSettings.SandboxKey") or ""))
    return keys - {""}


def _start_refusal(engine: _engine.Engine, identity: str, error: _errors.EngineError) -> _errors.EngineError:
    """Why it really did not start."""
    if "starting some containers" in error.cause:
        try:
            _start_infra(engine, identity)
        except _errors.EngineError as cause:
            return cause
    return error


def _start_infra(engine: _engine.Engine, identity: str) -> None:
    """Podman does not say why a pod's infra container does not start, unless that alone is started."""
    member = engine.find(f"containers/{identity}/json") or {}
    pod = engine.find(f"pods/{member.get('Pod')}/json") if member.get("Pod") else None
    if pod and pod.get("InfraContainerID"):
        try:
            engine.write("POST", f"containers/{pod['InfraContainerID']}/start", timeout=300.0)
        except _errors.EngineError as error:
            raise _named(error, f"pod {pod.get('Name')}") from error


def stop(engine: _engine.Engine, identity: str, name: str) -> None:
    """Stop a container as it wants to be stopped: its own signal and timeout."""
    _bridges.hold()
    try:
        engine.write("POST", f"containers/{identity}/stop", timeout=_engine.LONG_TIMEOUT)
    except _errors.EngineError as error:
        if _unpaused(engine, identity, error):
            stop(engine, identity, name)
            return
        there = engine.find(f"containers/{identity}/json")
        if there is not None and _options.get_path(there, "State.Running"):
            raise _named(error, f"container {name}") from error


def _unpaused(engine: _engine.Engine, identity: str, refusal: _errors.EngineError) -> bool:
    """Let a paused container run on: Podman neither starts nor stops one. Whether that was why it refused."""
    if "improper" not in refusal.cause:
        return False
    there = engine.find(f"containers/{identity}/json")
    if there is None or _options.get_path(there, "State.Status") != "paused":
        return False
    engine.write("POST", f"containers/{identity}/unpause")
    return True


def rename(engine: _engine.Engine, identity: str, to: str) -> None:
    """Give a container another name; a running one keeps its place in the network."""
    engine.write("POST", f"containers/{identity}/rename", {"name": to})


def remove(engine: _engine.Engine, identity: str, volumes: bool = False) -> None:
    """Remove a container, stopping it as it wants first; ``volumes`` removes its anonymous ones as well."""
    with contextlib.suppress(
        _errors.EngineError
    ):  # what a killed service left half removed cannot be stopped any more
        stop(engine, identity, identity[:12])
    try:
        engine.write("DELETE", f"containers/{identity}", {"force": True, "volumes": volumes}, timeout=300.0)
    except _errors.EngineError as error:
        if error.status != 404:
            raise


def remove_all(engine: _engine.Engine, identities: Iterable[str], volumes: bool = False) -> None:
    """Remove containers, those that depend on others first: Podman refuses the other order."""
    left = list(identities)
    while left:
        held, refusal = [], None
        for identity in left:
            try:
                remove(engine, identity, volumes)
            except _errors.EngineError as error:
                if "dependent" not in error.cause:
                    raise
                held.append(identity)
                refusal = error
        if refusal is not None and len(held) == len(left):
            raise refusal
        left = held


def create_pod(engine: _engine.Engine, name: str, body: Mapping[str, Any]) -> str:
    """Make a pod and return its ID; one that a killed predecessor's request made is taken over."""
    _remove_infra_leftovers(engine)
    try:
        return str(engine.write("POST", "pods/create", None, {**body, "name": name}, timeout=300.0)["Id"])
    except _errors.EngineError as error:
        there = engine.find(f"pods/{_engine.name_in_path(name)}/json")
        ours = there and (there.get("Labels") or {}).get(_record.LABEL) == (body.get("labels") or {}).get(
            _record.LABEL
        )
        if error.status != 409 or not there or not ours:
            raise _named(error, f"pod {name}") from error
        return str(there["Id"])


def _remove_infra_leftovers(engine: _engine.Engine) -> None:
    """Remove infra containers that only the storage knows: a service was killed while it made or removed their pod.

    Podman names them after their pod, and enters the pod first: where none of that ID exists, nobody is at work on it.
    """
    stored = {
        match.group(1): str(each["Id"])
        for each in engine.get("containers/json", {"all": True, "external": True})
        for match in map(INFRA_NAME.fullmatch, each.get("Names") or [])
        if match and not each.get("Pod")
    }
    if not stored:
        return
    pods = {str(each["Id"])[:12] for each in engine.get("pods/json")}
    for pod, identity in stored.items():
        if pod not in pods:
            with contextlib.suppress(_errors.EngineError):  # it takes a layer's place and nothing else
                engine.write("DELETE", f"containers/{identity}", {"force": True})


def remove_pod(engine: _engine.Engine, identity: str) -> None:
    """Stop a pod's containers as they want, then remove it with them. Volumes stay."""
    stop_pod(engine, identity)
    try:
        engine.write("DELETE", f"pods/{identity}", {"force": True}, timeout=300.0)
    except _errors.EngineError as error:
        if error.status != 404:
            raise


def stop_pod(engine: _engine.Engine, identity: str) -> None:
    """Stop every container of a pod as it wants to be stopped.

    Podman says of a pod in which one has ended already that there is nothing to do, and leaves the others running.
    """
    _bridges.hold()
    try:
        engine.write("POST", f"pods/{identity}/stop", timeout=_engine.LONG_TIMEOUT)
    except _errors.EngineError as error:
        if error.status == 404:
            return
        if error.status != 409:
            raise
    pod = engine.find(f"pods/{identity}/json") or {}
    infra = str(pod.get("InfraContainerID") or "")
    left = [each for each in pod.get("Containers") or [] if each.get("State") == "running"]
    for each in sorted(left, key=lambda member: member.get("Id") == infra):
        stop(engine, str(each["Id"]), str(each.get("Name")))


def start_pod(engine: _engine.Engine, identity: str, name: str) -> None:
    """Start every container of a pod.

    When some do not start, Podman's answer names none of the reasons; starting them one by one does.
    """
    _bridges.hold()
    _name_server.end_lost()
    try:
        engine.write("POST", f"pods/{identity}/start", timeout=300.0)
    except _errors.EngineError as error:
        pod = engine.find(f"pods/{identity}/json")
        if pod is None:
            raise _named(error, f"pod {name}") from error
        infra = str(pod.get("InfraContainerID") or "")
        for member in sorted(pod.get("Containers") or [], key=lambda each: each.get("Id") != infra):
            try:
                start(engine, str(member["Id"]), str(member.get("Name")))
            except _errors.EngineError as refusal:
                raise _named(refusal, f"pod {name}") from refusal


def await_ready(
    engine: _engine.Engine,
    identity: str,
    name: str,
    settle: float,
    timeout: float,
    begun: float | None = None,
) -> None:
    """Wait until a container that was started at ``begun`` (or just now) is ready, as ``_readiness.judge`` sees it.

    Raises Failure with the last log lines.
    """
    _await(
        engine,
        identity,
        name,
        lambda inspect, lived: _readiness.judge(inspect, lived, settle, timeout),
        begun,
        settle,
    )


def await_condition(
    engine: _engine.Engine,
    identity: str,
    name: str,
    condition: str,
    timeout: float,
    begun: float | None = None,
) -> None:
    """Wait until a container is ``healthy`` or ``completed``, for others that depend on it. Raises Failure with the last log lines."""
    verdict = _readiness.judge_end if condition == _course.COMPLETED else _readiness.judge_health
    _await(engine, identity, name, lambda inspect, lived: verdict(inspect, lived, timeout), begun)


def _await(
    engine: _engine.Engine,
    identity: str,
    name: str,
    verdict_on: Callable[[Mapping[str, Any], float], _readiness.Verdict],
    begun: float | None,
    settle: float = 0.0,
) -> None:
    checked = time.monotonic()
    begun = checked if begun is None else begun
    pause = 0.05
    while True:
        inspect = engine.get(f"containers/{_engine.name_in_path(identity)}/json")
        now = time.monotonic()
        verdict = verdict_on(inspect, now - begun)
        if verdict.ready:
            return
        if verdict.failure:
            told = logs(engine, str(inspect["Id"]))
            last = f"; its last log line: {told[-1]}" if told else ""
            raise _errors.Failure(f"container {name} {verdict.failure}{last}.", logs=told)
        if verdict.check and now - checked > CHECK_PAUSE:
            checked = now
            _run_health_check(engine, str(inspect["Id"]))
        # What only has to live for a while is looked at when that is over, and not at the next turn.
        left = begun + settle - now
        time.sleep(min(pause, left) if left > 0 else pause)
        pause = min(pause * 1.5, 0.5)


def _run_health_check(engine: _engine.Engine, identity: str) -> None:
    """Ask now instead of at the timer's next turn; what comes of it shows in the next inspect."""
    try:
        engine.get(f"containers/{identity}/healthcheck")
    except _errors.EngineError as error:
        # 409: it has just stopped; 500: the check itself ran out of time. Both are judged by inspect.
        if error.status not in (409, 500):
            raise


def logs(engine: _engine.Engine, identity: str, lines: int = 15) -> list[str]:
    """The last log lines of a container, both streams; empty when its log driver keeps none."""
    try:
        raw = engine.raw(f"containers/{identity}/logs", {"stdout": True, "stderr": True, "tail": lines})
    except _errors.EngineError:
        return []
    return _streams.text_of(raw).splitlines()[-lines:]


def _named(error: _errors.EngineError, who: str) -> _errors.EngineError:
    return _errors.EngineError(f"{who}: {error.message}", error.status, error.cause, **error.facts)
