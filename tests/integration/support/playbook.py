# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks, run as a person runs them: ansible-playbook of this Python environment against one host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .host import CHECKOUT, Host


def start(
    host: Host,
    playbook: Path | str,
    *words: str,
    environment: Mapping[str, str] | None = None,
    **variables: Any,
) -> subprocess.Popen[str]:
    """Start ansible-playbook with these options; ``variables`` are extra variables, ``environment`` is added to that of Ansible."""
    told = {
        **os.environ,
        "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        # Of our own: a shared connection to a host of that address may have outlived the host.
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(host.folder / "ansible"),
        "ANSIBLE_FORCE_COLOR": "false",
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "remote_tasks",
        **(environment or {}),
    }
    command = [
        Path(sys.executable).parent / "ansible-playbook",
        "-i",
        host.inventory,
        *words,
        "-e",
        json.dumps(variables),
        playbook,
    ]
    return subprocess.Popen(command, env=told, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def finish(running: subprocess.Popen[str], timeout: float = 600) -> str:
    """Wait for it; what it said. Anything but success fails the test with the end of that."""
    told = running.communicate(timeout=timeout)[0]
    if running.returncode:
        pytest.fail(f"ansible-playbook ended with {running.returncode}\n{told[-6000:]}", pytrace=False)
    return told


def play(host: Host, playbook: Path, **variables: Any) -> str:
    """Run a playbook to its end."""
    return finish(start(host, playbook, **variables))


def play_tasks(host: Host, tasks: list[dict[str, Any]], **variables: Any) -> str:
    """Run a list of tasks as root."""
    playbook = host.folder / "tasks.yml"
    # JSON is YAML, and has no second way to write a string.
    playbook.write_text(
        json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]), encoding="utf-8"
    )
    return play(host, playbook, **variables)
