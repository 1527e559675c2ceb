# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images to a registry: pushed unless it already has this image under this name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import _engine, _errors, _image_names, _module, _plan, _pull, _registry


def push_steps(
    task: _module.Task,
    engine: _engine.Engine,
    reference: _image_names.Reference,
    there: Mapping[str, Any] | None,
    anew: bool,
) -> list[_plan.Step]:
    """Push an image unless the registry has it; ``anew`` says that the image has just become another one."""
    told = task.params["push"]
    destination = destination_of(told, reference)
    access = _pull.Access.of(told)
    reasons: tuple[_plan.Reason, ...] = ()
    if not anew and there:
        held, known = _held(task, engine, destination, there, access)
        if held and held.same(there):
            return []
        before = held.identity[: _pull.SHORT] or held.digest if held else None
        if known:
            reasons = (
                _plan.Reason(
                    "push", _plan.CHANGED if held else _plan.DECLARED, before, str(there["Id"])[: _pull.SHORT]
                ),
            )
    if not task.check:
        query = {
            "destination": destination.text, "tlsVerify": access.tls_verify, "quiet": False,
        }  # fmt: skip
        try:
            engine.stream(
                f"images/{_engine.name_in_path(reference.text)}/push", query, headers=access.headers()
            )
        except _errors.EngineError as error:
            raise _pull.about(destination.text, error) from error
    return [_plan.Step("push", _pull.KIND, destination.text, reasons)]


def destination_of(told: Mapping[str, Any], reference: _image_names.Reference) -> _image_names.Reference:
    """Where an image is pushed to: a registry, a repository and a tag. Raises Failure."""
    option, name = "push.destination", str(told.get("destination") or reference.text)
    destination = _image_names.parse_name(name, option)
    if destination.digest:
        raise _errors.Failure(
            f"{option}: {name!r} was given, and a registry gives digests itself; write a tag instead."
        )
    if not destination.host or not destination.tag:
        missing = "the registry's name" if not destination.host else "a tag"
        raise _errors.Failure(
            f"{option}: {name!r} was given, and {missing} is needed, as in registry.example.com/shop:1."
        )
    if destination.host == "localhost":
        raise _errors.Failure(
            f"{option}: {name!r} was given, and localhost/ names no registry; write where it goes, as in registry.example.com/shop:1."
        )
    return destination


def _held(
    task: _module.Task,
    engine: _engine.Engine,
    destination: _image_names.Reference,
    there: Mapping[str, Any],
    access: _pull.Access,
) -> tuple[_registry.Held | None, bool]:
    """What the registry has under that name for this platform, and whether it could be asked at all."""
    platform = {"OS": str(there.get("Os") or "linux"), "Arch": str(there.get("Architecture") or "")}
    try:
        return _registry.ask(engine, destination, platform, access), True
    except _errors.EngineError as error:
        if task.check:
            task.warn(
                f"push: whether {destination.text} is already what the task declares cannot be told: {error.message}"
            )
        return None, False
