# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of secrets: from a file, put back when a container does not bear the new one, proved where nothing can be replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _supervisor
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_services import services_in
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_store import Store, actions, run


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who was started again; one that is called strict does not bear it."""
    done: list[str] = []

    def start(store: Store, identity: str, name: str) -> None:
        done.append(name)
        if name == "strict" and store.kept["secrets", "x"]["SecretData"] == "bad":
            raise Failure(f"container {name} exited at once.")
        store.containers[name]["State"]["StartedAt"] = "2026-03-01T00:00:00Z"

    monkeypatch.setattr(_supervisor.operations, "start", start)
    monkeypatch.setattr(_supervisor.operations, "stop", lambda *_which: None)
    monkeypatch.setattr(_supervisor.operations, "await_ready", lambda *_which: None)
    return done


def secret(store: Store, check: bool = False, **params: Any) -> dict:
    return run(store, "secrets", check, **params)


def with_readers() -> Store:
    store = Store()
    secret(store, data="first")
    store.use("late", "strict", env=["A=1", "x=*******"])
    store.use("other", env=["xy=*******"])
    store.use("early")
    store.containers["early"]["Config"]["Secrets"] = [{"Name": "x", "ID": "1"}]
    for each in store.containers.values():
        each["State"]["StartedAt"] = "2026-02-02T00:00:00Z"
    return store


def test_who_reads_it_late_is_started_again(started: list[str]) -> None:
    store = with_readers()
    told = {"data": "second", "restart": True}
    foretold = secret(store, check=True, **told)
    assert started == []
    done = secret(store, **told)
    assert foretold["plan"] == done["plan"]
    assert [(step["action"], step["name"]) for step in done["plan"]] == [
        ("replace", "x"), ("restart", "late"), ("restart", "strict"),
    ]  # fmt: skip
    assert (started, done["outdated"]) == (["late", "strict"], ["early"])
    again = secret(store, **told)
    assert (again["plan"], again["outdated"]) == ([], ["early"])


def test_a_service_restarts_the_container_that_it_made(
    started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = with_readers()
    store.containers["late"]["Config"]["Labels"] = {"PODMAN_SYSTEMD_UNIT": "late.service"}
    store.containers["strict"]["Config"]["Labels"] = {"PODMAN_SYSTEMD_UNIT": "strict.service"}
    services = services_in(
        monkeypatch, store, {"late.service": ["late"], "behind.service": [], "asleep.service": []}
    )
    services.follow = {"late.service": ["behind.service", "asleep.service"]}
    services.active.remove("asleep.service")
    assert actions(secret(store, data="second", restart=True)) == ["replace", "restart", "restart"]
    # strict.service is nothing that runs: the container is in Podman's hands again.
    assert started == ["strict"]
    assert services.log == ["stop late.service behind.service", "start late.service behind.service"]
    services.bad = lambda _name: store.kept["secrets", "x"]["SecretData"] == "bad"
    with pytest.raises(
        Failure, match="late.service does not start again .*it failed.* undone: .*late runs again"
    ):
        secret(store, data="bad", restart=True)
    assert store.kept["secrets", "x"]["SecretData"] == "second"
    assert "late.service" in services.active


def test_a_killed_run_is_finished_by_the_next(started: list[str]) -> None:
    store = with_readers()
    secret(store, data="second")
    store.kept["secrets", "x"]["UpdatedAt"] = "2026-02-03T00:00:00Z"
    assert actions(secret(store, data="second", restart=True)) == ["restart", "restart"]
    assert actions(secret(store, data="second", restart=True)) == []
    assert started == ["late", "strict"]


def test_the_old_secret_comes_back_with_who_reads_it(started: list[str]) -> None:
    store = with_readers()
    with pytest.raises(
        Failure, match="strict exited at once. What was changed is undone: .*former data"
    ) as caught:
        secret(store, data="bad", restart=True)
    assert "bad" not in caught.value.message
    assert store.kept["secrets", "x"]["SecretData"] == "first"
    assert started == ["late", "strict", "strict", "late"]
    assert actions(secret(store, data="first")) == []


def test_before_it_can_be_told_who_reads_it() -> None:
    with pytest.raises(Failure, match="restart: this option needs Podman 5.0 or later, .* has 4.9.0"):
        secret(Store((4, 9, 0)), data="first", restart=True)


def test_where_nothing_can_be_replaced_a_draft_is_the_proof() -> None:
    store = Store((4, 3, 1))
    secret(store, data="first")
    store.refuse = [None, EngineError("no such driver", 500, "no such driver")]
    with pytest.raises(EngineError, match="no such driver"):
        secret(store, data="second")
    assert store.kept["secrets", "x"]["SecretData"] == "first"
    secret(store, data="second")
    assert list(store.kept) == [("secrets", "x")]
    assert store.kept["secrets", "x"]["SecretData"] == "second"


def test_a_file_holds_it(tmp_path: Path) -> None:
    store, file = Store(), tmp_path / "key"
    file.write_text("from a file")
    assert actions(secret(store, path=str(file))) == ["create"]
    assert store.kept["secrets", "x"]["SecretData"] == "from a file"
    assert actions(secret(store, data="from a file")) == []
    for path, says in (("key", "absolute path"), (str(tmp_path), "cannot read"), ("/dev/null", "is empty")):
        with pytest.raises(Failure, match=f"path: .*{says}"):
            secret(store, path=path)
