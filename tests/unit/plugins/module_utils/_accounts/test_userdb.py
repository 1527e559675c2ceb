# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host says about ids."""

from __future__ import annotations

import pwd
from pathlib import Path

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._accounts import userdb as _userdb
from ansible_collections.rootless.podman.plugins.module_utils._accounts.ranges import GID, UID, Range


def test_limits_come_from_login_defs(tmp_path: Path) -> None:
    assert _userdb.limits(UID, str(tmp_path)) == (100_000, 600_100_000)
    (tmp_path / "login.defs").write_text(
        "# SUB_UID_MIN 1\nSUB_UID_MIN\t\t 200000\nSUB_GID_MIN 5\nSUB_GID_MAX 900000\nUID_MIN 500\nGID_MAX 70000\n"
    )
    assert _userdb.limits(UID, str(tmp_path)) == (200_000, 600_100_000)
    assert _userdb.limits(GID, str(tmp_path)) == (70_001, 900_000)
    assert _userdb.uid_limits(str(tmp_path)) == (500, 60_000)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["files"]),
        ("passwd: files sss\n", ["files"]),
        ("subid: sss\n", ["sss"]),
        ("subid:\tsss [NOTFOUND=return] files # both\n", ["sss", "files"]),
        ("#subid: sss\n", ["files"]),
    ],
)
def test_sources(tmp_path: Path, text: str, found: list) -> None:
    (tmp_path / "nsswitch.conf").write_text(text)
    assert _userdb.sources("subid", str(tmp_path)) == found


def test_local_ids_among_the_subordinate_ones_are_reserved(tmp_path: Path) -> None:
    (tmp_path / "passwd").write_text(
        "a:x:1000:1000::/:/bin/sh\nb:x:200000:1::/:/bin/sh\nbroken\n+nis::::::\n"
    )
    (tmp_path / "group").write_text("a:x:1000:\nc:x:300000:a\n")
    assert _userdb.reserved(UID, str(tmp_path)) == (("the account b", Range(200_000, 1)),)
    assert _userdb.reserved(GID, str(tmp_path)) == (("the group c", Range(300_000, 1)),)
    assert _userdb.is_local("b", str(tmp_path))
    assert not _userdb.is_local("z", str(tmp_path))


def test_a_directory_is_asked_and_never_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list = []

    def answer(uid: int) -> str:
        asked.append(uid)
        if 400_000 <= uid < 600_000:
            return "somebody"
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", answer)
    monkeypatch.setattr(pwd, "getpwall", None)
    (tmp_path / "nsswitch.conf").write_text("passwd: files sss\n")
    wanted = Range(350_000, 65_536)
    assert _userdb.asked(UID, wanted, str(tmp_path)) == Range(400_000, 200_000)
    asked.clear()
    assert _userdb.asked(UID, Range(100_000, 65_536), str(tmp_path)) is None
    assert {100_000, 165_535} <= set(asked)
    assert len(asked) < 40
