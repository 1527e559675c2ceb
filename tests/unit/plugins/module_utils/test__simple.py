# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of volumes, networks and secrets: made once, never lost without a word, mended when run again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.plugins.module_utils._record import LABEL
from ansible_collections.rootless.podman.plugins.module_utils._resources.secret import LIMIT
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_store import (
    ROADS,
    Store,
    actions,
    run,
)

# A declaration of each kind, one that differs, and one that says the same in other words.
DECLARED: dict[str, tuple[dict, dict, dict]] = {
    "volumes": ({"label": {"a": 1}}, {"label": {"a": 2}}, {"label": {"a": "1"}}),
    "networks": (
        {"subnet": "10.1.0.0/24", "ip_range": "10.1.0.128/25"},
        {"subnet": "10.2.0.0/24", "ip_range": "10.2.0.128/25"},
        {"subnet": "10.1.0.0/24", "ip_range": "10.1.0.129-10.1.0.254"},
    ),
    "secrets": ({"data": "correct horse"}, {"data": "battery staple"}, {"data": "correct horse"}),
}
each_place = pytest.mark.parametrize("place", ROADS)


@each_place
def test_it_is_made_once_and_goes_once(place: str) -> None:
    store, (first, _other, same) = Store(), DECLARED[place]
    assert actions(run(store, place, check=True, **first)) == ["create"]
    assert store.kept == {}
    assert actions(run(store, place, **first)) == ["create"]
    for declared in (first, same):
        assert actions(run(store, place, **declared)) == []
    assert actions(run(store, place, check=True, state="absent")) == ["remove"]
    assert store.kept
    assert actions(run(store, place, state="absent")) == ["remove"]
    assert actions(run(store, place, state="absent")) == []


def test_a_volume_is_never_replaced_unless_it_is_said() -> None:
    store, (first, other, _same) = Store(), DECLARED["volumes"]
    run(store, "volumes", **first)
    for declared in (other, {}):
        for check in (True, False):
            with pytest.raises(
                Failure,
                match="volume x: label differs from the task; .* set keep_data: true to move its data over, or recreate: true to delete",
            ):
                run(store, "volumes", check=check, **declared)
    assert store.kept["volumes", "x"]["Labels"]["a"] == "1"
    assert actions(run(store, "volumes", recreate=True, check=True, **other)) == ["replace"]
    assert actions(run(store, "volumes", recreate=True, **other)) == ["replace"]
    assert store.kept["volumes", "x"]["Labels"]["a"] == "2"


def test_a_network_in_use_is_not_replaced() -> None:
    store, (first, other, _same) = Store(), DECLARED["networks"]
    run(store, "networks", **first)
    store.use("web", "db")
    for check in (True, False):
        with pytest.raises(Failure, match=r"network x: subnet, ip_range .* db, web use it"):
            run(store, "networks", check=check, **other)
    assert actions(run(store, "networks", **first)) == []
    store.containers = {}
    assert actions(run(store, "networks", check=True, **other)) == ["replace"]
    assert actions(run(store, "networks", **other)) == ["replace"]
    assert actions(run(store, "networks", **other)) == []


@pytest.mark.parametrize(("version", "writes"), [((5, 4, 2), 1), ((4, 3, 1), 5)])
def test_a_secret_is_renewed(version: tuple, writes: int) -> None:
    store, (first, other, _same) = Store(version), DECLARED["secrets"]
    run(store, "secrets", **first)
    store.writes.clear()
    result = run(store, "secrets", **other)
    assert actions(result) == ["replace"]
    assert len(store.writes) == writes  # 4.7 and later replace in one call; before, a draft is the proof
    assert store.kept["secrets", "x"]["SecretData"] == "battery staple"
    assert actions(run(store, "secrets", **other)) == []
    assert actions(run(store, "secrets", skip_existing=True, **first)) == []


def test_no_result_shows_a_secret() -> None:
    store, (first, other, _same) = Store(), DECLARED["secrets"]
    for declared in (first, other):
        for check in (True, False):
            told = json.dumps(run(store, "secrets", check=check, **declared))
            assert "correct horse" not in told
            assert "battery staple" not in told
    store.refuse = [EngineError("it broke", 500, "it broke")]
    with pytest.raises(Failure) as caught:
        run(store, "secrets", **first)
    assert "correct horse" not in caught.value.message + json.dumps(caught.value.facts, default=str)
    assert "correct horse" not in store.kept["secrets", "x"]["Spec"]["Labels"][LABEL]


def test_a_secret_that_somebody_changed_by_hand_is_not_looked_at() -> None:
    """Its record says what was declared; whether that is still inside is asked nowhere else."""
    store, (first, _other, _same) = Store(), DECLARED["secrets"]
    run(store, "secrets", **first)
    store.kept["secrets", "x"]["SecretData"] = "by hand"
    assert actions(run(store, "secrets", **first)) in ([], ["replace"])


@pytest.mark.parametrize("data", ["", "x" * (LIMIT + 1), 5, ["a"]])
def test_what_is_no_secret(data: Any) -> None:
    with pytest.raises(Failure, match=f"data: .* text of 1 to {LIMIT} bytes"):
        run(Store(), "secrets", data=data)


def test_a_sentence_about_a_secret_does_not_show_it() -> None:
    with pytest.raises(Failure) as caught:
        run(Store(), "secrets", data="correct horse " * LIMIT)
    assert "correct horse" not in caught.value.message


@each_place
def test_one_made_by_hand_is_adopted(place: str) -> None:
    store, (first, _other, _same) = Store(), DECLARED[place]
    run(store, place, **first)
    there = store.kept[place, "x"]
    labels = there.get("Labels") or there.get("labels") or there["Spec"]["Labels"]
    del labels[LABEL]
    result = run(store, place, **first)
    assert (actions(result), result["adopted"]) == ([], True)


@each_place
def test_a_lost_answer_is_looked_after(place: str) -> None:
    """A killed predecessor's request, or this one's: what is there counts."""
    store, (first, _other, _same) = Store(), DECLARED[place]
    store.refuse = [EngineError("it broke off")]
    run(store, place, **first)
    assert actions(run(store, place, **first)) == []
    store.refuse = [EngineError("it is refused", 500, "it is refused")]
    with pytest.raises(EngineError, match="it is refused"):
        run(store, place, name="y", **first)


@each_place
def test_killed_between_removing_and_making_it_is_made(place: str) -> None:
    store, (first, other, _same) = Store((4, 3, 1)), DECLARED[place]
    run(store, place, **first)
    store.kept.clear()
    assert actions(run(store, place, recreate=False, **other)) == ["create"]
    assert actions(run(store, place, **other)) == []


@each_place
def test_what_is_in_use_is_not_removed(place: str) -> None:
    if place == "secrets":
        return  # Podman removes a secret under its containers
    store, (first, _other, _same) = Store(), DECLARED[place]
    run(store, place, **first)
    store.use("web")
    with pytest.raises(Failure, match="x: cannot be removed while containers use it .*; remove them first"):
        run(store, place, state="absent")


@each_place
@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "-x", "x\n", "é"])
def test_names(place: str, name: str) -> None:
    with pytest.raises(Failure, match="name: .* is needed"):
        run(Store(), place, name=name, **DECLARED[place][0])


def test_podman_answers_to_the_beginning_of_a_name() -> None:
    store = Store()
    store.kept["volumes", "x"] = {"Name": "xyz", "Labels": {}}
    assert actions(run(store, "volumes", state="absent")) == []


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"subnet": "10.1.0.5/24"}, "subnet: '10.1.0.5/24' was given, and a subnet such as"),
        ({"subnet": "10.1.0.0/24", "gateway": "here"}, "gateway: 'here' was given, and an IP address"),
        ({"subnet": "10.1.0.0/24", "ip_range": "10.1.0.9"}, "ip_range: .* a range such as"),
        ({"gateway": "10.1.0.1"}, "declare subnet as well"),
        (
            {"subnet": "10.1.0.0/24", "gateway": "10.2.0.1"},
            "gateway: 10.2.0.1 was given, and an address in the subnet 10.1.0.0/24",
        ),
        (
            {"subnet": "10.1.0.0/24", "ip_range": "10.2.0.0/25"},
            "ip_range: 10.2.0.1 was given, and an address in the subnet",
        ),
        ({"net_config": [{"gateway": "10.1.0.1"}]}, "net_config: .* each with its subnet"),
        ({"route": ["10.1.0.0/24"]}, "route: .* routes such as"),
        ({"dns": ["here"]}, "dns: .* addresses of name servers"),
        ({"ipam_driver": "magic"}, "ipam_driver: .* one of host-local, dhcp, none"),
        ({"opt": {"mtu": "1400", "driver_mtu": "1300"}}, "opt: .* once"),
    ],
)
def test_networks_that_are_refused(params: dict, says: str) -> None:
    store = Store()
    with pytest.raises(Failure, match=says):
        run(store, "networks", **params)
    assert store.writes == []


def test_a_network_knows_names_unless_told_otherwise() -> None:
    store = Store()
    run(store, "networks")
    assert store.kept["networks", "x"]["dns_enabled"] is True
    run(store, "networks", name="y", disable_dns=True)
    assert store.kept["networks", "y"]["dns_enabled"] is False
    assert actions(run(store, "networks", name="y", disable_dns=True)) == []


def test_an_option_of_a_newer_podman_is_refused() -> None:
    with pytest.raises(Failure, match="dns: this option needs Podman 4.4 or later, and the host has 4.3.1"):
        run(Store((4, 3, 1)), "networks", dns=["1.1.1.1"])


def test_volume_options_have_two_spellings() -> None:
    store = Store()
    run(store, "volumes", options={"type": "tmpfs", "o": "size=10m"})
    assert actions(run(store, "volumes", options=["o=size=10m", "type=tmpfs"])) == []
