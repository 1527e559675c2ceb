# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every row of every option table on real hosts: declared, seen in inspect, changed, taken out, and foretold each time.

The cases stand in ``walk/``. Limits need cgroup controllers, which the hosts of the testbed may lack: their rows are then refused,
which is counted apart.
"""

from __future__ import annotations

import importlib
import json

import pytest
from support.prepare import prepare
from support.walk import TABLES, ready, walk

# Only the newest-but-one generation starts what it makes, the others would take as long again.
RELEASES = ["trixie", "bookworm", "forky"]


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("kind", TABLES)
def test_every_option(kind, release, testbed, record_property):
    table, cases = TABLES[kind], importlib.import_module(f"walk.{kind}")
    assert [row.name for row in table.rows if not row.never] == [
        row.name for row in table.rows if row.name in {**cases.CASES, **cases.NOT_HERE} and not row.never
    ]
    host = prepare(testbed.up("it" if release == "trixie" else f"it-{release}", "--release", release))
    ready(host)
    whole = {**{row.name: {"first": True} for row in table.rows if row.never}, **cases.CASES}
    told = walk(host, kind, cases.BASE, whole, start=release == "trixie")
    needy = sorted(name for name in told["gated"] if table.by_name[name].controller or name == "cgroup_conf")
    gated = sorted(set(told["gated"]) - set(needy))
    record_property(
        "told",
        f"{kind} on Podman {told['version']}: {len(told['walked'])} rows walked ({len(told['shown'])} of them seen in inspect), "
        f"{len(gated)} refused as they must be, {len(needy)} for want of a controller: {' '.join(needy) or 'none'}; "
        f"not here: {'; '.join(f'{name} ({why})' for name, why in cases.NOT_HERE.items()) or 'none'}",
    )
    assert not told["problems"], json.dumps(told["problems"], indent=1)
