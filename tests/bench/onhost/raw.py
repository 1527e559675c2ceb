# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The floor, timed on the host by the account itself: the podman command, and bare calls of the API, without Ansible.

raw.py IMAGE COUNT prints {what: seconds}. The calls are those that no tool can do without, four in flight as the collection has them
on two cores: the pod, its containers, their starts.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

IMAGE, COUNT = sys.argv[1], int(sys.argv[2])
COMMAND = ["sleep", "100000"]
NAMES = [f"raw-{number:02}" for number in range(COUNT)]
PARALLEL = 2 * (os.cpu_count() or 2)


class Connection(http.client.HTTPConnection):
    """HTTP over the account's socket."""

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(os.environ["XDG_RUNTIME_DIR"] + "/podman/podman.sock")


def call(method, path, body=None):
    connection = Connection("d")
    connection.request(
        method, f"/v4.0.0/libpod/{path}", body and json.dumps(body), {"Content-Type": "application/json"}
    )
    response = connection.getresponse()
    told = response.read()
    connection.close()
    if response.status >= 400:
        sys.exit(f"{method} {path}: {told[:500]!r}")
    return json.loads(told) if told.strip() else None


def podman(*words):
    subprocess.run(["podman", *words], check=True, stdout=subprocess.DEVNULL)


def clock(work):
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def run_pod():
    podman("pod", "create", "--name", "raw")
    for name in NAMES:
        podman("run", "--detach", "--pod", "raw", "--name", name, "--env", "A=1", IMAGE, *COMMAND)


def post_pod():
    pod = call("POST", "pods/create", {"name": "raw"})["Id"]
    with ThreadPoolExecutor(PARALLEL) as pool:
        body = {"image": IMAGE, "command": COMMAND, "env": {"A": "1"}, "pod": pod}
        made = list(
            pool.map(lambda name: call("POST", "containers/create", {**body, "name": name})["Id"], NAMES)
        )
        call("POST", f"containers/{made[0]}/start")
        list(pool.map(lambda identity: call("POST", f"containers/{identity}/start"), made[1:]))


def get_pod():
    call("GET", "pods/raw/json")
    for each in call("GET", "containers/json?all=true"):
        call("GET", f"containers/{each['Id']}/json")


def main():
    podman("pod", "rm", "--force", "--ignore", "raw")
    podman("rm", "--force", "--ignore", "raw-one")
    told = {}
    told["cli one created"] = clock(
        lambda: podman("run", "--detach", "--name", "raw-one", "--env", "A=1", IMAGE, *COMMAND)
    )
    told["cli one unchanged"] = clock(lambda: podman("container", "inspect", "raw-one"))
    podman("rm", "--force", "raw-one")
    told["cli twenty created"] = clock(run_pod)
    told["cli twenty unchanged"] = clock(lambda: podman("container", "inspect", *NAMES))
    podman("pod", "rm", "--force", "raw")
    told["api twenty created"] = clock(post_pod)
    told["api twenty unchanged"] = clock(get_pod)
    podman("pod", "rm", "--force", "raw")
    print(json.dumps(told))


main()
