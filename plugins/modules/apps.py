#!/usr/bin/python
# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.rootless.podman.plugins.module_utils._module import run
from ansible_collections.rootless.podman.plugins.module_utils._apps.task import ARGUMENTS, travel


def main() -> None:
    """Bring all apps of the host to what the task declares."""
    # The invocation is not logged: it holds secrets at places that no argument spec can name.
    run(travel, ARGUMENTS, no_log=True)


if __name__ == "__main__":
    main()
