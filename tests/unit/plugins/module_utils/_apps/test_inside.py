# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on the host: written whole, seen as they are, removed with the folders that they leave empty; never through a link."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils._apps import inside


def order(path: str, content: bytes = b"x", mode: int = 0o640) -> dict[str, Any]:
    return {"path": path, "content": base64.b64encode(content).decode(), "mode": mode, "uid": -1, "gid": -1}


def test_written_seen_and_removed(tmp_path: Path) -> None:
    base = str(tmp_path / "apps" / "shop")
    inside.write(base, [order("conf/a", b"one"), order("conf/deep/b"), order("c")])
    assert (tmp_path / "apps").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "apps" / "shop").stat().st_mode & 0o777 == 0o700
    found = inside.look(base, ["conf/a", "conf/deep", "conf/deep/b", "c", "d", "c/e"])
    assert set(found) == {"conf/a", "conf/deep", "conf/deep/b", "c"}
    assert (found["conf/a"]["type"], found["conf/a"]["mode"]) == ("file", 0o640)
    assert found["conf/deep"]["type"] == "folder"
    inside.write(base, [order("conf/a", b"two", 0o600)])
    again = inside.look(base, ["conf/a"])["conf/a"]
    assert again["digest"] != found["conf/a"]["digest"]
    assert again["mode"] == 0o600
    inside.remove(base, ["conf/deep/b", "conf/a"])
    assert sorted(os.listdir(base)) == ["c"]
    inside.remove(base, ["c", "not there"])
    assert not os.path.exists(base)


def test_a_file_that_only_gets_another_mode_stays_the_same_file(tmp_path: Path) -> None:
    base = str(tmp_path / "shop")
    inside.write(base, [order("a", b"one", 0o600)])
    os.chmod(f"{base}/a", 0o666)
    os.utime(f"{base}/a", (1, 1))
    before = os.stat(f"{base}/a")
    inside.write(base, [order("a", b"one", 0o600)])
    after = os.stat(f"{base}/a")
    assert (after.st_ino, after.st_mtime, after.st_mode & 0o777) == (before.st_ino, 1, 0o600)
    inside.write(base, [order("a", b"two", 0o600)])
    assert os.stat(f"{base}/a").st_mtime > 1


def test_no_link_is_followed(tmp_path: Path) -> None:
    base, other = tmp_path / "shop", tmp_path / "other"
    base.mkdir()
    other.mkdir()
    (other / "a").write_text("theirs")
    (base / "conf").symlink_to(other)
    (base / "b").symlink_to(other / "a")
    assert inside.look(str(base), ["b"])["b"]["type"] == "link or device"
    for what in ({"do": "write", "files": [order("conf/a")]}, {"do": "look", "paths": ["conf/a"]}):
        answer = inside.answer({**what, "base": str(base)})
        assert "refused" in answer or answer == {"found": {}}
    assert inside.answer({"do": "write", "files": [order("b", b"mine")], "base": str(base)}) == {}
    assert (other / "a").read_text() == "theirs"
    assert (base / "b").read_text() == "mine"


def test_the_text_that_the_other_process_gets_is_a_whole_program(tmp_path: Path) -> None:
    told = {"do": "write", "base": str(tmp_path / "x"), "files": [order("a", b"there")]}
    done = subprocess.run(
        [sys.executable, "-c", inside.SOURCE],
        input=json.dumps(told).encode(),
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == {}
    assert (tmp_path / "x" / "a").read_bytes() == b"there"
