# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts and accounts for the integration tests.

One host with Podman for the whole session, bare ones and one with an old Podman for the tests that ask for them.
KEEP_HOSTS=1 leaves them running for the next session, which then starts in a second. RELEASE=bookworm or forky runs the
tests against another generation of Podman than that of trixie.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support.host import Host
from support.playbook import play
from support.prepare import prepare
from support.testbed import Testbed

Account = Callable[..., dict[str, Any]]
TARGETS = Path(__file__).parent / "targets"
# Those that take minutes, in the order of their length: workers begin with them.
LONG = ("test_walk", "test_targets", "test_examples")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def testbed() -> Iterator[Testbed]:
    """The session's own testbed."""
    bed = Testbed()
    try:
        yield bed
    finally:
        bed.close()


@pytest.fixture(scope="session")
def host(testbed: Testbed) -> Host:
    """A host with Podman, the collection, and a registry that answers for docker.io."""
    release = os.environ.get("RELEASE", "trixie")
    return prepare(testbed.up("it" if release == "trixie" else f"it-{release}", "--release", release))


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


@pytest.fixture(scope="session")
def old_host(testbed: Testbed) -> Host:
    """A host with Podman 4.3."""
    old = testbed.up("old", "--release", "bookworm")
    old.stage()
    return old


@pytest.fixture
def account(host: Host) -> Iterator[Account]:
    """Makes accounts; they are gone after the test. Returns what the module ``user`` returns."""
    made: list[str] = []

    def make(name: str, **options: Any) -> dict[str, Any]:
        made.append(name)
        return host.good("user", name=name, **options)

    yield make
    for name in made:
        host.remove_account(name)
