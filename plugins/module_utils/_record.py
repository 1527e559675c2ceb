# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record: what we applied when an object was made, kept as a label on it (pure).

A label's value is JSON: {"v": schema, "kind": ..., "name": birth name, "key": key's fingerprint,
"options": {option: digest}}. Digests are keyed, so that whoever sees a label cannot guess a short
value from it, and cut to 64 bits: every listing carries the label, so it has to stay small. Forty
options make 1.5 KiB, all that there are 6.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

LABEL = "rootless.podman.record"
SCHEMA = 1
KEY_BYTES = 32
LIMIT = 8192


def digest(key: bytes, value: Any) -> str:
    """A keyed digest of a typed value: 16 hexadecimal digits."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:16]


def digests(key: bytes, spec: Mapping[str, Any]) -> dict[str, str]:
    """The digest of every option of a spec."""
    return {name: digest(key, value) for name, value in spec.items()}


def write(key: bytes, kind: str, name: str, spec: Mapping[str, Any]) -> str:
    """The label's value for an object that is about to be made."""
    told = {"v": SCHEMA, "kind": kind, "name": name, "key": _fingerprint(key), "options": digests(key, spec)}
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def read(key: bytes, kind: str, name: str, labels: Mapping[str, str] | None) -> dict[str, str] | None:
    """The digests that an object's labels record, or None when they hold no record of ours for it.

    None also for a record of another kind or birth name (commit and clone copy labels), of a newer
    schema, and of another key (the account's key was lost): such an object is adopted anew.
    """
    text = (labels or {}).get(LABEL)
    if not text or len(text) > LIMIT:
        return None
    try:
        told = json.loads(text)
    except ValueError:
        return None
    if not isinstance(told, dict) or told.get("v") != SCHEMA:
        return None
    if (told.get("kind"), told.get("name"), told.get("key")) != (kind, name, _fingerprint(key)):
        return None
    options = told.get("options")
    return (
        {str(option): str(value) for option, value in options.items()} if isinstance(options, dict) else None
    )


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"rootless.podman record key" + key).hexdigest()[:8]
