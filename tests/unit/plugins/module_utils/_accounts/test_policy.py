# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host's policy for ranges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._accounts import userdb
from ansible_collections.rootless.podman.plugins.module_utils._accounts.policy import FILE, Policy, policy
from ansible_collections.rootless.podman.plugins.module_utils._accounts.ranges import GID, UID, Range
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure


def say(etc: Path, told: Any) -> str:
    path = etc / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return str(etc)


def test_without_a_file_login_defs_decides(tmp_path: Path) -> None:
    assert policy(str(tmp_path)) == Policy()
    assert userdb.limits(UID, str(tmp_path)) == (100_000, 600_100_000)


def test_region_and_reserved_ids_outweigh_login_defs(tmp_path: Path) -> None:
    (tmp_path / "login.defs").write_text("SUB_UID_MIN 200000\nSUB_GID_MAX 900000\n")
    etc = say(tmp_path, {"count": 70000, "first": 300000, "reserved": ["400000-499999"]})
    assert policy(etc) == Policy(70000, 300000, None, (Range(400000, 100000),))
    assert userdb.limits(UID, etc) == (300_000, 600_100_000)
    assert userdb.limits(GID, etc) == (300_000, 900_000)
    assert userdb.reserved(UID, etc) == (("what the host's policy reserves", Range(400000, 100000)),)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("{", "cannot be read"),
        ([], "no map"),
        ({"counts": 1}, "another key"),
        ({"count": "70000"}, "count is no number"),
        ({"count": 10}, "count 10 is less than 65536"),
        ({"first": 900000, "last": 300000}, "900000 to 300000 is no region"),
        ({"first": True}, "first is no number"),
        ({"reserved": ["5"]}, "'5', which is not FIRST-LAST"),
        ({"reserved": ["9-5"]}, "'9-5', which is not FIRST-LAST"),
    ],
)
def test_one_that_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path, told: Any, says: str) -> None:
    with pytest.raises(Failure, match=says) as caught:
        policy(say(tmp_path, told))
    assert "let the role rootless_host write it" in caught.value.message
