# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an account's engine answers, asked without podman-py, which a fresh host may not have yet."""

from __future__ import annotations

import socket

from .. import _account, _errors

# The first answer includes Podman setting up the account's storage.
_SECONDS = 60


def require_answer(account: _account.Account) -> None:
    """Ask the engine for a sign of life, as the account; raise Failure when none comes."""
    told = _account.call_as(account, _ask, account.socket)
    if told != "OK":
        raise _errors.Failure(
            f"socket: Podman of account {account.name} does not answer on {account.socket}: {told}; "
            f"see why with: journalctl _UID={account.uid} -n 30"
        )


def _ask(path: str) -> str:
    """``OK``, or what went wrong, in a few words."""
    answer = b""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_SECONDS)
            line.connect(path)
            line.sendall(b"GET /_ping HTTP/1.0\r\nHost: d\r\n\r\n")
            while b"\r\n\r\n" not in answer and len(answer) < 65536:
                part = line.recv(4096)
                if not part:
                    break
                answer += part
    except OSError as error:
        return str(error)
    first = answer.split(b"\r\n", 1)[0].decode("latin-1")
    return "OK" if first.split(" ")[1:2] == ["200"] else f"it said {first[:200]!r}"
