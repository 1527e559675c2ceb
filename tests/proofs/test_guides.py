# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What guides show and `make test` has no tools for: the tasks of containers.podman from which one moves away, and ansible-builder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.guides import Guide
from support.host import CHECKOUT, Host


@pytest.fixture
def shop(host: Host):
    """An account, as somebody has it who uses containers.podman."""
    host.run("apt-get -qq -y install --no-install-recommends acl >/dev/null 2>&1")
    host.good("user", name="shop")
    yield "shop"
    host.remove_account("shop")


def test_what_containers_podman_made_is_taken_over_as_it_is(host: Host, shop: str, tmp_path: Path) -> None:
    subprocess.run(
        [CHECKOUT / "tools" / "venv", ".cache/venv-bench", "requirements/bench.txt"], check=True, cwd=CHECKOUT
    )
    guide = Guide("containers_podman", host, tmp_path / "guide")
    guide.environment["PATH"] = f"{CHECKOUT}/.cache/venv-bench/bin:{guide.environment['PATH']}"
    (tmp_path / "guide" / "before.command").write_text(
        "ansible-playbook -i hosts.yml before.yml\n", encoding="utf-8"
    )
    guide.run("before.command")
    look = "podman inspect --format '{{.Id}} {{.State.StartedAt}}' shop-web"
    before = host.run_as(shop, look)
    told = guide.run("look-first.command")
    assert "changed=0" in told, told
    told = guide.run("after.command")
    assert "changed=0" in told, told
    assert host.run_as(shop, look) == before


def test_the_execution_environment_is_one_that_ansible_builder_takes(host: Host, tmp_path: Path) -> None:
    Guide("awx", host, tmp_path / "guide")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    subprocess.run([tmp_path / "venv/bin/pip", "-q", "install", "ansible-builder"], check=True)
    done = subprocess.run(
        [tmp_path / "venv/bin/ansible-builder", "create", "-f", "execution-environment.yml"],
        cwd=tmp_path / "guide", text=True, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    made = next((tmp_path / "guide" / "context").glob("*file"))
    assert "requirements.yml" in made.read_text(encoding="utf-8")
