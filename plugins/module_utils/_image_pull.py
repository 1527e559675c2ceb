# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images from a registry: pulled by policy, foretold by asking the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._engine import Engine
from ._errors import EngineError, Failure
from ._image_names import Platform, Reference, foreign, print_platform
from ._module import Task
from ._plan import CHANGED, Reason, Step
from ._pull import KIND, SHORT, Access, about, present, pull
from ._registry import Held, ask


def pull_steps(
    task: Task, engine: Engine, reference: Reference, platform: Platform, there: Mapping[str, Any] | None
) -> list[Step]:
    """Bring an image from its registry to the host; what was done, or would be."""
    name, policy = reference.text, "always" if task.params["force"] else str(task.params["pull"])
    other = foreign(there, platform)
    # What a digest names is the same for ever.
    if there and not other and (policy in ("missing", "never") or reference.digest):
        return []
    if policy == "never":
        found = (
            f"on the host for {other[0].before}, not for {other[0].after}," if other else "not on the host,"
        )
        raise Failure(
            f"name: image {name} is {found} and pull: never forbids to fetch it; load or build it, or choose another policy."
        )
    if task.check:
        if not there:
            # What is to pull it may be made by an earlier task of the same run, a login say.
            return [Step("pull", KIND, name)]
        if other:
            moved(task, engine, reference, platform, "always", there)
            return [Step("pull", KIND, name, other)]
        held = moved(task, engine, reference, platform, policy, there)
        return [Step("pull", KIND, name, (_id_reason(there, held.identity),))] if held else []
    # Asked for by its digest, Podman 4.3 would take the nameless image for the one that is meant.
    pull(engine, name, "always" if reference.digest else policy, {**task.params, "platform": platform})
    now = present(engine, reference) or {}
    wrong = foreign(now, platform)
    if wrong:
        raise Failure(
            f"{wrong[0].option}: the registry has image {name} for {wrong[0].before} alone, and {wrong[0].after} is needed; "
            "name an image that is made for it."
        )
    if there and now.get("Id") == there.get("Id"):
        return []
    # What comes with a first pull cannot be foretold, so it is no reason either.
    reasons = other or ((_id_reason(there, str(now.get("Id"))),) if there else ())
    return [Step("pull", KIND, name, reasons)]


def _id_reason(there: Mapping[str, Any], identity: str) -> Reason:
    return Reason("id", CHANGED, str(there["Id"])[:SHORT], identity[:SHORT])


def moved(
    task: Task,
    engine: Engine,
    reference: Reference,
    platform: Platform,
    policy: str,
    there: Mapping[str, Any],
) -> Held | None:
    """What a pull would bring in place of what is there, None for nothing. Raises EngineError where the pull would fail."""
    name = reference.text
    try:
        held = ask(engine, reference, platform, Access.of(task.params))
    except EngineError as error:
        if policy == "newer":  # content with what is there
            return None
        raise about(name, error) from error
    if held is None:
        if policy == "newer":
            return None
        raise EngineError(
            f"image {name}: the registry has no such image, or none for {print_platform(platform) or 'this host'}; "
            "look for a name or tag that it has."
        )
    return None if held.same(there) else held
