# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of networks: name servers in place, containers that join and leave, networks made anew under them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.plugins.module_utils._journal import Journal, connected
from ansible_collections.rootless.podman.plugins.module_utils._record import LABEL, write
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_services import services_in
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_store import Store, run
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import KEY

SUBNET = {"subnet": "10.1.0.0/24"}


def network(store: Store, check: bool = False, **params: Any) -> dict:
    return run(store, "networks", check, **{**SUBNET, **params})


def on(store: Store) -> dict[str, dict]:
    """Who is on the network, and how."""
    joined = {name: each["NetworkSettings"]["Networks"] for name, each in store.containers.items()}
    return {name: each["x"] for name, each in joined.items() if "x" in each}


def steps(result: dict) -> list[tuple[str, str]]:
    return [(step["action"], step["name"]) for step in result["plan"]]


def both(store: Store, **params: Any) -> dict:
    """Foretold and done, the same; and then there is nothing left to do."""
    before = json.dumps([store.kept.get(("networks", "x")), store.containers])
    foretold = network(store, check=True, **params)
    assert json.dumps([store.kept.get(("networks", "x")), store.containers]) == before
    done = network(store, **params)
    assert (foretold["plan"], foretold["diff"]) == (done["plan"], done["diff"])
    assert network(store, **params)["plan"] == []
    return done


def test_name_servers_change_in_place_and_in_order() -> None:
    store = Store()
    both(store, dns=["1.1.1.1", "9.9.9.9"])
    store.use("web")
    identity = store.kept["networks", "x"]["id"]
    for servers in (["9.9.9.9", "1.1.1.1"], ["8.8.8.8"]):
        assert steps(both(store, dns=servers)) == [("update", "x")]
        assert store.kept["networks", "x"]["network_dns_servers"] == servers
    assert both(store)["plan"][0]["reasons"] == [
        {"option": "dns", "why": "removed", "before": ["8.8.8.8"], "after": None}
    ]
    assert store.kept["networks", "x"]["id"] == identity


def test_servers_of_an_adopted_network_stay() -> None:
    store = Store()
    network(store, dns=["1.1.1.1"])
    del store.kept["networks", "x"]["labels"][LABEL]
    assert network(store)["adopted"]


def test_containers_join_and_others_stay() -> None:
    store = Store()
    network(store)
    store.use("web")
    store.use("db", "job", network="other")
    done = both(
        store,
        connected=["db", {"name": "job", "ip": "10.1.0.9", "aliases": ["j"], "mac": "92-D0-C6-0A-29-33"}],
    )
    assert steps(done) == [("connect", "db"), ("connect", "job")]
    assert sorted(on(store)) == ["db", "job", "web"]
    assert on(store)["job"]["IPAddress"] == "10.1.0.9"
    assert steps(both(store, connected=[{"name": "job", "ip": "10.1.0.8", "aliases": ["j"]}])) == [
        ("connect", "job")
    ]
    assert on(store)["job"]["IPAddress"] == "10.1.0.8"
    assert steps(both(store, disconnected=["db", "nobody"])) == [("disconnect", "db")]
    assert steps(both(store, connected=["job"], exact=True)) == [("disconnect", "web")]
    assert steps(both(store, connected=[], exact=True)) == [("disconnect", "job")]
    assert on(store) == {}


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"connected": ["nobody"]}, "there is no container nobody"),
        ({"connected": ["lonely"]}, r"connected\[lonely\]: its network is none"),
        ({"connected": ["member"]}, "network of another container, .* infra container"),
        ({"connected": [5]}, "connected: 5 was given, and a container's name or a map"),
        (
            {"connected": [{"name": "web", "ipv4": "x"}]},
            r"connected\[web\]: ipv4 was given, and only name, ip",
        ),
        (
            {"connected": [{"name": "web", "ip": "fd00::1"}]},
            r"connected\[web\]: ip: 'fd00::1' was given, and an IPv4 address",
        ),
        ({"connected": [{"name": "web", "mac": "x"}]}, "a MAC address"),
        ({"connected": [{"name": "web", "ip": "10.2.0.9"}]}, "an address in 10.1.0.0/24 is needed"),
        ({"connected": [{"name": "web", "ip": "10.1.0.1"}]}, "no gateway's"),
        ({"connected": ["web", "web"]}, "each once"),
        ({"connected": ["../x"]}, "the name of a container is needed"),
        ({"connected": ["web"], "disconnected": ["web"]}, "name it once"),
        ({"exact": True}, "declare connected too"),
    ],
)
def test_what_cannot_be_connected(params: dict, says: str) -> None:
    store = Store()
    store.use("web", network="other")
    store.use("lonely", mode="none")
    store.use("member", mode="container:web")
    for check in (True, False):
        with pytest.raises(Failure, match=says):
            network(store, check, **params)
    assert store.writes == []


def test_a_network_is_made_anew_under_its_containers() -> None:
    store = Store()
    network(store)
    store.use("web", settings={"aliases": ["front"]})
    store.use(
        "db", command=["podman", "run", "--network=x:ip=10.1.0.5"], settings={"static_ips": ["10.1.0.5"]}
    )
    with pytest.raises(Failure, match="subnet asks for a new one, and db, web use it; set reconnect: true"):
        network(store, subnet="10.2.0.0/24")
    with pytest.raises(Failure, match="container db may have an address of its own"):
        network(store, subnet="10.2.0.0/24", reconnect=True)
    done = both(store, subnet="10.2.0.0/24", reconnect=True, connected=[{"name": "db", "ip": "10.2.0.5"}])
    assert steps(done) == [("replace", "x"), ("connect", "db"), ("connect", "web")]
    assert on(store)["web"]["Aliases"][0] == "front"
    assert on(store)["db"]["IPAddress"] == "10.2.0.5"


@pytest.mark.parametrize(
    ("record", "command", "fixed"),
    [
        ({}, [], True),
        ({"network": {"mode": "bridge", "value": "", "networks": {"x": {}}, "options": []}}, [], False),
        (
            {
                "network": {
                    "mode": "bridge",
                    "value": "",
                    "networks": {"x": {"static_ips": ["10.1.0.5"]}},
                    "options": [],
                }
            },
            [],
            True,
        ),
        ({"ip": "10.1.0.5"}, [], True),
        (None, [], True),
        (None, ["podman", "run", "--network", "x", "img", "ping", "ip=5"], False),
        (None, ["podman", "run", "--net", "x:mac=92:d0:c6:0a:29:33", "img"], True),
        (None, ["podman", "run", "--ip=10.1.0.5", "img"], True),
        (None, ["podman", "run", "--ip", "10.1.0.5", "img"], True),
    ],
)
def test_who_may_have_a_fixed_address(record: Any, command: list, fixed: bool) -> None:
    store = Store()
    network(store)
    labels = {} if record is None else {LABEL: write(KEY, "container", "web", record)}
    store.use("web", command=command, labels=labels)
    if fixed:
        with pytest.raises(Failure, match="may have an address of its own"):
            network(store, internal=True, reconnect=True)
    else:
        assert steps(network(store, internal=True, reconnect=True)) == [("replace", "x"), ("connect", "web")]


@pytest.mark.parametrize("broken", range(6))
def test_a_failed_change_leaves_the_old_network_with_its_containers(broken: int) -> None:
    store = Store()
    network(store)
    store.use("db", "web", settings={"aliases": ["front"]})
    before = json.dumps([on(store), store.kept["networks", "x"]["subnets"]], sort_keys=True)
    store.refuse = [None] * broken + [EngineError("it broke", 500, "it broke")]
    with (
        pytest.raises(EngineError, match="it broke. What was changed is undone")
        if broken
        else pytest.raises(EngineError)
    ):
        network(store, subnet="10.2.0.0/24", reconnect=True)
    assert json.dumps([on(store), store.kept["networks", "x"]["subnets"]], sort_keys=True) == before
    assert network(store)["plan"] == []


@pytest.mark.parametrize("moment", range(6))
def test_a_killed_run_is_finished_by_the_next(moment: int) -> None:
    class Gone(BaseException):
        pass

    class Dying(Store):
        left = -1

        def write(self, *arguments: Any, **more: Any) -> Any:
            self.left -= 1
            if self.left == -1:
                raise Gone
            return super().write(*arguments, **more)

    store = Dying()
    network(store)
    store.use("db", "web", settings={"aliases": ["front"]})
    store.left = moment
    told = {"subnet": "10.2.0.0/24", "reconnect": True}
    with pytest.raises(Gone):
        network(store, **told)
    store.left = -1
    network(store, **told)
    assert {name: each["Aliases"][0] for name, each in on(store).items()} == {"db": "front", "web": "front"}
    assert store.kept["networks", "x"]["subnets"] == [{"subnet": "10.2.0.0/24"}]
    assert network(store, **told)["plan"] == []
    assert Journal(store.account, "network", "x").read() is None


def test_a_route_a_second_subnet_and_options_by_other_names() -> None:
    store = Store()
    told = {
        "subnet": None, "net_config": [{"subnet": "10.3.0.0/24", "gateway": None}, {"subnet": "fd00:3::/64", "ip_range": "fd00:3::/80"}],
        "route": ["10.9.0.0/24,10.3.0.7,5", "10.8.0.0/24, 10.3.0.7"],
        "opt": {"driver_mtu": 1400, "no_default_route": 1, "parent": "eth1"}, "ipam_driver": "none",
    }  # fmt: skip
    both(store, **told)
    made = store.kept["networks", "x"]
    assert made["network_interface"] == "eth1"
    assert made["options"] == {"mtu": "1400", "no_default_route": "true"}
    assert made["dns_enabled"] is False
    assert [route["destination"] for route in made["routes"]] == ["10.8.0.0/24", "10.9.0.0/24"]
    with pytest.raises(
        Failure, match="opt.vrf: this option needs Podman 4.8 or later, and the host has 4.7.0"
    ):
        network(Store((4, 7, 0)), check=True, opt={"vrf": "red"})


def test_it_is_noted_who_was_connected_by_this_task() -> None:
    store = Store()
    network(store)
    store.use("web")
    store.use("db", "job", network="other")
    both(store, connected=["db", "job"])
    assert connected(store.account, "x") == {"db" * 20, "job" * 20}
    assert connected(store.account, "y") == set()
    both(store, connected=["job"], exact=True)
    store.use("late", network="other")
    both(store, connected=["job", "late"])
    assert connected(store.account, "x") == {"job" * 20, "late" * 20}
    for name in ("web", "db", "job", "late"):
        del store.containers[name]
    both(store, state="absent")
    assert connected(store.account, "x") == set()


TORN = EngineError("netavark: it broke", 500, "netavark: no such interface")


def in_unit(store: Store, name: str = "web") -> None:
    """A container whose unit names the network, with an alias."""
    store.use(name, settings={"aliases": ["front"]}, labels={"PODMAN_SYSTEMD_UNIT": f"{name}.service"})


def test_a_torn_container_in_a_unit_is_started_by_its_service(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    network(store)
    in_unit(store)
    services = services_in(monkeypatch, store, {"web.service": ["web"]})
    store.refuse = [TORN]
    told = {"subnet": "10.2.0.0/24", "reconnect": True}
    assert steps(network(store, **told)) == [("replace", "x"), ("connect", "web")]
    # It stays away while the network is made anew, or it would be on the old one again.
    assert services.log == ["stop web.service", "start web.service"]
    assert on(store)["web"]["Aliases"][0] == "front"
    assert network(store, **told)["plan"] == []
    store.refuse = [TORN]
    assert steps(network(store, **told, connected=[{"name": "web", "aliases": ["b"]}])) == [
        ("connect", "web")
    ]
    assert on(store)["web"]["Aliases"][0] == "b"
    store.refuse = [TORN]
    assert steps(network(store, **told, disconnected=["web"])) == [("disconnect", "web")]
    assert (on(store), len(services.log)) == ({}, 6)


def test_a_torn_container_in_a_unit_is_back_when_the_change_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    network(store)
    in_unit(store)
    services = services_in(monkeypatch, store, {"web.service": ["web"]})
    store.refuse = [TORN, EngineError("it broke", 500, "it broke")]
    with pytest.raises(EngineError, match="it broke. What was changed is undone"):
        network(store, subnet="10.2.0.0/24", reconnect=True)
    assert on(store)["web"]["Aliases"][0] == "front"
    assert services.active == {"web.service"}
    assert network(store)["plan"] == []


@pytest.mark.parametrize("declared", [{}, {"connected": [{"name": "web", "aliases": ["b"]}]}])
def test_a_run_that_was_killed_while_a_service_was_stopped(
    declared: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(BaseException):
        pass

    def killed(*_arguments: Any) -> None:
        raise Gone

    store = Store()
    network(store)
    in_unit(store)
    services = services_in(monkeypatch, store, {"web.service": ["web"]})
    told = {"subnet": "10.2.0.0/24", "reconnect": True, **declared}
    with monkeypatch.context() as patch:
        patch.setattr(store, "_create", killed)
        store.refuse = [TORN]
        with pytest.raises(Gone):
            network(store, **told)
    assert (services.active, store.containers) == (set(), {})
    assert steps(network(store, check=True, **told)) == [("create", "x"), ("connect", "web")]
    assert steps(network(store, **told)) == [("create", "x"), ("connect", "web")]
    assert services.active == {"web.service"}
    assert on(store)["web"]["Aliases"][0] == ("b" if declared else "front")
    assert network(store, **told)["plan"] == []
    assert Journal(store.account, "network", "x").read() is None
