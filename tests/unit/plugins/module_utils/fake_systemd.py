# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A systemd --user with Quadlet in memory, beside the Podman in memory: its services make and remove containers there."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import (
    _account,
    _containers,
    _engine,
    _generator,
    _manager,
    _module,
    _operations,
    _parallel,
    _service_road,
    _service_states,
    _service_text,
    _shadow_probe,
    _unit_change,
    _unit_folder,
)
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._generated import Generated
from ansible_collections.rootless.podman.plugins.module_utils._survey import facts_of, look
from ansible_collections.rootless.podman.plugins.module_utils._unit_folder import Folder
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import (
    REFUSED,
    FakePodman,
    Killed,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import (
    CONTAINER,
    KEY,
    Clock,
    one_after_the_other,
)

ACCOUNT = SimpleNamespace(
    name="shop", uid=4711, gid=os.getgid(), home="/nonexistent", runtime_dir="/nonexistent"
)


class FakeSystemd:
    """The manager of one account. ``bad`` says of a unit's text that its container ends at once."""

    def __init__(self, podman: FakePodman, folder: Path) -> None:
        self.podman, self.path = podman, folder
        self.loaded: dict[str, str] = {}
        self.active: set[str] = set()
        self.failed: set[str] = set()
        self.bodies: dict[str, dict[str, Any]] = {}  # what Podman is told for each text
        self.bad: Callable[[str], bool] = lambda text: False
        # With which exit code those end, and what they log.
        self.code, self.words = 1, ["its last words"]
        # Whether a stop meets a Podman that has entered its container and not said so yet.
        self.leaves = False
        self.starts = 0

    @property
    def files(self) -> dict[str, str]:
        """The units that are there."""
        if not self.path.exists():
            return {}
        return {each.name: each.read_text() for each in self.path.iterdir() if each.suffix == ".container"}

    def unit(self, name: str = "web") -> str:
        """The text of a container's unit."""
        return self.files[f"{name}.container"]

    def edit(self, text: str, name: str = "web") -> None:
        """What somebody else writes."""
        self.path.mkdir(exist_ok=True)
        (self.path / f"{name}.container").write_text(text)

    # The generator.

    def version(self) -> str:
        return ".".join(str(part) for part in self.podman.version)

    def of_tree(self, _account: Any, tree: Mapping[str, str], _folder: str) -> Generated:
        services = {name: name.replace(".container", ".service") for name in tree}
        return Generated(services, dict(tree))

    def of_account(self, account: Any) -> Generated:
        return self.of_tree(account, self.files, "")

    # The manager.

    def reload(self, _account: Any) -> None:
        self._alive()
        gone = {name: text for name, text in self.loaded.items() if name in self.active}
        self.loaded = {
            **gone,
            **{name.replace(".container", ".service"): text for name, text in self.files.items()},
        }

    def properties(
        self, _account: Any, names: Sequence[str], _keys: Sequence[str]
    ) -> dict[str, dict[str, str]]:
        return {
            name: {
                "Id": name,
                "LoadState": "loaded" if name in self.loaded else "not-found",
                "ActiveState": "active"
                if name in self.active
                else "failed"
                if name in self.failed
                else "inactive",
                "SubState": "running" if name in self.active else "dead",
                "Result": "exit-code" if name in self.failed else "success",
                "SourcePath": str(self.path / name.replace(".service", ".container")),
                "Type": "notify",
                "NRestarts": "0",
                "ExecMainStatus": str(self.code) if name in self.failed else "0",
                "RequiredBy": " ".join(self._required_by(name)),
            }
            for name in names
        }

    def _required_by(self, name: str) -> list[str]:
        return [each for each, text in self.loaded.items() if f"Requires={name}\n" in text]

    def units(self, account: Any, names: Sequence[str]) -> dict[str, Any]:
        told = self.properties(account, names, ())
        return {name: SimpleNamespace(result=each["Result"]) for name, each in told.items()}

    def generated_texts(self, _account: Any, names: Sequence[str]) -> dict[str, str | None]:
        return {name: self.loaded.get(name) for name in names}

    def stop(self, _account: Any, names: Sequence[str], _seconds: float = 0) -> None:
        self._alive()
        self._stop(names)
        if self.leaves:
            for name in names:
                body = {**next(iter(self.bodies.values())), "name": name.replace(".service", "")}
                body["labels"] = {**(body.get("labels") or {}), _service_states.UNIT_LABEL: name}
                self.podman._serve("POST", "containers/create", {}, body)

    def _stop(self, names: Sequence[str]) -> list[str]:
        """Who requires them stops first; returns whom that concerns."""
        gone = []
        for name in names:
            gone += self._stop([each for each in self._required_by(name) if each in self.active])
            if name in self.active:
                gone.append(name)
            self.active.discard(name)
            self._away(name.replace(".service", ""))
        return gone

    def try_start(
        self, account: Any, verb: str, names: Sequence[str], _seconds: float, block: bool = True
    ) -> str:
        self._alive()
        if verb == "stop":
            self.stop(account, names)
            return ""
        again = []
        if verb == "restart":
            self._alive()
            again = [each for each in self._stop(names) if each not in names]
        first = [each for name in names for each in self.loaded if name in self._required_by(each)]
        for name in [*reversed(first), *names, *reversed(again)]:
            if name in self.active:
                continue
            self.starts += 1
            stem, text = name.replace(".service", ""), self.loaded[name]
            self._away(stem)
            if self.bad(text):
                self.failed.add(name)
                return f"Job for {name} failed." if block else ""
            body = copy.deepcopy(self.bodies.get(text) or next(iter(self.bodies.values())))
            body.setdefault("labels", {})[_service_states.UNIT_LABEL] = name
            identity = self.podman._serve("POST", "containers/create", {}, {**body, "name": stem})["Id"]
            self.podman._serve("POST", f"containers/{identity}/start", {}, None)
            # It keeps the image that its name stands for now.
            self.podman._inspect(self.podman.named(stem))
            self.failed.discard(name)
            self.active.add(name)
        return ""

    def forget_failed(self, _account: Any, names: Sequence[str]) -> None:
        self.failed -= set(names)

    def _alive(self) -> None:
        """Its calls count and can be hurt as Podman's are."""
        podman = self.podman
        podman.calls += 1
        if podman.calls == podman._hurt_at and podman._hurt_how == REFUSED:
            raise Failure("systemd refused.")
        if podman._hurt_how and podman.calls == podman._hurt_at:
            podman._killed = True
        if podman._killed:
            raise Killed

    def _away(self, name: str) -> None:
        """``podman run --replace`` and ``--rm``: nothing of that name stays. What no unit made must never be met."""
        found = self.podman.named(name)
        if found is not None:
            assert _service_states.UNIT_LABEL in (found.body.get("labels") or {}), "a container would be lost"
            del self.podman.containers[found.id]


def prepared(monkeypatch: pytest.MonkeyPatch, folder: Path) -> FakeSystemd:
    """Both in place of the real ones."""
    podman = FakePodman()
    systemd = FakeSystemd(podman, folder)
    monkeypatch.setattr(_parallel, "in_parallel", one_after_the_other)
    monkeypatch.setattr(_operations, "time", Clock())
    for name in ("version", "of_tree", "of_account"):
        monkeypatch.setattr(_generator, name, getattr(systemd, name))
    for name in (
        "reload", "properties", "units", "generated_texts", "stop", "try_start", "forget_failed",
    ):  # fmt: skip
        monkeypatch.setattr(_manager, name, getattr(systemd, name))
    monkeypatch.setattr(_manager, "last_lines", lambda *_arguments: systemd.words)
    monkeypatch.setattr(
        _shadow_probe, "of_units", lambda _account, services, _own: {file: [] for file in services}
    )
    monkeypatch.setattr(_shadow_probe, "differs", lambda *_arguments: [])
    monkeypatch.setattr(_unit_change, "SETTLE", 0.0)
    monkeypatch.setattr(_unit_change, "SETTLE_PROVED", 0.0)
    monkeypatch.setattr(_account, "choose", lambda _name: ACCOUNT)
    monkeypatch.setattr(_account, "require_linger", lambda _account: None)

    def own_folder(account: Any, roots: bool = False, without: frozenset[str] = frozenset()) -> Folder:
        made = Folder.__new__(Folder)
        made.without = without
        made._account, made.is_roots, made.path = account, False, f"{folder}{'-of-root' if roots else ''}"
        return made

    monkeypatch.setattr(_unit_folder, "Folder", own_folder)

    def in_account(task: Task, _account: Any, work: Any) -> dict[str, Any]:
        podman.check = task.check
        try:
            # What crosses to the other process is JSON.
            return json.loads(json.dumps({**work(task, podman, KEY), "api_calls": 1}))
        finally:
            podman.check = False

    monkeypatch.setattr(_account, "call_as", lambda _account, work, *arguments: work(*arguments))
    monkeypatch.setattr(_engine, "Engine", lambda _account: podman)
    monkeypatch.setattr(_module, "in_account", in_account)

    real_text_of = _service_text.text_of

    def text_of(wanted: Any, key: bytes, version: str, before: str | None, in_app: Any, *known: Any) -> str:
        text = real_text_of(wanted, key, version, before, in_app, *known)
        planner = _containers.Planner(look(podman, [], [wanted.image]), facts_of(podman), key)
        systemd.bodies[text] = planner.body(wanted)
        return text

    monkeypatch.setattr(_service_text, "text_of", text_of)
    return systemd


def run(check: bool = False, **params: Any) -> dict[str, Any]:
    """One run of the module ``container`` in units, unless the parameters say otherwise."""
    declared = {"runtime": "systemd", **CONTAINER, **params}
    return _service_road.work(Task({"user": "shop", "definition": declared}, check))


def twice(host: FakeSystemd, **params: Any) -> dict[str, Any]:
    """A run that check mode foretells, and after which nothing is left to do."""
    before = (host.files, host.podman.view(), set(host.active))
    foretold = run(check=True, **params)
    assert (host.files, host.podman.view(), set(host.active)) == before
    done = run(**params)
    assert (done["plan"], done["diff"]) == (foretold["plan"], foretold["diff"])
    again = run(**params)
    assert (again["changed"], again["plan"]) == (False, [])
    return done
