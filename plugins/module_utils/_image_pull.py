# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images from a registry: pulled by policy, foretold by asking the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _engine, _errors, _image_names, _module, _plan, _pull, _registry


def pull_steps(
    task: _module.Task,
    engine: _engine.Engine,
    reference: _image_names.Reference,
    platform: _image_names.Platform,
    there: Mapping[str, Any] | None,
) -> list[_plan.Step]:
    """Bring an image from its registry to the host; what was done, or would be."""
    name, policy = reference.text, "always" if task.params["force"] else str(task.params["pull"])
    other = _image_names.foreign(there, platform)
    # What a digest names is the same for ever.
    if there and not other and (policy in ("missing", "never") or reference.digest):
        return []
    if policy == "never":
        found = (
            f"on the host for {other[0].before}, not for {other[0].after}," if other else "not on the host,"
        )
        raise _errors.Failure(
            f"name: image {name} is {found} and pull: never forbids to fetch it; load or build it, or choose another policy."
        )
    if task.check:
        if not there:
            # What is to pull it may be made by an earlier task of the same run, a login say.
            return [_plan.Step("pull", _pull.KIND, name)]
        if other:
            moved(task, engine, reference, platform, "always", there)
            return [_plan.Step("pull", _pull.KIND, name, other)]
        held = moved(task, engine, reference, platform, policy, there)
        return [_plan.Step("pull", _pull.KIND, name, (_id_reason(there, held.identity),))] if held else []
    # Asked for by its digest, Podman 4.3 would take the nameless image for the one that is meant.
    _pull.pull(engine, name, "always" if reference.digest else policy, {**task.params, "platform": platform})
    now = _pull.present(engine, reference) or {}
    wrong = _image_names.foreign(now, platform)
    if wrong:
        raise _errors.Failure(
            f"{wrong[0].option}: the registry has image {name} for {wrong[0].before} alone, and {wrong[0].after} is needed; "
            "name an image that is made for it."
        )
    if there and now.get("Id") == there.get("Id"):
        return []
    # What comes with a first pull cannot be foretold, so it is no reason either.
    reasons = other or ((_id_reason(there, str(now.get("Id"))),) if there else ())
    return [_plan.Step("pull", _pull.KIND, name, reasons)]


def _id_reason(there: Mapping[str, Any], identity: str) -> _plan.Reason:
    return _plan.Reason("id", _plan.CHANGED, str(there["Id"])[: _pull.SHORT], identity[: _pull.SHORT])


def moved(
    task: _module.Task,
    engine: _engine.Engine,
    reference: _image_names.Reference,
    platform: _image_names.Platform,
    policy: str,
    there: Mapping[str, Any],
) -> _registry.Held | None:
    """What a pull would bring in place of what is there, None for nothing. Raises EngineError where the pull would fail."""
    name = reference.text
    try:
        held = _registry.ask(engine, reference, platform, _pull.Access.of(task.params))
    except _errors.EngineError as error:
        if policy == "newer":  # content with what is there
            return None
        raise _pull.about(name, error) from error
    if held is None:
        if policy == "newer":
            return None
        raise _errors.EngineError(
            f"image {name}: the registry has no such image, or none for {_image_names.print_platform(platform) or 'this host'}; "
            "look for a name or tag that it has."
        )
    return None if held.same(there) else held
