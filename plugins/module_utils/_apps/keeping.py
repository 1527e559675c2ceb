# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of one app, kept as declared by the process that became its account."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from .. import _errors, _plan, _record, _times
from . import inside
from .app import App, Unit
from .files import File, ids_of, refuse_beyond, removal_of, step_of
from .shared import Shared

# Later than any container's start: when check mode foretells that something is written.
FUTURE = float(1 << 40)
# Seconds for files that only the account's user namespace can write. What an account puts into its Podman's settings may keep it for ever.
PATIENCE = 300.0


class Keeper:
    """Looks at an app's files, writes them, and removes those that are no longer declared."""

    def __init__(
        self,
        shared: Shared,
        app: App,
        units: list[Unit],
        times: _times.Times,
        seen: Mapping[str, Any] | None = None,
    ) -> None:
        self.shared, self.app, self.times = shared, app, times
        self.base = app.folder(shared.account.home)
        self.ids = {each.path: self._ids(each, units) for each in app.files}
        # Only there do the ids of other users than the account exist.
        self.in_namespace = any(each.owner is not None for each in app.files)
        # When the content of each file was last changed, by its path on the host.
        self.written: dict[str, float] = {}
        # What was in the way of other files.
        self.cleared: list[str] = []
        # What the last look inside the namespace found; after this run, what the next one can know.
        self.seen: Mapping[str, Any] = seen or {}

    def _ids(self, file: File, units: list[Unit]) -> tuple[int, int]:
        path = f"{self.base}/{file.path}"
        modes = []
        for unit in units:
            sources = [
                str(mount["source"])
                for each in unit.containers
                for option in ("volume", "mount")
                for mount in each.spec.get(option) or []
                if mount["type"] in ("bind", "overlay")
            ]
            if any(path == source or path.startswith(source.rstrip("/") + "/") for source in sources):
                spec = unit.pod.spec if unit.pod is not None else unit.containers[0].spec
                modes.append("uidmap" if "uidmap" in spec else str(spec.get("userns") or ""))
        return ids_of(file, modes, f"{self.app.where}files[{file.path}].")

    def keep(self) -> list[_plan.Step]:
        """Bring the files to what is declared; what was done, or would be."""
        files = self.app.files
        if not files:
            self.seen = {}
            return []
        there = self._look([each.path for each in files])
        # Check mode has cleared nothing.
        there = {
            path: each
            for path, each in there.items()
            if not any(old.startswith(f"{path}/") for old in self.cleared)
        }
        planned = [(each, step_of(each, there.get(each.path), self.ids[each.path])) for each in files]
        todo = [(each, step) for each, step in planned if step is not None]
        for each, _step in todo:
            if each.owner is not None:
                where = f"{self.app.where}files[{each.path}]."
                refuse_beyond(each, self.ids[each.path], self.shared.facts.id_counts, where)
        if todo and not self.shared.check:
            self.shared.engine.admit("write", self.base)
            begun = time.monotonic()
            self._ask({"do": "write", "files": [each.order(self.ids[each.path]) for each, _step in todo]})
            for _each, step in todo:
                # All at once, so each has its part of the time.
                self.times.add(step, (time.monotonic() - begun) / len(todo))
            there = self._look([each.path for each in files])
        self.seen = self._remembered(there)
        renewed = {each.path for each, step in todo if any(why.option == "content" for why in step.reasons)}
        for each in files:
            if self.shared.check and each.path in renewed:
                self.written[f"{self.base}/{each.path}"] = FUTURE
            elif each.path in there:
                self.written[f"{self.base}/{each.path}"] = float(there[each.path]["written"])
        return [step for _file, step in todo]

    def clear(self, known: list[str], prune: bool) -> list[_plan.Step]:
        """Remove what was declared once and is in the way of what is now: a file where a folder has to be, files in a folder where a file has to be.

        What was done, or would be. Raises Failure where nothing is to be pruned.
        """
        paths = [each.path for each in self.app.files]
        pairs = [
            (old, new)
            for old in known
            for new in paths
            if old not in paths and (new.startswith(f"{old}/") or old.startswith(f"{new}/"))
        ]
        if not pairs or not os.path.isdir(self.base):
            return []
        order = {"do": "look", "paths": [old for old, _new in pairs], "contents": False}
        there = self._ask(order).get("found", {})
        pairs = [(old, new) for old, new in pairs if there.get(old, {}).get("type", "folder") != "folder"]
        if pairs and not prune:
            old, new = pairs[0]
            raise _errors.Failure(
                f"{self.app.where}files[{new}].path: {old} is in its way, which an earlier declaration brought; say prune: true, or remove it."
            )
        self.cleared = sorted({old for old, _new in pairs})
        return self.prune(self.cleared)

    def prune(self, known: list[str]) -> list[_plan.Step]:
        """Remove the files that were declared once, are no longer, and are there."""
        # What a release could not keep stays as it is.
        wanted = {*(each.path for each in self.app.files), *self.app.beside.get("files", ())}
        wanted = wanted if self.app.present else set()
        left = [path for path in known if path not in wanted]
        if not left or not os.path.isdir(self.base):
            return []
        there = self._ask({"do": "look", "paths": left, "contents": False}).get("found", {})
        # Where a folder lies by now the file has gone.
        steps = [removal_of(path) for path in left if path in there and there[path]["type"] != "folder"]
        if steps and not self.shared.check:
            self.shared.engine.admit("write", self.base)
            for step in steps:
                with self.times.of(step):
                    self._ask({"do": "remove", "paths": [step.name]})
        return steps

    def _look(self, paths: list[str]) -> Mapping[str, Any]:
        """What there is, asked of the other process only when something has changed since it was last asked."""
        if not os.path.isdir(self.base):
            return {}
        if self.in_namespace:
            plain = inside.answer({"do": "look", "base": self.base, "paths": paths, "contents": False})
            there = plain.get("found")
            if there is not None and all(
                _is_known(self.seen.get(path), each) for path, each in there.items()
            ):
                return {path: self._recalled(path) for path in there}
        found: Mapping[str, Any] = self._ask({"do": "look", "paths": paths}).get("found") or {}
        return found

    def _remembered(self, there: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """What to keep of a look for the next run: no digest that others could try words against."""
        if not self.in_namespace:
            return {}
        return {
            path: {**each, "digest": _record.digest(self.shared.key, each["digest"])}
            for path, each in there.items()
            if path in self.ids
        }

    def _recalled(self, path: str) -> dict[str, Any]:
        """What an earlier look found; the digest is that of what is declared, or nothing."""
        known = self.seen[path]
        declared = next((each.digest for each in self.app.files if each.path == path), "")
        return {
            **known,
            "digest": declared if known["digest"] == _record.digest(self.shared.key, declared) else "",
        }

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """Have it done, inside the account's user namespace where that is needed. Raises Failure."""
        order = {**order, "base": self.base}
        if not self.in_namespace:
            answer = self._as_the_account(order)
            if "refused" not in answer:
                return answer
        # It may have belonged to a container's user until now.
        answer = self._in_namespace(order)
        if "refused" in answer:
            raise _errors.Failure(
                f"{self.app.where}files: {self.base} cannot be worked on ({answer['refused']}); look at what lies there."
            )
        return answer

    def _as_the_account(self, order: dict[str, Any]) -> dict[str, Any]:
        """As the account itself, whose id is 0 in the namespace."""
        if "files" in order:
            order = {**order, "files": [{**each, "uid": -1, "gid": -1} for each in order["files"]]}
        answer = inside.answer(order)
        own = {"uid": os.geteuid(), "gid": os.getegid()}
        for each in (answer.get("found") or {}).values():
            for key, mine in own.items():
                each[key] = 0 if each[key] == mine else each[key]
        return answer

    def _in_namespace(self, order: dict[str, Any]) -> dict[str, Any]:
        python = sys.executable or "python3"
        try:
            done = subprocess.run(  # pylint: disable=ansible-bad-function
                ["podman", "unshare", python, "-c", inside.SOURCE],
                input=json.dumps(order).encode(),
                capture_output=True,
                cwd="/",
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise _errors.Failure(
                f"{self.app.where}files: podman unshare was not done after {PATIENCE:.0f} s for account "
                f"{self.shared.account.name}; look at what lies in that account's ~/.config/containers."
            ) from None
        try:
            answer = json.loads(done.stdout)
        except ValueError:
            answer = None
        if done.returncode or not isinstance(answer, dict):
            said = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise _errors.Failure(
                f"{self.app.where}files: podman unshare does not work for account {self.shared.account.name} "
                f"({said[-1][:300] if said else 'it says nothing'})."
            )
        return answer


def _is_known(known: Any, there: Mapping[str, Any]) -> bool:
    """Whether a file is one that was looked at, and nobody has touched it since."""
    fields = ("stamp", "type", "mode", "written", "uid", "gid", "digest")
    return isinstance(known, dict) and set(fields) <= set(known) and known["stamp"] == there["stamp"]
