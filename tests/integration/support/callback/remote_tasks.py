# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counts what a run asks of its hosts: every module that ran there, each turn of a loop for itself, by role."""

from __future__ import annotations

from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: remote_tasks
type: aggregate
short_description: counts remote tasks by role
description: [Prints a line for each role at the end of a run.]
"""

# What happens on the controller alone.
HERE = {
    "add_host", "assert", "debug", "fail", "group_by", "import_playbook", "import_role", "import_tasks", "include_role", "include_tasks",
    "include_vars", "meta", "set_fact", "validate_argument_spec",
}  # fmt: skip


class CallbackModule(CallbackBase):
    """The callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "remote_tasks"

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}

    def _count(self, result: Any) -> None:
        task = getattr(result, "task", None) or result._task
        if task.action.rpartition(".")[2] in HERE or task.delegate_to:
            return
        role = task._role.get_name() if task._role else "play"
        self.counts[role] = self.counts.get(role, 0) + 1

    def v2_runner_on_ok(self, result: Any) -> None:
        """A task; one with a loop has been counted turn by turn."""
        task = getattr(result, "task", None) or result._task
        if not task.loop:
            self._count(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """As one that went well."""
        self.v2_runner_on_ok(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        """One turn of a loop."""
        self._count(result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """The line that tests look for."""
        for role, count in sorted(self.counts.items()):
            self._display.display(f"remote tasks of {role}: {count}")
