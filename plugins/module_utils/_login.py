# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of registry logins: read the account's file, compare, ask the registry, write."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator
from typing import Any

from . import _account, _auth, _engine, _errors, _module, _plan

KIND = "login"
# Podman looks in the runtime folder first, which a reboot empties, and then here.
LASTING = ".config/containers/auth.json"
HIDDEN = "(hidden)"
# An honest file is shorter.
FILE_LIMIT = 1024 * 1024
ARGUMENTS: dict[str, dict[str, Any]] = {
    "registry": {"type": "str", "required": True},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "verify": {"type": "bool", "default": True},
    "tls_verify": {"type": "bool", "default": True, "aliases": ["validate_certs", "tlsverify"]},
    "auth_file": {"type": "str", "aliases": ["authfile"]},
}
REQUIRED_IF = [("state", "present", ("username", "password"))]


def travel(task: _module.Task, engine: _engine.Engine, key: bytes) -> dict[str, object]:  # noqa: ARG001  there is nothing to record
    """Bring one login to what the task declares; return the task's result."""
    params, account = task.params, engine.account
    registry = _auth.registry_key(str(params["registry"]))
    path = _path(account, params["auth_file"])
    passing = (
        os.path.join(account.runtime_dir, "containers/auth.json") if params["auth_file"] is None else None
    )
    if params["state"] == "absent":
        steps = [
            _plan.Step(
                "remove",
                KIND,
                registry,
                (_plan.Reason("auth_file", _plan.DECLARED, each, None),),
                {"path": each},
            )
            for each in (path, passing)
            if each and _auth.found(_read(each), registry)
        ]
        login = None
    else:
        login = _auth.Login(_word("username", params["username"]), _word("password", params["password"]))
        steps = _present(registry, login, path, passing)
    if steps and not task.check:
        if login and params["verify"] and any(step.work["path"] == path for step in steps):
            _verify(engine, registry, login, params["tls_verify"])
        for step in steps:
            _edit(step.work["path"], _change(step, registry, login))
    return {
        **_plan.outcome(steps),
        "login": {"registry": registry, "username": login.username, "auth_file": path} if login else {},
    }


def kept(account: _account.Account, place: str) -> _auth.Login | None:
    """The login that Podman finds for REGISTRY/REPOSITORY: the most particular one, the runtime folder's first."""
    parts = place.split("/")
    keys = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    for path in (
        os.path.join(account.runtime_dir, "containers/auth.json"),
        os.path.join(account.home, LASTING),
    ):
        data = _read(path)
        for key in keys:
            login = _auth.found(data, key)
            if login:
                return login
    return None


def _present(registry: str, login: _auth.Login, path: str, passing: str | None) -> list[_plan.Step]:
    data = _read(path)
    program = _auth.helper(data, registry)
    if program:
        raise _errors.Failure(
            f"registry: {path} says in credHelpers that logins of {registry} are asked of docker-credential-{program}, so what "
            "the task declares would not be used; take that line out first."
        )
    steps = []
    there = _auth.found(data, registry)
    reasons = list(_differing(login, there))
    if there and not reasons and _open_to_others(path):
        reasons = [_plan.Reason("mode", _plan.DRIFT, f"{stat.S_IMODE(os.stat(path).st_mode):04o}", "0600")]
    if reasons:
        steps.append(
            _plan.Step("update" if there else "create", KIND, registry, tuple(reasons), {"path": path})
        )
    if passing and _auth.found(_read(passing), registry) not in (None, login):
        # Somebody logged in by hand: until the next reboot Podman would use that login and not this one.
        shadow = _plan.Reason("auth_file", _plan.DRIFT, passing, None)
        steps.append(_plan.Step("remove", KIND, registry, (shadow,), {"path": passing}))
    return steps


def _differing(login: _auth.Login, there: _auth.Login | None) -> Iterator[_plan.Reason]:
    why = _plan.CHANGED if there else _plan.DECLARED
    if there is None or there.username != login.username:
        yield _plan.Reason("username", why, there.username if there else None, login.username)
    if there is None or there.password != login.password:
        yield _plan.Reason("password", why, HIDDEN if there else None, HIDDEN)


def _word(option: str, raw: object) -> str:
    text = str(raw)
    if not text or "\0" in text or (option == "username" and ":" in text):
        raise _errors.Failure(
            f"{option}: it is empty or has a character that no registry takes, and one without ':' and NUL is needed."
        )
    return text


def _path(account: _account.Account, raw: str | None) -> str:
    """Where the logins are kept; ~ is the account's home, not that of whoever runs the task."""
    if raw is None:
        return os.path.realpath(os.path.join(account.home, LASTING))
    path = account.home + raw[1:] if raw == "~" or raw.startswith("~/") else raw
    if not os.path.isabs(path):
        raise _errors.Failure(
            f"auth_file: {raw!r} was given, and an absolute path on the host, or one that begins with ~/, is needed."
        )
    return os.path.realpath(path)


def _read(path: str) -> _auth.Data:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _errors.Failure(f"auth_file: {path} is no file; choose another.")
            raw = file.read(FILE_LIMIT + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _errors.Failure(
            f"auth_file: the account cannot read {path} ({error.strerror}); choose another."
        ) from error
    if len(raw) > FILE_LIMIT:
        raise _errors.Failure(
            f"auth_file: {path} has more than {FILE_LIMIT} bytes, so it holds no logins; choose another."
        )
    return _auth.parse(raw.decode("utf-8", "replace"), path)


def _open_to_others(path: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(os.stat(path).st_mode & 0o077)
    return False


def _verify(engine: _engine.Engine, registry: str, login: _auth.Login, tls: bool) -> None:
    """Ask the registry through Podman, which keeps nothing of it."""
    host = registry.split("/", 1)[0]
    try:
        if tls:
            # Podman has this call only beside the others, not among them.
            body = {"username": login.username, "password": login.password, "serveraddress": host}
            engine.write("POST", "../auth", None, body)
        else:
            # The call above insists on a certificate. A search does not, and the registry asks for the login there as well.
            header = base64.urlsafe_b64encode(json.dumps(login._asdict()).encode()).decode()
            query = {"term": f"{host}/{registry.partition('/')[2] or 'x'}", "limit": 1, "tlsVerify": False}
            engine.raw("images/search", query, {"X-Registry-Auth": header})
    except _errors.EngineError as error:
        cause = " ".join(error.cause.rpartition("failed with status: ")[2].split())
        if re.search("401|invalid username/password|authentication required|unauthorized", cause):
            raise _errors.Failure(
                f"password: registry {host} refuses the login of {login.username!r}; nothing was changed."
            ) from None
        raise _errors.Failure(
            f"registry: Podman cannot ask {host} whether the login is right ({cause}); for a registry without a valid certificate "
            "add tls_verify: false, and to keep the login unasked verify: false."
        ) from None


def _change(step: _plan.Step, registry: str, login: _auth.Login | None) -> Callable[[_auth.Data], None]:
    def change(data: _auth.Data) -> None:
        if login is None or step.action == "remove":
            _auth.take(data, registry)
        else:
            _auth.put(data, registry, login)

    return change


def _edit(path: str, change: Callable[[_auth.Data], None]) -> None:
    """Change the file as it is now; it is replaced at once, and nobody but the account can read it."""
    folder = os.path.dirname(path)
    draft = os.path.join(folder, f".auth.json.{secrets.token_hex(4)}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            data = _read(path)
            change(data)
            with open(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600),
                "w",
                encoding="utf-8",
            ) as file:
                file.write(_auth.text_of(data))
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
            os.fsync(lock)
        finally:
            os.close(lock)
    except OSError as error:
        raise _errors.Failure(
            f"auth_file: the account cannot write {path} ({error.strerror}); choose a place of its own."
        ) from error
    finally:
        with contextlib.suppress(FileNotFoundError, OSError):
            os.unlink(draft)
