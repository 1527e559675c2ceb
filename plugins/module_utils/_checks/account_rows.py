# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checklist's rows about one account (pure)."""

from __future__ import annotations

from . import host_rows, kernel_rows, rows
from .facts import AccountFacts
from .ranges import Range

# Most images use ids up to 65534 (nobody).
ENOUGH = 65536
REMOTE = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "9p",
    "afs",
    "ceph",
    "glusterfs",
    "fuse.glusterfs",
    "fuse.sshfs",
    "lustre",
)


def _account(facts: AccountFacts) -> rows.Verdict:
    if not facts.exists:
        return rows.fail("no such account")
    if facts.trouble:
        return rows.fail(facts.trouble, "run host_info as root")
    return rows.ok(f"uid {facts.uid}, shell {facts.shell}")


def _ranges(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists:
        return None
    small = [
        f"{_total(ranges)} subordinate {kind}s"
        for kind, ranges in (("uid", facts.uid_ranges), ("gid", facts.gid_ranges))
        if _total(ranges) < ENOUGH
    ]
    if small:
        return rows.fail(" and ".join(small))
    return rows.ok(f"{_total(facts.uid_ranges)} uids, {_total(facts.gid_ranges)} gids")


def _total(ranges: list[Range]) -> int:
    return sum(each.count for each in ranges)


def _unique(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists or not facts.clashes:
        return None
    return rows.fail(f"ids shared with {rows.listed(facts.clashes)}: each can touch the other's containers")


def _linger(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists:
        return None
    return (
        rows.ok("yes")
        if facts.linger
        else rows.fail("no linger: containers end with the last session, and none starts at boot")
    )


def _manager(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists:
        return None
    if facts.manager == "active" and facts.runtime_dir:
        return rows.ok("active")
    if facts.manager == "active":
        return rows.fail(f"active, but no /run/user/{facts.uid} of its own")
    return rows.fail(facts.manager or "not known")


def _controllers(facts: AccountFacts) -> rows.Verdict | None:
    if facts.controllers is None:
        return None
    # What the host itself does not have is told once, for the host.
    missing = [name for name in kernel_rows.LIMITS if name in facts.offered and name not in facts.controllers]
    found = " ".join(facts.controllers) or "none"
    return rows.warning(f"{found}; without {', '.join(missing)}") if missing else rows.ok(found)


def _socket(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists:
        return None
    if not facts.listening:
        return rows.fail("nothing listens on its API socket")
    if facts.ping == "answers":
        return rows.ok(f"Podman {facts.podman} answers")
    if facts.ping == "unused":
        return rows.ok(
            "listening; not asked, because the account has no storage yet and an answer would make it"
        )
    return rows.fail(facts.ping)


def _home(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists or facts.trouble:
        return None
    if facts.home_state:
        return rows.fail(f"{facts.home}: {facts.home_state}")
    if facts.home_mode & 0o077:
        return rows.warning(
            f"{facts.home} has mode {facts.home_mode:04o}: container processes and other accounts can look in",
            f"chmod 0700 {facts.home}",
        )
    return rows.ok(f"{facts.home}, mode {facts.home_mode:04o}")


def _file_system(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists or facts.trouble or not facts.home_fs:
        return None
    if facts.home_fs in REMOTE:
        return rows.fail(f"{facts.home} is on {facts.home_fs}, which knows no subordinate ids")
    bad = [option for option in ("noexec", "nodev", "ro") if option in facts.home_options]
    if "noexec" in bad or "ro" in bad:
        return rows.fail(f"{facts.home} is mounted {','.join(bad)}")
    if bad:
        return rows.warning(f"{facts.home} is mounted {','.join(bad)}: device nodes of images cannot be used")
    return rows.ok(facts.home_fs)


def _own_configuration(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists or facts.trouble:
        return None
    if facts.own_files:
        return rows.warning(
            f"{rows.listed(facts.own_files)} in {facts.home}/.config/containers, before or instead of the host's"
        )
    return rows.ok("none")


def _units(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists or not facts.units:
        return None
    if facts.shadows:
        return rows.warning(rows.listed(facts.shadows))
    return rows.ok(f"{facts.units}, none shadowed")


def _storage_driver(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists or facts.trouble:
        return None
    if "vfs" in facts.drivers:
        return rows.warning(f"vfs in {facts.storage}: every layer is a whole copy")
    return rows.ok(f"{' and '.join(facts.drivers)} in {facts.storage}" if facts.drivers else "no storage yet")


def _environment(facts: AccountFacts) -> rows.Verdict | None:
    if facts.runtime_env is None:
        return None
    right = f"/run/user/{facts.uid}"
    if facts.runtime_env == right:
        return rows.ok(f"XDG_RUNTIME_DIR={right}")
    return rows.warning(
        f"XDG_RUNTIME_DIR={facts.runtime_env or '(unset)'}: podman by hand would fall back to /tmp and cgroupfs"
    )


def _disk(facts: AccountFacts) -> rows.Verdict | None:
    if not facts.exists or facts.trouble or facts.home_state:
        return None
    return host_rows.space(facts.home, facts.free)


DECLARE = "declare it with rootless.podman.user: name={name}"
CHECKS = (
    rows.Check("account", "an account of the host", DECLARE, _account),
    rows.Check(
        "ranges",
        f"{ENOUGH} subordinate uids and gids or more",
        DECLARE + ", or rootless.podman.subid: name={name}",
        _ranges,
    ),
    rows.Check(
        "ranges_unique", "ranges that nobody shares", "move one of them with rootless.podman.subid", _unique
    ),
    rows.Check("linger", "linger", DECLARE + ", or: loginctl enable-linger {name}", _linger),
    rows.Check(
        "manager",
        "an active systemd manager and its runtime folder",
        "systemctl start user@{uid}.service; journalctl -b -u user@{uid}.service tells why it does not",
        _manager,
    ),
    rows.Check(
        "controllers",
        "the controllers cpu, memory and pids, or such limits are refused",
        "apply the role rootless.podman.rootless_host, then restart user@{uid}.service (it stops the containers) or reboot",
        _controllers,
    ),
    rows.Check(
        "socket",
        "an API socket where the account's own Podman answers",
        DECLARE + ", or: systemctl --user -M {name}@.host enable --now podman.socket",
        _socket,
    ),
    rows.Check("home", "a home of its own that nobody else can enter", DECLARE, _home),
    rows.Check(
        "home_file_system",
        "a local file system, mounted without noexec and nodev",
        "give the account a home on a local file system: containers cannot be stored here",
        _file_system,
    ),
    rows.Check(
        "own_configuration",
        "only the host's configuration in /etc/containers",
        "remove the files unless the account means them",
        _own_configuration,
    ),
    rows.Check(
        "units",
        "root's Quadlet units as they are, without files of the account that replace, extend or mask them",
        "see who put them there and take them away; keep containers from the account's own uid with userns: nomap",
        _units,
    ),
    rows.Check(
        "storage_driver",
        "overlay",
        "nothing, if there is space: storage is not switched under its containers; else remove and declare it again",
        _storage_driver,
    ),
    rows.Check(
        "environment",
        "XDG_RUNTIME_DIR=/run/user/UID for podman by hand",
        "log in as the account (machinectl shell {name}@, ssh) instead of su, or export it",
        _environment,
    ),
    rows.Check("disk_space", "2 GiB free for its images and containers", "free some space", _disk),
)
