# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images to a registry: pushed unless it already has this image under this name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._engine import Engine, name_in_path
from ._errors import EngineError, Failure
from ._image_names import Reference, parse_name
from ._module import Task
from ._plan import CHANGED, DECLARED, Reason, Step
from ._pull import KIND, SHORT, Access, about
from ._registry import Held, ask


def push_steps(
    task: Task, engine: Engine, reference: Reference, there: Mapping[str, Any] | None, anew: bool
) -> list[Step]:
    """Push an image unless the registry has it; ``anew`` says that the image has just become another one."""
    told = task.params["push"]
    destination = destination_of(told, reference)
    access = Access.of(told)
    reasons: tuple[Reason, ...] = ()
    if not anew and there:
        held, known = _held(task, engine, destination, there, access)
        if held and held.same(there):
            return []
        before = held.identity[:SHORT] or held.digest if held else None
        if known:
            reasons = (Reason("push", CHANGED if held else DECLARED, before, str(there["Id"])[:SHORT]),)
    if not task.check:
        query = {
            "destination": destination.text, "tlsVerify": access.tls_verify, "quiet": False,
        }  # fmt: skip
        try:
            engine.stream(f"images/{name_in_path(reference.text)}/push", query, headers=access.headers())
        except EngineError as error:
            raise about(destination.text, error) from error
    return [Step("push", KIND, destination.text, reasons)]


def destination_of(told: Mapping[str, Any], reference: Reference) -> Reference:
    """Where an image is pushed to: a registry, a repository and a tag. Raises Failure."""
    option, name = "push.destination", str(told.get("destination") or reference.text)
    destination = parse_name(name, option)
    if destination.digest:
        raise Failure(
            f"{option}: {name!r} was given, and a registry gives digests itself; write a tag instead."
        )
    if not destination.host or not destination.tag:
        missing = "the registry's name" if not destination.host else "a tag"
        raise Failure(
            f"{option}: {name!r} was given, and {missing} is needed, as in registry.example.com/shop:1."
        )
    if destination.host == "localhost":
        raise Failure(
            f"{option}: {name!r} was given, and localhost/ names no registry; write where it goes, as in registry.example.com/shop:1."
        )
    return destination


def _held(
    task: Task, engine: Engine, destination: Reference, there: Mapping[str, Any], access: Access
) -> tuple[Held | None, bool]:
    """What the registry has under that name for this platform, and whether it could be asked at all."""
    platform = {"OS": str(there.get("Os") or "linux"), "Arch": str(there.get("Architecture") or "")}
    try:
        return ask(engine, destination, platform, access), True
    except EngineError as error:
        if task.check:
            task.warn(
                f"push: whether {destination.text} is already what the task declares cannot be told: {error.message}"
            )
        return None, False
