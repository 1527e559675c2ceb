# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work done as several accounts at once, where none can keep the others waiting or hide what they say."""

from __future__ import annotations

import dataclasses
import os
import selectors
import signal
import time
from collections.abc import Sequence
from typing import Any, Callable

from . import _account, _errors, _parallel

# Seconds that one account may take.
PATIENCE = 120.0
# Bytes that one account may say, and all together.
LIMIT = 32 * 1024 * 1024
LIMIT_OF_ALL = 128 * 1024 * 1024


@dataclasses.dataclass
class _Child:
    """One account's child while it works."""

    position: int
    account: _account.Account
    pid: int
    reader: int
    end: float
    answer: bytearray = dataclasses.field(default_factory=bytearray)


def call_as_each(
    accounts: Sequence[_account.Account],
    function: Callable[..., Any],
    *arguments: Any,
    patience: float = PATIENCE,
    become: bool = True,
) -> list[Any]:
    """``function(account, *arguments)`` as each account, a few at a time: what each returned, in their order.

    Where an account's work failed, the Failure stands in its place. As for ``call_as``, only JSON comes back. Without ``become`` it is
    root who works for each account.
    """
    if os.geteuid() != 0:
        return [_here(account, function, arguments) for account in accounts]
    work = _Work(function, arguments, patience, become)
    work.run(accounts)
    return [work.found[position] for position in range(len(accounts))]


def _here(account: _account.Account, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    try:
        return _account.call_as(account, function, account, *arguments)
    except _errors.Failure as failure:
        return failure


class _Work:
    """The children, and what came of them."""

    def __init__(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], patience: float, become: bool
    ) -> None:
        self.function, self.arguments = function, arguments
        self.patience, self.become = patience, become
        self.found: dict[int, Any] = {}
        self.said = 0
        self.children: dict[int, _Child] = {}
        self.selector = selectors.DefaultSelector()

    def run(self, accounts: Sequence[_account.Account]) -> None:
        """Start a child for each account, read them all, end those that take too long or say too much."""
        waiting = list(enumerate(accounts))
        while waiting or self.children:
            while waiting and len(self.children) < _parallel.PARALLEL:
                self._start(*waiting.pop(0))
            first = min(child.end for child in self.children.values())
            for key, _events in self.selector.select(max(0.0, first - time.monotonic())):
                self._read(self.children[key.fd])
            for child in [each for each in self.children.values() if each.end <= time.monotonic()]:
                self._kill(
                    child, f"took longer than {self.patience:g} seconds; look at that account's Podman"
                )
        self.selector.close()

    def _start(self, position: int, account: _account.Account) -> None:
        # What the others say is not for this account.
        pid, reader = _account.start_child(
            account,
            self.function,
            (account, *self.arguments),
            not_theirs=list(self.children),
            become=self.become,
        )
        self.children[reader] = _Child(position, account, pid, reader, time.monotonic() + self.patience)
        self.selector.register(reader, selectors.EVENT_READ)

    def _read(self, child: _Child) -> None:
        piece = os.read(child.reader, 1 << 20)
        child.answer += piece
        self.said += len(piece)
        if len(child.answer) > LIMIT or self.said > LIMIT_OF_ALL:
            self.said -= len(child.answer)
            self._kill(child, "found more than fits into one answer; ask for less, with name: or filters:")
        elif not piece:
            status = self._end(child)
            try:
                self.found[child.position] = _account.read_answer(child.account, bytes(child.answer), status)
            except _errors.Failure as failure:
                self.found[child.position] = failure

    def _kill(self, child: _Child, reason: str) -> None:
        os.kill(child.pid, signal.SIGKILL)
        self._end(child)
        self.found[child.position] = _errors.Failure(
            f"the work done as account {child.account.name} {reason}."
        )

    def _end(self, child: _Child) -> int:
        """Forget a child; its wait status."""
        self.selector.unregister(child.reader)
        del self.children[child.reader]
        os.close(child.reader)
        return os.waitpid(child.pid, 0)[1]
