# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls side by side: in the order of what they are for, and none left behind."""

from __future__ import annotations

import threading

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._parallel import in_parallel


def test_results_stand_in_the_order_of_the_items() -> None:
    assert in_parallel(lambda each: each * 2, range(50)) == [each * 2 for each in range(50)]
    assert in_parallel(lambda each: each, ()) == []


def test_they_run_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=10)
    assert in_parallel(lambda _each: together.wait() >= 0, range(3), 3) == [True] * 3


def test_all_are_finished_before_the_first_failure_is_raised() -> None:
    done: list[int] = []

    def work(each: int) -> None:
        if each == 0:
            raise ValueError("the first")
        done.append(each)

    with pytest.raises(ValueError, match="the first"):
        in_parallel(work, range(5), 2)
    assert sorted(done) == [1, 2, 3, 4]
