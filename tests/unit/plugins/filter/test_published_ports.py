# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ports that apps open to other hosts."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.rootless.podman.plugins.filter.published_ports import published_ports


def ports(*publish: str, kind: str = "containers", **more: str) -> list[str]:
    return published_ports([{"name": "shop", kind: [{"name": "web", "publish": list(publish), **more}]}])


@pytest.mark.parametrize(
    ("publish", "opened"),
    [
        ("8080:80", []),
        ("127.0.0.1:8080:80", []),
        ("[::1]:8080:80", []),
        ("0.0.0.0:8080:80", ["8080/tcp"]),
        ("192.0.2.7:53:53/udp", ["53/udp"]),
        ("[2001:db8::1]:443:443", ["443/tcp"]),
        ("0.0.0.0:9000-9010:9000-9010", ["9000-9010/tcp"]),
        ("0.0.0.0::80", []),
    ],
)
def test_only_ports_that_others_reach_are_opened(publish: str, opened: list[str]) -> None:
    assert ports(publish) == opened
    assert ports(publish, kind="pods") == opened


def test_ports_come_once_and_in_order() -> None:
    assert ports("0.0.0.0:8080:80", "0.0.0.0:443:443", "192.0.2.7:8080:81") == ["443/tcp", "8080/tcp"]


def test_what_is_absent_opens_nothing() -> None:
    assert ports("0.0.0.0:8080:80", state="absent") == []
    gone = {"name": "shop", "state": "absent", "containers": [{"publish": ["0.0.0.0:8080:80"]}]}
    assert published_ports([gone, "x"]) == []


def test_what_cannot_be_read_is_one_sentence() -> None:
    with pytest.raises(AnsibleFilterError, match="published_ports: a port such as"):
        ports("0.0.0.0:x:80")
    with pytest.raises(AnsibleFilterError, match="not str"):
        published_ports("shop")
