# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Walks options of containers or pods on this host twice: made over the API, and by the command of a unit that says the same.

The job comes as JSON on stdin: {"user", "kind", "base", "cases": {option: {"first", "second", "more"}}}. Units are written, read by the account's
manager, and the command that it would run makes a container without starting it (where that can be). Then every option that inspect shows has to be the same
in both. Prints {"version", "walked", "refused": {option: sentence}, "problems": [sentence]}.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _account, _road
from ansible_collections.rootless.podman.plugins.module_utils._engine import Engine, name_in_path
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._key import record_key
from ansible_collections.rootless.podman.plugins.module_utils._quadlet import render
from ansible_collections.rootless.podman.plugins.module_utils._resources import container, pod
from ansible_collections.rootless.podman.plugins.module_utils._resources.container_unit import (
    unit_of_container,
)
from ansible_collections.rootless.podman.plugins.module_utils._resources.pod_unit import unit_of_pod

JOB = json.load(sys.stdin)
PODS = JOB["kind"] == "pod"
TABLE = pod.TABLE if PODS else container.TABLE
# Quadlet says these in its own way for every container, and inspect shows a path of the container's own in log_opt.
QUADLETS = {"rm", "sdnotify", "cgroups", "cgroup_parent", "restart_policy"}
OWN = {"label", "annotation", "hostname", "conmon_pid_file", "log_opt"}
if PODS:
    QUADLETS = {"restart_policy"}
    OWN = {"label"}
# The environment of whoever makes the container, and the ID of one that has started: inspect shows both in env.
HANDED_ON = {"env_host": {"env"}, "passwd": {"env"}}
# Flags that only podman run has: these units are started.
RUN_ONLY = {"passwd"}
LABELS = ("label", "annotation")


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, text=True, capture_output=True, check=False, cwd="/")


def command(service: str) -> list[str]:
    """What the manager would run, without what only matters when it does."""
    place = "/org/freedesktop/systemd1/unit/" + re.sub(
        "[^A-Za-z0-9]", lambda each: f"_{ord(each[0]):02x}", service
    )
    told = run(
        "busctl",
        "--user",
        "--json=short",
        "get-property",
        "org.freedesktop.systemd1",
        place,
        "org.freedesktop.systemd1.Service",
        "ExecStartPre" if PODS else "ExecStart",
    )
    found = json.loads(told.stdout)["data"] if not told.returncode else []
    if not found:
        return []
    argv = [each.replace("$$", "$") for each in found[0][1]]
    if PODS:
        return [each for each in argv if not each.startswith(("--pod-id-file=", "--infra-conmon-pidfile="))]
    left = ("-d", "--rm")
    return [
        argv[0],
        "create",
        *(each for each in argv[2:] if each not in left and not each.startswith("--cidfile=")),
    ]


def work(account: Any) -> dict[str, Any]:
    engine = Engine(account)
    key = record_key(account, engine)
    folder = os.path.join(account.home, ".config/containers/systemd")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    specs: dict[str, tuple[str, dict[str, Any]]] = {}
    refused, problems = {}, []
    for option, case in JOB["cases"].items():
        for which in ("first", "second"):
            if which not in case:
                continue
            name = f"u-{option.replace('_', '-')}-{which}"
            params = {**JOB["base"], **case.get("more", {}), option: case[which]}
            try:
                spec = TABLE.parse(params)
                version = engine.version_text
                unit = (
                    unit_of_pod(name, spec, version)
                    if PODS
                    else unit_of_container(name, params["image"], spec, version)
                )
                text = render(unit)
            except Failure as failure:
                refused[f"{option} {which}"] = failure.message
                continue
            with open(os.path.join(folder, f"{name}.{JOB['kind']}"), "w", encoding="utf-8") as file:
                file.write(text)
            specs[name] = (option, params)
    run("systemctl", "--user", "daemon-reload")
    walked = set()
    for name, (option, params) in specs.items():
        place = f"{JOB['kind']}s/{name_in_path(name)}"
        service = f"{name}-pod.service" if PODS else f"{name}.service"
        try:
            declared = {**params, "name": name, "state": "started" if option in RUN_ONLY else "present"}
            travel = _road.travel_pod if PODS else _road.travel_container
            travel(Task({"definition": declared}, False), engine, key)
        except Failure as failure:
            refused[name] = failure.message
            continue
        ours = engine.get(f"{place}/json", {"showsecret": True})
        engine.write("DELETE", place, {"force": True})
        if option in RUN_ONLY:
            made = run("systemctl", "--user", "start", service)
        else:
            argv = command(service)
            made = run(*argv) if argv else None
        if made is None or made.returncode:
            problems.append(f"{name}: {made.stderr[-300:] if made else 'there is no such service'}")
            continue
        theirs = engine.get(f"{place}/json", {"showsecret": True})
        if option in RUN_ONLY:
            run("systemctl", "--user", "stop", service)
        else:
            engine.write("DELETE", place, {"force": True})
        for row in TABLE.rows:
            if not row.readable or row.name in QUADLETS | HANDED_ON.get(option, set()) | (OWN - {option}):
                continue
            mine, other = row.reported(ours), row.reported(theirs)
            if row.name in LABELS:
                # The record, what the command line notes of itself, and the name of the unit are not options.
                declared = params[row.name]
                mine, other = (
                    {each: told.get(each) for each in declared} for told in (mine or {}, other or {})
                )
            if mine != other:
                problems.append(f"{name}: {row.name} is {mine!r} over the API and {other!r} by the unit")
        walked.add(option)
    shutil.rmtree(folder)
    run("systemctl", "--user", "daemon-reload")
    return {
        "version": engine.version_text,
        "walked": sorted(walked),
        "refused": refused,
        "problems": problems,
    }


account = _account.choose(JOB["user"])
print(json.dumps(_account.call_as(account, work, account)))
