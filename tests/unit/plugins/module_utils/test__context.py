# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build contexts: one digest for one content, whoever made it and whenever, and nothing from outside."""

from __future__ import annotations

import base64
import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils import _context
from ansible_collections.rootless.podman.plugins.module_utils._context import Context
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setattr(_context, "TEMPORARY", str(tmp_path_factory.mktemp("tar")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path)
    return tmp_path


def fill(root: Path) -> None:
    (root / "Containerfile").write_text("FROM scratch\nCOPY . /\n")
    (root / "src").mkdir()
    (root / "src" / "main.py").write_text("print(1)\n")
    (root / "link").symlink_to("src/main.py")


def packed(root: Path) -> str:
    """A context as the action plugin packs it on the controller."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for path in sorted(root.rglob("*")):
            tar.add(path, str(path.relative_to(root)), recursive=False)
    return base64.b64encode(file.getvalue()).decode()


def names(context: Context) -> list[str]:
    """What is sent to the build."""
    with context.archive() as file, tarfile.open(fileobj=file) as tar:
        return sorted(tar.getnames())


def test_what_is_sent(folder: Path) -> None:
    context = Context({"path": str(folder)})
    assert names(context) == ["Containerfile", "link", "src", "src/main.py"]
    with context.archive() as file, tarfile.open(fileobj=file) as tar:
        assert tar.extractfile("src/main.py").read() == b"print(1)\n"
        assert tar.getmember("link").linkname == "src/main.py"
        assert {(info.uid, info.gid, info.uname) for info in tar} == {(0, 0, "")}


def test_times_and_owners_do_not_count(folder: Path) -> None:
    before = Context({"path": str(folder)}).digest()
    os.utime(folder / "src" / "main.py", (1, 1))
    if os.getuid() == 0:
        os.chown(folder / "Containerfile", 5, 5)
    assert Context({"path": str(folder)}).digest() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "src" / "main.py").write_text("print(2)\n"),
        lambda root: (root / "src" / "main.py").chmod(0o755),
        lambda root: (root / "src" / "new").touch(),
        lambda root: (root / "src" / "empty").mkdir(),
        lambda root: (root / "src" / "main.py").rename(root / "src" / "other.py"),
        lambda root: ((root / "link").unlink(), (root / "link").symlink_to("src")),
        lambda root: (root / ".containerignore").write_text("src\n"),
    ],
    ids=range(7),
)
def test_everything_else_counts(folder: Path, change: Any) -> None:
    before = Context({"path": str(folder)}).digest()
    change(folder)
    assert Context({"path": str(folder)}).digest() != before


def test_an_inline_file_stands_in_for_the_folder_s_own(folder: Path) -> None:
    inline = Context({"path": str(folder), "containerfile": "FROM base\n"})
    assert inline.bases({}) == ["base"]
    assert inline.digest() != Context({"path": str(folder)}).digest()
    assert names(Context({"containerfile": "FROM base\n"})) == ["Containerfile"]


def test_a_context_from_the_controller(folder: Path) -> None:
    context = Context({"context": packed(folder)})
    assert {"Containerfile", "src/main.py", "link"} <= set(names(context))
    again = Context({"context": packed(folder)})
    assert context.digest() == again.digest()


def test_it_is_ignored_alike_on_both_sides(folder: Path) -> None:
    (folder / ".containerignore").write_text("src/*\n!src/main.py\n")
    (folder / "src" / "secret").write_text("x")
    for build in ({"path": str(folder)}, {"context": packed(folder)}):
        assert [name for name in names(Context(build)) if name.startswith("src/")] == ["src/main.py"]


# Ignore files


def test_the_first_ignore_file_counts(folder: Path) -> None:
    (folder / ".dockerignore").write_text("link\n")
    (folder / ".containerignore").write_text("src\n")
    assert "link" in names(Context({"path": str(folder)}))
    assert "src" not in names(Context({"path": str(folder)}))


def test_what_the_builder_needs_is_sent_even_where_it_is_ignored(folder: Path) -> None:
    """An ignore file that leaves out all but a few is a usual one."""
    (folder / ".dockerignore").write_text("*\n!src/main.py\n")
    assert names(Context({"path": str(folder)})) == [".dockerignore", "Containerfile", "src/main.py"]
    (folder / ".dockerignore").write_text("*\n")
    (folder / "src" / "Build").write_text("FROM other\n")
    for build in ({"path": str(folder)}, {"context": packed(folder)}):
        context = Context({**build, "file": "src/Build"})
        assert (context.file, names(context)) == (
            "src/Build",
            [".dockerignore", "Containerfile", "src/Build"],
        )


def test_names_and_ignore_files_need_not_be_utf_8(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.log")).touch()
    (folder / os.fsdecode(b"th\xe9.log")).touch()
    (folder / ".containerignore").write_bytes(b"caf\xe9*\n")
    for build in ({"path": str(folder)}, {"context": packed(folder)}):
        assert [name for name in names(Context(build)) if name.endswith(".log")] == [
            os.fsdecode(b"th\xe9.log")
        ]


def test_a_folder_that_is_ignored_is_not_entered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be large, or not readable for the account."""
    entered, walk = [], os.walk

    def watched(*arguments: Any, **keywords: Any) -> Any:
        for each in walk(*arguments, **keywords):
            entered.append(os.path.relpath(each[0], folder))
            yield each

    monkeypatch.setattr(os, "walk", watched)
    Context({"path": str(folder)})
    (folder / ".containerignore").write_text("src\n")
    Context({"path": str(folder)})
    assert entered == [".", "src", "."]


# Files and bases


def test_the_file_may_have_another_name(folder: Path) -> None:
    (folder / "src" / "Build").write_text("FROM other\n")
    assert Context({"path": str(folder), "file": "./src/Build"}).bases({}) == ["other"]
    (folder / "Containerfile").rename(folder / "Dockerfile")
    assert Context({"path": str(folder)}).file == "Dockerfile"


@pytest.mark.parametrize("file", ["none", "../Containerfile", "/etc/passwd"])
def test_a_file_outside_the_context_is_not_there(folder: Path, file: str) -> None:
    with pytest.raises(Failure, match="the context holds no"):
        Context({"path": str(folder), "file": file})


@pytest.mark.parametrize(
    ("text", "bases"),
    [
        ("FROM a\n", ["a"]),
        ("FROM a AS one\nFROM one\nFROM b as two\nCOPY --from=two / /\n", ["a", "b"]),
        ("FROM --platform=linux/amd64 a:1@sha256:0\n", ["a:1@sha256:0"]),
        ("ARG TAG=1\nFROM a:${TAG}\n", ["a:2"]),
        ("ARG BASE\nFROM $BASE\n", ["given"]),
        ("ARG BASE=\"quoted\"\nFROM $BASE\n", ["given"]),
        ("ARG OTHER='quoted'\nFROM $OTHER\n", ["quoted"]),
        ("FROM $UNKNOWN\n", []),
        ("from lower\n", ["lower"]),
        ("  FROM indented\n# FROM comment\nRUN echo FROM x\n", ["indented"]),
        ("FROM scratch\n", []),
        ("", []),
    ],
    ids=range(12),
)  # fmt: skip
def test_bases(text: str, bases: list[str]) -> None:
    assert Context({"containerfile": text or "\n"}).bases({"TAG": "2", "BASE": "given"}) == bases


@house
@given(st.text())
def test_whatever_a_file_says_it_has_bases(text: str) -> None:
    for base in Context({"containerfile": "FROM x\n" + text}).bases({}):
        assert base.split() == [base]


# What is refused


@pytest.mark.parametrize("path", ["relative", "/none/of/these"])
def test_where_no_folder_is(path: str) -> None:
    with pytest.raises(Failure, match="build.path: .* an absolute path of a folder on the host is needed"):
        Context({"path": path})


def test_what_is_neither_file_nor_folder_is_refused(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    with pytest.raises(Failure, match="pipe is neither a file, a folder nor a link"):
        Context({"path": str(folder)})
    (folder / ".containerignore").write_text("pipe\n")
    Context({"path": str(folder)})


def test_a_link_is_sent_as_a_link_and_not_followed(folder: Path) -> None:
    (folder / "out").symlink_to("/etc/shadow")
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..", target_is_directory=True)
    context = Context({"path": str(folder)})
    with context.archive() as file, tarfile.open(fileobj=file) as tar:
        assert {name: tar.getmember(name).linkname for name in ("out", "loop", "up")} == {
            "out": "/etc/shadow",
            "loop": "loop",
            "up": "..",
        }
        assert not [name for name in tar.getnames() if name.startswith("up/")]


@pytest.mark.parametrize(
    "junk",
    [
        "é",
        "a",
        "####",
        base64.b64encode(b"no tar").decode(),
        base64.b64encode(b"\x1f\x8b" + b"x" * 600).decode(),
        base64.b64encode(b"\0" * 100 + b"x" * 900).decode(),
    ],
)
def test_a_context_that_cannot_be_unpacked_is_told(junk: str) -> None:
    with pytest.raises(
        Failure, match=r"build\.context: .* a tar in base64 is needed; .* build\.src"
    ) as caught:
        Context({"context": junk, "containerfile": "FROM x\n"})
    assert "\n" not in caught.value.message


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    root = tmp_path_factory.mktemp("whole")
    fill(root)
    return base64.b64decode(packed(root))


@settings(house, suppress_health_check=list(HealthCheck))
@given(place=st.integers(0, 400), count=st.integers(0, 400), bits=st.binary(max_size=8))
def test_however_a_context_is_damaged_it_is_one_sentence(
    whole: bytes, place: int, count: int, bits: bytes
) -> None:
    damaged = base64.b64encode(whole[:place] + bits + whole[place + count :]).decode()
    try:
        Context({"context": damaged, "containerfile": "FROM x\n"})
    except Failure as failure:
        assert "\n" not in failure.message
