# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the releases of an app lie: files of root, or of the account when the task runs as it. Never used by a child of root's."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from typing import Any

from .. import _account, _errors, _journal
from . import release

ROOTS = "/var/lib/rootless.podman/releases"
OWN = f"{_journal.PLACE}/rootless.podman.releases"
CURRENT = "current.json"
_NUMBER = re.compile(r"([1-9][0-9]{0,8})\.json")


class Shelf:
    """The releases of one app of one account."""

    def __init__(self, app: str, user: str, account: _account.Account | None) -> None:
        """``account`` is the one that runs the task, None for root."""
        parent = ROOTS if account is None else os.path.join(account.home, OWN)
        # An app's name has no @, so no two apps of two accounts share a folder.
        self.folder = os.path.join(parent, app if app == user else f"{app}@{user}")

    def releases(self) -> dict[int, release.Release]:
        """All that are kept, by number. Raises Failure when the folder cannot be read."""
        found: dict[int, release.Release] = {}
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return found
        except OSError as error:
            raise _refused(error) from error
        for name in names:
            number = _NUMBER.fullmatch(name)
            told = release.parsed(self._read(name)) if number else None
            if number and told is not None and told.number == int(number.group(1)):
                found[told.number] = told
        return found

    def current(self, releases: Mapping[int, release.Release]) -> int | None:
        """The number of the release that the app is at; the newest when it is not noted."""
        told = self._read(CURRENT)
        number = told.get("current") if isinstance(told, dict) else None
        return number if number in releases else max(releases, default=None)

    def keep(self, new: release.Release, keep: int) -> None:
        """Write a release, note that it is the current one, and let go of the oldest."""
        try:
            self._make()
            self._write(f"{new.number}.json", new.printed())
        except OSError as error:
            raise _refused(error) from error
        self.go_to(new.number)
        for number in release.gone(self.releases(), new.number, keep):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(self.folder, f"{number}.json"))

    def go_to(self, number: int) -> None:
        """Note which release is the current one."""
        try:
            self._write(CURRENT, {"current": number})
        except OSError as error:
            raise _refused(error) from error

    def forget(self) -> None:
        """The app goes with its data, and so do its releases."""
        if os.path.isdir(self.folder):
            shutil.rmtree(self.folder)

    def _make(self) -> None:
        parent = os.path.dirname(self.folder)
        os.makedirs(parent, mode=0o700, exist_ok=True)
        for each in (parent, self.folder):
            os.makedirs(each, mode=0o700, exist_ok=True)
            os.chmod(each, 0o700)

    def _read(self, name: str) -> Any:
        try:
            with open(os.open(os.path.join(self.folder, name), os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                return json.load(file)
        except (OSError, ValueError, RecursionError):
            return None

    def _write(self, name: str, told: Mapping[str, Any]) -> None:
        """Whole or not at all, and on the disk when this returns."""
        path = os.path.join(self.folder, name)
        draft = path + ".draft"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, path)
        opened = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _refused(error: OSError) -> _errors.Failure:
    return _errors.Failure(
        f"releases: {error.filename} cannot be used ({error.strerror or error}); the app is as declared, and its release is not kept."
    )
