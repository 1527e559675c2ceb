# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts and accounts of the integration tests, for proofs that take too long to be among them.

KEEP_HOSTS=1 and RELEASE=... count here as they do there.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from support.fixtures import account, host, old_host, testbed

__all__ = ["account", "host", "old_host", "testbed"]
