# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each host has a cgroup of its own: two hosts in one would break each other, and it tells which processes are a host's."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
from pathlib import Path

from .errors import TestbedError
from .work import wait_for


def roots(mountinfo: Path = Path("/proc/self/mountinfo")) -> list[Path]:
    """The cgroup v2 mount first, then systemd's named v1 hierarchy where there is one."""
    unified, named = [], []
    for line in mountinfo.read_text().splitlines():
        words, tail = line.split(), line.partition(" - ")[2].split()
        if tail[0] == "cgroup2":
            unified.append(Path(words[4]))
        elif tail[0] == "cgroup" and "name=systemd" in tail[2].split(","):
            named.append(Path(words[4]))
    if not unified:
        raise TestbedError("this machine has no cgroup v2 hierarchy mounted, and hosts need one")
    return unified[:1] + named[:1]


class Cgroup:
    """The cgroup of one host in every hierarchy: `launcher` in it for our process, `boot` for what it starts."""

    def __init__(self, name: str) -> None:
        self.tops = [root / name for root in roots()]

    def exists(self) -> bool:
        """Whether there is such a cgroup in any hierarchy."""
        return any(top.exists() for top in self.tops)

    def prepare(self) -> set[str]:
        """Make the cgroup, and return the controllers that the host will have."""
        top = self.tops[0]
        for folder in self.tops:
            (folder / "launcher").mkdir(parents=True, exist_ok=True)
            (folder / "boot").mkdir(exist_ok=True)
        for parent in (top.parent, top):
            for controller in (parent / "cgroup.controllers").read_text().split():
                # not ours to insist: a container's top may hold processes, and systemd may keep one for itself
                with contextlib.suppress(OSError):
                    (parent / "cgroup.subtree_control").write_text(f"+{controller}")
        return set((top / "boot/cgroup.controllers").read_text().split())

    def join(self, leaf: str) -> None:
        """Move the calling process into the cgroup."""
        for top in self.tops:
            (top / leaf / "cgroup.procs").write_text(str(os.getpid()))

    def pids(self, leaf: str = "") -> list[int]:
        """All processes of the host, as the machine counts them."""
        found: set[int] = set()
        for top in self.tops:
            for folder, _dirs, _files in os.walk(top / leaf):
                # a cgroup can vanish while we look, and a threaded one cannot be read
                with contextlib.suppress(OSError):
                    found.update(int(word) for word in Path(folder, "cgroup.procs").read_text().split())
        return sorted(found)

    def init_pid(self) -> int | None:
        """The host's PID 1, as the machine counts it."""
        for pid in self.pids():
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{pid}/status").read_text()
                numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[1:]
                if len(numbers) == 2 and numbers[1] == "1":
                    return pid
        return None

    def kill(self) -> None:
        """End every process of the host at once, and see that none is left."""
        for top in self.tops:
            with contextlib.suppress(OSError):
                (top / "cgroup.kill").write_text("1")

        def gone() -> bool:
            left = self.pids()
            for pid in left:
                self._kill_one(pid)
            return not left

        if not wait_for(gone, 20):
            raise TestbedError(f"processes of the host do not end: {' '.join(map(str, self.pids()))}")

    def _kill_one(self, pid: int) -> None:
        """Kill a process only if it is one of the host's: its number may have been given to another."""
        with contextlib.suppress(OSError):
            handle = os.pidfd_open(pid)
            try:
                if pid in self.pids():
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            finally:
                os.close(handle)

    def remove(self, leaf: str = "") -> None:
        """Remove the empty cgroups, deepest first."""
        for top in self.tops:
            for folder, _dirs, _files in os.walk(top / leaf, topdown=False):
                # the kernel needs a moment after the last process has gone
                if not wait_for(functools.partial(self._rmdir, folder), 5):
                    raise TestbedError(f"cgroup {folder} cannot be removed")

    @staticmethod
    def _rmdir(folder: str) -> bool:
        try:
            os.rmdir(folder)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True
