# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers of apps that live in units: who they are, in which order, what their units say, which of them leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _module, _service_road, _unit_folder
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._apps import aside, parting, quiet
from ansible_collections.rootless.podman.plugins.module_utils._apps import services as rooms
from ansible_collections.rootless.podman.plugins.module_utils._apps.app import App
from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._apps.shared import LABEL
from ansible_collections.rootless.podman.plugins.module_utils._apps.units import services
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._pod_text import texts_of
from ansible_collections.rootless.podman.plugins.module_utils._service_text import Known, labelled, text_of
from ansible_collections.rootless.podman.plugins.module_utils._wanted import container_of, pod_of
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import KEY

ACCOUNT = Account("shop", 1000, 1000, "/home/shop", "")


def app(*containers: dict[str, Any], **more: Any) -> App:
    """One app in units."""
    declared = {"name": "shop", "runtime": "systemd", "containers": list(containers), **more}
    return read([declared], set())[0]


def container(name: str, **options: Any) -> dict[str, Any]:
    return {"name": name, "image": "docker.io/library/busybox:1.37", **options}


def text(made: App, name: str, log_driver: str = "journald") -> str:
    found = next(each for each in services(made, "/home/shop") if each.name == name)
    in_app = {**found.links, "marks": {LABEL: made.name}}
    return text_of(container_of(found.params), KEY, "5.4.2", None, in_app, Known((), log_driver))


def pod_texts(made: App, name: str) -> dict[str, str]:
    found = next(each for each in services(made, "/home/shop") if each.name == name)
    return texts_of(pod_of(found.params), KEY, "5.4.2", {}, {**found.links, "marks": {LABEL: made.name}})


SWITCHED = container(
    "web",
    networks=["net"],
    switch={"image": "docker.io/library/haproxy:3.0", "publish": "8080", "port": 80, "check": "/"},
)
POD = {"name": "pod", "containers": [{"name": "in", "image": "docker.io/library/busybox:1.37"}]}


def test_pods_among_them() -> None:
    made = app(
        container("before"),
        container("after", depends_on={"in": "started"}),
        container("last", depends_on=["pod"]),
        pods=[{**POD, "depends_on": ["before"]}],
    )
    assert [(each.kind, each.name) for each in services(made, "/home/shop")] == [
        ("container", "before"),
        ("pod", "pod"),
        ("container", "after"),
        ("container", "last"),
    ]
    found = pod_texts(made, "pod")
    assert "After=before.service" in found["pod.pod"].splitlines()
    assert "Description=Container in of pod pod of app shop" in found["in.container"].splitlines()
    assert "UserNS=nomap" in found["pod.pod"].splitlines()
    for each in found.values():
        assert labelled(each, LABEL) == "shop"
        assert "SyslogIdentifier=shop" in each.splitlines()
    assert "After=in.service" in text(made, "after").splitlines()
    assert "After=pod-pod.service" in text(made, "last").splitlines()


def test_they_follow_one_another_as_they_depend_on_each_other() -> None:
    made = app(
        container("web", depends_on={"db": "healthy"}),
        container("db", healthcheck="true"),
        container("beside", network_mode="container:db", depends_on=["web"]),
    )
    found = {each.name: each.links["links"] for each in services(made, "/home/shop")}
    assert list(found) == ["db", "web", "beside"]
    assert found["web"] == {"Wants": ["db"], "Requires": [], "After": ["db"]}
    assert found["beside"] == {"Wants": ["web"], "Requires": ["db"], "After": ["db", "web"]}


def test_what_an_app_adds_to_a_unit() -> None:
    made = app(container("web", depends_on=["db"]), container("db", log_opt={"tag": "mine"}))
    lines = set(text(made, "web").splitlines())
    assert {"Description=Container web of app shop", "Wants=db.service", "After=db.service"} <= lines
    assert {"SyslogIdentifier=shop", "PodmanArgs=--log-opt=tag=shop"} <= lines
    assert labelled(text(made, "web"), "rootless.podman.app") == "shop"
    assert "tag=shop" not in text(made, "db")


@pytest.mark.parametrize(
    ("options", "default", "lines"),
    [
        ({}, "journald", ["PodmanArgs=--log-driver=journald", "PodmanArgs=--log-opt=tag=shop"]),
        ({}, "k8s-file", []),
        ({"log_driver": "journald"}, "k8s-file", ["LogDriver=journald", "PodmanArgs=--log-opt=tag=shop"]),
        ({"log_driver": "k8s-file"}, "journald", ["LogDriver=k8s-file"]),
    ],
)
def test_only_the_journal_takes_a_tag(options: dict[str, Any], default: str, lines: list[str]) -> None:
    found = text(app(container("web", **options)), "web", default).splitlines()
    assert [each for each in found if "log-" in each or each.startswith("LogDriver")] == lines


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"quiet": ["web", "db"]}, False),
        ({"quiet": ["db"]}, True),
        ({}, True),
        ({"failed": True}, False),
        ({"quiet": ["web", "db"], "last": [{"kind": "network", "name": "old"}]}, True),
        ({"quiet": ["web", "db"], "hooks_due": True}, True),
        ({"quiet": ["web", "db"], "aside": {"once": []}}, False),
        ({"quiet": ["web", "db"], "aside": {"once": [{"action": "create"}]}}, True),
    ],
)
def test_root_works_only_where_something_is_left_to_do(more: dict[str, Any], expected: bool) -> None:
    assert rooms.has_work(app(container("web"), container("db")), {"failed": False, **more}) == expected
    assert not rooms.has_work(app(container("web"), runtime="podman"), {"failed": False, **more})


def test_without_units_there_are_none() -> None:
    assert services(app(container("web"), runtime="podman"), "/home/shop") == []


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        (
            {
                "containers": [
                    container("once", network_mode="container:db"),
                    container("db"),
                    container("web", depends_on={"once": "completed"}),
                ]
            },
            "once requires db or is in its namespaces, of which one has a unit",
        ),
        (
            {
                "networks": [{"name": "net"}],
                "containers": [SWITCHED, container("db", depends_on=["web"])],
            },
            "db depends on a container with deploy: blue_green",
        ),
        ({"runtime": "docker"}, "runtime"),
    ],
)
def test_what_cannot_live_in_units(declared: dict[str, Any], says: str) -> None:
    with pytest.raises(Failure, match=says) as caught:
        app(**declared)
    assert len(caught.value.message.splitlines()) == 1


@pytest.mark.parametrize(
    ("declared", "prune", "gone"),
    [
        ({}, True, []),
        ({"containers": []}, False, []),
        ({"containers": []}, True, ["web.container"]),
        ({"runtime": "podman"}, False, ["web.container", "pod.pod"]),
        ({"state": "absent"}, False, ["web.container", "pod.pod"]),
        ({"pods": []}, True, ["pod.pod"]),
        ({"pods": []}, False, []),
    ],
)
def test_who_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declared: dict[str, Any], prune: bool, gone: list[str]
) -> None:
    tree = {
        "web.container": text(app(container("web")), "web"),
        "other.container": text(app(container("other"), name="blog"), "other"),
        "raw.container": '[Container]\nImage=x\nLabel="rootless.podman.app=shop"\n',
        "sub/web.container": "",
        **pod_texts(app(pods=[POD]), "pod"),
    }
    monkeypatch.setattr(
        _unit_folder, "Folder", lambda _account: type("Tree", (), {"tree": lambda _self: tree})()
    )
    wanted = app(**{"containers": [container("web")], "pods": [POD], **declared})
    assert parting.parting(ACCOUNT, [wanted], prune) == ({"shop": gone} if gone else {})


IN, OUT = {"name": "in", "image": "docker.io/library/busybox:1.37"}, container("in")
EMPTY = {"name": "pod", "containers": []}


@pytest.mark.parametrize(
    ("declared", "prune", "gone"),
    [
        # It becomes another pod's, or stands alone, while its pod stays.
        ({"pods": [EMPTY, {"name": "new", "containers": [IN]}]}, False, ["in.container"]),
        ({"pods": [EMPTY], "containers": [OUT]}, False, ["in.container"]),
        # Its pod goes with all that is in it, or is nothing that the task speaks of.
        ({"pods": [{"name": "new", "containers": [IN]}]}, True, ["pod.pod"]),
        ({"containers": [OUT]}, False, []),
        # Its pod's own change takes it along.
        ({"pods": [EMPTY]}, False, []),
        ({"pods": [EMPTY], "containers": [OUT], "state": "absent"}, False, ["pod.pod"]),
    ],
)
def test_who_moves_out_of_a_pod_leaves_before_it(
    monkeypatch: pytest.MonkeyPatch, declared: dict[str, Any], prune: bool, gone: list[str]
) -> None:
    tree = pod_texts(app(pods=[POD]), "pod")
    monkeypatch.setattr(
        _unit_folder, "Folder", lambda _account: type("Tree", (), {"tree": lambda _self: tree})()
    )
    wanted = app(**{"containers": [], **declared})
    assert parting.parting(ACCOUNT, [wanted], prune) == ({"shop": gone} if gone else {})


@pytest.mark.parametrize("check", [True, False])
def test_check_mode_takes_for_gone_what_would_be_by_then(
    monkeypatch: pytest.MonkeyPatch, check: bool
) -> None:
    seen = {}

    def travel(task: Task, _account: Account) -> dict[str, Any]:
        seen[task.params["name"]] = task.params["in_app"].get("gone")
        return {"plan": [{"action": "remove", "kind": "unit", "name": "old.container"}], "api_calls": 1}

    monkeypatch.setattr(_service_road, "travel", travel)
    monkeypatch.setattr(_service_road, "text_now", lambda _account, name: f"{name} before")
    left = {"action": "remove", "kind": "unit", "name": "pod.pod"}
    made = app(container("db"), container("web", depends_on=["db"]))
    rooms.bring(Task({}, check, False), ACCOUNT, made, {**told(), "plan": [left]}, True)
    assert seen == (
        {"db": ["pod.pod"], "web": ["old.container", "pod.pod"]} if check else {"db": None, "web": None}
    )


def test_what_another_app_of_the_task_declares_stays_for_that_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = {"web.container": text(app(container("web")), "web")}
    monkeypatch.setattr(
        _unit_folder,
        "Folder",
        lambda *_words, **_roots: type(
            "Tree", (), {"tree": lambda _self: tree, "path_of": lambda _self, file: f"/etc/{file}"}
        )(),
    )
    less, more = app(container("db")), app(container("web"), name="blog")
    assert parting.parting(ACCOUNT, [less], True) == {"shop": ["web.container"]}
    assert parting.parting(ACCOUNT, [less, more], True) == {}
    # Nobody but root can take a unit of root's away.
    parting.refuse_roots(ACCOUNT, less, False)
    for refused, prune in ((less, True), (app(state="absent"), False)):
        with pytest.raises(Failure, match=r"web would go, and lives in /etc/web\.container"):
            parting.refuse_roots(ACCOUNT, refused, prune)


def told() -> dict[str, Any]:
    return {"failed": False, "plan": [], "warnings": [], "changed": False, "duration": 0.0, "written": {}}


def test_what_was_changed_goes_back_when_another_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    back = []

    def travel(task: Task, _account: Account) -> dict[str, Any]:
        if task.params["name"] == "web":
            raise Failure("state: it does not start.")
        kind = "container" if task.params["name"] == "moved" else "unit"
        plan = [{"action": "remove", "kind": kind, "name": "x"}] if kind == "container" else []
        return {"plan": [*plan, {"action": "update", "kind": "unit", "name": "x"}], "api_calls": 1}

    monkeypatch.setattr(_service_road, "travel", travel)
    monkeypatch.setattr(_service_road, "text_now", lambda _account, name: f"{name} before")
    monkeypatch.setattr(_service_road, "restore", lambda *words: back.append(words[2:]))
    made, result = (
        app(container("web", depends_on=["db", "moved"]), container("db"), container("moved")),
        told(),
    )
    assert rooms.bring(Task({}, False, False), ACCOUNT, made, result, True) == 2
    assert back == [("db", "db before")]
    assert result["failed"]
    assert result["msg"] == ("container web: state: it does not start. As before are also: db.")


def test_an_app_that_failed_before_touches_no_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_service_road, "travel", lambda *_words: pytest.fail("it did"))
    assert (
        rooms.bring(Task({}, False, False), ACCOUNT, app(container("web")), {**told(), "failed": True}, True)
        == 0
    )


@pytest.mark.parametrize(
    ("declared", "failed", "back"),
    [
        ({"runtime": "podman"}, True, ["web"]),
        ({"runtime": "podman"}, False, []),
        ({"state": "absent"}, True, []),
    ],
)
def test_units_that_left_come_back_when_their_app_fails(
    monkeypatch: pytest.MonkeyPatch, declared: dict[str, Any], failed: bool, back: list[str]
) -> None:
    came: list[str] = []
    monkeypatch.setattr(_service_road, "restore", lambda *words: came.append(words[2]))
    result = {**told(), "failed": failed, "msg": "It failed."}
    made = app(**{"containers": [container("web")], **declared})
    parting.back_in(
        Task({}, False, False), ACCOUNT, made, result, {("container", "web"): {"web.container": "text"}}
    )
    assert came == back


def test_what_is_as_declared_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[list[str]] = []
    roads: list[str] = []

    class Jobs:
        def __init__(self, _account: Account, tasks: list[tuple[str, Task]]) -> None:
            self.there = [task.params["name"] for _kind, task in tasks]
            looks.append(self.there)

        def look(self, *_words: Any) -> dict[str, Any]:
            return {}

        def judged(self, _found: Any) -> set[str]:
            return {"db", "web", "last"} & set(self.there)

    def travel(task: Task, _account: Account) -> dict[str, Any]:
        roads.append(task.params["name"])
        return {"plan": [{"action": "update", "kind": "unit", "name": "x"}], "api_calls": 2}

    monkeypatch.setattr(quiet, "Jobs", Jobs)
    monkeypatch.setattr(_module, "in_account", lambda *_words: {"found": {}, "api_calls": 1})
    monkeypatch.setattr(aside.Aside, "facts", lambda _mine: {"images": {}})
    monkeypatch.setattr(_service_road, "travel", travel)
    monkeypatch.setattr(_service_road, "text_now", lambda _account, name: f"{name} before")
    made = app(
        container("db"),
        container("middle", depends_on=["db"]),
        container("web", depends_on=["middle"]),
        container("last", depends_on=["web"]),
    )
    assert rooms.bring(Task({}, False, False), ACCOUNT, made, told(), True) == 4
    assert looks == [["db", "middle", "web", "last"], ["web", "last"]]
    assert roads == ["middle"]
    # Check mode changes nothing, so it looks once.
    looks.clear()
    assert rooms.bring(Task({}, True, False), ACCOUNT, made, told(), True) == 3
    assert len(looks) == 1
    # Nor does it when the account's own process has looked already.
    looks.clear()
    assert (
        rooms.bring(
            Task({}, True, False), ACCOUNT, made, {**told(), "quiet": ["db", "web", "last"]}, True, True
        )
        == 2
    )
    assert looks == []
