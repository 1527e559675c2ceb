# Copyright: rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reaching a host: what is known of it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from testbed_lib import ssh
from testbed_lib.errors import TestbedError


def host(folder: Path) -> SimpleNamespace:
    return SimpleNamespace(
        name="web", address="172.29.0.2", host_key=folder / "host_key.pub", known_hosts=folder / "known_hosts"
    )


def test_its_key_is_known_for_its_address(tmp_path: Path) -> None:
    (tmp_path / "host_key.pub").write_text("ssh-ed25519 AAAA web\n")
    ssh.know(host(tmp_path))
    assert (tmp_path / "known_hosts").read_text() == "172.29.0.2 ssh-ed25519 AAAA\n"


def test_a_host_of_an_earlier_version(tmp_path: Path) -> None:
    with pytest.raises(TestbedError, match="run `testbed down web` first"):
        ssh.know(host(tmp_path))
