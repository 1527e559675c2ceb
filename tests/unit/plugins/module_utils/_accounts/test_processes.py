# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes: those with certain ids, and their end. Live storage: what is content and what is not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._accounts import live as _live
from ansible_collections.rootless.podman.plugins.module_utils._accounts import processes as _processes
from ansible_collections.rootless.podman.plugins.module_utils._accounts.ranges import Range

LAYER = "0123456789abcdef" * 4


def fake(
    proc: Path, pid: int, uid: int, gid: int, state: str = "S", uid_map: str = "0 0 4294967295\n"
) -> None:
    folder = proc / str(pid)
    folder.mkdir(parents=True)
    (folder / "status").write_text(
        f"Name:\tx\nState:\t{state} (x)\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{gid}\t{gid}\t{gid}\t{gid}\n"
    )
    (folder / "uid_map").write_text(uid_map)


def test_processes_are_found_by_uid_and_by_gid(tmp_path: Path) -> None:
    fake(tmp_path, 901, 100_033, 1)
    fake(tmp_path, 902, 1001, 100_033)
    fake(tmp_path, 903, 100_034, 1, state="Z")
    fake(tmp_path, 904, 200_000, 1)
    (tmp_path / "905").mkdir()
    (tmp_path / "self").mkdir()
    ids = (Range(100_000, 65_536),)
    assert [process.pid for process in _processes.with_ids(ids, (), str(tmp_path))] == [901]
    assert {process.pid for process in _processes.with_ids(ids, ids, str(tmp_path))} == {901, 902}


def test_a_pause_process_holds_the_old_map(tmp_path: Path) -> None:
    fake(tmp_path, 901, 1001, 1001)
    assert not _processes.in_own_namespace(1001, str(tmp_path))
    fake(tmp_path, 902, 1001, 1001, uid_map="0 1001 1\n1 100000 65536\n")
    assert _processes.in_own_namespace(1001, str(tmp_path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start processes with other ids")
def test_processes_end_even_if_they_do_not_want_to() -> None:
    uid = 3_999_000_000 + os.getpid()
    command = ["sh", "-c", "trap '' TERM; echo stubborn; while :; do sleep 0.2; done"]
    with subprocess.Popen(command, user=uid, stdout=subprocess.PIPE) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()  # from now on it ignores the signal
        assert _processes.end((Range(uid, 1),), patience=0.3) == []
        assert stubborn.wait(5) == -9


@pytest.mark.parametrize(
    ("paths", "full"),
    [
        ([], False),
        (["db.sql", "overlay/l/X", "overlay-layers/layers.lock", "libpod/x", "volumes"], False),
        ([f"overlay/{LAYER}/diff"], True),
        ([f"overlay-images/{LAYER}/manifest"], True),
        ([f"vfs/dir/{LAYER}/etc"], True),
        (["volumes/data/_data"], True),
    ],
)
def test_storage_is_live_when_it_has_content(tmp_path: Path, paths: list, full: bool) -> None:
    storage = tmp_path / ".local/share/containers/storage"
    for path in paths:
        (storage / path).mkdir(parents=True)
    assert _live.stored(None, str(tmp_path)) == (str(storage) if full else None)


def test_storage_may_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / ".config/containers").mkdir(parents=True)
    (tmp_path / ".config/containers/storage.conf").write_text(f'[storage]\ngraphroot = "{tmp_path}/own"\n')
    (tmp_path / "own/volumes/data").mkdir(parents=True)
    assert _live.stored(None, str(tmp_path)) == f"{tmp_path}/own"
    (tmp_path / "system/volumes/data").mkdir(parents=True)
    assert _live.stored(f"{tmp_path}/system", str(tmp_path)) == f"{tmp_path}/system"
