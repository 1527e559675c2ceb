# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of images: pull, build, load, remove."""

from __future__ import annotations

import base64
import json
import os
import tarfile
from collections.abc import Mapping
from typing import Any

from . import _record
from ._context import DAMAGED, Context, describe
from ._engine import Engine, name_in_path
from ._errors import EngineError, Failure
from ._module import Task
from ._plan import CHANGED, DECLARED, Reason, Step, outcome
from ._values import Pairs

KIND = "image"
POLICIES = ("missing", "always", "newer", "never")
# Podman's API, unlike its command line, else runs every step in the host's network, where 127.0.0.1 is that of all accounts.
OWN_NETWORK = {
    "networkmode": "NetworkEnabled",
    "nsoptions": json.dumps([{"Name": "network", "Host": False, "Path": ""}]),
}


def travel(task: Task, engine: Engine, key: bytes) -> dict[str, Any]:
    """Bring one image to what the task declares; return the task's result."""
    params = task.params
    name = str(params["name"])
    if (
        not name
        or any(letter.isspace() or not letter.isprintable() for letter in name)
        or name != name.strip("/:@")
    ):
        raise Failure(
            f"name: {name!r} was given, and an image such as docker.io/library/nginx:1.27 is needed."
        )
    there = find(engine, name)
    if params["state"] == "absent":
        steps = [Step("remove", KIND, name)] if there else []
        if steps and not task.check:
            _remove(engine, name, bool(params["force"]))
        return outcome(steps)
    if params.get("build"):
        steps = _build(task, engine, key, name, there)
    elif params.get("archive"):
        steps = _load(task, engine, name, there)
    else:
        steps = _pull(task, engine, name, there)
    result = outcome(steps)
    result[KIND] = _public(find(engine, name))
    return result


def find(engine: Engine, name: str) -> Mapping[str, Any] | None:
    """What inspect shows of an image, None when it is not on the host."""
    found: Mapping[str, Any] | None = engine.find(f"images/{name_in_path(name)}/json")
    return found


def pull(engine: Engine, name: str, policy: str, params: Mapping[str, Any] | None = None) -> None:
    """Pull an image by policy. Raises EngineError.

    ``params`` may hold username, password, tls_verify, retry, retry_delay, and platform as the API names it (OS, Arch, Variant).
    """
    given = params or {}
    headers = None
    if given.get("username"):
        login = json.dumps({"username": given["username"], "password": given.get("password") or ""})
        headers = {"X-Registry-Auth": base64.urlsafe_b64encode(login.encode()).decode()}
    query = {
        "reference": name, "policy": policy, "tlsVerify": given.get("tls_verify"), "retry": given.get("retry"),
        "retrydelay": given.get("retry_delay"), **(given.get("platform") or {}),
    }  # fmt: skip
    try:
        engine.stream("images/pull", query, headers=headers)
    except EngineError as error:
        raise EngineError(
            f"image {name}: {error.message}", error.status, error.cause, **error.facts
        ) from error


def _pull(task: Task, engine: Engine, name: str, there: Mapping[str, Any] | None) -> list[Step]:
    policy = "always" if task.params["force"] else str(task.params["pull"])
    if there and policy in ("missing", "never"):
        return []
    if policy == "never":
        raise Failure(
            f"name: image {name} is not on the host, and pull: never forbids to fetch it; load or build it, or choose another policy."
        )
    if task.check:
        # Whether a tag has moved is only known by asking the registry, which pulls.
        return [] if there else [Step("pull", KIND, name)]
    pull(engine, name, policy, task.params)
    now = find(engine, name) or {}
    if there and now.get("Id") == there.get("Id"):
        return []
    # What comes with a first pull cannot be foretold, so it is no reason either.
    moved = (Reason("id", CHANGED, str(there["Id"])[:12], str(now.get("Id"))[:12]),) if there else ()
    return [Step("pull", KIND, name, moved)]


def _build(task: Task, engine: Engine, key: bytes, name: str, there: Mapping[str, Any] | None) -> list[Step]:
    build = dict(task.params["build"])
    context = Context(build)
    arguments = Pairs().parse(build.get("args") or {})
    spec = {
        "context": context.digest(),
        "args": arguments,
        "target": build.get("target") or "",
        "file": context.file,
    }
    bases = context.bases(arguments)
    found = {base: find(engine, base) for base in bases}
    # A base that is made anew makes what is built on it anew; one that was removed since says nothing.
    spec["bases"] = {base: str((there or {}).get("Id") or "") for base, there in found.items()}
    recorded = _record.read(key, KIND, name, (there or {}).get("Labels"))
    wanted = _record.digests(key, spec)
    if there and recorded is None:
        reasons = [Reason("build", DECLARED, "not built by this collection", context.digest()[:12])]
    else:
        reasons = [
            Reason(each, CHANGED if there else DECLARED)
            for each in wanted
            if (recorded or {}).get(each) != wanted[each]
            and not (each == "bases" and there and None in found.values())
        ]
    if task.params["force"]:
        reasons.append(Reason("force", DECLARED, None, True))
    if not reasons:
        return []
    if not task.check:
        for base in [base for base, there in found.items() if there is None]:
            pull(engine, base, "missing")
        spec["bases"] = {base: str((find(engine, base) or {}).get("Id") or "") for base in bases}
        query = {
            "t": name, "dockerfile": context.file, "buildargs": arguments or None, "target": build.get("target"),
            "labels": {_record.LABEL: _record.write(key, KIND, name, spec)}, "pullpolicy": "missing",
            "nocache": bool(task.params["force"]), "rm": True, "forcerm": True, "layers": True, **OWN_NETWORK,
        }  # fmt: skip
        with context.archive() as archive:
            engine.stream("build", query, archive, {"Content-Type": "application/x-tar"})
        if find(engine, name) is None:
            raise Failure(
                f"image {name}: the build ended without an error and without an image; run the task again with force: true."
            )
    return [Step("build", KIND, name, tuple(reasons))]


def _load(task: Task, engine: Engine, name: str, there: Mapping[str, Any] | None) -> list[Step]:
    path = str(task.params["archive"])
    identity = archived_id(path, name)
    if there and there.get("Id") == identity and not task.params["force"]:
        return []
    before = str(there["Id"])[:12] if there else None
    if not task.check:
        with open(path, "rb") as archive:
            engine.stream("images/load", None, archive, {"Content-Type": "application/x-tar"})
        if (find(engine, name) or {}).get("Id") != identity:
            raise Failure(
                f"archive: {path} was loaded, and image {name} is not what it holds; name the image as the archive does."
            )
    return [Step("load", KIND, name, (Reason("id", CHANGED if there else DECLARED, before, identity[:12]),))]


def archived_id(path: str, name: str) -> str:
    """The ID that an image of a docker or OCI archive has once it is loaded. Raises Failure.

    Source: the docker-archive manifest.json (Config is named by its digest), and the OCI image
    layout's index.json, whose manifest names the config's digest; that digest is the image's ID.
    """
    if not os.path.isabs(path) or not os.access(path, os.R_OK):
        raise Failure(
            f"archive: {path!r} was given, and an absolute path of a file on the host is needed that the account can read."
        )
    if not os.path.isfile(path):
        raise Failure(
            f"archive: {path} is {'a folder' if os.path.isdir(path) else 'no file'}, and a docker-archive or oci-archive of an image "
            "is needed; make one with: podman save -o FILE IMAGE"
        )
    try:
        with tarfile.open(path) as tar:
            members = set(tar.getnames())
            if "manifest.json" in members:
                images = _json_member(tar, "manifest.json")
                chosen = [each for each in images if name in (each.get("RepoTags") or [])] or images
                return (
                    str(os.path.basename(chosen[0]["Config"]))
                    .split(".", maxsplit=1)[0]
                    .replace("sha256:", "")
                )
            index = _json_member(tar, "index.json")
            manifest = _json_member(tar, "blobs/" + str(index["manifests"][0]["digest"]).replace(":", "/"))
            return str(manifest["config"]["digest"]).split(":", 1)[1]
    except (*DAMAGED, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Failure(
            f"archive: {path} is no docker-archive or oci-archive of an image ({describe(error)}); make one with: "
            "podman save -o FILE IMAGE"
        ) from error


def _json_member(tar: tarfile.TarFile, name: str) -> Any:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    return json.loads(member.read(1 << 20))


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
        "size": found.get("Size"),
        "created": found.get("Created"),
    }
