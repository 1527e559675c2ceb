# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``deploy`` and ``switch``: what cannot have two versions side by side is refused in one sentence; what the switch becomes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house, junk

SWITCH = {"image": "haproxy", "publish": "127.0.0.1:8080", "port": 9000, "check": "/healthz"}
WEB = {"name": "web", "image": "img", "networks": ["inner"], "switch": SWITCH}


def containers(*raw: dict[str, Any]) -> list[Any]:
    [app] = read([{"name": "shop", "containers": list(raw)}], set())
    return app.units


def switched(**more: Any) -> dict[str, Any]:
    return {**WEB, "switch": {**SWITCH, **more}}


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({**WEB, "deploy": "canary"}, "deploy: 'canary' was given, and replace or blue_green is needed"),
        ({**WEB, "deploy": "replace"}, "switch: was given beside deploy: replace"),
        ({"name": "web", "image": "i", "deploy": "blue_green"}, "switch: missing, and deploy: blue_green needs a map"),
        ({**WEB, "switch": "haproxy"}, "switch: 'haproxy' was given, and deploy: blue_green needs a map"),
        ({**WEB, "switch": {"image": "haproxy"}}, "switch: missing required arguments: check, port, publish"),
        (switched(chek="/"), "switch: 'chek' is no option; write check"),
        (switched(port=0), "switch.port: 0 was given"),
        (switched(publish="8080:80"), "switch.publish: '8080:80' was given"),
        (switched(check="healthz"), "switch.check: 'healthz' was given"),
        (switched(check="/a b"), "switch.check: '/a b' was given"),
        (switched(check="/a\r\nX: y"), "switch.check: '/a"),
        (switched(drain_timeout="soon"), "switch.drain_timeout: 'soon' was given, and a duration"),
        ({**WEB, "runtime": "systemd"}, "deploy: blue_green was given beside runtime: systemd"),
        ({**WEB, "publish": ["80:80"]}, "publish: was given beside deploy: blue_green, and the switch owns the port"),
        ({**WEB, "mac_address": "92:d0:c6:0a:29:33"}, "mac_address: was given beside deploy: blue_green"),
        ({**WEB, "rm": True}, "rm: was given beside deploy: blue_green"),
        ({**WEB, "volumes": ["data:/data"]}, "volume: data at /data can be written"),
        ({**WEB, "volumes": ["./www:/www"]}, "volume: /apps/shop/www at /www can be written"),
        ({**WEB, "mounts": ["type=volume,source=data,target=/data"]}, "mount: data at /data can be written"),
        ({**WEB, "networks": []}, "networks: missing; deploy: blue_green needs a network of the app"),
        ({**WEB, "networks": ["host"]}, "networks: missing; deploy: blue_green needs a network of the app"),
        ({**WEB, "networks": ["inner:ip=10.0.0.2"]}, "networks: a fixed address in inner"),
        ({**WEB, "state": "stopped"}, "state: stopped was given, and deploy: blue_green needs started"),
        ({**WEB, "wait": False}, "wait: false was given"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence(raw: dict[str, Any], says: str) -> None:
    with pytest.raises(Failure) as refused:
        containers(raw)
    assert f"apps[shop].containers[web].{says}" in refused.value.message


def test_one_that_has_to_complete_is_refused() -> None:
    with pytest.raises(Failure, match="others wait until web has completed"):
        containers(WEB, {"name": "db", "image": "img", "depends_on": {"web": "completed"}})


def test_one_in_whose_namespaces_others_are_is_refused() -> None:
    with pytest.raises(Failure, match="requires web or is in its namespaces"):
        containers(WEB, {"name": "side", "image": "img", "network": "container:web"})


def test_two_with_one_name_are_refused() -> None:
    with pytest.raises(Failure, match="web-switch is declared more than once"):
        containers(WEB, {"name": "web-switch", "image": "img"})


def test_pods_know_no_deploy() -> None:
    pod = {"name": "p", "containers": [{**WEB}]}
    with pytest.raises(Failure, match="'switch' is no option"):
        read([{"name": "shop", "pods": [pod]}], set())


def test_the_switch_is_a_hardened_container_beside_it() -> None:
    units = {unit.name: unit for unit in containers(WEB)}
    spec = units["web-switch"].containers[0].spec
    assert spec["publish"][0]["host_ip"] == "127.0.0.1"
    assert spec["cap_drop"] == ["ALL"]
    assert spec["read_only"]
    assert spec["userns"] == "nomap"
    assert units["web"].containers[0].switch.container == "web-switch"
    assert units["web"].containers[0].switch.drain == 30.0


def test_without_a_switch_a_container_is_replaced() -> None:
    plain = {key: value for key, value in WEB.items() if key != "switch"}
    assert [unit.containers[0].switch for unit in containers(plain)] == [None]
    assert [unit.containers[0].switch for unit in containers({**plain, "deploy": "replace"})] == [None]


@given(junk, junk)
@house
def test_whatever_is_written_is_read_or_refused(deploy: Any, switch: Any) -> None:
    for raw in (
        {**WEB, "deploy": deploy},
        {**WEB, "switch": switch},
        *(switched(**{key: switch}) for key in SWITCH),
    ):
        try:
            containers(raw)
        except Failure as failure:
            assert failure.message.endswith(".")
            assert "\n" not in failure.message
