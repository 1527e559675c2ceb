# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names: which are allowed, and which ones follow from them.  Pure."""

from __future__ import annotations

import hashlib
import re

from .errors import TestbedError

# Linux limits interface names to 15 characters: prefix (10) + "v" + number of the subnet (4 hex digits)
PREFIX_RE = re.compile(r"[a-z][a-z0-9]{0,9}")
NAME_RE = re.compile(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?")
RESERVED = {"localhost", "all", "ungrouped", "testbed"}


def check_name(name: str) -> str:
    """Return a host name that is allowed, or say what is wrong with it."""
    if not NAME_RE.fullmatch(name):
        raise TestbedError(
            f"{name!r} is not a host name: use up to 32 lower-case letters, digits and hyphens, beginning with a letter"
        )
    if name in RESERVED:
        raise TestbedError(f"{name!r} cannot be a host name: the inventory uses it for something else")
    return name


def check_prefix(prefix: str) -> str:
    """Return a prefix that fits into an interface name, or say what is wrong with it."""
    if not PREFIX_RE.fullmatch(prefix):
        raise TestbedError(
            f"TESTBED_PREFIX={prefix!r} does not do: use 1 to 10 lower-case letters and digits, beginning with a letter"
        )
    return prefix


def short_hash(text: str, length: int = 8) -> str:
    """A short, stable name for a longer text."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def default_prefix(state: str) -> str:
    """Two state folders never share a prefix, whoever set them."""
    return "tb" + short_hash(state, 6)


def machine_name(prefix: str, name: str) -> str:
    """The name of a host on the machine: its network namespace, cgroup and nspawn machine."""
    return f"{prefix}-{name}"


def veth_name(prefix: str, index: int) -> str:
    """The machine's end of a host's cable; the number of the subnet makes it unique."""
    return f"{prefix}v{index:x}"


def table_name(prefix: str) -> str:
    """The nftables table that all hosts of one prefix share."""
    return f"testbed_{prefix}"
