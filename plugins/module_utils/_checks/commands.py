# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs asked for what only they can tell: versions and systemd's view (I/O, read only)."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

# Where distributions put the programs that Podman calls and nobody else does.
FOLDERS = (
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
    "/usr/local/libexec/podman", "/usr/local/lib/podman", "/usr/libexec/podman", "/usr/lib/podman",
    "/usr/libexec/catatonit",
)  # fmt: skip
TOOLS = (
    "podman", "crun", "runc", "newuidmap", "newgidmap", "getsubids", "catatonit", "pasta", "slirp4netns", "netavark",
    "aardvark-dns", "nft", "iptables", "fuse-overlayfs", "systemctl", "quadlet", "dpkg-query", "rpm",
)  # fmt: skip
# Tools whose version is worth telling, and the package that has them, where its name is another one.
VERSIONED = ("podman", "crun", "runc", "netavark", "aardvark-dns", "pasta", "slirp4netns", "systemctl")
PACKAGES = {"pasta": "passt", "systemctl": "systemd"}
# Any instance shows what user@.service gives to every account's manager.
ANY_MANAGER = f"user@{2**16 - 2}.service"
# Seconds for all programs together: they run side by side and answer in some 30 ms.
PATIENCE = 3.0
NOBODY = 65534
_ENVIRONMENT = {"PATH": ":".join(FOLDERS[:6]), "LANG": "C.UTF-8", "HOME": "/nonexistent"}
_NUMBER = re.compile(r"\d+(?:\.\d+)+(?:-[0-9A-Za-z.]+)?|\b\d{2,}\b")
_EPOCH = re.compile(r"^\d+:")


def find_tools() -> dict[str, str]:
    """Every tool of the checklist with its path, empty where the host has none."""
    return {name: _path(name) for name in TOOLS}


def versions(tools: Mapping[str, str], installed: Mapping[str, str]) -> dict[str, str]:
    """The versions of those tools that are there and tell one, systemctl's under ``systemd``.

    The package database, told as by ``installed_packages``, is asked first, and the program itself only where no
    package has it: Podman and crun make folders even for ``--version``, and pasta of 2025 prints nothing into a pipe.
    """
    present = [name for name in VERSIONED if tools.get(name)]
    packaged = {
        name: installed.get(PACKAGES.get(name, name), "")
        for name in present
        if not tools[name].startswith("/usr/local/")
    }
    found = {name: upstream(text) for name, text in packaged.items() if text}
    rest = {name: [tools[name], "--version"] for name in present if name not in found and name != "podman"}
    if "podman" in present and "podman" not in found and tools.get("quadlet"):
        # Built with Podman, and writes nothing.
        rest["podman"] = [tools["quadlet"], "--version"]
    found.update({name: number(text) for name, text in ask(rest).items()})
    if "systemctl" in found:
        found["systemd"] = found.pop("systemctl")
    return {name: text for name, text in found.items() if text}


def versioned_packages(tools: Mapping[str, str]) -> list[str]:
    """The packages of those tools that are there and whose version is worth telling."""
    return [PACKAGES.get(name, name) for name in VERSIONED if tools.get(name)]


def podman_version() -> str:
    """The version of the host's Podman, empty without one."""
    tools = {name: _path(name) for name in ("podman", "quadlet", "dpkg-query", "rpm")}
    return versions(tools, installed_packages(tools, versioned_packages(tools))).get("podman", "")


def delegated_controllers() -> list[str]:
    """The cgroup controllers that systemd hands to the manager of any account."""
    told = units({"systemctl": _path("systemctl")}, [ANY_MANAGER]).get(ANY_MANAGER, {})
    return told.get("DelegateControllers", "").split()


def installed_packages(tools: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """Those of the packages ``names`` that are installed, each with its whole version, as in ``5.4.2+ds1-2+b2``."""
    if not names:
        return {}
    if tools.get("dpkg-query"):
        showformat = "--showformat=${Package} ${Version} ${db:Status-Status}\n"
        command = [tools["dpkg-query"], "--show", showformat, *names]
    elif tools.get("rpm"):
        command = [
            tools["rpm"],
            "--query",
            "--queryformat=%{NAME} %{VERSION}-%{RELEASE} installed\n",
            "--",
            *names,
        ]
    else:
        return {}
    return package_versions(ask({"packages": command}).get("packages", ""))


def package_versions(text: str) -> dict[str, str]:
    """Versions from lines such as ``podman 5.4.2+ds1-2+b2 installed``; other lines tell of packages that are not there."""
    lines = (line.split() for line in text.splitlines())
    return {words[0]: words[1] for words in lines if len(words) == 3 and words[2] == "installed"}


def upstream(version: str) -> str:
    """The upstream version in that of a package: ``1:5.4.2+ds1-2+b2`` is 5.4.2."""
    bare = _EPOCH.sub("", version)
    return (bare.rpartition("-")[0] or bare).partition("+")[0]


def number(text: str) -> str:
    """The version in the first line of what ``NAME --version`` printed, empty when there is none."""
    match = _NUMBER.search(text.splitlines()[0]) if text.splitlines() else None
    return match.group(0) if match else ""


def units(tools: Mapping[str, str], names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Systemd's properties of the units ``names``, ``{}`` where systemd is not there to ask."""
    if not tools.get("systemctl") or not names:
        return {}
    keys = "--property=Id,ActiveState,UnitFileState,WantedBy,RequiredBy,DelegateControllers"
    told = ask({"units": [tools["systemctl"], "show", keys, "--", *names]}, as_nobody=False)
    blocks = [_properties(block) for block in told.get("units", "").split("\n\n")]
    return {block["Id"]: block for block in blocks if "Id" in block}


def ask(commands: Mapping[str, list[str]], as_nobody: bool = True) -> dict[str, str]:
    """What ``commands`` print, all started before the first is waited for.

    As root they run as nobody, because nothing here needs more.
    A program that cannot be started, or takes too long, is left out; a failure prints nothing of use.
    """
    identity: dict[str, Any] = (
        {"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_nobody and os.geteuid() == 0 else {}
    )
    running: dict[str, subprocess.Popen[str]] = {}
    for name, command in commands.items():
        try:
            running[name] = subprocess.Popen(  # pylint: disable=ansible-bad-function
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                text=True,
                errors="replace",
                **identity,
            )
        except OSError:
            continue
    end = time.monotonic() + PATIENCE
    answers = {}
    for name, process in running.items():
        try:
            text = process.communicate(timeout=max(0.05, end - time.monotonic()))[0]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            continue
        answers[name] = text
    return answers


def _path(name: str) -> str:
    for folder in FOLDERS:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""


def _properties(block: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in block.splitlines())
    return {key: value for key, _equals, value in pairs if key}
