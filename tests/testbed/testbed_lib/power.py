# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The switch of a host: on by a launcher process of its own, which boots it again when it reboots, and off at once."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from pathlib import Path
from types import ModuleType

from . import nspawn, qemu
from .cgroup import Cgroup
from .disk import write_file
from .record import Host
from .work import wait_for


def vessel(host: Host) -> ModuleType:
    """What a host runs in: a room with `command`, `environment`, `REBOOT_STATUS`, `init_of` and `clear`."""
    return qemu if host.vm else nspawn


def start(host: Host, launcher: Path) -> subprocess.Popen[bytes]:
    """Start the launcher process of a host, detached from ours."""
    with host.log.open("ab") as log:
        return subprocess.Popen(
            [str(launcher), "_launch", str(host.folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
        )


def launch(host: Host) -> int:
    """What the launcher process does.  Python stays in `launcher`, each boot gets a fresh `boot`."""
    write_file(
        host.folder / "launcher.json",
        json.dumps({"pid": os.getpid(), "start": start_time(os.getpid())}) + "\n",
    )
    cgroup, program = Cgroup(host.machine), vessel(host)
    cgroup.prepare()
    cgroup.join("launcher")
    while True:
        status = subprocess.run(
            program.command(host),
            env=program.environment(),
            stdin=subprocess.DEVNULL,
            check=False,
            preexec_fn=lambda: cgroup.join("boot"),
        ).returncode
        print(f"testbed: {program.command(host)[0]} ended with status {status}", flush=True)
        if status != program.REBOOT_STATUS:
            return status
        cgroup.remove("boot")
        cgroup.prepare()


def last_words(host: Host) -> str:
    """What the console said last, without what is only noise of the end."""
    lines = [line.strip() for line in host.log.read_text(errors="replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("Attempted to remove disk file system")]
    return " / ".join(lines[-2:]) or "its console said nothing"


def start_time(pid: int) -> str:
    """When a process was started; with its number it names the process for good."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def launcher_pid(host: Host) -> int | None:
    """The recorded launcher, if it is still that process."""
    try:
        noted = json.loads((host.folder / "launcher.json").read_text())
    except (OSError, ValueError):
        return None
    alive = start_time(noted["pid"]) == noted["start"] and not _is_zombie(noted["pid"])
    return noted["pid"] if alive else None


def _is_zombie(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False


def init_of(host: Host) -> tuple[int, str] | None:
    """The process that is this boot of the host, told apart from that of another boot."""
    pid = vessel(host).init_of(host)
    return (pid, start_time(pid)) if pid else None


def is_running(host: Host) -> bool:
    """A host runs while its launcher and what it started do."""
    return bool(launcher_pid(host) and init_of(host))


def power_off(host: Host) -> None:
    """End the launcher and all that it started at once, and see that they are gone."""
    cgroup = Cgroup(host.machine)
    pid = launcher_pid(host)
    if pid and pid not in cgroup.pids():
        # it was started a moment ago and is not in the cgroup yet
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)
    cgroup.kill()
    wait_for(lambda: not launcher_pid(host), 5)
    cgroup.remove()
    (host.folder / "launcher.json").unlink(missing_ok=True)
    vessel(host).clear(host)
