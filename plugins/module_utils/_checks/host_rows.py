# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checklist's rows about how the host is set up: storage, names, ranges, leftovers (pure)."""

from __future__ import annotations

from .facts import HostFacts
from .ranges import Range, overlaps, taken
from .rows import Check, Verdict, fail, listed, ok, warning

GIB = 1024**3
# A folder with less free space than this fails the next image, or will soon.
SPACE_FAIL, SPACE_WARN = GIB // 2, 2 * GIB
INODES_WARN = 20000
# From here on Podman finds out by itself that the kernel's overlay works for accounts.
OVERLAY_BY_ITSELF = (4, 4)


def space(folder: str, free: tuple[int, int]) -> Verdict:
    """What the free bytes and inodes of ``folder`` mean; -1 is 'not known' or 'not counted'."""
    size, inodes = free
    if size < 0:
        return ok(f"{folder}: not known")
    found = f"{size / GIB:.1f} GiB free in {folder}"
    if size < SPACE_FAIL:
        return fail(found)
    if size < SPACE_WARN:
        return warning(found)
    if 0 <= inodes < INODES_WARN:
        return warning(f"{inodes} inodes free in {folder}")
    return ok(found)


def _storage_driver(facts: HostFacts) -> Verdict | None:
    driver = facts.conf.storage_driver
    if driver == "vfs":
        return warning("driver = vfs in storage.conf: every layer is a whole copy")
    if driver:
        return ok(f"driver = {driver} in storage.conf")
    if not facts.podman:
        return None
    if facts.podman < OVERLAY_BY_ITSELF and not facts.tools.get("fuse-overlayfs"):
        return warning("no storage.conf: this Podman gives a new account vfs, a whole copy of every layer")
    return ok("no storage.conf: Podman uses overlay by itself")


def _vfs_accounts(facts: HostFacts) -> Verdict | None:
    names = [name for name, drivers in sorted(facts.stores.items()) if "vfs" in drivers]
    return warning(f"vfs storage of {listed(names)}") if names else None


def _short_names(facts: HostFacts) -> Verdict | None:
    if not facts.podman:
        return None
    registries = facts.conf.search_registries
    if not registries:
        return ok('no registries are searched: "nginx" alone fails, "registry/path/nginx:tag" works')
    if len(registries) > 1 and facts.conf.short_name_mode == "disabled":
        return warning(f"{listed(registries)} are searched in turn: whoever holds a name first is trusted")
    return ok(f"{listed(registries)} searched for short names")


def _network_online(facts: HostFacts) -> Verdict | None:
    if not facts.online:
        return None
    # Quadlet's units wait for it since 5.3; before that nothing of ours does.
    say = fail if "podman-user-wait-network-online.service" in facts.user_units else warning
    if facts.online != "active":
        return say(
            f"network-online.target is {facts.online}: Quadlet units hang for 90 s at boot and at their first start"
        )
    if not facts.online_pullers:
        return say("network-online.target is active now, but nothing starts it at the next boot")
    return ok(f"active, started at boot by {listed(facts.online_pullers, 3)}")


def _docker(facts: HostFacts) -> Verdict:
    left: list[str] = []
    if facts.docker.socket:
        left.append("/run/docker.sock")
    if facts.docker.processes:
        left.append(f"running {listed(facts.docker.processes)}")
    if facts.docker.members:
        left.append(f"{listed(facts.docker.members)} in the group docker (root in all but name)")
    if left:
        return warning("; ".join(left))
    return ok("none; docker is Podman" if facts.docker.shim else "none")


def _root_containers(facts: HostFacts) -> Verdict | None:
    if facts.root_containers is None:
        return None
    if facts.root_containers:
        return warning(f"{facts.root_containers} containers of root's own Podman")
    return ok("none")


def _root_socket(facts: HostFacts) -> Verdict:
    if facts.root_socket:
        return warning("root's own Podman listens on /run/podman/podman.sock")
    return ok("not listening")


def _range_overlap(facts: HostFacts) -> Verdict:
    clashes = [
        f"/etc/sub{kind}: {_shown(first)} and {_shown(second)}"
        for kind, ranges in (("uid", facts.uid_ranges), ("gid", facts.gid_ranges))
        for first, second in overlaps(ranges)
    ]
    if clashes:
        return fail(listed(clashes, 3))
    return ok(f"{len(facts.uid_ranges)} uid and {len(facts.gid_ranges)} gid ranges, none shared")


def _range_taken(facts: HostFacts) -> Verdict:
    hits = [
        f"{kind} {number} of {name} lies in {_shown(each)}"
        for kind, ranges, ids in (
            ("uid", facts.uid_ranges, facts.local_uids),
            ("gid", facts.gid_ranges, facts.local_gids),
        )
        for each, number, name in taken(ranges, ids)
    ]
    return fail(listed(hits, 3)) if hits else ok("no local account or group lies in a range")


def _shown(each: Range) -> str:
    return f"{each.owner}:{each.start}:{each.count}"


def _stale_locks(facts: HostFacts) -> Verdict:
    if facts.stale_locks:
        return fail(
            f"{listed(facts.stale_locks)} without a process number in it: useradd and usermod refuse to work for ever",
            f"rm {' '.join(facts.stale_locks)}",
        )
    return ok("none")


def _disk(facts: HostFacts) -> Verdict | None:
    verdicts = [space(folder, free) for folder, free in sorted(facts.free.items())]
    order = ("fail", "warning", "ok")
    return min(verdicts, key=lambda verdict: order.index(verdict.level)) if verdicts else None


ROLE = "apply the role rootless.podman.rootless_host"
CHECKS = (
    Check("storage_driver", "overlay, set before an account's first image", ROLE, _storage_driver),
    Check(
        "vfs_storage",
        "overlay storage for every account",
        "nothing, if there is space: storage is not switched under its containers; else remove and declare the account again",
        _vfs_accounts,
    ),
    Check(
        "short_names",
        "image names with their registry, or one registry that is searched",
        "set rootless_host_search_registries to one registry",
        _short_names,
    ),
    Check(
        "network_online",
        "a network-online.target that every boot reaches",
        ROLE
        + ", or: systemctl add-wants multi-user.target network-online.target && systemctl start network-online.target",
        _network_online,
    ),
    Check(
        "docker_leftovers",
        "no second container engine that runs as root",
        "move its containers over, then remove the package (docker-ce, docker.io, containerd) and the group's members",
        _docker,
    ),
    Check(
        "root_containers",
        "no containers of root's own",
        "move them to an account of their own; this collection never touches root's Podman",
        _root_containers,
    ),
    Check(
        "root_socket",
        "no API socket that is worth root",
        "systemctl disable --now podman.socket",
        _root_socket,
    ),
    Check(
        "range_overlap",
        "ranges that no two accounts share",
        "give one of them another range with rootless.podman.subid (it refuses while there is storage in it)",
        _range_overlap,
    ),
    Check(
        "range_taken",
        "ranges outside the ids of local accounts and groups",
        "give the range's owner another one with rootless.podman.subid, or renumber the account or group",
        _range_taken,
    ),
    Check("stale_locks", "no lock left by a power cut in /etc", "remove it", _stale_locks),
    Check("disk_space", "2 GiB free for images, containers and temporary layers", "free some space", _disk),
)
