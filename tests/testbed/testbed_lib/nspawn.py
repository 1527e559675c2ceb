# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The launcher: boots a host with systemd-nspawn, and again when it reboots.  It is a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import subprocess
from pathlib import Path

from .cgroup import Cgroup
from .disk import mounts_below, write_file
from .record import Host
from .work import run, wait_for

REBOOT_STATUS = 133
DEVICES = {"fuse": (10, 229), "net/tun": (10, 200)}
NSPAWN_RUN = Path("/run/systemd/nspawn")


def command(host: Host) -> list[str]:
    """The line that boots a host."""
    return [
        "systemd-nspawn",
        f"--directory={host.root}",
        f"--machine={host.machine}",
        f"--hostname={host.name}",
        f"--network-namespace-path=/run/netns/{host.machine}",
        "--boot",
        "--quiet",
        "--register=no",
        "--keep-unit",
        "--settings=no",
        "--capability=all",
        "--console=pipe",
        "--link-journal=no",
        "--resolv-conf=off",
        "--timezone=off",
        "--system-call-filter=keyctl bpf add_key request_key",
        *(f"--bind={device_node(host, name)}:/dev/{name}" for name in DEVICES),
    ]


def environment() -> dict[str, str]:
    """What systemd-nspawn takes from its environment, and nothing of ours."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "yes",
        "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
        "SYSTEMD_NSPAWN_LOCK": "0",
        "SYSTEMD_NSPAWN_TMPFS_TMP": "0",  # the release decides what /tmp is
        "SYSTEMD_SECCOMP": "0",
    }


def device_node(host: Host, name: str) -> Path:
    """A node that everybody may open, as udev makes them; our own, so that the machine's stay as they are."""
    node = host.folder / "dev" / name.replace("/", "-")
    if not node.exists():
        node.parent.mkdir(exist_ok=True)
        os.mknod(node, stat.S_IFCHR, os.makedev(*DEVICES[name]))
        node.chmod(0o666)
    try:
        os.close(os.open(node, os.O_RDWR | os.O_CLOEXEC))
    except PermissionError:
        # the state folder lies on a file system without device nodes
        node = Path("/dev") / name
        node.chmod(0o666)
    return node


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
    cgroup = Cgroup(host.machine)
    cgroup.prepare()
    cgroup.join("launcher")
    while True:
        status = subprocess.run(
            command(host),
            env=environment(),
            stdin=subprocess.DEVNULL,
            check=False,
            preexec_fn=lambda: cgroup.join("boot"),
        ).returncode
        print(f"testbed: systemd-nspawn ended with status {status}", flush=True)
        if status != REBOOT_STATUS:
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
    """The host's PID 1 as the machine sees it, told apart from that of another boot."""
    pid = Cgroup(host.machine).init_pid()
    return (pid, start_time(pid)) if pid else None


def is_running(host: Host) -> bool:
    """A host runs while its launcher and its PID 1 do."""
    return bool(launcher_pid(host) and init_of(host))


def power_off(host: Host) -> None:
    """End launcher, systemd-nspawn and the host's PID 1 at once, and see that they are gone."""
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
    # a killed nspawn leaves its folders in /run
    for folder in (NSPAWN_RUN / "propagate" / host.machine, NSPAWN_RUN / "unix-export" / host.machine):
        for point in reversed(mounts_below(folder)):
            run(["umount", "--lazy", point], check=False)
        with contextlib.suppress(OSError):
            folder.rmdir()
