# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets: the option table and the request that makes one (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _options, _values
from . import simple

# Podman's own limit for the file driver, in bytes.
LIMIT = 512000


class SecretData(_values.ValueType):
    """The secret itself. It is recorded as a keyed digest and never shown."""

    argument = {"type": "str", "no_log": True}

    def parse(self, raw: Any) -> str:
        if not isinstance(raw, str) or not 0 < len(raw.encode("utf-8", "surrogateescape")) <= LIMIT:
            raise ValueError(f"text of 1 to {LIMIT} bytes")
        return raw

    def reported(self, raw: Any) -> Any:
        return raw

    def contrast(self, before: Any, after: Any) -> Any:
        return ("(hidden)" if before is not None else None, "(hidden)" if after is not None else None)

    def show(self, value: str) -> str:  # noqa: ARG002
        return "(hidden)"


class HiddenPairs(_values.Pairs):
    """Options that may hold a command or a password; Ansible is told not to log them."""

    argument = {"type": "dict", "no_log": True}


TABLE = _options.OptionTable(
    "secret",
    [
        _options.Option("data", SecretData(), "data", "SecretData"),
        _options.Option("driver", _values.Text(["file", "pass", "shell"]), "driver", "Spec.Driver.Name"),
        _options.Option("driver_opts", HiddenPairs(hidden=True), "driveropts", "Spec.Driver.Options"),
        _options.Option("labels", _values.Pairs(), "labels", "Spec.Labels", ("label",)),
    ],
)


def create(
    name: str, body: _options.Body, labels: dict[str, str], params: Mapping[str, Any], facts: _options.Facts
) -> simple.Request:
    """The request that makes a secret, or replaces it where the server can (4.7 and later)."""
    query: dict[str, Any] = {"name": name, "labels": {**body.get("labels", {}), **labels}}
    query.update({key: body[key] for key in ("driver", "driveropts") if key in body})
    if params.get("replaces") and facts.has("4.7"):
        query["replace"] = True
    return simple.Request("POST", "secrets/create", query, body["data"].encode("utf-8", "surrogateescape"))


def shown(inspect: Mapping[str, Any]) -> dict[str, Any]:
    """A secret as the task returns it: never its data."""
    spec = inspect.get("Spec") or {}
    return {
        "name": spec.get("Name"),
        "id": inspect.get("ID"),
        "driver": (spec.get("Driver") or {}).get("Name"),
        "updated_at": inspect.get("UpdatedAt"),
    }


def as_it_was(inspect: Mapping[str, Any]) -> simple.Request | None:
    """The request that puts a replaced secret back; None where Podman does not tell its data."""
    spec, data = inspect.get("Spec") or {}, inspect.get("SecretData")
    if not data or "\ufffd" in data:  # bytes that are no text, which this version shows as something else
        return None
    driver = spec.get("Driver") or {}
    query = {
        "name": spec.get("Name"), "labels": spec.get("Labels") or {}, "replace": True,
        "driver": driver.get("Name"), "driveropts": driver.get("Options") or {},
    }  # fmt: skip
    return simple.Request("POST", "secrets/create", query, str(data).encode("utf-8", "surrogateescape"))


SECRET = simple.SimpleKind("secret", TABLE, "secrets", "Spec.Name", "Spec.Labels", create, shown)
