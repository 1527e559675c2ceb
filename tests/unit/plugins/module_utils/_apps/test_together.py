# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""New containers of one stage: one change of units, the same plan as one after the other, and all of them or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _manager, _service_account, _service_road
from ansible_collections.rootless.podman.plugins.module_utils._apps.together import (
    Together,
    container_of_step,
)
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._plan import outcome
from ansible_collections.rootless.podman.plugins.module_utils._wanted import CONTAINER_SPEC, defined
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_systemd import (
    ACCOUNT,
    FakeSystemd,
    prepared,
    run,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import CONTAINER

NAMES = ("cache", "web", "worker")


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeSystemd:
    return prepared(monkeypatch, tmp_path / "units")


def task(name: str, **params: Any) -> Task:
    declared = {**CONTAINER, "runtime": "systemd", "state": "started", "name": name, **params}
    return Task(defined({"definition": declared}, CONTAINER_SPEC), False)


def together(*names: str, **params: Any) -> Together:
    return Together(ACCOUNT, {name: task(name, **params) for name in names})


def test_they_come_with_one_reload_and_as_foretold(
    host: FakeSystemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    reloads: list[int] = []
    reload = _manager.reload
    monkeypatch.setattr(_manager, "reload", lambda account: (reloads.append(1), reload(account)))
    foretold = {name: run(check=True, state="started", name=name)["plan"] for name in NAMES}
    done = together(*NAMES).bring()
    assert done is not None
    assert {name: outcome(steps)["plan"] for name, steps in done.items()} == foretold
    assert list(done) == list(NAMES)
    assert (len(reloads), len(host.active)) == (1, 3)
    for name in NAMES:
        assert not run(state="started", name=name)["changed"]


def test_an_image_that_several_lack_is_pulled_once(host: FakeSystemd) -> None:
    host.podman.registry, host.podman.images = dict(host.podman.images), {}
    done = together("web", "worker").bring()
    assert done is not None
    assert [[step.action for step in steps] for steps in done.values()] == [
        ["pull", "create", "start"],
        ["create", "start"],
    ]


def test_all_of_them_or_none(host: FakeSystemd) -> None:
    host.bad = lambda text: "A=bad" in text
    tasks = {name: task(name, **({"env": {"A": "bad"}} if name == "web" else {})) for name in NAMES}
    with pytest.raises(
        Failure, match=r"web\.service does not start .* is not left either: cache, worker\."
    ) as caught:
        Together(ACCOUNT, tasks).bring()
    assert container_of_step(caught.value) == "web"
    assert (host.files, host.podman.containers, host.active) == ({}, {}, set())


@pytest.mark.parametrize("left", ["web", "web.rp-new", "web.rp-old"])
def test_what_was_there_in_any_way_has_its_own_road(host: FakeSystemd, left: str) -> None:
    host.podman.write("POST", "containers/create", None, {"name": left, "image": "img"})
    before = host.podman.view()
    assert together("cache", "web").bring() is None
    assert (host.files, host.podman.view()) == ({}, before)


def test_what_cannot_be_looked_at_has_its_own_road(
    host: FakeSystemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_service_account, "look_at_all", lambda *_words: {})
    assert together("cache", "web").bring() is None
    assert host.files == {}


def test_one_that_ends_well_is_no_failure_and_one_that_ends_ill_is_named(
    host: FakeSystemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = ["web"]
    monkeypatch.setattr(_service_road._service_account, "await_ready", lambda *_words: {"there": True})
    monkeypatch.setattr(
        "ansible_collections.rootless.podman.plugins.module_utils._pod_account.await_ready",
        lambda *_words: {"gone": gone},
    )
    assert together("cache", "web").bring() is not None
    monkeypatch.setattr(
        _manager, "units", lambda *_words: {f"{name}.service": Ended for name in ("late", "web")}
    )
    gone[:] = ["late"]
    with pytest.raises(Failure, match="container late ended after its start") as caught:
        together("late", "later").bring()
    assert container_of_step(caught.value) == "late"


class Ended:
    result = "exit-code"
