# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, in one sentence each."""

from __future__ import annotations


class TestbedError(Exception):
    """A failure whose message is one sentence for the person at the keyboard."""

    __test__ = False  # the name begins with "Test", pytest is not meant


class Interrupted(TestbedError):  # noqa: N818  it is no fault
    """SIGINT, SIGTERM or SIGHUP arrived, or another host of the same run failed."""


class NotReady(TestbedError):  # noqa: N818  the host may be as it should be, and only slow
    """A host ended while it booted, or was not ready in time."""
