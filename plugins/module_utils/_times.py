# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long each step of a plan took, and which one failed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from . import _errors, _plan


class Times:
    """Seconds by kind, name and action; a step that is taken in several parts adds up."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, str, str], float] = {}

    @contextlib.contextmanager
    def of(self, step: _plan.Step) -> Iterator[None]:
        """What is done inside belongs to the step. A failure learns which step it is about."""
        begun = time.monotonic()
        try:
            yield
        except _errors.Failure as failure:
            failure.facts.setdefault("step", {"action": step.action, "kind": step.kind, "name": step.name})
            raise
        finally:
            self.add(step, time.monotonic() - begun)

    def add(self, step: _plan.Step, seconds: float) -> None:
        """Count time that a step took."""
        key = (step.kind, step.name, step.action)
        self.spent[key] = self.spent.get(key, 0.0) + seconds

    def seconds(self, kind: str, name: str, action: str) -> float:
        """What a step took, to the millisecond; 0 for one that was not taken."""
        return round(self.spent.get((kind, name, action), 0.0), 3)
