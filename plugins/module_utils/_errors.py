# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong, as one sentence for the person who runs the task (pure)."""

from __future__ import annotations

from typing import Any


class Failure(Exception):  # noqa: N818  a failed task, in Ansible's own word
    """A task cannot be done.

    The message is one sentence that names the option, what was found, what is needed and, where
    it is known, the command that mends it. ``facts`` become keys of the task's result; they must
    be JSON and hold no secret.
    """

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts


class EngineError(Failure):
    """The account's Podman refused or could not be reached.

    ``status`` is the HTTP status, or 0 when there was no answer; ``cause`` is Podman's own text.
    """

    def __init__(self, message: str, status: int = 0, cause: str = "", **facts: Any) -> None:
        super().__init__(message, **facts)
        self.status = status
        self.cause = cause or message
