# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a later run has to know and Podman does not tell: small files in the account's home. Used as the account."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from typing import Any

from . import _account, _own_files

PLACE = ".local/share/containers"
LIMIT = 1 << 20


class Journal:
    """Notes about one object, such as the containers that a network had before it was made anew."""

    def __init__(self, account: _account.Account, kind: str, name: str) -> None:
        self.path = os.path.join(account.home, PLACE, f"rootless.podman.{kind}.{name}.json")

    def read(self) -> dict[str, Any] | None:
        """The notes of a run that did not come to its end; None for none, and for half a note."""
        try:
            told = json.loads(_own_files.read(self.path, LIMIT))
        except (OSError, ValueError, RecursionError):
            return None
        return told if isinstance(told, dict) else None

    def write(self, notes: Mapping[str, Any]) -> None:
        """Write the notes, whole or not at all, and on the disk when this returns."""
        os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        draft = self.path + ".draft"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        # Never through a link, never into a file that is there already.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:
            json.dump(notes, file)
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, self.path)

    def forget(self) -> None:
        """All that was noted is done."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)


def connections(account: _account.Account, network: str) -> Journal:
    """Where it is noted which containers joined a network through the network's own task."""
    return Journal(account, "connected", network)


def connected(account: _account.Account, network: str) -> set[str]:
    """The IDs of those containers."""
    told = (connections(account, network).read() or {}).get("containers")
    return {each for each in told if isinstance(each, str)} if isinstance(told, list) else set()
