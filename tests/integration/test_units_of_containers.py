# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every row of the container table as a unit: what inspect says of the container is the same as over the API."""

from __future__ import annotations

import json

import pytest
from support.prepare import prepare
from support.walk import ACCOUNT, TABLES, ready
from walk.container import BASE, CASES


@pytest.mark.parametrize("release", ["trixie", "forky"])
def test_units_make_the_same_containers(release, testbed):
    host = prepare(testbed.up("it" if release == "trixie" else f"it-{release}", "--release", release))
    ready(host)
    cases = {name: case for name, case in CASES.items() if not TABLES["container"].by_name[name].never}
    job = {"user": ACCOUNT, "base": BASE, "cases": cases}
    told = host.script("unit_walk.py", stdin=json.dumps(job).encode(), timeout=600)
    print(json.dumps(told, indent=1))
    assert not told["problems"], json.dumps(told["problems"], indent=1)
