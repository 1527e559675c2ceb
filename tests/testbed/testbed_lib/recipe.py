# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a base is made of.  Pure data, and a digest of it: a changed recipe makes a new base."""

from __future__ import annotations

import json

from .names import short_hash

RELEASES = ("bookworm", "trixie", "forky")
DEFAULT_RELEASE = "trixie"
# kind of base -> the kind that it is made from
PARENT = {"bare": "", "podman": "bare", "bare-vm": "bare", "vm": "podman"}
KINDS = tuple(PARENT)

# The test account whose user manager says that a host is up; high, so that accounts of tests can start at 1000
PROBE, PROBE_UID = "probe", 1999

BARE_PACKAGES = [
    "ca-certificates",
    "curl",
    "dbus",
    "dbus-user-session",
    "iproute2",
    "libpam-systemd",
    "nftables",
    "openssh-server",
    "procps",
    "python3",
    "sudo",
    "systemd",
    "systemd-sysv",
]
PODMAN_PACKAGES = [
    "aardvark-dns",
    "catatonit",
    "crun",
    "fuse-overlayfs",
    "netavark",
    "passt",
    "podman",
    "python3-podman",
    "uidmap",
]
# Podman 4.3 uses slirp4netns, and its netavark wants iptables for every bridge
EXTRA_PODMAN_PACKAGES = {"bookworm": ["iptables", "slirp4netns"]}
# suite -> the packages that come from it, and from nowhere else
BACKPORTS = {"bookworm": ("bookworm-backports", ["python3-podman"])}

# A testing release's index can be past its date, and translations are 30 MB that nobody reads
APT_OPTIONS = ('Acquire::Check-Valid-Until "false"', 'Acquire::Languages "none"')

FILES = {
    "etc/ssh/sshd_config.d/50-testbed.conf": "UseDNS no\nPrintMotd no\nPrintLastLog no\nMaxStartups 100\nMaxSessions 100\n",
    "etc/default/locale": "LANG=C.UTF-8\n",
    f"var/lib/systemd/linger/{PROBE}": "",
    # there are no modules to load in a host, and a failed unit would make it "degraded"
    "etc/systemd/system/systemd-modules-load.service.d/50-testbed.conf": "[Unit]\nConditionPathExists=/lib/modules\n",
}
# With ProtectControlGroups=yes systemd 262 gives logind a fresh /proc, where it sees the machine's boot_id and not the one that
# nspawn mounts: it takes every process for another machine's, and no user manager starts.  (Unmounting boot_id everywhere is
# a cure as well, but then it stays the same over reboots, and Ansible's `reboot` waits in vain for it to change.)
RELEASE_FILES = {
    "forky": {
        "etc/systemd/system/systemd-logind.service.d/50-testbed.conf": "[Service]\nProtectControlGroups=no\n"
    }
}
# bookworm gives a new account the vfs driver unless told otherwise; on a bare host that is the role's work
# (without the two folders root's own Podman, which Debian's units start at boot, refuses the file)
STORAGE = '[storage]\ndriver = "overlay"\nrunroot = "/run/containers/storage"\ngraphroot = "/var/lib/containers/storage"\n'
PODMAN_FILES = {"bookworm": {"etc/containers/storage.conf": STORAGE}}

# Run in the new root.  -r: the account gets no subordinate ids, /etc/subuid stays as on a fresh host.
SETUP = f"""
set -e
groupadd -g {PROBE_UID} {PROBE}
useradd -r -m -u {PROBE_UID} -g {PROBE_UID} -s /bin/bash -c 'testbed probe' {PROBE} 2>/dev/null
mkdir -p /var/log/journal
systemctl -q enable ssh.service
systemctl -q mask console-getty.service
sed -i '/pam_motd/d' /etc/pam.d/sshd
rm -f /etc/ssh/ssh_host_* /etc/motd /etc/update-motd.d/*
"""


# What a virtual machine has on top: a kernel of its own, and what brings up its network, which an ordinary host has from outside
VM_PACKAGES = ["linux-image-cloud-amd64", "udev"]
VM_FILES = {
    # three modules instead of all that some disk may need: the processor is slow
    "etc/initramfs-tools/conf.d/testbed.conf": "MODULES=list\nRESUME=none\n",
    "etc/initramfs-tools/modules": "virtio_pci\nvirtio_blk\next4\n",
    "etc/systemd/system/testbed-network.service": """[Unit]
Description=The address that the testbed chose
DefaultDependencies=no
After=systemd-remount-fs.service
Before=network.target
Wants=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /etc/testbed-network

[Install]
WantedBy=sysinit.target
""",
    "etc/testbed-network": """# Takes the address from the kernel's command line; it may be another one at the next boot.
set -eu
for word in $(cat /proc/cmdline); do
    case $word in
        testbed.address=*) address=${word#*=} ;;
        testbed.gateway=*) gateway=${word#*=} ;;
        testbed.mtu=*) mtu=${word#*=} ;;
    esac
done
until [ -e /sys/class/net/eth0 ]; do sleep 0.1; done
ip link set eth0 mtu "$mtu" name host0
ip address add "$address" dev host0
ip link set host0 up
ip route add default via "$gateway" dev host0
""",
}
VM_SETUP = "systemctl -q enable testbed-network.service"


def base_key(release: str, kind: str) -> str:
    """The folder name of a base in the cache."""
    parts: list[object] = [BARE_PACKAGES, APT_OPTIONS, bare_files(release), SETUP]
    if "podman" in (kind, PARENT[kind]):
        parts += [podman_packages(release), BACKPORTS.get(release), PODMAN_FILES.get(release)]
    if is_vm(kind):
        parts += [VM_PACKAGES, VM_FILES, VM_SETUP]
    return f"{release}-{kind}-{short_hash(json.dumps(parts, sort_keys=True))}"


def is_vm(kind: str) -> bool:
    """Whether a base has a kernel of its own."""
    return kind.endswith("vm")


def bare_files(release: str) -> dict[str, str]:
    """The files that every host of a release has."""
    return {**FILES, **RELEASE_FILES.get(release, {})}


def podman_packages(release: str) -> list[str]:
    """What a pre-baked host has on top of a bare one."""
    return PODMAN_PACKAGES + EXTRA_PODMAN_PACKAGES.get(release, [])


def backports_source(sources_list: str, release: str) -> str:
    """The line for the backports suite, from the mirror that the release itself came from."""
    suite = BACKPORTS[release][0]
    for line in sources_list.splitlines():
        words = line.split()
        if words[:1] == ["deb"] and release in words:
            return " ".join(suite if word == release else word for word in words) + "\n"
    return ""


def backports_preferences(release: str) -> str:
    """Pins that let the named packages through, and no other."""
    suite, packages = BACKPORTS[release]
    return (
        f"Package: *\nPin: release n={suite}\nPin-Priority: -1\n\n"
        f"Package: {' '.join(packages)}\nPin: release n={suite}\nPin-Priority: 500\n"
    )
