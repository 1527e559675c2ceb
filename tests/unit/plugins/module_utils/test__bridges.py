# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _bridges


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What was run, in a runtime folder of our own."""
    found: list[list[str]] = []

    def run(argv: list[str], **_options: Any) -> None:
        found.append(argv)
        raise subprocess.TimeoutExpired(argv, 30)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return found


@pytest.mark.parametrize("names", [[], ["netns-1234"]])
def test_without_bridges_nothing_is_run(ran: list[list[str]], tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / "netns").mkdir(exist_ok=True)
        (tmp_path / "netns" / name).touch()
    _bridges.hold()
    assert ran == []


def test_a_namespace_that_does_not_answer_keeps_nothing(ran: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / "netns").mkdir()
    (tmp_path / "netns" / "rootless-netns-730b3084c20efcd0895e").touch()
    _bridges.hold()
    assert [argv[:3] for argv in ran] == [["podman", "unshare", "--rootless-netns"]]


def test_each_bridge_gets_the_address_that_it_has(tmp_path: Path) -> None:
    """The script itself, with an ``ip`` that tells of two bridges as iproute2 does."""
    told = (
        r"3: podman1: <BROADCAST,UP> mtu 1500 state UP mode DEFAULT group default qlen 1000\    link/ether 9e:27:d9:f7:10:e3 brd ff:ff:ff:ff:ff:ff",
        r"4: podman2: <BROADCAST,UP> mtu 1500 state UP mode DEFAULT group default qlen 1000\    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff",
    )
    (tmp_path / "bridges").write_text("".join(f"{line}\n" for line in told))
    program = tmp_path / "ip"
    program.write_text(
        f'#!/bin/sh\n[ "$2" = set ] && echo "$@" >> {tmp_path}/set || cat {tmp_path}/bridges\n'
    )
    program.chmod(0o755)
    subprocess.run(["sh", "-c", _bridges._SET], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=True)
    assert (tmp_path / "set").read_text().splitlines() == [
        "link set dev podman1 address 9e:27:d9:f7:10:e3",
        "link set dev podman2 address 02:00:00:00:00:01",
    ]
