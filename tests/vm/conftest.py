# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host with a kernel of its own, where limits are real. KEEP_HOSTS=1 leaves it running; RELEASE=forky takes another generation."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from support.host import Host
from support.playbook import play_tasks
from support.prepare import prepare
from support.testbed import Testbed
from support.walk import ready

# The kernel has weights of block devices only with this scheduler.
WEIGHTS = "modprobe bfq && echo bfq > /sys/block/vda/queue/scheduler"


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    """The host after the role rootless_host, which delegates the controllers; an account that has been told nothing about them."""
    bed = Testbed()
    try:
        release = os.environ.get("RELEASE", "trixie")
        name = "vm" if release == "trixie" else f"vm-{release}"
        host = prepare(bed.up(name, "--vm", "--release", release))
        host.run(WEIGHTS)
        play_tasks(host, [{"ansible.builtin.include_role": {"name": "rootless.podman.rootless_host"}}])
        ready(host)
        yield host
    finally:
        bed.close()
