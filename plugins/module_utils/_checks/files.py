# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files and folders of the host, looked at without ever failing (I/O, read only)."""

from __future__ import annotations

import os


def read(path: str) -> str:
    """A file's text, empty where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def free_space(folder: str) -> tuple[int, int]:
    """Free bytes and inodes for an account in ``folder``; -1 for what is not known or not counted."""
    try:
        told = os.statvfs(folder)
    except OSError:
        return -1, -1
    return told.f_bavail * told.f_frsize, told.f_favail if told.f_files else -1
