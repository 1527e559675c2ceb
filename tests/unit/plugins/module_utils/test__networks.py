# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks: what tasks say, what Podman is told, what inspect shows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._networks import (
    NetworkList,
    reported_networks,
    write_aliases,
)
from ansible_collections.rootless.podman.plugins.module_utils._options import Facts
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_inspect import (
    container_inspect,
    image_inspect,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import hostile, house

IDS = {"host": {"idMappings": {
    "uidmap": [{"container_id": 0, "size": 1}, {"container_id": 1, "size": 65536}, {"container_id": 65537, "size": 100}],
    "gidmap": [{"container_id": 0, "size": 1}, {"container_id": 1, "size": 65536}],
}}}  # fmt: skip
FACTS = Facts((5, 4, 2), lambda: IDS)


def body_of(written: Any) -> dict:
    """The create body of a network option."""
    body: dict = {}
    NetworkList.write(NetworkList().parse(written), body, FACTS)
    return body


def test_names_are_networks() -> None:
    assert body_of(["front", "back:ip=10.1.0.5,alias=db,alias=sql,mac=02:00:00:00:00:01"]) == {
        "netns": {"nsmode": "bridge", "value": ""},
        "Networks": {
            "front": {},
            "back": {"static_ips": ["10.1.0.5"], "aliases": ["db", "sql"], "static_mac": "02:00:00:00:00:01"},
        },
    }


@pytest.mark.parametrize(
    ("written", "body"),
    [
        ("host", {"netns": {"nsmode": "host", "value": ""}}),
        (["none"], {"netns": {"nsmode": "none", "value": ""}}),
        ("container:db", {"netns": {"nsmode": "container", "value": "db"}}),
        ("ns:/run/netns/x", {"netns": {"nsmode": "path", "value": "/run/netns/x"}}),
        ("bridge", {"netns": {"nsmode": "bridge", "value": ""}}),
        ("pasta:-T,9301", {"netns": {"nsmode": "pasta", "value": ""}, "network_options": {"pasta": ["-T", "9301"]}}),
        ("bridge:ip=10.88.0.9", {"netns": {"nsmode": "bridge", "value": ""}, "Networks": {"podman": {"static_ips": ["10.88.0.9"]}}}),
    ],
)  # fmt: skip
def test_modes(written: Any, body: dict) -> None:
    assert body_of(written) == body


@pytest.mark.parametrize(
    "bad",
    [
        "a b",
        "/etc",
        "front:ip=10.1.0.500",
        "front:color=red",
        ["host", "front"],
        "",
        None,
        "front\n",
        "front:ip=",
        {"a": 1},
    ],
)
def test_no_networks(bad: Any) -> None:
    with pytest.raises(ValueError, match="network|address|either|behind|text"):
        NetworkList().parse(bad)


def test_the_order_of_pasta_options_is_kept() -> None:
    """-t 80 is not 80 -t: words of a command line are no set."""
    assert body_of("pasta:-t,auto,-u,none")["network_options"]["pasta"] == ["-t", "auto", "-u", "none"]


networks = st.one_of(
    st.lists(st.sampled_from(["front", "back", "podman"]), min_size=1, unique=True),
    st.sampled_from(["host", "none", "pasta", "slirp4netns", "bridge", "container:db", "private"]),
)


@house
@given(networks, networks)
def test_inspect_shows_what_was_posted_and_nothing_else(one: Any, other: Any) -> None:
    shown = reported_networks(container_inspect(body_of(one), image_inspect()))
    typed, another = NetworkList().parse(one), NetworkList().parse(other)
    assert NetworkList().covers(typed, shown)
    # private is whatever Podman makes of it, bridge alone is the default network.
    if typed != another and not {"private", "bridge"} & {typed["mode"], another["mode"]}:
        assert not NetworkList().covers(another, shown)


def test_networks_in_a_diff() -> None:
    assert NetworkList().show(NetworkList().parse(["b", "a"])) == ["a", "b"]
    assert NetworkList().show(NetworkList().parse("container:db")) == "container:db"
    assert NetworkList().show({"mode": "bridge", "networks": ["a"]}) == ["a"]
    assert NetworkList().show({"mode": "pasta", "networks": []}) == "pasta"


def test_aliases_belong_to_every_network() -> None:
    body = body_of(["front:alias=own", "back"])
    write_aliases(["web"], body, FACTS)
    assert {name: joined["aliases"] for name, joined in body["Networks"].items()} == {
        "front": ["own", "web"],
        "back": ["web"],
    }


def test_aliases_alone_mean_the_default_bridge() -> None:
    body: dict = {}
    write_aliases(["web"], body, FACTS)
    assert body == {"netns": {"nsmode": "bridge"}, "Networks": {"podman": {"aliases": ["web"]}}}


@pytest.mark.parametrize("mode", ["host", "none", "pasta", "container:db"])
def test_aliases_without_a_network_are_refused(mode: str) -> None:
    with pytest.raises(Failure, match="network_aliases: network .* knows no aliases"):
        write_aliases(["web"], body_of(mode), FACTS)


# User namespaces


@house
@given(st.just(NetworkList()), hostile)
def test_nothing_breaks_out(kind: Any, text: str) -> None:
    for written in (text, f"container:{text}", f"ns:{text}", f"pasta:{text}", f"keep-id:{text}"):
        with pytest.raises(ValueError, match="without"):
            kind.parse(written)
