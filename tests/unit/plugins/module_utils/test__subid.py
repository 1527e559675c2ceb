# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges on a host: a folder with the files of /etc stands for it."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
from pathlib import Path

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _subid
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._accounts import live as _live
from ansible_collections.rootless.podman.plugins.module_utils._accounts import lock as _lock
from ansible_collections.rootless.podman.plugins.module_utils._accounts.grant import Need
from ansible_collections.rootless.podman.plugins.module_utils._accounts.ranges import GID, UID, Range, parse
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._subid import Want, keep, need, settle

ALICE = Account("alice", 3_999_999_001, 3_999_999_001, "/nowhere", "")
NEEDS = {UID: Need(), GID: Need()}


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host with nothing but the defaults of shadow-utils."""
    (tmp_path / "passwd").write_text("root:x:0:0::/root:/bin/sh\nhigh:x:100500:100500::/:/bin/sh\n")
    (tmp_path / "group").write_text("root:x:0:\ncrew:x:300000:\n")
    monkeypatch.setattr(_live, "in_use", lambda *_: None)
    monkeypatch.setattr(_live, "old_map", lambda _: False)
    return tmp_path


def test_files_are_made_and_a_second_run_leaves_them(etc: Path) -> None:
    want = Want("alice", ALICE, NEEDS)
    done = settle([want], etc=str(etc))
    assert done.public("alice") == {kind: [{"start": 100501, "count": 65536}] for kind in ("uid", "gid")}
    assert (etc / "subuid").read_text() == "alice:100501:65536\n"
    assert (etc / "subuid").stat().st_mode & 0o777 == 0o644
    stamp = (etc / "subuid").stat().st_mtime_ns
    assert settle([want], etc=str(etc)).changes == ()
    assert (etc / "subuid").stat().st_mtime_ns == stamp


def test_check_mode_writes_nothing_and_says_the_same(etc: Path) -> None:
    want = Want("alice", ALICE, NEEDS)
    told = settle([want], check=True, etc=str(etc))
    assert sorted(os.listdir(etc)) == ["group", "passwd"]
    assert settle([want], etc=str(etc)) == told


def test_mode_and_strange_bytes_survive(etc: Path) -> None:
    (etc / "subuid").write_bytes(b"# caf\xe9\nbroken\nbob:1000000:65536")
    (etc / "subuid").chmod(0o640)
    settle([Want("alice", ALICE, NEEDS)], etc=str(etc))
    text = (etc / "subuid").read_bytes()
    assert text == b"# caf\xe9\nbroken\nbob:1000000:65536\nalice:100501:65536\n"
    assert (etc / "subuid").stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link(etc: Path) -> None:
    (etc / "real").write_text("")
    (etc / "subuid").symlink_to("real")
    settle([Want("alice", ALICE, NEEDS)], etc=str(etc))
    assert (etc / "subuid").is_symlink()
    assert "alice" in (etc / "real").read_text()


def test_one_that_cannot_be_settled_stops_all(etc: Path) -> None:
    wants = [
        Want("alice", ALICE, NEEDS),
        Want("bob", None, {UID: Need(65536, 299_999), GID: Need(65536, 299_999)}),
    ]
    with pytest.raises(Failure, match="the group crew"):
        settle(wants, etc=str(etc))
    assert not (etc / "subuid").exists()


def test_ranges_in_use_stay(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_live, "in_use", lambda *_: "its storage holds volumes")
    settle([Want("alice", ALICE, NEEDS)], etc=str(etc))
    gone = Want("alice", ALICE, {})
    for check in (True, False):
        with pytest.raises(Failure, match="are not removed, because its storage holds volumes"):
            settle([gone], check=check, etc=str(etc))
    settle([gone], force=True, etc=str(etc))
    assert (etc / "subuid").read_text() == ""


def test_a_running_podman_takes_up_only_what_stops_nothing(
    etc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated: list = []
    monkeypatch.setattr(_live, "old_map", lambda _: True)
    monkeypatch.setattr(_live, "migrate", migrated.append)
    done = settle([Want("alice", ALICE, NEEDS)], etc=str(etc))
    assert "podman system migrate" in done.warnings[0]
    assert migrated == []
    settle([Want("alice", ALICE, {UID: Need(70_000), GID: Need()})], force=True, etc=str(etc))
    assert migrated == [ALICE]


def test_ranges_of_an_account_that_went_wait_for_it(etc: Path) -> None:
    first = settle([Want("alice", ALICE, NEEDS)], etc=str(etc))
    keep(ALICE, str(etc))
    assert (etc / "subuid").read_text() == "3999999001@alice:100501:65536\n"
    other = settle([Want("bob", None, NEEDS)], etc=str(etc))
    assert other.ranges["bob"][UID] == (Range(166037, 65536),)
    back = settle([Want("alice", ALICE, NEEDS)], etc=str(etc))
    assert back.ranges == first.ranges
    assert [change.action for change in back.changes] == ["add", "add"]
    keep(ALICE, str(etc))
    with pytest.raises(Failure, match="force: true"):
        settle([Want("alice", None, {})], etc=str(etc))
    settle([Want("alice", None, {})], force=True, etc=str(etc))
    assert "alice" not in (etc / "subuid").read_text()


def test_a_source_that_is_not_the_files_is_only_read(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (etc / "nsswitch.conf").write_text("passwd: files\nsubid: sss # ours\n")
    monkeypatch.setattr(_subid, "_told", lambda *_: (Range(200_000, 65_536),))
    assert settle([Want("alice", ALICE, NEEDS)], etc=str(etc)).ranges["alice"][UID] == (
        Range(200_000, 65_536),
    )
    with pytest.raises(Failure, match="kept by sss"):
        settle([Want("alice", ALICE, {UID: Need(70_000), GID: Need()})], etc=str(etc))
    assert not (etc / "subuid").exists()


@pytest.mark.parametrize(
    ("count", "start"),
    [(65535, None), (0, None), (1 << 33, None), (65536, 0), (65536, 1000), (65536, 1 << 32)],
)
def test_impossible_numbers(count: int, start: int | None) -> None:
    with pytest.raises(Failure):
        need(count, start)


def _add(etc: str, number: int) -> None:
    settle([Want(f"user{number}", None, NEEDS)], etc=etc)


def test_many_at_the_same_moment_do_not_overlap(etc: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_add, args=(str(etc), number)) for number in range(12)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for name in ("subuid", "subgid"):
        ranges = sorted((line.ids for line in parse((etc / name).read_text())), key=lambda ids: ids.start)
        assert len(ranges) == 12
        assert not any(one.overlaps(two) for one, two in zip(ranges, ranges[1:]))


def _hold(
    path: str, held: multiprocessing.synchronize.Event, done: multiprocessing.synchronize.Event
) -> None:
    with open(path, "w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        held.set()
        done.wait(20)


def test_a_lock_that_is_held_is_waited_for_and_named(etc: Path) -> None:
    context = multiprocessing.get_context("fork")
    held, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(str(etc / ".pwd.lock"), held, done))
    holder.start()
    held.wait(20)
    with (
        pytest.raises(Failure, match=r"\.pwd\.lock has been locked"),
        _lock.password_lock(str(etc), patience=0.2),
    ):
        pass
    done.set()
    holder.join()
    with _lock.password_lock(str(etc), patience=5):
        pass


def test_a_killed_write_leaves_nothing(etc: Path) -> None:
    (etc / ".subuid.rootless-podman").write_text("half")
    settle([Want("alice", ALICE, NEEDS)], etc=str(etc))
    assert not (etc / ".subuid.rootless-podman").exists()
