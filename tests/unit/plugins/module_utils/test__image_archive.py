# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images in files: loaded when they are not there, saved when the file is not what it should be, at once and whole."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_images import (
    NAME,
    Images,
    actions,
    both,
    reasons,
    run,
)


def archive(path: Path, files: Mapping[str, Any]) -> str:
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            raw = content if isinstance(content, bytes) else json.dumps(content).encode()
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
    return str(path)


DOCKER = {"manifest.json": [
    {"Config": f"{'1' * 64}.json", "RepoTags": ["localhost/other:1"]},
    {"Config": f"{'2' * 64}.json", "RepoTags": [NAME]},
]}  # fmt: skip
OCI = {
    "index.json": {"manifests": [{"digest": f"sha256:{'3' * 64}"}]},
    f"blobs/sha256/{'3' * 64}": {"config": {"digest": f"sha256:{'2' * 64}"}},
}


@pytest.mark.parametrize(
    "files",
    [DOCKER, OCI, {"manifest.json": [{"Config": f"blobs/sha256/{'2' * 64}"}]}],
    ids=["docker", "oci", "both"],
)
def test_it_is_loaded_once(tmp_path: Path, files: dict) -> None:
    path = archive(tmp_path / "image.tar", files)
    images = Images()
    images.archived = (NAME, "2" * 64)
    foretold = run(images, check=True, archive=path)
    done = run(images, archive=path)
    assert actions(done) == ["load"]
    assert done["plan"] == foretold["plan"]
    assert run(images, archive=path)["changed"] is False
    assert actions(run(images, archive=path, force=True)) == ["load"]


def test_an_archive_of_another_image_is_told(tmp_path: Path) -> None:
    images = Images()
    images.archived = ("localhost/other:1", "3" * 64)
    with pytest.raises(Failure, match="is not what it holds; name the image as the archive does"):
        run(images, archive=archive(tmp_path / "image.tar", OCI))


def test_where_no_archive_is(tmp_path: Path) -> None:
    for path in ("relative.tar", str(tmp_path / "none")):
        with pytest.raises(Failure, match="an absolute path of a file on the host is needed"):
            run(Images(), archive=path)
    os.mkfifo(tmp_path / "pipe")
    for path, what in ((tmp_path, "a folder"), (tmp_path / "pipe", "no file")):
        with pytest.raises(Failure, match=f"archive: {path} is {what}, and a docker-archive or oci-archive"):
            run(Images(), archive=str(path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        b"\0" * 20_000,
        gzip.compress(b"text"),
        gzip.compress(os.urandom(50_000))[:20_000],
        bz2.compress(b"text")[:-4],
        lzma.compress(b"text" * 9)[:-9],
        b"\x1f\x8b" + b"x" * 600,
    ],
    ids=["nothing", "text", "zeros", "gzip", "cut", "bzip2", "xz", "no gzip"],
)
def test_junk_in_place_of_an_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "junk").write_bytes(content)
    with pytest.raises(
        Failure, match=r"archive: .*/junk is no docker-archive .* podman save -o FILE IMAGE"
    ) as caught:
        run(Images(), archive=str(tmp_path / "junk"))
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "content", [{}, [], [1], 1, "x", None, [{"Config": 1}], b"{", b"\xff", b"[" * 90_000]
)
def test_an_archive_that_holds_something_else(tmp_path: Path, content: Any) -> None:
    for name in ("manifest.json", "index.json"):
        with pytest.raises(Failure, match="is no docker-archive") as caught:
            run(Images(), archive=archive(tmp_path / "junk.tar", {name: content}))
        assert "\n" not in caught.value.message


def test_a_link_in_an_archive_leads_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo("manifest.json")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    with pytest.raises(Failure, match="is no docker-archive"):
        run(Images(), archive=str(path))


def test_an_only_image_gets_the_name_of_the_task(tmp_path: Path) -> None:
    images = Images()
    images.archived = ("localhost/other:1", "2" * 64)
    assert actions(both(images, archive=archive(tmp_path / "image.tar", OCI))) == ["load"]
    assert images.kept[NAME]["Id"] == images.kept["localhost/other:1"]["Id"]


def test_one_of_several_has_to_be_named(tmp_path: Path) -> None:
    path = archive(tmp_path / "image.tar", DOCKER)
    with pytest.raises(
        Failure, match="several images and none called localhost/none:1; name one of them: localhost/app"
    ):
        run(Images(), archive=path, name="localhost/none:1")


@pytest.fixture
def kept() -> Images:
    images = Images({NAME: "2" * 64})
    run(images)
    return images


def saved(tmp_path: Path, **more: Any) -> dict:
    return {"path": str(tmp_path / "saved.tar"), "format": "docker-archive", **more}


def raw(tmp_path: Path, name: str = NAME, identity: str = "2" * 64) -> bytes:
    files = {"manifest.json": [{"Config": f"{identity}.json", "RepoTags": [name]}]}
    return Path(archive(tmp_path / "raw", files)).read_bytes()


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (None, ["save"]),
        (b"text", ["save"]),
        ("3" * 64, ["save"]),
        ("localhost/other:1", ["name"]),
        (OCI, ["save.format"]),
    ],
    ids=["nothing", "text", "another image", "another name", "another format"],
)
def test_it_is_saved_once(tmp_path: Path, kept: Images, there: Any, why: list[str]) -> None:
    place = tmp_path / "place"
    place.mkdir()
    kept.file = raw(tmp_path)
    if isinstance(there, bytes):
        (place / "saved.tar").write_bytes(there)
    elif isinstance(there, dict):
        archive(place / "saved.tar", there)
    elif there:
        other = {"name": there} if ":" in there else {"identity": there}
        (place / "saved.tar").write_bytes(raw(tmp_path, **other))
        (place / "saved.tar").chmod(0o640)
    done = both(kept, save=saved(place))
    assert (actions(done), reasons(done)) == (["save"], why)
    assert os.listdir(place) == ["saved.tar"]
    assert (place / "saved.tar").read_bytes() == kept.file
    if isinstance(there, str):
        assert (place / "saved.tar").stat().st_mode & 0o777 == 0o640


def test_half_a_file_is_never_seen(tmp_path: Path, kept: Images) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "saved.tar").write_bytes(b"old")
    kept.file = raw(tmp_path)[:700]
    with pytest.raises(Failure, match="save.path: "):
        run(kept, save=saved(place))
    kept.file = raw(tmp_path, identity="3" * 64)
    with pytest.raises(Failure, match="what Podman wrote is not image"):
        run(kept, save=saved(place))
    assert [(each.name, each.read_bytes()) for each in place.iterdir()] == [("saved.tar", b"old")]


def test_where_nothing_is_saved(tmp_path: Path, kept: Images) -> None:
    for path, says in (
        ("relative", "an absolute path"), (str(tmp_path), "an absolute path of a file"), (str(tmp_path / "no" / "x"), "is not there; make it first"),
    ):  # fmt: skip
        for check in (True, False):
            with pytest.raises(Failure, match=f"save.path: .*{says}"):
                run(kept, check, save=saved(tmp_path, path=path))


def test_a_format_that_would_change_the_image(tmp_path: Path, kept: Images) -> None:
    kept.kept[NAME]["ManifestType"] = "application/vnd.docker.distribution.manifest.v2+json"
    with pytest.raises(Failure, match="save.format: .* another image of it .* save it as docker-archive"):
        run(kept, save=saved(tmp_path, format="oci-archive"))
