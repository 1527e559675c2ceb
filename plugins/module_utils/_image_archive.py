# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images in files: what an archive holds, loading one, and saving one in place of the old at once."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import secrets
import tarfile
from collections.abc import Mapping
from typing import Any

from . import _context, _engine, _errors, _image_names, _module, _plan, _pull

FORMATS = ("docker-archive", "oci-archive")
DOCKER = "application/vnd.docker."


@dataclasses.dataclass(frozen=True)
class Archived:
    """One image of an archive: the ID that it has once it is loaded, and its names."""

    identity: str
    names: tuple[str, ...]
    kind: str


def load_steps(
    task: _module.Task,
    engine: _engine.Engine,
    reference: _image_names.Reference,
    there: Mapping[str, Any] | None,
) -> list[_plan.Step]:
    """Load an image from a file unless it is there already; what was done, or would be."""
    path, name = str(task.params["archive"]), reference.text
    held = chosen(path, name)
    if there and there.get("Id") == held.identity and not task.params["force"]:
        return []
    before = str(there["Id"])[: _pull.SHORT] if there else None
    if not task.check:
        try:
            with open(path, "rb") as archive:
                engine.stream("images/load", None, archive, {"Content-Type": "application/x-tar"})
        except _errors.EngineError as error:
            raise _pull.about(name, error) from error
        if name not in held.names and _pull.find(engine, held.identity) is not None:
            tag(engine, held.identity, reference)
        if (_pull.find(engine, name) or {}).get("Id") != held.identity:
            raise _errors.Failure(
                f"archive: {path} was loaded, and image {name} is not what it holds; name the image as the archive does."
            )
    reason = _plan.Reason(
        "id", _plan.CHANGED if there else _plan.DECLARED, before, held.identity[: _pull.SHORT]
    )
    return [_plan.Step("load", _pull.KIND, name, (reason,))]


def tag(engine: _engine.Engine, identity: str, reference: _image_names.Reference) -> None:
    """Give an image a further name; whatever had it loses it."""
    query = {"repo": reference.place, "tag": reference.what}
    engine.write("POST", f"images/{_engine.name_in_path(identity)}/tag", query, plain=True)


def chosen(path: str, name: str) -> Archived:
    """The image of an archive that is meant: that of this name, or the only one. Raises Failure."""
    if not os.path.isabs(path) or not os.access(path, os.R_OK):
        raise _errors.Failure(
            f"archive: {path!r} was given, and an absolute path of a file on the host is needed that the account can read."
        )
    if not os.path.isfile(path):
        raise _errors.Failure(
            f"archive: {path} is {'a folder' if os.path.isdir(path) else 'no file'}, and a docker-archive or oci-archive of an image "
            "is needed; make one with: podman save -o FILE IMAGE"
        )
    try:
        held = archived(path)
    except _UNREADABLE as error:
        raise _errors.Failure(
            f"archive: {path} is no docker-archive or oci-archive of an image ({_context.describe(error)}); make one with: "
            "podman save -o FILE IMAGE"
        ) from error
    named = [each for each in held if name in each.names] or held
    if len({each.identity for each in named}) > 1:
        names = ", ".join(sorted({each for image in held for each in image.names})) or "none with a name"
        raise _errors.Failure(
            f"archive: {path} holds several images and none called {name}; name one of them: {names[:400]}."
        )
    return named[0]


def archived(path: str) -> list[Archived]:
    """The images of a docker or OCI archive. Raises one of _UNREADABLE.

    Source: the docker-archive manifest.json (Config is named by its digest), and the OCI image
    layout's index.json, whose manifests name the configuration's digest; that digest is the image's ID.
    """
    with tarfile.open(path) as tar:
        members = set(tar.getnames())
        if "manifest.json" in members:
            held = [
                Archived(
                    _hex(os.path.basename(each["Config"])), tuple(each.get("RepoTags") or ()), FORMATS[0]
                )
                for each in _json_member(tar, "manifest.json")
            ]
        else:
            held = [_oci_image(tar, each) for each in _json_member(tar, "index.json")["manifests"]]
    if not held:
        raise LookupError("it holds no image")
    return held


_UNREADABLE = (*_context.DAMAGED, LookupError, TypeError, AttributeError, RecursionError)


def _hex(name: str) -> str:
    return str(name).replace("sha256:", "").split(".", maxsplit=1)[0]


def _oci_image(tar: tarfile.TarFile, entry: Any) -> Archived:
    manifest = _json_member(tar, "blobs/" + str(entry["digest"]).replace(":", "/"))
    name = (entry.get("annotations") or {}).get("org.opencontainers.image.ref.name")
    return Archived(
        str(manifest["config"]["digest"]).split(":", 1)[1], (str(name),) if name else (), FORMATS[1]
    )


def _json_member(tar: tarfile.TarFile, name: str) -> Any:
    member = tar.extractfile(name)
    if member is None:
        raise KeyError(name)
    return json.loads(member.read(1 << 20))


def refuse_place(told: Mapping[str, Any]) -> None:
    """Raise Failure where no file can be put."""
    path = str(told["path"])
    if not os.path.isabs(path) or os.path.isdir(path):
        raise _errors.Failure(
            f"save.path: {path!r} was given, and an absolute path of a file on the host is needed."
        )
    if not os.path.isdir(os.path.dirname(path)):
        raise _errors.Failure(
            f"save.path: the folder of {path} is not there; make it first, and give it to the account."
        )
    if not os.access(os.path.dirname(path), os.W_OK | os.X_OK):
        raise _errors.Failure(
            f"save.path: the account may not write to the folder of {path}; choose one of its own."
        )


def save_steps(
    task: _module.Task,
    engine: _engine.Engine,
    reference: _image_names.Reference,
    there: Mapping[str, Any] | None,
    anew: bool,
) -> list[_plan.Step]:
    """Save an image as a file unless the file holds it; ``anew`` says that the image has just become another one."""
    told = task.params["save"]
    path, kind = str(told["path"]), str(told["format"])
    known = there if not (anew and task.check) else None  # what comes is not there yet
    if known and kind == FORMATS[1] and str(known.get("ManifestType")).startswith(DOCKER):
        raise _errors.Failure(
            f"save.format: image {reference.text} is in Docker's format, and an {kind} would make another image of it (another ID, no "
            "HEALTHCHECK); save it as docker-archive, or build it with build.format: oci."
        )
    reasons = () if anew else _differing(path, kind, reference, there or {})
    if not anew and not reasons:
        return []
    if not task.check:
        _save(engine, reference, path, kind, str((there or {}).get("Id")))
    return [_plan.Step("save", _pull.KIND, path, reasons)]


def _differing(
    path: str, kind: str, reference: _image_names.Reference, there: Mapping[str, Any]
) -> tuple[_plan.Reason, ...]:
    wanted = str(there.get("Id"))[: _pull.SHORT]
    if not os.path.lexists(path):
        return (_plan.Reason("save", _plan.DECLARED, None, wanted),)
    try:
        held = archived(path)
    except _UNREADABLE:
        return (_plan.Reason("save", _plan.DRIFT, "no archive of an image", wanted),)
    if len(held) != 1 or held[0].identity != there.get("Id"):
        return (_plan.Reason("save", _plan.CHANGED, held[0].identity[: _pull.SHORT], wanted),)
    if held[0].kind != kind:
        return (_plan.Reason("save.format", _plan.CHANGED, held[0].kind, kind),)
    if reference.tag and not reference.digest and reference.text not in held[0].names:
        return (_plan.Reason("name", _plan.CHANGED, ", ".join(held[0].names), reference.text),)
    return ()


def _save(
    engine: _engine.Engine, reference: _image_names.Reference, path: str, kind: str, identity: str
) -> None:
    """Write the file beside its place and put it there at once, when it is whole."""
    folder, base = os.path.split(path)
    draft = os.path.join(folder, f".{base}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        with open(handle, "wb") as file:
            with contextlib.closing(
                engine.pieces(f"images/{_engine.name_in_path(reference.text)}/get", {"format": kind})
            ) as pieces:
                for piece in pieces:
                    file.write(piece)
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(handle, os.stat(path).st_mode & 0o777)
            file.flush()
            os.fsync(handle)
        if [each.identity for each in archived(draft)] != [identity]:
            raise _errors.Failure(
                f"save.path: what Podman wrote is not image {reference.text}; nothing was changed, run the task again."
            )
        os.replace(draft, path)
        _sync(folder)
    except _errors.EngineError as error:
        raise _pull.about(reference.text, error) from error
    except _UNREADABLE as error:
        raise _errors.Failure(
            f"save.path: {path} cannot be written ({_context.describe(error)}); give the account room and the right to write there."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(draft)


def _sync(folder: str) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
