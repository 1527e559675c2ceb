# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts and accounts for the integration tests.

One host with Podman for the whole session, bare ones and one with an old Podman for the tests that ask for them.
KEEP_HOSTS=1 leaves them running for the next session, which then starts in a second. RELEASE=bookworm or forky runs the
tests against another generation of Podman than that of trixie.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support.fixtures import account, host, old_host, testbed
from support.playbook import play
from support.testbed import Testbed

__all__ = ["account", "bare_play", "beside", "host", "old_host", "testbed"]
TARGETS = Path(__file__).parent / "targets"
# Those that take minutes, in the order of their length: workers begin with them.
LONG = ("test_targets", "test_walk", "test_build_options", "test_examples")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="module", autouse=True)
def beside(request: pytest.FixtureRequest, testbed: Testbed) -> Iterator[dict[str, Future[str]]]:
    """Playbooks of targets that begin on a bare host, by name, started with the first test of their file if they are selected.

    They wait for package mirrors most of the time, so they run beside the other tests, one after the other.
    """
    wanted = {
        item.callspec.params["bare"]
        for item in request.session.items
        if "bare_play" in item.fixturenames and item.path == request.path
    }
    with ThreadPoolExecutor(1) as pool:
        yield {name: pool.submit(bare_target, testbed, name) for name in sorted(wanted)}


def bare_target(testbed: Testbed, name: str) -> str:
    """Run targets/NAME/play.yml on a new bare host; what Ansible said."""
    return play(testbed.up(f"bare-{name.replace('_', '-')}", "--bare"), TARGETS / name / "play.yml")


@pytest.fixture
def bare_play(bare: str, beside: dict[str, Future[str]]) -> Future[str]:
    """The run of the target called ``bare``."""
    return beside[bare]
