# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The network helpers (pasta) of the account that this process runs as: what a killed Podman service leaves of them.

Podman 4 has slirp4netns in its place, which ends with its container.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable

# What Podman says of the namespace that bridges share when it was killed while it built that.
HALF_BUILT = "rootless netns"


def ownerless_pastas(known: Iterable[str]) -> set[int]:
    """Process ids of the helpers that serve none of the ``known`` network namespaces (paths), nor the one that bridges share."""
    served = {os.path.basename(path) for path in known}
    return {
        process
        for process, namespace in _pastas().items()
        if namespace.startswith("netns-") and namespace not in served
    }


def end_pastas(processes: Iterable[int]) -> bool:
    """End these helpers; whether there was any."""
    ended = False
    for process in processes:
        os.kill(process, signal.SIGKILL)
        ended = True
    return ended


def end_rootless_netns() -> bool:
    """End the helper that keeps a half-built rootless network namespace; Podman 5 then builds it anew.

    Podman 4 has no such process to end: False, and the caller names the cure.
    """
    return end_pastas(
        process for process, namespace in _pastas().items() if namespace.startswith("rootless-netns")
    )


def _pastas() -> dict[int, str]:
    """Our own pasta processes: process id to the last part of the network namespace's path."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        arguments = _arguments(entry)
        if arguments and os.path.basename(arguments[0]).startswith("pasta") and "--netns" in arguments[:-1]:
            found[int(entry)] = os.path.basename(arguments[arguments.index("--netns") + 1])
    return found


def _arguments(process: str) -> list[str] | None:
    """The arguments of one of our own processes, None for anybody else's."""
    try:
        if os.stat(f"/proc/{process}").st_uid != os.geteuid():
            return None
        with open(f"/proc/{process}/cmdline", "rb") as file:
            return file.read().decode("utf-8", "replace").split("\0")
    except OSError:
        return None
