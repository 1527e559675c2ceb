# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that share the machine's kernel: how systemd-nspawn boots one, and what it leaves behind."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from .cgroup import Cgroup
from .disk import mounts_below
from .record import Host
from .work import run

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


def init_of(host: Host) -> int | None:
    """The host's PID 1, as the machine counts it."""
    return Cgroup(host.machine).init_pid()


def clear(host: Host) -> None:
    """A killed nspawn leaves its folders in /run."""
    for folder in (NSPAWN_RUN / "propagate" / host.machine, NSPAWN_RUN / "unix-export" / host.machine):
        for point in reversed(mounts_below(folder)):
            run(["umount", "--lazy", point], check=False)
        with contextlib.suppress(OSError):
            folder.rmdir()
