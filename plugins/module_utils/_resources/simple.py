# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simple kinds (volume, network, secret) have in common: one object, one request to make it (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Callable

from .. import _options


@dataclasses.dataclass(frozen=True)
class Request:
    """One call to Podman, as data."""

    method: str
    path: str
    params: Mapping[str, Any] | None = None
    body: Any = None


@dataclasses.dataclass(frozen=True)
class SimpleKind:
    """One kind of object that is made by one request.

    ``place`` is the path segment of its endpoints, ``name_at`` where inspect shows its name,
    ``labels_at`` its labels. ``create`` turns name, body, labels and the task's parameters into
    the request. ``shown`` is what a task returns of it.
    """

    name: str
    table: _options.OptionTable
    place: str
    name_at: str
    labels_at: str
    create: Callable[[str, _options.Body, dict[str, str], Mapping[str, Any], _options.Facts], Request]
    shown: Callable[[Mapping[str, Any]], dict[str, Any]] = dict
