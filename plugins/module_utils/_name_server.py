# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The name server (aardvark-dns) of an account's networks: one that has outlived its namespace is ended, and one is started where it belongs.

Podman takes the namespace of all bridges down with the last container that is on one, and tells the name server to look again at what it
serves. One that looks too late finds its files gone with the namespace. Podman 4 has one that ends with that, Podman 5 one that stays, and
is told of every later container, in whose namespace it is not (netavark's pull request 856). Either way nobody answers for those that have
started meanwhile. It happens on a busy host when the first container of an account runs once and others follow. Used as the account.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from typing import NamedTuple

from . import _errors

PROGRAM = "aardvark-dns"
# Below the account's runtime directory: a file for each network that has containers, and the process's id.
FOLDER, PID_FILE = "containers/networks/aardvark-dns", "aardvark.pid"
# What netavark adds to the file of a network without a way out.
INTERNAL = "%int"
# For one that is told to end: it does so within milliseconds, and some more on a busy host.
LEAVE_SECONDS, KILL_SECONDS, PAUSE_SECONDS = 2.0, 2.0, 0.01
START_SECONDS = 60
# For one whose networks are written down, and which is started just now.
STARTING_SECONDS = 1.0
# Where Podman looks for it.
PLACES = (
    "/usr/local/libexec/podman",
    "/usr/local/lib/podman",
    "/usr/libexec/podman",
    "/usr/lib/podman",
)


class Server(NamedTuple):
    """An account's name server. ``serves`` are the networks that have containers.

    ``process`` is 0 for one that is dead; its ``command`` is then not known. One that is ``lost`` answers none of those containers.
    """

    process: int
    command: Sequence[str]
    serves: frozenset[str]
    lost: bool


def look() -> Server | None:
    """The account's name server, None where there is none and nobody would ask it."""
    folder = _folder()
    try:
        serves = frozenset(name.partition(INTERNAL)[0] for name in os.listdir(folder)) - {PID_FILE}
    except OSError:
        return None
    process, command = _process(folder)
    if not process:
        return Server(0, (), serves, True) if serves else None
    return Server(process, command, serves, _has_lost(f"/proc/{process}/root{folder}"))


def unanswered() -> frozenset[str]:
    """The networks for whose containers nobody answers, because the name server is not where they are. What was killed may be among them."""
    end = time.monotonic() + STARTING_SECONDS
    while True:
        server = look()
        if server is None or not server.lost:
            return frozenset()
        # One whose networks are known may be about to start.
        if server.process or time.monotonic() > end:
            return server.serves
        time.sleep(PAUSE_SECONDS)


def end_lost() -> None:
    """Before a container starts: wait for a name server that is on its way out, and end one that has lost its namespace.

    Whatever starts next on a network then starts another one, which serves all of them. One that serves nobody and does not end was not
    told to, because Podman was killed.
    """
    end = time.monotonic() + LEAVE_SECONDS
    server = look()
    while server is not None and not server.lost and not server.serves and time.monotonic() < end:
        time.sleep(PAUSE_SECONDS)
        server = look()
    if server is not None and server.process and (server.lost or not server.serves):
        _end(server)


def renew() -> None:
    """End the one that is lost, and start another one for the containers that run. Raises Failure."""
    server = look()
    if server is None or not server.lost:
        return
    if server.process:
        _end(server)
    own = ["podman", "unshare", "--rootless-netns", "systemd-run", "--quiet", "--scope", "--user"]
    try:
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            [*own, *(server.command or _usual_command())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=START_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise _errors.Failure(f"{PROGRAM} cannot be started ({error}).") from error
    # A container that started at the same moment has seen to it.
    if done.returncode and unanswered():
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:300]
        raise _errors.Failure(f"{PROGRAM} does not start ({said or f'exit code {done.returncode}'}).")


def _folder() -> str:
    return os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), FOLDER)


def _process(folder: str) -> tuple[int, Sequence[str]]:
    """The process of the name server and its command line; 0 and nothing when it is dead, or somebody else has its number now."""
    try:
        with open(os.path.join(folder, PID_FILE), encoding="ascii") as file:
            process = int(file.read())
        with open(f"/proc/{process}/cmdline", encoding="utf-8", errors="replace") as file:
            command = file.read().rstrip("\0").split("\0")
        if os.path.basename(command[0]) == PROGRAM and os.stat(f"/proc/{process}").st_uid == os.geteuid():
            return process, command
    except (OSError, ValueError):
        pass
    return 0, ()


def _has_lost(seen: str) -> bool:
    """Whether a name server does not see its folder any more: it looks from its own namespace, which goes with that of the bridges."""
    try:
        os.stat(seen)
    except FileNotFoundError:
        return True
    except OSError:
        return False  # nobody can tell
    return False


def _usual_command() -> Sequence[str]:
    """As netavark starts one. Raises Failure."""
    places = [os.path.join(place, PROGRAM) for place in PLACES]
    for place in places:
        if os.access(place, os.X_OK):
            return [place, "--config", _folder(), "-p", "53", "run"]
    raise _errors.Failure(f"{PROGRAM} is not there ({', '.join(places)}); install the package {PROGRAM}.")


def _end(server: Server) -> None:
    """End it, and wait until it is gone: one that is there is told of new containers, and none is started."""
    end = time.monotonic() + KILL_SECONDS
    with contextlib.suppress(ProcessLookupError):
        os.kill(server.process, signal.SIGKILL)
        while time.monotonic() < end:
            os.kill(server.process, 0)
            time.sleep(PAUSE_SECONDS)
