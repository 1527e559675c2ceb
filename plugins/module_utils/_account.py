# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who: the rootless account that a task works for, and work done as that account."""

from __future__ import annotations

import ctypes
import dataclasses
import functools
import grp
import json
import os
import pwd
import signal
import sys
from collections.abc import Iterable
from typing import Any, Callable

from . import _collector, _errors

LINGER_FOLDER = "/var/lib/systemd/linger"
# An answer of the child larger than this is not one of ours.
RESULT_LIMIT = 64 * 1024 * 1024
_PR_SET_PDEATHSIG = 1


@dataclasses.dataclass(frozen=True)
class Account:
    """A rootless Unix account: its passwd entry and what follows from it."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    comment: str = ""

    @property
    def runtime_dir(self) -> str:
        """The folder that logind makes for the account's sessions and manager."""
        return f"/run/user/{self.uid}"

    @property
    def socket(self) -> str:
        """Where the account's Podman API socket lies."""
        return f"{self.runtime_dir}/podman/podman.sock"

    @property
    def group(self) -> str:
        """Name of the primary group, or its number when it has no name."""
        try:
            return grp.getgrgid(self.gid).gr_name
        except KeyError:
            return str(self.gid)

    @property
    def linger(self) -> bool:
        """Whether systemd keeps the account's manager without a login."""
        return os.path.exists(os.path.join(LINGER_FOLDER, self.name))

    def environment(self) -> dict[str, str]:
        """The environment that Podman and systemd --user expect, and nothing else."""
        return {
            "HOME": self.home,
            "USER": self.name,
            "LOGNAME": self.name,
            "XDG_RUNTIME_DIR": self.runtime_dir,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.runtime_dir}/bus",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
        }


def find(name: str) -> Account | None:
    """The account called ``name`` (or of that uid, when ``name`` is a number), or None."""
    try:
        entry = pwd.getpwuid(int(name)) if name.isdigit() else pwd.getpwnam(name)
    except (KeyError, OverflowError):
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, entry.pw_dir, entry.pw_shell, entry.pw_gecos)


def choose(name: str | None) -> Account:
    """The account that a task with ``user: name`` works for, seen from the process that runs it.

    Raises Failure for an unknown account, for root's own Podman, and when the process is neither
    root nor that account.
    """
    euid = os.geteuid()
    if name is None:
        if euid == 0:
            raise _errors.Failure(
                "user: missing, and the task runs as root, whose own Podman this collection never touches; "
                "name the rootless account with user: NAME (rootless.podman.user makes one)."
            )
        entry = pwd.getpwuid(euid)
        name = entry.pw_name
    account = find(name)
    if account is None:
        raise _errors.Failure(
            f"user: there is no account {name!r} on this host; declare it first with rootless.podman.user: name={name} "
            "(the user inside the container is called container_user)."
        )
    if account.uid == 0:
        raise _errors.Failure(
            "user: root's own Podman is never touched by this collection, because its containers are not rootless; "
            "name another account, rootless.podman.user makes one."
        )
    if euid not in (0, account.uid):
        raise _errors.Failure(
            f"user: this task runs as {pwd.getpwuid(euid).pw_name} and cannot act for account {account.name}; "
            "run it with become: true (as root), or as that account and without user:."
        )
    return account


def require_linger(account: Account) -> None:
    """Raise Failure when the account's containers would end with its last session."""
    if not account.linger:
        raise _errors.Failure(
            f"user: account {account.name} has no linger, so its containers would stop at logout and not start at boot; "
            f"declare it with rootless.podman.user, or run: loginctl enable-linger {account.name}"
        )


def call_as(account: Account, function: Callable[..., Any], *arguments: Any) -> Any:
    """Run ``function(*arguments)`` in a child that has become ``account``; return its JSON result.

    When the process already is the account the function is simply called. As root the child gives
    up every privilege for good before it does anything, so that no link which the account plants
    in its home or runtime folder can lead it further than the account itself could go.
    Only JSON crosses back: what the account can influence is never unpickled. The child dies with
    its parent. Raises what the function raised if that was a Failure, else Failure.
    """
    if os.geteuid() == account.uid:
        os.environ.update(account.environment())
        return function(*arguments)
    child, reader = start_child(account, function, arguments)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read(RESULT_LIMIT + 1)
    status = os.waitpid(child, 0)[1]
    return read_answer(account, answer, status)


def start_child(
    account: Account,
    function: Callable[..., Any],
    arguments: Any,
    not_theirs: Iterable[int] = (),
    become: bool = True,
) -> tuple[int, int]:
    """Fork a child that becomes ``account`` and works; its pid, and where its answer (see ``read_answer``) is read.

    ``not_theirs`` are open files of this process that the child closes before anything else. Without ``become`` it stays who it is,
    and works for the account.
    """
    reader, writer = os.pipe()
    sys.stdout.flush()
    parent = os.getpid()
    # What the child begins with is the parent's, and no garbage of its own.
    _collector.set_aside()
    child = os.fork()
    if child == 0:
        for each in (reader, *not_theirs):
            os.close(each)
        prepare = functools.partial(_become, account) if become else _die_with
        _work_and_exit(account, writer, functools.partial(prepare, parent), function, arguments)
    os.close(writer)
    return child, reader


def _become(account: Account, parent: int) -> None:
    """Turn this process into the account, for good."""
    os.initgroups(account.name, account.gid)
    os.setresgid(account.gid, account.gid, account.gid)
    os.setresuid(account.uid, account.uid, account.uid)
    if 0 in os.getresuid() or 0 in os.getresgid():
        raise _errors.Failure(f"user: could not become account {account.name}.")
    # After the change of ids, because that change clears it.
    _die_with(parent)
    os.environ.clear()
    os.environ.update(account.environment())
    os.umask(0o077)
    os.chdir("/")


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _work_and_exit(
    account: Account, writer: int, prepare: Callable[[], None], function: Callable[..., Any], arguments: Any
) -> None:
    """The child's whole life: become, work, answer, end without the parent's exit handlers."""
    # finally: whatever happens here, the child must never return into the parent's code.
    try:
        answer = _answer(account, prepare, function, arguments)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
    finally:
        os._exit(0)


def _answer(
    account: Account, prepare: Callable[[], None], function: Callable[..., Any], arguments: Any
) -> bytes:
    """Become the account, do the work, and put its result or its error into JSON."""
    try:
        prepare()
        return json.dumps({"result": function(*arguments)}).encode()
    except _errors.EngineError as error:
        answer: dict[str, Any] = {
            "engine": error.message,
            "status": error.status,
            "cause": error.cause,
            "facts": error.facts,
        }
    except _errors.Failure as error:
        answer = {"failure": error.message, "facts": error.facts}
    except OSError as error:
        told = f"{error.strerror or error} ({error.filename or 'no file named'})"
        answer = {"failure": f"the host refused account {account.name}: {told}.", "facts": _where(error)}
    except BaseException as error:  # noqa: BLE001  the parent has to hear of everything, a traceback helps nobody
        told = (
            f"the work done as account {account.name} met something unforeseen ({type(error).__name__}: {error}); "
            "if that account's Podman and files are in order, please report this."
        )
        answer = {"failure": told, "facts": _where(error)}
    return json.dumps(answer, default=str).encode()


def _where(error: BaseException) -> dict[str, Any]:
    """The innermost place in our code where an unforeseen error came from."""
    place = error.__traceback__
    if place is None:
        return {}
    while place.tb_next is not None:
        place = place.tb_next
    return {"where": f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}"}


def read_answer(account: Account, answer: bytes, status: int) -> Any:
    """What the child sent, as a return value or as the error it stands for."""
    try:
        if len(answer) > RESULT_LIMIT:
            raise ValueError("too long")
        told = json.loads(answer)
    except (ValueError, RecursionError):
        raise _errors.Failure(
            f"the work done as account {account.name} ended without an answer (wait status {status}); run the task again."
        ) from None
    if "engine" in told:
        raise _errors.EngineError(told["engine"], told["status"], told["cause"], **told["facts"])
    if "failure" in told:
        raise _errors.Failure(told["failure"], **told["facts"])
    return told["result"]
