# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module and kills something in the middle, again and again; the job comes as JSON on stdin.

{"module", "launcher", "before", "arguments", "victim", "moments"}: for each moment, a share of the time that an undisturbed
run takes, the tasks of ``before`` bring the account to the start, then the module runs with ``arguments``, the
victim (``python``: the module with its child; ``podman``: the account's Podman service) is killed at that moment, and the
module runs once more undisturbed. Prints for each round what the last run said and what then is there.
"""

from __future__ import annotations

import json
import os
import pwd
import signal
import subprocess
import sys
import time
from typing import Any

JOB = json.load(open("/dev/stdin", encoding="utf-8"))
UID = pwd.getpwnam(JOB["arguments"]["user"]).pw_uid


def start(arguments: dict[str, Any]) -> subprocess.Popen[bytes]:
    """The module in a process group of its own."""
    command = ["python3", JOB["launcher"], JOB["module"]]
    pipe = subprocess.PIPE
    running = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, start_new_session=True)
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


def bring_to_start() -> None:
    for arguments in JOB["before"]:
        result = run(arguments)
        if result.get("failed"):
            raise SystemExit(f"{arguments}: {result['msg']}")


def end(running: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the victim; and the module's last words are read in either case."""
    if JOB["victim"] == "python":
        os.killpg(running.pid, signal.SIGKILL)
    else:
        for entry in filter(str.isdigit, os.listdir("/proc")):
            if is_service(entry):
                os.kill(int(entry), signal.SIGKILL)
    running.stdout.read()
    running.wait()


def is_service(process: str) -> bool:
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            words = file.read().split(b"\0")
        return os.stat(f"/proc/{process}").st_uid == UID and words[0].endswith(b"podman") and b"service" in words
    except OSError:
        return False


def there() -> list[str]:
    """Every container of the account with its state and pod, those that only the storage knows among them."""
    place = f"cd /; export XDG_RUNTIME_DIR=/run/user/{UID} DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/{UID}/bus"
    line = f"{place}; podman ps --all --external --format '{{{{.Names}}}} {{{{.State}}}} {{{{.PodName}}}}'; podman pod ls --format 'pod {{{{.Name}}}} {{{{.Status}}}}'"
    user = JOB["arguments"]["user"]
    return sorted(subprocess.run(["su", "-s", "/bin/sh", user, "-c", line], capture_output=True, text=True).stdout.splitlines())


bring_to_start()
begun = time.monotonic()
run(JOB["arguments"])
whole = time.monotonic() - begun
rounds = []
for moment in JOB["moments"]:
    bring_to_start()
    running = start(JOB["arguments"])
    time.sleep(moment * whole)
    ended = running.poll() is not None
    end(running)
    middle = there()
    result = run(JOB["arguments"])
    rounds.append({"moment": moment, "ended": ended, "middle": middle, "msg": result.get("msg"), "there": there()})
print(json.dumps({"seconds": whole, "rounds": rounds}))
