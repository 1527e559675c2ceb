# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switch's side of a deploy: its files, and HAProxy's runtime API over a socket in the app's folder. Used as the account.

What answers there is a container's process: it is asked for little, and believed no more than it can spoil itself.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import time
from collections.abc import Collection, Iterator, Mapping
from typing import Callable

from . import _engine, _errors, _options, _switch

LIMIT = 1 << 20
# Seconds for one question, for a switch that has just been started, and for DNS to learn of a container.
ASK, ARRIVE, RESOLVE = 10.0, 15.0, 20.0
# So many good answers in a row prove a version.
GOOD = 2
PAUSE = 0.1
SHUT, OPEN = 0o755, 0o777


class Traffic:
    """One switch: which colour it sends requests to, and how many are open."""

    def __init__(self, engine: _engine.Engine, switch: _switch.Switch) -> None:
        self.engine, self.switch = engine, switch
        self.run = os.path.join(switch.folder, "run")
        self.conf = os.path.join(switch.folder, "conf")

    # Its files

    def settings(self) -> dict[str, object] | None:
        """The settings of the configuration that is there."""
        text = self.text()
        return None if text is None else _switch.settings_of(text)

    def text(self) -> str | None:
        """The configuration that is there."""
        try:
            path = os.path.join(self.conf, _switch.CONFIGURATION)
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
                return file.read(LIMIT).decode("utf-8", "replace")
        except OSError:
            return None

    def keep(self, leads: str) -> None:
        """Write the configuration in which that colour leads, and the folders where they are not there."""
        self.write(_switch.configuration(self.switch, leads))

    def write(self, text: str) -> None:
        """Write a configuration, whole or not at all."""
        self.engine.admit("write", self.switch.folder)
        app = os.path.dirname(self.switch.folder)
        for folder in (os.path.dirname(app), app):
            os.makedirs(folder, mode=0o700, exist_ok=True)
        # What runs in the switch is nobody here, and has to make its sockets. Nobody else can get into the app's folder.
        for folder, mode in ((self.switch.folder, SHUT), (self.conf, SHUT), (self.run, OPEN)):
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder)
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                os.fchmod(opened, mode)
            finally:
                os.close(opened)
        _write(self.conf, _switch.CONFIGURATION, text)

    # What it does

    @property
    def runs(self) -> bool:
        """Whether the switch's container runs."""
        found = self.engine.find(f"containers/{_engine.name_in_path(self.switch.container)}/json")
        return bool(_options.get_path(found or {}, "State.Status") == "running")

    def arrive(self) -> None:
        """Wait until the switch answers. Raises Failure."""
        _until(ARRIVE, lambda: bool(self._servers(quiet=True)), self._fails("does not answer on its socket"))

    def leads(self, colour: str) -> bool:
        """Whether requests go to that colour, and to it alone."""
        found = self._servers()
        return found[f"app/{colour}"].leads and not found[f"app/{_switch.other(colour)}"].leads

    def park(self, colour: str) -> None:
        """Nothing goes to that colour, whatever becomes of it, and nobody asks DNS for it."""
        self._set(f"app/{colour} state maint")
        self._call(colour, self._alias(_switch.other(colour)))

    def lead(self, colour: str) -> None:
        """Requests go to that colour, from now on and after a restart of the switch."""
        self._set(f"app/{colour} state ready")
        _until(
            RESOLVE,
            lambda: self._servers()[f"app/{colour}"].leads,
            self._fails(f"does not send requests to {self._alias(colour)}"),
        )
        self.keep(colour)

    def retire(self, colour: str) -> int:
        """No new request goes to that colour; wait until those that it has are answered. How many are left after the limit."""
        self._set(f"app/{colour} state drain")
        end = time.monotonic() + self.switch.drain
        left = 1
        idle = 0
        # Twice, because one may just be on its way from one count to the other.
        while idle < 2 and time.monotonic() < end:
            left = _switch.open_requests(self._ask("show stat app 4 -1"), colour) or 0
            idle = 0 if left else idle + 1
            time.sleep(PAUSE / 2)
        self.park(colour)
        return left

    def find(self, colour: str, addresses: Collection[str]) -> None:
        """Wait until the switch knows the container of that colour by its name and its present address. Raises Failure."""
        names = _names(colour)
        self._call(colour, self._alias(colour))

        def known(there: Mapping[str, _switch.Server], name: str) -> bool:
            return there[name].address in addresses and there[name].port == self.switch.port

        def found() -> bool:
            there = self._servers()
            for name in names:
                if not known(there, name):
                    # Refused before the first address came over DNS, which it does in a second.
                    self._ask(f"set server {name} addr {sorted(addresses)[0]} port {self.switch.port}")
            there = self._servers()
            return all(known(there, name) for name in names)

        if not addresses:
            raise self._fails(f"has no address for {self._alias(colour)}")()
        _until(
            RESOLVE,
            found,
            self._fails(f"does not find {self._alias(colour)} in network {self.switch.network}"),
        )

    def _call(self, colour: str, name: str) -> None:
        """By which name the switch looks for a colour."""
        there = self._servers()
        for server in _names(colour):
            if there[server].name != name:
                self._ask(f"set server {server} fqdn {name}")

    def prove(self, colour: str, end: float, look: Callable[[], None]) -> str:
        """Ask that colour for its check until it answers well. Empty, or what it said at the time ``end``.

        ``look`` raises Failure when there is no use in asking on.
        """
        good = 0
        while True:
            said = self._check(colour)
            good = 0 if said else good + 1
            if good >= GOOD:
                return ""
            look()
            if said and time.monotonic() > end:
                return said
            time.sleep(PAUSE)

    def reload(self) -> None:
        """Have the switch take its configuration anew: it hands over its ports, its addresses and what is open. Raises Failure."""
        before = self._process()
        _write(self.run, _switch.STATE, self._ask("show servers state"))
        try:
            path = f"containers/{_engine.name_in_path(self.switch.container)}/kill"
            self.engine.write("POST", path, {"signal": "SIGUSR2"})
            _until(
                ARRIVE,
                lambda: self._process(quiet=True) not in ("", before),
                self._fails("does not take its new configuration"),
            )
        finally:
            # Only good for now: after a restart of the host the addresses are others.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(self.run, _switch.STATE))

    def _check(self, colour: str) -> str:
        """Ask a colour for its check; empty for a good answer, else what it said."""
        request = f"GET {self.switch.check} HTTP/1.0\r\nHost: localhost\r\n\r\n"
        status, body = _switch.answered(self._talk(f"{colour}.sock", request.encode(), quiet=True))
        if 200 <= status < 400:
            return ""
        return f"{status} {body}".strip() if status else "nothing"

    def _process(self, quiet: bool = False) -> str:
        found = re.search(r"^Pid: (\d+)$", self._ask("show info", quiet), re.MULTILINE)
        return found.group(1) if found else ""

    def _servers(self, quiet: bool = False) -> dict[str, _switch.Server]:
        """The servers of the switch, all four of them; none with ``quiet`` when it does not tell."""
        found = _switch.servers(self._ask("show servers state", quiet))
        needed = {name for colour in _switch.COLOURS for name in _names(colour)}
        if needed <= set(found):
            return found
        if quiet:
            return {}
        raise self._fails("does not tell of its servers")()

    def _set(self, words: str) -> None:
        said = self._ask(f"set server {words}").strip()
        if said:
            raise self._fails(f"refused {words!r}: {said[:200]}")()

    def _ask(self, command: str, quiet: bool = False) -> str:
        return self._talk(_switch.ADMIN, f"{command}\n".encode(), quiet).decode("utf-8", "replace")

    def _talk(self, name: str, words: bytes, quiet: bool) -> bytes:
        """Say something over a socket of the switch; all that comes back. Nothing with ``quiet`` when nobody answers."""
        end = time.monotonic() + ASK
        answer = bytearray()
        try:
            with _folder(self.run) as place, socket.socket(socket.AF_UNIX) as line:
                line.settimeout(ASK)
                line.connect(f"{place}/{name}")
                line.sendall(words)
                while len(answer) < LIMIT and time.monotonic() < end:
                    piece = line.recv(65536)
                    if not piece:
                        break
                    answer += piece
        except OSError as error:
            if quiet:
                return bytes(answer)
            raise self._fails(f"does not answer on its socket ({error.strerror or error})")() from error
        return bytes(answer)

    def _alias(self, colour: str) -> str:
        return _switch.alias(self.switch.name, colour)

    def _fails(self, what: str) -> Callable[[], _errors.Failure]:
        def failure() -> _errors.Failure:
            try:
                path = f"containers/{_engine.name_in_path(self.switch.container)}/logs"
                raw = self.engine.raw(path, {"stdout": True, "stderr": True, "tail": 15})
            except _errors.EngineError:
                raw = b""
            last = raw.decode("utf-8", "replace").splitlines()[-15:]
            return _errors.Failure(
                f"container {self.switch.container}: the switch {what}; look at: podman logs {self.switch.container}",
                logs=[line[8:] if line[:1] in ("\x01", "\x02") else line for line in last],
            )

        return failure


def _names(colour: str) -> tuple[str, str]:
    """The servers of a colour: the one that gets requests, and the one that is asked for its check."""
    return f"app/{colour}", f"probe_{colour}/{colour}"


def files_of(container: str) -> list[str]:
    """What a switch keeps in its app's folder."""
    sockets = [f"{colour}.sock" for colour in _switch.COLOURS]
    folders = {"conf": [_switch.CONFIGURATION], "run": [_switch.ADMIN, _switch.STATE, *sockets]}
    return [f".{container}/{folder}/{name}" for folder, names in folders.items() for name in names]


def is_there(app: str, container: str) -> bool:
    """Whether an app's folder has the files of a switch of that name."""
    return os.path.isfile(os.path.join(app, f".{container}", "conf", _switch.CONFIGURATION))


def remove(app: str, container: str) -> None:
    """Take away the files of a switch that is no longer declared, and the app's folder if that was all in it."""
    place = os.path.join(app, f".{container}")
    for path in files_of(container):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(os.path.join(app, path))
    for each in (os.path.join(place, "conf"), os.path.join(place, "run"), place, app):
        with contextlib.suppress(OSError):
            os.rmdir(each)


def _until(seconds: float, done: Callable[[], bool], failure: Callable[[], _errors.Failure]) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise failure()
        time.sleep(PAUSE)


@contextlib.contextmanager
def _folder(path: str) -> Iterator[str]:
    """A folder by a short name: the path of a socket may have 107 characters."""
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield f"/proc/self/fd/{opened}"
    finally:
        os.close(opened)


def _write(folder: str, name: str, text: str) -> None:
    """Write a file, whole or not at all, and on the disk when this returns; never through a link."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    draft = f".{name}.rp-new"
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=opened)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(draft, flags, 0o644, dir_fd=opened), "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, name, src_dir_fd=opened, dst_dir_fd=opened)
    finally:
        os.close(opened)
