# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every target of targets/ as one test.

A target is a folder with tasks/main.yml, which is included into a play on the host with Podman, or with play.yml, a whole
playbook that begins on a bare host of its own. Tasks find the tiny images of support/prepare.py in the variables below, the
version of the host's Podman in ``podman``, and their own folder in ``target``. The account it-NAME is taken away afterwards.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.playbook import play_tasks
from support.prepare import BUSYBOX, HAPROXY, NGINX, OLDER_BUSYBOX

TARGETS = Path(__file__).parent / "targets"
ON_PODMAN = sorted(path.parents[1].name for path in TARGETS.glob("*/tasks/main.yml"))
ON_BARE = sorted(path.parent.name for path in TARGETS.glob("*/play.yml"))
IMAGES = {"busybox": BUSYBOX, "older_busybox": OLDER_BUSYBOX, "nginx": NGINX, "haproxy": HAPROXY}


@pytest.mark.parametrize("name", ON_PODMAN)
def test_target(name, host):
    tasks = TARGETS / name / "tasks" / "main.yml"
    include = {"name": f"Target {name}", "ansible.builtin.include_tasks": str(tasks)}
    podman = host.run("podman --version").split()[-1]
    begun = host.run("date +%s").strip()
    try:
        play_tasks(host, [include], target=str(TARGETS / name), podman=podman, **IMAGES)
        logged = host.run(
            f"journalctl --quiet --since=@{begun} | grep 'ansible-rootless[.]podman.*: Invoked with '"
        ).splitlines()
        # Any value may be a secret: of env, of a command, of what an app declares.
        assert [line for line in logged if "; values not shown: " not in line] == []
        assert logged
    finally:
        host.remove_account(f"it-{name}")


@pytest.mark.parametrize("bare", ON_BARE)
def test_target_on_a_bare_host(bare, bare_play):
    bare_play.result()


def test_every_target_is_run():
    assert {path.name for path in TARGETS.iterdir() if path.is_dir()} == {*ON_PODMAN, *ON_BARE}
