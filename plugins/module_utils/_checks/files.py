# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files and folders of the host, looked at without ever failing (I/O, read only)."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from typing import Any

# Bytes that are read at a time.
PORTION = 1 << 20


def read(path: str) -> str:
    """A file's text, empty where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def described(path: str) -> dict[str, Any]:
    """``{sha256, mode, uid, gid}`` of what is at ``path``, links not followed; ``{}`` where nothing is.

    ``mode`` has four octal digits. ``sha256`` is empty for what is no regular file, and for what this process may not read.
    """
    try:
        told = os.lstat(path)
    except OSError:
        return {}
    digest = _sha256(path) if stat.S_ISREG(told.st_mode) else ""
    return {
        "sha256": digest,
        "mode": f"{stat.S_IMODE(told.st_mode):04o}",
        "uid": told.st_uid,
        "gid": told.st_gid,
    }


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    try:
        for portion in _portions(path):
            digest.update(portion)
    except OSError:
        return ""
    return digest.hexdigest()


def _portions(path: str) -> Iterator[bytes]:
    # Whoever owns the folder may put a link or a pipe there between the look and this.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is no regular file any more")
        while True:
            portion = file.read(PORTION)
            if not portion:
                return
            yield portion


def free_space(folder: str) -> tuple[int, int]:
    """Free bytes and inodes for an account in ``folder``; -1 for what is not known or not counted."""
    try:
        told = os.statvfs(folder)
    except OSError:
        return -1, -1
    return told.f_bavail * told.f_frsize, told.f_favail if told.f_files else -1
