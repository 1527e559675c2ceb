# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's playbooks by their full names: apps from variables, a folder and a compose file, counted, checked, rolled on, taken away.

The tests go on from one another, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.host import Host
from support.playbook import finish, start

FOLDER = Path(__file__).parent / "playbooks"
ACCOUNTS = ("it-clerk", "it-shop", "it-blog", "it-board")
WORD = "not-to-be-seen-anywhere"
HOST_ROLE, APPS_ROLE = "rootless.podman.rootless_host", "rootless.podman.rootless_apps"


def run(host: Host, name: str, *words: str, good: bool = True, **variables: object) -> str:
    """One of the collection's playbooks with the variables of this test."""
    running = start(
        host,
        f"rootless.podman.{name}",
        "--extra-vars",
        f"@{FOLDER / 'variables.yml'}",
        *words,
        site_folder=str(FOLDER),
        **variables,
    )
    if good:
        told = finish(running)
    else:
        told = running.communicate(timeout=300)[0]
        assert running.returncode == 2, told[-3000:]
    assert WORD not in told
    return told


def changed(told: str) -> int:
    """How many tasks changed something."""
    return int(re.search(r" : ok=\d+\s+changed=(\d+)", told)[1])


def push(host: Host, base: str, label: str) -> None:
    """Make an image what the tag ``site`` is from now on."""
    image = "localhost:5000/library/busybox:site"
    host.run_as(
        "it-clerk",
        f"printf 'FROM {base}\\nLABEL site={label}\\n' | podman build -q -t {image} - && podman push -q --tls-verify=false {image}",
    )


@pytest.fixture(scope="module")
def site(host: Host) -> Iterator[Host]:
    """The host with all that site.yml declares."""
    try:
        host.good("user", name="it-clerk")
        push(host, "docker.io/library/busybox:1.37", "first")
        told = run(host, "site", "--check", "--diff")
        assert changed(told) > 0
        run(host, "site")
        yield host
    finally:
        for name in ACCOUNTS:
            host.remove_account(name)


def test_an_unchanged_site_asks_little_of_its_host(site: Host) -> None:
    told = run(site, "site", "--diff")
    assert changed(told) == 0, told[-3000:]
    counted = dict(re.findall(r"remote tasks of (\S+): (\d+)", told))
    assert int(counted[HOST_ROLE]) <= 15
    assert int(counted[APPS_ROLE]) <= 3
    assert site.run("busybox wget -qO- http://127.0.0.1:8390/") == "open all day"
    assert '"registry.example.com"' in site.run_as("it-blog", "cat ~/.config/containers/auth.json")
    assert site.run_as("it-board", "podman ps --format '{{.Names}}'").split() == ["board-web-1"]


def test_a_check_tells_what_differs_and_fails(site: Host) -> None:
    assert "3 apps are as declared." in run(site, "check")
    told = run(site, "check", "--tags", "apps", good=False, site_text="closed")
    assert "shop is not as declared" in told
    assert "update file" in told or "www/index.html" in told


def test_deploy_of_one_app_leaves_the_others(site: Host) -> None:
    told = run(site, "deploy", "--diff", rootless_apps_only="shop", site_text="open at night")
    assert changed(told) == 1
    assert site.run("busybox wget -qO- http://127.0.0.1:8390/") == "open at night"
    refused = run(site, "deploy", good=False, rootless_apps_only="shop,shops")
    assert "no app shops is declared" in refused


def test_an_update_takes_what_the_tag_has_become(site: Host) -> None:
    assert changed(run(site, "update", rootless_apps_only="blog")) == 0
    push(site, "docker.io/library/busybox:1.36", "newer")
    assert changed(run(site, "update", rootless_apps_only="blog")) == 1
    assert (
        site.run_as("it-blog", "podman inspect --format '{{.Config.Labels.site}}' blog-web").strip()
        == "newer"
    )


def test_an_app_goes_with_its_data_only_when_asked(site: Host) -> None:
    assert "the names of the apps that go are needed" in run(site, "decommission", good=False)
    run(site, "decommission", rootless_apps_only=["shop"])
    assert site.run_as("it-shop", "podman ps --all --quiet") == ""
    assert "shop-stock" in site.run_as("it-shop", "podman volume ls --quiet")
    run(site, "decommission", rootless_apps_only="shop", rootless_apps_remove_data=True)
    assert site.run("id it-shop 2>&1", check=False).count("no such user") == 1
