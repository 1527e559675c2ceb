# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of commands in containers: the guards, the run, what it said."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import time
from collections.abc import Mapping
from typing import Any

from . import _attach, _engine, _errors, _module, _options, _plan, _process_values, _streams, _values

# What a command may say on each of its streams, in bytes; the rest is dropped.
SAID_LIMIT = 4 * 1024 * 1024
GUARDS = ("creates", "removes", "unless", "onlyif")


@dataclasses.dataclass(frozen=True)
class Done:
    """A command that has ended."""

    rc: int
    stdout: str
    stderr: str
    cut: bool


def travel(task: _module.Task, engine: _engine.Engine, key: bytes) -> dict[str, Any]:  # noqa: ARG001  there is nothing to record
    """Run one command in a running container, unless a guard says that it need not run; return the task's result."""
    params = task.params
    spec = parse(params)
    name = str(params["name"])
    identity = running(engine, name)
    guard = _guard(task, engine, identity, params, spec)
    steps = [] if guard else [_plan.Step("exec", "container", name)]
    result = {
        **_plan.outcome(steps),
        "guard": guard,
        "stdout": "",
        "stderr": "",
        "stdout_lines": [],
        "stderr_lines": [],
    }
    if guard or task.check:
        return result
    if params["detach"]:
        session = _session(engine, identity, {**spec, "AttachStdout": False, "AttachStderr": False})
        engine.write("POST", f"exec/{session}/start", None, {"Detach": True})
        return {**result, "exec_id": session}
    done = run(engine, identity, name, spec, params["stdin"], params["timeout"])
    if done.cut:
        task.warn(
            f"container {name}: the command said more than {SAID_LIMIT} bytes, and the rest was dropped."
        )
    result.update(
        rc=done.rc,
        stdout=done.stdout,
        stderr=done.stderr,
        stdout_lines=done.stdout.splitlines(),
        stderr_lines=done.stderr.splitlines(),
    )
    if done.rc not in params["expect"]:
        raise _errors.Failure(refusal(name, done, params["expect"]), **result)
    # Ansible takes any rc but 0 for a failure unless it is told otherwise.
    return {**result, "failed": False}


def parse(params: Mapping[str, Any]) -> dict[str, Any]:
    """What the task declares, as the body of Podman's request. Raises Failure."""
    chosen = "argv" if params.get("argv") is not None else "command"
    return {
        "Cmd": words(chosen, params[chosen]),
        "Env": [f"{name}={value}" for name, value in _pairs(params.get("env") or {}).items()],
        "User": params.get("container_user") or "",
        "WorkingDir": params.get("workdir") or "",
        "Tty": bool(params.get("tty")),
        "Privileged": bool(params.get("privileged")),
        "AttachStdin": params.get("stdin") is not None,
        "AttachStdout": True,
        "AttachStderr": True,
    }


def words(option: str, raw: Any) -> list[str]:
    """A command as a list of words. Raises Failure."""
    try:
        found = _process_values.Words().parse(raw)
    except ValueError as error:
        raise _errors.Failure(f"{option}: {error} is needed.") from error
    if not found or not found[0]:
        raise _errors.Failure(f"{option}: it is empty, and a command such as 'ls -l /data' is needed.")
    return found


def _pairs(raw: Any) -> dict[str, str]:
    try:
        return _values.Pairs().parse(raw)
    except ValueError as error:
        raise _errors.Failure(f"env: {error} is needed.") from error


def refusal(name: str, done: Done, expected: list[int]) -> str:
    """The sentence about an exit code that the task does not expect."""
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    # Where the command itself cannot be started, Podman's own reason stands before what follows from it.
    told = next((line for line in lines if "OCI runtime" in line), lines[-1] if lines else "")
    said = f": {told[:500]}" if told else ""
    codes = ", ".join(str(each) for each in expected)
    return f"container {name}: the command ended with exit code {done.rc}, and expect: [{codes}] is declared{said}"


def running(engine: _engine.Engine, name: str) -> str:
    """The ID of the running container of that name. Raises Failure."""
    there = engine.find(f"containers/{_engine.name_in_path(name)}/json") if name else None
    if there is None or there.get("Name") != name:
        raise _errors.Failure(
            f"name: account {engine.account.name} has no container {name!r}; make it first with rootless.podman.container, or start it if it is in a unit."
        )
    status = _options.get_path(there, "State.Status")
    if status != "running":
        raise _errors.Failure(
            f"name: container {name} is not running (it is {status}); start it first with rootless.podman.container: "
            f"name={name} state=started"
        )
    return str(there["Id"])


def _guard(
    task: _module.Task,
    engine: _engine.Engine,
    identity: str,
    params: Mapping[str, Any],
    spec: Mapping[str, Any],
) -> str:
    """The guard because of which the command need not run, empty if it has to."""
    for option, wanted in (("creates", True), ("removes", False)):
        if params[option] and _is_there(engine, identity, option, params[option]) is wanted:
            return option
    for option, wanted in (("unless", True), ("onlyif", False)):
        if params[option] is None:
            continue
        command = words(option, params[option])
        # A guard is a command as well, and check mode runs none.
        if task.check:
            continue
        asked = {**spec, "Cmd": command, "AttachStdin": False, "Tty": False}
        done = run(engine, identity, str(params["name"]), asked, None, params["timeout"])
        if (done.rc == 0) is wanted:
            return option
    return ""


def _is_there(engine: _engine.Engine, identity: str, option: str, path: str) -> bool:
    if not path.startswith("/") or "*" in path:
        raise _errors.Failure(
            f"{option}: {path!r} was given, and an absolute path in the container without * is needed."
        )
    return engine.look(f"containers/{identity}/archive", {"path": path})[0] == 200


def _session(engine: _engine.Engine, identity: str, spec: Mapping[str, Any]) -> str:
    return str(engine.write("POST", f"containers/{identity}/exec", None, spec)["Id"])


def run(
    engine: _engine.Engine,
    identity: str,
    name: str,
    spec: Mapping[str, Any],
    stdin: str | None,
    timeout: float,
) -> Done:
    """Run a command to its end. Raises Failure when it takes too long; it is killed then."""
    session = _session(engine, identity, spec)
    output = _streams.Output(framed=not spec["Tty"], limit=SAID_LIMIT)
    raw = None if stdin is None else stdin.encode("utf-8", "surrogateescape")
    end = time.monotonic() + timeout
    try:
        _attach.attach(
            engine, f"exec/{session}/start", {"Detach": False, "Tty": spec["Tty"]}, raw, output, timeout
        )
        rc = _exit_code(engine, session, end)
    except _attach.Overdue:
        _kill(engine, session)
        raise _errors.Failure(
            f"container {name}: the command took longer than timeout: {timeout:g} seconds and was killed.",
            stdout=output.text(_streams.STDOUT).rstrip("\r\n"),
            stderr=output.text(_streams.STDERR).rstrip("\r\n"),
        ) from None
    return Done(
        rc,
        output.text(_streams.STDOUT).rstrip("\r\n"),
        output.text(_streams.STDERR).rstrip("\r\n"),
        output.cut,
    )


def _exit_code(engine: _engine.Engine, session: str, end: float) -> int:
    """A command that closed its output may still run."""
    pause = 0.01
    while True:
        told = engine.get(f"exec/{session}/json")
        if not told.get("Running"):
            return int(told.get("ExitCode") or 0)
        if time.monotonic() > end:
            raise _attach.Overdue
        time.sleep(pause)
        pause = min(2 * pause, 0.5)


def _kill(engine: _engine.Engine, session: str) -> None:
    """End a command and what it started in its process group.

    Podman can only do it from 4.8 on. The kernel lets an account do it, because it owns the user namespace. The group's
    leader may have ended before (Podman 4.3 with crun).
    """
    with contextlib.suppress(_errors.EngineError, OSError):
        pid = engine.get(f"exec/{session}/json").get("Pid")
        if isinstance(pid, int) and pid > 1:
            group = os.getpgid(pid)
            if group not in (0, os.getpgrp()):
                os.killpg(group, signal.SIGKILL)
            os.kill(pid, signal.SIGKILL)
