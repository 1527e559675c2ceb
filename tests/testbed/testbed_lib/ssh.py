# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reaching a host: its key, its host key, and one command on it."""

from __future__ import annotations

import shlex
import socket
import subprocess
from collections.abc import Sequence

from .errors import TestbedError
from .inventory import ssh_options
from .record import Host
from .settings import Settings
from .work import run


def make_key(settings: Settings) -> None:
    """The key that opens every host of this state folder."""
    if not settings.key.exists():
        temporary = settings.key.with_suffix(".new")
        for path in (temporary, temporary.with_name(temporary.name + ".pub")):
            path.unlink(missing_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "testbed", "-f", str(temporary)])
        temporary.with_name(temporary.name + ".pub").replace(settings.key.with_suffix(".pub"))
        temporary.replace(settings.key)


def let_in(settings: Settings, host: Host) -> None:
    """Give a host its own host key, and our key to root."""
    hostkey = host.root / "etc/ssh/ssh_host_ed25519_key"
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host.name, "-f", str(hostkey)])
    host.host_key.write_text(hostkey.with_suffix(".pub").read_text())
    folder = host.root / "root/.ssh"
    folder.mkdir(mode=0o700, exist_ok=True)
    authorized = folder / "authorized_keys"
    authorized.write_text(settings.key.with_suffix(".pub").read_text())
    authorized.chmod(0o600)


def know(host: Host) -> None:
    """Note the host key for the address, so that checking is strict and asks nothing."""
    if not host.host_key.exists():
        raise TestbedError(
            f"{host.name} was made by an earlier version of the testbed; run `testbed down {host.name}` first"
        )
    public = host.host_key.read_text().split()[:2]
    host.known_hosts.write_text(f"{host.address} {' '.join(public)}\n")


def command(settings: Settings, host: Host, words: Sequence[str], tty: bool = False) -> list[str]:
    """The ssh command line.  One word is a shell line, several are one command and its arguments."""
    line = words[0] if len(words) == 1 else shlex.join(words)
    options = ["-t"] if tty else ["-T"]
    return [
        "ssh",
        "-F",
        "/dev/null",
        *options,
        "-i",
        str(settings.key),
        *ssh_options(host.known_hosts),
        f"root@{host.address}",
        line,
    ]


def try_on(settings: Settings, host: Host, line: str) -> subprocess.CompletedProcess[str]:
    """Run a shell line on a host; a failure is an answer, not an error."""
    return run(command(settings, host, [line]), check=False)


def answers(host: Host) -> bool:
    """Whether something listens on the ssh port."""
    try:
        with socket.create_connection((host.address, 22), timeout=0.5):
            return True
    except OSError:
        return False
