# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bridges of an account's networks keep their hardware address while containers come and go. Used as the account.

A bridge has the lowest address of all that is plugged into it, and netavark before 1.9 leaves it at that. A container that starts or ends may
so change it, and then those that run reach neither DNS nor whoever asks them over a published port, until they look for the bridge
anew: some 20 seconds later (netavark's pull request 833). An address that was set once stays, also when it is the one that it had.
"""

from __future__ import annotations

import contextlib
import os
import subprocess

# A Podman that comes with a netavark that is new enough, whatever the distribution.
NEEDLESS_SINCE = "5.0"
# Where Podman before that has the namespace of all bridges.
FOLDER, NAMESPACE = "netns", "rootless-netns-"
_SECONDS = 30
_SET = (
    "ip -o link show type bridge | while read -r _number name rest; do "
    'address=${rest##*link/ether }; ip link set dev "${name%:}" address "${address%% *}"; done'
)


def hold() -> None:
    """Set the addresses that the bridges have; nothing where there are none, or where Podman sees to it."""
    if not _are_there():
        return
    # What goes wrong here is as it was without: Podman says itself what is wrong with its namespace.
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(  # pylint: disable=ansible-bad-function
            ["podman", "unshare", "--rootless-netns", "sh", "-c", _SET],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )


def _are_there() -> bool:
    try:
        names = os.listdir(os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), FOLDER))
    except OSError:
        return False
    return any(name.startswith(NAMESPACE) for name in names)
