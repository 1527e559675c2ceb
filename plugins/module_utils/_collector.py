# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Python's garbage collector, kept away from what a task has loaded.

Rooms stay loaded until the task ends, so the collector finds nothing in them; and a child that looks through them gets its own copy of
every page that it touches. That was a fifth of the processor time of an unchanged host of ten apps. See ``gc.freeze`` in Python's
documentation, which names this use.
"""

from __future__ import annotations

import gc

from . import _bytecode


def set_aside() -> None:
    """Have the collector leave alone what is there by now, and look at what comes."""
    gc.freeze()
    gc.enable()


if _bytecode.FROM_ARCHIVE:
    # In a task of Ansible's own process, until all rooms are there; ``_module`` sets them aside then.
    gc.disable()
