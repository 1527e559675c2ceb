# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What rootless_host does when something is taken out of its variables, and which apps its firewall knows.

The bare host of tests/integration/targets/rootless_host shows what it does with everything declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.guides import kept_as_it_is
from support.host import Host
from support.playbook import finish, start
from support.site import changed

ACCOUNTS = ("role-a", "role-b")
PRUNE = "rootless-host-prune.timer"
DUE = "/run/rootless-host-due.json"
COMPOSE = {
    "services": {
        "web": {"image": "busybox:1.37", "ports": ["0.0.0.0:8402:80", "8403:80"], "command": ["sleep", "1"]}
    }
}


@pytest.fixture(scope="module")
def kept(host: Host) -> Iterator[Host]:
    """The host, which gets its settings back."""
    with kept_as_it_is(host):
        yield host


def apply(host: Host, *words: str, **variables: Any) -> str:
    """The role alone, as site.yml has it."""
    accounts = [{"name": name} for name in ACCOUNTS]
    return finish(
        start(
            host,
            "rootless.podman.site",
            "--tags",
            "host",
            *words,
            rootless_host_accounts=accounts,
            **variables,
        )
    )


def login(account: str, registry: str = "registry.example.com") -> dict[str, Any]:
    """A login as the role takes it."""
    return {
        "user": account,
        "registry": registry,
        "username": "reader",
        "password": "not-to-be-seen",
        "verify": False,
    }


def logins(host: Host, account: str) -> set[str]:
    """The registries that an account is logged in to."""
    told = host.run_as(account, "cat ~/.config/containers/auth.json", check=False)
    return set(re.findall(r'"(registry[^"]*)"', told))


def test_a_login_that_is_taken_out_goes_and_others_stay(kept: Host) -> None:
    both = [login(name) for name in ACCOUNTS]
    apply(kept, rootless_host_logins=both)
    kept.good("login", **login("role-a", "registry-of-somebody.example.com"))
    assert changed(apply(kept, rootless_host_logins=both)) == 0
    assert logins(kept, "role-a") == {"registry.example.com", "registry-of-somebody.example.com"}

    assert changed(apply(kept, "--check", rootless_host_logins=both[1:])) == 2
    assert "registry.example.com" in logins(kept, "role-a")
    assert changed(apply(kept, rootless_host_logins=both[1:])) == 2
    assert logins(kept, "role-a") == {"registry-of-somebody.example.com"}
    assert logins(kept, "role-b") == {"registry.example.com"}
    apply(kept)
    assert logins(kept, "role-b") == set()
    assert changed(apply(kept)) == 0
    assert "not-to-be-seen" not in kept.run("cat /etc/rootless.podman/logins.json 2>&1", check=False)


def active(host: Host, account: str) -> bool:
    """Whether an account's manager has the timer that prunes."""
    told = host.run(f"systemctl --user --machine={account}@.host is-active {PRUNE}", check=False)
    return told.strip() == "active"


def test_an_account_that_is_taken_out_of_a_timer_loses_it_at_once(kept: Host) -> None:
    apply(kept, rootless_host_prune_accounts=list(ACCOUNTS))
    assert [active(kept, name) for name in ACCOUNTS] == [True, True]
    apply(kept, rootless_host_prune_accounts=["role-b"])
    assert [active(kept, name) for name in ACCOUNTS] == [False, True]
    assert changed(apply(kept, rootless_host_prune_accounts=["role-b"])) == 0
    apply(kept)
    assert [active(kept, name) for name in ACCOUNTS] == [False, False]


def test_what_a_run_wrote_and_was_ended_before_it_took_effect_is_finished(kept: Host) -> None:
    ports, other = "net.ipv4.ip_unprivileged_port_start", {"net.ipv4.ping_group_range": "0 2147483647"}
    wanted = {"rootless_host_sysctls": {**other, ports: 900}}
    apply(kept, **wanted)
    # As a run leaves it that is ended between the two.
    kept.run(f"sysctl {ports}=1024; printf '%s' '[\"/etc/sysctl.d/60-rootless-host.conf\"]' > {DUE}")
    assert changed(apply(kept, "--check", **wanted)) == 1
    assert kept.run(f"sysctl -n {ports}; cat {DUE}").split() == [
        "1024",
        '["/etc/sysctl.d/60-rootless-host.conf"]',
    ]
    assert changed(apply(kept, **wanted)) == 1
    assert kept.run(f"sysctl -n {ports}; ls {DUE} 2>&1 || true").split()[0] == "900"
    assert changed(apply(kept, **wanted)) == 0
    kept.run(f"test ! -e {DUE}")


def test_the_firewall_knows_apps_from_folders_and_compose_files(kept: Host, tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    container = {"name": "one-web", "image": "busybox", "publish": ["0.0.0.0:8401:80", "8404:80"]}
    (tmp_path / "apps" / "one.yml").write_text(yaml.safe_dump({"containers": [container]}), encoding="utf-8")
    (tmp_path / "compose.yaml").write_text(yaml.safe_dump(COMPOSE), encoding="utf-8")
    declared = {
        "rootless_host_firewall": "nftables",
        "rootless_apps_folder": str(tmp_path / "apps"),
        "rootless_apps_compose": [{"file": str(tmp_path / "compose.yaml"), "name": "two"}],
        "rootless_apps_only": "one",
    }
    apply(kept, **declared)
    open_ports = set(re.findall(r"tcp dport (\d+) accept", kept.run("nft list table inet rootless_host")))
    assert open_ports == {"22", "8401", "8402"}
    assert changed(apply(kept, **declared)) == 0
    apply(kept)
    assert "No such file" in kept.run("nft list table inet rootless_host 2>&1", check=False)
