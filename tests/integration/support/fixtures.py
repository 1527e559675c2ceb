# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures that the integration tests and the proofs share: hosts with Podman, and accounts on them.

A conftest.py takes them by importing them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from .host import Host
from .prepare import prepare
from .testbed import Testbed

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
    release = os.environ.get("RELEASE", "trixie")
    return prepare(testbed.up("it" if release == "trixie" else f"it-{release}", "--release", release))


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
