# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checklist's rows about programs: Podman and what it calls (pure)."""

from __future__ import annotations

from . import rows
from .facts import HostFacts, version

# The oldest Podman whose API this collection speaks (Debian 12 has 4.3.1), and the first one with Quadlet.
OLDEST = (4, 3)
QUADLET = (4, 4)
# The first netavark that can do without iptables, by nftables.
NETAVARK_NFTABLES = (1, 10)


def _tool(facts: HostFacts, name: str) -> str:
    """A tool's version and path on one line, as found."""
    told = facts.versions.get(name, "")
    path = facts.tools.get(name, "")
    return f"{name} {told} ({path})" if told else path


def _podman(facts: HostFacts) -> rows.Verdict:
    if not facts.tools.get("podman"):
        return rows.fail("no podman")
    found = _tool(facts, "podman")
    if not facts.podman:
        return rows.fail(f"a podman that does not tell its version ({facts.tools['podman']})")
    if facts.podman < OLDEST:
        return rows.fail(found, "upgrade the distribution: this Podman's API is too old")
    if facts.podman < QUADLET:
        return rows.ok(f"{found}; it has no Quadlet, which came with 4.4")
    return rows.ok(found)


def _runtime(facts: HostFacts) -> rows.Verdict:
    present = [name for name in ("crun", "runc") if facts.tools.get(name)]
    return rows.ok(_tool(facts, present[0])) if present else rows.fail("neither crun nor runc")


def _mapping(facts: HostFacts) -> rows.Verdict:
    bad = []
    for name in ("newuidmap", "newgidmap"):
        state = facts.mapping.get(name, "missing")
        if state not in ("setuid", "capabilities"):
            bad.append(
                f"{name} missing" if state == "missing" else f"{name} without setuid bit or file capabilities"
            )
    if bad:
        return rows.fail("; ".join(bad))
    return rows.ok(f"both, with {facts.mapping['newuidmap']}")


def _getsubids(facts: HostFacts) -> rows.Verdict:
    if facts.tools.get("getsubids"):
        return rows.ok(facts.tools["getsubids"])
    if facts.subid_source != "files":
        return rows.fail(f"no getsubids, and /etc/nsswitch.conf says subid: {facts.subid_source}")
    return rows.ok("no getsubids; not needed, the ranges stand in /etc/subuid and /etc/subgid")


def _pause(facts: HostFacts) -> rows.Verdict:
    return rows.ok(facts.tools["catatonit"]) if facts.tools.get("catatonit") else rows.fail("no catatonit")


def _rootless_network(facts: HostFacts) -> rows.Verdict | None:
    mode = facts.network_mode
    if not mode:
        present = [name for name in ("pasta", "slirp4netns") if facts.tools.get(name)]
        return rows.ok(present[0]) if present else rows.fail("neither pasta nor slirp4netns")
    if mode not in ("pasta", "slirp4netns"):
        return rows.warning(f"default_rootless_network_cmd = {mode} in containers.conf")
    if not facts.tools.get(mode):
        package = "passt" if mode == "pasta" else mode
        return rows.fail(f"no {mode}, which this Podman uses by default", f"{{install}} {package}")
    return rows.ok(_tool(facts, mode))


def _netavark(facts: HostFacts) -> rows.Verdict:
    return rows.ok(_tool(facts, "netavark")) if facts.tools.get("netavark") else rows.fail("no netavark")


def _aardvark(facts: HostFacts) -> rows.Verdict:
    if facts.tools.get("aardvark-dns"):
        return rows.ok(_tool(facts, "aardvark-dns"))
    return rows.fail("no aardvark-dns, so containers cannot find each other by name")


def _firewall(facts: HostFacts) -> rows.Verdict | None:
    if not facts.tools.get("netavark"):
        return None
    found = [name for name in ("nft", "iptables") if facts.tools.get(name)]
    old = version(facts.versions.get("netavark", "")) < NETAVARK_NFTABLES
    if old and "iptables" not in found:
        return rows.fail("no iptables, which this netavark calls: every container on a bridge fails to start")
    if not found:
        return rows.fail("neither nft nor iptables", "{install} nftables")
    return rows.ok(" and ".join(found))


def _user_bus(facts: HostFacts) -> rows.Verdict:
    if "dbus.socket" in facts.user_units:
        return rows.ok("dbus.socket for user managers")
    return rows.fail(
        "no D-Bus socket for user managers, so Podman cannot ask an account's systemd for cgroups"
    )


def _user_units(facts: HostFacts) -> rows.Verdict | None:
    if not facts.tools.get("podman"):
        return None
    missing = [unit for unit in ("podman.socket", "podman-restart.service") if unit not in facts.user_units]
    return (
        rows.fail(f"no user unit {' and '.join(missing)}")
        if missing
        else rows.ok("podman.socket, podman-restart.service")
    )


def _podman_py(facts: HostFacts) -> rows.Verdict:
    if facts.podman_py:
        return rows.ok(f"podman-py {facts.podman_py} in {facts.podman_py_path}")
    return rows.fail(f"no podman-py for {facts.python or 'the Python of the modules'}")


def _jmespath(facts: HostFacts) -> rows.Verdict:
    if facts.jmespath:
        return rows.ok(f"jmespath {facts.jmespath}")
    return rows.warning(
        f"no jmespath for {facts.python or 'the Python of the modules'}, so query: of the info modules is refused"
    )


ROLE = "apply the role rootless.podman.rootless_host, or: "
CHECKS = (
    rows.Check("podman", "Podman 4.3 or newer", ROLE + "{install} podman", _podman),
    rows.Check("oci_runtime", "crun (or runc)", ROLE + "{install} crun", _runtime),
    rows.Check(
        "id_mapping_tools",
        "newuidmap and newgidmap, setuid root or with file capabilities",
        ROLE + "{install} {uidmap} (reinstall it if the bits are gone)",
        _mapping,
    ),
    rows.Check(
        "getsubids", "getsubids where ranges come from a directory", ROLE + "{install} {subid}", _getsubids
    ),
    rows.Check("pause", "catatonit, the first process of every pod", ROLE + "{install} catatonit", _pause),
    rows.Check(
        "rootless_network",
        "pasta (Podman 5 and newer) or slirp4netns (older)",
        ROLE + "{install} passt slirp4netns",
        _rootless_network,
    ),
    rows.Check("netavark", "netavark, for networks of one's own", ROLE + "{install} netavark", _netavark),
    rows.Check(
        "aardvark_dns", "aardvark-dns, for names on networks", ROLE + "{install} aardvark-dns", _aardvark
    ),
    rows.Check(
        "firewall_tool",
        "what netavark calls: nft, or iptables before 1.10",
        ROLE + "{install} iptables",
        _firewall,
    ),
    rows.Check(
        "user_bus", "a D-Bus session bus for each account's manager", ROLE + "{install} {dbus}", _user_bus
    ),
    rows.Check(
        "user_units", "Podman's systemd user units", ROLE + "reinstall the package podman", _user_units
    ),
    rows.Check(
        "podman_py",
        "podman-py for the Python that runs the modules",
        ROLE + "{install} python3-podman",
        _podman_py,
    ),
    rows.Check(
        "jmespath",
        "jmespath for the Python that runs the modules",
        ROLE + "{install} python3-jmespath",
        _jmespath,
    ),
)
