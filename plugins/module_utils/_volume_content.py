# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is in a volume: read, written to an archive, filled from one, moved aside and back. Used as the account.

Podman's command does the work, because only 5.6 and later do it over the API.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from typing import IO

from . import _context, _errors, _tar_digest

# What a rename inside the account's user namespace needs: the data belongs to ids that only exist there.
RENAME = "import os, sys; os.rename(sys.argv[1], sys.argv[2])"
CHOWN = "import os, sys; os.chown(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), follow_symlinks=False)"


@contextlib.contextmanager
def exported(name: str) -> Iterator[IO[bytes]]:
    """The volume as a tar to read from. Raises Failure when it does not come to its end."""
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(  # pylint: disable=ansible-bad-function
            ["podman", "volume", "export", name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            cwd="/",
        )
        stream: IO[bytes] = running.stdout  # type: ignore[assignment]  # it is a pipe
        whole = False
        try:
            yield stream
            whole = not stream.read(1)
        finally:
            # Who has seen enough goes early. Podman holds the pipe's other end as well, so it would wait for a reader for ever.
            stream.close()
            if not whole:
                _end(running)
            status = running.wait()
        if whole and status:
            said.seek(0)
            raise _errors.Failure(f"volume {name}: Podman cannot export it ({_last(said.read())}).")


def _end(running: subprocess.Popen[bytes]) -> None:
    """Have a program end that nobody listens to any more."""
    running.terminate()
    try:
        running.wait(5)
    except subprocess.TimeoutExpired:
        running.kill()


def _last(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].replace("Error: ", "", 1) if lines else "it says nothing"


def content(name: str) -> set[bytes]:
    """Digests of all that is in a volume."""
    with exported(name) as stream:
        try:
            found = set(_tar_digest.entries(stream))
        except tarfile.ReadError:
            found = set()  # 4.3 sends nothing at all for an empty volume
        for _rest in iter(lambda: stream.read(1 << 16), b""):
            pass
        return found


def is_empty(name: str) -> bool:
    """Whether nothing is in a volume."""
    found = False
    with exported(name) as stream, contextlib.suppress(tarfile.ReadError):
        for _entry in _tar_digest.entries(stream):
            found = True
            break
    return not found


def archived(option: str, path: str) -> set[bytes]:
    """Digests of all that an archive on the host holds. Raises Failure for what the account cannot read as one."""
    try:
        with open(path, "rb") as file:
            return set(_tar_digest.entries(file))
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise _errors.Failure(
            f"{option}: {path} was given, and a tar archive is needed that the account can read ({_context.describe(error)})."
        ) from None


def export(name: str, path: str) -> None:
    """Write a volume to a tar, whole or not at all."""
    folder = os.path.dirname(path)
    draft = os.path.join(folder, f".{os.path.basename(path)}.rp-new")
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with open(os.open(draft, flags, 0o600), "wb") as file:
            with exported(name) as stream:
                for piece in iter(lambda: stream.read(1 << 20), b""):
                    file.write(piece)
            if not file.tell():
                tarfile.open(fileobj=file, mode="w").close()
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, path)
    except OSError as error:
        raise _errors.Failure(
            f"export: the account cannot write {path} ({error.strerror or error}); name a file in a folder that it may write to."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(draft)


def fill(name: str, path: str) -> None:
    """Put what an archive holds into a volume, over what is there. Raises Failure."""
    with open(path, "rb") as archive:
        _podman(["volume", "import", name, "-"], archive, f"volume {name}: Podman cannot import {path}")


def move(source: str, target: str) -> None:
    """Move the data of a volume as it is, at once: owners, permissions and attributes stay. Raises Failure.

    An empty folder at the target is replaced, one with anything in it is not.
    """
    python = sys.executable or "python3"
    _podman(["unshare", python, "-c", RENAME, source, target], None, f"cannot move {source} to {target}")


def discard(path: str) -> None:
    """Delete data that was moved aside; the task names the loss."""
    _podman(["unshare", "rm", "-rf", "--", path], None, f"cannot remove {path}")


def own(path: str, uid: int, gid: int) -> None:
    """Give a volume's folder to ids of the account's user namespace; -1 leaves one as it is."""
    python = sys.executable or "python3"
    _podman(["unshare", python, "-c", CHOWN, path, str(uid), str(gid)], None, f"cannot give {path} its owner")


def _podman(words: list[str], stdin: IO[bytes] | None, what: str) -> None:
    done = subprocess.run(  # pylint: disable=ansible-bad-function
        ["podman", *words],
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
        check=False,
    )
    if done.returncode:
        raise _errors.Failure(f"{what} ({_last(done.stderr)}).")
