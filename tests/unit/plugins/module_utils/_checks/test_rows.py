# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checklist's rows: facts in, levels out, each row both ways."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._checks import account_rows as _account_rows
from ansible_collections.rootless.podman.plugins.module_utils._checks import kernel_rows as _kernel_rows
from ansible_collections.rootless.podman.plugins.module_utils._checks.checklist import HOST_CHECKS
from ansible_collections.rootless.podman.plugins.module_utils._checks.facts import (
    AccountFacts,
    Conf,
    Docker,
    HostFacts,
    version,
)
from ansible_collections.rootless.podman.plugins.module_utils._checks.ranges import Range
from ansible_collections.rootless.podman.plugins.module_utils._checks.rows import judge_all, listed, sentence

WORDS = {
    "install": "apt-get install",
    "uidmap": "uidmap",
    "subid": "uidmap",
    "dbus": "dbus",
    "name": "a",
    "uid": "1",
}
TOOLS = (
    "podman", "crun", "newuidmap", "newgidmap", "getsubids", "catatonit", "pasta", "netavark", "aardvark-dns", "nft",
)  # fmt: skip


def healthy(**changes: Any) -> HostFacts:
    """A host as the role leaves it, with ``changes``."""
    facts = HostFacts(
        kernel="6.12.48",
        systemd=True,
        tools={name: f"/usr/bin/{name}" for name in TOOLS},
        versions={"podman": "5.4.2", "netavark": "1.14.0", "systemd": "257"},
        mapping={"newuidmap": "setuid", "newgidmap": "capabilities"},
        sysctls={"user.max_user_namespaces": "90000", "net.ipv4.ping_group_range": "0 2147483647"},
        cgroup_version="v2",
        controllers=["cpuset", "cpu", "io", "memory", "pids"],
        delegated=["cpu", "cpuset", "io", "memory", "pids"],
        devices={"/dev/net/tun": "0666", "/dev/fuse": "0666"},
        user_units=[
            "podman.socket",
            "podman-restart.service",
            "podman-user-wait-network-online.service",
            "dbus.socket",
        ],
        online="active",
        online_pullers=["multi-user.target"],
        podman_py="5.4.0",
        jmespath="1.0.1",
        free={"/home": (10**11, 10**6)},
    )
    return dataclasses.replace(facts, **changes)


def levels(facts: HostFacts) -> dict[str, str]:
    """Id and level of every host row that is not ok."""
    return {
        finding["id"]: finding["level"]
        for finding in judge_all(HOST_CHECKS, facts, "host", WORDS)
        if finding["level"] != "ok"
    }


def without(*names: str) -> dict[str, str]:
    """The tools of a healthy host but for ``names``."""
    return {name: f"/usr/bin/{name}" for name in TOOLS if name not in names}


def test_a_healthy_host_has_nothing_to_mend() -> None:
    assert levels(healthy()) == {}


def test_a_host_without_anything_is_judged_and_not_tripped_over() -> None:
    found = levels(HostFacts())
    assert {"podman", "oci_runtime", "id_mapping_tools", "pause", "netavark", "podman_py", "systemd"} <= set(
        found
    )
    # What nobody can know without Podman is not guessed.
    assert "storage_driver" not in found
    assert "network_online" not in found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"versions": {"podman": "3.4.4", "netavark": "1.14.0"}},
            {"podman": "fail", "storage_driver": "warning", "rootless_network": "fail"},
        ),
        ({"tools": without("crun")}, {"oci_runtime": "fail"}),
        ({"tools": {**without("crun"), "runc": "/usr/bin/runc"}}, {}),
        ({"mapping": {"newuidmap": "plain", "newgidmap": "setuid"}}, {"id_mapping_tools": "fail"}),
        ({"tools": without("getsubids")}, {}),
        ({"tools": without("getsubids"), "subid_source": "sss"}, {"getsubids": "fail"}),
        ({"tools": without("pasta")}, {"rootless_network": "fail"}),
        ({"tools": without("nft")}, {"firewall_tool": "fail"}),
        ({"versions": {"podman": "5.4.2", "netavark": "1.4.0"}}, {"firewall_tool": "fail"}),
        ({"user_units": ["dbus.socket"]}, {"user_units": "fail"}),
        ({"sysctls": {"user.max_user_namespaces": "0"}}, {"user_namespaces": "fail"}),
        ({"sysctls": {}}, {"user_namespaces": "fail"}),
        (
            {"sysctls": {"user.max_user_namespaces": "9", "kernel.unprivileged_userns_clone": "0"}},
            {"user_namespaces": "fail"},
        ),
        ({"selinux": "enforcing"}, {"selinux": "fail"}),
        ({"selinux": "permissive"}, {"selinux": "warning"}),
        ({"selinux": "enforcing", "container_policy": True}, {}),
        ({"cgroup_version": "v1", "controllers": []}, {"cgroups": "fail"}),
        (
            {"cgroup_version": "hybrid", "controllers": []},
            {"cgroups": "warning", "cgroup_controllers": "warning", "pids_limit": "fail"},
        ),
        ({"controllers": [], "conf": Conf(pids_limit="0")}, {"cgroup_controllers": "warning"}),
        ({"delegated": ["memory", "pids"]}, {"delegation": "warning"}),
        ({"delegated": None}, {}),
        ({"devices": {"/dev/net/tun": "0600"}}, {"tun_device": "fail"}),
        ({"devices": {}}, {"tun_device": "fail"}),
        ({"kernel": "5.10.0-30-amd64"}, {"fuse": "warning"}),
        ({"clock_behind": 10**7}, {"clock": "warning"}),
        ({"conf": Conf(storage_driver="vfs")}, {"storage_driver": "warning"}),
        ({"stores": {"a": ["overlay"], "b": ["vfs"]}}, {"vfs_storage": "warning"}),
        ({"online": "inactive"}, {"network_online": "fail"}),
        ({"online_pullers": []}, {"network_online": "fail"}),
        (
            {"online": "inactive", "user_units": healthy().user_units[:2] + ["dbus.socket"]},
            {"network_online": "warning"},
        ),
        ({"docker": Docker(socket=True, members=["joe"])}, {"docker_leftovers": "warning"}),
        ({"docker": Docker(shim=True)}, {}),
        ({"root_containers": 2}, {"root_containers": "warning"}),
        ({"root_containers": None}, {}),
        ({"root_socket": True}, {"root_socket": "warning"}),
        ({"gid_ranges": [Range(100000, 65536, "a"), Range(165535, 65536, "b")]}, {"range_overlap": "fail"}),
        ({"uid_ranges": [Range(100000, 65536, "a")], "local_uids": {100500: "joe"}}, {"range_taken": "fail"}),
        ({"stale_locks": ["/etc/subuid.lock"]}, {"stale_locks": "fail"}),
        ({"free": {"/home": (10**8, 10**6)}}, {"disk_space": "fail"}),
        ({"free": {"/home": (10**9, 10**6), "/var/tmp": (10**11, 10**6)}}, {"disk_space": "warning"}),
        ({"free": {"/home": (10**11, 100)}}, {"disk_space": "warning"}),
        ({"free": {"/home": (-1, -1)}}, {}),
    ],
)
def test_what_is_wrong_with_a_host_is_named_and_nothing_else(
    changes: dict[str, Any], expected: dict[str, str]
) -> None:
    assert levels(healthy(**changes)) == expected


@pytest.mark.parametrize(
    ("restricted", "profile", "level"), [("1", False, "fail"), ("1", True, ""), ("0", False, "")]
)
def test_apparmor_counts_only_where_it_restricts_user_namespaces(
    restricted: str, profile: bool, level: str
) -> None:
    sysctls = {**healthy().sysctls, "kernel.apparmor_restrict_unprivileged_userns": restricted}
    facts = healthy(apparmor=True, apparmor_podman=profile, sysctls=sysctls)
    assert levels(facts) == ({"apparmor": level} if level else {})


def test_podman_4_wants_slirp4netns_and_a_configured_pasta_is_taken_at_its_word() -> None:
    old = {"podman": "4.9.3", "netavark": "1.14.0"}
    assert levels(healthy(versions=old)) == {"rootless_network": "fail"}
    assert levels(healthy(versions=old, conf=Conf(network_command="pasta"))) == {}


def lively(**changes: Any) -> AccountFacts:
    """An account as rootless.podman.user leaves it, with ``changes``."""
    facts = AccountFacts(
        "a", uid=1001, home="/home/a", shell="/usr/sbin/nologin", linger=True, manager="active", runtime_dir=True,
        uid_ranges=[Range(100000, 65536, "a")], gid_ranges=[Range(100000, 65536, "a")], listening=True, ping="answers",
        podman="5.4.2", home_fs="ext4", drivers=["overlay"], free=(10**11, 10**6),
        offered=list(_kernel_rows.LIMITS), controllers=list(_kernel_rows.LIMITS),
    )  # fmt: skip
    return dataclasses.replace(facts, **changes)


def account_levels(facts: AccountFacts) -> dict[str, str]:
    """Id and level of every row of an account that is not ok."""
    findings = judge_all(_account_rows.CHECKS, facts, facts.name, WORDS)
    return {finding["id"]: finding["level"] for finding in findings if finding["level"] != "ok"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"exists": False}, {"account": "fail"}),
        ({"trouble": "cannot become it"}, {"account": "fail"}),
        ({"gid_ranges": []}, {"ranges": "fail"}),
        ({"uid_ranges": [Range(1, 60000, "a"), Range(200000, 60000, "a")]}, {}),
        ({"clashes": ["b"]}, {"ranges_unique": "fail"}),
        ({"linger": False}, {"linger": "fail"}),
        ({"manager": "inactive"}, {"manager": "fail"}),
        ({"runtime_dir": False}, {"manager": "fail"}),
        ({"controllers": ["pids"]}, {"controllers": "warning"}),
        # A host that has none says so itself.
        ({"controllers": [], "offered": []}, {}),
        ({"listening": False}, {"socket": "fail"}),
        ({"ping": "no answer"}, {"socket": "fail"}),
        ({"ping": "unused"}, {}),
        ({"home_state": "no such file or directory"}, {"home": "fail"}),
        ({"home_mode": 0o755}, {"home": "warning"}),
        ({"home_fs": "nfs4"}, {"home_file_system": "fail"}),
        ({"home_options": ["rw", "noexec"]}, {"home_file_system": "fail"}),
        ({"home_options": ["rw", "nodev"]}, {"home_file_system": "warning"}),
        ({"own_files": ["storage.conf"]}, {"own_configuration": "warning"}),
        ({"units": 2}, {}),
        ({"units": 2, "shadows": ["web.container: /home/a/x masks it"]}, {"units": "warning"}),
        ({"drivers": ["vfs"]}, {"storage_driver": "warning"}),
        ({"runtime_env": "/run/user/1001"}, {}),
        ({"runtime_env": ""}, {"environment": "warning"}),
        ({"free": (0, 0)}, {"disk_space": "fail"}),
    ],
)
def test_what_is_wrong_with_an_account_is_named_and_nothing_else(
    changes: dict[str, Any], expected: dict[str, str]
) -> None:
    assert account_levels(lively(**changes)) == expected


def test_every_row_says_what_is_needed_and_no_id_stands_twice() -> None:
    for checks in (HOST_CHECKS, _account_rows.CHECKS):
        ids = [check.id for check in checks]
        assert len(ids) == len(set(ids))
        assert all(check.needed for check in checks)


def test_every_fix_is_filled_in() -> None:
    for finding in judge_all(HOST_CHECKS, HostFacts(), "host", WORDS):
        assert (finding["level"] == "ok") == (finding["fix"] == "")
        for word in WORDS:
            assert "{" + word + "}" not in finding["fix"]
    gone = judge_all(_account_rows.CHECKS, AccountFacts("zoe", exists=False), "zoe", {**WORDS, "name": "zoe"})
    assert [finding["fix"] for finding in gone] == ["declare it with rootless.podman.user: name=zoe"]
    assert sentence(gone[0]).startswith("zoe: account: no such account; needed: ")


def test_long_lists_are_cut_off() -> None:
    assert listed("abcdefg") == "a, b, c, d, e and 2 more"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5.4.2", (5, 4, 2)),
        ("5.8.0-dev", (5, 8, 0)),
        ("6.12.48+deb13-amd64", (6, 12, 48)),
        ("", ()),
        ("x", ()),
    ],
)
def test_versions_compare_as_numbers(text: str, expected: Any) -> None:
    assert version(text) == expected
