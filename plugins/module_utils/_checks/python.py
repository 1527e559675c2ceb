# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""podman-py and jmespath as the modules will find them: the interpreter's own folders first, then the collection's (I/O, read only)."""

from __future__ import annotations

import glob
import importlib.util
import os
import sys

from .. import _libraries


def find_podman_py() -> tuple[str, str]:
    """Version and folder of podman-py for this interpreter, two empty strings without it.

    It is found and not imported: an import costs 0.13 s.
    """
    folder = _folder_of("podman")
    if not os.path.isfile(os.path.join(folder, "podman", "api", "client.py")) or not _has_requests(folder):
        return "", ""
    return _version(folder, "podman"), folder


def find_jmespath() -> str:
    """Version of jmespath for this interpreter, empty without it."""
    folder = _folder_of("jmespath")
    return _version(folder, "jmespath") if folder else ""


def _folder_of(package: str) -> str:
    """The folder that has a package, empty when none has."""
    spec = importlib.util.find_spec(package)
    if spec is not None and spec.origin:
        return os.path.dirname(os.path.dirname(spec.origin))
    # Also a folder that happens to be called so would be found as a namespace package.
    return (
        _libraries.PYTHON_FOLDER
        if os.path.isfile(os.path.join(_libraries.PYTHON_FOLDER, package, "__init__.py"))
        else ""
    )


def _has_requests(folder: str) -> bool:
    return importlib.util.find_spec("requests") is not None or os.path.isdir(os.path.join(folder, "requests"))


def _version(folder: str, package: str) -> str:
    """From the name of the folder podman-5.8.0.dist-info (or .egg-info) beside the package."""
    for path in sorted(glob.glob(os.path.join(folder, f"{package}-*-info"))):
        return os.path.basename(path)[len(package) + 1 :].rsplit(".", 1)[0].rsplit("-py", 1)[0]
    return f"of unknown version (Python {sys.version_info[0]}.{sys.version_info[1]})"
