# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work that is done as the account, in a child that has become it: its home, its storage, its socket (read only)."""

from __future__ import annotations

import os
import socket
import stat
import struct
from typing import Any

from . import conf as _conf
from . import files

OWN_FILES = ("containers.conf", "storage.conf", "registries.conf", "policy.json")
DRIVERS = ("overlay", "vfs", "btrfs", "zfs")
REQUEST = b"GET /libpod/_ping HTTP/1.0\r\nHost: d\r\n\r\n"
# An answer to a ping is some 300 bytes.
ANSWER_LIMIT = 4096


def look(home: str, uid: int, storage_path: str) -> dict[str, Any]:
    """The account's home and storage: ``{state, mode, real, own, storage, drivers, free}``.

    ``storage_path`` is the host's rootless_storage_path, empty for Podman's own default.
    """
    state, mode = _home(home, uid)
    folder = os.path.join(home, ".config", "containers")
    own = [name for name in OWN_FILES if os.path.exists(os.path.join(folder, name))]
    own += [
        name for name in ("containers.conf.d", "registries.conf.d") if _filled(os.path.join(folder, name))
    ]
    storage = _storage(home, uid, storage_path, files.read(os.path.join(folder, "storage.conf")))
    return {
        "state": state,
        "mode": mode,
        "real": os.path.realpath(home),
        "own": own,
        "storage": storage,
        "drivers": _drivers(storage),
        "free": list(files.free_space(home)),
    }


def _home(home: str, uid: int) -> Any:
    try:
        found = os.stat(home)
    except OSError as error:
        return (error.strerror or "cannot be looked at").lower(), 0
    if not stat.S_ISDIR(found.st_mode):
        return "is no folder", 0
    if found.st_uid != uid:
        return f"belongs to uid {found.st_uid}", 0
    return "", stat.S_IMODE(found.st_mode)


def _filled(folder: str) -> bool:
    try:
        return bool(os.listdir(folder))
    except OSError:
        return False


def _storage(home: str, uid: int, host_path: str, own: str) -> str:
    """Where the account's storage lies; its own storage.conf wins, see containers-storage.conf(5)."""
    found = _conf.keys(own)
    for key in ("storage.rootless_storage_path", "storage.graphroot"):
        if found.get(key):
            host_path = found[key][-1]
            break
    if not host_path:
        return os.path.join(home, ".local/share/containers/storage")
    for word, value in (("$HOME", home), ("$UID", str(uid)), ("$USER", os.environ.get("USER", ""))):
        host_path = host_path.replace(word, value)
    return host_path


def _drivers(storage: str) -> list[str]:
    return [name for name in DRIVERS if os.path.isdir(os.path.join(storage, f"{name}-layers"))]


def knock(path: str, uid: int) -> bool:
    """Ask and do not wait for the answer; whether somebody took the question."""
    try:
        with _connected(path, uid, 0.2) as connection:
            connection.sendall(REQUEST)
    except OSError:
        return False
    return True


def ping(path: str, uid: int, patience: float) -> dict[str, str]:
    """``{state, version}``: state is ``answers`` or says what went wrong; version as Podman's header tells it."""
    try:
        with _connected(path, uid, patience) as connection:
            connection.sendall(REQUEST)
            answer = b""
            while len(answer) < ANSWER_LIMIT and b"\r\n\r\n" not in answer:
                piece = connection.recv(ANSWER_LIMIT)
                if not piece:
                    break
                answer += piece
    except socket.timeout:
        return {"state": f"no answer on {path} within {patience:.1f} s", "version": ""}
    except OSError as error:
        return {"state": f"{path}: {error.strerror or error}", "version": ""}
    return _judged(answer)


def _judged(answer: bytes) -> dict[str, str]:
    lines = answer.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _colon, value in (line.partition(":") for line in lines[1:])
    }
    told = headers.get("libpod-api-version", "")[:40]
    if " 200" not in lines[0] or not told or not told.isprintable():
        return {"state": f"what answers is no Podman (it said {lines[0][:40]!r})", "version": ""}
    return {"state": "answers", "version": told}


def _connected(path: str, uid: int, patience: float) -> socket.socket:
    """A connection to the account's own listener. Raises OSError, also when somebody else listens there."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(patience)
        connection.connect(path)
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        owner = struct.unpack("3i", credentials)[1]
        if owner != uid:
            raise OSError(0, f"served by uid {owner}, not by the account's own Podman")
    except OSError:
        connection.close()
        raise
    return connection
