# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways in which an account shadows a unit: where they are looked for, and what is found there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _account
from ansible_collections.rootless.podman.plugins.module_utils import _shadow_probe as probe
from ansible_collections.rootless.podman.plugins.module_utils import _shadows as shadows
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._generated import Generated


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Looks for what shadows web-app.container in a home and a runtime folder below tmp_path."""
    account = Account("alice", os.getuid(), os.getgid(), str(tmp_path / "home"), "/bin/sh")
    monkeypatch.setattr(Account, "runtime_dir", str(tmp_path / "run"))
    monkeypatch.setattr(_account, "call_as", lambda _account, function, *arguments: function(*arguments))
    unit, service = "web-app.container", "web-app.service"
    return lambda own=False: probe.of_units(account, {unit: service}, own)[unit]


def put(top: Path, path: str, text: str = "[Service]\n") -> None:
    place = top / path
    place.parent.mkdir(parents=True, exist_ok=True)
    if text == "mask":
        place.symlink_to(os.devnull)
    else:
        place.write_text(text)


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("home/.config/containers/systemd/web-app.container", "unit"),
        ("home/.config/containers/systemd/a/b/web-app.container", "unit"),
        ("run/containers/systemd/web-app.container", "unit"),
        ("home/.config/containers/systemd/web-app.container.d/x.conf", "unit_dropin"),
        ("home/.config/containers/systemd/web-.container.d/x.conf", "unit_dropin"),
        ("run/containers/systemd/container.d/x.conf", "unit_dropin"),
        ("home/.config/systemd/user/web-app.service", "service"),
        ("home/.config/systemd/user.control/web-app.service", "service"),
        ("run/systemd/transient/web-app.service", "service"),
        ("home/.config/systemd/user/web-app.service.d/x.conf", "service_dropin"),
        ("home/.config/systemd/user/service.d/x.conf", "service_dropin"),
        ("run/systemd/user.control/web-.service.d/x.conf", "service_dropin"),
        ("home/.local/share/systemd/user/web-app.service.d/x.conf", "service_dropin"),
        ("home/.config/containers/containers.conf", "containers_conf"),
        ("home/.config/containers/containers.conf.d/x.conf", "containers_conf"),
    ],
)
def test_each_way_is_found(path: str, way: str, look, tmp_path: Path) -> None:
    assert look() == []
    put(tmp_path, path)
    assert [(each.way, each.path) for each in look()] == [(way, str(tmp_path / path))]
    assert str(tmp_path / path) in shadows.sentence("web-app.container", "alice", look())


def test_a_mask_is_told_as_one(look, tmp_path: Path) -> None:
    put(tmp_path, "home/.config/systemd/user/web-app.service", "mask")
    assert [each.effect for each in look()] == ["masks it"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("QUADLET_UNIT_DIRS=/x\n", True),
        ("  XDG_CONFIG_HOME=/x\n", True),
        ('[Manager]\nManagerEnvironment="A=1" PODMAN=/tmp/x\n', True),
        ("CONTAINERS_CONF=/x", True),
        ("# QUADLET_UNIT_DIRS=/x\n", False),
        ("LANG=C\nMY_PATH=/x\n", False),
    ],
)
def test_variables_that_lead_elsewhere(text: str, found: bool, look, tmp_path: Path) -> None:
    put(tmp_path, "home/.config/environment.d/x.conf", text)
    assert [each.way for each in look()] == (["environment"] if found else [])


def test_in_its_own_folder_an_account_extends_as_it_likes(look, tmp_path: Path) -> None:
    for path in (
        "containers/systemd/web-app.container",
        "containers/systemd/web-app.container.d/x.conf",
        "containers/containers.conf",
    ):
        put(tmp_path, f"home/.config/{path}")
    assert look(own=True) == []
    put(tmp_path, "home/.config/systemd/user/web-app.service")
    assert [each.way for each in look(own=True)] == ["service"]


def test_loops_of_links_come_to_an_end(look, tmp_path: Path) -> None:
    put(tmp_path, "home/.config/containers/systemd/x/web-app.container")
    (tmp_path / "home/.config/containers/systemd/x/loop").symlink_to(
        tmp_path / "home/.config/containers/systemd"
    )
    assert len(look()) == 1


def test_instances_are_extended_by_their_template() -> None:
    told = {place.path for place in shadows.places("a@b.container", "a@b.service", "/h", "/r", False)}
    assert {"/h/.config/containers/systemd/a@.container.d", "/h/.config/systemd/user/a@.service.d"} <= told


def test_what_comes_of_it() -> None:
    alone = Generated({"a.pod": "a-pod.service"}, {"a.pod": "[Unit]\nSourcePath=/one\nAfter=x\n"})
    assert (
        probe.differs("a.pod", alone, Generated({}, {"a.pod": "[Unit]\nSourcePath=/other\nAfter=x\n"})) == []
    )
    assert [each.effect for each in probe.differs("a.pod", alone, Generated())] == ["is not made"]
    assert (
        "otherwise" in probe.differs("a.pod", alone, Generated({}, {"a.pod": "[Unit]\nAfter=y\n"}))[0].effect
    )
    assert probe.differs("b.pod", alone, Generated()) == []
