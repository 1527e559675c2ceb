# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry logins that an app declares, checked with the rest of it."""

from __future__ import annotations

from collections.abc import Mapping, MutableSet, Sequence
from typing import Any

from .. import _arguments, _auth, _errors, _login


def declared(where: str, raw: Sequence[Any], hidden: MutableSet[str]) -> list[Mapping[str, Any]]:
    """The logins of one app, checked; their passwords are added to ``hidden``. Raises Failure."""
    found: list[Mapping[str, Any]] = []
    keys: list[str] = []
    for index, each in enumerate(raw):
        name = str(each.get("registry") or index)
        here = f"{where}.logins[{name[:120] if name.isprintable() else index}]"
        params = _arguments.checked(
            each, _login.ARGUMENTS, here, "login", hidden, required_if=_login.REQUIRED_IF
        )
        try:
            key = _auth.registry_key(str(params["registry"]))
        except _errors.Failure as failure:
            raise _errors.Failure(f"{here}.{failure.message}") from None
        if key in keys:
            raise _errors.Failure(
                f"{where}.logins: {key} is declared more than once; give each registry one login."
            )
        keys.append(key)
        found.append(params)
    return found
