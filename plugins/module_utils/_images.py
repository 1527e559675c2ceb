# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of images: into the account's store, then their further names, a registry, a file; and out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._engine import Engine, name_in_path
from ._errors import EngineError, Failure
from ._image_archive import FORMATS, load_steps, refuse_place, save_steps, tag
from ._image_build import build_steps
from ._image_names import Reference, parse_name, parse_platform
from ._image_pull import pull_steps
from ._image_push import destination_of, push_steps
from ._module import Task
from ._plan import CHANGED, DECLARED, Reason, Step, outcome
from ._pull import KIND, POLICIES, SHORT, find, present, refuse_retries
from ._resources.image import TABLE

ACCESS: dict[str, dict[str, Any]] = {
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "tls_verify": {"type": "bool", "aliases": ["validate_certs"]},
}
# The options of an image, in a task of its own and in an app.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "pull": {"type": "str", "choices": list(POLICIES), "default": "missing"},
    "platform": {"type": "str"},
    "os": {"type": "str"},
    "arch": {"type": "str"},
    "variant": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "archive": {"type": "path", "aliases": ["load"]},
    "build": {
        "type": "dict",
        "options": {
            "path": {"type": "path"},
            "src": {"type": "path"},
            "context": {"type": "str"},
            "containerfile": {"type": "str"},
            "file": {"type": "str"},
            **TABLE.argument_spec(),
        },
        "mutually_exclusive": [("path", "src"), ("containerfile", "file")],
        "required_one_of": [("path", "src", "context", "containerfile")],
    },
    "tag": {"type": "list", "elements": "str", "aliases": ["tags"]},
    "save": {
        "type": "dict",
        "options": {
            "path": {"type": "path", "required": True},
            "format": {"type": "str", "choices": list(FORMATS), "default": FORMATS[0]},
        },
    },
    "push": {
        "type": "dict",
        "options": {"destination": {"type": "str"}, **ACCESS},
        "required_together": [("username", "password")],
    },
    **ACCESS,
    "retry": {"type": "int"},
    "retry_delay": {"type": "str"},
}
CONSTRAINTS: dict[str, Any] = {
    "mutually_exclusive": [
        ("build", "archive"),
        ("platform", "os"),
        ("platform", "arch"),
        ("platform", "variant"),
    ],
    "required_together": [("username", "password")],
}


def travel(task: Task, engine: Engine, key: bytes) -> dict[str, Any]:
    """Bring one image to what the task declares; return the task's result."""
    params = task.params
    reference = parse_name(str(params["name"]))
    tags = [_further(str(each)) for each in params.get("tag") or []]
    platform = parse_platform(params)
    refuse_retries(params, engine)
    if params["state"] == "absent":
        return outcome(_absent(task, engine, [reference, *tags]))
    # What cannot end well does not begin.
    if params.get("save"):
        refuse_place(params["save"])
    if params.get("push"):
        destination_of(params["push"], reference)
    there = present(engine, reference)
    if params.get("build"):
        steps = build_steps(task, engine, key, reference, platform, there)
    elif params.get("archive"):
        steps = load_steps(task, engine, reference, there)
    else:
        steps = pull_steps(task, engine, reference, platform, there)
    anew = bool(steps)
    if anew and not task.check:
        there = present(engine, reference)
    steps += _tag_steps(task, engine, tags, reference, there, anew)
    if params.get("save"):
        steps += save_steps(task, engine, reference, there, anew)
    if params.get("push"):
        steps += push_steps(task, engine, reference, there, anew)
    result = outcome(steps)
    result[KIND] = _public(present(engine, reference) if steps and not task.check else there)
    return result


def _further(name: str) -> Reference:
    reference = parse_name(name, "tag")
    if reference.digest or not reference.host:
        raise Failure(
            f"tag: {name!r} was given, and a whole name without a digest, such as localhost/shop:1, is needed."
        )
    return reference


def _tag_steps(
    task: Task, engine: Engine, tags: list[Reference], reference: Reference,
    there: Mapping[str, Any] | None, anew: bool,
) -> list[Step]:  # fmt: skip
    """Further names of the image. Others that it has stay; one of another image moves to this."""
    steps = []
    for each in tags:
        found = find(engine, each.text)
        if not anew and found and there and found.get("Id") == there.get("Id"):
            continue
        before = str(found["Id"])[:SHORT] if found else None
        # What a name leads to from now on is only known where the image itself stays.
        after = None if anew or not there else str(there["Id"])[:SHORT]
        if not task.check:
            tag(engine, reference.text, each)
        reason = Reason("tag", CHANGED if found else DECLARED, before, after)
        steps.append(Step("tag", KIND, each.text, (reason,)))
    return steps


def _absent(task: Task, engine: Engine, names: list[Reference]) -> list[Step]:
    steps = [Step("remove", KIND, each.text) for each in names if present(engine, each)]
    for step in steps:
        if not task.check:
            _remove(engine, step.name, bool(task.params["force"]))
    return steps


def _remove(engine: Engine, name: str, force: bool) -> None:
    try:
        engine.write("DELETE", f"images/{name_in_path(name)}", {"force": force})
    except EngineError as error:
        if error.status == 404:
            return
        if error.status == 409:
            raise Failure(
                f"image {name}: containers use it ({error.cause}); remove them first, or set force: true to remove them with it."
            ) from error
        raise


def _public(found: Mapping[str, Any] | None) -> dict[str, Any]:
    if not found:
        return {}
    return {
        "id": found.get("Id"),
        "digest": found.get("Digest"),
        "names": found.get("RepoTags") or [],
        "architecture": found.get("Architecture"),
        "os": found.get("Os"),
        "size": found.get("Size"),
        "created": found.get("Created"),
    }
