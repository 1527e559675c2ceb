# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the demo runs: a disposable host of the testbed, or a machine that we are given."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
TESTBED = ROOT / "tests/testbed/testbed"
HOST_NAME = "demo"  # the disposable host's name in the testbed
PHASES: list[tuple[str, float]] = []


class DemoError(Exception):
    """One sentence for the person in front of the screen."""


def say(text: str = "") -> None:
    print(text, flush=True)


@contextlib.contextmanager
def phase(title: str) -> Iterator[None]:
    """A step with a heading, timed."""
    say(f"\n\033[1m== {title}\033[0m" if sys.stdout.isatty() else f"\n== {title}")
    begun = time.monotonic()
    yield
    PHASES.append((title, time.monotonic() - begun))


def call(command: list[Any], failure: str) -> None:
    """Run a command in the foreground and show it."""
    words = [str(word) for word in command]
    say("$ " + shlex.join(word.replace(f"{ROOT}/", "") for word in words))
    if subprocess.run(words, cwd=ROOT, check=False).returncode != 0:
        raise DemoError(failure)


class Place:
    """The host that the demo runs on: how to reach it, and the folder that we keep for it on this machine."""

    def __init__(
        self, name: str, address: str, ssh: list[str], inventory: str, root: bool, disposable: bool
    ) -> None:
        self.name, self.address, self.ssh, self.root, self.disposable = name, address, ssh, root, disposable
        self.folder = folder_of(name)
        self.inventory = self.folder / "hosts.yml"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.inventory.write_text(inventory, encoding="utf-8")
        link = self.folder / "group_vars"
        if not link.is_symlink():
            link.symlink_to(os.path.relpath(HERE / "group_vars", self.folder))

    def run_python(self, script: Path, *arguments: str) -> str:
        """Run one of our scripts as root on the host and return what it prints."""
        command = shlex.join([*([] if self.root else ["sudo", "-n"]), "python3", "-", *arguments])
        done = subprocess.run(
            [*self.ssh, command], input=script.read_bytes(), stdout=subprocess.PIPE, check=False
        )
        if done.returncode != 0:
            raise DemoError(f"could not look at what runs on {self.name}; the lines above say why.")
        return done.stdout.decode()


def folder_of(name: str) -> Path:
    """Where this checkout keeps a host's inventory and passwords; testbeds with a state folder of their own get one each."""
    state = os.environ.get("TESTBED_STATE")
    if state and name == HOST_NAME:
        name += "-" + hashlib.sha256(state.encode()).hexdigest()[:6]
    return ROOT / ".cache/demo" / re.sub(r"[^A-Za-z0-9_.@-]", "_", name)


def disposable_place() -> Place:
    """A bare host of the testbed."""
    call(
        [TESTBED, "up", HOST_NAME, "--bare"],
        "the disposable host did not come up; the line above says why. On a real machine: make demo HOST=user@server",
    )
    told = subprocess.run([TESTBED, "inventory"], stdout=subprocess.PIPE, text=True, check=False)
    host = json_values(told.stdout, HOST_NAME)
    if told.returncode != 0 or "ansible_host" not in host:
        raise DemoError(
            f"the testbed's inventory does not name host {HOST_NAME}; tests/testbed/testbed list shows what runs."
        )
    ssh = [
        "ssh",
        "-i",
        host["ansible_ssh_private_key_file"],
        *shlex.split(host["ansible_ssh_common_args"]),
        f"root@{host['ansible_host']}",
    ]
    return Place(HOST_NAME, host["ansible_host"], ssh, inventory_of(HOST_NAME, host), True, True)


def json_values(inventory: str, name: str) -> dict[str, Any]:
    """What the testbed's inventory says of one host; its values are JSON (see testbed_lib/inventory.py)."""
    lines = inventory.splitlines()
    try:
        begin = next(number for number, line in enumerate(lines) if line.strip() == f"{name}:") + 1
    except StopIteration:
        return {}
    depth = len(lines[begin]) - len(lines[begin].lstrip())
    values = {}
    for line in lines[begin:]:
        if len(line) - len(line.lstrip()) != depth:
            break
        key, _colon, value = line.strip().partition(": ")
        values[key] = json.loads(value)
    return values


def real_place(target: str) -> Place:
    """A machine that we are given: everything that could stop a playbook half-way is asked first."""
    if target.startswith("-") or not re.fullmatch(r"[A-Za-z0-9_.@:\[\]-]+", target):
        raise DemoError(f"HOST: {target!r} was given, and user@server is needed, as ssh takes it.")
    address = address_of(target)
    ssh = ["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", target]
    question = (
        "id -u; command -v python3 >/dev/null && echo python; command -v apt-get >/dev/null && echo apt; "
        "sudo -n true 2>/dev/null && echo sudo; true"
    )
    say(f"$ {shlex.join(['ssh', target])}")
    told = subprocess.run([*ssh, question], capture_output=True, text=True, check=False)
    if told.returncode != 0:
        reason = (told.stderr.strip().splitlines() or ["no answer"])[-1]
        raise DemoError(f"HOST: ssh {target} must work without a question, and it says: {reason}")
    words = told.stdout.split()
    if "python" not in words:
        raise DemoError(f"HOST: {target} has no python3, which Ansible needs; install it there.")
    root = words[0] == "0"
    if not root and "sudo" not in words:
        raise DemoError(
            f"HOST: sudo on {target} asks for a password or is missing; name root@..., or an account that may sudo without one."
        )
    user, _at, server = target.rpartition("@")
    values = {
        "ansible_host": server,
        "ansible_pipelining": True,
        "ansible_become": not root,
        "demo_host_has_apt": "apt" in words,
        **({"ansible_user": user} if user else {}),
    }
    return Place(address, address, ssh, inventory_of(address, values), root, False)


def address_of(target: str) -> str:
    """The address behind what ssh takes, which may be a name of the user's ssh configuration."""
    told = subprocess.run(["ssh", "-G", target], capture_output=True, text=True, check=False).stdout
    settings = dict(line.split(" ", 1) for line in told.splitlines() if " " in line)
    return settings.get("hostname", target.rpartition("@")[2])


def inventory_of(name: str, values: dict[str, Any]) -> str:
    """A YAML inventory of one host. JSON strings are YAML strings."""
    head = "# Written by demo/demo at every run. group_vars/ beside it is the demo's declaration.\nall:\n  hosts:\n"
    return (
        head
        + f"    {json.dumps(name)}:\n"
        + "".join(f"      {key}: {json.dumps(value)}\n" for key, value in values.items())
    )
