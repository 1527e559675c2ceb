# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checklist's rows about the kernel, systemd and the security modules (pure)."""

from __future__ import annotations

from . import rows
from .facts import HostFacts, version

# What a container's limits need, and what a manager can be given.
LIMITS = ("cpu", "memory", "pids")
DELEGATED = ("cpu", "cpuset", "io", "memory", "pids")
# Overlay mounts inside a user namespace came with 5.11, and with SELinux labels with 5.13.
NATIVE_OVERLAY = (5, 11)
# A clock that lags less than this behind the newest system file is no reason to worry.
CLOCK_SLACK = 86400


def _systemd(facts: HostFacts) -> rows.Verdict:
    if facts.systemd:
        return rows.ok(f"systemd {facts.versions.get('systemd', '')}".strip())
    return rows.fail("another init system")


def _namespaces(facts: HostFacts) -> rows.Verdict:
    most = facts.sysctls.get("user.max_user_namespaces", "")
    if most == "0":
        return rows.fail("user.max_user_namespaces = 0")
    if facts.sysctls.get("kernel.unprivileged_userns_clone") == "0":
        return rows.fail(
            "kernel.unprivileged_userns_clone = 0",
            "role rootless_host with rootless_host_sysctls: {kernel.unprivileged_userns_clone: 1}",
        )
    if not most:
        return rows.fail("a kernel without user namespaces", "boot a kernel with CONFIG_USER_NS")
    return rows.ok(f"user.max_user_namespaces = {most}")


def _apparmor(facts: HostFacts) -> rows.Verdict | None:
    if not facts.apparmor:
        return rows.ok("AppArmor is off")
    if facts.sysctls.get("kernel.apparmor_restrict_unprivileged_userns") != "1":
        return rows.ok("AppArmor is on and leaves user namespaces alone")
    if facts.apparmor_podman:
        return rows.ok("AppArmor restricts user namespaces and has a profile for Podman")
    return rows.fail("AppArmor restricts user namespaces and has no profile for Podman")


def _selinux(facts: HostFacts) -> rows.Verdict:
    if not facts.selinux:
        return rows.ok("SELinux is off")
    if facts.container_policy:
        return rows.ok(f"SELinux is {facts.selinux}, with a policy for containers")
    found = f"SELinux is {facts.selinux} and has no policy for containers"
    return rows.fail(found) if facts.selinux == "enforcing" else rows.warning(found)


def _ping(facts: HostFacts) -> rows.Verdict | None:
    span = facts.sysctls.get("net.ipv4.ping_group_range", "").split()
    if len(span) != 2:
        return None
    if int(span[0]) > int(span[1]):
        return rows.warning(f"net.ipv4.ping_group_range = {' '.join(span)}: no account may send pings")
    return rows.ok(f"net.ipv4.ping_group_range = {' '.join(span)}")


def _ports(facts: HostFacts) -> rows.Verdict | None:
    first = facts.sysctls.get("net.ipv4.ip_unprivileged_port_start")
    if first is None:
        return None
    return rows.ok(f"accounts can publish ports from {first} on")


def _cgroups(facts: HostFacts) -> rows.Verdict:
    if facts.cgroup_version == "v2":
        return rows.ok("v2")
    if facts.cgroup_version == "hybrid":
        return rows.warning("v1 with a v2 tree beside it: containers run, resource limits do not work")
    return rows.fail(facts.cgroup_version or "no cgroups")


def _controllers(facts: HostFacts) -> rows.Verdict | None:
    if facts.cgroup_version not in ("v2", "hybrid"):
        return None
    missing = [name for name in LIMITS if name not in facts.controllers]
    found = " ".join(facts.controllers) or "none"
    if missing:
        return rows.warning(f"{found}; without {', '.join(missing)} such limits are refused")
    return rows.ok(found)


def _pids_limit(facts: HostFacts) -> rows.Verdict | None:
    if facts.cgroup_version not in ("v2", "hybrid") or "pids" in facts.controllers:
        return None
    if facts.conf.pids_limit == "0":
        return rows.ok("pids_limit = 0, right for a host without the pids controller")
    return rows.fail("Podman's default pids limit on a host without the pids controller: no container starts")


def _delegation(facts: HostFacts) -> rows.Verdict | None:
    if facts.delegated is None:
        return None
    missing = [name for name in DELEGATED if name in facts.controllers and name not in facts.delegated]
    found = " ".join(name for name in facts.delegated if name in DELEGATED) or "none"
    return (
        rows.warning(f"user@.service is given {found}; not {rows.listed(missing)}")
        if missing
        else rows.ok(found)
    )


def _tun(facts: HostFacts) -> rows.Verdict:
    return _device(facts, "/dev/net/tun")


def _device(facts: HostFacts, path: str) -> rows.Verdict:
    mode = facts.devices.get(path, "missing")
    if mode == "missing":
        return rows.fail(f"no {path}")
    if int(mode, 8) & 0o006 != 0o006:
        return rows.fail(
            f"{path} has mode {mode}", f"chmod 0666 {path}, and mend the udev rule that says otherwise"
        )
    return rows.ok(f"{path}, mode {mode}")


def _fuse(facts: HostFacts) -> rows.Verdict:
    if version(facts.kernel) >= NATIVE_OVERLAY:
        return rows.ok(f"kernel {facts.kernel} mounts overlays for accounts by itself")
    if not facts.tools.get("fuse-overlayfs"):
        return rows.warning(
            f"kernel {facts.kernel} and no fuse-overlayfs: storage falls back to whole copies"
        )
    return _device(facts, "/dev/fuse")


def _clock(facts: HostFacts) -> rows.Verdict:
    if facts.clock_behind > CLOCK_SLACK:
        return rows.warning(
            f"the clock is {facts.clock_behind // 86400} days behind the host's own system files"
        )
    return rows.ok("not behind the host's own files")


CHECKS = (
    rows.Check("systemd", "systemd as the first process", "boot the host with systemd", _systemd),
    rows.Check(
        "user_namespaces",
        "user namespaces for accounts",
        "role rootless_host with rootless_host_sysctls: {user.max_user_namespaces: 28633}",
        _namespaces,
    ),
    rows.Check(
        "apparmor",
        "AppArmor off, or letting Podman make user namespaces",
        "{install} apparmor (its profile podman), or role rootless_host with rootless_host_sysctls: "
        "{kernel.apparmor_restrict_unprivileged_userns: 0}",
        _apparmor,
    ),
    rows.Check("selinux", "SELinux off, or with container-selinux", "{install} container-selinux", _selinux),
    rows.Check(
        "ping_group_range",
        "a range of groups that may send pings",
        "role rootless_host with rootless_host_sysctls: {net.ipv4.ping_group_range: '0 2147483647'}",
        _ping,
    ),
    rows.Check("unprivileged_ports", "to know it: lower ports go through a proxy", "", _ports),
    rows.Check("cgroups", "cgroup v2", "boot with systemd.unified_cgroup_hierarchy=1", _cgroups),
    rows.Check(
        "cgroup_controllers",
        "the controllers cpu, memory and pids in cgroup v2",
        "boot with pure cgroup v2, and with cgroup_enable=memory on boards that leave it out",
        _controllers,
    ),
    rows.Check(
        "pids_limit",
        "pids_limit = 0 where there is no pids controller",
        "apply the role rootless.podman.rootless_host, or write pids_limit = 0 under [containers] in "
        "/etc/containers/containers.conf",
        _pids_limit,
    ),
    rows.Check(
        "delegation",
        "cpu, cpuset, io, memory and pids for every user manager, as far as the kernel has them",
        "apply the role rootless.podman.rootless_host (it writes user@.service.d), then reboot or restart user@UID",
        _delegation,
    ),
    rows.Check("tun_device", "/dev/net/tun for every account", "modprobe tun", _tun),
    rows.Check(
        "fuse", "overlay mounts by the kernel (5.11), or fuse-overlayfs", "{install} fuse-overlayfs", _fuse
    ),
    rows.Check(
        "clock",
        "a clock that is right, or TLS to registries fails",
        "systemctl start systemd-timesyncd",
        _clock,
    ),
)
