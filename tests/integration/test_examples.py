# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the documentation of a module or filter runs, in the order in which it is written.

A plugin's examples are one play on a host where none of their accounts exists beforehand. Only for filters, whose examples
are not about accounts, they are made.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml
from support.playbook import play_tasks

PLUGINS = Path(__file__).parents[2] / "plugins"
DOCUMENTED = sorted(path for kind in ("modules", "filter") for path in (PLUGINS / kind).glob("[!_]*.py"))


def examples(path):
    """The tasks in a plugin's EXAMPLES."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "EXAMPLES":
            return yaml.safe_load(node.value.value) or []
    return []


@pytest.fixture
def tidy(host):
    """Takes away the accounts that examples make."""
    names = "getent passwd | cut -d : -f 1 | sort"
    before = host.run(names).split()
    yield
    for name in set(host.run(names).split()) - set(before):
        host.remove_account(name)


@pytest.mark.parametrize("path", DOCUMENTED, ids=lambda path: path.stem)
@pytest.mark.usefixtures("tidy")
def test_examples(path, host):
    tasks = examples(path)
    assert tasks, f"{path.stem} has no examples"
    if path.parent.name == "filter":
        for name in {
            arguments["user"] for task in tasks for arguments in task.values() if "user" in (arguments or ())
        }:
            host.good("user", name=name)
    play_tasks(host, tasks)
