# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One account looked at: from outside by its traces on the host, and from inside as the account (I/O, read only)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .. import _account, _errors, _shadow_probe
from . import files, host_probe, ids
from . import inside as _inside
from .facts import AccountFacts, HostFacts
from .ranges import Range, overlaps

# Seconds for one account's answer, and for all of them together: a dead socket must not hold up the rest.
PATIENCE = 2.0


def outside(
    name: str, host: HostFacts, seen: Mapping[str, Mapping[str, str]], sockets: list[str]
) -> AccountFacts:
    """What the host shows of the account ``name`` without entering its home."""
    account = _account.find(name)
    if account is None:
        return AccountFacts(name, exists=False)
    facts = AccountFacts(account.name, uid=account.uid, home=account.home, shell=account.shell)
    facts.linger = account.linger
    facts.manager = seen.get(manager_unit(account), {}).get(
        "ActiveState", "not known: systemd did not answer"
    )
    facts.runtime_dir = _owned(account.runtime_dir, account.uid)
    facts.listening = account.socket in sockets
    facts.offered = host.controllers
    facts.controllers = _controllers(account)
    _ranges(facts, account, host)
    if os.geteuid() == account.uid:
        facts.runtime_env = os.environ.get("XDG_RUNTIME_DIR", "")
    return facts


def manager_unit(account: _account.Account) -> str:
    """The name of the system unit that is the account's manager."""
    return f"user@{account.uid}.service"


def inside(facts: AccountFacts, host: HostFacts) -> None:
    """Fill in what the account itself can tell of its home and its storage."""
    account = _account.find(facts.name)
    if account is None:
        return
    try:
        told: dict[str, Any] = _account.call_as(
            account, _inside.look, account.home, account.uid, host.conf.storage_path
        )
    except (_errors.Failure, OSError) as error:
        facts.trouble = str(error)
        return
    _units(facts, account)
    facts.home_state = told["state"]
    facts.home_mode = told["mode"]
    facts.own_files = told["own"]
    facts.storage = told["storage"]
    facts.drivers = told["drivers"]
    facts.free = (told["free"][0], told["free"][1])
    facts.home_fs, facts.home_options = _mount_of(told["real"], files.read("/proc/self/mountinfo"))


def _units(facts: AccountFacts, account: _account.Account) -> None:
    try:
        found = _shadow_probe.of_roots_units(account)
    except (_errors.Failure, OSError):
        return
    facts.units = len(found)
    facts.shadows = [
        f"{file}: {shadow.path} {shadow.effect}" for file, shadows in found.items() for shadow in shadows
    ]


def knock(facts: AccountFacts) -> None:
    """Wake the account's Podman without waiting, so that several wake up side by side."""
    _at_socket(facts, _inside.knock)


def ping(facts: AccountFacts, patience: float) -> None:
    """Fill in whether the account's own Podman answers on its socket within ``patience`` seconds."""
    answer = _at_socket(facts, _inside.ping, patience)
    if isinstance(answer, dict):
        facts.ping, facts.podman = answer["state"], answer["version"]


def _at_socket(facts: AccountFacts, function: Any, *arguments: Any) -> Any:
    account = _account.find(facts.name)
    if account is None or not facts.listening:
        return None
    if not facts.drivers:
        # The first answer of a Podman without storage makes it, and this module changes nothing.
        facts.ping = "unused"
        return None
    try:
        return _account.call_as(account, function, account.socket, account.uid, *arguments)
    except (_errors.Failure, OSError) as error:
        facts.ping = str(error)
        return None


def storage_drivers(account: _account.Account, host: HostFacts) -> list[str]:
    """The storage drivers that hold something of the account's, looked at as the account."""
    try:
        told: dict[str, Any] = _account.call_as(
            account, _inside.look, account.home, account.uid, host.conf.storage_path
        )
    except (_errors.Failure, OSError):
        return []
    return list(told["drivers"])


def _owned(path: str, uid: int) -> bool:
    try:
        return os.lstat(path).st_uid == uid
    except OSError:
        return False


def _controllers(account: _account.Account) -> list[str] | None:
    root = host_probe.cgroup_root()
    if not root:
        return None
    path = f"{root}/user.slice/user-{account.uid}.slice/{manager_unit(account)}/cgroup.controllers"
    return files.read(path).split() if os.path.exists(path) else None


def _ranges(facts: AccountFacts, account: _account.Account, host: HostFacts) -> None:
    if host.subid_source != "files":
        handed = ids.ranges_from_directory(host, account.name)
        facts.uid_ranges, facts.gid_ranges = handed["uid"], handed["gid"]
        return
    owner = (account.name, str(account.uid))
    facts.uid_ranges = [each for each in host.uid_ranges if each.owner in owner]
    facts.gid_ranges = [each for each in host.gid_ranges if each.owner in owner]
    facts.clashes = _clashes(owner, host.uid_ranges) + _clashes(owner, host.gid_ranges)
    facts.clashes = sorted(set(facts.clashes))


def _clashes(owner: Any, ranges: list[Range]) -> list[str]:
    pairs = [(first.owner, second.owner) for first, second in overlaps(ranges)]
    return [other for pair in pairs for mine, other in (pair, pair[::-1]) if mine in owner]


def _mount_of(path: str, table: str) -> Any:
    """File system type and options of the mount that ``path`` lies on; ``table`` is proc(5) mountinfo."""
    best, fs, options = "", "", []
    for line in table.splitlines():
        left, _dash, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 6 or not right:
            continue
        point = fields[4].replace("\\040", " ").rstrip("/")
        # A later mount on the same point covers the earlier one.
        if (path == point or path.startswith(point + "/")) and len(point) >= len(best):
            best, fs, options = point, right.split()[0], fields[5].split(",")
    return fs, options
