# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to happen: steps with their reasons, and what Ansible is told of them (pure)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

# Why an option takes part in a step.
DECLARED = "declared"  # the object is new, or was adopted and is not as the task declares
CHANGED = "changed"  # the task says something else than when the object was made
REMOVED = "removed"  # the task said it when the object was made and no longer does
DRIFT = "drift"  # somebody changed it by hand since


@dataclasses.dataclass(frozen=True)
class Reason:
    """One option's part in a step; ``before`` and ``after`` are JSON and hold no secret."""

    option: str
    why: str
    before: Any = None
    after: Any = None

    def public(self) -> dict[str, Any]:
        """The reason as it stands in the task's result."""
        return {"option": self.option, "why": self.why, "before": self.before, "after": self.after}


@dataclasses.dataclass(frozen=True)
class Step:
    """One thing to do to one object.

    ``work`` is what the doer of the step needs (a request body, an object's ID). It never leaves
    the host and never reaches a result, because it may hold secret values.
    """

    action: str
    kind: str
    name: str
    reasons: tuple[Reason, ...] = ()
    work: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)

    def public(self) -> dict[str, Any]:
        """The step as it stands in the task's result."""
        return {
            "action": self.action,
            "kind": self.kind,
            "name": self.name,
            "reasons": [reason.public() for reason in self.reasons],
        }


def outcome(steps: Iterable[Step]) -> dict[str, Any]:
    """The part of a task's result that every module has: ``changed``, ``plan`` and ``diff``."""
    listed = list(steps)
    return {
        "changed": bool(listed),
        "plan": [step.public() for step in listed],
        "diff": diff(listed),
    }


def diff(steps: Iterable[Step]) -> dict[str, str]:
    """Ansible's before and after texts, one line an option, drawn from the plan alone."""
    before: list[str] = []
    after: list[str] = []
    for step in steps:
        head = f"{step.kind} {step.name}:"
        before.append(f"{head} {_BEFORE.get(step.action, 'present')}")
        after.append(f"{head} {_AFTER.get(step.action, 'present')}")
        for reason in step.reasons:
            if reason.before is not None:
                before.append(f"  {reason.option}: {_text(reason.before)}")
            if reason.after is not None:
                after.append(f"  {reason.option}: {_text(reason.after)}")
    return {
        "before": "".join(line + "\n" for line in before),
        "after": "".join(line + "\n" for line in after),
    }


_BEFORE = {
    "create": "absent", "pull": "absent", "build": "absent", "load": "absent",
    "restore": "data moved aside", "tag": "not this image", "save": "not this image", "push": "not this image",
    "start": "stopped", "stop": "running", "restart": "running", "exec": "command not run",
    "start_beside": "the old version alone", "switch": "requests go to the old version",
    "drain": "the old version answers what it has", "retire": "the old version is there", "reload": "another configuration",
}  # fmt: skip
_AFTER = {
    "remove": "absent",
    "restore": "data in place",
    "tag": "this image",
    "save": "this image",
    "push": "this image",
    "start": "running",
    "stop": "stopped",
    "restart": "running again",
    "exec": "command run",
    "replace": "replaced",
    "start_beside": "a new version beside it",
    "switch": "requests go to the new version",
    "drain": "the old version has none",
    "retire": "the old version is gone",
    "reload": "this configuration",
}


def _text(value: Any) -> str:
    """A value on one line: line breaks in it cannot start another line of the diff."""
    return (
        value
        if isinstance(value, str) and value.isprintable()
        else json.dumps(value, sort_keys=True, default=str)
    )
