# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of copies: files into a container, or out of it, where they differ."""

from __future__ import annotations

import dataclasses
import os
import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from . import _archive, _engine, _errors, _host_tree, _module, _options, _owners, _plan, _tree

# What the kernel makes up there is no place for copies.
MADE_UP = ("/proc", "/sys", "/dev")


def travel(task: _module.Task, engine: _engine.Engine, key: bytes) -> dict[str, Any]:  # noqa: ARG001  there is nothing to record
    """Copy what differs in the direction that the task says; return the task's result."""
    name = str(task.params["name"])
    there = engine.find(f"containers/{_engine.name_in_path(name)}/json") if name else None
    if there is None or there.get("Name") != name:
        raise _errors.Failure(
            f"name: account {engine.account.name} has no container {name!r}; make it first with rootless.podman.container, or start it if it is in a unit."
        )
    place = _archive.Place(engine, str(there["Id"]), name)
    if task.params["from_container"]:
        return _out_of(task, place)
    return _into(task, place, int(_options.get_path(there, "State.Pid") or 0))


def _into(task: _module.Task, place: _archive.Place, pid: int) -> dict[str, Any]:
    params = task.params
    dest = _inside("dest", params["dest"])
    owner: _tree.Owner = None if params["owner"] is None else (params["owner"], params["group"])
    tree = _tree.declare(_source(params), *_modes(params), owner, params["content"] is not None)
    src = str(params["src"] or "")
    path, there = _archive.resolve(place, dest.rstrip("/") or "/")
    into = _goes_into(tree[""], src, dest, there is not None and there.kind == _tree.FOLDER)
    if into:
        path, there = _archive.resolve(place, posixpath.join(path, posixpath.basename(src.rstrip("/"))))

    def exists(folder: str) -> str | None:
        at, found = _archive.resolve(place, folder)
        if found is not None and found.kind != _tree.FOLDER:
            raise _errors.Failure(
                f"dest: {folder} in container {place.name} is a {found.kind}, and a folder is needed."
            )
        return at if found is not None else None

    root, missing = _standing(path, exists)
    if missing and tree[""].kind == _tree.FILE and not dest.endswith("/"):
        raise _errors.Failure(
            f"dest: there is no folder {posixpath.dirname(path)} in container {place.name}; make it first, or let it be made: "
            f"dest: {posixpath.dirname(path)}/"
        )
    wanted = _tree.rooted(tree, missing, posixpath.basename(path))
    found = _archive.look(place, root, wanted)
    if owner is not None and pid:
        paths = {name: posixpath.join(root, name) for name in found}
        told = _owners.owners(pid, paths.values())
        found = {name: dataclasses.replace(found[name], owner=told[paths[name]]) for name in found}
    steps = _tree.plan(wanted, found, root, f"in container {place.name}")
    if steps and not task.check:
        _archive.put(place, root, {step.work["name"]: wanted[step.work["name"]] for step in steps})
    return _result(task, steps, wanted, path)


def _source(params: Mapping[str, Any]) -> _tree.Tree:
    if params["content"] is not None:
        return {"": _tree.of_bytes(params["content"].encode("utf-8", "surrogateescape"), 0o644)}
    if params["packed"] is not None:
        return _host_tree.unpack(params["packed"])
    if not params["remote_src"]:
        raise _errors.Failure(
            f"src: {params['src']!r} is a path on the controller, which only a task of a playbook can bring here; "
            "for one on the host add remote_src: true."
        )
    return _host_tree.read(str(params["src"]))


def _modes(params: Mapping[str, Any]) -> tuple[int | None, int | None]:
    return _tree.parse_mode("mode", params["mode"]), _tree.parse_mode(
        "directory_mode", params["directory_mode"]
    )


def _inside(option: str, path: str) -> str:
    """A path in the container. Raises Failure for one that cannot be meant."""
    plain = posixpath.normpath("/" + path.lstrip("/")) if path.startswith("/") else ""
    if not plain or "*" in path or "\0" in path:
        raise _errors.Failure(
            f"{option}: {path!r} was given, and an absolute path in the container without * is needed."
        )
    if any(plain == each or plain.startswith(each + "/") for each in MADE_UP):
        raise _errors.Failure(
            f"{option}: {path} is not a place for files, because the kernel or Podman make up what is there; choose another."
        )
    return plain + "/" if path.endswith("/") and plain != "/" else plain


def _goes_into(source: _tree.Entry, src: str, dest: str, is_folder: bool) -> bool:
    """Whether dest is the folder that the copy goes into, and not the copy itself."""
    if source.kind == _tree.FOLDER:
        return not src.endswith("/")
    if src == "" and (dest.endswith("/") or is_folder):
        raise _errors.Failure(f"dest: {dest} is a folder, and with content: the path of a file is needed.")
    return dest.endswith("/") or is_folder


def _standing(path: str, exists: Callable[[str], str | None]) -> tuple[str, list[str]]:
    """The deepest folder above ``path`` that exists, and the names of those between that do not."""
    missing: list[str] = []
    above = posixpath.dirname(path)
    while True:
        standing = exists(above)
        if standing is not None or above == "/":
            return standing or "/", missing
        missing.insert(0, posixpath.basename(above))
        above = posixpath.dirname(above)


def _out_of(task: _module.Task, place: _archive.Place) -> dict[str, Any]:
    params = task.params
    src = _inside("src", str(params["src"]))
    path, there = _archive.resolve(place, src.rstrip("/") or "/")
    if there is None:
        raise _errors.Failure(f"src: there is no {src} in container {place.name}.")
    address = posixpath.join(path, ".") if there.kind == _tree.FOLDER else path
    tree = _tree.declare(_received(task, place, there, address), *_modes(params), None)
    dest = str(params["dest"])
    if not os.path.isabs(dest) or dest.strip("/") == "":
        raise _errors.Failure(f"dest: {dest!r} was given, and an absolute path on the host is needed.")
    target = os.path.realpath(dest)
    if _goes_into(tree[""], str(params["src"]), dest, os.path.isdir(target)):
        target = os.path.join(target, posixpath.basename(path))
    root, missing = _standing(target, lambda folder: folder if os.path.isdir(folder) else None)
    if missing and there.kind != _tree.FOLDER and not dest.endswith("/"):
        raise _errors.Failure(
            f"dest: there is no folder {os.path.dirname(target)} on the host; make it first, or let it be made: "
            f"dest: {os.path.dirname(target)}/"
        )
    last = os.path.basename(target)
    wanted = _tree.rooted(tree, missing, last)
    prefix = "/".join([*missing, last])
    try:
        steps = _tree.plan(wanted, _host_tree.look(root, wanted), root, "on the host")
        if steps and not task.check:
            _receive(
                place, address, root, prefix, {step.work["name"]: wanted[step.work["name"]] for step in steps}
            )
    except OSError as error:
        raise _errors.Failure(
            f"dest: account {place.engine.account.name} cannot read or write {target} on the host "
            f"({error.strerror}); choose a place of the account's own."
        ) from error
    return _result(task, steps, wanted, target)


def _received(task: _module.Task, place: _archive.Place, there: _tree.Entry, address: str) -> _tree.Tree:
    """What the container would send, with digests. Only files, folders and links that stay within are taken."""
    tree: _tree.Tree = (
        {"": _tree.Entry(_tree.FOLDER, there.mode & 0o777)} if there.kind == _tree.FOLDER else {}
    )
    left_out = []
    for name, info, file in _archive.members(place, address):
        kind = _tree.kind_of(info)
        if kind == _tree.OTHER or (kind == _tree.LINK and not _tree.stays_inside(name, info.linkname)):
            left_out.append(name)
            continue
        entry = _archive.read_member(info, file)
        if info.islnk():
            if tree.get(info.linkname, entry).digest is None:
                raise _errors.Failure(
                    f"container {place.name}: its file {name!r} equals one that it did not send."
                )
            entry = tree[info.linkname]
        tree[name] = dataclasses.replace(entry, mode=entry.mode & 0o777, text=None)
    for name in list(tree):
        above = posixpath.dirname(name)
        while above and tree.setdefault(above, _tree.Entry(_tree.FOLDER, 0o755)).kind == _tree.FOLDER:
            above = posixpath.dirname(above)
        if above:
            raise _errors.Failure(
                f"container {place.name}: its {above!r} is a file and a folder at once; nothing was copied."
            )
    if "" not in tree:
        raise _errors.Failure(f"src: {address} in container {place.name} is neither a file nor a folder.")
    if left_out:
        task.warn(
            f"container {place.name}: {len(left_out)} links that lead out of src, or special files, were left out, "
            f"such as {left_out[0]!r}."
        )
    return tree


def _receive(
    place: _archive.Place, address: str, root: str, prefix: str, entries: Mapping[str, _tree.Entry]
) -> None:
    """Write these entries on the host: folders first, then what the container sends, links last."""
    left = dict(entries)
    for name in sorted(name for name in left if left[name].kind == _tree.FOLDER):
        _host_tree.write(root, name, left.pop(name), None)
    for below, info, file in _archive.members(place, address):
        name = f"{prefix}/{below}" if below else prefix
        if name not in entries or entries[name].kind != _tree.FILE or _tree.kind_of(info) != _tree.FILE:
            continue
        if info.islnk():
            with _host_tree.opened(root, f"{prefix}/{info.linkname}") as same:
                _host_tree.write(root, name, entries[name], same)
        else:
            _host_tree.write(root, name, entries[name], file)
        left.pop(name, None)
    for name in [name for name in left if left[name].kind == _tree.LINK]:
        _host_tree.write(root, name, left.pop(name), None)
    if left:
        raise _errors.Failure(
            f"container {place.name}: {sorted(left)[0]} changed while it was copied; run the task again."
        )


def _result(task: _module.Task, steps: list[_plan.Step], wanted: _tree.Tree, path: str) -> dict[str, Any]:
    result: dict[str, Any] = {**_plan.outcome(steps), "dest": path}
    shown = _tree.texts(steps, wanted) if task.diff else []
    if shown:
        result["diff"] = [result["diff"], *shown]
    return result
