# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service mounts: volumes, files and folders that lie beside the compose file, secrets, configs."""

from __future__ import annotations

import os
import re
from typing import Any

from . import values
from .objects import Objects, mode_of
from .places import Place

# What travels in an app's files; larger things belong in an image or a volume.
LARGEST = 1024 * 1024
SOCKETS = (
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/podman/podman.sock",
    "/var/run/podman/podman.sock",
)
ENTRY = ("type", "source", "target", "read_only", "consistency", "bind", "volume", "tmpfs", "image")


class Mounts:
    """The mounts of services; what they need is left in ``objects``."""

    def __init__(self, objects: Objects, new_folders: str) -> None:
        self.objects, self.project, self.new_folders = objects, objects.project, new_folders

    def of(self, name: str, service: dict[str, Any]) -> dict[str, Any]:
        """The options of a container that mount something."""
        found: dict[str, list[Any]] = {"volume": [], "mount": [], "tmpfs": [], "secrets": []}
        place = self.project.place("services", name, "volumes")
        for index, raw in enumerate(service.get("volumes") or []):
            self._mount(name, place.entry(index).mapping(raw), place.entry(index), found)
        place = self.project.place("services", name, "configs")
        for index, raw in enumerate(service.get("configs") or []):
            at = place.entry(index)
            use = at.mapping(raw)
            at.known(use, ("source", "target", "uid", "gid", "mode"))
            key = at.at("source").text(use.get("source"))
            target = at.text(use.get("target") or f"/{key}")
            found["volume"].append(
                f"./{self.objects.config(key, use, name, at)}:{target if target.startswith('/') else f'/{target}'}:ro"
            )
        place = self.project.place("services", name, "secrets")
        for index, raw in enumerate(service.get("secrets") or []):
            found["secrets"].append(self._secret(place.entry(index).mapping(raw), place.entry(index)))
        return {option: entries for option, entries in found.items() if entries}

    def _secret(self, use: dict[str, Any], place: Place) -> dict[str, Any]:
        place.known(use, ("source", "target", "uid", "gid", "mode"))
        key = place.at("source").text(use.get("source"))
        entry: dict[str, Any] = {
            "name": self.objects.secret(key, place),
            "target": place.text(use.get("target") or key).removeprefix("/run/secrets/"),
        }
        for part in ("uid", "gid"):
            if use.get(part) is not None:
                entry[part] = place.at(part).number(use[part])
        if use.get("mode") is not None:
            entry["mode"] = mode_of(use["mode"], place.at("mode"))
        return entry

    def _mount(self, service: str, entry: dict[str, Any], place: Place, found: dict[str, list[Any]]) -> None:
        place.known(entry, ENTRY)
        kind = place.at("type").text(entry.get("type", "volume"))
        target = place.at("target").text(entry.get("target"))
        if not target.startswith("/"):
            place.at("target").needs(target, "an absolute path in the container")
        target = target.rstrip("/") or "/"
        if kind == "tmpfs":
            found["tmpfs"].append(_tmpfs(entry, target, place))
        elif kind == "image":
            image = place.at("image").mapping(entry.get("image"))
            place.at("image").known(image, ("subpath",))
            found["mount"].append(
                {
                    "type": "image",
                    "source": place.at("source").text(entry.get("source")),
                    "target": target,
                    **image,
                }
            )
        elif kind in ("volume", "bind"):
            options = ["ro"] if place.at("read_only").flag(entry.get("read_only", False)) else []
            options += ["U"] if entry.get("x-podman-chown") else []
            source = (
                self._volume(service, entry, target, options, place)
                if kind == "volume"
                else self._bind(entry, options, place)
            )
            found["volume"].append(":".join(filter(None, [source, target, ",".join(options)])))
        else:
            place.at("type").refuse(
                f"Linux containers on one host have no mounts of type {kind}", "write volume, bind or tmpfs"
            )

    def _volume(
        self, service: str, entry: dict[str, Any], target: str, options: list[str], place: Place
    ) -> str:
        at = place.at("volume")
        given = at.mapping(entry.get("volume"))
        at.known(given, ("nocopy", "subpath", "labels"))
        if given.get("labels"):
            at.at("labels").refuse("a mount has no labels in Podman", "write them on the volume")
        if given.get("subpath"):
            at.at("subpath").refuse("not every Podman mounts a folder of a volume", "mount the whole volume")
        if at.at("nocopy").flag(given.get("nocopy", False)):
            options.append("nocopy")
        bind = place.at("bind").mapping(entry.get("bind"))
        if bind.get("selinux"):
            options.append(str(bind["selinux"]))
        if entry.get("source"):
            return self.objects.volume(place.at("source").text(entry["source"]), place)
        # One without a name would lose its data when its container is made anew.
        return self.objects.new_volume(f"{service}_{_slug(target)}", place)

    def _bind(self, entry: dict[str, Any], options: list[str], place: Place) -> str:
        at = place.at("bind")
        given = at.mapping(entry.get("bind"))
        at.known(given, ("propagation", "create_host_path", "selinux", "recursive"))
        if given.get("recursive") not in (None, "enabled", "writable"):
            at.at("recursive").refuse("Podman mounts what is below as well", "take it out")
        options += [at.at(key).text(given[key]) for key in ("propagation", "selinux") if given.get(key)]
        source = place.at("source").text(entry.get("source"))
        if source in SOCKETS:
            place.refuse(
                f"{source} would hand the container all of an engine, and there is no root's engine on a rootless host",
                "take the service out, or do what it does with modules of this collection",
            )
        if source.startswith("~"):
            place.refuse(
                f"{source} is in a home, and nobody can tell whose",
                "write an absolute path of the host, or a named volume",
            )
        return source if source.startswith("/") else self._beside(source, options, place)

    def _beside(self, source: str, options: list[str], place: Place) -> str:
        """A path beside the compose file: its files become the app's, a folder that Compose would make a volume."""
        if source == ".." or source.startswith("../"):
            place.refuse(
                f"{source} lies outside of the folder of the compose file, and only what is in it becomes a file of the app",
                "move it there, or write an absolute path of the host",
            )
        path = self.project.path(source)
        relative = os.path.relpath(path, self.project.folder)
        names = [""] if os.path.isfile(path) else _files(path)
        if names:
            self._travel(path, relative, names, place)
            return "./" if relative == "." else f"./{relative}"
        if "ro" in options or os.path.splitext(relative)[1]:
            place.refuse(
                f"there is nothing at {source} beside the compose file",
                "write the file there, or mend the path",
            )
        if self.new_folders == "refuse":
            place.refuse(
                f"the folder {source} has nothing in it on the controller, and new_folders says refuse",
                "write the name of a volume instead",
            )
        return self.objects.new_volume(_slug(relative), place)

    def _travel(self, path: str, relative: str, names: list[str], place: Place) -> None:
        total = 0
        for name in names:
            full, below = os.path.join(path, name).rstrip("/"), os.path.normpath(os.path.join(relative, name))
            total += os.path.getsize(full)
            if total > LARGEST:
                place.refuse(
                    f"{relative} has more than {LARGEST} bytes, and at most so much travels with an app",
                    "put it into an image, or copy it to the host and write its absolute path",
                )
            entry = {"path": below, "content": self.project.read_text(below, place)}
            if os.access(full, os.X_OK):
                entry["mode"] = "0755"
            self.objects.files[below] = entry


def _files(folder: str) -> list[str]:
    """All files below a folder, by their paths in it."""
    return sorted(
        os.path.relpath(os.path.join(place, name), folder)
        for place, folders, names in os.walk(folder)
        for name in names
        if not folders.sort()
    )


def _tmpfs(entry: dict[str, Any], target: str, place: Place) -> str:
    at = place.at("tmpfs")
    given = at.mapping(entry.get("tmpfs"))
    at.known(given, ("size", "mode"))
    options = ["ro"] if place.at("read_only").flag(entry.get("read_only", False)) else []
    if given.get("size") is not None:
        options.append(f"size={values.size(given['size'], at.at('size'))}")
    if given.get("mode") is not None:
        options.append(f"mode={mode_of(given['mode'], at.at('mode'))}")
    return f"{target}:{','.join(options)}" if options else target


def _slug(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", path.strip("/.")).strip("_.-") or "data"
