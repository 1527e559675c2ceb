# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the names of an account's containers are answered on their networks. Used as the account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from .. import _account, _engine, _name_server, _plan, _survey
from .shared import Shared

SERVICE = "service"
UNANSWERED, ANSWERED = "names are not answered", "names are answered"


def unanswered(listing: Callable[[], Iterable[Mapping[str, Any]]]) -> set[str]:
    """The networks whose running containers have names that nobody answers; containers are only listed where there may be any."""
    lost = _name_server.unanswered()
    return {
        name
        for each in (listing() if lost else ())
        for name in each.get("Networks") or ()
        if name in lost and each.get("State") == "running"
    }


def answered(shared: Shared) -> list[_plan.Step]:
    """Have names answered that are not; the step for that, if there is one. Raises Failure."""
    if not unanswered(lambda: shared.look().containers):
        return []
    if not shared.check:
        shared.engine.admit("write", _name_server.PROGRAM)
        _name_server.renew()
    reason = _plan.Reason("network", _plan.DRIFT, UNANSWERED, ANSWERED)
    return [_plan.Step("restart", SERVICE, _name_server.PROGRAM, (reason,))]


def answer(account: _account.Account) -> None:
    """The same after a run: containers may have started while the last one of others ended. Raises Failure."""
    if unanswered(lambda: _survey.Listings.take(_engine.Engine(account)).containers):
        _name_server.renew()
