# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of the host that hold NAME=VALUE lines: environment and labels (reads them, as the account)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from . import _errors

# Which option each kind of file fills.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "env_file": {"type": "list", "elements": "path", "aliases": ["env_files"]},
    "label_file": {"type": "list", "elements": "path"},
}
FILLED = {"env_file": "env", "label_file": "label"}
LIMIT = 1024 * 1024


def with_files(params: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """The parameters with what the files say put under the options that they fill; what the task says itself wins.

    Raises Failure for a file that the account cannot read, or that says something else.
    """
    whole = dict(params)
    for option, filled in FILLED.items():
        pairs: dict[str, Any] = {}
        for path in whole.pop(option, None) or []:
            pairs.update(_pairs(str(path), where + option))
        if pairs and isinstance(whole.get(filled) or {}, Mapping):
            whole[filled] = {**pairs, **(whole.get(filled) or {})}
    return whole


def _pairs(path: str, option: str) -> dict[str, str]:
    """What one file says. Values stay as they are, quotes and all, as Podman reads such files."""
    if not os.path.isabs(path):
        raise _errors.Failure(
            f"{option}: {path!r} was given, and an absolute path of a file on the host is needed."
        )
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise _errors.Failure(
            f"{option}: {path} was given, and a text file on the host is needed that the account can read ({why})."
        ) from error
    if len(text) > LIMIT:
        raise _errors.Failure(f"{option}: {path} has more than {LIMIT} characters; write less into it.")
    pairs = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.lstrip().partition("=")
        if (not name and not equals) or name.startswith("#"):
            continue
        if not equals or not name.strip():
            raise _errors.Failure(f"{option}: line {number} of {path} is not NAME=VALUE, which is needed.")
        pairs[name.strip()] = value
    return pairs
