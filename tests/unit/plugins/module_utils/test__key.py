# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key of an account's records: made once, kept private, the same for everybody who asks at once."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._key import PLACE, record_key
from ansible_collections.rootless.podman.plugins.module_utils._record import KEY_BYTES


class Quiet:
    """An engine of which only the moment before its first write matters."""

    before_writes: Callable[[], None] | None = None


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account("somebody", os.getuid(), os.getgid(), str(tmp_path), "/bin/sh")


def kept_key(account: Account) -> bytes:
    """The key, after a task that writes."""
    engine = Quiet()
    key = record_key(account, engine)
    if engine.before_writes is not None:
        engine.before_writes()
    return key


def test_it_is_made_once(account: Account) -> None:
    key = kept_key(account)
    assert len(key) == KEY_BYTES
    engine = Quiet()
    assert record_key(account, engine) == key
    assert engine.before_writes is None


def test_it_is_for_the_account_alone(account: Account) -> None:
    former = os.umask(0)
    try:
        kept_key(account)
    finally:
        os.umask(former)
    assert stat.S_IMODE(os.stat(os.path.join(account.home, PLACE)).st_mode) == 0o600


def test_a_task_that_writes_nothing_leaves_nothing(account: Account) -> None:
    assert len(record_key(account, Quiet())) == KEY_BYTES
    assert os.listdir(account.home) == []


def test_of_two_that_come_at_once_one_has_to_come_again(account: Account) -> None:
    """Both have drawn a key, and only one can be the account's."""
    first, second = Quiet(), Quiet()
    key = record_key(account, first)
    record_key(account, second)
    first.before_writes()
    with pytest.raises(Failure, match="run the task again"):
        second.before_writes()
    assert kept_key(account) == key
    assert os.listdir(os.path.join(account.home, os.path.dirname(PLACE))) == [os.path.basename(PLACE)]


@pytest.mark.parametrize("content", [b"", b"short", b"x" * (KEY_BYTES + 1)])
def test_a_damaged_key_is_named(account: Account, content: bytes) -> None:
    path = Path(account.home, PLACE)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(Failure, match=f"the record key .* is damaged .*{KEY_BYTES} are needed"):
        record_key(account, Quiet())


@pytest.mark.parametrize("draft", [b"", b"half", b"x" * KEY_BYTES])
def test_what_a_killed_run_left_does_not_stop_the_next(account: Account, draft: bytes) -> None:
    """Even if both have the same process id: on a host that has just started there are few."""
    left = Path(account.home, f"{PLACE}.{os.getpid()}")
    left.parent.mkdir(parents=True)
    left.write_bytes(draft)
    key = kept_key(account)
    assert key != draft
    assert kept_key(account) == key
    assert not left.exists()


def test_what_killed_runs_left_goes(account: Account) -> None:
    folder = Path(account.home, PLACE).parent
    folder.mkdir(parents=True)
    gone = int(Path("/proc/sys/kernel/pid_max").read_text()) + 1
    for tail in (gone, os.getpid(), os.getppid(), "mine"):
        Path(account.home, f"{PLACE}.{tail}").write_bytes(b"half")
    kept_key(account)
    left = sorted(each.name for each in folder.iterdir())
    name = os.path.basename(PLACE)
    assert left == sorted([name, f"{name}.{os.getppid()}", f"{name}.mine"])


def test_a_link_in_the_place_of_the_draft_is_not_followed(account: Account) -> None:
    target, draft = Path(account.home, "elsewhere"), Path(account.home, f"{PLACE}.{os.getpid()}")
    draft.parent.mkdir(parents=True)
    draft.symlink_to(target)
    kept_key(account)
    assert not target.exists()
    assert not Path(account.home, PLACE).is_symlink()
