# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every row of the tables of containers and pods as a unit: what inspect says of what it makes is the same as over the API."""

from __future__ import annotations

import importlib
import json

import pytest
from support.prepare import prepare
from support.walk import ACCOUNT, TABLES, ready


@pytest.mark.parametrize("release", ["trixie", "forky"])
@pytest.mark.parametrize("kind", ["container", "pod"])
def test_units_make_the_same(kind, release, testbed):
    host = prepare(testbed.up("it" if release == "trixie" else f"it-{release}", "--release", release))
    ready(host)
    known = importlib.import_module(f"walk.{kind}")
    cases = {name: case for name, case in known.CASES.items() if not TABLES[kind].by_name[name].never}
    job = {"user": ACCOUNT, "kind": kind, "base": known.BASE, "cases": cases}
    told = host.script("unit_walk.py", stdin=json.dumps(job).encode(), timeout=600)
    print(json.dumps(told, indent=1))
    assert not told["problems"], json.dumps(told["problems"], indent=1)
