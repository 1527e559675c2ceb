# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two controllers that bring the same app about at the same moment, its account as well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.host import Host
from support.prepare import BUSYBOX

ACCOUNT = "it-at-once"


@pytest.fixture(name="account")
def _account(host: Host):
    yield
    host.remove_account(ACCOUNT)


def app(runtime: str, **env: str) -> dict[str, Any]:
    sleeper = {"image": BUSYBOX, "init": True, "command": ["sleep", "infinity"], "env": env}
    return {
        "name": "at-once",
        "user": ACCOUNT,
        "runtime": runtime,
        "networks": [{"name": "at-once"}],
        "files": [{"path": "settings.conf", "content": "greeting=hello\n"}],
        "containers": [
            {"name": "first", **sleeper, "network": ["at-once"]},
            {"name": "second", **sleeper, "depends_on": ["first"]},
        ],
    }


@pytest.mark.parametrize("runtime", ["auto", "podman"])
def test_one_of_them_does_it_and_the_other_finds_nothing_to_do(host: Host, account, runtime: str) -> None:
    for declared in (app(runtime), app(runtime, GREETING="hello")):
        with ThreadPoolExecutor(2) as both:
            results = list(both.map(lambda task: host.good("apps", apps=[task]), [declared, declared]))
        assert sorted(each["changed"] for each in results) == [False, True]
        assert not host.good("apps", apps=[declared])["changed"]
