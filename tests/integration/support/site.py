# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host with what site/variables.yml declares, brought up by the collection's playbooks under their full names."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .host import Host
from .playbook import finish, start

FOLDER = Path(__file__).resolve().parents[1] / "site"
ACCOUNTS = ("it-clerk", "it-shop", "it-blog", "it-board")
# The secret of all apps and logins.
WORD = "not-to-be-seen-anywhere"


def run(host: Host, name: str, *words: str, good: bool = True, **variables: Any) -> str:
    """One of the collection's playbooks; what it said, which never holds the secret."""
    given = ("--extra-vars", f"@{FOLDER / 'variables.yml'}", *words)
    running = start(host, f"rootless.podman.{name}", *given, site_folder=str(FOLDER), **variables)
    if good:
        told = finish(running)
    else:
        told = running.communicate(timeout=300)[0]
        assert running.returncode == 2, told[-3000:]
    assert WORD not in told
    return told


def changed(told: str) -> int:
    """How many tasks changed something."""
    return int(re.search(r" : ok=\d+\s+changed=(\d+)", told)[1])


def page(host: Host, port: int = 8390) -> str:
    """What an app of the host answers there."""
    return host.run(f"busybox wget -qO- http://127.0.0.1:{port}/")


def push(host: Host, base: str, label: str) -> None:
    """Make an image what the tag ``site`` is from now on."""
    image = "localhost:5000/library/busybox:site"
    build = f"printf 'FROM {base}\\nLABEL site={label}\\n' | podman build -q -t {image} -"
    host.run_as("it-clerk", f"{build} && podman push -q --tls-verify=false {image}")


@contextlib.contextmanager
def prepared(host: Host) -> Iterator[Host]:
    """The host with the image that the apps pull; all accounts go afterwards."""
    try:
        host.good("user", name="it-clerk")
        push(host, "docker.io/library/busybox:1.37", "first")
        yield host
    finally:
        # Containers first: with Podman 4.3 a manager that stops fights with those that restart always.
        gone = [
            {"name": name, "user": f"it-{name}", "state": "absent", "remove_data": True}
            for name in ("shop", "blog", "board")
        ]
        host.module("apps", apps=gone, export_to="/srv/exports")
        for name in ACCOUNTS:
            host.remove_account(name)
