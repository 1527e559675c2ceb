# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the machine must have: Linux, root, and a few Debian packages."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from .disk import machine_locked
from .errors import TestbedError
from .work import check_stop, run, say, shielded

TOOLS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "ip": "iproute2",
    "nft": "nftables",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "unshare": "util-linux",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "debian-archive-keyring",
}
# Only for `up --vm`: they bring 200 MB along
VM_TOOLS = {"qemu-system-x86_64": "qemu-system-x86", "mke2fs": "e2fsprogs"}


def missing_packages(vm: bool = False) -> list[str]:
    """The packages whose programs are not there."""
    tools = {**TOOLS, **(VM_TOOLS if vm else {})}
    return sorted(
        {package for tool, package in tools.items() if not (shutil.which(tool) or Path("/", tool).is_file())}
    )


def is_debian(os_release: Path = Path("/etc/os-release")) -> bool:
    """Debian, Ubuntu, or something made of them."""
    try:
        text = os_release.read_text()
    except OSError:
        return False
    values = [
        line.split("=", 1)[1].strip("\"'")
        for line in text.splitlines()
        if line.startswith(("ID=", "ID_LIKE="))
    ]
    return bool({"debian", "ubuntu"} & set(" ".join(values).split()))


def check_platform() -> None:
    """Linux and root, or one sentence."""
    if not sys.platform.startswith("linux"):
        raise TestbedError("the testbed needs Linux: its hosts share the machine's kernel")
    # sbin is not in everybody's PATH
    os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/local/sbin:/usr/sbin:/sbin"
    if os.geteuid() != 0:
        packages = missing_packages()
        also = f" (it also needs packages: sudo apt-get install {' '.join(packages)})" if packages else ""
        raise TestbedError(f"must be run as root, for example with sudo{also}")


def check_processor(machine: str) -> None:
    """A virtual machine gets a base made for this machine's own processor, and there is a recipe for one only."""
    if machine != "x86_64":
        raise TestbedError(
            f"--vm needs an x86_64 machine, and this one is {machine}: make hosts without --vm"
        )


def install_packages(vm: bool = False) -> None:
    """Install what is missing where that is ours to do, else print the one command."""
    if not missing_packages(vm):
        return
    # The tests begin with two testbeds at once, and apt-get fails while another one works
    with machine_locked():
        packages = missing_packages(vm)
        if packages:
            _install(packages)
    check_stop()
    if missing := missing_packages(vm):
        command = f"apt-get install {' '.join(missing)}"
        raise TestbedError(f"packages are missing and could not be installed; look at: {command}")


def _install(packages: list[str]) -> None:
    install = ["install", "--yes", "--no-install-recommends", *packages]
    if not (is_debian() and shutil.which("apt-get")):
        raise TestbedError(f"packages are missing; on Debian or Ubuntu: apt-get {' '.join(install)}")
    say(f"installing {' '.join(packages)}")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    # As long as an upgrade that runs by itself may take
    apt_get = ["apt-get", "--option", "DPkg::Lock::Timeout=600"]
    with shielded():  # a torn dpkg is worse than a late answer to Ctrl-C
        if run([*apt_get, *install], check=False).returncode:
            # the lists may be old or not there at all
            run([*apt_get, "update"], check=False)
            run([*apt_get, *install], check=False)
