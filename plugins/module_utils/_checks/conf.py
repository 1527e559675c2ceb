# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The few lines of TOML that the checklist needs from Podman's configuration files (pure).

Python 3.9 has no TOML reader, and podman-py may be missing. Only ``[tables]`` and ``key = value``
with strings, numbers, booleans and arrays of strings are understood; the rest is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from . import facts

_TABLE = re.compile(r"^\s*\[([A-Za-z0-9_.\"-]+)\]\s*(#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_-]+)\s*=\s*(.*)$")
_STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")


def keys(text: str) -> dict[str, list[str]]:
    """Every key as ``table.key`` with its values: one for a plain value, any number for an array."""
    found: dict[str, list[str]] = {}
    table = ""
    lines = iter(text.splitlines())
    for line in lines:
        head = _TABLE.match(line)
        if head:
            table = head.group(1).replace('"', "")
            continue
        pair = _KEY.match(line)
        if not pair:
            continue
        value = pair.group(2)
        if value.startswith("["):
            while "]" not in _bare(value):
                following = next(lines, None)
                if following is None:
                    break
                value += "\n" + following
        found[f"{table}.{pair.group(1)}" if table else pair.group(1)] = _values(value)
    return found


def merged(containers: Iterable[str], storage: str, registries: Iterable[str]) -> facts.Conf:
    """The host's configuration: texts in the order in which Podman reads them, the last one wins."""
    conf = facts.Conf()
    for text in containers:
        found = keys(text)
        conf.pids_limit = _last(found, "containers.pids_limit", conf.pids_limit)
        conf.network_command = _last(found, "network.default_rootless_network_cmd", conf.network_command)
    stored = keys(storage)
    conf.storage_driver = _last(stored, "storage.driver", "")
    conf.storage_path = _last(stored, "storage.rootless_storage_path", "")
    for text in registries:
        found = keys(text)
        conf.search_registries = found.get("unqualified-search-registries", conf.search_registries)
        conf.short_name_mode = _last(found, "short-name-mode", conf.short_name_mode)
    return conf


def _last(found: dict[str, list[str]], key: str, otherwise: str) -> str:
    values = found.get(key)
    return values[-1] if values else otherwise


def _bare(value: str) -> str:
    """The value without its strings and comments: what is left are brackets and commas."""
    return re.sub(r"#.*", "", _STRING.sub("", value))


def _values(value: str) -> list[str]:
    strings = [first or second for first, second in _STRING.findall(re.sub(r"(?m)^\s*#.*$", "", value))]
    if strings or value.startswith(("[", '"', "'")):
        return strings or ([] if value.startswith("[") else [""])
    return [value.split("#", maxsplit=1)[0].strip()]
