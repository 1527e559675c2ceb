# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of volumes: data is moved and comes back, archives come in and go out, and nothing is lost on the way."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _volume_content, _volume_road
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.plugins.module_utils._tar_digest import entries
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_store import Store, actions, run


class Shop(Store):
    """Volumes with folders; Podman's command is played by plain file operations."""

    def _create(self, place: str, params: Any, body: Any) -> None:
        super()._create(place, params, body)
        os.makedirs(self.kept[place, body["Name"]]["Mountpoint"])

    def _delete(self, place: str, name: str) -> None:
        super()._delete(place, name)
        folder = Path(self.account.home, "volumes", name)
        for each in sorted(folder.rglob("*"), reverse=True):
            each.rmdir() if each.is_dir() else each.unlink()
        folder.rmdir()

    @property
    def data(self) -> Path:
        return Path(self.kept["volumes", "x"]["Mountpoint"])


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    store = Shop()

    def packed(name: str) -> bytes:
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w") as tar:
            for each in sorted(store.data.iterdir()):
                tar.add(each, each.name)
        return file.getvalue()

    def fill(name: str, path: str) -> None:
        with tarfile.open(path) as tar:
            for info in tar:
                (store.data / info.name).write_bytes(tar.extractfile(info).read())
                (store.data / info.name).chmod(info.mode)

    content = _volume_road.content
    monkeypatch.setattr(content, "move", os.rename)
    monkeypatch.setattr(content, "own", lambda *_place: None)
    monkeypatch.setattr(content, "content", lambda name: set(entries(io.BytesIO(packed(name)))))
    monkeypatch.setattr(content, "is_empty", lambda name: not list(store.data.iterdir()))
    monkeypatch.setattr(content, "export", lambda name, path: Path(path).write_bytes(packed(name)))
    monkeypatch.setattr(content, "fill", fill)
    return store


def volume(store: Shop, check: bool = False, **params: Any) -> dict:
    return run(store, "volumes", check, **params)


def filled(store: Shop) -> None:
    volume(store, label={"a": 1})
    (store.data / "file").write_text("precious")


OTHER: dict[str, Any] = {"label": {"a": 2}, "keep_data": True}


def test_data_is_kept(shop: Shop) -> None:
    filled(shop)
    assert actions(volume(shop, check=True, **OTHER)) == ["replace", "restore"]
    assert actions(volume(shop, **OTHER)) == ["replace", "restore"]
    assert (shop.data / "file").read_text() == "precious"
    assert shop.kept["volumes", "x"]["Labels"]["a"] == "2"
    assert actions(volume(shop, **OTHER)) == []


@pytest.mark.parametrize("broken", [0, 1])
def test_a_failed_change_leaves_the_old_volume_with_its_data(shop: Shop, broken: int) -> None:
    filled(shop)
    shop.refuse = [None] * broken + [EngineError("it broke", 500, "it broke")]
    with pytest.raises(
        EngineError, match="it broke. What was changed is undone: the old volume x has its data"
    ):
        volume(shop, **OTHER)
    assert (shop.data / "file").read_text() == "precious"
    assert actions(volume(shop, label={"a": 1})) == []


@pytest.mark.parametrize("gone", [False, True])
def test_a_killed_run_is_finished_by_the_next(shop: Shop, gone: bool) -> None:
    filled(shop)
    os.rename(shop.data, os.path.join(shop.account.home, "volumes", ".rp-kept-x"))
    if gone:
        shop._delete("volumes", "x")
    expected = ["create", "restore"] if gone else ["restore"]
    assert actions(volume(shop, check=True, label={"a": 1})) == expected
    assert actions(volume(shop, label={"a": 1})) == expected
    assert (shop.data / "file").read_text() == "precious"
    assert actions(volume(shop, label={"a": 1})) == []


def test_data_that_waits_is_not_written_over(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(shop)
    os.rename(shop.data, os.path.join(shop.account.home, "volumes", ".rp-kept-x"))
    shop.data.mkdir()
    (shop.data / "new").write_text("of another")

    def refuse(source: str, target: str) -> None:
        raise Failure("cannot move (Directory not empty).")

    monkeypatch.setattr(_volume_road.content, "move", refuse)
    with pytest.raises(Failure, match="volume x: its data waits in .*/.rp-kept-x and cannot be moved back"):
        volume(shop, label={"a": 1})
    with pytest.raises(Failure, match="run a task with state: present first"):
        volume(shop, state="absent", export="/srv/x.tar")


@pytest.mark.parametrize(
    ("there", "wanted", "says"),
    [
        (
            {"options": {"type": "tmpfs"}},
            {},
            "keep_data: volume x cannot keep its data when options changes, because its type is tmpfs",
        ),
        ({}, {"options": {"device": "/srv"}}, "because its device is /srv"),
        ({}, {"driver": "image"}, "because the driver image keeps it"),
    ],
)
def test_data_that_is_not_in_the_volume(shop: Shop, there: dict, wanted: dict, says: str) -> None:
    volume(shop, **there)
    with pytest.raises(Failure, match=says):
        volume(shop, keep_data=True, **wanted)


def test_a_volume_in_use_keeps_its_place(shop: Shop) -> None:
    filled(shop)
    shop.use("web")
    for check in (True, False):
        with pytest.raises(Failure, match="keep_data: web uses volume x"):
            volume(shop, check, **OTHER)


def archive(path: Path, **files: str) -> str:
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size, info.uid, info.gid, info.mode = len(text), os.getuid(), os.getgid(), 0o644
            tar.addfile(info, io.BytesIO(text.encode()))
    return str(path)


def test_an_archive_fills_an_empty_volume_once(shop: Shop, tmp_path: Path) -> None:
    told = {"import": archive(tmp_path / "a.tgz", one="1", two="2")}
    assert actions(volume(shop, check=True, **told)) == ["create", "import"]
    assert actions(volume(shop, **told)) == ["create", "import"]
    (shop.data / "one").write_text("changed since")
    assert actions(volume(shop, **told)) == []
    (shop.data / "three").write_text("3")
    assert actions(volume(shop, force=True, **told)) == ["import"]
    assert [(shop.data / name).read_text() for name in ("one", "two", "three")] == ["1", "2", "3"]
    assert actions(volume(shop, force=True, **told)) == []


def test_an_interrupted_import_is_repeated(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"import": archive(tmp_path / "a.tgz", one="1", two="2")}

    def half(name: str, path: str) -> None:
        (shop.data / "one").write_text("1")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(_volume_road.content, "fill", half)
        with pytest.raises(KeyboardInterrupt):
            volume(shop, **told)
    assert actions(volume(shop, **told)) == ["import"]
    assert (shop.data / "two").read_text() == "2"
    assert actions(volume(shop, **told)) == []


def test_an_export_is_written_when_it_differs(shop: Shop, tmp_path: Path) -> None:
    filled(shop)
    told = {"label": {"a": 1}, "export": str(tmp_path / "x.tar")}
    assert actions(volume(shop, check=True, **told)) == ["export"]
    assert not list(tmp_path.iterdir())
    assert actions(volume(shop, **told)) == ["export"]
    assert actions(volume(shop, **told)) == []
    (shop.data / "file").write_text("changed")
    assert volume(shop, **told)["plan"][0]["reasons"][0]["why"] == "changed"
    assert actions(volume(shop, force=True, **told)) == ["export"]
    assert actions(volume(shop, state="absent", export=str(tmp_path / "y.tar"))) == ["export", "remove"]
    assert tarfile.open(tmp_path / "y.tar").getnames() == ["file"]


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"import": "a.tar"}, "import: 'a.tar' was given, and the absolute path"),
        ({"import": "/proc/version"}, "import: /proc/version was given, and a tar archive is needed"),
        ({"import": "/none/a.tar"}, "import: /none/a.tar was given, and a tar archive is needed"),
        ({"export": "/none/a.tar"}, "export: /none/a.tar was given, and a file in a folder that exists"),
        ({"export": "/tmp"}, "export: /tmp was given, and a file in a folder"),
        ({"export": "/tmp/x.tar", "options": {"type": "tmpfs"}}, "does not lie in the volume"),
        ({"uid": -1}, "uid: -1 was given, and a whole number from 0"),
    ],
)
def test_content_that_is_refused(shop: Shop, params: dict, says: str) -> None:
    for check in (True, False):
        with pytest.raises(Failure, match=says):
            volume(shop, check, **params)
    assert shop.writes == []


@pytest.mark.parametrize(
    ("version", "made"),
    [((5, 6, 0), {"UID": 7, "GID": 8}), ((5, 4, 2), {"Options": {"o": "nodev,uid=7,gid=8"}})],
)
def test_owners(version: tuple, made: dict) -> None:
    store = Shop(version)
    volume(store, uid=7, gid=8, options={"o": "nodev"})
    assert made.items() <= store.kept["volumes", "x"].items()
    if version < (5, 6, 0):
        with pytest.raises(Failure, match=r"uid: options.o says uid as well"):
            volume(Shop(version), check=True, uid=7, options={"o": "uid=9"})


def test_archives_with_the_same_files_have_the_same_digests(tmp_path: Path) -> None:
    first = _volume_content.archived("import", archive(tmp_path / "a", one="1", two="2"))
    assert first == _volume_content.archived("import", archive(tmp_path / "b", two="2", one="1"))
    assert first != _volume_content.archived("import", archive(tmp_path / "c", one="1", two="3"))


def test_which_name_of_a_file_is_the_link_does_not_matter() -> None:
    def packed(first: str, second: str) -> set[bytes]:
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w") as tar:
            info = tarfile.TarInfo(first)
            info.size = 1
            tar.addfile(info, io.BytesIO(b"x"))
            link = tarfile.TarInfo("/" + second)
            link.type, link.linkname = tarfile.LNKTYPE, "./" + first
            tar.addfile(link)
        file.seek(0)
        return set(entries(file))

    assert packed("a", "b") == packed("b", "a")


def test_a_reader_that_has_seen_enough_does_not_wait_for_podman(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Podman opens its output a second time, for reading too, and so never hears that nobody listens."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("first"))
    (tmp_path / "volume.tar").write_bytes(packed.getvalue())
    podman = tmp_path / "podman"
    podman.write_text(
        f"#!/bin/sh\nexec 7<>/dev/stdout\ncat {tmp_path}/volume.tar\nexec cat /dev/zero\n", encoding="utf-8"
    )
    podman.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert not _volume_content.is_empty("big")
