# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of volumes, networks and secrets: made once, never lost without a word, mended when run again."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _simple
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils._record import LABEL
from ansible_collections.rootless.podman.plugins.module_utils._resources.network import NETWORK
from ansible_collections.rootless.podman.plugins.module_utils._resources.secret import LIMIT, SECRET
from ansible_collections.rootless.podman.plugins.module_utils._resources.volume import VOLUME
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import KEY

KINDS = {"volumes": VOLUME, "networks": NETWORK, "secrets": SECRET}
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
each_place = pytest.mark.parametrize("place", KINDS)


class Store:
    """The part of Podman that keeps volumes, networks and secrets."""

    def __init__(self, version: tuple[int, int, int] = (5, 4, 2)) -> None:
        self.version, self.info, self.check = version, {}, False
        self.kept: dict[tuple[str, str], dict] = {}
        self.users: list[str] = []
        self.writes: list[str] = []
        self.refuse: list[EngineError | None] = []  # for the writes to come; None lets one through
        self.made = 0

    def get(self, path: str, params: Any = None) -> Any:
        assert path == "containers/json"
        return [{"Names": [name]} for name in self.users]

    def find(self, path: str, params: Any = None) -> Any:
        place, name, _json = path.split("/")
        found = copy.deepcopy(self.kept.get((place, name)))
        if found and place == "secrets" and not (params or {}).get("showsecret"):
            del found["SecretData"]
        return found

    def write(self, method: str, path: str, params: Any = None, body: Any = None, **_more: Any) -> Any:
        assert not self.check
        self.writes.append(f"{method} {path}")
        trouble = self.refuse.pop(0) if self.refuse else None
        if trouble is not None and trouble.status:
            raise trouble
        answer = (
            self._delete(*path.split("/"))
            if method == "DELETE"
            else self._create(path.split("/", maxsplit=1)[0], params, body)
        )
        if trouble is not None:
            raise trouble  # it was carried out, and the answer was lost
        return answer

    def _delete(self, place: str, name: str) -> None:
        if self.users:
            raise EngineError("in use", 409, f"{name} is being used by {self.users[0]}")
        if self.kept.pop((place, name), None) is None:
            raise EngineError("no such", 404, "no such")

    def _create(self, place: str, params: Any, body: Any) -> None:
        self.made += 1
        if place == "secrets":
            name, shown = params["name"], {
                "ID": str(self.made), "SecretData": body.decode(),
                "Spec": {"Name": params["name"], "Driver": {"Name": "file"}, "Labels": params["labels"]},
            }  # fmt: skip
        else:
            body = json.loads(json.dumps(body))
            name = body.get("name") or body.get("Name")
            shown = {"driver": "bridge", "Driver": "local", "Options": {}, "id": str(self.made), **body}
        if (place, name) in self.kept and not (params or {}).get("replace"):
            raise EngineError("already exists", 409, f"{name} already exists")
        self.kept[place, name] = shown


def run(store: Store, place: str, check: bool = False, **params: Any) -> dict:
    """One run of the module of that kind."""
    store.check = check
    try:
        kind = KINDS[place]
        params = {"name": "x", "state": "present", **dict.fromkeys(kind.table.by_name), **params}
        return _simple.travel(kind, Task(params, check), store, KEY)
    finally:
        store.check = False


def actions(result: dict) -> list[str]:
    return [step["action"] for step in result["plan"]]


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
                match="volume x: label differs from the task; Podman can only change that by deleting the volume with all its data; set recreate: true",
            ):
                run(store, "volumes", check=check, **declared)
    assert store.kept["volumes", "x"]["Labels"]["a"] == "1"
    assert actions(run(store, "volumes", recreate=True, check=True, **other)) == ["replace"]
    assert actions(run(store, "volumes", recreate=True, **other)) == ["replace"]
    assert store.kept["volumes", "x"]["Labels"]["a"] == "2"


def test_a_network_in_use_is_not_replaced() -> None:
    store, (first, other, _same) = Store(), DECLARED["networks"]
    run(store, "networks", **first)
    store.users = ["web", "db"]
    for check in (True, False):
        with pytest.raises(Failure, match=r"network x: subnet, ip_range .* db, web use it"):
            run(store, "networks", check=check, **other)
    assert actions(run(store, "networks", **first)) == []
    store.users = []
    assert actions(run(store, "networks", check=True, **other)) == ["replace"]
    assert actions(run(store, "networks", **other)) == ["replace"]
    assert actions(run(store, "networks", **other)) == []


@pytest.mark.parametrize(("version", "writes"), [((5, 4, 2), 1), ((4, 3, 1), 2)])
def test_a_secret_is_renewed(version: tuple, writes: int) -> None:
    store, (first, other, _same) = Store(version), DECLARED["secrets"]
    run(store, "secrets", **first)
    store.writes.clear()
    result = run(store, "secrets", **other)
    assert actions(result) == ["replace"]
    assert len(store.writes) == writes  # 4.7 and later replace in one call
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
    store.refuse = [None, EngineError("it broke", 500, "it broke")]
    with pytest.raises(EngineError):
        run(store, place, recreate=True, **other)
    assert actions(run(store, place, recreate=False, **other)) == ["create"]
    assert actions(run(store, place, **other)) == []


@each_place
def test_what_is_in_use_is_not_removed(place: str) -> None:
    store, (first, _other, _same) = Store(), DECLARED[place]
    run(store, place, **first)
    store.users = ["web"]
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
        ({"driver": "vxlan"}, "one of bridge, macvlan, ipvlan"),
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
