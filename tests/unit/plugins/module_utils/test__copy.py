# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a hostile container may send, and what may lie where it is written."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _copy, _host_tree
from ansible_collections.rootless.podman.plugins.module_utils._archive import Place
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.plugins.module_utils._tree import FOLDER, LINK, Entry, Tree, of_bytes

FILES = {tarfile.REGTYPE: b"content"}


class Sender:
    """An engine that sends one archive, a few bytes at a time."""

    def __init__(self, *members: tuple[str, bytes, str]) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name, kind, target in members:
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, target
                info.size = len(FILES.get(kind, b""))
                tar.addfile(info, io.BytesIO(FILES.get(kind, b"")))
        self.raw = packed.getvalue()

    def pieces(self, path: str, params: Any) -> Any:
        yield from (self.raw[begin : begin + 1000] for begin in range(0, len(self.raw), 1000))


def received(*members: tuple[str, bytes, str]) -> tuple[Tree, list[str]]:
    task = Task({}, check=False)
    place = Place(Sender(*members), "id", "web")  # type: ignore[arg-type]
    return _copy._received(task, place, Entry(FOLDER, 0o755), "/data/."), task.warnings


def test_what_leads_out_is_left_out() -> None:
    tree, warnings = received(
        ("a", tarfile.REGTYPE, ""),
        ("in", tarfile.SYMTYPE, "a"),
        ("out", tarfile.SYMTYPE, "../a"),
        ("etc", tarfile.SYMTYPE, "/etc"),
        ("pipe", tarfile.FIFOTYPE, ""),
        ("null", tarfile.CHRTYPE, ""),
        ("same", tarfile.LNKTYPE, "a"),
        ("deep/b", tarfile.REGTYPE, ""),
    )
    assert sorted(tree) == ["", "a", "deep", "deep/b", "in", "same"]
    assert tree["same"].digest == tree["a"].digest
    assert "4 links" in warnings[0]


@pytest.mark.parametrize(
    "members",
    [
        [("../x", tarfile.REGTYPE, "")],
        [("a/../../x", tarfile.REGTYPE, "")],
        [("same", tarfile.LNKTYPE, "/etc/../../shadow")],
        [("same", tarfile.LNKTYPE, "etc/shadow")],
        [("up", tarfile.SYMTYPE, "."), ("up/x", tarfile.REGTYPE, "")],
        [("x", tarfile.REGTYPE, ""), ("x/y", tarfile.REGTYPE, "")],
    ],
)
def test_what_is_hostile_is_refused(members: list[tuple[str, bytes, str]]) -> None:
    with pytest.raises(Failure, match="container web"):
        received(*members)


def test_what_is_no_archive_is_named() -> None:
    sender = Sender()
    sender.raw = b"no archive at all" * 100
    with pytest.raises(EngineError, match="is no archive"):
        _copy._received(Task({}, check=False), Place(sender, "id", "web"), Entry(FOLDER, 0o755), "/data/.")  # type: ignore[arg-type]


def test_links_on_the_host_are_never_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "file").write_text("mine")
    (root / "inner").symlink_to(outside)
    (root / "file").symlink_to(outside / "file")
    new = of_bytes(b"new", 0o640)
    assert _host_tree.look(str(root), {"inner/file": new, "file": new, "inner": new}) == {
        "file": Entry(LINK, 0o777, target=str(outside / "file")),
        "inner": Entry(LINK, 0o777, target=str(outside)),
    }
    with pytest.raises(OSError, match="[Nn]ot a directory|symbolic"):
        _host_tree.write(str(root), "inner/file", new, io.BytesIO(b"new"))
    with pytest.raises(OSError, match="[Nn]ot a directory|symbolic"):
        _host_tree.write(str(root), "inner", Entry(FOLDER, 0o777), None)
    _host_tree.write(str(root), "file", new, io.BytesIO(b"new"))
    assert (outside / "file").read_text() == "mine"
    assert (root / "file").read_text() == "new"
    assert oct(os.stat(root / "file").st_mode)[-3:] == "640"
    assert sorted(os.listdir(root)) == ["file", "inner"]


@pytest.mark.parametrize("path", ["relative", "/data/*", "/proc/1", "/a/../dev/x", "//sys", "", "/a\0b"])
def test_paths_that_cannot_be_meant(path: str) -> None:
    with pytest.raises(Failure, match="dest: "):
        _copy._inside("dest", path)


@pytest.mark.parametrize(
    ("path", "plain"), [("/a/", "/a/"), ("/a/./b", "/a/b"), ("/", "/"), ("//a", "/a"), ("/device", "/device")]
)
def test_paths(path: str, plain: str) -> None:
    assert _copy._inside("dest", path) == plain
