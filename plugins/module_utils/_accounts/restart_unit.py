# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Podman's own unit for the start of containers at boot lacks: patience with one that does not start.

podman-restart.service starts them all by one command. When one of them fails (its port is taken, a mount is missing),
the command fails, systemd counts the unit as failed, and ends everything that was started below it: the monitors and
network helpers of all other containers. A drop-in of the account has systemd take that exit for a success.
"""

from __future__ import annotations

import contextlib
import os

from .. import _account, _own_files

UNIT = "podman-restart.service"
TEXT = """\
# Written by rootless.podman.user. One container that does not start must not end the network of all others.
[Service]
SuccessExitStatus=125
"""


def is_patient(account: _account.Account) -> bool:
    """Whether the account's unit has the drop-in."""
    return bool(_account.call_as(account, _read, _place(account)) == TEXT)


def make_patient(account: _account.Account) -> None:
    """Write the drop-in as the account. A manager that runs has to read its units again to know of it."""
    _account.call_as(account, _write, _place(account))


def _place(account: _account.Account) -> str:
    return os.path.join(account.home, ".config/systemd/user", f"{UNIT}.d", "rootless-podman.conf")


def _read(place: str) -> str:
    with contextlib.suppress(OSError, ValueError):
        return _own_files.read(place, len(TEXT) + 1).decode()
    return ""


def _write(place: str) -> None:
    os.makedirs(os.path.dirname(place), mode=0o755, exist_ok=True)
    draft = f"{place}.{os.getpid()}"
    with open(draft, "w", encoding="utf-8") as file:
        file.write(TEXT)
    os.replace(draft, place)
