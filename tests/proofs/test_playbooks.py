# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's playbooks on a host with three apps: what a check predicts, deploys, the way back, updates, and what goes.

The tests go on from one another, in order.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.host import Host
from support.site import changed, page, prepared, push, run


@pytest.fixture(scope="module")
def site(host: Host) -> Iterator[Host]:
    """The host with all that site.yml declares."""
    with prepared(host):
        told = run(host, "site", "--check", "--diff")
        assert changed(told) > 0
        run(host, "site")
        yield host


def test_a_check_of_what_is_as_declared_passes(site: Host) -> None:
    assert "3 apps are as declared." in run(site, "check")
    assert changed(run(site, "site", "--check", "--diff")) == 0


def test_deploy_of_one_app_leaves_the_others(site: Host) -> None:
    assert (
        changed(
            run(site, "deploy", "--check", "--diff", rootless_apps_only="shop", site_text="open at night")
        )
        == 1
    )
    assert page(site) == "open all day"
    told = run(site, "deploy", "--diff", rootless_apps_only="shop", site_text="open at night")
    assert changed(told) == 1
    assert page(site) == "open at night"
    refused = run(site, "deploy", good=False, rootless_apps_only="shop,shops")
    assert "no app shops is declared" in refused


def test_an_app_goes_back_to_the_release_before(site: Host) -> None:
    assert "the names of the apps that go back are needed" in run(site, "rollback", good=False)
    assert changed(run(site, "rollback", rootless_apps_only="shop", site_text="open at night")) == 1
    assert page(site) == "open all day"
    assert changed(run(site, "rollback", rootless_apps_only="shop", rootless_apps_release=2)) == 1
    assert page(site) == "open at night"


def test_an_update_takes_what_the_tag_has_become(site: Host) -> None:
    assert changed(run(site, "update", rootless_apps_only="blog")) == 0
    push(site, "docker.io/library/busybox:1.36", "newer")
    assert changed(run(site, "update", "--check", rootless_apps_only="blog")) == 1
    assert changed(run(site, "update", rootless_apps_only="blog")) == 1
    told = site.run_as("it-blog", "podman inspect --format '{{.Config.Labels.site}}' blog-web")
    assert told.strip() == "newer"


def test_an_app_goes_with_its_data_only_when_asked(site: Host) -> None:
    assert "the names of the apps that go are needed" in run(site, "decommission", good=False)
    run(site, "decommission", rootless_apps_only=["shop"])
    assert site.run_as("it-shop", "podman ps --all --quiet") == ""
    assert "shop-stock" in site.run_as("it-shop", "podman volume ls --quiet")
    run(site, "decommission", rootless_apps_only="shop", rootless_apps_remove_data=True)
    assert "no such user" in site.run("id it-shop 2>&1", check=False)
    run(site, "decommission", rootless_apps_remove_accounts="it-clerk")
    assert "no such user" in site.run("id it-clerk 2>&1", check=False)
    assert site.run("ls -d /home/it-clerk").strip() == "/home/it-clerk"
