# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making several containers of which some need others: in which order, and by which names (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _errors, _plan

NAMESPACES = ("netns", "pidns", "ipcns", "utsns", "userns", "cgroupns")


def _needs(body: Mapping[str, Any]) -> list[str]:
    """Names of the containers that a create body requires or shares a namespace with."""
    shared = [body[key].get("value") for key in NAMESPACES if body.get(key, {}).get("nsmode") == "container"]
    return [*body.get("dependencyContainers", []), *shared]


def resolved(body: Mapping[str, Any], made: Mapping[str, str]) -> dict[str, Any]:
    """The body with the names of containers that this run makes anew turned into their IDs: names still lead to the old."""
    whole = dict(body)
    if "dependencyContainers" in body:
        whole["dependencyContainers"] = [made.get(name, name) for name in body["dependencyContainers"]]
    for key in NAMESPACES:
        if body.get(key, {}).get("nsmode") == "container":
            whole[key] = dict(body[key], value=made.get(body[key]["value"], body[key]["value"]))
    return whole


def shared_network(step: _plan.Step) -> str:
    """What a container that is started shares with others: its pod's network, that of the account's bridges, or none."""
    body = step.work.get("body") or {}
    return f"pod {body['pod']}" if body.get("pod") else str((body.get("netns") or {}).get("nsmode") or "")


def batches(steps: list[_plan.Step]) -> list[list[_plan.Step]]:
    """The steps in batches, each of which only needs what the ones before it make. Raises Failure for a circle."""
    left = {step.name: step for step in steps}
    found = []
    while left:
        ready = [
            step for step in left.values() if not any(name in left for name in _needs(step.work["body"]))
        ]
        if not ready:
            raise _errors.Failure(
                f"requires: {', '.join(sorted(left))} require each other in a circle; take one requirement out."
            )
        found.append(ready)
        for step in ready:
            del left[step.name]
    return found
