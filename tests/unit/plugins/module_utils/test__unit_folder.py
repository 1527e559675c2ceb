# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of units: whole or not at all, never through a link, what was there is kept until it is not needed."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _unit_folder as unit_folder
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> unit_folder.Folder:
    """An account's own folder."""
    monkeypatch.setattr(os, "geteuid", lambda: 1001)
    made = unit_folder.Folder(Account("alice", 1001, 1001, str(tmp_path), "/bin/sh"))
    with made.locked():
        pass
    return made


def names(folder: unit_folder.Folder) -> list[str]:
    return sorted(os.listdir(folder.path))


def test_a_change_keeps_the_first_text_until_it_is_forgotten(folder: unit_folder.Folder) -> None:
    folder.put("web.container", "one")
    assert names(folder) == ["web.container"]
    folder.put("web.container", "two")
    folder.put("web.container", "three")
    assert (folder.text("web.container"), folder.kept("web.container")) == ("three", "one")
    assert folder.tree() == {"web.container": "three"}
    folder.forget("web.container")
    assert (names(folder), folder.put_back("web.container")) == (["web.container"], False)


def test_root_s_lock_is_where_no_account_can_hold_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(unit_folder, "LOCKS", str(tmp_path))
    made = unit_folder.Folder(Account("alice", 1001, 1001, "/home/alice", "/bin/sh"))
    monkeypatch.setattr(made, "_make", lambda: None)
    with made.locked():
        place = tmp_path / "rootless.podman.units.1001.lock"
        assert place.stat().st_mode & 0o777 == 0o600
        held = os.open(place, os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(held)


def test_put_back_and_remove(folder: unit_folder.Folder) -> None:
    folder.put("web.container", "one")
    folder.put("web.container", "two")
    assert folder.put_back("web.container")
    assert (folder.text("web.container"), folder.kept("web.container")) == ("one", None)
    folder.put("web.container", "two")
    folder.remove("web.container")
    folder.remove("web.container")
    assert names(folder) == []


def test_bytes_that_are_no_text_survive(folder: unit_folder.Folder) -> None:
    Path(folder.path, "web.container").write_bytes(b"\xff\r\n")
    folder.put("web.container", "new")
    folder.put_back("web.container")
    assert Path(folder.path, "web.container").read_bytes() == b"\xff\r\n"


def test_links_are_not_followed(folder: unit_folder.Folder, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("theirs")
    Path(folder.path, "web.container.rp-new").symlink_to(target)
    folder.put("web.container", "mine")
    assert target.read_text() == "theirs"
    Path(folder.path, "link.container").symlink_to(target)
    with pytest.raises(Failure, match="cannot be read as a file"):
        folder.text("link.container")


def test_instances_that_are_links_are_read(folder: unit_folder.Folder) -> None:
    folder.put("web@.container", "text")
    Path(folder.path, "web@one.container").symlink_to("web@.container")
    Path(folder.path, "web@two.container").symlink_to("/etc/passwd")
    os.mkfifo(Path(folder.path, "web@three.container"))
    assert folder.tree() == {"web@.container": "text", "web@one.container": "text"}


def test_files_are_for_the_account_alone(folder: unit_folder.Folder) -> None:
    previous = os.umask(0)
    folder.put("web.container", "text")
    os.umask(previous)
    assert os.stat(folder.path_of("web.container")).st_mode & 0o777 == 0o640


def test_root_gives_them_to_the_account_s_group(
    folder: unit_folder.Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []
    monkeypatch.setattr(os, "fchown", lambda _file, uid, gid: given.append((uid, gid)))
    folder.is_roots = True
    folder.put("web.container", "text")
    assert given == [(0, 1001)]


def test_all_units_go_with_their_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_folder, "FOR_ALL", str(tmp_path / "users"))
    monkeypatch.setattr(unit_folder, "LOCKS", str(tmp_path))
    alice = Account("alice", 1001, 1001, "/home/alice", "/bin/sh")
    for place in ("1001/more", "1002"):
        (tmp_path / "users" / place).mkdir(parents=True)
    (tmp_path / "users/1001/more/web.container").write_text("text")
    (tmp_path / "users/1001/link").symlink_to(tmp_path / "users/1002")
    for _twice in range(2):
        unit_folder.remove_all(alice)
    assert os.listdir(tmp_path / "users") == ["1002"]
