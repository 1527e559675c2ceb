# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client on one account's API socket, which makes sure who listens there."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Iterator
from typing import Any

from . import _account, _errors, _libraries


class BoundedSocket(socket.socket):
    """A socket whose timeout counts for all that is read until it is set again, which is once a request.

    Otherwise a byte now and then would keep a caller waiting for ever.
    """

    _seconds: float | None = None
    _end = 0.0

    def settimeout(self, value: float | None) -> None:
        """Seconds from now until which everything has to be there."""
        super().settimeout(value)
        self._seconds = value
        self._end = time.monotonic() + (value or 0.0)

    def recv_into(self, *arguments: Any, **keywords: Any) -> int:
        """What every reader of an HTTP answer calls in the end."""
        if not self._seconds:
            return super().recv_into(*arguments, **keywords)
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        super().settimeout(left)
        try:
            return super().recv_into(*arguments, **keywords)
        finally:
            super().settimeout(self._seconds)


def check_peer(connected: socket.socket, account: _account.Account) -> None:
    """Raise EngineError unless the account itself listens at the other end."""
    credentials = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    owner = struct.unpack("3i", credentials)[1]
    if owner != account.uid:
        raise _errors.EngineError(
            f"user: {account.socket} of account {account.name} is served by uid {owner}, not by the account's own "
            f"Podman (uid {account.uid}); find out who replaced it before you go on."
        )


@contextlib.contextmanager
def awake(account: _account.Account) -> Iterator[None]:
    """Have systemd start the account's Podman, which takes as long as what is imported meanwhile. Must be called as the account.

    Nothing is said or read, so it is no matter who listens.
    """
    with socket.socket(socket.AF_UNIX) as knock:
        knock.setblocking(False)
        with contextlib.suppress(OSError):
            knock.connect(account.socket)
        yield


def client(account: _account.Account, connections: int) -> Any:
    """podman-py's APIClient on the account's socket, made to check who listens there."""
    with awake(account):
        api_client = _libraries.podman_py()
    from podman.api.uds import UDSAdapter, UDSConnection, UDSConnectionPool, UDSPoolManager

    class CheckedConnection(UDSConnection):  # type: ignore[misc]
        """A connection that is only used when the account itself listens at its other end."""

        sock: Any

        def connect(self) -> None:
            super().connect()
            self.sock = BoundedSocket(fileno=self.sock.detach())
            self.sock.settimeout(self.timeout)
            check_peer(self.sock, account)

    class CheckedPool(UDSConnectionPool):  # type: ignore[misc]
        ConnectionCls = CheckedConnection

    class CheckedManager(UDSPoolManager):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **keywords: Any) -> None:
            super().__init__(*arguments, **keywords)
            self.pool_classes_by_scheme = {"http": CheckedPool}

    class CheckedAdapter(UDSAdapter):  # type: ignore[misc]
        def init_poolmanager(
            self, connections: int, maxsize: int, block: bool = False, **_keywords: Any
        ) -> None:
            self.poolmanager = CheckedManager(
                num_pools=connections, maxsize=maxsize, block=block, **self._pool_kwargs
            )

    made = api_client(base_url=f"unix://{account.socket}", version="4.0.0")
    # Nothing of the account's environment or home has a say: no proxy, no .netrc. Looking for them also costs time in every request.
    made.trust_env = False
    made.mount("http://", CheckedAdapter(made.base_url.geturl(), pool_maxsize=connections))
    return made
