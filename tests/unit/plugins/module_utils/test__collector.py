# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task has loaded is set aside before a child begins, and what the child makes is still looked at."""

from __future__ import annotations

import gc
import os
import pwd
from collections.abc import Iterator

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _account, _collector


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """The collector of the tests gets back what it had."""
    yield
    gc.enable()
    gc.unfreeze()


def test_what_is_there_is_left_alone_and_what_comes_is_not() -> None:
    gc.disable()
    _collector.set_aside()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 1000
    loop: list[object] = []
    loop.append(loop)
    del loop
    assert gc.collect() >= 1


def look(_account_of_child: object) -> list[int]:
    """As the child: what its collector leaves alone, and whether it works."""
    return [gc.get_freeze_count(), gc.isenabled()]


def test_a_child_begins_with_everything_set_aside() -> None:
    account = _account.find(pwd.getpwuid(os.geteuid()).pw_name)
    assert account is not None
    pid, reader = _account.start_child(account, look, (account,), become=False)
    with os.fdopen(reader, "rb") as file:
        answer = file.read()
    status = os.waitpid(pid, 0)[1]
    count, enabled = _account.read_answer(account, answer, status)
    assert count > 1000
    assert enabled
