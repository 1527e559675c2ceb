# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The escape hatch: fields of Podman's create request that have no row yet (pure)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import _errors, _options, _values


class SpecFields(_values.ValueType):
    """Raw fields of the create body; ``taken`` are those that the module itself fills in."""

    argument = {"type": "dict"}

    def __init__(self, taken: tuple[str, ...]) -> None:
        self.taken = taken

    def parse(self, raw: Any) -> dict[str, Any]:
        if not isinstance(raw, Mapping) or any(not isinstance(key, str) or not key for key in raw):
            raise ValueError("fields of Podman's create request with their values")
        own = sorted(set(raw) & set(self.taken))
        if own:
            raise ValueError(f"fields other than {', '.join(self.taken)} (found {own[0]})")
        try:
            fields: dict[str, Any] = json.loads(json.dumps(dict(raw), sort_keys=True))
        except (TypeError, ValueError):
            raise ValueError("fields with values that JSON knows") from None
        return fields

    @staticmethod
    def write(value: dict[str, Any], body: _options.Body, _facts: _options.Facts) -> None:
        """Beside what the rows wrote. Raises Failure for a field that a row wrote already."""
        for field, content in value.items():
            there = body.get(field)
            if isinstance(there, dict) and isinstance(content, dict) and not set(there) & set(content):
                there.update(content)
            elif there is not None:
                raise _errors.Failure(
                    f"spec_fields: {field} is filled in by another option of this task; say all of it in one place."
                )
            else:
                body[field] = content

    def show(self, value: dict[str, Any]) -> list[str]:
        # A field may hold a password, and nothing tells which.
        return sorted(value)
