# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running programs, and stopping them when the run is interrupted."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Callable

from .errors import Interrupted, TestbedError

STARTED = time.monotonic()
# A plain word and not an Event: it is set in a signal handler, where a lock could be held already
_stopped_by = ""
_children: set[subprocess.Popen[str]] = set()
_local = threading.local()
# Words before a long command that must not go on alone when this process is killed
TIED = ("setpriv", "--pdeathsig=KILL")


def say(text: str) -> None:
    """One line of progress; written at once, since several threads speak."""
    sys.stderr.write(f"testbed: {time.monotonic() - STARTED:5.1f}s  {text}\n")
    sys.stderr.flush()


def stop_everything(reason: str) -> None:
    """End all programs of this run; every thread that waits for something raises Interrupted soon."""
    global _stopped_by  # noqa: PLW0603  a signal handler has no other place
    _stopped_by = _stopped_by or reason
    for child in list(_children):
        _kill_group(child)


def _kill_group(child: subprocess.Popen[str]) -> None:
    # SIGKILL will do: what must not be torn is shielded, and builds live in namespaces that end with them
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """Undoing, and what must not be left half-way, goes on after an interruption."""
    before = is_shielded()
    _local.shielded = True
    try:
        yield
    finally:
        _local.shielded = before


def is_shielded() -> bool:
    """Whether this thread does something that an interruption must not touch."""
    return getattr(_local, "shielded", False)


def check_stop() -> None:
    """Raise when this run has been interrupted."""
    if _stopped_by and not is_shielded():
        raise Interrupted(_stopped_by)


def pause(seconds: float) -> None:
    """A short sleep that ends with an interruption."""
    time.sleep(seconds)
    check_stop()


def wait_for(condition: Callable[[], Any], seconds: float, step: float = 0.05) -> Any:
    """Ask until the answer is true, or the time is up; return the last answer."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer or time.monotonic() > end:
            return answer
        pause(step)


def run(
    command: Sequence[str], *, stdin: str = "", check: bool = True, log: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end.  With `log` its output goes there, else it is captured."""
    check_stop()
    with contextlib.ExitStack() as stack:
        sink: Any = stack.enter_context(log.open("a")) if log else subprocess.PIPE
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=sink,
            stderr=subprocess.STDOUT if log else subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # a Ctrl-C reaches us first, and its children as one group
        )
        if not is_shielded():
            _children.add(child)
            if _stopped_by:  # between the check and the start
                _kill_group(child)
        try:
            out, err = child.communicate(stdin)
        finally:
            _children.discard(child)
    check_stop()
    done = subprocess.CompletedProcess(list(command), child.returncode, out or "", err or "")
    if check and child.returncode:
        words = reason_in(log.read_text(errors="replace") if log else done.stderr or done.stdout)
        raise TestbedError(f"`{' '.join(command[:4])} ...` failed with status {child.returncode}: {words}")
    return done


def reason_in(text: str) -> str:
    """The reason that a program gave: its first error, or else what it said last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith(("E:", "error:", "Error:"))]
    return errors[0] if errors else (lines or ["it said nothing"])[-1]


def run_json(command: Sequence[str]) -> Any:
    """Run a program that answers in JSON."""
    return json.loads(run(command).stdout or "[]")
