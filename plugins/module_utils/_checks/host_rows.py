# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checklist's rows about how the host is set up: storage, names, ranges, leftovers (pure)."""

from __future__ import annotations

from . import rows
from .facts import HostFacts
from .ranges import Range, overlaps, taken

GIB = 1024**3
# A folder with less free space than this fails the next image, or will soon.
SPACE_FAIL, SPACE_WARN = GIB // 2, 2 * GIB
INODES_WARN = 20000
# From here on Podman finds out by itself that the kernel's overlay works for accounts.
OVERLAY_BY_ITSELF = (4, 4)


def space(folder: str, free: tuple[int, int]) -> rows.Verdict:
    """What the free bytes and inodes of ``folder`` mean; -1 is 'not known' or 'not counted'."""
    size, inodes = free
    if size < 0:
        return rows.ok(f"{folder}: not known")
    found = f"{size / GIB:.1f} GiB free in {folder}"
    if size < SPACE_FAIL:
        return rows.fail(found)
    if size < SPACE_WARN:
        return rows.warning(found)
    if 0 <= inodes < INODES_WARN:
        return rows.warning(f"{inodes} inodes free in {folder}")
    return rows.ok(found)


def _storage_driver(facts: HostFacts) -> rows.Verdict | None:
    driver = facts.conf.storage_driver
    if driver == "vfs":
        return rows.warning("driver = vfs in storage.conf: every layer is a whole copy")
    if driver:
        return rows.ok(f"driver = {driver} in storage.conf")
    if not facts.podman:
        return None
    if facts.podman < OVERLAY_BY_ITSELF and not facts.tools.get("fuse-overlayfs"):
        return rows.warning(
            "no storage.conf: this Podman gives a new account vfs, a whole copy of every layer"
        )
    return rows.ok("no storage.conf: Podman uses overlay by itself")


def _vfs_accounts(facts: HostFacts) -> rows.Verdict | None:
    names = [name for name, drivers in sorted(facts.stores.items()) if "vfs" in drivers]
    return rows.warning(f"vfs storage of {rows.listed(names)}") if names else None


def _short_names(facts: HostFacts) -> rows.Verdict | None:
    if not facts.podman:
        return None
    registries = facts.conf.search_registries
    if not registries:
        return rows.ok('no registries are searched: "nginx" alone fails, "registry/path/nginx:tag" works')
    if len(registries) > 1 and facts.conf.short_name_mode == "disabled":
        return rows.warning(
            f"{rows.listed(registries)} are searched in turn: whoever holds a name first is trusted"
        )
    return rows.ok(f"{rows.listed(registries)} searched for short names")


def _network_online(facts: HostFacts) -> rows.Verdict | None:
    if not facts.online:
        return None
    # Quadlet's units wait for it since 5.3; before that nothing of ours does.
    say = rows.fail if "podman-user-wait-network-online.service" in facts.user_units else rows.warning
    if facts.online != "active":
        return say(
            f"network-online.target is {facts.online}: Quadlet units hang for 90 s at boot and at their first start"
        )
    if not facts.online_pullers:
        return say("network-online.target is active now, but nothing starts it at the next boot")
    return rows.ok(f"active, started at boot by {rows.listed(facts.online_pullers, 3)}")


def _docker(facts: HostFacts) -> rows.Verdict:
    left: list[str] = []
    if facts.docker.socket:
        left.append("/run/docker.sock")
    if facts.docker.processes:
        left.append(f"running {rows.listed(facts.docker.processes)}")
    if facts.docker.members:
        left.append(f"{rows.listed(facts.docker.members)} in the group docker (root in all but name)")
    if left:
        return rows.warning("; ".join(left))
    return rows.ok("none; docker is Podman" if facts.docker.shim else "none")


def _root_containers(facts: HostFacts) -> rows.Verdict | None:
    if facts.root_containers is None:
        return None
    if facts.root_containers:
        return rows.warning(f"{facts.root_containers} containers of root's own Podman")
    return rows.ok("none")


def _root_socket(facts: HostFacts) -> rows.Verdict:
    if facts.root_socket:
        return rows.warning("root's own Podman listens on /run/podman/podman.sock")
    return rows.ok("not listening")


def _range_overlap(facts: HostFacts) -> rows.Verdict:
    clashes = [
        f"/etc/sub{kind}: {_shown(first)} and {_shown(second)}"
        for kind, ranges in (("uid", facts.uid_ranges), ("gid", facts.gid_ranges))
        for first, second in overlaps(ranges)
    ]
    if clashes:
        return rows.fail(rows.listed(clashes, 3))
    return rows.ok(f"{len(facts.uid_ranges)} uid and {len(facts.gid_ranges)} gid ranges, none shared")


def _range_taken(facts: HostFacts) -> rows.Verdict:
    hits = [
        f"{kind} {number} of {name} lies in {_shown(each)}"
        for kind, ranges, ids in (
            ("uid", facts.uid_ranges, facts.local_uids),
            ("gid", facts.gid_ranges, facts.local_gids),
        )
        for each, number, name in taken(ranges, ids)
    ]
    return rows.fail(rows.listed(hits, 3)) if hits else rows.ok("no local account or group lies in a range")


def _shown(each: Range) -> str:
    return f"{each.owner}:{each.start}:{each.count}"


def _stale_locks(facts: HostFacts) -> rows.Verdict:
    if facts.stale_locks:
        return rows.fail(
            f"{rows.listed(facts.stale_locks)} without a process number in it: useradd and usermod refuse to work for ever",
            f"rm {' '.join(facts.stale_locks)}",
        )
    return rows.ok("none")


def _disk(facts: HostFacts) -> rows.Verdict | None:
    verdicts = [space(folder, free) for folder, free in sorted(facts.free.items())]
    order = ("fail", "warning", "ok")
    return min(verdicts, key=lambda verdict: order.index(verdict.level)) if verdicts else None


ROLE = "apply the role rootless.podman.rootless_host"
CHECKS = (
    rows.Check("storage_driver", "overlay, set before an account's first image", ROLE, _storage_driver),
    rows.Check(
        "vfs_storage",
        "overlay storage for every account",
        "nothing, if there is space: storage is not switched under its containers; else remove and declare the account again",
        _vfs_accounts,
    ),
    rows.Check(
        "short_names",
        "image names with their registry, or one registry that is searched",
        "set rootless_host_search_registries to one registry",
        _short_names,
    ),
    rows.Check(
        "network_online",
        "a network-online.target that every boot reaches",
        ROLE
        + ", or: systemctl add-wants multi-user.target network-online.target && systemctl start network-online.target",
        _network_online,
    ),
    rows.Check(
        "docker_leftovers",
        "no second container engine that runs as root",
        "move its containers over, then remove the package (docker-ce, docker.io, containerd) and the group's members",
        _docker,
    ),
    rows.Check(
        "root_containers",
        "no containers of root's own",
        "move them to an account of their own; this collection never touches root's Podman",
        _root_containers,
    ),
    rows.Check(
        "root_socket",
        "no API socket that is worth root",
        "systemctl disable --now podman.socket",
        _root_socket,
    ),
    rows.Check(
        "range_overlap",
        "ranges that no two accounts share",
        "give one of them another range with rootless.podman.subid (it refuses while there is storage in it)",
        _range_overlap,
    ),
    rows.Check(
        "range_taken",
        "ranges outside the ids of local accounts and groups",
        "give the range's owner another one with rootless.podman.subid, or renumber the account or group",
        _range_taken,
    ),
    rows.Check("stale_locks", "no lock left by a power cut in /etc", "remove it", _stale_locks),
    rows.Check(
        "disk_space", "2 GiB free for images, containers and temporary layers", "free some space", _disk
    ),
)
