# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ``build`` of a service: the image that the app declares. Reads the context, which lies on the controller."""

from __future__ import annotations

import base64
import gzip
import io
import os
import posixpath
import tarfile
from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils._ignore import Ignore

from . import values
from .objects import Objects
from .places import Place

# What fits into a task's parameters without slowing every run.
LARGEST = 1024 * 1024
IGNORE_FILES = (".containerignore", ".dockerignore")
NETWORKS = {"none": "none", "host": "host", "default": "private", "bridge": "private"}
# What makes a build faster or describes it, and changes nothing of the image.
SILENT = ("cache_from", "cache_to", "provenance", "sbom")
REFUSED = {
    "additional_contexts": ("a build here has one context", "copy what is needed into it"),
    "entitlements": ("they are for a builder that Podman is not", "take it out"),
    "isolation": ("only containers of Windows have it", "take it out"),
    "privileged": ("a build over Podman's API has no more rights than the account", "take it out"),
    "ssh": ("Podman's API takes no keys of an agent", "give what is needed as a secret of the build"),
    "ulimits": ("Podman's API takes no limits of a build", "take it out"),
}
KNOWN = (
    "context", "dockerfile", "dockerfile_inline", "args", "target", "labels", "network", "shm_size", "extra_hosts",
    "secrets", "pull", "no_cache", "platforms", "tags",
)  # fmt: skip


def image_of(raw: Any, name: str, platform: str | None, objects: Objects, place: Place) -> dict[str, Any]:
    """The image as the app declares it. Raises Failure."""
    given = place.mapping(raw)
    for key in given:
        if key in REFUSED:
            place.at(key).refuse(*REFUSED[key])
    place.known(given, (*KNOWN, *SILENT))
    build: dict[str, Any] = {}
    folder = _folder(given, objects, place)
    if "dockerfile_inline" in given:
        build["containerfile"] = place.at("dockerfile_inline").text(given["dockerfile_inline"])
    elif given.get("dockerfile"):
        file = posixpath.normpath(place.at("dockerfile").text(given["dockerfile"]))
        if file.startswith(("/", "../")):
            path = os.path.relpath(os.path.join(folder, file), objects.project.folder)
            build["containerfile"] = objects.project.read_text(path, place.at("dockerfile"))
        elif file != "Dockerfile" or os.path.exists(os.path.join(folder, "Containerfile")):
            build["file"] = file
    build["context"] = _packed(folder, build.get("file"), place.at("context"))
    variables = objects.project.variables
    arguments = place.at("args").mapping(given.get("args"))
    told = {
        key: variables.get(key) if value is None else place.at("args").at(key).text(value)
        for key, value in arguments.items()
    }
    if any(value is not None for value in told.values()):
        build["args"] = {key: value for key, value in told.items() if value is not None}
    if given.get("target"):
        build["target"] = place.at("target").text(given["target"])
    if given.get("labels"):
        build["label"] = values.pairs(given["labels"], place.at("labels"))
    if given.get("network"):
        network = place.at("network").text(given["network"])
        if network not in NETWORKS:
            place.at("network").refuse(
                "a build joins no network by name here", f"write one of {', '.join(NETWORKS)}"
            )
        build["network"] = NETWORKS[network]
    if given.get("shm_size"):
        build["shm_size"] = values.size(given["shm_size"], place.at("shm_size"))
    if given.get("extra_hosts"):
        hosts = values.hosts(given["extra_hosts"], place.at("extra_hosts"))
        build["add_host"] = [f"{host}:{address}" for host, address in hosts.items()]
    if given.get("secrets"):
        build["secrets"] = [
            _secret(each, objects, place.at("secrets").entry(index))
            for index, each in enumerate(given["secrets"])
        ]
    if place.at("pull").flag(given.get("pull", False)):
        build["pull"] = "always"
    if place.at("no_cache").flag(given.get("no_cache", False)):
        build["cache"] = False
    platforms = values.texts(given.get("platforms"), place.at("platforms"))
    if len(platforms) > 1:
        place.at("platforms").refuse(
            "an image on a host is of one platform", "write the one of the host, or take it out"
        )
    image: dict[str, Any] = {"name": name, "build": build}
    if platforms or platform:
        image["platform"] = platforms[0] if platforms else platform
    if given.get("tags"):
        image["tag"] = values.texts(given["tags"], place.at("tags"))
    return image


def _folder(given: dict[str, Any], objects: Objects, place: Place) -> str:
    context = place.at("context").text(given["context"])
    if "://" in context or context.startswith("git@"):
        place.at("context").refuse(
            "a context that is fetched can be another one each time",
            "fetch it to the controller and write its path",
        )
    folder = objects.project.path(context)
    if not os.path.isdir(folder):
        place.at("context").refuse(f"there is no folder {context} beside the compose file", "mend the path")
    return folder


def _secret(raw: Any, objects: Objects, place: Place) -> dict[str, Any]:
    use = place.mapping(raw)
    for key in ("uid", "gid", "mode"):
        if use.get(key) is not None:
            place.at(key).refuse("a step of a build reads its secrets as root", "take it out")
    place.known(use, ("source", "target"))
    key = place.at("source").text(use.get("source"))
    declared = objects.project.tree["secrets"].get(key)
    if declared is None:
        place.refuse(f"the file declares no secret {key}", "declare it below secrets")
    where = objects.project.place("secrets", key)
    given = where.mapping(declared)
    name = place.text(use.get("target") or key)
    if where.at("external").flag(given.get("external", False)):
        return {"id": name, "secret": where.text(given.get("name") or key)}
    return {"id": name, "data": objects.content(given, where)}


def _packed(folder: str, file: str | None, place: Place) -> str:
    """The context as it travels: what its ignore file leaves in, with nothing of the controller but names, modes and contents."""
    source = next((name for name in IGNORE_FILES if os.path.isfile(os.path.join(folder, name))), "")
    text = ""
    if source:
        with open(os.path.join(folder, source), encoding="utf-8") as stream:
            text = stream.read()
    ignore = Ignore(text, source)
    needed = {*IGNORE_FILES, "Containerfile", "Dockerfile", file or ""}
    packed, total = io.BytesIO(), 0
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for where, folders, names in os.walk(folder):
            folders.sort()
            for name in sorted(folders) + sorted(names):
                path = os.path.join(where, name)
                inside = os.path.relpath(path, folder)
                if ignore.leaves_out(inside) and inside not in needed:
                    if name in folders and not ignore.exceptions:
                        folders.remove(name)
                    continue
                total += 0 if os.path.islink(path) or os.path.isdir(path) else os.path.getsize(path)
                if total > 32 * LARGEST:
                    break
                tar.add(path, inside, recursive=False, filter=_bare)
    pressed = io.BytesIO()
    # gzip.compress writes another header in each version of Python.
    with gzip.GzipFile(fileobj=pressed, mode="wb", mtime=0) as out:
        out.write(packed.getvalue())
    content = pressed.getvalue()
    if len(content) > LARGEST or total > 32 * LARGEST:
        place.refuse(
            f"{folder} has more than {LARGEST} bytes when packed, and at most so many travel with a task",
            "leave more out with .containerignore, or build it with rootless.podman.image from a folder on the host (build.path)",
        )
    return base64.b64encode(content).decode()


def _bare(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mtime = 0
    return info
