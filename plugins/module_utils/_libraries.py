# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Python libraries that modules need on the host, imported when they are needed, or one sentence about it."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from . import _errors

# Where the role rootless_host puts libraries that no distribution package has.
PYTHON_FOLDER = "/usr/local/lib/rootless_podman/python"


def podman_py() -> Any:
    """podman-py's APIClient. Raises Failure."""
    return _brought("podman.api.client", "podman-py", "python3-podman").APIClient


def jmespath() -> Any:
    """The module jmespath with its parts. Raises Failure."""
    library = _brought("jmespath", "jmespath", "python3-jmespath", "query: ")
    for part in ("exceptions", "functions", "lexer"):
        importlib.import_module(f"jmespath.{part}")
    return library


def _brought(module: str, name: str, package: str, option: str = "") -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        # Last, so that nothing there can stand before what the system has.
        if PYTHON_FOLDER not in sys.path:
            sys.path.append(PYTHON_FOLDER)
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise _errors.Failure(
            f"{option}the host has no {name} for {sys.executable} ({error}); the role rootless.podman.rootless_host "
            f"installs it, or: apt-get install {package} (dnf install {package})"
        ) from error
