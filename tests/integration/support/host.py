# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One host: commands on it, modules on it, accounts on it."""

from __future__ import annotations

import io
import json
import shlex
import subprocess
import tarfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import ansible
import yaml

CHECKOUT = Path(__file__).resolve().parents[3]
# Where the host gets the collection, and the part of Ansible that modules import.
STAGE = "/opt/rootless-podman-tests"
RUN = f"python3 {STAGE}/module.py"


class Host:
    """A running host of the testbed. ``facts`` are its variables in the inventory."""

    def __init__(self, name: str, facts: dict[str, Any], folder: Path) -> None:
        self.name, self.facts, self.folder = name, facts, folder
        self.address = str(facts["ansible_host"])
        self.inventory = folder / f"{name}.yml"
        self.inventory.write_text(yaml.safe_dump({"all": {"hosts": {name: facts}}}), encoding="utf-8")
        self._ssh = [
            "ssh",
            *shlex.split(facts["ansible_ssh_common_args"]),
            *("-i", facts["ansible_ssh_private_key_file"]),
            *("-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-o", f"ControlPath={folder}/%n"),
            f"{facts['ansible_user']}@{self.address}",
        ]

    def run(self, line: str, stdin: bytes = b"", check: bool = True, timeout: float = 300) -> str:
        """Run a shell line as root; its stdout. With ``check`` a status other than 0 fails the test."""
        done = subprocess.run(
            [*self._ssh, line], input=stdin, capture_output=True, timeout=timeout, check=False
        )
        told = done.stdout.decode("utf-8", "replace")
        if check:
            assert done.returncode == 0, (
                f"{self.name}: {line}\n{told}\n{done.stderr.decode('utf-8', 'replace')}"
            )
        return told

    def run_as(self, account: str, line: str, **options: Any) -> str:
        """Run a shell line as an account, with the environment that its Podman expects."""
        place = "export XDG_RUNTIME_DIR=/run/user/$(id -u); export DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus"
        quoted = shlex.quote(f"cd /; {place}; {line}")
        return self.run(f"su -s /bin/sh {account} -c {quoted}", **options)

    def script(self, name: str, *words: str, **options: Any) -> Any:
        """Run support/onhost/NAME, which the stage has; the JSON that it prints."""
        return json.loads(self.run(shlex.join(["python3", f"{STAGE}/{name}", *words]), **options))

    def module(self, module: str, /, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
        """Run one module of the collection and return its result.

        Straight on the host, which takes a third of the time of a playbook with one task. That the same module runs
        under Ansible is what the targets and the examples show.
        """
        return self.call(f"{RUN} {module}", check_mode, **arguments)

    def call(self, line: str, /, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
        """Run a shell line that is a module, with these arguments."""
        told = self.run(line, module_input(arguments, check_mode), check=False)
        try:
            result: dict[str, Any] = json.loads(told)
        except ValueError:
            raise AssertionError(f"{line} {arguments}: no JSON but {told[-3000:]!r}") from None
        return result

    def good(self, module: str, /, **arguments: Any) -> dict[str, Any]:
        """As ``module``, for what must not fail."""
        result = self.module(module, **arguments)
        assert not result.get("failed"), f"{module}: {result.get('msg')}\n{arguments}"
        return result

    def remove_account(self, name: str) -> None:
        """Take an account away with all that it has."""
        self.good("user", name=name, state="absent", remove=True)

    def stage(self) -> None:
        """Bring the collection's plugins, ansible.module_utils of this Python environment and our scripts to the host."""
        packed = io.BytesIO()
        collection = "ansible_collections/rootless/podman/plugins"
        core = Path(ansible.__file__).parent
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for name in ("module_utils", "modules"):
                tar.add(CHECKOUT / "plugins" / name, f"{collection}/{name}", filter=_sources)
            tar.add(core / "module_utils", "ansible/module_utils", filter=_sources)
            for name in ("__init__.py", "release.py", "_vendor"):
                tar.add(core / name, f"ansible/{name}", filter=_sources)
            for script in (Path(__file__).parent / "onhost").glob("*.py"):
                tar.add(script, script.name)
        self.run(f"rm -rf {STAGE} && mkdir {STAGE} && tar -xC {STAGE} --no-same-owner", packed.getvalue())
        self.run(f"chmod -R a+rX {STAGE}")

    def http(self, port: int, path: str = "/", seconds: float = 0) -> str:
        """What a web server on the host answers to this machine, asked again for so many seconds."""
        end = time.monotonic() + seconds
        while True:
            try:
                with urllib.request.urlopen(f"http://{self.address}:{port}{path}", timeout=2) as answer:
                    return str(answer.read().decode())
            except OSError as error:
                if time.monotonic() > end:
                    raise AssertionError(f"http://{self.address}:{port}{path}: {error}") from error
            time.sleep(0.2)

    def hang_up(self) -> None:
        """End the shared ssh connection, which a reboot would leave half dead."""
        subprocess.run([*self._ssh[:-1], "-O", "exit", self._ssh[-1]], capture_output=True, check=False)


def module_input(arguments: dict[str, Any], check_mode: bool = False) -> bytes:
    """What a module reads from its stdin."""
    told = {**arguments, "_ansible_check_mode": check_mode, "_ansible_diff": True}
    return json.dumps({"ANSIBLE_MODULE_ARGS": told}).encode()


def _sources(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "__pycache__" in member.name else member
