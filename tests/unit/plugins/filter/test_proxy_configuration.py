# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes become Caddy's configuration, or one sentence says what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.rootless.podman.plugins.filter.proxy_configuration import proxy_configuration

GIVEN = {"certificate": "-----BEGIN CERTIFICATE-----\nx", "key": "-----BEGIN PRIVATE KEY-----\ny"}
SHOP = {"domain": "shop.test", "port": 8080}


def servers(*routes: Any, **settings: Any) -> Any:
    return proxy_configuration(list(routes), **settings)["apps"]["http"]["servers"]


def dials(server: Any) -> list[tuple[Any, str]]:
    """Of each route that leads to an app: what it matches, and where it leads."""
    return [
        (route["match"][0], route["handle"][-1]["upstreams"][0]["dial"])
        for route in server["routes"]
        if route["handle"][-1]["handler"] == "reverse_proxy"
    ]


def test_the_longest_path_comes_first_and_a_wildcard_last() -> None:
    found = dials(
        servers(
            {"domain": "*.test", "port": 1},
            {"domain": "shop.test", "port": 2},
            {"domain": "shop.test", "path": "/a/", "port": 3},
            {"domain": "shop.test", "path": "/a/long", "port": 4},
            tls="internal",
        )["https"]
    )
    assert [where for _match, where in found] == [f"127.0.0.1:{port}" for port in (4, 3, 2, 1)]
    assert found[1][0] == {"host": ["shop.test"], "path": ["/a", "/a/*"]}
    assert found[2][0] == {"host": ["shop.test"]}


def test_plain_domains_are_served_on_http_and_others_sent_to_https() -> None:
    told = servers(SHOP, {"domain": "plain.test", "port": 1, "tls": "none"}, https_port=8443)
    assert [match["host"] for match, _where in dials(told["http"])] == [["plain.test"]]
    assert [match["host"] for match, _where in dials(told["https"])] == [["shop.test"]]
    answer = told["http"]["routes"][1]["handle"][0]
    assert (answer["status_code"], answer["headers"]["Location"]) == (
        308,
        ["https://{http.request.host}:8443{http.request.uri}"],
    )
    assert told["http"]["routes"][-1]["handle"][0]["status_code"] == 404
    # Who asks for HTTPS where no domain has it is told so, and does not wait.
    assert servers({**SHOP, "tls": "none"})["https"]["routes"] == [told["http"]["routes"][-1]]


def test_certificates_come_from_where_the_routes_say() -> None:
    told = proxy_configuration(
        [
            SHOP,
            {**SHOP, "domain": "given.test", "tls": GIVEN},
            {**SHOP, "domain": "in.test", "tls": "internal"},
        ],
        acme_ca="https://ca.test/dir",
        acme_root=True,
        acme_email="me@test",
        acme_eab={"key_id": "a", "mac_key": "b"},
    )
    tls = told["apps"]["tls"]
    assert tls["certificates"]["load_pem"] == [GIVEN]
    acme, internal = tls["automation"]["policies"]
    assert acme["subjects"] == ["shop.test"]
    assert acme["issuers"][0]["ca"] == "https://ca.test/dir"
    assert acme["issuers"][0]["external_account"] == {"key_id": "a", "mac_key": "b"}
    assert internal == {"subjects": ["in.test"], "issuers": [{"module": "internal"}]}
    https = told["apps"]["http"]["servers"]["https"]
    assert https["automatic_https"]["skip_certificates"] == ["given.test"]


def test_settings_arrive() -> None:
    told = servers(
        {"domain": ["a.test", "b.test"], "path": "/x", "port": "81", "strip": "true"},
        {"domain": "c.test", "to": "[2001:db8::1]:82"},
        loopback="169.254.1.9",
        trusted_proxies=["10.0.0.0/8"],
        http=["fd/3"],
        https=["fd/4"],
    )
    assert (told["http"]["listen"], told["https"]["listen"]) == (["fd/3"], ["fd/4"])
    assert [where for _match, where in dials(told["https"])] == ["169.254.1.9:81"] * 2 + ["[2001:db8::1]:82"]
    handlers = told["https"]["routes"][0]["handle"]
    assert handlers[0] == {"handler": "rewrite", "strip_path_prefix": "/x"}
    assert handlers[1]["trusted_proxies"] == ["10.0.0.0/8"]


def test_what_listens_tells_who_the_client_is_before_tls() -> None:
    told = servers(SHOP, proxy_protocol=True)
    for server in told.values():
        assert [each["wrapper"] for each in server["listener_wrappers"]] == ["proxy_protocol", "tls"]
    assert "listener_wrappers" not in servers(SHOP)["https"]


def test_listeners_that_go_close_kept_connections_with_an_answer() -> None:
    told = proxy_configuration([SHOP], settle="3s")["apps"]["http"]
    assert told["shutdown_delay"] == "3s"
    for server in told["servers"].values():
        first = server["routes"][0]
        assert first["handle"] == [{"handler": "headers", "response": {"set": {"Connection": ["close"]}}}]
        assert first["match"][0]["vars"] == {"{http.shutting_down}": ["true"]}
        # A route that answers comes behind it.
        assert "terminal" not in first
    # Nor does a WebSocket end.
    assert told["servers"]["https"]["routes"][1]["handle"][0]["stream_close_delay"] == "24h"
    assert "shutdown_delay" not in proxy_configuration([SHOP])["apps"]["http"]
    assert len(servers(SHOP)["https"]["routes"]) == len(told["servers"]["https"]["routes"]) - 1


@pytest.mark.parametrize(
    ("route", "words"),
    [
        ("shop.test", "a map with domain and port is needed"),
        ({"port": 1}, "a name such as shop.example.com is needed"),
        ({"domain": "Shop.test", "port": 1}, "in small letters"),
        ({"domain": "a b.test", "port": 1}, "a name such as"),
        ({"domain": "shop.test"}, "either port"),
        ({"domain": "shop.test", "port": 1, "to": "a:1"}, "either port"),
        ({"domain": "shop.test", "port": 70000}, "port: 70000 was given, and a port is needed"),
        ({"domain": "shop.test", "to": "a"}, "to: 'a' was given, and ADDRESS:PORT is needed"),
        ({"domain": "shop.test", "port": 1, "path": "a"}, "begins with /"),
        ({"domain": "shop.test", "port": 1, "path": "/a*"}, "without * and ?"),
        ({"domain": "shop.test", "port": 1, "tls": "on"}, "tls: 'on' was given, and acme, internal, none"),
        ({"domain": "shop.test", "port": 1, "tls": {"key": "secret"}}, "tls: a map was given"),
        ({"domain": "shop.test", "port": 1, "tls": {**GIVEN, "certificate": "x"}}, "tls.certificate: PEM"),
        ({"domain": "shop.test", "port": 1, "tls": {**GIVEN, "key": "secret"}}, "tls.key: PEM"),
        ({"domain": "*.test", "port": 1}, "a challenge over DNS"),
        ({"domain": "shop.test", "port": 1, "ports": 2}, "ports is no key of a route"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(route: Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        proxy_configuration([route])
    assert words in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("other", "words"),
    [({}, "shop.test/ is declared twice"), ({"path": "/x", "tls": "internal"}, "routes with different tls")],
)
def test_routes_that_contradict_each_other_are_refused(other: dict[str, str], words: str) -> None:
    with pytest.raises(AnsibleFilterError, match=words):
        proxy_configuration([SHOP, {**SHOP, **other}])


def test_something_else_than_a_list_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="a list of routes is needed, not dict"):
        proxy_configuration({})
