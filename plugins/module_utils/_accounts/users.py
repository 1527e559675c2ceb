# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rootless account as a task declares it: what has to happen to it, and doing that."""

from __future__ import annotations

import dataclasses
import functools
import os
from typing import Any, Callable

from .. import _account, _errors, _manager, _plan, _subid
from . import grant, ping, restart_unit, userdb
from . import home as _home
from . import shadow as _shadow
from .birth import Birth, Declared, plan_birth
from .ranges import GID, UID
from .restart_unit import make_patient

SOCKET = "podman.socket"
# How long the containers of an account may take to start at boot before nobody waits for them any more.
BOOT_SECONDS = 60.0
# What is left to do for an account.
Later = list[Callable[[], None]]
# Podman has it since 5.3.
SINCE_5_3 = "podman-user-wait-network-online.service"


@dataclasses.dataclass(frozen=True)
class Todo:
    """The plan for one account; ``birth`` is set when it has to be made first."""

    steps: tuple[_plan.Step, ...]
    birth: Birth | None
    home: str
    set_shell: str | None = None
    set_comment: str | None = None
    set_home: bool = False
    make_home: bool = False
    close_home: bool = False
    set_linger: bool = False
    start_manager: bool = False
    enable: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    make_patient: bool = False


def present(
    declared: Declared,
    need: grant.Need,
    check: bool,
    before: list[_subid.Want] | None = None,
    later: Later | None = None,
) -> tuple[list[_plan.Step], dict[str, Any], list[str]]:
    """Bring the account about. Returns the steps, the account as a task's result shows it, and warnings.

    Everything that can be refused is refused before the first write. ``before`` are accounts that check mode has planned
    already; this one is added to them, so that no two are promised the same ids. Who gives ``later`` finds in it what is left to do
    with the account's manager, which takes most of the time and needs nothing of other accounts.
    """
    _require_units(declared)
    account = _account.find(declared.name)
    todo = _plan_existing(declared, account) if account else _plan_new(declared)
    want = _want(declared.name, account, todo, need)
    ranges = _subid.settle([*(before or []), want], check=True).of(declared.name)
    if check and before is not None:
        before.append(want)
    if not check:
        account = _apply_account(declared, todo, account)
        ranges = _subid.settle([_want(declared.name, account, todo, need)])
        _apply_home(account, todo)
        work = functools.partial(_apply_manager, account, declared, todo)
        if later is None:
            work()
        else:
            later.append(work)
    steps = [step for step in (*todo.steps[:1], *ranges.steps(), *todo.steps[1:]) if _says(step)]
    return steps, _public(declared, todo, account, ranges), list(ranges.warnings)


def _says(step: _plan.Step) -> bool:
    return bool(step.reasons) or step.action != "update"


def _want(name: str, account: _account.Account | None, todo: Todo, need: grant.Need) -> _subid.Want:
    """The ranges wanted; an account that comes back to its old home is known by its uid before it is made."""
    if account is None and todo.birth is not None and todo.birth.uid is not None:
        account = _account.Account(name, todo.birth.uid, todo.birth.gid or 0, todo.home, "")
    return _subid.Want(name, account, {UID: need, GID: need})


def _require_units(declared: Declared) -> None:
    wanted = [
        (option, unit)
        for option, unit, on in (
            ("socket", SOCKET, declared.socket),
            ("restart_service", restart_unit.UNIT, declared.restart),
        )
        if on
    ]
    for option, unit in wanted:
        if _manager.missing_units([unit]):
            raise _errors.Failure(
                f"{option}: this host has no {unit} for its users, which comes with Podman; install podman "
                "first (the role "
                f"rootless.podman.rootless_host does, or: apt install podman), or say {option}: false"
            )


def _plan_new(declared: Declared) -> Todo:
    birth = plan_birth(declared)
    reasons = [
        _plan.Reason(option, _plan.DECLARED, None, value)
        for option, value in (
            ("uid", birth.uid),
            ("group", birth.group),
            ("home", birth.home),
            ("shell", birth.shell),
            ("comment", declared.comment),
            ("linger", declared.linger),
        )
        if value is not None
    ]
    host = _manager.units_on_host((SOCKET, restart_unit.UNIT))
    todo = Todo((_plan.Step("create", "account", declared.name, tuple(reasons)),), birth, birth.home)
    todo = dataclasses.replace(
        todo, set_linger=declared.linger, start_manager=declared.linger, close_home=True
    )
    return _plan_units(todo, declared, host, patient=False)


def _plan_existing(declared: Declared, account: _account.Account) -> Todo:
    _require_same(declared, account)
    reasons: list[_plan.Reason] = []
    todo = Todo((), None, account.home)

    def note(option: str, before: Any, after: Any, why: str = _plan.DECLARED) -> bool:
        if before == after:
            return False
        reasons.append(_plan.Reason(option, why, before, after))
        return True

    if declared.shell is not None and note("shell", account.shell, declared.shell):
        todo = dataclasses.replace(todo, set_shell=declared.shell)
    if declared.comment is not None and note("comment", account.comment, declared.comment):
        todo = dataclasses.replace(todo, set_comment=declared.comment)
    if declared.home is not None and note("home", account.home, declared.home):
        todo = dataclasses.replace(todo, set_home=True, home=declared.home)
    if (todo.set_shell or todo.set_comment is not None or todo.set_home) and not userdb.is_local(
        account.name
    ):
        raise _errors.Failure(
            f"{reasons[0].option}: account {account.name} comes from a directory service and is "
            f"{reasons[0].before!r} there, "
            f"not {reasons[0].after!r}; change it there, or leave the option out"
        )
    found = _require_home(account, todo.home)
    if found is None or found.is_blank:
        reasons.append(_plan.Reason("home", _plan.DRIFT, "missing" if found is None else "unused", todo.home))
        todo = dataclasses.replace(todo, make_home=True)
    elif found.mode != _opened_by_podman() and note(
        "home mode", f"{found.mode:04o}", f"{_home.MODE:04o}", _plan.DRIFT
    ):
        todo = dataclasses.replace(todo, close_home=True)
    if note("linger", account.linger, declared.linger):
        todo = dataclasses.replace(todo, set_linger=True)
    names = (SOCKET, restart_unit.UNIT)
    # At boot Podman starts what ran before. Whoever works on these containers meanwhile meets half of them.
    units = _manager.settled(account, names, BOOT_SECONDS)
    if declared.linger and units is None:
        note("manager", "inactive", "active", _plan.DRIFT)
        todo = dataclasses.replace(todo, start_manager=True)
    if units is not None and not _manager.has_socket(account):
        # podman system reset takes the file away, and systemd does not know.
        units = {**units, SOCKET: dataclasses.replace(units[SOCKET], active="inactive")}
    step = _plan.Step("update", "account", account.name, tuple(reasons))
    patient = not declared.restart or (not todo.make_home and restart_unit.is_patient(account))
    if units is None:
        units = _manager.units_on_disk(account, names)
    return _plan_units(dataclasses.replace(todo, steps=(step,)), declared, units, patient)


def _opened_by_podman() -> int:
    """The mode that this host's Podman gives a home: one before 5.3 lets mapped ids pass through it at each start."""
    return 0o711 if _manager.missing_units([SINCE_5_3]) else _home.MODE


def _plan_units(todo: Todo, declared: Declared, units: dict[str, _manager.Unit], patient: bool) -> Todo:
    """Add what the two units of Podman need; ``patient`` says that the one of them has its drop-in."""
    steps = list(todo.steps)
    lists: dict[str, list[str]] = {"enable": [], "disable": [], "start": [], "stop": []}
    for name, wanted in ((SOCKET, declared.socket), (restart_unit.UNIT, declared.restart)):
        unit = units[name]
        reasons = []
        if unit.is_enabled != wanted:
            reasons.append(_plan.Reason("enabled", _plan.DECLARED, unit.is_enabled, wanted))
            lists["enable" if wanted else "disable"].append(name)
        # Starting or stopping the restart service would start or stop containers.
        if name == SOCKET and unit.is_active != wanted and (declared.linger or not wanted):
            reasons.append(_plan.Reason("active", _plan.DECLARED, unit.is_active, wanted))
            lists["start" if wanted else "stop"].append(name)
        if name == restart_unit.UNIT and wanted and not patient:
            reasons.append(_plan.Reason("drop-in", _plan.DECLARED, False, True))
        if reasons:
            steps.append(_plan.Step("update", "unit", name, tuple(reasons)))
    return dataclasses.replace(
        todo,
        steps=tuple(steps),
        enable=tuple(lists["enable"]),
        disable=tuple(lists["disable"]),
        start=tuple(lists["start"]),
        stop=tuple(lists["stop"]),
        make_patient=declared.restart and not patient,
    )


def _require_same(declared: Declared, account: _account.Account) -> None:
    """Raise Failure for what an account keeps for life."""
    if account.uid in (0, 65534):
        raise _errors.Failure(
            f"name: {account.name} (uid {account.uid}) cannot be a rootless account; name another, this "
            "module makes it"
        )
    for option, has, wants in (
        ("uid", account.uid, declared.uid),
        ("group", account.group, declared.group),
    ):
        if wants is not None and has != wants and str(account.gid) != wants:
            raise _errors.Failure(
                f"{option}: account {account.name} has {has} and the task says {wants}, but an existing "
                f"account keeps its {option}, "
                "because files of its containers and its units are bound to it; make another account, or "
                "remove this one first "
                "(state: absent)"
            )
    if declared.home not in (None, account.home) and os.path.lexists(account.home):
        raise _errors.Failure(
            f"home: account {account.name} lives in {account.home}, and its containers' storage does not "
            f"move to {declared.home}; "
            "leave home out, or move it by hand while nothing of the account runs (usermod --move-home "
            "--home)"
        )


def _require_home(account: _account.Account, path: str) -> _home.Home | None:
    if path in ("/", "/nonexistent", ""):
        raise _errors.Failure(
            f"home: account {account.name} has no home (its entry says {path or 'nothing'}), and rootless "
            "Podman keeps its storage there; "
            f"give it one with home: /home/{account.name}"
        )
    _home.require_place(path)
    found = _home.look(path)
    if found is not None and not found.is_blank and (not found.is_folder or found.uid != account.uid):
        raise _errors.Failure(
            f"home: {path} belongs to uid {found.uid} and not to account {account.name} (uid {account.uid}), "
            "or is no folder; "
            f"give the account a home of its own, or: chown {account.name}: {path}"
        )
    return found


def _apply_account(declared: Declared, todo: Todo, account: _account.Account | None) -> _account.Account:
    if todo.birth is not None:
        todo.birth.carry_out()
    else:
        arguments = []
        if todo.set_shell:
            arguments += ["--shell", todo.set_shell]
        if todo.set_comment is not None:
            arguments += ["--comment", todo.set_comment]
        if todo.set_home:
            arguments += ["--home", todo.home]
        if arguments:
            _shadow.run("usermod", [*arguments, declared.name])
        elif account is not None:
            return account
    account = _account.find(declared.name)
    if account is None:
        raise _errors.Failure(
            f"name: account {declared.name} was made but the host does not find it; see passwd in "
            "/etc/nsswitch.conf"
        )
    return account


def _apply_home(account: _account.Account, todo: Todo) -> None:
    found = _home.look(account.home)
    if todo.make_home or found is None or found.is_blank:
        _home.make(account.home, account.uid, account.gid)
    elif todo.close_home and found.mode != _home.MODE:
        _home.close(account.home, account.uid)


def _apply_manager(account: _account.Account, declared: Declared, todo: Todo) -> None:
    work = (
        todo.set_linger,
        todo.start_manager,
        todo.enable,
        todo.disable,
        todo.start,
        todo.stop,
        todo.make_patient,
    )
    if not any(work):
        return
    stays = declared.linger or (not todo.set_linger and _manager.is_running(account))
    # First, because a manager that comes up reads it then.
    if todo.make_patient:
        make_patient(account)
    if todo.set_linger and declared.linger:
        _manager.set_linger(account, True)
    if todo.start_manager or not stays:
        _manager.start_manager(account)
    if todo.enable:
        _manager.enable(account, todo.enable)
    elif todo.make_patient and not todo.start_manager:
        _manager.reload(account)
    if todo.disable:
        _manager.disable(account, todo.disable)
    if todo.start:
        _manager.start(account, todo.start)
    if SOCKET in todo.start and not _manager.has_socket(account):
        # It was active without its file.
        _manager.restart(account, [SOCKET])
    if todo.stop:
        _manager.stop(account, todo.stop)
    if declared.linger and declared.socket and (todo.start_manager or todo.start):
        ping.require_answer(account)
    # Last, because the manager goes with it.
    if todo.set_linger and not declared.linger:
        _manager.set_linger(account, False)
    if not stays and not _manager.has_sessions(account):
        _manager.stop_manager(account)


def _public(
    declared: Declared, todo: Todo, account: _account.Account | None, ranges: _subid.Outcome
) -> dict[str, Any]:
    """The account as a task's result shows it; what is not known before it is made is None."""
    uid = account.uid if account else todo.birth.uid if todo.birth else None
    shown = _account.Account(declared.name, uid or 0, 0, todo.home, "")
    shell = todo.set_shell or (account.shell if account else todo.birth.shell if todo.birth else None)
    return {
        "name": declared.name,
        "uid": uid,
        "gid": account.gid if account else todo.birth.gid if todo.birth else None,
        "group": account.group if account else (todo.birth.group if todo.birth else None),
        "home": todo.home,
        "shell": shell,
        "runtime_dir": shown.runtime_dir if uid is not None else None,
        "socket": shown.socket if uid is not None else None,
        "linger": declared.linger,
        "ranges": ranges.public(declared.name),
    }
