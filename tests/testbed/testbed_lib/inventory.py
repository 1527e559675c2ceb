# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory and the list, as text.  Pure."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """What the inventory says about one running host."""

    name: str
    address: str
    key: Path
    known_hosts: Path
    release: str
    bare: bool
    vm: bool = False


def ssh_options(known_hosts: Path) -> list[str]:
    """Options that keep the caller's own known_hosts and agent out of it, and that never wait for ever."""
    options = (
        f'UserKnownHostsFile="{known_hosts}"',
        "GlobalKnownHostsFile=/dev/null",
        "StrictHostKeyChecking=yes",
        "IdentitiesOnly=yes",
        "ConnectTimeout=10",
        "ServerAliveInterval=10",
        "ServerAliveCountMax=3",
        "LogLevel=ERROR",
    )
    return [word for option in options for word in ("-o", option)]


def inventory_text(entries: Iterable[Entry]) -> str:
    """A YAML inventory: every host in the group `testbed`.  JSON strings are YAML strings, so nothing needs escaping."""
    lines: list[str] = []
    for entry in sorted(entries):
        facts = {
            "ansible_host": entry.address,
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(entry.key),
            "ansible_ssh_common_args": shlex.join(ssh_options(entry.known_hosts)),
            "ansible_pipelining": True,
            "ansible_python_interpreter": "/usr/bin/python3",
            "testbed_release": entry.release,
            "testbed_bare": entry.bare,
            "testbed_vm": entry.vm,
        }
        lines.append(f"        {entry.name}:")
        lines += [f"          {key}: {json.dumps(value)}" for key, value in facts.items()]
    head = ["all:", "  children:", "    testbed:", "      hosts:" if lines else "      hosts: {}"]
    return "\n".join(head + lines) + "\n"


def table_text(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns as wide as their widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() + "\n" for row in rows
    )
