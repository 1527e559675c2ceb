# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a killed Podman service leaves in the OCI runtime (crun, runc), whose own memory Podman does not look into."""

from __future__ import annotations

import os
import subprocess

RUNTIMES = ("crun", "runc")


def is_left_behind(cause: str) -> bool:
    """Whether a start was refused because the runtime knows the container already: its service ended between the two."""
    return "already exists" in cause and "OCI runtime" in cause


def forget(runtime: str, identity: str) -> bool:
    """Have the runtime end and forget a container of the account that this process runs as; whether it did."""
    if os.path.basename(runtime) not in RUNTIMES:
        return False
    try:
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            [runtime, "delete", "--force", identity], capture_output=True, cwd="/", timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
