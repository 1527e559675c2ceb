# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts and accounts for the integration tests.

One host with Podman for the whole session, one bare host and one with an old Podman for the tests that ask for them.
KEEP_HOSTS=1 leaves them running for the next session, which then starts in a second.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from support.host import Host
from support.prepare import prepare
from support.testbed import Testbed

Account = Callable[..., dict[str, Any]]


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
    return prepare(testbed.up("it"))


@pytest.fixture(scope="session")
def bare_host(testbed: Testbed) -> Host:
    """A host without Podman."""
    return testbed.up("bare", "--bare")


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
