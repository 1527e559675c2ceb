# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes that run with given ids: found in /proc, ended for good."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import signal
import time
from collections.abc import Callable, Iterator

from .ranges import Range

_IDS = re.compile(r"^([UG]id):\t(\d+)\t(\d+)\t(\d+)\t(\d+)$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Process:
    """A process: its number, and its real, effective, saved and file-system ids on the host."""

    pid: int
    uids: frozenset[int]
    gids: frozenset[int]


def find(wanted: Callable[[Process], bool], proc: str = "/proc") -> list[Process]:
    """All processes of the host that are ``wanted``, this one left out."""
    return [process for process in _all(proc) if process.pid != os.getpid() and wanted(process)]


def with_ids(uids: tuple[Range, ...], gids: tuple[Range, ...] = (), proc: str = "/proc") -> list[Process]:
    """Processes one of whose uids or gids lies in the ranges."""
    return find(lambda process: _any_in(process.uids, uids) or _any_in(process.gids, gids), proc)


def in_own_namespace(uid: int, proc: str = "/proc") -> bool:
    """Whether the account's user namespace is held open: then new containers still get the ranges of that time.

    Podman's pause process keeps it. Needs root for another account's processes.
    """
    theirs = find(lambda process: uid in process.uids, proc)
    return any(_maps_ranges(process.pid, proc) for process in theirs)


def end(uids: tuple[Range, ...], patience: float = 5.0) -> list[int]:
    """End every process whose uid lies in the ranges: SIGTERM, and SIGKILL after ``patience`` seconds.

    Returns the pids that are still there. A pid that has been given to somebody else meanwhile is not hit.
    """
    for number, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, patience)):
        deadline = time.monotonic() + wait
        for process in with_ids(uids):
            _signal(process.pid, uids, number)
        while with_ids(uids) and time.monotonic() < deadline:
            if number == signal.SIGKILL:  # a fork may have slipped through between look and signal
                for process in with_ids(uids):
                    _signal(process.pid, uids, number)
            time.sleep(0.05)
        if not with_ids(uids):
            return []
    return [process.pid for process in with_ids(uids)]


def _all(proc: str) -> Iterator[Process]:
    for entry in os.listdir(proc):
        if not entry.isdigit():
            continue
        process = _read(int(entry), proc)
        if process is not None:
            yield process


def _read(pid: int, proc: str = "/proc") -> Process | None:
    """One process, or None when it has ended (a zombie counts as ended)."""
    try:
        with open(f"{proc}/{pid}/status", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    if "\nState:\tZ" in text:
        return None
    ids = {kind: frozenset(map(int, numbers)) for kind, *numbers in _IDS.findall(text)}
    return Process(pid, ids.get("Uid", frozenset()), ids.get("Gid", frozenset()))


def _any_in(ids: frozenset[int], ranges: tuple[Range, ...]) -> bool:
    return any(entry.start <= number < entry.end for number in ids for entry in ranges)


def _maps_ranges(pid: int, proc: str) -> bool:
    try:
        with open(f"{proc}/{pid}/uid_map", encoding="ascii") as file:
            return len(file.read().splitlines()) > 1
    except OSError:
        return False


def _signal(pid: int, uids: tuple[Range, ...], number: int) -> None:
    """Signal the process that has these ids now, by a handle, so that a re-used pid is not hit."""
    with contextlib.suppress(ProcessLookupError):
        if not hasattr(os, "pidfd_open"):
            os.kill(pid, number)
            return
        handle = os.pidfd_open(pid)
        try:
            process = _read(pid)
            if process is not None and _any_in(process.uids, uids):
                signal.pidfd_send_signal(handle, number)
        finally:
            os.close(handle)
