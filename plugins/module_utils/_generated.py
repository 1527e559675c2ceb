# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Quadlet's generator makes of a folder of units, read from what it prints (pure)."""

from __future__ import annotations

import dataclasses
import os
import re

from . import _errors, _quadlet

_HEAD = re.compile(r"---(?P<service>[^/\n]+)---\Z")
_LEAD = re.compile(r"\Aquadlet-generator\[\d+\]: ")
# What it tells of its work, and what says that something else went wrong.
_CHATTER = re.compile(r"Loading source |No files parsed from |processing encountered |Starting quadlet|\s*\Z")
# Quadlet writes the name before anything that a unit can say.
_NAMED = re.compile(r"^ExecStart(?:Pre)?=.*? --name[= ](\S+)", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Generated:
    """The services by the unit they were made of, and what was said against units."""

    services: dict[str, str] = dataclasses.field(default_factory=dict)  # web.container: web.service
    texts: dict[str, str] = dataclasses.field(default_factory=dict)  # web.container: the service's text
    complaints: tuple[str, ...] = ()

    def against(self, file: str) -> str:
        """Why there is no service for this unit; empty when there is a usable one."""
        if file in self.services:
            longest = max(map(len, self.texts[file].split("\n")))
            return (
                ""
                if longest < _quadlet.LINE_LIMIT
                else f"a line of its service has {longest} characters, and systemd reads at most {_quadlet.LINE_LIMIT}"
            )
        mine = [each for each in self.complaints if f'"{file}"' in each or f"/{file}" in each]
        # A file that cannot be read takes all others of its folder with it.
        return (
            "; ".join(mine or self.complaints[:1])
            or "Quadlet's generator makes no service of it and does not say why"
        )

    def twin(self, file: str) -> str:
        """Another unit of which the same service is made, as ServiceName= allows; empty when there is none."""
        service = self.services.get(file)
        return next((other for other, made in self.services.items() if service == made and other != file), "")

    def rival(self, file: str) -> str:
        """Another unit that gives its container or pod the same name, so that each start of one would remove the other; empty when none does."""
        name = self._name(file)
        return next(
            (other for other in self.texts if name and other != file and self._name(other) == name), ""
        )

    def _name(self, file: str) -> str:
        """What Podman calls the container or pod of a unit; empty for one of another kind, and where only systemd knows."""
        found = _NAMED.search(self.texts.get(file, "")) if file.endswith((".container", ".pod")) else None
        return found[1] if found and "%" not in found[1] else ""


def read(out: str, err: str) -> Generated:
    """What ``quadlet --dryrun`` printed."""
    services: dict[str, str] = {}
    texts: dict[str, str] = {}
    for service, text in _blocks(out):
        sources = re.findall(r"^SourcePath=(.*)$", text, re.MULTILINE)
        if sources:
            file = os.path.basename(sources[-1])
            services[file], texts[file] = service, text
    told = [_LEAD.sub("", line) for line in err.split("\n")]
    return Generated(services, texts, tuple(line for line in told if not _CHATTER.match(line)))


def _blocks(out: str) -> list[tuple[str, str]]:
    found: list[tuple[str, list[str]]] = []
    for line in out.split("\n"):
        head = _HEAD.match(line)
        if head:
            found.append((head["service"], []))
        elif found:
            found[-1][1].append(line)
    return [(service, "\n".join(lines)) for service, lines in found]


def same(one: str, other: str) -> bool:
    """Whether two services were made of the same.

    Podman 5.8 prints labels and variables in an order that changes from run to run, so the order of words counts only in
    the sections that repeat the unit itself ([X-Container]). Where the unit lies does not count.
    """
    try:
        return one == other or _meaning(one) == _meaning(other)
    except _errors.Failure:
        return one == other


def _meaning(text: str) -> dict[str, dict[str, list[list[str]]]]:
    found = _quadlet.canonical(text)
    found.get("Unit", {}).pop("SourcePath", None)
    for section, keys in found.items():
        if not section.startswith("X-"):
            for key, values in keys.items():
                keys[key] = [sorted(" ".join(pieces).split(" ")) for pieces in values]
    return found


def broken_by(before: Generated, after: Generated, gone: set[str]) -> dict[str, str]:
    """The units that had a service before and have none after, with what is said against each."""
    return {
        file: after.against(file)
        for file in before.services
        if file not in gone and file not in after.services
    }


def warnings(told: Generated, file: str) -> list[str]:
    """What the generator remarks on a unit that it takes all the same."""
    lead = "Warning: "
    return [each[len(lead) :] for each in told.complaints if each.startswith(lead) and file in each]
