# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ranges on the host: read, choose, prove disjoint, write, all under the lock that shadow-utils waits for.

The files are written here and not by usermod: choosing first and calling usermod then was seen to give two
accounts the same ids, and usermod does not mind. A left-over /etc/subuid.lock (shadow's second lock, which a
power cut leaves empty) does not matter here, because nobody takes that one without the first.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence

from . import _account, _errors, _plan
from ._accounts import live as _live
from ._accounts import lock, userdb
from ._accounts.grant import Change, Need, Room, grant, withdraw
from ._accounts.ranges import (
    GID,
    HIGHEST,
    KINDS,
    LOWEST,
    NEEDED,
    UID,
    Range,
    Table,
    handed_over,
    keeper,
    kept_for,
    owned,
    parse,
    render,
)

FILES = {UID: "subuid", GID: "subgid"}
# Shadow's words for what a step does to a range.
_ACTIONS = {"add": "create", "grow": "update", "move": "update", "remove": "remove"}


@dataclasses.dataclass(frozen=True)
class Want:
    """What a task says of one account; no needs means no ranges. ``account`` is None before it is made."""

    name: str
    account: _account.Account | None
    needs: Mapping[str, Need]

    @property
    def keys(self) -> frozenset[str]:
        """The two spellings that a line may have for the account."""
        return frozenset([self.name, str(self.account.uid)] if self.account else [self.name])


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What was done, or would be: the changes, and each account's ranges afterwards, by name and kind."""

    changes: tuple[Change, ...]
    ranges: Mapping[str, Mapping[str, tuple[Range, ...]]]
    warnings: tuple[str, ...] = ()

    def of(self, name: str) -> Outcome:
        """What of it is about one account."""
        mine = tuple(change for change in self.changes if change.name == name)
        return dataclasses.replace(self, changes=mine, ranges={name: self.ranges[name]})

    def steps(self) -> list[_plan.Step]:
        """The changes as steps of a plan, one for each account."""
        grouped: dict[str, list[Change]] = {}
        for change in self.changes:
            grouped.setdefault(change.name, []).append(change)
        return [_step(name, changes) for name, changes in grouped.items()]

    def public(self, name: str) -> dict[str, list[dict[str, int]]]:
        """One account's ranges as they stand in a task's result."""
        return {kind: [ids.public() for ids in self.ranges[name][kind]] for kind in KINDS}


def _step(name: str, changes: Sequence[Change]) -> _plan.Step:
    reasons = tuple(
        _plan.Reason(
            change.kind,
            _plan.CHANGED if change.before else _plan.DECLARED,
            ", ".join(map(str, change.before)) or None,
            ", ".join(map(str, change.after)) or None,
        )
        for change in changes
    )
    actions = {_ACTIONS[change.action] for change in changes}
    return _plan.Step(actions.pop() if len(actions) == 1 else "update", "range", name, reasons)


def need(count: int, start: int | None, count_at: str = "count", start_at: str = "start") -> Need:
    """A need from the task's numbers; Failure when these are too few ids for an image, or more than there are.

    ``count_at`` and ``start_at`` name the options that the numbers are from.
    """
    if count < NEEDED:
        raise _errors.Failure(
            f"{count_at}: {count} is too small, because images own files with ids up to {NEEDED - 2} "
            "(nobody); "
            f"say {NEEDED} or more"
        )
    if count > HIGHEST - LOWEST + 1 or (start is not None and not LOWEST <= start <= HIGHEST):
        raise _errors.Failure(
            f"{f'{count_at}: {count}' if start is None else f'{start_at}: {start}'} is not possible: "
            "subordinate ids lie "
            f"between {LOWEST} and {HIGHEST}"
        )
    return Need(count, start, count_at, start_at)


def settle(wants: Sequence[Want], force: bool = False, check: bool = False, etc: str = "/etc") -> Outcome:
    """Give every account what it needs, or take its ranges away where it needs none.

    With ``check`` nothing is written and the outcome is what a run would do now. All accounts are settled in one
    go, or none. Raises Failure where ranges would overlap, would move under live storage (unless ``force``),
    are not to be had, or are kept by something else than the two files.
    """
    source = userdb.sources("subid", etc)[0]
    if source != "files":
        return _judge_elsewhere(wants, source)
    draft, outcome = _draft(wants, force, etc)
    if not outcome.changes:
        return outcome
    if check:
        _refuse_orphans(wants, outcome, force)
        return outcome
    with lock.password_lock(etc):
        draft, outcome = _draft(wants, force, etc)  # again: somebody may have been quicker
        _refuse_orphans(wants, outcome, force)
        for kind in sorted({change.kind for change in outcome.changes}, reverse=True):
            lock.replace_text(os.path.join(etc, FILES[kind]), render(draft[kind]))
    return dataclasses.replace(outcome, warnings=tuple(_take_up(wants, outcome, force)))


def keep(account: _account.Account, etc: str = "/etc") -> None:
    """Put the account's ranges aside before it goes, so that they wait for it and nobody else gets them."""
    with lock.password_lock(etc):
        for kind, table in read(etc).items():
            aside = handed_over(
                table, frozenset([account.name, str(account.uid)]), keeper(account.uid, account.name)
            )
            if aside != table:
                lock.replace_text(os.path.join(etc, FILES[kind]), render(aside))


def read(etc: str = "/etc") -> dict[str, Table]:
    """Both files as they are now."""
    return {kind: parse(lock.read_text(os.path.join(etc, FILES[kind]))) for kind in KINDS}


def _draft(wants: Sequence[Want], force: bool, etc: str) -> tuple[dict[str, Table], Outcome]:
    """The files as they should become, and what that changes."""
    tables = read(etc)
    changes: list[Change] = []
    for want in wants:
        waiting = _waiting(want, tables)
        if want.needs:
            tables, back = _reclaim(want, tables, waiting)
            tables, more = grant(tables, want.keys, want.name, want.needs, _rooms(want, etc), force=force)
            changed = {change.kind for change in more}
            changes += [change for change in back if change.kind not in changed]
        else:
            tables, more = withdraw(tables, want.keys | waiting, want.name)
        changes += more
    ranges = {want.name: {kind: owned(tables[kind], want.keys) for kind in KINDS} for want in wants}
    return tables, Outcome(tuple(changes), ranges)


def _waiting(want: Want, tables: Mapping[str, Table]) -> frozenset[str]:
    """The owners under which ranges wait for an account of that name."""
    return frozenset(
        keeper(uid, name) for table in tables.values() for uid, name in kept_for(table) if name == want.name
    )


def _reclaim(
    want: Want, tables: Mapping[str, Table], waiting: frozenset[str]
) -> tuple[dict[str, Table], list[Change]]:
    """The files with the ranges that waited for the account in its name again."""
    after = {kind: handed_over(table, waiting, want.name) for kind, table in tables.items()}
    changes = [
        Change(kind, want.name, "add", owned(tables[kind], want.keys), owned(after[kind], want.keys))
        for kind in KINDS
        if after[kind] != tables[kind]
    ]
    return after, changes


def _rooms(want: Want, etc: str) -> dict[str, Room]:
    """Where the account's ranges may lie; not on its own numbers, which a map has apart from them."""
    own = {UID: want.account.uid, GID: want.account.gid} if want.account else {UID: 0, GID: 0}
    return {
        kind: Room(
            *userdb.limits(kind, etc),
            (*userdb.reserved(kind, etc), (f"the {kind} of {want.name}", Range(own[kind], 1))),
            functools.partial(userdb.asked, kind, etc=etc),
        )
        for kind in KINDS
    }


def _refuse_orphans(wants: Sequence[Want], outcome: Outcome, force: bool) -> None:
    """Raise Failure where files in storage would lose their owner."""
    if force:
        return
    for want in wants:
        lost = {
            change.kind: change for change in outcome.changes if change.name == want.name and change.orphans
        }
        if not lost:
            continue
        verb = "removed" if not want.needs else "moved"
        if want.account is None:
            raise _errors.Failure(
                f"name: account {want.name} is gone, and whether files of its containers are left cannot be "
                "seen, so its ranges are not "
                "removed and nobody else gets their ids; when its home is gone as well, say force: true"
            )
        before = {kind: change.before for kind, change in lost.items()}
        use = _live.in_use(want.account, before.get(UID, ()), before.get(GID, ()))
        if use:
            raise _errors.Failure(
                f"name: the ranges of account {want.name} are not {verb}, because {use}, which would belong "
                "to nobody afterwards; "
                "empty its storage first (podman system reset, as that account), or say force: true if the "
                "files may be lost"
            )


def _take_up(wants: Sequence[Want], outcome: Outcome, force: bool) -> Iterator[str]:
    """Have running Podmans take up their new ranges where that stops nothing, and warn where it would."""
    for want in wants:
        mine = [change for change in outcome.changes if change.name == want.name]
        if not mine or want.account is None or not _live.old_map(want.account):
            continue
        if force or any(change.orphans for change in mine):
            _live.migrate(want.account)
        else:
            yield (
                f"containers of account {want.name} that run keep its old ranges, and none starts again until somebody runs, as that "
                "account, podman system migrate, "
                "which stops them (rootless.podman.subid does it with force: true when it changes a range)"
            )


def _judge_elsewhere(wants: Sequence[Want], source: str) -> Outcome:
    """The outcome where nsswitch.conf has ranges kept by ``source``, and nothing can be written."""
    ranges: dict[str, dict[str, tuple[Range, ...]]] = {}
    for want in wants:
        ranges[want.name] = {kind: _told(want.name, kind, source) for kind in KINDS}
        for kind in KINDS:
            has = ranges[want.name][kind]
            asks = want.needs.get(kind)
            fits = (
                not has
                if asks is None
                else sum(ids.count for ids in has) >= asks.count
                and (
                    asks.start is None
                    or any(ids.start == asks.start and ids.count >= asks.count for ids in has)
                )
            )
            if not fits:
                raise _errors.Failure(
                    f"name: account {want.name} has the {kind} ranges "
                    f"{', '.join(map(str, has)) or '(none)'}, which is not what the task asks for, "
                    f"and /etc/nsswitch.conf has ranges kept by {source}, where this module cannot write; "
                    "change them there"
                )
    return Outcome((), ranges)


def _told(name: str, kind: str, source: str) -> tuple[Range, ...]:
    """What getsubids(1) says: lines of ``index: name start count``."""
    tool = userdb.program("getsubids")
    if tool is None:
        raise _errors.Failure(
            f"name: /etc/nsswitch.conf has ranges kept by {source}, and getsubids, which can ask it, is not "
            "on this host; install it "
            "(package uidmap on Debian, shadow-utils-subid on Fedora)"
        )
    done = subprocess.run(  # pylint: disable=ansible-bad-function
        [tool, *(["-g"] if kind == GID else []), name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    ranges = []
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        fields = line.split()
        with contextlib.suppress(ValueError, IndexError):
            ranges.append(Range(int(fields[-2]), int(fields[-1])))
    return tuple(ranges)
