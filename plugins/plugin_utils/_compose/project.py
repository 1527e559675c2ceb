# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From compose files to one project: merged, named, with the services of its profiles. Reads files of variables."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

from . import dotenv
from .canonical import SECTIONS
from .merging import merged, plain
from .places import MistakeError, Place
from .reading import Reading, Request, found_files, read_file


@dataclasses.dataclass
class Project:
    """What compose files say together, in long syntax. Paths are relative to ``folder``."""

    name: str
    folder: str
    tree: dict[str, dict[str, Any]]
    variables: Mapping[str, str]
    read: Callable[[str], str]
    origins: dict[tuple[str, ...], str]
    warnings: list[str]
    file: str

    def place(self, section: str, name: str, key: str = "") -> Place:
        """Where a key of an object stands, with the file that says it."""
        file = self.origins.get((section, name, key)) or self.origins.get((section, name)) or self.file
        place = Place(file).at(section).at(name)
        return place.at(key) if key else place

    def path(self, relative: str) -> str:
        """A path of the files, on the controller."""
        return os.path.normpath(os.path.join(self.folder, os.path.expanduser(relative)))

    def read_text(self, relative: str, place: Place) -> str:
        """A file beside the compose file. Raises Failure."""
        return read_file(self.read, self.path(relative), relative, place)


def loaded(request: Request) -> Project:
    """The project that the files make. Raises Failure."""
    files = [each for given in request.files for each in found_files(given)]
    if not files:
        raise Failure("compose: no file was given, and the path of a compose file is needed.")
    folder = os.path.abspath(request.folder or os.path.dirname(files[0]) or ".")
    reading = Reading(request, folder)
    variables = reading.variables(folder, request.env_files, request.variables)
    file = " + ".join(os.path.relpath(each, folder) for each in files)
    name = request.name or variables.get("COMPOSE_PROJECT_NAME") or reading.name(files, variables)
    variables = {**variables, "COMPOSE_PROJECT_NAME": _name(name, folder, Place(file))}
    tree: dict[str, Any] = {}
    for each in files:
        tree = merged(tree, reading.file(each, "", variables))
    tree = plain(tree)
    sections = {section: Place(file).at(section).mapping(tree.get(section)) for section in SECTIONS}
    if not sections["services"]:
        Place(file).at("services").refuse("there is no service", "declare at least one")
    project = Project(
        variables["COMPOSE_PROJECT_NAME"],
        folder,
        sections,
        variables,
        request.read,
        reading.origins,
        reading.warnings,
        file,
    )
    for pattern in request.without:
        _leave_out(project, pattern)
    _choose(project, request.profiles)
    for service in sections["services"]:
        _warn_of_extensions(project, service)
        _read_variables(project, service, reading)
        _read_labels(project, service)
    return project


def _name(name: str, folder: str, place: Place) -> str:
    """The name of the project: as given, or the folder's, as Compose makes one of it."""
    if not name:
        name = re.sub(r"[^a-z0-9_-]", "", os.path.basename(folder).lower()).lstrip("_-")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name):
        place.at("name").needs(
            name, "a name of lower-case letters, digits, '_' and '-' that begins with a letter or digit"
        )
    return name


def _warn_of_extensions(project: Project, name: str) -> None:
    """Extensions mean nothing to the Compose specification, but those of podman-compose mean something to who wrote them."""
    for key in project.tree["services"][name]:
        if key.startswith("x-podman"):
            place = project.place("services", name, key)
            project.warnings.append(
                f"{place.file}: {place.path}: an extension of podman-compose, which is not read here."
            )


def _leave_out(project: Project, pattern: str) -> None:
    """Take away what the caller says may be missing, such as services.*.logging."""
    parts = pattern.split(".")
    if not _removed(project.tree, parts):
        Place(project.file, pattern).refuse(
            "it is named in without, and there is no such key", "take it out of without, or mend the path"
        )


def _removed(node: Any, parts: list[str]) -> bool:
    if not isinstance(node, dict):
        return False
    # A key can have dots of its own.
    if ".".join(parts) in node:
        del node[".".join(parts)]
        return True
    keys = list(node) if parts[0] == "*" else [parts[0]]
    if len(parts) == 1:
        found = [key for key in keys if key in node]
        for key in found:
            del node[key]
        return bool(found)
    # All of them, not as far as the first.
    return True in [_removed(node.get(key), parts[1:]) for key in keys]


def _choose(project: Project, profiles: Sequence[str] | None) -> None:
    """Leave only services without profiles and those of a profile that is active."""
    told = project.variables.get("COMPOSE_PROFILES", "")
    active = (
        set(profiles) if profiles is not None else {each.strip() for each in told.split(",") if each.strip()}
    )
    services = project.tree["services"]
    known: set[str] = set()
    for name, service in list(services.items()):
        place = project.place("services", name, "profiles")
        mine = {place.text(each) for each in place.listed(service.pop("profiles", None))}
        known |= mine
        if mine and not mine & active and "*" not in active:
            del services[name]
    unknown = sorted(active - known - {"*"})
    if unknown and profiles is not None:
        raise Failure(
            f"{project.file}: no service has the profile {unknown[0]}, and those of the file are {', '.join(sorted(known)) or 'none'}; "
            "take it out of profiles, or mend it."
        )
    if not services:
        Place(project.file).at("services").refuse(
            "all services have profiles, and none is active", "name one in profiles"
        )


def _read_variables(project: Project, name: str, reading: Reading) -> None:
    """Files of variables and pass-through variables become plain ``environment``."""
    service = project.tree["services"][name]
    place = project.place("services", name, "env_file")
    found: dict[str, str | None] = {}
    for index, entry in enumerate(service.pop("env_file", None) or []):
        at = place.entry(index)
        at.known(entry, ("path", "required", "format"))
        if not at.flag(entry.get("required", True)) and not os.path.exists(project.path(entry["path"])):
            continue
        text = project.read_text(entry["path"], at)
        if entry.get("format") not in (None, "raw"):
            at.at("format").needs(entry["format"], "raw, or no format,")
        known = {**{key: value for key, value in found.items() if value is not None}, **project.variables}
        try:
            if entry.get("format") == "raw":
                found.update(dotenv.raw(text))
            else:
                found.update(dotenv.parsed(text, known, reading.unset(Place(entry["path"]))))
        except MistakeError as error:
            at.refuse(f"of the file {entry['path']} {error.why}", error.instead)
    place = project.place("services", name, "environment")
    found.update(
        {
            key: None if value is None else place.at(key).text(value)
            for key, value in place.mapping(service.get("environment")).items()
        }
    )
    variables = project.variables
    resolved = {key: variables.get(key) if value is None else value for key, value in found.items()}
    service["environment"] = {key: value for key, value in resolved.items() if value is not None}


def _read_labels(project: Project, name: str) -> None:
    """Files of labels stand below ``labels``."""
    service = project.tree["services"][name]
    place = project.place("services", name, "label_file")
    found: dict[str, Any] = {}
    for index, path in enumerate(service.pop("label_file", None) or []):
        try:
            found.update(dotenv.raw(project.read_text(path, place.entry(index))))
        except MistakeError as error:
            place.entry(index).refuse(f"of the file {path} {error.why}", error.instead)
    if found or service.get("labels"):
        service["labels"] = {**found, **(service.get("labels") or {})}
