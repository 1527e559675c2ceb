# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module and kills something in the middle, again and again; the job comes as JSON on stdin.

{"module", "user", "launcher", "victim", "look", "rounds": [{"before", "arguments", "moment"}]}: in each round the task ``before``, if
any, brings the account to the start, then the module runs with ``arguments``, the victim (``python``: the module with
its child; ``podman``: the account's Podman service; ``both``) is killed after ``moment``, a share of the time that an undisturbed run
takes, and the module runs once more undisturbed. The first round is not disturbed and gives that time. Prints for
each round what then was there, what the last run said, how long it took, and what is there after it. ``look`` is a shell line of the
account, whose output is told as ``seen``; with it, what one run more would do is told as ``again``.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from typing import Any

JOB = json.load(sys.stdin)


def uid() -> int | None:
    """The account's, which a round may take away and make anew."""
    try:
        return pwd.getpwnam(JOB["user"]).pw_uid
    except KeyError:
        return None


def start(arguments: dict[str, Any]) -> subprocess.Popen[bytes]:
    """The module in a process group of its own."""
    command = ["python3", JOB["launcher"], JOB["module"]]
    pipe = subprocess.PIPE
    running = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, start_new_session=True
    )
    told = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    running.stdin.write(told)
    running.stdin.close()
    return running


def run(arguments: dict[str, Any]) -> dict[str, Any]:
    """The module to its end; its result."""
    running = start(arguments)
    told = running.stdout.read()
    running.wait()
    return json.loads(told)


def bring_to_start(arguments: dict[str, Any]) -> None:
    result = run(arguments)
    if result.get("failed"):
        raise SystemExit(f"{arguments}: {result['msg']}")


def end(running: subprocess.Popen[bytes]) -> str:
    """SIGKILL to the victim; the module's last words."""
    if running.poll() is not None:
        return str(running.stdout.read(), "utf-8")
    if JOB["victim"] != "podman":
        os.killpg(running.pid, signal.SIGKILL)
    if JOB["victim"] != "python":
        for entry in filter(str.isdigit, os.listdir("/proc")):
            if is_service(entry):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(entry), signal.SIGKILL)
    said = running.stdout.read()
    running.wait()
    return said.decode()


def is_service(process: str) -> bool:
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            words = file.read().split(b"\0")
        return (
            os.stat(f"/proc/{process}").st_uid == uid()
            and words[0].endswith(b"podman")
            and b"service" in words
        )
    except OSError:
        return False


def as_account(line: str) -> str:
    """The output of a shell line of the account; nothing while there is no account."""
    if uid() is None:
        return ""
    place = "XDG_RUNTIME_DIR=/run/user/{0} DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/{0}/bus".format(uid())
    command = ["su", "-s", "/bin/sh", JOB["user"], "-c", f"cd /; export {place}; {line}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def there() -> list[str]:
    """Every container of the account with its state and pod, those that only the storage knows among them."""
    containers = "podman ps --all --external --pod --format json"
    told = as_account(f"{containers}; podman pod ls --format json")
    decoder, lines = json.JSONDecoder(), []
    while told.strip():
        listed, end = decoder.raw_decode(told.lstrip())
        told = told.lstrip()[end:]
        for each in listed or []:
            if "Names" in each:
                lines.append(f"{each['Names'][0]} {each['State']} {each.get('PodName') or ''}".lower())
            else:
                lines.append(f"pod {each['Name']} {each['Status']}".lower())
    return sorted(lines)


whole = 0.0
told = []
for each in JOB["rounds"]:
    if each["before"]:
        bring_to_start(each["before"])
    begun = time.monotonic()
    running = start(each["arguments"])
    if whole:
        time.sleep(each["moment"] * whole)
        said = end(running)
        # Podman must not be the first to look at an account that is half made.
        middle = [] if "look" in JOB else there()
        begun = time.monotonic()
        last = run(each["arguments"])
    else:
        last = json.loads(running.stdout.read())
        whole = time.monotonic() - begun
        middle, said = [], ""
    seconds = round(time.monotonic() - begun, 1)
    told.append(
        {
            "moment": each["moment"],
            "middle": middle,
            "said": said[:2000],
            "plan": last.get("plan"),
            "msg": last.get("msg"),
            "seconds": seconds,
            "there": there(),
        }
    )
    if "look" in JOB:
        told[-1].update(seen=as_account(JOB["look"]), again=run(each["arguments"]))
print(json.dumps({"seconds": whole, "rounds": told}))
