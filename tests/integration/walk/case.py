# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a test case of an option is."""

from __future__ import annotations

from typing import Any

Case = dict[str, Any]


def case(first: Any, second: Any = None, start: bool | None = None, **more: Any) -> Case:
    """Two values of the option, whether the object is started with them, and what the task says beside it."""
    return {
        "first": first,
        **({} if second is None else {"second": second}),
        **({} if start is None else {"start": start}),
        **({"more": more} if more else {}),
    }


def refused(value: Any, told: str) -> Case:
    """A value that this collection has to refuse with a sentence in which these words stand."""
    return {"first": value, "refused": told}
