# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers in units of systemd, on the Podman of each release that has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.playbook import play_tasks
from support.prepare import BUSYBOX, prepare

CASES = Path(__file__).parents[1] / "integration" / "targets" / "container" / "tasks" / "runtime.yml"
PLACE = {
    "XDG_RUNTIME_DIR": "{{ account.runtime_dir }}",
    "DBUS_SESSION_BUS_ADDRESS": "unix:path={{ account.runtime_dir }}/bus",
}


@pytest.mark.parametrize("release", ["trixie", "forky"])
def test_container_units(release, testbed):
    host = prepare(testbed.up("it" if release == "trixie" else f"it-{release}", "--release", release))
    tasks = [
        {"name": "An account", "rootless.podman.user": {"name": "it-container"}, "register": "account"},
        {"name": "Each case", "ansible.builtin.include_tasks": str(CASES)},
    ]
    try:
        # Podman changes a health check in place from 5.5 on.
        play_tasks(host, tasks, busybox=BUSYBOX, place=PLACE, in_place=release == "forky")
    finally:
        host.remove_account("it-container")
