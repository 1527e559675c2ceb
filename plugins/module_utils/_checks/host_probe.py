# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host looked at, from its files and its programs (I/O, read only)."""

from __future__ import annotations

import glob
import os
import platform
import sys
import time
from collections.abc import Iterable, Sequence

from . import commands, files, python
from . import conf as _conf
from . import ids as _ids
from . import leftovers as _leftovers
from .facts import HostFacts

CGROUPS = "/sys/fs/cgroup"
SYSCTLS = (
    "user.max_user_namespaces",
    "kernel.unprivileged_userns_clone",
    "kernel.apparmor_restrict_unprivileged_userns",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
)
DEVICES = ("/dev/net/tun", "/dev/fuse")
USER_UNIT_FOLDERS = (
    "/usr/lib/systemd/user",
    "/lib/systemd/user",
    "/etc/systemd/user",
    "/usr/local/lib/systemd/user",
)
USER_UNITS = (
    "podman.socket",
    "podman-restart.service",
    "podman-user-wait-network-online.service",
    "dbus.socket",
)
ONLINE = "network-online.target"


def look(
    managers: Iterable[str] = (), packages: Sequence[str] = ()
) -> tuple[HostFacts, dict[str, dict[str, str]]]:
    """The host's facts, with those of ``packages`` that are installed, and systemd's view of the units ``managers``."""
    tools = commands.find_tools()
    # The package database is read once: that takes longer than finding anything in it.
    installed = commands.installed_packages(tools, [*commands.versioned_packages(tools), *packages])
    facts = HostFacts(tools=tools, versions=commands.versions(tools, installed))
    facts.packages = {name: installed[name] for name in packages if name in installed}
    seen = commands.units(tools, [ONLINE, commands.ANY_MANAGER, *managers])
    _system(facts)
    _units(facts, seen)
    _configuration(facts)
    _security(facts)
    facts.podman_py, facts.podman_py_path = python.find_podman_py()
    facts.jmespath = python.find_jmespath()
    facts.python = sys.executable
    _ids.look(facts)
    _leftovers.look(facts)
    facts.free = {
        folder: files.free_space(folder) for folder in ("/home", "/var/tmp") if os.path.isdir(folder)
    }
    facts.clock_behind = _clock_behind()
    return facts, seen


def _system(facts: HostFacts) -> None:
    facts.kernel = platform.release()
    facts.systemd = os.path.isdir("/run/systemd/system")
    facts.distribution = distribution(files.read("/etc/os-release") or files.read("/usr/lib/os-release"))
    for name in SYSCTLS:
        value = files.read(os.path.join("/proc/sys", *name.split("."))).strip()
        if value:
            facts.sysctls[name] = " ".join(value.split())
    for path in DEVICES:
        try:
            facts.devices[path] = f"{os.stat(path).st_mode & 0o7777:04o}"
        except OSError:
            facts.devices[path] = "missing"
    facts.cgroup_version, root = _cgroup_tree()
    facts.controllers = files.read(os.path.join(root, "cgroup.controllers")).split() if root else []
    for name in ("newuidmap", "newgidmap"):
        if facts.tools.get(name):
            facts.mapping[name] = _privilege(facts.tools[name])


def distribution(text: str) -> dict[str, str]:
    """``{id, version, codename, name, family}`` from os-release(5); family is debian, redhat or empty."""
    pairs = {}
    for line in text.splitlines():
        key, _equals, value = line.partition("=")
        pairs[key.strip()] = value.strip().strip("\"'")
    kin = [pairs.get("ID", ""), *pairs.get("ID_LIKE", "").split()]
    family = (
        "debian"
        if {"debian", "ubuntu"} & set(kin)
        else "redhat"
        if {"fedora", "rhel", "centos"} & set(kin)
        else ""
    )
    return {
        "id": pairs.get("ID", ""),
        "version": pairs.get("VERSION_ID", ""),
        "codename": pairs.get("VERSION_CODENAME", ""),
        "name": pairs.get("PRETTY_NAME", ""),
        "family": family,
    }


def cgroup_root() -> str:
    """Where the cgroup v2 tree is mounted, empty where there is none."""
    return _cgroup_tree()[1]


def _cgroup_tree() -> tuple[str, str]:
    if os.path.exists(os.path.join(CGROUPS, "cgroup.controllers")):
        return "v2", CGROUPS
    hybrid = os.path.join(CGROUPS, "unified")
    if os.path.exists(os.path.join(hybrid, "cgroup.controllers")):
        return "hybrid", hybrid
    return ("v1" if os.path.isdir(os.path.join(CGROUPS, "systemd")) else "none"), ""


def _privilege(path: str) -> str:
    try:
        if os.stat(path).st_mode & 0o4000:
            return "setuid"
        os.getxattr(path, "security.capability")
        return "capabilities"
    except OSError:
        return "plain"


def _units(facts: HostFacts, seen: dict[str, dict[str, str]]) -> None:
    if ONLINE in seen:
        facts.online = seen[ONLINE].get("ActiveState", "")
        wanted = f"{seen[ONLINE].get('WantedBy', '')} {seen[ONLINE].get('RequiredBy', '')}".split()
        facts.online_pullers = [name for name in wanted if name.endswith(".target")]
        if wanted and not facts.online_pullers:
            # A unit that is merely loaded (by a timer, say) starts nothing at boot; an enabled one does.
            facts.online_pullers = [
                name
                for name, unit in commands.units(facts.tools, wanted).items()
                if unit.get("UnitFileState") == "enabled"
            ]
    if "DelegateControllers" in seen.get(commands.ANY_MANAGER, {}):
        facts.delegated = seen[commands.ANY_MANAGER]["DelegateControllers"].split()
    facts.user_units = [
        unit
        for unit in USER_UNITS
        if any(os.path.exists(os.path.join(each, unit)) for each in USER_UNIT_FOLDERS)
    ]


def _configuration(facts: HostFacts) -> None:
    storage = files.read("/etc/containers/storage.conf") or files.read("/usr/share/containers/storage.conf")
    registries = [
        "/etc/containers/registries.conf",
        *sorted(glob.glob("/etc/containers/registries.conf.d/*.conf")),
    ]
    facts.conf = _conf.merged(
        [
            files.read(path)
            for path in (
                "/usr/share/containers/containers.conf",
                "/etc/containers/containers.conf",
                *sorted(glob.glob("/etc/containers/containers.conf.d/*.conf")),
            )
        ],
        storage,
        [files.read(path) for path in registries],
    )


def _security(facts: HostFacts) -> None:
    enforce = files.read("/sys/fs/selinux/enforce").strip()
    facts.selinux = {"1": "enforcing", "0": "permissive"}.get(enforce, "")
    facts.container_policy = os.path.exists("/usr/share/containers/selinux/contexts")
    facts.apparmor = files.read("/sys/module/apparmor/parameters/enabled").strip() == "Y"
    facts.apparmor_podman = os.path.exists("/etc/apparmor.d/podman")


def _clock_behind() -> int:
    """Seconds by which the clock is behind the newest file that the distribution's packages left."""
    newest = 0.0
    for path in ("/usr/lib/os-release", "/var/lib/dpkg/status", "/usr/lib/sysimage/rpm", "/usr/bin/podman"):
        try:
            newest = max(newest, os.stat(path).st_mtime)
        except OSError:
            continue
    return max(0, int(newest - time.time()))
