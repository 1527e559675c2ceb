# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of images: registry, repository, tag and digest, and for which platform an image is (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from . import _errors, _plan

# Source: the grammar of distribution/reference, by which Podman reads names too.
_PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_NAME = re.compile(
    r"(?:(?P<host>(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::[0-9]+)?)/)??"
    rf"(?P<repository>{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?"
)
# What people and kernels call it, and what Podman does.
_SPELLINGS = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "armv7l": "arm",
    "armv6l": "arm",
    "i686": "386",
    "i386": "386",
}
Platform = Mapping[str, str]  # as the API names it: OS, Arch, Variant


class Reference(NamedTuple):
    """An image's name, taken apart; parts that it does not have are empty."""

    host: str
    repository: str
    tag: str
    digest: str

    @property
    def place(self) -> str:
        """Registry and repository."""
        return f"{self.host}/{self.repository}" if self.host else self.repository

    @property
    def text(self) -> str:
        """The name as Podman takes it: beside a digest a tag decides nothing, and older versions refuse it."""
        if self.digest:
            return f"{self.place}@{self.digest}"
        return f"{self.place}:{self.tag}" if self.tag else self.place

    @property
    def what(self) -> str:
        """Tag or digest, as a registry is asked for it."""
        return self.digest or self.tag or "latest"


def parse_name(name: str, option: str = "name") -> Reference:
    """Take an image's name apart. Raises Failure."""
    found = _NAME.fullmatch(name)
    if not found:
        hint = ""
        if "://" in name:
            hint = " without a transport"
        elif "@" in name:
            hint = ", or one with a digest of 64 digits such as docker.io/library/nginx@sha256:0123..."
        raise _errors.Failure(
            f"{option}: {name!r} was given, and an image such as docker.io/library/nginx:1.27{hint} is needed."
        )
    host, repository = found["host"] or "", found["repository"]
    first, slash, rest = repository.partition("/")
    # Without a dot, a port or localhost the first part is none of a registry: library/nginx.
    if not host and slash and ("." in first or first == "localhost"):
        host, repository = first, rest
    if host and not re.search(r"[.:A-Z]|^localhost$", host):
        host, repository = "", f"{host}/{repository}"
    return Reference(host, repository, found["tag"] or "", found["digest"] or "")


def parse_platform(params: Mapping[str, Any]) -> dict[str, str]:
    """The platform that a task declares; what it does not say is not in it. Raises Failure."""
    told: dict[str, str] = {}
    if params.get("platform"):
        text = str(params["platform"])
        parts = text.split("/")
        if not 2 <= len(parts) <= 3 or not all(map(_word, parts)):
            raise _errors.Failure(
                f"platform: {text!r} was given, and OS/ARCHITECTURE[/VARIANT], such as linux/arm64, is needed."
            )
        told = dict(zip(("OS", "Arch", "Variant"), parts))
    for option, field in (("os", "OS"), ("arch", "Arch"), ("variant", "Variant")):
        if params.get(option):
            told[field] = str(params[option])
            if not _word(told[field]):
                raise _errors.Failure(
                    f"{option}: {told[field]!r} was given, and one word such as arm64 is needed."
                )
    if "Arch" in told:
        told["Arch"] = _SPELLINGS.get(told["Arch"], told["Arch"])
    return told


def print_platform(platform: Platform) -> str:
    """OS/ARCHITECTURE[/VARIANT], as builds are asked for it; empty when nothing is declared."""
    if not platform:
        return ""
    parts = [platform.get("OS", "linux"), platform.get("Arch", ""), platform.get("Variant", "")]
    return "/".join(part for part in parts if part)


def native_platform(machine: str) -> dict[str, str]:
    """What runs on this host; ``machine`` is what its kernel says."""
    return {"OS": "linux", "Arch": _SPELLINGS.get(machine, machine)}


def foreign(inspect: Mapping[str, Any] | None, platform: Platform) -> tuple[_plan.Reason, ...]:
    """In what an image on the host is for another platform than declared. Podman shows no variant."""
    if not inspect:
        return ()
    pairs = [("os", "OS", inspect.get("Os")), ("arch", "Arch", inspect.get("Architecture"))]
    return tuple(
        _plan.Reason(option, _plan.CHANGED, there, platform[field])
        for option, field, there in pairs
        if field in platform and there != platform[field]
    )


def _word(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z0-9_.-]+", text))
