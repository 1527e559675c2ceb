# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A name server that was too slow to end with the namespace of its networks: on a busy host it is, and here it is made to wait."""

from __future__ import annotations

from typing import Any

import pytest
from support.prepare import BUSYBOX

USER = "it-names"
# Nothing is left of the namespace, and the name server has not yet been told.
OUTLIVE = "podman {} && kill -CONT $(cat $XDG_RUNTIME_DIR/names.pid) && sleep 0.5"
HOLD = "pgrep -u $(id -u) -x aardvark-dns > $XDG_RUNTIME_DIR/names.pid && kill -STOP $(cat $XDG_RUNTIME_DIR/names.pid)"


@pytest.fixture(name="alone")
def _alone(host):
    """An account whose only container is on a network."""
    host.good("user", name=USER)
    host.run_as(USER, "podman network create by-hand")
    host.run_as(USER, f"podman run -d --name alone --network by-hand --init {BUSYBOX} sleep infinity")
    yield
    host.remove_account(USER)


def declared(runtime: str) -> dict[str, Any]:
    sleeper = {"image": BUSYBOX, "init": True, "command": ["sleep", "infinity"], "network": ["talk"]}
    once = {
        "name": "first",
        "image": BUSYBOX,
        "command": ["true"],
        "restart_policy": "no",
        "network": ["talk"],
    }
    return {
        "name": "talk",
        "user": USER,
        "runtime": runtime,
        "networks": [{"name": "talk"}],
        "containers": [
            once,
            {"name": "left", **sleeper, "depends_on": {"first": "completed"}},
            {"name": "right", **sleeper, "depends_on": ["left"]},
        ],
    }


def finds(host) -> bool:
    """Whether each of the two finds the other."""
    asked = [
        f"podman exec {one} timeout 5 nslookup {other} > /dev/null 2>&1"
        for one, other in (("left", "right"), ("right", "left"))
    ]
    return host.run_as(USER, f"{' && '.join(asked)} && echo found || true").split() == ["found"]


@pytest.mark.parametrize("runtime", ["auto", "podman"])
def test_one_that_was_left_does_not_serve_what_comes(host, alone, runtime):
    host.run_as(USER, HOLD)
    host.run_as(USER, OUTLIVE.format("rm -f -t 0 alone"))
    left = host.run_as(USER, "cat $XDG_RUNTIME_DIR/names.pid").strip()
    # Podman 4 has one that ends when it finds nothing any more.
    stays = [left] if host.run("podman --version").split()[-1] > "5" else []
    assert host.run_as(USER, "pgrep -u $(id -u) -x aardvark-dns || true").split() == stays

    host.good("apps", apps=[declared(runtime)])

    assert finds(host)
    assert left not in host.run_as(USER, "pgrep -u $(id -u) -x aardvark-dns").split()


def test_the_next_run_names_one_that_is_lost_and_mends_it(host, alone):
    app = declared("podman")
    host.good("apps", apps=[app])
    host.run_as(USER, "podman stop -t 0 left right")
    host.run_as(USER, HOLD)
    host.run_as(USER, "podman rm -f -t 0 alone")
    host.run_as(USER, OUTLIVE.format("start left right"))
    running = host.run_as(USER, "podman ps -q").split()
    assert not finds(host)

    drifted = host.good("apps_info", user=USER)["apps"][0]["drifted"]
    foretold = host.good("apps", check_mode=True, apps=[app])
    assert not finds(host)
    result = host.good("apps", apps=[app])

    assert drifted == [{"kind": "network", "name": "talk", "what": "names are not answered"}]
    assert [(each["action"], each["kind"], each["name"]) for each in result["apps"][0]["plan"]] == [
        ("restart", "service", "aardvark-dns")
    ]
    assert foretold["apps"][0]["plan"] == result["apps"][0]["plan"]
    assert finds(host)
    assert host.run_as(USER, "podman ps -q").split() == running
    assert not host.good("apps", apps=[app])["changed"]
