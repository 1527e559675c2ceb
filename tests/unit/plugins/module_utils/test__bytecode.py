# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rooms from an archive: the same as without the cache, compiled once, and never from a folder that is not root's alone."""

from __future__ import annotations

import importlib
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _bytecode

PACKAGE = "house_of_tests"
ROOMS = {
    "__init__": "",
    "kitchen": "from .cellar import WINE\nfrom .cellar.deep import COAL\nWARM = True\n",
    "cellar/__init__": "WINE = 7\n",
    "cellar/deep": "COAL = __name__\n",
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache of this test, that counts as root's whoever runs it, and an archive that is imported from."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(_bytecode, "FOLDER", str(folder))
    monkeypatch.setattr(_bytecode, "_compiled", {})
    monkeypatch.setattr(_bytecode.os, "geteuid", lambda: 0)
    real = _bytecode._is_roots
    owner = os.getuid()

    def is_ours(found: os.stat_result) -> bool:
        return found.st_uid == owner and real(os.stat_result((*found[:4], 0, *found[5:])))

    monkeypatch.setattr(_bytecode, "_is_roots", is_ours)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.syspath_prepend(str(archive(tmp_path, ROOMS)))
    _bytecode.begin(PACKAGE)
    yield folder
    forget()


def archive(folder: Path, rooms: dict[str, str]) -> Path:
    """A zip file as Ansible makes it."""
    place = folder / "payload.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in rooms.items():
            file.writestr(f"{PACKAGE}/{name}.py", text)
    return place


def forget() -> None:
    """As a new process would begin."""
    for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    importlib.invalidate_caches()


def kitchen() -> ModuleType:
    """The room that imports all others."""
    forget()
    return importlib.import_module(f"{PACKAGE}.kitchen")


def test_rooms_are_what_they_are_without_it() -> None:
    room = kitchen()
    assert (True, 7, f"{PACKAGE}.cellar.deep") == (room.WARM, room.WINE, room.COAL)
    assert str(room.__file__).endswith("payload.zip/house_of_tests/kitchen.py")
    assert "COAL" in (room.__loader__.get_source(f"{PACKAGE}.kitchen") or "")


def test_what_was_compiled_is_kept_and_not_compiled_again(cache: Path) -> None:
    kitchen()
    assert len(_bytecode._compiled) == 3
    assert not cache.exists()
    _bytecode.keep()
    assert len(list(cache.iterdir())) == 3
    room = kitchen()
    assert (True, f"{PACKAGE}.cellar.deep") == (room.WARM, room.COAL)
    assert _bytecode._compiled == {}


def test_another_source_is_another_room(cache: Path, tmp_path: Path) -> None:
    kitchen()
    _bytecode.keep()
    archive(tmp_path, {**ROOMS, "cellar/deep": "COAL = 'other'\n"})
    assert kitchen().COAL == "other"
    assert len(_bytecode._compiled) == 1


@pytest.mark.parametrize("harm", [b"", b"short", None])
def test_what_is_not_whole_does_not_count_and_is_kept_anew(cache: Path, harm: bytes | None) -> None:
    kitchen()
    _bytecode.keep()
    for file in cache.iterdir():
        whole = file.read_bytes()
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if harm is None else harm)
    assert kitchen().WARM
    assert len(_bytecode._compiled) == 3
    _bytecode.keep()
    kitchen()
    assert _bytecode._compiled == {}


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_others_can_write_is_not_read(cache: Path, what: str) -> None:
    kitchen()
    _bytecode.keep()
    for place in [cache] if what == "folder" else list(cache.iterdir()):
        place.chmod(0o777)
    kitchen()
    assert len(_bytecode._compiled) == 3


def test_no_link_is_followed(cache: Path, tmp_path: Path) -> None:
    kitchen()
    _bytecode.keep()
    cache.rename(tmp_path / "elsewhere")
    cache.symlink_to(tmp_path / "elsewhere")
    kitchen()
    assert len(_bytecode._compiled) == 3
    for file in (tmp_path / "elsewhere").iterdir():
        file.unlink()
    _bytecode.keep()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_folder_of_somebody_else_is_left_alone(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kitchen()
    cache.mkdir()
    monkeypatch.setattr(_bytecode, "_is_roots", lambda found: False)
    _bytecode.keep()
    assert not list(cache.iterdir())


def test_only_root_keeps(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kitchen()
    monkeypatch.setattr(_bytecode.os, "geteuid", lambda: 1000)
    _bytecode.keep()
    assert not cache.exists()


def test_old_versions_do_not_pile_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bytecode, "MOST_FILES", 5)
    cache.mkdir()
    for number in range(4):
        (cache / f"old{number}").touch()
    kitchen()
    _bytecode.keep()
    assert len(list(cache.iterdir())) == 3
    assert not [file for file in cache.iterdir() if file.name.startswith("old")]


def test_a_full_disk_is_no_matter(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_keywords: object) -> None:
        raise OSError(28, "No space left on device")

    kitchen()
    monkeypatch.setattr(_bytecode.os, "replace", full)
    _bytecode.keep()
    assert kitchen().WARM


def test_nothing_else_comes_this_way() -> None:
    finder = _bytecode.Finder(PACKAGE)
    assert finder.find_spec("json", None) is None
    assert finder.find_spec(f"{PACKAGE}.none", ["/nowhere"]) is None
    assert finder.find_spec(f"{PACKAGE}.none", [f"{sys.path[0]}/{PACKAGE}"]) is None
