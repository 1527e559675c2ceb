# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of the info modules: whom they ask, for what, and what one account in trouble means for the others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import (
    _account,
    _each_account,
    _engine,
    _info,
    _libraries,
)
from ansible_collections.rootless.podman.plugins.module_utils import _info_kinds as kinds
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._checks import ids
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure

NOTHING: dict[str, Any] = {
    **dict.fromkeys(_info.ARGUMENTS), "stats": False, "health_log": False, "logs": 0,
}  # fmt: skip
ACCOUNTS = {
    name: Account(name, 2000 + n, 2000, f"/home/{name}", "/bin/sh") for n, name in enumerate(["shop", "wiki"])
}
CONTAINERS = {
    "aa" * 32: {"Name": "web", "Config": {"Labels": {"app": "x"}}, "State": {"Running": True}},
    "bb" * 32: {"Name": "db", "Config": {"Labels": {}}, "State": {"Running": False}},
}


class Podman:
    """One account's Podman: a filter ``label`` that works, and ways to be in trouble or worse."""

    trouble: dict[str, Any] = {}
    asked: list[tuple[str, Any]] = []

    def __init__(self, account: Account, check: bool = False) -> None:
        assert check, "an info module never writes"
        self.account, self.version, self.version_text, self.calls = account, (5, 4, 2), "5.4.2", 1
        if isinstance(self.trouble.get(account.name), Failure):
            raise self.trouble[account.name]

    def get(self, path: str, params: Any = None) -> Any:
        self.calls += 1
        self.asked.append((path, params))
        if self.account.name in self.trouble:
            return self.trouble[self.account.name]
        filters = params["filters"] or {}
        if set(filters) - {"label"}:
            raise EngineError("refused", 500, f"{next(iter(filters))} is an invalid filter")
        wanted = filters.get("label", [])
        return [
            {"Id": identity, "Names": [each["Name"]], "State": "running"}
            for identity, each in CONTAINERS.items()
            if all(label.partition("=")[0] in each["Config"]["Labels"] for label in wanted)
        ]

    def find(self, path: str, params: Any = None) -> Any:
        self.calls += 1
        self.asked.append((path, params))
        name = path.split("/")[1]
        for identity, each in CONTAINERS.items():
            if name and (identity.startswith(name) or each["Name"].startswith(name)):
                return json.loads(json.dumps({"Id": identity, **each}))
        return None


@pytest.fixture(autouse=True)
def podman(monkeypatch: pytest.MonkeyPatch) -> type[Podman]:
    """A host with two accounts."""

    def choose(name: str | None) -> Account:
        if (name or "shop") not in ACCOUNTS:
            raise Failure(f"user: there is no account {name!r} on this host.")
        return ACCOUNTS[name or "shop"]

    def each(accounts: list[Account], function: Any, *arguments: Any) -> list[Any]:
        found = []
        for account in accounts:
            try:
                found.append(json.loads(json.dumps(function(account, *arguments))))
            except Failure as failure:
                found.append(failure)
        return found

    Podman.trouble, Podman.asked = {}, []
    monkeypatch.setattr(_engine, "Engine", Podman)
    monkeypatch.setattr(_account, "choose", choose)
    monkeypatch.setattr(_each_account, "call_as_each", each)
    monkeypatch.setattr(_libraries, "podman_py", lambda: None)
    return Podman


def look(kind: kinds.InfoKind = kinds.CONTAINER, task: Task | None = None, **params: Any) -> dict[str, Any]:
    """What the module returns."""
    return _info.look(kind, task or Task({**NOTHING, **params}, False))


def names(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["account"], each["Name"]) for each in result["containers"]]


def test_all_of_one_account(podman: type[Podman]) -> None:
    result = look(user="shop")
    assert names(result) == [("shop", "db"), ("shop", "web")]
    assert result["changed"] is False
    assert (result["accounts"], result["without_answer"], result["api_calls"]) == (["shop"], {}, 4)
    assert podman.asked[0] == ("containers/json", {"all": True, "filters": None})


def test_many_accounts_in_their_order() -> None:
    result = look(users=["wiki", "shop", "wiki"])
    assert names(result) == [("wiki", "db"), ("wiki", "web"), ("shop", "db"), ("shop", "web")]
    assert result["accounts"] == ["wiki", "shop"]


def test_names_alone_need_no_listing(podman: type[Podman]) -> None:
    assert names(look(name=["web", "nothing", "web", "d"])) == [("shop", "web")]
    # In parallel, so in any order.
    assert sorted(path for path, _params in podman.asked) == [
        "containers/d/json",
        "containers/nothing/json",
        "containers/web/json",
    ]
    assert names(look(name=["a" * 12, "b" * 64])) == [("shop", "db"), ("shop", "web")]
    assert names(look(name=["a" * 11])) == []
    assert names(look(name=[])) == []


def test_filters_go_to_podman(podman: type[Podman]) -> None:
    assert names(look(filters={"label": "app=x"})) == [("shop", "web")]
    assert podman.asked[0][1]["filters"] == {"label": ["app=x"]}
    assert names(look(filters={"label": ["app"]}, name=["db", "web"])) == [("shop", "web")]
    assert _info._filters({"dangling": True, "since": 5, "label": ["a", "b=c"]}) == {
        "dangling": ["true"], "since": ["5"], "label": ["a", "b=c"],
    }  # fmt: skip


@pytest.mark.parametrize("value", [{"a": "b"}, [["x"]], None, []])
def test_what_is_no_filter(value: Any, podman: type[Podman]) -> None:
    with pytest.raises(Failure, match="filters: label has the value"):
        look(filters={"label": value})
    assert podman.asked == []


def test_a_filter_that_podman_does_not_know() -> None:
    with pytest.raises(Failure, match=r"^filters: Podman 5.4.2 refuses them \(foo is an invalid filter\)\.$"):
        look(filters={"foo": "x"})
    # Not even where accounts in trouble are let go.
    monkey = Task({**NOTHING, "users": ["shop", "wiki"], "filters": {"foo": "x"}}, False)
    with pytest.raises(Failure, match="filters: Podman 5.4.2 refuses them"):
        look(task=monkey)


@pytest.mark.parametrize("name", ["", "..", ".", "we*", "a b", "a\nb", "-x", "x" * 1001, "../../info", "a/b"])
def test_what_is_no_name(name: str, podman: type[Podman]) -> None:
    with pytest.raises(Failure, match="^name: "):
        look(name=[name])
    if name != "a/b":
        with pytest.raises(Failure, match="^name: "):
            look(kinds.IMAGE, name=[name])
    assert podman.asked == []


def test_a_query_is_judged_before_anybody_is_asked(podman: type[Podman]) -> None:
    with pytest.raises(Failure, match="query: .* character 3"):
        look(query="[?")
    assert podman.asked == []


def test_a_query_takes_the_place_of_the_list() -> None:
    result = look(users=["shop", "wiki"], query="[?State.Running].{a: account, n: Name}")
    assert result["query_result"] == [{"a": "shop", "n": "web"}, {"a": "wiki", "n": "web"}]
    assert "containers" not in result


def test_one_in_trouble_does_not_hide_the_others(podman: type[Podman]) -> None:
    podman.trouble["wiki"] = EngineError("user: the socket of account wiki does not answer.")
    with pytest.raises(Failure) as caught:
        look(users=["wiki", "shop", "nobody-here"])
    assert names(caught.value.facts) == [("shop", "db"), ("shop", "web")]
    assert list(caught.value.facts["without_answer"]) == ["nobody-here", "wiki"]
    assert caught.value.message.endswith("; on_no_answer: warn goes on without them")

    task = Task({**NOTHING, "users": ["wiki", "shop"], "on_no_answer": "warn"}, False)
    result = look(task=task)
    assert names(result) == [("shop", "db"), ("shop", "web")]
    assert list(result["without_answer"]) == ["wiki"]
    assert task.warnings == ["users: no answer about wiki (user: the socket of account wiki does not answer)"]


def test_the_only_one_in_trouble_is_told_as_it_is(podman: type[Podman]) -> None:
    podman.trouble["shop"] = EngineError("user: the socket of account shop does not answer.")
    with pytest.raises(Failure, match="^user: the socket of account shop does not answer.$"):
        look(user="shop")
    assert look(user="shop", on_no_answer="warn")["containers"] == []


def test_all_accounts_are_those_that_linger_and_have_a_socket(
    podman: type[Podman], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_info.os, "geteuid", lambda: 0)
    monkeypatch.setattr(ids, "lingering", lambda: ["shop", "wiki"])
    monkeypatch.setattr(_info.os.path, "exists", lambda path: "2000" in path)
    assert look(users=["all"])["accounts"] == ["shop"]
    monkeypatch.setattr(_info.os.path, "exists", lambda _path: True)
    podman.trouble["wiki"] = EngineError("user: dead.")
    task = Task({**NOTHING, "users": ["all"]}, False)
    assert look(task=task)["accounts"] == ["shop"]
    assert len(task.warnings) == 1
    with pytest.raises(Failure, match="user: dead"):
        look(users=["all"], on_no_answer="fail")
    podman.trouble["shop"] = EngineError("user: dead.")
    with pytest.raises(Failure, match="no answer about shop, wiki"):
        look(users=["all"])
    monkeypatch.setattr(ids, "lingering", list)
    assert look(users=["all"])["containers"] == []


def test_an_empty_list_of_accounts_asks_nobody() -> None:
    with pytest.raises(Failure, match="users: it is empty"):
        look(users=[])


DEEP: Any = []
for _level in range(80):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "answer",
    [
        {"a": 1},
        "x",
        7,
        [7],
        [{"Id": "../../../x"}],
        [{"Id": ".."}],
        [{"Names": ["x"]}],
        [{"Id": "a"}] * (_info.MOST + 1),
    ],
)
def test_hostile_listings_are_refused(answer: Any, podman: type[Podman]) -> None:
    podman.trouble["shop"] = answer
    for kind in (kinds.CONTAINER, kinds.POD):
        with pytest.raises(Failure, match="does not answer like Podman"):
            look(kind, user="shop")
    assert all(path.count("/") <= 2 and ".." not in path for path, _params in podman.asked)


@pytest.mark.parametrize("answer", [{"Id": "c" * 64, "x": DEEP}, {"Id": "../x", "Name": "web"}])
def test_hostile_objects_are_refused(
    answer: Any, podman: type[Podman], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(podman, "find", lambda *_arguments: answer)
    with pytest.raises(Failure, match="does not answer like Podman"):
        look(user="shop")


@pytest.mark.parametrize("answer", [[], "x", 7, None])
def test_what_is_no_object_is_left_out(
    answer: Any, podman: type[Podman], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(podman, "find", lambda *_arguments: answer)
    assert look(user="shop")["containers"] == []
    assert look(user="shop", name=["web"])["containers"] == []


def test_a_volume_is_whole_in_the_listing(podman: type[Podman]) -> None:
    podman.trouble["shop"] = [{"Name": "data", "Labels": {"a": "b"}}]
    result = look(kinds.VOLUME, user="shop")
    assert result["volumes"] == [{"Name": "data", "Labels": {"a": "b"}, "account": "shop", "recorded": False}]
    assert [path for path, _params in podman.asked] == ["volumes/json"]
