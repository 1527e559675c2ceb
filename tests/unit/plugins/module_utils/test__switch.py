# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switch as data: its configuration, and what HAProxy tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils import _switch
from ansible_collections.rootless.podman.plugins.module_utils._plan import Step
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house

SWITCH = _switch.Switch(
    "web", "web-switch", "inner", 8080, "/healthz", 30.0, "/home/shop/apps/shop/.web-switch"
)
STATE = """1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_fqdn srv_port
3 app 1 blue 10.89.0.4 2 0 web-blue 8080
3 app 2 green - 0 37 web-green 8080
5 probe_blue 1 blue 10.89.0.4 2 0 web-blue 8080
"""


@pytest.mark.parametrize("leads", _switch.COLOURS)
def test_a_configuration_tells_what_it_was_made_of(leads: str) -> None:
    text = _switch.configuration(SWITCH, leads)
    assert _switch.settings_of(text) == _switch.settings(SWITCH, leads)
    assert f"server {_switch.other(leads)} web-{leads}:8080 disabled" in text
    assert f"    server {leads} web-{leads}:8080\n" in text
    assert text.endswith("\n")


def test_its_port_is_published_and_open_in_its_network() -> None:
    text = _switch.configuration(SWITCH, "blue")
    assert "    bind :80\n    bind :8080\n" in text


def test_differences_are_told_by_setting() -> None:
    wanted = _switch.settings(SWITCH, "blue")
    assert _switch.differences(wanted, wanted) == ()
    assert [each.option for each in _switch.differences({**wanted, "port": 1}, wanted)] == ["port"]
    assert [each.option for each in _switch.differences(None, wanted)] == ["haproxy.cfg"]


@given(st.text(max_size=60))
@house
def test_whatever_a_file_says_it_is_no_configuration_of_ours_or_a_map(text: str) -> None:
    told = _switch.settings_of(text)
    assert told is None or isinstance(told, dict)


def test_servers_are_read_with_their_state() -> None:
    found = _switch.servers(STATE)
    assert found["app/blue"] == _switch.Server("10.89.0.4", 8080, 0, "web-blue")
    assert found["app/blue"].leads
    assert not found["app/green"].leads
    assert set(found) == {"app/blue", "app/green", "probe_blue/blue"}


@given(st.text("# app blue green srv_name 0123456789,\n", max_size=80))
@house
def test_nonsense_tells_no_servers_and_no_counts(text: str) -> None:
    counted = _switch.open_requests(text, "blue")
    assert isinstance(_switch.servers(text), dict)
    assert counted is None or counted >= 0


def test_open_requests_are_those_answered_and_those_waiting() -> None:
    told = "# pxname,svname,qcur,qmax,scur,smax\napp,blue,2,9,5,9\napp,green,0,9,0,9\n"
    assert _switch.open_requests(told, "blue") == 7
    assert _switch.open_requests(told, "green") == 0
    assert _switch.open_requests("", "green") is None


def test_an_answer_is_its_status_and_the_begin_of_its_body() -> None:
    assert _switch.answered(b"HTTP/1.1 500 No\r\nX: y\r\n\r\nout of\n order") == (500, "out of order")
    assert _switch.answered(b"") == (0, "")
    assert _switch.answered(b"\xff\xfe") == (0, "")


def test_a_colour_is_one_of_two_or_none() -> None:
    assert _switch.colour_of({_switch.LABEL: "green"}) == "green"
    assert _switch.colour_of({_switch.LABEL: "red"}) == ""
    assert _switch.colour_of({}) == ""


def test_a_deploy_is_told_as_four_steps() -> None:
    steps = [Step("replace", "container", "web", (), {"beside": {}}), Step("create", "container", "db")]
    assert [each.action for each in _switch.told(steps)] == [*_switch.STAGES, "create"]
