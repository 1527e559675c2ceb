# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes how long each task took, from the controller's view, as one JSON line a task."""

from __future__ import annotations

import json
import os
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: bench_times
type: aggregate
short_description: task times for the benchmark
description: [Appends a line for each task to the file that E(BENCH_TIMES) names.]
"""


class CallbackModule(CallbackBase):
    """From the moment a task is handed to a worker until its result has been taken back."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "bench_times"

    def __init__(self):
        super().__init__()
        self.begun = {}

    def v2_runner_on_start(self, host, task):
        self.begun[task._uuid] = time.monotonic()

    def v2_runner_on_ok(self, result):
        end = time.monotonic()
        begun = self.begun.pop(result._task._uuid, end)
        told = result._result
        line = {
            "task": result._task.get_name(),
            "action": str(result._task.action),
            "begun": begun,
            "ended": end,
            "seconds": end - begun,
            "changed": bool(told.get("changed")),
            "api_calls": told.get("api_calls"),
        }
        with open(os.environ["BENCH_TIMES"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
