# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder that holds an account's units: read, and changed in steps that a power cut leaves whole.

As root it is one of root's, ``/etc/containers/systemd/users/UID``, which only the account's manager reads. A task that
runs as the account uses ``~/.config/containers/systemd``. While a change has yet to prove itself, the text before it lies
beside the unit as ``NAME.rp-old``; Quadlet does not read such files, and the next run sees where a killed one stood.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
from collections.abc import Iterator

from . import _account, _errors

FOR_ALL = "/etc/containers/systemd/users"
OWN = ".config/containers/systemd"
# Root's lock lies where no account can open it: a lock on the folder itself could be held by whoever reads the units.
LOCKS = "/run"
READABLE = 0o755
# Units hold values of env, which are not for other accounts to read.
PRIVATE = 0o640
KEPT = ".rp-old"
DRAFT = ".rp-new"
# Units are some hundred bytes; Linux hands over 128 KiB a word.
FILE_LIMIT = 8 << 20
FILES_LIMIT = 2000


class Folder:
    """The folder of one account. Changes need the lock. Whoever became the account can read root's (``roots``), and no more.

    ``without`` are files that check mode takes for gone, because earlier steps would have taken them away.
    """

    def __init__(
        self, account: _account.Account, roots: bool | None = None, without: frozenset[str] = frozenset()
    ) -> None:
        self._account, self.without = account, without
        self.is_roots = os.geteuid() == 0 if roots is None else roots
        self.path = roots_folder(account) if self.is_roots else os.path.join(account.home, OWN)

    def path_of(self, name: str) -> str:
        """Where a unit lies."""
        return os.path.join(self.path, name)

    def text(self, name: str) -> str | None:
        """A unit's text, or None."""
        return None if name in self.without else _read(self.path_of(name))

    def kept(self, name: str) -> str | None:
        """The text before a change that has not proved itself, or None."""
        return None if name in self.without else _read(self.path_of(name) + KEPT)

    def tree(self) -> dict[str, str]:
        """All files that Quadlet reads for the account beside what the account says itself."""
        found = roots_tree(self._account) if self.is_roots else _below(self.path)
        return {name: text for name, text in found.items() if name not in self.without}

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder, and keep other tasks from it."""
        self._make()
        if self.is_roots:
            place = os.path.join(LOCKS, f"rootless.podman.units.{self._account.uid}.lock")
            held = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        else:
            held = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield
        finally:
            os.close(held)

    def put(self, name: str, text: str) -> None:
        """Put a unit in its place, whole or not at all; what was there is kept, unless something is kept already."""
        path = self.path_of(name)
        old = self.text(name)
        if old is not None and self.kept(name) is None:
            self._write(path + KEPT, old)
        self._write(path, text)

    def put_back(self, name: str) -> bool:
        """What was kept takes its place again; False when nothing was."""
        path = self.path_of(name)
        try:
            os.replace(path + KEPT, path)
        except FileNotFoundError:
            return False
        self._sync()
        return True

    def remove(self, name: str) -> None:
        """Take a unit away; what was kept goes with it."""
        for path in (self.path_of(name), self.path_of(name) + KEPT):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        self._sync()

    def forget(self, name: str) -> None:
        """The change has proved itself: what was kept is not needed any more."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path_of(name) + KEPT)
            self._sync()

    def _make(self) -> None:
        if not self.is_roots:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            return
        for path in _upwards(self.path):
            with contextlib.suppress(FileExistsError):
                os.mkdir(path)
                # The account has to read them, whatever umask the task runs with.
                os.chmod(path, READABLE)
            found = os.lstat(path)
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
                raise _errors.Failure(
                    f"user: {path} is not a folder that only root can write, so units in it would not be root's; "
                    f"mend it with: chown root: {path} && chmod 0755 {path}"
                )

    def _write(self, path: str, text: str) -> None:
        draft = path + DRAFT
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        # Never through a link, never into a file that is there already.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(draft, flags, 0o600), "wb") as file:
            if self.is_roots:
                # Quadlet's generator runs as the account.
                os.fchown(file.fileno(), 0, self._account.gid)
            os.fchmod(file.fileno(), PRIVATE)
            file.write(text.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
        self._sync()

    def _sync(self) -> None:
        held = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(held)
        finally:
            os.close(held)


def roots_folder(account: _account.Account) -> str:
    """Where root's units for the account lie."""
    return os.path.join(FOR_ALL, str(account.uid))


def remove_all(account: _account.Account) -> None:
    """Take root's units for an account away with their folder: its number may be somebody else's next."""
    path = roots_folder(account)
    if not os.path.lexists(path):
        return
    # Nobody but root can put anything here, and rmtree follows no link.
    if os.path.islink(path):
        os.unlink(path)
    else:
        shutil.rmtree(path)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(LOCKS, f"rootless.podman.units.{account.uid}.lock"))


def roots_tree(account: _account.Account) -> dict[str, str]:
    """Root's units for the account, those for all accounts among them."""
    return {**_below(FOR_ALL, numbers=False), **_below(roots_folder(account))}


def _upwards(path: str) -> list[str]:
    return [path] if os.path.dirname(path) == "/etc" else [*_upwards(os.path.dirname(path)), path]


def _read(path: str) -> str | None:
    """A file's text; bytes that are no text come back as they were when it is written."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _errors.Failure(f"name: {path} is no file; take it away first.")
            return file.read(FILE_LIMIT).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _errors.Failure(
            f"name: {path} cannot be read as a file ({error.strerror}); take it away first."
        ) from error


def _below(top: str, numbers: bool = True) -> dict[str, str]:
    """The files in a folder and below it; links are followed where they name a file beside them (instances of templates)."""
    found: dict[str, str] = {}
    for folder, folders, names in os.walk(top):
        if not numbers and folder == top:
            folders[:] = [each for each in folders if not each.isdigit()]
        for name in sorted(names):
            if len(found) >= FILES_LIMIT or name.endswith((KEPT, DRAFT)):
                continue
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError, _errors.Failure):
                if os.path.islink(path):
                    target = os.readlink(path)
                    if "/" in target:
                        continue
                    path = os.path.join(folder, target)
                text = _read(path)
                if text is not None:
                    found[os.path.relpath(os.path.join(folder, name), top)] = text
    return found
