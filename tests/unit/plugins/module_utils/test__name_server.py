# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A name server that is there, dead, on its way out, or somebody else; what one without a namespace does is tested on hosts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _name_server
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(_name_server, "STARTING_SECONDS", 0.05)
    monkeypatch.setattr(_name_server, "LEAVE_SECONDS", 0.05)
    folder = tmp_path / _name_server.FOLDER
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(name="server")
def _server(folder: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the name server's name, which is noted."""
    program = tmp_path / _name_server.PROGRAM
    program.symlink_to(sys.executable)
    process = subprocess.Popen(
        [str(program), "-c", "import time; print(flush=True); time.sleep(60)"], stdout=subprocess.PIPE
    )
    # It has its own name when it says something.
    assert process.stdout is not None
    process.stdout.readline()
    (folder / _name_server.PID_FILE).write_text(f"{process.pid}\n", encoding="ascii")
    yield process
    process.kill()
    process.communicate()


def test_where_no_network_has_had_a_container_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert _name_server.look() is None
    assert _name_server.unanswered() == frozenset()
    _name_server.end_lost()
    _name_server.renew()


def test_one_that_serves_is_left_alone(folder: Path, server: subprocess.Popen[bytes]) -> None:
    (folder / "shop").touch()
    (folder / "inner%int").touch()
    found = _name_server.look()
    assert found is not None
    assert (found.process, found.serves, found.lost) == (server.pid, {"shop", "inner"}, False)
    assert found.command[0].endswith("/aardvark-dns")
    assert _name_server.unanswered() == frozenset()
    _name_server.end_lost()
    _name_server.renew()
    assert server.poll() is None


def test_one_that_does_not_see_its_files_is_ended(
    folder: Path, server: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_name_server, "_has_lost", lambda _seen: True)
    monkeypatch.setattr(_name_server, "KILL_SECONDS", 0.05)
    (folder / "shop").touch()
    assert _name_server.unanswered() == {"shop"}
    _name_server.end_lost()
    assert server.wait(5) == -9


def test_one_that_serves_nobody_and_does_not_end_is_ended(
    server: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_name_server, "KILL_SECONDS", 0.05)
    assert _name_server.unanswered() == frozenset()
    _name_server.end_lost()
    assert server.wait(5) == -9


def test_the_number_of_a_dead_one_may_be_somebody_elses(
    folder: Path, server: subprocess.Popen[bytes]
) -> None:
    (folder / _name_server.PID_FILE).write_text("1", encoding="ascii")
    assert _name_server.look() is None
    (folder / "shop").touch()
    assert _name_server.look() == (0, (), {"shop"}, True)
    assert _name_server.unanswered() == {"shop"}
    _name_server.end_lost()
    assert server.poll() is None


@pytest.mark.parametrize("said", ["", "x", "-5", "9" * 30, "0"])
def test_a_file_that_says_nothing_names_nobody(folder: Path, said: str) -> None:
    (folder / _name_server.PID_FILE).write_text(said, encoding="ascii")
    assert _name_server.look() is None


def test_who_has_none_is_told_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_name_server, "PLACES", (str(folder),))
    (folder / "shop").touch()
    with pytest.raises(Failure, match="install the package aardvark-dns"):
        _name_server.renew()
