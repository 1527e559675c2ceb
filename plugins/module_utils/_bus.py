# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of units, asked of an account's manager itself, on the socket on which systemctl --user asks.

systemctl show has the manager tell all of a unit (some 250 properties, and what its cgroup uses by now) to print a dozen of them: 30 ms of
processor time for an app of three containers, where this takes 3 ms.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

from . import _dbus

# Within an account's runtime folder.
SOCKET = "systemd/private"
# What systemctl prints of these is what D-Bus says; times and commands it writes in words of its own, which nobody needs here.
OF_UNITS = (
    "Id", "LoadState", "ActiveState", "SubState", "UnitFileState", "SourcePath", "Job", "RequiredBy", "BoundBy", "ConsistsOf",
)  # fmt: skip
OF_TYPES = ("Result", "Type", "NRestarts", "ExecMainStatus")
KNOWN = frozenset((*OF_UNITS, *OF_TYPES))
SECONDS = 10.0
_BUS = "org.freedesktop.systemd1"
_UNITS = "/org/freedesktop/systemd1/unit/"
# What is another one after any change of a unit's state or of the job that it has.
_MOMENT = ("Job", "StateChangeTimestampMonotonic")
_NOT_THERE = ("org.freedesktop.DBus.Error.UnknownProperty", "org.freedesktop.DBus.Error.UnknownInterface")
_GREETING = b"\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"


def properties(
    runtime_dir: str, names: Sequence[str], keys: Sequence[str]
) -> dict[str, dict[str, str]] | None:
    """Properties (of those ``KNOWN``) of units, as systemctl show prints them; what a unit has not is left out.

    Must be called as the account. None where the manager cannot be asked this way, for whatever reason: systemctl says it in words.
    """
    try:
        with socket.socket(socket.AF_UNIX) as opened:
            manager = _Manager(opened, os.path.join(runtime_dir, SOCKET))
            return {name: manager.unit(name, keys) for name in names}
    except (OSError, ValueError):
        return None


class _Manager:
    """A connection on which one call follows the other. Raises OSError or ValueError for what is not as it has to be."""

    def __init__(self, opened: socket.socket, path: str) -> None:
        self._socket, self._end, self._serial = opened, time.monotonic() + SECONDS, 0
        self._read = b""
        opened.settimeout(SECONDS)
        opened.connect(path)
        credentials = opened.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        if struct.unpack("3i", credentials)[1] != os.geteuid():
            raise ValueError("somebody else listens there")
        # Who asks is known by the socket. Both words of the answer come before any message.
        self._send(_GREETING)
        if self._line() != b"DATA" or not self._line().startswith(b"OK "):
            raise ValueError("no manager of systemd")

    def unit(self, name: str, keys: Sequence[str]) -> dict[str, str]:
        """The properties of one unit at one moment, which the manager loads if need be."""
        while True:
            # Between two answers the manager may go on with its work.
            before, *told, after = self._asked(name, [_MOMENT, ("Id", *keys), _MOMENT])
            if before == after:
                return dict(told[0])

    def _asked(self, name: str, several: Sequence[Sequence[str]]) -> list[dict[str, str]]:
        """Several lists of properties of a unit, one after the other."""
        own = f"{_BUS}.{name.rpartition('.')[2].capitalize()}"
        path, calls = _UNITS + _dbus.label(name), b""
        asked: dict[int, tuple[int, str]] = {}
        for place, key in ((place, key) for place, keys in enumerate(several) for key in keys):
            self._serial += 1
            asked[self._serial] = (place, key)
            interface = own if key in OF_TYPES else f"{_BUS}.Unit"
            calls += _dbus.call(
                self._serial, path, "org.freedesktop.DBus.Properties", "Get", [interface, key]
            )
        self._send(calls)
        found: list[dict[str, str]] = [{} for _keys in several]
        while asked:
            told = self._reply()
            if told.serial not in asked or (told.error and told.error not in _NOT_THERE):
                raise ValueError(told.error or "an answer to nothing")
            place, key = asked.pop(told.serial)
            if told.values and not told.error:
                found[place][key] = _printed(told.values[0])
        return found

    def _reply(self) -> _dbus.Reply:
        """The next reply to one of the calls."""
        while True:
            told = _dbus.reply(self._take(_dbus.size(self._peek(_dbus.HEAD))))
            if told is not None:
                return told

    def _send(self, data: bytes) -> None:
        self._socket.settimeout(self._left())
        self._socket.sendall(data)

    def _line(self) -> bytes:
        while b"\r\n" not in self._read:
            if len(self._read) > 1000:
                raise ValueError("no line")
            self._more()
        line, self._read = self._read.split(b"\r\n", 1)
        return line

    def _peek(self, count: int) -> bytes:
        while len(self._read) < count:
            self._more()
        return self._read[:count]

    def _take(self, count: int) -> bytes:
        taken = self._peek(count)
        self._read = self._read[count:]
        return taken

    def _more(self) -> None:
        self._socket.settimeout(self._left())
        data = self._socket.recv(1 << 16)
        if not data:
            raise ValueError("the manager hung up")
        self._read += data

    def _left(self) -> float:
        """Seconds until all has to be known; however it comes, byte by byte or not at all."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        return left


def _printed(value: Any) -> str:
    """A value as systemctl show prints it."""
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, tuple):
        # A job: its number, nothing where there is none.
        return str(value[0] or "")
    return str(value)
