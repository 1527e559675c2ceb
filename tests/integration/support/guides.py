# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides of docs/docsite, done by the word: their files in a folder, and their commands run there in order."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from .host import CHECKOUT, Host

DOCSITE = CHECKOUT / "docs" / "docsite"
# The server of all guides. Its inventory says how it is reached, as somebody's would.
SERVER = "server.example.com"
# What roles may change on the host besides accounts.
SETTINGS = "/etc/containers /etc/rootless.podman /etc/sysctl.d /etc/systemd/user"
FIREWALL = "rootless-host-firewall.service"


@contextlib.contextmanager
def kept_as_it_is(host: Host) -> Iterator[None]:
    """Takes away the accounts and settings that were made meanwhile."""
    names = "getent passwd | cut -d : -f 1 | sort"
    before = host.run(names).split()
    host.run(f"tar -czPf /srv/settings.tgz --ignore-failed-read {SETTINGS} 2>&1")
    try:
        yield
    finally:
        for name in set(host.run(names).split()) - set(before):
            host.remove_account(name)
        host.run(f"systemctl disable --now --quiet {FIREWALL} 2>/dev/null; rm -rf /srv/reading", check=False)
        host.run(f"rm -rf {SETTINGS} /etc/systemd/system/{FIREWALL} && tar -xzPf /srv/settings.tgz")


class Guide:
    """One guide, in a folder of its own that holds its files."""

    def __init__(self, name: str, host: Host, folder: Path, collections: Path | None = None) -> None:
        self.name, self.host, self.folder = name, host, folder
        text = (DOCSITE / "rst" / f"guide_{name}.rst").read_text(encoding="utf-8")
        self.commands = re.findall(r"^   :caption: (\S+\.command)$", text, re.MULTILINE)
        shutil.copytree(DOCSITE / "examples" / name, folder, dirs_exist_ok=True)
        (folder / "host_vars").mkdir()
        (folder / "host_vars" / f"{SERVER}.yml").write_text(yaml.safe_dump(host.facts), encoding="utf-8")
        places = filter(None, (collections, CHECKOUT / ".cache" / "collections"))
        self.environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": ":".join(map(str, places)),
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(host.folder / "ansible"),
            "ANSIBLE_FORCE_COLOR": "false",
            "ANSIBLE_LOCALHOST_WARNING": "false",
        }

    def run(self, command: str, status: int = 0) -> str:
        """Run one of its commands, on the server if its name says so; what it said."""
        line = (self.folder / command).read_text(encoding="utf-8")
        if command.startswith("on-the-server"):
            return self.host.run(line)
        done = subprocess.run(
            ["bash", "-euc", line],
            cwd=self.folder, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False, timeout=600,
        )  # fmt: skip
        assert done.returncode == status, f"{self.name}: {line}{done.stdout[-5000:]}"
        return done.stdout
