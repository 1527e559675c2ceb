# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role rootless_proxy on ports 80 and 443: an authority of its own, given certificates, routes, and changes under load."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from support.host import Host
from support.proxied import certificate, change, changed, ended, get, images, load, remove, role, seen, serve

ACCOUNT = "it-proxy"
# Asks over IPv6, on the host itself.
SIX = """
import urllib.request
asked = urllib.request.Request("http://[::1]/", headers={"Host": "plain.test"})
print(urllib.request.urlopen(asked, timeout=10).read().decode())
"""


def run(host: Host, *words: str, **variables: Any) -> str:
    """The role, once; what it said."""
    return role(host, *words, rootless_proxy_account=ACCOUNT, **variables)


def started(host: Host) -> str:
    """Which container of the proxy runs, and since when."""
    return host.run_as(ACCOUNT, "podman inspect --format '{{.Id}} {{.State.StartedAt}}' proxy")


def test_proxy(host: Host, tmp_path: Path) -> None:
    own, key = certificate(tmp_path, "given.test")
    given = {"certificate": own.read_text(), "key": key.read_text()}
    apps = [{"name": "shop", "routes": [{"domain": ["shop.test", "www.shop.test"], "port": 8481}]}]
    routes: list[dict[str, Any]] = [
        {"domain": "shop.test", "path": "/stock", "port": 8482, "strip": True},
        {"domain": "given.test", "port": 8482, "tls": given},
        {"domain": "plain.test", "port": 8482, "tls": "none"},
    ]
    variables: dict[str, Any] = {
        "rootless_apps_list": apps,
        "rootless_proxy_routes": routes,
        "rootless_proxy_tls": "internal",
        "rootless_proxy_settle": "1s",
        **images(host),
    }
    serve(host, 8481, "shop")
    serve(host, 8482, "stock")
    try:
        assert changed(run(host, "--check", "--diff", **variables)) > 0
        told = run(host, "--diff", **variables)
        assert key.read_text().splitlines()[1] not in told
        assert changed(run(host, **variables)) == 0

        roots = tmp_path / "roots.pem"
        # The first certificate is made when the proxy has taken up its routes.
        found = host.run_as(ACCOUNT, "podman exec proxy cat /data/caddy/pki/authorities/local/root.crt")
        roots.write_text(found)
        me = host.run("echo $SSH_CONNECTION").split()[0]
        assert seen(get(host, "shop.test", "/x", roots)) == {
            "Host": "shop.test",
            "X-Forwarded-For": me,
            "X-Forwarded-Proto": "https",
            "path": "/x",
            "name": "shop",
        }
        assert seen(get(host, "www.shop.test", "/", roots))["name"] == "shop"
        stock = seen(get(host, "shop.test", "/stock/list", roots))
        assert (stock["name"], stock["path"]) == ("stock", "/list")
        assert seen(get(host, "given.test", "/", own))["name"] == "stock"
        assert seen(get(host, "plain.test"))["X-Forwarded-For"] == me
        assert get(host, "shop.test", "/x?y=1") == (308, "", "https://shop.test/x?y=1")
        assert get(host, "other.test")[0] == 404

        before = started(host)
        running = load(host, "shop.test", roots, 120, "--again")
        time.sleep(1)
        routes[0]["port"] = 8481
        routes.append({"domain": "more.test", "port": 8481})
        assert "is not as declared in its routes" in run(host, good=False, entry="check", **variables)
        assert changed(run(host, **variables)) == 1
        for number in range(4):
            change(host, ACCOUNT, number)
        # What Caddy refuses changes nothing.
        refused = {**variables, "rootless_proxy_trusted_proxies": ["nowhere"]}
        assert "nowhere" in run(host, good=False, **refused)
        time.sleep(1)
        told_load = ended(running)
        print(f"\n{told_load['counts']} worst {told_load['worst']}")
        # New connections and kept ones, requests that were being answered: none failed, and none had to be made again.
        assert told_load["failures"] == []
        assert told_load["counts"].get("again", 0) == 0
        assert started(host) == before
        assert seen(get(host, "shop.test", "/stock/list", roots))["name"] == "shop"
        assert seen(get(host, "more.test", "/", roots))["name"] == "shop"

        # Nobody says who the client is but those whose word counts.
        forged = {"X-Forwarded-For": "198.51.100.7"}
        assert seen(get(host, "plain.test", headers=forged))["X-Forwarded-For"] == me
        assert changed(run(host, rootless_proxy_trusted_proxies=[f"{me}/32"], **variables)) == 1
        assert seen(get(host, "plain.test", headers=forged))["X-Forwarded-For"] == f"198.51.100.7, {me}"
        assert json.loads(host.run("python3", SIX.encode()))["X-Forwarded-For"] == "::1"
    finally:
        host.run("systemctl stop echo-8481 echo-8482", check=False)
        remove(host, ACCOUNT)
