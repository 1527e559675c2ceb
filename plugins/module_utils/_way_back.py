# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way back: what undoes the steps that were taken, in an order in which each of it can work (pure)."""

from __future__ import annotations

from typing import Callable

from . import _errors

# How the sentence begins when something could not be undone.
PARTLY = "The change was undone only in part"

# What is new stops before anything else, because it holds ports. Names come before starts, because a start writes the
# name into DNS, and starts what the container requires as well. What is new goes last: by then the old one serves.
STOP, SETTINGS, RENAME, START, REMOVE = range(5)


class WayBack:
    """A journal of what undoes each step. Notes are taken before the step, so each must be harmless without it."""

    def __init__(self) -> None:
        self._notes: list[tuple[int, str, Callable[[], None]]] = []

    def note(self, stage: int, undo: Callable[[], None], sentence: str = "") -> None:
        """Remember what undoes a step; ``sentence`` tells the person what was undone."""
        self._notes.append((stage, sentence, undo))

    @property
    def length(self) -> int:
        """How many notes there are."""
        return len(self._notes)

    def forget(self, since: int = 0) -> None:
        """Nothing leads back from here; with ``since`` only what was noted when there were so many notes."""
        del self._notes[since:]

    def take(self) -> str:
        """Undo, stage by stage, in each the last first; returns what was done, for a person.

        What cannot be undone is told, and does not stop the rest.
        """
        told: list[str] = []
        failed = False
        newest_first = self._notes[::-1]
        for _stage, sentence, undo in sorted(newest_first, key=lambda note: note[0]):
            try:
                undo()
            except _errors.Failure as failure:
                failed = True
                told.append(f"going back met a problem: {failure.message}")
            else:
                told.extend([sentence] if sentence else [])
        self.forget()
        lead = PARTLY if failed else "What was changed is undone"
        return f"{lead}: {', '.join(told)}." if told else ""
