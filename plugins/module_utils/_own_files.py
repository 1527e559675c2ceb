# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a file in whose place an account can put what it likes: a link, a pipe that nobody writes to, an endless text."""

from __future__ import annotations

import errno
import os
import stat


def read(path: str, limit: int) -> bytes:
    """Up to ``limit`` bytes of a regular file. Raises OSError for anything else, and never waits."""
    # Opening a pipe waits for its other end, unless told otherwise.
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", path)
        return file.read(limit)
