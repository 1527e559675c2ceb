# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs asked for what only they can tell: versions and systemd's view (I/O, read only)."""

from __future__ import annotations

import os
import re
import subprocess
import time
from typing import Dict, List, Mapping, Sequence

# Where distributions put the programs that Podman calls and nobody else does.
FOLDERS = (
    "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
    "/usr/local/libexec/podman", "/usr/local/lib/podman", "/usr/libexec/podman", "/usr/lib/podman",
    "/usr/libexec/catatonit",
)  # fmt: skip
TOOLS = (
    "podman", "crun", "runc", "newuidmap", "newgidmap", "getsubids", "catatonit", "pasta", "slirp4netns", "netavark",
    "aardvark-dns", "nft", "iptables", "fuse-overlayfs", "systemctl",
)  # fmt: skip
VERSIONED = ("podman", "crun", "runc", "netavark", "aardvark-dns", "pasta", "slirp4netns", "systemctl")
# Seconds for all programs together: they run side by side and answer in some 30 ms.
PATIENCE = 3.0
NOBODY = 65534
_ENVIRONMENT = {"PATH": ":".join(FOLDERS[:6]), "LANG": "C.UTF-8", "HOME": "/nonexistent"}
_NUMBER = re.compile(r"\d+(?:\.\d+)+(?:-[0-9A-Za-z.]+)?|\b\d{2,}\b")
# passt has no version numbers but dates: "pasta 0.0~git20250503.587980c-2" or "pasta 2025_05_03.587980c".
_PASTA = re.compile(r"\d[\w.~]*\d{4}_?\d{2}_?\d{2}[\w.]*")


def find_tools() -> Dict[str, str]:
    """Every tool of the checklist with its path, empty where the host has none."""
    return {name: _path(name) for name in TOOLS}


def versions(tools: Mapping[str, str]) -> Dict[str, str]:
    """The versions of those tools that are there and tell one."""
    told = ask({name: [tools[name], "--version"] for name in VERSIONED if tools.get(name)})
    found = {name: number(name, text) for name, text in told.items()}
    if "systemctl" in found:
        found["systemd"] = found.pop("systemctl")
    return {name: text for name, text in found.items() if text}


def number(name: str, text: str) -> str:
    """The version in what ``NAME --version`` printed, empty when there is none."""
    first = text.splitlines()[0] if text.splitlines() else ""
    match = (_PASTA.search(first) if name == "pasta" else None) or _NUMBER.search(first)
    return match.group(0) if match else ""


def units(tools: Mapping[str, str], names: Sequence[str]) -> Dict[str, Dict[str, str]]:
    """Systemd's properties of the units ``names``, ``{}`` where systemd is not there to ask."""
    if not tools.get("systemctl") or not names:
        return {}
    keys = "--property=Id,ActiveState,UnitFileState,WantedBy,RequiredBy,DelegateControllers"
    told = ask({"units": [tools["systemctl"], "show", keys, "--", *names]}, as_nobody=False)
    blocks = [_properties(block) for block in told.get("units", "").split("\n\n")]
    return {block["Id"]: block for block in blocks if "Id" in block}


def ask(commands: Mapping[str, List[str]], as_nobody: bool = True) -> Dict[str, str]:
    """What ``commands`` print, all started before the first is waited for.

    As root they run as nobody: a podman that root runs could touch root's own storage.
    A program that fails, or takes too long, is left out.
    """
    identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_nobody and os.geteuid() == 0 else {}
    running: Dict[str, subprocess.Popen[str]] = {}
    for name, command in commands.items():
        try:
            running[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                text=True,
                errors="replace",
                **identity,  # type: ignore[arg-type]
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
        if process.returncode == 0:
            answers[name] = text
    return answers


def _path(name: str) -> str:
    for folder in FOLDERS:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return ""


def _properties(block: str) -> Dict[str, str]:
    pairs = (line.partition("=") for line in block.splitlines())
    return {key: value for key, _equals, value in pairs if key}
