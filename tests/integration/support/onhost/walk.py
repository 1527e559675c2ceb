# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Walks options of a table on this host: each is declared, changed and taken out again, and must act as such.

The job comes as JSON on stdin: {"user", "kind" (container, pod, network, volume or secret), "start", "cases": {option: case}}, a case being
{"first", "second", "more", "instead", "start", "unseen", "needed", "inside"}: two values of the option (no second one where there is just
one), what the task says beside it, what it says when it no longer says the option, whether the object is started, the version whose inspect
does not show it, whether no task can do without it, and {"file", "first", "second", "default"}: a file of the running object's own cgroup
and the patterns that its content fits after each step. Prints {"version", "controllers", "walked", "gated", "shown", "problems": {option:
[sentence]}}.

Everything happens in one process that has become the account, by the same road as a module's, because a thousand
modules would take a quarter of an hour to start.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import (
    _account,
    _network_road,
    _road,
    _secret_road,
    _volume_road,
    _wanted,
)
from ansible_collections.rootless.podman.plugins.module_utils._engine import Engine, name_in_path
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._key import record_key
from ansible_collections.rootless.podman.plugins.module_utils._options import Facts

JOB = json.load(sys.stdin)
TRAVEL = {"container": _road.travel_container, "pod": _road.travel_pod}
SIMPLE = {
    "network": _network_road.NetworkRoad,
    "volume": _volume_road.VolumeRoad,
    "secret": _secret_road.SecretRoad,
}
TABLES = {
    "container": _wanted.containers.TABLE,
    "pod": _wanted.pods.TABLE,
    **{kind: road.kind.table for kind, road in SIMPLE.items()},
}
TABLE = TABLES[JOB["kind"]]


class Walk:
    """One option on its way."""

    def __init__(self, account: Any, engine: Engine, option: str, case: dict[str, Any]) -> None:
        self.account, self.engine, self.row, self.case = account, engine, TABLE.by_name[option], case
        self.name = "walk-" + option.replace("_", "-")
        self.problems: list[str] = []
        self.gated = ""

    def run(self, value: Any, state: str, check: bool = False) -> dict[str, Any]:
        """One task: the option with that value, None for without it."""
        said = {**JOB["base"], **self.case.get("more", {}), "name": self.name, "state": state}
        if state == "absent":
            said = {"name": self.name, "state": state}
        elif value is not None:
            said[self.row.name] = value
        else:
            said.pop(self.row.name, None)
            said.update(self.case.get("instead", {}))
        engine = Engine(self.account, check)
        key = record_key(self.account, engine)
        if JOB["kind"] in SIMPLE:
            task = Task({**dict.fromkeys(TABLE.by_name), **said}, check)
            return SIMPLE[JOB["kind"]](task, engine, key).travel()
        return TRAVEL[JOB["kind"]](Task({"definition": said}, check), engine, key)

    def expect(self, truth: Any, sentence: str) -> None:
        if not truth:
            self.problems.append(sentence)

    def change(self, what: str, value: Any, state: str, why: str) -> None:
        """A task that has to change something because of this option alone, foretold by check mode, and done for good."""
        foretold = self.run(value, state, check=True)
        before = self.started()
        done = self.run(value, state)
        self.expect(done["changed"], f"{what}: nothing changed")
        self.expect(
            foretold["plan"] == done["plan"], f"{what}: foretold {foretold['plan']}, done {done['plan']}"
        )
        reasons = [reason for step in done["plan"] for reason in step["reasons"]]
        mine = [reason["why"] for reason in reasons if reason["option"] == self.row.name]
        if value is not None or why == "removed":
            self.expect(mine == [why], f"{what}: the reasons are {reasons}")
        if why != "declared":
            mine = {self.row.name, "pod", *(() if value is not None else self.case.get("instead", ()))}
            others = [each["option"] for each in reasons if each["option"] not in mine]
            self.expect(not others, f"{what}: further reasons {others}")
        if value is not None:
            self.took(what, value)
        if {step["action"] for step in done["plan"]} == {"update"}:
            self.expect(self.started() == before, f"{what}: an update in place was a restart")
        elif "inside" in self.case and why == "changed" and self.row.live_in(self.engine_facts()):
            self.problems.append(f"{what}: not in place but by {[step['action'] for step in done['plan']]}")
        self.inside(what, {"declared": "first", "changed": "second", "removed": "default"}[why])
        for check in (False, True):
            again = self.run(value, state, check)
            self.expect(not again["changed"], f"{what}: a second run (check: {check}) plans {again['plan']}")

    def took(self, what: str, value: Any) -> None:
        """Podman shows what was declared, where it shows it at all."""
        if not self.row.readable or ".".join(map(str, self.engine.version)).startswith(
            self.case.get("unseen", "-")
        ):
            return
        inspect = self.engine.get(f"{JOB['kind']}s/{name_in_path(self.name)}/json", {"showsecret": True})
        typed = TABLE.parse({self.row.name: value})[self.row.name]
        reported = self.row.reported(inspect)
        self.expect(
            self.row.type.covers(typed, reported), f"{what}: declared {typed!r}, inspect shows {reported!r}"
        )

    def engine_facts(self) -> Facts:
        return Facts(self.engine.version)

    def inspect(self) -> dict[str, Any]:
        return self.engine.get(f"{JOB['kind']}s/{name_in_path(self.name)}/json")

    def started(self) -> Any:
        """What an update in place leaves as it is: the container, and when it was started."""
        if JOB["kind"] != "container":
            return None
        try:
            inspect = self.inspect()
        except Failure:
            return None
        return inspect["Id"], inspect["State"]["StartedAt"]

    def inside(self, what: str, which: str) -> None:
        """The kernel's own word: a container reads its cgroup itself, a pod has no file system in which it could."""
        wanted = self.case.get("inside")
        if not wanted:
            return
        if JOB["kind"] == "container":
            place = {
                "XDG_RUNTIME_DIR": f"/run/user/{os.getuid()}",
                "PATH": os.environ["PATH"],
                "HOME": self.account.home,
            }
            command = ["podman", "exec", self.name, "cat", f"/sys/fs/cgroup/{wanted['file']}"]
            done = subprocess.run(command, env=place, cwd="/", text=True, capture_output=True, check=False)
            told = done.stdout.strip() if not done.returncode else done.stderr
        else:
            path = self.inspect()["CgroupPath"].lstrip("/")
            with open(f"/sys/fs/cgroup/{path}/{wanted['file']}", encoding="utf-8") as file:
                told = file.read().strip()
        self.expect(
            re.fullmatch(wanted[which], told), f"{what}: {wanted['file']} is {told!r}, not {wanted[which]!r}"
        )

    def is_due(self, told: str) -> bool:
        """Whether this refusal is what the table, this version and this host demand of one of the options."""
        if "refused" in self.case:
            return told.startswith(f"{self.row.name}:") and self.case["refused"] in told
        controllers = self.engine.info["host"].get("cgroupControllers") or []
        for row in (
            self.row,
            *(TABLE.by_name[name] for name in self.case.get("more", {}) if name in TABLE.by_name),
        ):
            young = row.since and self.engine.version < tuple(int(part) for part in row.since.split("."))
            needed = row.controller or ("memory" if row.name == "cgroup_conf" else "")
            lacking = needed and needed not in controllers and " controller " in told
            if told.startswith(f"{row.name}:") and (young or lacking or row.never):
                return True
        return False

    def go(self) -> None:
        starts = JOB["kind"] not in SIMPLE and self.case.get("start", JOB["start"])
        state = "started" if starts else "present"
        first, second = self.case["first"], self.case.get("second")
        try:
            self.run(None, "absent")  # an earlier walk may have been interrupted
            self.change("made", first, state, "declared")
            if second is not None:
                self.change("changed", second, state, "changed")
            if not self.case.get("needed"):
                self.change("taken out", None, "present", "removed")
        except Failure as failure:
            if self.is_due(failure.message):
                self.gated = failure.message
            else:
                self.problems.append(failure.message)
        except Exception:
            self.problems.append(traceback.format_exc()[-800:])
        try:
            self.run(None, "absent")
        except Failure as failure:
            self.problems.append(f"removed: {failure.message}")


def work(account: Any) -> dict[str, Any]:
    engine = Engine(account)
    walks = [Walk(account, engine, option, case) for option, case in JOB["cases"].items()]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Walk.go, walks))
    return {
        "version": engine.version_text,
        "walked": sorted(each.row.name for each in walks if not each.gated),
        "gated": {each.row.name: each.gated for each in walks if each.gated},
        "shown": sorted(each.row.name for each in walks if each.row.readable and not each.gated),
        "problems": {each.row.name: each.problems for each in walks if each.problems},
    }


account = _account.choose(JOB["user"])
print(json.dumps(_account.call_as(account, work, account)))
