# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hooks, containers that run once and facts of a release, around the units of an app."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _service_road
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._apps import aside
from ansible_collections.rootless.podman.plugins.module_utils._apps import services as rooms
from ansible_collections.rootless.podman.plugins.module_utils._apps.app import App
from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

from .test_services import container

ACCOUNT = Account("shop", 1000, 1000, "/home/shop", "")
HOOKS = {moment: [{"container": "db", "command": moment}] for moment in ("before", "after", "failed")}
MIGRATE = {"action": "create", "kind": "container", "name": "migrate", "reasons": [], "seconds": 0.0}


def app(**more: Any) -> App:
    declared = {
        "name": "shop",
        "runtime": "systemd",
        "hooks": HOOKS,
        "containers": [
            container("web", depends_on={"migrate": "completed"}),
            container("migrate", depends_on=["db"]),
            container("db"),
        ],
    }
    return read([{**declared, **more}], set())[0]


def told(**more: Any) -> dict[str, Any]:
    return {
        "failed": False, "plan": [], "warnings": [], "changed": False, "duration": 0.0, "written": {},
        "hooks_due": False, "running": ["db"], "aside": {"migrate": [MIGRATE]}, **more,
    }  # fmt: skip


class Road:
    """What was done, in order. ``fails`` is a name at which it ends, ``quiet`` those that are as declared."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.fails, self.quiet = "", {"db"}
        monkeypatch.setattr(_service_road, "travel", self.travel)
        monkeypatch.setattr(_service_road, "text_now", lambda _account, name: f"{name} before")
        monkeypatch.setattr(_service_road, "restore", lambda *words: self.done.append(f"back {words[2]}"))
        monkeypatch.setattr(aside.Aside, "_ask", lambda _mine, work: self.ask(work))

    def travel(self, task: Task, _account: Account) -> dict[str, Any]:
        name = task.params["name"]
        if not task.check:
            self.done.append(name)
            if name == self.fails:
                raise Failure("it does not start.")
        plan = [] if name in self.quiet else [{"action": "update", "kind": "unit", "name": name}]
        return {"plan": plan, "api_calls": 0}

    def ask(self, work: Any) -> dict[str, Any]:
        words = work.keywords
        if "leaving" in words:
            names = "+".join(each["name"] for each in words["leaving"])
            name = f"{'again' if words['failed'] else 'remove'} {names}"
        else:
            name = words.get("moment") or "+".join(sorted(words["names"]))
        self.done.append(name)
        if name == self.fails:
            raise Failure("it failed.")
        return {
            "plan": [MIGRATE],
            "seconds": {"db": 1.5},
            "msg": " The switch runs again." if words.get("failed") else "",
        }

    def bring(self, made: App, found: dict[str, Any], check: bool = False, begun: bool = False) -> list[str]:
        """What was done."""
        rooms.bring(Task({}, check, False), ACCOUNT, made, found, True, False, begun)
        return self.done


@pytest.fixture
def road(monkeypatch: pytest.MonkeyPatch) -> Road:
    made = Road(monkeypatch)
    monkeypatch.setattr(aside.Aside, "facts", lambda _mine: made.done.append("facts") or {"images": {}})
    monkeypatch.setattr(rooms, "Quiet", Nobody)
    return made


class Nobody:
    """Nothing was looked at before."""

    calls = 0

    def __init__(self, *_words: Any) -> None:
        pass

    def has(self, _name: str) -> bool:
        return False

    sees = has

    def changed(self) -> None:
        pass


def test_hooks_go_around_all_of_it(road: Road) -> None:
    found = told()
    assert road.bring(app(), found) == ["before", "db", "migrate", "web", "after", "facts"]
    assert [(each["action"], each["name"]) for each in found["plan"]] == [
        ("exec", "db"), ("create", "migrate"), ("update", "web"), ("exec", "db"),
    ]  # fmt: skip
    assert found["plan"][0]["seconds"] == 1.5
    assert (found["changed"], found["kept"]) == (True, {"images": {}})
    assert not {"aside", "running", "hooks_due"} & set(found)


def test_check_mode_foretells_the_same_steps(road: Road) -> None:
    ran, foretold = told(), told()
    road.bring(app(), ran)
    road.done.clear()
    assert road.bring(app(), foretold, check=True) == []
    assert [each["name"] for each in foretold["plan"]] == [each["name"] for each in ran["plan"]]
    assert "kept" not in foretold


def test_nothing_to_do_runs_no_hook_unless_it_is_due(road: Road) -> None:
    road.quiet = {"db", "web"}
    found = told(aside={})
    assert road.bring(app(), found) == ["db", "web"]
    assert not found["changed"]
    road.done.clear()
    assert road.bring(app(), told(aside={}, hooks_due=True)) == ["db", "web", "after", "facts"]


def test_one_that_does_not_complete_stops_the_rest(road: Road) -> None:
    road.fails, road.quiet = "migrate", set()
    found = told()
    assert road.bring(app(), found) == ["before", "db", "migrate", "back db", "failed"]
    assert found["msg"] == "it failed. As before are also: db."


def test_hooks_that_have_run_before_units_went_do_not_run_again(road: Road) -> None:
    assert road.bring(app(), told(), begun=True)[0] == "db"


def test_what_fails_after_the_change_leaves_it(road: Road) -> None:
    road.fails = "after"
    found = told()
    assert road.bring(app(), found) == ["before", "db", "migrate", "web", "after", "failed"]
    assert (found["failed"], found["msg"]) == (True, "it failed.")
    assert "kept" not in found


def test_a_release_that_is_gone_back_to_needs_no_facts(road: Road) -> None:
    made = app()
    made.state = "rolled_back"
    assert road.bring(made, told())[-1] == "after"


LEAVING = [{"kind": "container", "name": "web-switch", "id": "1", "running": True}]


def test_what_stopped_for_the_units_goes_when_they_serve(road: Road) -> None:
    found = told(leaving=LEAVING)
    assert road.bring(app(), found) == [
        "before",
        "db",
        "migrate",
        "web",
        "remove web-switch",
        "after",
        "facts",
    ]
    assert not found["failed"]
    assert "leaving" not in found


def test_what_stopped_for_the_units_runs_again_when_one_fails(road: Road) -> None:
    road.fails, road.quiet = "web", set()
    found = told(leaving=LEAVING)
    assert road.bring(app(), found)[-3:] == ["back db", "again web-switch", "failed"]
    assert found["msg"].endswith("As before are also: db. The switch runs again.")


def test_what_stopped_for_units_that_were_never_reached_runs_again(road: Road) -> None:
    found = told(leaving=LEAVING, failed=True, msg="it failed.")
    assert road.bring(app(), found) == ["again web-switch"]
    assert found["msg"] == "it failed. The switch runs again."


def test_that_it_does_not_start_again_is_said_beside_why_the_app_failed(road: Road) -> None:
    found = told(leaving=LEAVING, failed=True, msg="no image.")
    road.fails = "again web-switch"
    road.bring(app(), found)
    assert found["msg"] == "no image. Starting web-switch again met a problem: it failed."


def test_check_mode_stops_nothing_and_starts_nothing_again(road: Road) -> None:
    assert road.bring(app(), told(leaving=LEAVING), check=True) == []
