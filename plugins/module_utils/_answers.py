# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comes back over an account's socket, read with suspicion: bounded, whole, or one sentence about it."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any

from . import _account, _errors

# An answer larger than this is not one of Podman's (a listing of 10,000 containers has about 30 MB).
ANSWER_LIMIT = 128 * 1024 * 1024

Version = tuple[int, int, int]
_VERSION = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})(?:-.*)?")
_LISTING = re.compile(r"(?:containers|pods|networks|volumes|secrets|images)/json")
_BLANKS = re.compile(r"\s*")


def pieces_of(response: Any, end: float, account: _account.Account, content: bool = False) -> Iterator[bytes]:
    """The body in pieces, for as long and as much as an honest Podman would send; ``content`` may be of any size.

    Raises EngineError, or OSError (see ``broken``) when the whole of it does not come.
    """
    size = 0
    try:
        for piece in response.iter_content(65536):
            size += len(piece)
            if size > ANSWER_LIMIT and not content:
                response.close()
                raise _errors.EngineError(
                    f"user: what listens on {account.socket} of account {account.name} sends without end; it is no Podman."
                )
            if time.monotonic() > end:
                raise TimeoutError("the answer has no end")
            yield piece
    except (ValueError, HTTPException) as error:  # such as a chunk of less than no bytes
        raise ConnectionError(str(error)) from error
    _require_whole(response, size)


def _require_whole(response: Any, size: int) -> None:
    """Raise ConnectionError for half an answer: urllib3 1 does not tell, and neither does a head that was cut off."""
    headers = response.headers
    length = str(headers.get("Content-Length") or "")
    if "Transfer-Encoding" in headers:
        return  # a missing last chunk is noticed
    if length.isdecimal():
        if response.raw.tell() < int(length):
            raise ConnectionError(f"{response.raw.tell()} of {length} bytes came")
    elif not size and response.status_code not in (204, 304):
        raise ConnectionError("nothing came")


def json_of(answer: bytes, account: _account.Account) -> Any:
    """The JSON value that an answer is. Raises EngineError."""
    try:
        # Podman 5.8 shows the bytes of a secret as they are, text or not.
        return json.loads(answer.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise _strange(answer, account) from error


def is_listing(path: str) -> bool:
    """Whether ``path`` asks for all objects of a kind, and not for one."""
    return _LISTING.fullmatch(path) is not None


def require_shape(told: Any, path: str, account: _account.Account) -> Any:
    """What ``path`` answered, which is a list of objects for a listing and one object for a look. Raises EngineError for anything else."""
    if is_listing(path):
        fits = told is None or (isinstance(told, list) and all(isinstance(each, dict) for each in told))
    else:
        fits = isinstance(told, dict) or not (path == "info" or path.endswith("/json"))
    if not fits:
        raise _strange(json.dumps(told)[:60].encode(), account)
    return told


def json_lines_of(answer: bytes, account: _account.Account) -> Iterator[Any]:
    """Several JSON values one after another, as the progress streams send them. Raises EngineError."""
    decoder = json.JSONDecoder()
    text = answer.decode("utf-8", "replace").strip()
    position = 0
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise _strange(text[position : position + 60].encode(), account) from error
        yield value
        position = _BLANKS.match(text, position).end()  # type: ignore[union-attr]  # matches always


def _strange(answer: bytes, account: _account.Account) -> _errors.EngineError:
    return _errors.EngineError(
        f"user: what listens on {account.socket} of account {account.name} does not answer like Podman "
        f"(it said {answer[:60]!r})."
    )


def version_of(header: str, account: _account.Account) -> Version:
    """The server's version from its Libpod-API-Version header, such as 5.4.2 or 5.8.0-dev. Raises EngineError."""
    found = _VERSION.fullmatch(header)
    if not found:
        raise _errors.EngineError(
            f"user: what listens on {account.socket} of account {account.name} does not answer like Podman (version {header[:60]!r})."
        )
    return int(found[1]), int(found[2]), int(found[3])


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def broken(account: _account.Account, error: Exception, call: str, timeout: float) -> _errors.EngineError:
    """No answer, or half of one: say which of the usual reasons it is and what mends it."""
    chain = list(_chain(error))
    reason = " ".join(str(chain[-1]).split())[:200] or type(chain[-1]).__name__
    # requests' own Timeout, the socket's and urllib3's: all have it in their name.
    if any("Timeout" in type(each).__name__ for each in chain):
        return _errors.EngineError(
            f"user: the Podman of account {account.name} gave no whole answer to {call} within {timeout:g} seconds; "
            f"look at: systemctl --user -M {account.name}@.host status podman.service"
        )
    if not any(
        isinstance(each, (FileNotFoundError, ConnectionRefusedError, PermissionError)) for each in chain
    ):
        return _errors.EngineError(
            f"user: the Podman of account {account.name} broke off during {call} ({reason}); "
            f"run the task again, and look at: journalctl _UID={account.uid} -n 50"
        )
    mend = f"systemctl --user -M {account.name}@.host start podman.socket"
    if not os.path.isdir(account.runtime_dir):
        mend = f"systemctl start user@{account.uid}.service && {mend}"
    return _errors.EngineError(
        f"user: the Podman socket {account.socket} of account {account.name} does not answer ({reason}); "
        f"declare the account with rootless.podman.user (socket: true), or run: {mend}"
    )
