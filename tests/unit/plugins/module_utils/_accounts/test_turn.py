# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task at a time for an account."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._accounts import lock
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure


@pytest.fixture(autouse=True)
def turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(lock, "TURNS", str(tmp_path / "turns"))
    monkeypatch.setattr(lock.os, "geteuid", lambda: 0)
    return tmp_path / "turns"


def test_who_has_its_turn_keeps_it(turns: Path) -> None:
    with lock.turn("shop"), lock.turn("shop"), lock.turn("blog"):
        assert sorted(os.listdir(turns)) == ["blog.lock", "shop.lock"]
        assert turns.stat().st_mode & 0o777 == 0o700
    with lock.turn("shop"):
        pass


def test_another_one_is_waited_for_and_named(turns: Path) -> None:
    turns.mkdir()
    with open(turns / "shop.lock", "w", encoding="ascii") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with lock.turn("blog", 0):
            pass
        with (
            pytest.raises(
                Failure,
                match="^user: another task has been at work on account shop for 0 s; see which with: fuser",
            ),
            lock.turn("shop", 0),
        ):
            pass
    with lock.turn("shop", 0):
        pass


@pytest.mark.parametrize("name", ["../shop", "/etc/shop", "..", "x" * 5000])
def test_a_name_that_no_account_can_have_leads_nowhere_else(turns: Path, name: str) -> None:
    with lock.turn(name):
        assert len(os.listdir(turns)) == 1
    assert os.listdir(turns.parent) == ["turns"]


def test_a_link_in_its_place_leads_nowhere(turns: Path, tmp_path: Path) -> None:
    turns.mkdir()
    (turns / "shop.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"), lock.turn("shop"):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_an_account_has_only_itself_to_wait_for(turns: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock.os, "geteuid", lambda: 1000)
    with lock.turn("shop"):
        assert not turns.exists()
