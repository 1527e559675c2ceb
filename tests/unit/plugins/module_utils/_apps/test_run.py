# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One app in the process of its account, against a Podman in memory: order, what runs once, labels, pruning, calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import (
    _account,
    _engine,
    _key,
    _operations,
    _parallel,
    _survey,
)
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._apps import account as accounts
from ansible_collections.rootless.podman.plugins.module_utils._apps import inside
from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._apps.keeping import Keeper
from ansible_collections.rootless.podman.plugins.module_utils._apps.vacant import Outlook, Vacant
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import FakePodman
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import (
    KEY,
    Clock,
    one_after_the_other,
)

DB, WEB = {"name": "db", "image": "img"}, {"name": "web", "image": "img"}
MIGRATE = {"name": "migrate", "image": "img", "command": "end"}


class Podman(FakePodman):
    """Whose listings tell labels and states, and whose container ``end`` is at its end as soon as it has started."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.account = Account("shop", 1000, 1000, str(home), "")
        self.log: list[str] = []

    def admit(self, _method: str, path: str) -> None:
        assert not self.check, path
        self.admitted += 1

    def _serve(self, method: str, path: str, params: dict, body: Any) -> Any:
        self.log.append(f"{method} {path}")
        if path in ("networks/json", "volumes/json"):
            return []
        answer = super()._serve(method, path, params, body)
        if path == "containers/json":
            for each in answer:
                there = self.containers[each["Id"]]
                each.update(
                    Labels=there.body.get("labels", {}),
                    State=there.status,
                    Pod=there.pod,
                    IsInfra=there.infra,
                )
        if path == "pods/json":
            for each in answer:
                each["Labels"] = self.pods[each["Id"]].body.get("labels", {})
        return answer

    def _containers_start(self, each: Any, params: dict, body: Any) -> None:
        super()._containers_start(each, params, body)
        if each.body.get("command") == ["end"]:
            each.status, each.exit_code = "exited", int(each.body.get("env", {}).get("CODE", 0))


@pytest.fixture
def podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Podman:
    monkeypatch.setattr(_parallel, "in_parallel", one_after_the_other)
    monkeypatch.setattr(_operations, "time", Clock())
    made = Podman(tmp_path)
    monkeypatch.setattr(_engine, "Engine", lambda _account, check: _in_mode(made, check))
    monkeypatch.setattr(_key, "record_key", lambda _account, _engine: KEY)
    monkeypatch.setattr(_account, "require_linger", lambda _account: None)
    return made


def _in_mode(podman: Podman, check: bool) -> Podman:
    podman.check, podman.calls, podman.log = check, 0, []
    return podman


def converge(
    podman: Podman, *apps: dict[str, Any], check: bool = False, prune: bool = False
) -> dict[str, Any]:
    declared = read([{"user": "shop", **each} for each in apps], set())
    job = accounts.Job(declared, check, False, prune)
    try:
        return accounts.converge(podman.account, {"shop": job})
    finally:
        podman.check = False


def app(*containers: dict[str, Any], name: str = "shop", **more: Any) -> dict[str, Any]:
    return {"name": name, "runtime": "podman", "containers": list(containers), **more}


def plan(told: dict[str, Any], position: int = 0) -> list[tuple[str, str]]:
    return [(step["action"], step["name"]) for step in told["apps"][position]["plan"]]


def starts(podman: Podman) -> list[str]:
    ids = [call.split("/")[1] for call in podman.log if call.endswith("/start")]
    return [podman.containers[each].name for each in ids if each in podman.containers]


def test_what_is_made_carries_the_label_and_its_absence_is_no_drift(podman: Podman) -> None:
    converge(podman, app(WEB))
    web = podman.named("web")
    assert web.body["labels"]["rootless.podman.app"] == "shop"
    del web.body["labels"]["rootless.podman.app"]
    assert plan(converge(podman, app(WEB))) == []


def test_each_kind_is_listed_once_for_all_apps_of_an_account(podman: Podman) -> None:
    pods = [{"name": "p", "containers": [{"name": "a", "image": "img"}, {"name": "b", "image": "img"}]}]
    apps = [
        app({**WEB, "secrets": ["word"]}, DB),
        app({"name": "third", "image": "img"}, name="blog", pods=pods),
    ]
    podman.secrets = {"word"}
    converge(podman, *apps)
    again = converge(podman, *apps)
    assert [each["changed"] for each in again["apps"]] == [False, False]
    listings = [call for call in podman.log if call.endswith("s/json") and call.count("/") == 1]
    assert sorted(listings) == ["GET containers/json", "GET pods/json", "GET secrets/json"]
    # Three listings; six containers with the infra container, the pod; the image for each app.
    assert again["api_calls"] == 3 + 6 + 1 + 2


def test_containers_start_in_the_order_in_which_they_depend_on_each_other(podman: Podman) -> None:
    told = converge(
        podman, app({**WEB, "depends_on": {"migrate": "completed"}}, {**MIGRATE, "depends_on": ["db"]}, DB)
    )
    assert not told["apps"][0]["failed"]
    assert starts(podman) == ["db", "migrate", "web"]


def test_one_that_has_to_complete_runs_once_for_each_declaration(podman: Podman) -> None:
    def shop(**more: Any) -> dict[str, Any]:
        return app({**WEB, "depends_on": {"migrate": "completed"}}, {**MIGRATE, **more})

    converge(podman, shop())
    assert plan(converge(podman, shop())) == []
    assert plan(converge(podman, shop(env={"A": "1"}))) == [("replace", "migrate")]
    podman.named("migrate").exit_code = 3
    again = converge(podman, shop(env={"A": "1"}))
    assert plan(again) == [("start", "migrate")]
    assert again["apps"][0]["plan"][0]["reasons"][0]["before"] == "exit code 3"
    podman.named("migrate").status = "created"
    assert plan(converge(podman, shop(env={"A": "1"}))) == [("start", "migrate")]


def test_when_it_fails_what_depends_on_it_is_as_it_was(podman: Podman) -> None:
    def shop(web: dict[str, Any], migrate: dict[str, Any]) -> dict[str, Any]:
        return app({**WEB, **web, "depends_on": {"migrate": "completed"}}, {**MIGRATE, **migrate})

    converge(podman, shop({}, {}))
    before = podman.view()
    told = converge(podman, shop({"env": {"A": "1"}}, {"env": {"CODE": "3"}}))["apps"][0]
    assert told["failed"]
    assert "container migrate ended with exit code 3" in told["msg"]
    assert told["step"] == {"action": "replace", "kind": "container", "name": "migrate"}
    assert told["rolled_back"].startswith("What was changed is undone")
    assert podman.view() == before
    assert plan(converge(podman, shop({}, {}))) == []


def test_one_that_never_turns_healthy_stops_what_depends_on_it(podman: Podman) -> None:
    told = converge(podman, app({**WEB, "depends_on": {"db": "healthy"}}, DB))["apps"][0]
    assert "web does not start, because container db has no health check" in told["msg"]
    assert podman.named("web") is None


def test_a_failing_app_does_not_stop_the_next(podman: Podman) -> None:
    told = converge(podman, app({**WEB, "env": {"BREAKS": "yes"}}), app(DB, name="blog"))["apps"]
    assert [each["failed"] for each in told] == [True, False]
    assert podman.named("db").running


def test_pruning_takes_what_is_labelled_or_was_declared_and_nothing_else(podman: Podman) -> None:
    pods = [{"name": "p", "containers": [{"name": "a", "image": "img"}]}]
    podman.write("POST", "containers/create", None, {"name": "by-hand", "image": "img"})
    converge(podman, app(WEB, DB, pods=pods))
    assert plan(converge(podman, app(WEB))) == []
    foretold = converge(podman, app(WEB), check=True, prune=True)
    done = converge(podman, app(WEB), prune=True)
    assert plan(done) == plan(foretold) == [("remove", "p"), ("remove", "db")]
    assert {each.name for each in podman.containers.values()} == {"web", "by-hand"}
    assert plan(converge(podman, app(WEB), prune=True)) == []


def test_what_another_app_declares_now_is_not_pruned(podman: Podman) -> None:
    converge(podman, app(WEB, DB))
    told = converge(podman, app(WEB), app(DB, name="blog"), prune=True)
    assert [each["plan"] for each in told["apps"]] == [[], []]


def test_what_another_app_took_over_in_an_earlier_task_stays(podman: Podman) -> None:
    converge(podman, app(WEB, DB))
    converge(podman, app(WEB), app(DB, name="blog"))
    assert plan(converge(podman, app(WEB), prune=True)) == []
    assert plan(converge(podman, {"name": "shop", "state": "absent"})) == [("remove", "web")]
    assert podman.named("db").running
    # Its label still names the app that it came from.
    assert plan(converge(podman, {"name": "blog", "state": "absent"})) == [("remove", "db")]


def test_a_file_in_the_place_of_a_folder_and_back(podman: Podman, tmp_path: Path) -> None:
    def shop(path: str) -> dict[str, Any]:
        return app(WEB, files=[{"path": path, "content": "x"}])

    base = tmp_path / "apps" / "shop"
    for before, after in (("a/b/c", "a"), ("a", "a/b/c"), ("a/b/c", "a/b")):
        converge(podman, shop(before), prune=True)
        for check in (True, False):
            refused = converge(podman, shop(after), check=check)["apps"][0]
            assert f"files[{after}].path: {before} is in its way" in refused["msg"]
        # What was refused has left nothing that a later run stumbles over.
        assert plan(converge(podman, shop(before), prune=True)) == []
        foretold = converge(podman, shop(after), check=True, prune=True)
        assert plan(foretold) == [("remove", before), ("create", after)]
        assert plan(converge(podman, shop(after), prune=True)) == plan(foretold)
        assert (base / after).read_text() == "x"
        assert plan(converge(podman, shop(after), prune=True)) == []
    assert plan(converge(podman, {"name": "shop", "state": "absent"})) == [
        ("remove", "web"),
        ("remove", "a/b"),
    ]


def test_one_with_another_name_takes_the_place_of_what_is_pruned_and_gives_it_back(podman: Podman) -> None:
    old = {**WEB, "publish": ["8080:80"]}
    converge(podman, app(old))
    worse = converge(podman, app({**old, "name": "newer", "env": {"BREAKS": "yes"}}), prune=True)["apps"][0]
    assert worse["failed"]
    assert podman.named("web").running
    assert podman.named("newer") is None
    better = converge(podman, app({**old, "name": "newer"}), prune=True)
    assert plan(better) == [("remove", "web"), ("create", "newer")]
    assert [each.name for each in podman.containers.values()] == ["newer"]
    assert podman.named("newer").running


def test_what_is_pruned_may_hold_on_to_what_is_replaced(podman: Podman) -> None:
    converge(podman, app(DB, {**WEB, "requires": ["db"]}))
    told = converge(podman, app({**DB, "env": {"A": "1"}}), prune=True)["apps"][0]
    assert told["msg"] == ""
    assert [each.name for each in podman.containers.values()] == ["db"]


def test_an_app_that_is_absent_leaves_the_others_alone(podman: Podman) -> None:
    converge(podman, app(WEB), app(DB, name="blog"))
    gone = converge(podman, {"name": "shop", "state": "absent"}, app(DB, name="blog"))
    assert plan(gone) == [("remove", "web")]
    assert plan(gone, 1) == []
    assert [each.name for each in podman.containers.values()] == ["db"]
    assert plan(converge(podman, {"name": "shop", "state": "absent"})) == []


def test_an_app_that_is_refused_before_anything_is_done_is_not_known(podman: Podman) -> None:
    shop = app(WEB, files=[{"path": "a", "content": "x", "owner": 70000}])
    told = converge(podman, shop)
    assert "owner: 70000" in told["apps"][0]["msg"]
    assert told["known"] == []
    told = converge(podman, app({**WEB, "env": {"BREAKS": "yes"}}))
    assert told["apps"][0]["failed"]
    assert told["known"] == ["shop"]


def test_one_that_cannot_go_says_so_and_the_other_goes(podman: Podman) -> None:
    converge(podman, app(WEB), app(DB, name="blog"))
    web = podman.named("web")
    inner = podman._serve

    def serve(method: str, path: str, params: dict, body: Any) -> Any:
        if method == "DELETE" and path.startswith(f"containers/{web.id}"):
            raise EngineError("it is held.", 500, "it is held")
        return inner(method, path, params, body)

    podman._serve = serve  # type: ignore[method-assign]
    told = converge(podman, *({"name": name, "state": "absent"} for name in ("shop", "blog")))
    assert [(one["failed"], one["msg"]) for one in told["apps"]] == [(True, "it is held."), (False, "")]
    assert [each.name for each in podman.containers.values()] == ["web"]


def test_a_file_with_another_content_brings_what_mounts_it_back(podman: Podman, tmp_path: Path) -> None:
    def shop(content: str) -> dict[str, Any]:
        return app({**WEB, "volumes": ["./conf:/conf"]}, DB, files=[{"path": "conf/a", "content": content}])

    converge(podman, shop("one"))
    podman._inspect = lambda each, inner=podman._inspect: _started(inner(each))  # type: ignore[method-assign]
    assert (tmp_path / "apps" / "shop" / "conf" / "a").read_text() == "one"
    foretold, done = converge(podman, shop("two"), check=True), converge(podman, shop("two"))
    assert plan(foretold) == plan(done) == [("update", "conf/a"), ("restart", "web")]


def test_files_that_the_account_cannot_read_are_read_again_only_when_somebody_touched_them(
    podman: Podman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def other_process(_keeper: Any, order: dict) -> dict:
        """As the one inside the namespace, where the owner of these files is 71."""
        asked.append(order["do"])
        told = {**order, "files": [{**each, "uid": -1, "gid": -1} for each in order.get("files", [])]}
        answer = inside.answer(told)
        for each in answer.get("found", {}).values():
            each.update(uid=71, gid=71)
        return answer

    monkeypatch.setattr(Keeper, "_in_namespace", other_process)

    def shop(content: str) -> dict[str, Any]:
        return app(WEB, files=[{"path": "conf", "content": content, "owner": 70}])

    assert ("create", "conf") in plan(converge(podman, shop("one")))
    asked.clear()
    assert plan(converge(podman, shop("one"))) == []
    assert asked == []
    assert plan(converge(podman, shop("two"), check=True)) == [("update", "conf")]
    assert plan(converge(podman, shop("two"))) == [("update", "conf")]
    asked.clear()
    (tmp_path / "apps" / "shop" / "conf").write_text("by hand")
    assert plan(converge(podman, shop("two"))) == [("update", "conf")]
    assert asked == ["look", "write", "look"]


def _started(inspect: dict) -> dict:
    """Started at a time before any file of this test, but for check mode's own."""
    inspect["State"]["StartedAt"] = "2026-01-01T00:00:00Z"
    return inspect


def test_the_plan_for_an_account_that_is_not_there_is_that_of_a_new_one(
    podman: Podman, tmp_path: Path
) -> None:
    shop = {"user": "shop", **app({**WEB, "depends_on": ["db"]}, DB, files=[{"path": "a", "content": "x"}])}
    job = accounts.Job(read([shop], set()), True, False, False, Outlook((5, 4, 2), ["memory"]))
    foretold = accounts.converge(Account("shop", 65534, 65534, str(tmp_path), ""), {"shop": job})
    podman.registry, podman.images = dict(podman.images), {}
    done = converge(podman, shop)
    assert plan(foretold) == plan(done)
    assert foretold["api_calls"] == 0


def test_check_mode_refuses_an_owner_that_a_new_account_will_have_no_id_for(tmp_path: Path) -> None:
    shop = {"user": "shop", **app(files=[{"path": "a", "content": "x", "owner": 70}])}
    ranges = {kind: [{"start": 100000, "count": 50}] for kind in ("uid", "gid")}
    job = accounts.Job(read([shop], set()), True, False, False, Outlook((5, 4, 2), [], ranges))
    told = accounts.converge(Account("shop", 65534, 65534, str(tmp_path), ""), {"shop": job})["apps"][0]
    assert "owner: 70 was given, and the ids of this account end at 49 there" in told["msg"]


def test_check_mode_knows_what_an_earlier_app_brings(podman: Podman) -> None:
    podman.registry, podman.images = dict(podman.images), {}
    apps = [app(WEB), app(DB, name="blog")]
    foretold = converge(podman, *apps, check=True)
    done = converge(podman, *apps)
    assert [plan(foretold, each) for each in (0, 1)] == [plan(done, each) for each in (0, 1)]
    assert plan(done, 1) == [("create", "db")]


def test_a_vacant_podman_has_nothing() -> None:
    ranges = {
        "uid": [{"start": 100000, "count": 65536}],
        "gid": [{"start": 7, "count": 10}, {"start": 50, "count": 5}],
    }
    vacant = Vacant(Account("x", 1, 1, "/x", ""), Outlook((5, 4, 2), ["memory"], ranges))
    assert vacant.get("containers/json") == []
    assert vacant.find("networks/x/json") is None
    facts = _survey.facts_of(vacant)
    assert (facts.controllers, facts.id_counts) == (("memory",), (65536, 15))


def test_what_lies_in_the_home_and_is_nobody_s_volume_is_told(tmp_path: Path) -> None:
    for path in (".config/x", "apps/shop/conf", "apps/shop/written-by-a-container", "notes"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    told = [{"name": "shop", "plan": [{"kind": "file", "action": "remove", "name": "conf"}]}]
    found = accounts._strange_at_home(Account("shop", 1, 1, str(tmp_path), ""), told)
    assert found == ["apps/shop/written-by-a-container", "notes"]


def test_check_mode_tells_of_an_account_that_has_first_to_be_mended(
    podman: Podman, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(_account: Account, _check: bool) -> None:
        raise EngineError("the Podman of account shop does not answer.")

    monkeypatch.setattr(_engine, "Engine", dead)
    declared = read([{"user": "shop", **app(WEB)}], set())
    told = accounts.converge(
        podman.account, {"shop": accounts.Job(declared, True, False, False, promised=True)}
    )
    assert (plan(told), told["apps"][0]["failed"]) == ([], False)
    assert "does not answer" in told["apps"][0]["warnings"][0]
    with pytest.raises(EngineError):
        accounts.converge(podman.account, {"shop": accounts.Job(declared, True, False, False)})
