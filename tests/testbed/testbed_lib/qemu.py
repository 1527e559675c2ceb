# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts with a kernel of their own: how QEMU boots one, and the disk that it boots from."""

from __future__ import annotations

import os
import re
from pathlib import Path

from . import network
from .cgroup import Cgroup
from .disk import remove_tree
from .record import Host
from .work import TIED, run

# A reboot happens inside QEMU; if it ends, the host has switched itself off
REBOOT_STATUS = None
MEMORY_MB = 4096
# Sparse: what is not used takes no room
DISK_SIZE = "8G"
PROCESSORS = 4


def make_disk(host: Host) -> None:
    """Turn the root folder of a host into a disk, with kernel and initial file system beside it."""
    for name, target in (("vmlinuz", "kernel"), ("initrd.img", "initrd")):
        newest = max((host.root / "boot").glob(f"{name}-*"))
        run(["cp", str(newest), str(host.folder / target)])
    # an ext4 that is made with its content needs no loop device and no mount
    run([*TIED, "mke2fs", "-q", "-t", "ext4", "-d", str(host.root), str(host.disk), DISK_SIZE])
    remove_tree(host.root)


def command(host: Host) -> list[str]:
    """The line that boots a host."""
    processor = {"kvm": ["-accel", "kvm", "-cpu", "host"]}.get(
        host.accelerator, ["-accel", "tcg,thread=multi", "-cpu", "max"]
    )
    return [
        "qemu-system-x86_64",
        *processor,
        *("-name", host.machine),
        *("-smp", str(min(os.cpu_count() or 1, PROCESSORS))),
        *("-m", str(MEMORY_MB)),
        *("-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio"),
        *("-kernel", str(host.folder / "kernel")),
        *("-initrd", str(host.folder / "initrd")),
        *("-append", kernel_line(host, network.mtu_of(host))),
        # no barriers: only the machine's own power cut could tear the disk, and a killed QEMU has written what the host wrote
        *("-drive", f"file={escaped(host.disk)},format=raw,if=virtio,cache=unsafe,discard=unmap"),
        *("-netdev", f"tap,id=cable,ifname={host.veth},script=no,downscript=no"),
        *("-device", f"virtio-net-pci,netdev=cable,romfile=,mac={mac_address(host)}"),
        *("-device", "virtio-rng-pci"),
    ]


def kernel_line(host: Host, mtu: str) -> str:
    """What the kernel is told, and through it the host: its address can be another one at each boot."""
    own = f"testbed.address={host.address}/30 testbed.gateway={host.gateway} testbed.mtu={mtu}"
    return f"root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 mitigations=off {own}"


def mac_address(host: Host) -> str:
    """An address of the locally administered ones that follows from the host's own."""
    return "52:54:" + ":".join(f"{int(part):02x}" for part in host.address.split("."))


def escaped(path: Path) -> str:
    """A path as QEMU's options take it."""
    return str(path).replace(",", ",,")


def environment() -> dict[str, str]:
    """Nothing of ours."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def init_of(host: Host) -> int | None:
    """The process that is the virtual machine."""
    return next(iter(Cgroup(host.machine).pids("boot")), None)


def clear(_host: Host) -> None:
    """QEMU leaves nothing behind."""


def may_have_kvm(device: Path = Path("/dev/kvm"), cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether KVM is worth an attempt: the device alone may be there where the processor has nothing to offer."""
    return os.access(device, os.R_OK | os.W_OK) and bool(re.search(r"\b(vmx|svm)\b", cpuinfo.read_text()))
