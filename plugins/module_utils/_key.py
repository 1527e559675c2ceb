# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The account's record key: a random file beside its container storage, made once."""

from __future__ import annotations

import contextlib
import functools
import glob
import os
import secrets

from . import _account, _engine, _errors, _own_files, _record

PLACE = ".local/share/containers/rootless.podman.key"


def record_key(account: _account.Account, engine: _engine.Engine) -> bytes:
    """The key of the account's records. Must be called as the account.

    It lives and dies with the storage that holds the records. A missing one is drawn, and kept
    before the engine's first write: a task that changes nothing leaves nothing behind.
    """
    path = os.path.join(account.home, PLACE)
    try:
        return _read(path)
    except FileNotFoundError:
        key = secrets.token_bytes(_record.KEY_BYTES)
        engine.before_writes = functools.partial(_keep, path, key)
        return key


def _keep(path: str, key: bytes) -> None:
    """Write the key, whole or not at all, and take away what killed runs left of theirs."""
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    draft = f"{path}.{os.getpid()}"
    for left in [draft, *_left_behind(path)]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(left)
    # Never through a link, never into a file that is there already.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with open(os.open(draft, flags, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        raise _errors.Failure(
            "another task made the first object of this account at the same moment; run the task again."
        ) from None
    finally:
        os.unlink(draft)


def _left_behind(path: str) -> list[str]:
    """Drafts of processes that are no more."""
    drafts = {each: each[len(path) + 1 :] for each in glob.glob(glob.escape(path) + ".*")}
    return [each for each, pid in drafts.items() if pid.isdigit() and not os.path.exists(f"/proc/{pid}")]


def _read(path: str) -> bytes:
    try:
        key = _own_files.read(path, _record.KEY_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _errors.Failure(
            f"the record key {path} cannot be read ({error.strerror}); remove what lies there, and objects are adopted anew."
        ) from error
    if len(key) != _record.KEY_BYTES:
        raise _errors.Failure(
            f"the record key {path} is damaged ({len(key)} bytes, {_record.KEY_BYTES} are needed); remove it, and objects are adopted anew."
        )
    return key
