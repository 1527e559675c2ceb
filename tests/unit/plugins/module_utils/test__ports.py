# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Published ports: spellings, and what inspect shows of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._options import Facts
from ansible_collections.rootless.podman.plugins.module_utils._ports import ExposedPorts, Ports, print_port
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_inspect import _bindings
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import hostile, house

addresses = st.one_of(st.just(""), st.ip_addresses().map(str).filter(lambda each: each != "0.0.0.0"))


@st.composite
def typed_port(draw: Any) -> dict[str, Any]:
    """Any port as it is typed."""
    count = draw(st.integers(1, 20))
    return {
        "host_ip": draw(addresses),
        "host_port": draw(st.one_of(st.just(0), st.integers(1, 65536 - count))),
        "container_port": draw(st.integers(1, 65536 - count)),
        "range": count,
        "protocol": draw(st.sampled_from(["tcp", "udp", "sctp"])),
    }


@house
@given(typed_port())
def test_a_printed_port_reads_back(port: dict[str, Any]) -> None:
    assert Ports().parse([print_port(port)]) == [port]


@house
@given(st.lists(typed_port(), max_size=4, unique_by=lambda port: (port["container_port"], port["protocol"])))
def test_what_is_posted_is_found_again(ports: list[dict[str, Any]]) -> None:
    typed = Ports().parse([print_port(port) for port in ports])
    assert Ports().covers(typed, Ports().reported(_bindings(Ports().body(typed))))


@house
@given(typed_port(), typed_port())
def test_another_port_is_not_found(one: dict[str, Any], other: dict[str, Any]) -> None:
    reported = Ports().reported(_bindings([one]))
    if other != dict(one, host_port=0) and other != one:
        assert not Ports().covers([other], reported)
    assert not Ports().covers([], reported)
    assert not Ports().covers([one, one], reported)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("8080:80", "8080:80/tcp"),
        ("8080:80", "0.0.0.0:8080:80"),
        ("80", ":80"),
        (80, "80/tcp"),
        ("127.0.0.1::80", "127.0.0.1::80/tcp"),
        ("[::1]:8080:80", "[0:0:0:0:0:0:0:1]:8080:80"),
        ("9000-9001:80-81", "9000-9001:80-81/tcp"),
    ],
)
def test_spellings(written: Any, same: str) -> None:
    assert Ports().parse([written]) == Ports().parse([same])


def test_a_range_is_single_ports_to_inspect() -> None:
    typed = Ports().parse(["9000-9001:80-81"])
    singles = Ports().parse(["9001:81", "9000:80"])
    assert Ports().covers(typed, Ports().reported(_bindings(singles)))
    assert Ports().show(typed) == ["9000-9001:80-81/tcp"]


def test_the_order_of_ports_does_not_matter() -> None:
    assert Ports().parse(["81:81", "80:80/udp", "80:80"]) == Ports().parse(["80:80", "81:81", "80:80/udp"])


@pytest.mark.parametrize(
    "bad",
    [
        "", "x", "80:x", "8080:80/icmp", "0", "80:0", "65536", "8080:80:90:100", "1.2.3:80:80", "300.1.1.1:80:80",
        "80-", "-80", "81-80", "8000-8001:80", "8080:80/tcp\n", "::1:80:80", "80:80 ", None, {"a": 1}, "http",
    ],
)  # fmt: skip
def test_no_ports(bad: Any) -> None:
    with pytest.raises(ValueError, match="port|text"):
        Ports().parse([bad])


@house
@given(hostile)
def test_no_line_breaks(text: str) -> None:
    with pytest.raises(ValueError, match="control characters|NUL"):
        Ports().parse([text])


def test_exposed_ports_keep_each_of_their_protocols() -> None:
    body: dict[str, Any] = {}
    typed = ExposedPorts().parse(["53/udp", "53", "80-81", 80])
    assert typed == ["53/tcp", "53/udp", "80/tcp", "81/tcp"]
    ExposedPorts.write(typed, body, Facts((5, 4, 0)))
    assert body == {"expose": {"53": "tcp,udp", "80": "tcp", "81": "tcp"}}


@pytest.mark.parametrize("bad", ["", "0", "80/icmp", "70000", "90-80", "127.0.0.1:80", "http"])
def test_no_exposed_ports(bad: str) -> None:
    with pytest.raises(ValueError, match="a port such as 8080"):
        ExposedPorts().parse([bad])
