# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an app declared when it was last applied, by name: a file in the account's home. Used as the account.

Labels tell most of it. The file also knows what was taken over without a label, and what an app without any container had.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from .. import _account, _engine, _journal

KIND = "app"
KINDS = ("images", "networks", "volumes", "secrets", "pods", "containers", "files")
Names = dict[str, list[str]]
_FILE = re.compile(r"rootless\.podman\.app\.(.+)\.json")


def journal(account: _account.Account, app: str) -> _journal.Journal:
    """The file of one app."""
    return _journal.Journal(account, KIND, app)


def read(account: _account.Account, app: str) -> tuple[Names, Names]:
    """What it declared last, and what it declared before and nobody has removed since."""
    notes = journal(account, app).read() or {}
    return names_of(notes.get("declared")), names_of(notes.get("former"))


def notes(
    declared: Names,
    former: Names,
    once: list[str],
    resting: list[str],
    seen: Mapping[str, Any],
    due: bool = False,
) -> dict[str, Any]:
    """What the file holds. ``once`` are containers that run to their end, ``resting`` those that need not run.

    ``seen`` is what was found of files that the account itself cannot read, ``due`` whether hooks have still to run.
    """
    left = {kind: names for kind, names in former.items() if names}
    told = {"declared": declared, "former": left, "once": sorted(once), "resting": sorted(resting)}
    return {**told, **({"seen": dict(seen)} if seen else {}), **({"hooks_due": True} if due else {})}


def hooks_due(account: _account.Account, app: str) -> bool:
    """Whether a run changed the app and did not come to the hooks after that."""
    return bool((journal(account, app).read() or {}).get("hooks_due"))


def note_hooks_due(engine: _engine.Engine, app: str) -> None:
    """Note it before anything changes: the run may be killed."""
    told = journal(engine.account, app)
    engine.admit("write", told.path)
    told.write({**(told.read() or {}), "hooks_due": True})


def note_hooks_done(engine: _engine.Engine, app: str) -> None:
    """They have run."""
    told = journal(engine.account, app)
    notes = told.read() or {}
    if notes.pop("hooks_due", None):
        engine.admit("write", told.path)
        told.write(notes)


def note_gone(engine: _engine.Engine, app: str, names: Names) -> None:
    """It is not there any more."""
    told = journal(engine.account, app)
    notes = told.read() or {}
    former = names_of(notes.get("former"))
    left = {kind: sorted(set(former[kind]) - set(names[kind])) for kind in KINDS}
    if left != former:
        engine.admit("write", told.path)
        told.write({**notes, "former": {kind: each for kind, each in left.items() if each}})


def names_of_steps(steps: Iterable[Mapping[str, Any]]) -> Names:
    """The names of what steps of a plan deal with, by kind."""
    found: Names = {kind: [] for kind in KINDS}
    for step in steps:
        found.setdefault(f"{step['kind']}s", []).append(str(step["name"]))
    return found


def seen(account: _account.Account, app: str) -> Mapping[str, Any]:
    """What was found of such files when they were last looked at."""
    told = (journal(account, app).read() or {}).get("seen")
    return told if isinstance(told, dict) else {}


def not_running(account: _account.Account, app: str) -> tuple[set[str], set[str]]:
    """Which of an app's containers run to their end, and which need not run."""
    told = journal(account, app).read() or {}
    once, resting = (
        {each for each in listed if isinstance(each, str)} if isinstance(listed, list) else set()
        for listed in (told.get("once"), told.get("resting"))
    )
    return once, resting


def names_of(raw: Any) -> Names:
    """Names by kind, whatever stands there: the account can write what it likes."""
    found: Names = {kind: [] for kind in KINDS}
    if isinstance(raw, Mapping):
        for kind in KINDS:
            listed = raw.get(kind)
            if isinstance(listed, list):
                found[kind] = sorted({each for each in listed if isinstance(each, str)})
    return found


def apps(account: _account.Account) -> list[str]:
    """The apps of which the account has such a file, but for those whose data alone is left."""
    paths = glob.glob(os.path.join(glob.escape(account.home), _journal.PLACE, "rootless.podman.app.*.json"))
    found = (_FILE.fullmatch(os.path.basename(path)) for path in paths)
    names = sorted(each.group(1) for each in found if each)
    return [name for name in names if any(read(account, name)[0].values())]
