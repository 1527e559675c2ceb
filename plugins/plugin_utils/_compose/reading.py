# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose files as they come: their variables, what they include and extend. Reads those files."""

from __future__ import annotations

import dataclasses
import os
import posixpath
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

from . import dotenv
from .canonical import SECTIONS, canonical
from .document import Override, Reset, documents
from .interpolation import interpolated_tree
from .merging import merged, plain
from .places import MistakeError, Place

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
TOP = (*SECTIONS, "name", "version", "include")


@dataclasses.dataclass
class Request:
    """What is asked for: compose files, and how they are to be read."""

    files: Sequence[str]
    read: Callable[[str], str]
    name: str = ""
    folder: str = ""
    variables: Mapping[str, str] = dataclasses.field(default_factory=dict)
    env_files: Sequence[str] | None = None
    profiles: Sequence[str] | None = None
    without: Sequence[str] = ()


class Reading:
    """The files as they come, with what is known of all of them."""

    def __init__(self, request: Request, folder: str) -> None:
        self.request, self.folder = request, folder
        self.origins: dict[tuple[str, ...], str] = {}
        self.warnings: list[str] = []
        self.open: list[str] = []

    def shown(self, path: str) -> str:
        """A file as sentences name it."""
        return os.path.relpath(path, self.folder)

    def variables(
        self, folder: str, env_files: Sequence[str] | None, outer: Mapping[str, str]
    ) -> dict[str, str]:
        """What can be interpolated in files of ``folder``: what is given outweighs files of variables."""
        found: dict[str, str] = {}
        for name in [".env"] if env_files is None else env_files:
            path = os.path.join(folder, name)
            if env_files is None and not os.path.exists(path):
                continue
            place = Place(self.shown(path))
            text = read_file(self.request.read, path, self.shown(path), place)
            try:
                told = dotenv.parsed(text, {**found, **outer}, self.unset(place))
            except MistakeError as error:
                place.refuse(error.why, error.instead)
            found.update({key: value for key, value in told.items() if value is not None})
        return {**found, **outer}

    def unset(self, place: Place) -> Callable[[str], None]:
        """What hears of variables that are used and not set."""

        def told(name: str) -> None:
            warning = (
                f"{place.file}: the variable {name} is not set, and an empty string was put in its place."
            )
            if warning not in self.warnings:
                self.warnings.append(warning)

        return told

    def file(self, path: str, folder: str, variables: Mapping[str, str]) -> dict[str, Any]:
        """All documents of a file, with what it includes and extends; ``folder`` is where its paths begin."""
        path = os.path.abspath(path)
        if path in self.open:
            Place(self.shown(path)).refuse("it includes itself, by way of others", "take one include out")
        self.open.append(path)
        tree: dict[str, Any] = {}
        for document in self.documents(path, folder, variables):
            place = Place(self.shown(path))
            included = self.included(document.pop("include", None), place.at("include"), folder, variables)
            extended = self.extended(document, path, folder, variables)
            tree = (
                merged(tree, _beside(included, extended, place))
                if tree
                else _beside(included, extended, place)
            )
        self.open.pop()
        return tree

    def name(self, files: Sequence[str], variables: Mapping[str, str]) -> str:
        """The name that the files give the project, which they can then use as a variable."""
        name = ""
        for path in files:
            place = Place(self.shown(path))
            for document in self.read(path, place):
                raw = plain(document.get("name"))
                if raw is not None:
                    name = self.interpolated({"name": place.at("name").text(raw)}, variables, place)["name"]
        return name

    def read(self, path: str, place: Place) -> list[dict[str, Any]]:
        """The documents of a file as they are."""
        text = read_file(self.request.read, path, self.shown(path), place)
        try:
            return documents(text)
        except MistakeError as error:
            place.refuse(error.why, error.instead)

    def interpolated(self, document: dict[str, Any], variables: Mapping[str, str], place: Place) -> Any:
        """A document with its variables replaced."""
        return interpolated_tree(
            {key: value for key, value in document.items() if not str(key).startswith("x-")},
            variables,
            self.unset(place),
            lambda where, why, instead: Place(place.file, where).refuse(why, instead),
        )

    def documents(self, path: str, folder: str, variables: Mapping[str, str]) -> list[dict[str, Any]]:
        """The documents of a file in long syntax, variables replaced."""
        place = Place(self.shown(path))
        done = []
        for document in self.read(path, place):
            for key in document:
                if key not in TOP and not str(key).startswith("x-"):
                    place.at(key).refuse(
                        "this key is no part of a compose file that becomes an app",
                        f"write one of {', '.join(TOP)}, or take it out",
                    )
            tree = canonical(self.interpolated(document, variables, place), place, folder)
            for section in SECTIONS:
                for name, entry in (
                    tree.get(section, {}).items() if isinstance(tree.get(section), dict) else ()
                ):
                    self.origins[(section, name)] = place.file
                    for key in entry if isinstance(entry, dict) else ():
                        self.origins[(section, name, key)] = place.file
            done.append(tree)
        return done

    def included(self, raw: Any, place: Place, folder: str, variables: Mapping[str, str]) -> dict[str, Any]:
        """What ``include`` brings: projects of their own, with their own folder and variables."""
        found: dict[str, Any] = {}
        for index, each in enumerate(place.listed(raw)):
            at = place.entry(index)
            entry = {"path": each} if isinstance(each, str) else at.mapping(each)
            at.known(entry, ("path", "project_directory", "env_file"))
            paths = [posixpath.join(folder, at.text(path)) for path in at.listed(entry.get("path"))]
            if not paths or any("://" in path or path.startswith("oci:") for path in paths):
                at.refuse(
                    "it is no path of a file on the controller", "fetch the file first and name its path"
                )
            inner = str(entry.get("project_directory") or posixpath.dirname(paths[0]))
            inner = (
                posixpath.normpath(posixpath.join(folder, inner)) if entry.get("project_directory") else inner
            )
            env_files = [os.path.join(self.folder, folder, name) for name in at.listed(entry.get("env_file"))]
            own = self.variables(os.path.join(self.folder, inner), env_files or None, variables)
            tree: dict[str, Any] = {}
            for path in paths:
                tree = merged(tree, self.file(os.path.join(self.folder, path), inner, own))
            tree.pop("name", None)
            found = _beside(found, tree, at)
        return found

    def extended(
        self, tree: dict[str, Any], path: str, folder: str, variables: Mapping[str, str]
    ) -> dict[str, Any]:
        """A document whose services stand on those that they extend."""
        services = tree.get("services")
        if not isinstance(services, dict):
            return tree
        done = {name: self.service(name, services, path, folder, variables, ()) for name in services}
        return {**tree, "services": done}

    def service(
        self,
        name: str,
        services: Mapping[str, Any],
        path: str,
        folder: str,
        variables: Mapping[str, str],
        above: tuple[tuple[str, str], ...],
    ) -> Any:
        """One service on top of what it extends."""
        entry = services[name]
        if not isinstance(entry, dict) or not isinstance(entry.get("extends"), dict):
            return entry
        place = Place(self.shown(path)).at("services").at(name).at("extends")
        extends = place.mapping(entry["extends"])
        place.known(extends, ("service", "file"))
        if (path, name) in above:
            place.refuse("the service extends itself, by way of others", "take one extends out")
        base, base_path, base_folder, others = place.text(extends.get("service")), path, folder, services
        if extends.get("file"):
            base_path = os.path.abspath(os.path.join(self.folder, str(extends["file"])))
            base_folder = os.path.relpath(os.path.dirname(base_path), self.folder)
            known = dict(self.origins)
            trees = self.documents(base_path, base_folder, variables)
            foreign, self.origins = self.origins, known
            others = {key: value for tree in trees for key, value in (tree.get("services") or {}).items()}
        else:
            foreign = self.origins
        if base not in others:
            place.refuse(
                f"there is no service {base} in {self.shown(base_path)}",
                f"name one of {', '.join(sorted(others)) or 'another file'}",
            )
        under = self.service(base, others, base_path, base_folder, variables, (*above, (path, name)))
        for key in under if isinstance(under, dict) else ():
            if key not in entry:
                self.origins[("services", name, key)] = foreign.get(
                    ("services", base, key), self.shown(base_path)
                )
        local = {key: value for key, value in entry.items() if key != "extends"}
        return merged(under, local, ("services", name))


def found_files(given: str) -> list[str]:
    """A file, or those that Compose looks for in a folder."""
    if not os.path.isdir(given):
        return [given]
    for name in NAMES:
        if os.path.exists(os.path.join(given, name)):
            stem, ending = os.path.splitext(name)
            overrides = [f"{stem}.override{each}" for each in (ending, ".yaml", ".yml")]
            beside = [
                os.path.join(given, each) for each in overrides if os.path.exists(os.path.join(given, each))
            ]
            return [os.path.join(given, name), *beside[:1]]
    raise Failure(
        f"compose: the folder {given} has no compose file; one of {', '.join(NAMES)} is needed there."
    )


def read_file(read: Callable[[str], str], path: str, shown: str, place: Place) -> str:
    """A file's text; the sentence for one that cannot be read names it as ``shown``. Raises Failure."""
    try:
        return read(path)
    except FileNotFoundError:
        place.refuse(f"the file {shown} is not there", "write it, or take it out")
    except IsADirectoryError:
        place.refuse(f"{shown} is a folder", "name a file")
    except (OSError, UnicodeDecodeError) as error:
        place.refuse(f"the file {shown} cannot be read ({error})", "make it a readable text file")


def _beside(one: dict[str, Any], other: dict[str, Any], place: Place) -> dict[str, Any]:
    """Two trees that do not know of each other: each object may be in one of them only."""
    if not one:
        return other
    found = {**one, **{key: value for key, value in other.items() if key not in SECTIONS}}
    for section in SECTIONS:
        mine, theirs = one.get(section) or {}, other.get(section) or {}
        if isinstance(theirs, (Reset, Override)):
            found[section] = theirs
            continue
        for name in set(mine) & set(theirs):
            if mine[name] != theirs[name]:
                place.at(section).at(name).refuse(
                    "an included file declares it as well, and otherwise",
                    "rename one of them, or list a file with your changes behind the included one in the path of include",
                )
        found[section] = {**mine, **theirs}
    return found
