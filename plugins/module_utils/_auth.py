# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file in which Podman finds registry logins, as data (pure)."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, NamedTuple

from . import _errors

# Names under which Docker Hub's logins are found in files of other tools.
DOCKER_HUB = ("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")

Data = dict[str, Any]


class Login(NamedTuple):
    """A user name and a password."""

    username: str
    password: str


def registry_key(raw: str) -> str:
    """The key of a registry, or of a part of it, in the file. Raises Failure."""
    key = _plain(raw)
    if not re.fullmatch(
        r"[A-Za-z0-9.-]+(:\d+)?(/[a-z0-9._/-]+)?|\[[0-9a-fA-F:]+\](:\d+)?(/[a-z0-9._/-]+)?", key
    ):
        raise _errors.Failure(
            f"registry: {raw!r} was given, and a registry such as quay.io or registry.example.com:5000 is needed, with a path "
            "behind it for a part of it."
        )
    return key


def _plain(raw: str) -> str:
    key = re.sub(r"^https?://", "", raw).rstrip("/")
    host, slash, path = key.partition("/")
    if host in DOCKER_HUB:
        return "docker.io" if path in ("", "v1", "v2") else f"docker.io{slash}{path}"
    return key


def parse(text: str, path: str) -> Data:
    """What such a file holds. Raises Failure for one that Podman could not read either."""
    try:
        data = json.loads(text) if text.strip() else {}
        if not isinstance(data, dict) or not isinstance(data.get("auths"), (dict, type(None))):
            raise ValueError("not a map of logins")
    except ValueError as error:
        # The error's own words could show a part of the file.
        what = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise _errors.Failure(
            f"auth_file: {path} cannot be read as JSON ({what}); mend it or move it away."
        ) from None
    return data


def found(data: Data, key: str) -> Login | None:
    """The login for a key. One that is kept as a token, and not as a password, has an empty name."""
    entries = data.get("auths") or {}
    names = [name for name in entries if name == key] or [name for name in entries if _plain(name) == key]
    if not names:
        return None
    entry = entries[names[0]]
    try:
        told = base64.b64decode(entry["auth"], validate=True).decode("utf-8", "surrogateescape")
    except (KeyError, TypeError, ValueError):
        return Login("", "")
    username, _colon, password = told.partition(":")
    return Login("", "") if entry.get("identitytoken") else Login(username, password.rstrip("\0"))


def helper(data: Data, key: str) -> str:
    """The program that Podman asks instead of the file for this key's registry, empty without one."""
    helpers = data.get("credHelpers") or {}
    return str(helpers.get(key.split("/", 1)[0]) or "") if isinstance(helpers, dict) else ""


def put(data: Data, key: str, login: Login) -> None:
    """Enter a login; everything else in the file stays."""
    take(data, key)
    told = f"{login.username}:{login.password}".encode("utf-8", "surrogateescape")
    data.setdefault("auths", {})[key] = {"auth": base64.b64encode(told).decode()}


def take(data: Data, key: str) -> None:
    """Strike a login out, under whatever spelling it is kept."""
    data["auths"] = {name: entry for name, entry in (data.get("auths") or {}).items() if _plain(name) != key}


def text_of(data: Data) -> str:
    """The file's text as Podman writes it."""
    return json.dumps(data, indent="\t") + "\n"
