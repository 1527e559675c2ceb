# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of images: into the account's store, then their further names, a registry, a file; and out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import (
    _engine,
    _errors,
    _image_archive,
    _image_build,
    _image_names,
    _image_pull,
    _image_push,
    _module,
    _plan,
    _pull,
)
from ._resources import image

ACCESS: dict[str, dict[str, Any]] = {
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "tls_verify": {"type": "bool", "aliases": ["validate_certs"]},
}
# The options of an image, in a task of its own and in an app.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "pull": {"type": "str", "choices": list(_pull.POLICIES), "default": "missing"},
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
            **image.TABLE.argument_spec(),
        },
        "mutually_exclusive": [("path", "src"), ("containerfile", "file")],
        "required_one_of": [("path", "src", "context", "containerfile")],
    },
    "tag": {"type": "list", "elements": "str", "aliases": ["tags"]},
    "save": {
        "type": "dict",
        "options": {
            "path": {"type": "path", "required": True},
            "format": {
                "type": "str",
                "choices": list(_image_archive.FORMATS),
                "default": _image_archive.FORMATS[0],
            },
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


def travel(task: _module.Task, engine: _engine.Engine, key: bytes) -> dict[str, Any]:
    """Bring one image to what the task declares; return the task's result."""
    params = task.params
    reference = _image_names.parse_name(str(params["name"]))
    tags = [_further(str(each)) for each in params.get("tag") or []]
    platform = _image_names.parse_platform(params)
    _pull.refuse_retries(params, engine)
    if params["state"] == "absent":
        return _plan.outcome(_absent(task, engine, [reference, *tags]))
    # What cannot end well does not begin.
    if params.get("save"):
        _image_archive.refuse_place(params["save"])
    if params.get("push"):
        _image_push.destination_of(params["push"], reference)
    there = _pull.present(engine, reference)
    if params.get("build"):
        steps = _image_build.build_steps(task, engine, key, reference, platform, there)
    elif params.get("archive"):
        steps = _image_archive.load_steps(task, engine, reference, there)
    else:
        steps = _image_pull.pull_steps(task, engine, reference, platform, there)
    anew = bool(steps)
    if anew and not task.check:
        there = _pull.present(engine, reference)
    steps += _tag_steps(task, engine, tags, reference, there, anew)
    if params.get("save"):
        steps += _image_archive.save_steps(task, engine, reference, there, anew)
    if params.get("push"):
        steps += _image_push.push_steps(task, engine, reference, there, anew)
    result = _plan.outcome(steps)
    result[_pull.KIND] = _public(_pull.present(engine, reference) if steps and not task.check else there)
    return result


def _further(name: str) -> _image_names.Reference:
    reference = _image_names.parse_name(name, "tag")
    if reference.digest or not reference.host:
        raise _errors.Failure(
            f"tag: {name!r} was given, and a whole name without a digest, such as localhost/shop:1, is needed."
        )
    return reference


def _tag_steps(
    task: _module.Task, engine: _engine.Engine, tags: list[_image_names.Reference], reference: _image_names.Reference,
    there: Mapping[str, Any] | None, anew: bool,
) -> list[_plan.Step]:  # fmt: skip
    """Further names of the image. Others that it has stay; one of another image moves to this."""
    steps = []
    for each in tags:
        found = _pull.find(engine, each.text)
        if not anew and found and there and found.get("Id") == there.get("Id"):
            continue
        before = str(found["Id"])[: _pull.SHORT] if found else None
        # What a name leads to from now on is only known where the image itself stays.
        after = None if anew or not there else str(there["Id"])[: _pull.SHORT]
        if not task.check:
            _image_archive.tag(engine, reference.text, each)
        reason = _plan.Reason("tag", _plan.CHANGED if found else _plan.DECLARED, before, after)
        steps.append(_plan.Step("tag", _pull.KIND, each.text, (reason,)))
    return steps


def _absent(
    task: _module.Task, engine: _engine.Engine, names: list[_image_names.Reference]
) -> list[_plan.Step]:
    steps = [_plan.Step("remove", _pull.KIND, each.text) for each in names if _pull.present(engine, each)]
    for step in steps:
        if not task.check:
            _remove(engine, step.name, bool(task.params["force"]))
    return steps


def _remove(engine: _engine.Engine, name: str, force: bool) -> None:
    try:
        engine.write("DELETE", f"images/{_engine.name_in_path(name)}", {"force": force})
    except _errors.EngineError as error:
        if error.status == 404:
            return
        if error.status == 409:
            raise _errors.Failure(
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
