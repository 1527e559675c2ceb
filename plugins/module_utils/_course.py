# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""In which order containers and pods start, and what each of them waits for (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from . import _plan

# What a container can have to be before another one starts.
STARTED, HEALTHY, COMPLETED = "started", "healthy", "completed"


@dataclasses.dataclass(frozen=True)
class Course:
    """The order of one plan; without anything in it everything starts together.

    ``stages`` has a number for each name of a container or pod: a stage begins when the one before has proved itself.
    ``needs`` says for a name on which containers it depends, and what these have to be. ``once`` are those that run to
    their end. ``waits`` says whether, and for how many seconds, a container is waited for.
    """

    stages: Mapping[str, int] = dataclasses.field(default_factory=dict)
    needs: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    once: frozenset[str] = frozenset()
    waits: Mapping[str, tuple[bool, float]] = dataclasses.field(default_factory=dict)

    def split(self, steps: list[_plan.Step]) -> list[list[_plan.Step]]:
        """The steps of each stage, in order."""
        numbers = sorted({self._stage(step) for step in steps})
        return [[step for step in steps if self._stage(step) == number] for number in numbers]

    def _stage(self, step: _plan.Step) -> int:
        return self.stages.get(step.name, 0)

    def awaited(self, steps: list[_plan.Step]) -> list[tuple[str, str, str]]:
        """What these steps depend on and that has to be looked at: who, condition, and who depends on it."""
        return sorted(
            (name, condition, step.name)
            for step in steps
            for name, condition in self.needs.get(step.name, {}).items()
            if condition != STARTED
        )
