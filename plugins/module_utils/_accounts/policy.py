# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The host's own policy for ranges, which the role rootless_host writes: how many ids, in which region, around what (read only)."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

from .. import _errors
from . import lock, ranges

FILE = "rootless.podman/ranges.json"
_KEYS = ("count", "first", "last", "reserved")
_SPAN = re.compile(r"(\d+)-(\d+)")


@dataclasses.dataclass(frozen=True)
class Policy:
    """What holds for ranges that are chosen on this host; None where login.defs goes on deciding."""

    count: int = ranges.NEEDED
    first: int | None = None
    last: int | None = None
    reserved: tuple[ranges.Range, ...] = ()


def policy(etc: str = "/etc") -> Policy:
    """The policy of this host, the default where there is no file. Raises Failure for one that cannot be read."""
    path = f"{etc}/{FILE}"
    text = lock.read_text(path)
    if not text.strip():
        return Policy()
    try:
        return _parsed(json.loads(text))
    except ValueError as error:
        raise _errors.Failure(
            f"{path}: it cannot be read ({error}), and JSON with {', '.join(_KEYS)} is needed; let the role rootless_host write it "
            "(rootless_host_ranges), or remove it."
        ) from None


def _parsed(told: Any) -> Policy:
    if not isinstance(told, dict) or set(told) - set(_KEYS):
        raise ValueError("another key, or no map")
    count = _number(told, "count")
    first, last = _number(told, "first"), _number(told, "last")
    if count is not None and count < ranges.NEEDED:
        raise ValueError(f"count {count} is less than {ranges.NEEDED}, which images need")
    low, high = ranges.LOWEST if first is None else first, ranges.HIGHEST if last is None else last
    if not ranges.LOWEST <= low <= high <= ranges.HIGHEST:
        raise ValueError(f"{low} to {high} is no region between {ranges.LOWEST} and {ranges.HIGHEST}")
    return Policy(
        ranges.NEEDED if count is None else count, first, last, tuple(map(_span, told.get("reserved") or []))
    )


def _number(told: dict[str, Any], key: str) -> int | None:
    value = told.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise ValueError(f"{key} is no number")
    return value


def _span(raw: Any) -> ranges.Range:
    """``FIRST-LAST`` as a range."""
    found = _SPAN.fullmatch(str(raw))
    if not found or int(found[1]) > int(found[2]):
        raise ValueError(f"reserved has {raw!r}, which is not FIRST-LAST")
    return ranges.Range(int(found[1]), int(found[2]) - int(found[1]) + 1)
