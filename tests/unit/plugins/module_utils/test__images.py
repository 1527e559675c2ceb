# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of images: pulled, built and loaded when that changes something, and only then."""

from __future__ import annotations

import base64
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

from ansible_collections.rootless.podman.plugins.module_utils import _context, _images
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import KEY

NAME = "localhost/app:1"
PARAMS = {"name": NAME, "state": "present", "force": False, "pull": "missing"}


class Images:
    """The part of Podman that keeps images; ``registry`` is what can be pulled."""

    def __init__(self, registry: Mapping[str, str] = {}) -> None:  # pylint: disable=dangerous-default-value
        self.registry = dict(registry)
        self.kept: dict[str, dict] = {}
        self.streams: list[tuple[str, dict]] = []
        self.headers: list[Any] = []
        self.archived = ("", "")
        self.used = False
        self.built = 0

    def find(self, path: str, params: Any = None) -> Any:
        return self.kept.get(
            path.removeprefix("images/").removesuffix("/json").replace("%2F", "/").replace("%3A", ":")
        )

    def stream(self, path: str, params: Any = None, body: Any = None, headers: Any = None) -> list:
        # As the engine sends them: what is None is left out.
        self.streams.append(
            (path, {key: value for key, value in (params or {}).items() if value is not None})
        )
        self.headers.append(headers)
        if path == "images/pull":
            if params["reference"] not in self.registry:
                raise EngineError("the registry has no such image", 200, "manifest unknown")
            self._keep(params["reference"], self.registry[params["reference"]])
        elif path == "build":
            with tarfile.open(fileobj=body) as tar:
                assert params["dockerfile"] in tar.getnames()
            self.built += 1
            self._keep(params["t"], f"{self.built:064x}", params["labels"])
        else:
            self._keep(*self.archived)
        return []

    def write(self, method: str, path: str, params: Any = None, body: Any = None) -> None:
        assert method == "DELETE"
        if self.used and not params["force"]:
            raise EngineError("in use", 409, "image used by web")
        self.kept.clear()

    def _keep(self, name: str, identity: str, labels: Any = None) -> None:
        self.kept[name] = {"Id": identity, "Labels": labels or {}, "RepoTags": [name]}


def run(images: Images, check: bool = False, **params: Any) -> dict:
    """One run of the module ``image``; in check mode nothing may be written."""
    task = Task({**PARAMS, **params}, check)
    before = list(images.streams)
    result = _images.travel(task, images, KEY)
    if check:
        assert images.streams == before
    return result


def actions(result: dict) -> list[str]:
    return [step["action"] for step in result["plan"]]


# Pulling


def test_it_is_pulled_once() -> None:
    images = Images({NAME: "1" * 64})
    foretold = run(images, check=True)
    assert actions(foretold) == ["pull"]
    done = run(images)
    assert done["plan"] == foretold["plan"]
    assert done["image"]["id"] == "1" * 64
    assert run(images)["changed"] is False
    assert len(images.streams) == 1


@pytest.mark.parametrize(
    ("policy", "asks"), [("missing", False), ("never", False), ("always", True), ("newer", True)]
)
def test_policies(policy: str, asks: bool) -> None:
    images = Images({NAME: "1" * 64})
    run(images)
    images.registry[NAME] = "2" * 64
    result = run(images, pull=policy)
    assert result["changed"] is asks
    assert len(images.streams) == 1 + asks
    if asks:
        assert images.streams[-1][1]["policy"] == policy
        assert result["plan"][0]["reasons"] == [
            {"option": "id", "why": "changed", "before": "1" * 12, "after": "2" * 12}
        ]
        assert run(images, pull=policy)["changed"] is False


def test_never_is_never() -> None:
    images = Images({NAME: "1" * 64})
    for check in (True, False):
        with pytest.raises(Failure, match="pull: never forbids to fetch it"):
            run(images, check, pull="never")
    assert images.streams == []


def test_force_asks_again() -> None:
    images = Images({NAME: "1" * 64})
    run(images)
    run(images, force=True)
    assert images.streams[-1][1]["policy"] == "always"


def test_a_login_travels_in_a_header_alone() -> None:
    images = Images({NAME: "1" * 64})
    result = run(images, username="me", password="correct horse", tls_verify=False)
    assert json.loads(base64.urlsafe_b64decode(images.headers[0]["X-Registry-Auth"])) == {
        "username": "me",
        "password": "correct horse",
    }
    assert images.streams == [("images/pull", {"reference": NAME, "policy": "missing", "tlsVerify": False})]
    assert "correct horse" not in json.dumps(result)


def test_what_the_registry_says_names_the_image() -> None:
    with pytest.raises(EngineError, match=f"image {NAME}: the registry has no such image"):
        run(Images())


@pytest.mark.parametrize("name", ["", "a b", "a\n", "/a", "a/", "a:", ":a", "@a", "a@", "a\x00"])
def test_no_image_is_called_that(name: str) -> None:
    with pytest.raises(Failure, match="and an image such as .* is needed"):
        run(Images(), name=name)


def test_removing() -> None:
    images = Images({NAME: "1" * 64})
    assert run(images, state="absent")["changed"] is False
    run(images)
    assert actions(run(images, check=True, state="absent")) == ["remove"]
    images.used = True
    with pytest.raises(Failure, match="containers use it .* set force: true to remove them with it"):
        run(images, state="absent")
    assert actions(run(images, state="absent", force=True)) == ["remove"]
    assert images.kept == {}


# Building


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_context, "TEMPORARY", str(tmp_path))


def build(text: str = "FROM base\nCOPY . /\n", **more: Any) -> dict:
    return {"containerfile": text, **more}


def reasons(result: dict) -> list[str]:
    return [reason["option"] for step in result["plan"] for reason in step["reasons"]]


def test_it_is_built_once() -> None:
    images = Images({"base": "b" * 64})
    foretold = run(images, check=True, build=build())
    done = run(images, build=build())
    assert actions(done) == ["build"]
    assert done["plan"] == foretold["plan"]
    assert [path for path, _params in images.streams] == ["images/pull", "build"]
    assert run(images, build=build())["changed"] is False


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (build("FROM base\nRUN true\n"), ["context"]),
        (build(args={"A": "1"}), ["args"]),
        (build(target="one"), ["target"]),
    ],
)
def test_what_makes_it_anew(changed: dict, why: list[str]) -> None:
    images = Images({"base": "b" * 64})
    run(images, build=build())
    assert reasons(run(images, check=True, build=changed)) == why
    assert reasons(run(images, build=changed)) == why
    assert run(images, build=changed)["changed"] is False
    assert images.streams[-1][0] == "build"


def test_a_new_base_makes_it_anew_and_a_lost_one_does_not() -> None:
    images = Images({"base": "b" * 64})
    run(images, build=build())
    base = images.kept.pop("base")
    assert run(images, build=build())["changed"] is False
    images.kept["base"] = {**base, "Id": "c" * 64}
    assert reasons(run(images, build=build())) == ["bases"]
    assert run(images, build=build())["changed"] is False


def test_an_image_of_that_name_that_somebody_else_made() -> None:
    images = Images({"base": "b" * 64, NAME: "1" * 64})
    run(images)
    assert reasons(run(images, build=build())) == ["build"]
    assert run(images, build=build())["changed"] is False


def test_the_record_of_a_base_is_none_of_ours() -> None:
    """Labels are inherited from a base that was built here as well."""
    images = Images({"base": "b" * 64})
    run(images, name="localhost/other", build=build())
    images.kept[NAME] = images.kept["localhost/other"]
    assert reasons(run(images, build=build())) == ["build"]


def test_the_login_is_not_for_the_registries_of_bases() -> None:
    images = Images({"base": "b" * 64})
    run(images, build=build(), username="me", password="correct horse")
    assert images.headers == [None, {"Content-Type": "application/x-tar"}]
    assert "correct horse" not in json.dumps(images.streams)


# Loading


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
    images.archived = ("localhost/other:1", "2" * 64)
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
