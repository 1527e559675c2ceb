# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The testbed of this test session: hosts of its own, which nobody else uses and which it takes down again."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

from .host import Host

CHECKOUT = Path(__file__).resolve().parents[3]
LAUNCHER = CHECKOUT / "tests" / "testbed" / "testbed"


def environment() -> dict[str, str]:
    """TESTBED_STATE as the caller set it, else a folder for the integration tests of this checkout; each worker has its own."""
    told = dict(os.environ)
    if not told.get("TESTBED_STATE"):
        base = Path(told.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        name = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:8]
        told["TESTBED_STATE"] = str(base / "rootless-podman-testbed" / f"{name}-integration")
        told.pop("TESTBED_PREFIX", None)
    worker = told.get("PYTEST_XDIST_WORKER")
    if worker:
        told["TESTBED_STATE"] += f"-{worker}"
        told.pop("TESTBED_PREFIX", None)
    return told


class Testbed:
    """Brings hosts up once and remembers which."""

    __test__ = False  # not a test, whatever pytest thinks of the name

    def __init__(self) -> None:
        self.env = environment()
        self.hosts: dict[str, Host] = {}
        # A short path: a control socket's may have 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="rp-"))

    def command(self, *words: str) -> str:
        """Run the launcher; its stdout. Fails with what it says."""
        done = subprocess.run(
            [LAUNCHER, *words], env=self.env, text=True, capture_output=True, timeout=900, check=False
        )
        assert done.returncode == 0, f"testbed {' '.join(words)}: {done.stderr[-2000:]}"
        return done.stdout

    def up(self, name: str, *options: str) -> Host:
        """The host of that name, booted at the first call."""
        if name not in self.hosts:
            self.command("up", name, *options)
            inventory = yaml.safe_load(self.command("inventory"))
            facts = inventory["all"]["children"]["testbed"]["hosts"][name]
            self.hosts[name] = Host(name, facts, self.folder)
        return self.hosts[name]

    def reboot(self, host: Host) -> None:
        """A real reboot; returns when the host counts as up again."""
        host.hang_up()
        self.command("reboot", host.name)

    def power_cut(self, host: Host) -> None:
        """A power cut and a boot; returns when the host counts as up again."""
        host.hang_up()
        self.command("kill", host.name)
        self.command("up", host.name)

    def close(self) -> None:
        """Take down what was brought up, unless KEEP_HOSTS says that the next session wants it."""
        for host in self.hosts.values():
            host.hang_up()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.hosts and not os.environ.get("KEEP_HOSTS"):
            self.command("down", *self.hosts)
