# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one row of the checklist is, and how rows and facts become findings (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Callable, NamedTuple

OK = "ok"
WARNING = "warning"  # works today, and will surprise somebody
FAIL = "fail"  # breaks rootless containers, now or at the next boot


class Verdict(NamedTuple):
    """What one row says of the facts: a level, what was found, and a better ``fix`` than the row's own."""

    level: str
    found: str
    fix: str = ""


@dataclasses.dataclass(frozen=True)
class Check:
    """One row of the checklist.

    ``judge`` gets the facts (``HostFacts`` or ``AccountFacts``) and answers None where the row
    does not apply. In ``fix``, ``{words}`` such as ``{name}`` are filled in by ``judge_all``.
    """

    id: str
    needed: str
    fix: str
    judge: Callable[[Any], Verdict | None]


def ok(found: str) -> Verdict:
    """The row is as it should be, or only tells."""
    return Verdict(OK, found)


def warning(found: str, fix: str = "") -> Verdict:
    """The row works and should be looked at."""
    return Verdict(WARNING, found, fix)


def fail(found: str, fix: str = "") -> Verdict:
    """The row has to be mended."""
    return Verdict(FAIL, found, fix)


def judge_all(
    checks: Iterable[Check], facts: Any, scope: str, words: Mapping[str, str]
) -> list[dict[str, str]]:
    """The findings of ``checks``: ``{id, level, scope, found, needed, fix}``, ``fix`` empty when all is well."""
    found = []
    for check in checks:
        verdict = check.judge(facts)
        if verdict is not None:
            found.append(
                {
                    "id": check.id,
                    "level": verdict.level,
                    "scope": scope,
                    "found": verdict.found,
                    "needed": check.needed,
                    "fix": "" if verdict.level == OK else _filled(verdict.fix or check.fix, words),
                }
            )
    return found


def sentence(finding: Mapping[str, str]) -> str:
    """One finding on one line, for a person."""
    return (
        f"{finding['scope']}: {finding['id']}: {finding['found']}; "
        f"needed: {finding['needed']}; fix: {finding['fix']}"
    )


def listed(words: Iterable[str], limit: int = 5) -> str:
    """Names as people write them, cut off where nobody would read on."""
    names = list(words)
    shown = ", ".join(names[:limit])
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown


def _filled(text: str, words: Mapping[str, str]) -> str:
    # Not str.format: a fix may show YAML, whose braces are not ours.
    for word, value in words.items():
        text = text.replace("{" + word + "}", value)
    return text
