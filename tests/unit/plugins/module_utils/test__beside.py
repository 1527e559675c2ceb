# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploys beside the old version, against a Podman and an HAProxy in memory: no moment without a version that answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import (
    _account,
    _beside,
    _engine,
    _key,
    _operations,
    _parallel,
    _switch,
    _switching,
)
from ansible_collections.rootless.podman.plugins.module_utils._account import Account
from ansible_collections.rootless.podman.plugins.module_utils._apps import account as accounts
from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import (
    KILLED_AFTER,
    KILLED_BEFORE,
    LOST,
    REFUSED,
    FakePodman,
    Killed,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import (
    KEY,
    Clock,
    one_after_the_other,
)

SWITCH = {"image": "img", "publish": "127.0.0.1:8080", "port": 9000, "check": "/healthz"}
MAINT, DRAIN, UNRESOLVED = 1, 8, 32


class Podman(FakePodman):
    """A Podman whose container web-switch is an HAProxy."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.account = Account("shop", 1000, 1000, str(home), "")
        self.flags: dict[str, int] = {}
        self.ports: dict[str, int] = {}
        self.fqdns: dict[str, str] = {}
        self.process = 1
        self.open = 0  # requests that the old version still answers
        self.watched = False
        self.gaps: list[str] = []

    def admit(self, _method: str, path: str) -> None:
        assert not self.check, path
        self.admitted += 1

    def _serve(self, method: str, path: str, params: dict, body: Any) -> Any:
        if path in ("networks/json", "volumes/json"):
            return []
        if path.endswith("/kill"):
            assert params == {"signal": "SIGUSR2"}
            assert os.path.exists(f"{self.run}/state")
            kept = dict(self.flags), dict(self.fqdns)
            self.load()
            self.flags.update(kept[0])
            self.fqdns.update(kept[1])
            self.process += 1
            return None
        answer = super()._serve(method, path, params, body)
        self.look(f"{method} {path}")
        return answer

    def _containers_start(self, each: Any, params: dict, body: Any) -> None:
        fresh = not each.running
        super()._containers_start(each, params, body)
        if each.name == "web-switch" and fresh:
            self.load()

    def _inspect(self, each: Any) -> dict:
        shown = super()._inspect(each)
        address = f"10.0.0.{int(each.id, 16)}" if each.running else ""
        networks = {name: {"IPAddress": address} for name in shown["NetworkSettings"]["Networks"]}
        return {**shown, "NetworkSettings": {"Networks": networks}}

    # HAProxy

    @property
    def run(self) -> str:
        return f"{self.account.home}/apps/shop/.web-switch/run"

    def load(self) -> None:
        told = _switch.settings_of(Path(self.run, "../conf/haproxy.cfg").read_text())
        for colour in _switch.COLOURS:
            self.flags[colour] = 0 if told["leads"] == colour else MAINT
            self.ports[colour] = told["port"]
            self.fqdns[colour] = f"web-{told['leads']}"

    def colour(self, name: str) -> Any:
        """The container to which a colour's server leads, as DNS has it."""
        there = [
            each
            for each in self.containers.values()
            if each.running
            and self.fqdns.get(name) in each.body.get("Networks", {}).get("inner", {}).get("aliases", [])
        ]
        return there[-1] if there else None

    def look(self, after: str) -> None:
        """Whether a request that came now would be answered."""
        switch = self.named("web-switch")
        if not self.watched or switch is None or not switch.running:
            return
        for name in _switch.COLOURS:
            found = self.colour(name)
            if not self.flags[name] and (found is None or "SICK" in found.body.get("env", {})):
                self.gaps.append(f"{name} leads after {after}")
        if all(self.flags.values()):
            self.gaps.append(f"nothing leads after {after}")

    def talk(self, traffic: Any, name: str, words: bytes, quiet: bool) -> bytes:
        switch = self.named("web-switch")
        if switch is None or not switch.running:
            if quiet:
                return b""
            raise traffic._fails("does not answer")()
        answer = self.answer(name, words.decode().strip())
        self.look(words.decode())
        return answer.encode()

    def answer(self, name: str, words: str) -> str:
        if name != "admin.sock":
            found = self.colour(name.split(".", maxsplit=1)[0])
            assert words.startswith("GET /healthz HTTP/1.0")
            bad = found is None or "SICK" in found.body.get("env", {})
            return f"HTTP/1.1 {503 if bad else 200} x\r\n\r\nbody"
        if words == "show info":
            return f"Name: HAProxy\nPid: {self.process}\n"
        if words.startswith("show stat"):
            left, self.open = self.open, max(0, self.open - 1)
            return "# pxname,svname,qcur,scur\n" + "".join(f"app,{each},0,{left}\n" for each in self.flags)
        if words == "show servers state":
            return "1\n# be_name srv_name srv_addr srv_admin_state srv_port srv_fqdn\n" + "".join(
                f"{place} {each} {self.address(each)} {self.shown(each)} {self.ports[each]} {self.fqdns[each]}\n"
                for each in _switch.COLOURS
                for place in ("app", f"probe_{each}")
            )
        _set, _server, server, what, value, *rest = words.split()
        place, colour = server.split("/")
        if what == "fqdn":
            self.fqdns[colour] = value
            return "changed"
        if what == "addr":
            self.ports[colour] = int(rest[1])
            return "changed"
        if place == "app":
            self.flags[colour] = {"ready": 0, "maint": MAINT, "drain": DRAIN}[value]
        return ""

    def shown(self, colour: str) -> int:
        return self.flags[colour] | (0 if self.colour(colour) else UNRESOLVED)

    def address(self, colour: str) -> str:
        found = self.colour(colour)
        return f"10.0.0.{int(found.id, 16)}" if found else "-"


@pytest.fixture
def podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Podman:
    made = Podman(tmp_path)
    clock = Clock()
    monkeypatch.setattr(_parallel, "in_parallel", one_after_the_other)
    for room in (_operations, _switching, _beside):
        monkeypatch.setattr(room, "time", clock)
    monkeypatch.setattr(_switching.Traffic, "_talk", _talking(made))
    monkeypatch.setattr(_engine, "Engine", lambda _account, check: _in_mode(made, check))
    monkeypatch.setattr(_key, "record_key", lambda _account, _engine: KEY)
    monkeypatch.setattr(_account, "require_linger", lambda _account: None)
    return made


def _talking(podman: Podman) -> Any:
    """Stands in for the method: what is set on a class has to be a function."""

    def talk(traffic: Any, name: str, words: bytes, quiet: bool) -> bytes:
        return podman.talk(traffic, name, words, quiet)

    return talk


def _in_mode(podman: Podman, check: bool) -> Podman:
    podman.check, podman.calls = check, 0
    return podman


def web(version: int, **more: Any) -> dict[str, Any]:
    env = {"V": str(version), **more.pop("env", {})}
    return {"name": "web", "image": "img", "networks": ["inner"], "switch": SWITCH, "env": env, **more}


def converge(podman: Podman, *containers: dict[str, Any], check: bool = False, **more: Any) -> dict[str, Any]:
    declared = read([{"name": "shop", "user": "shop", "containers": list(containers)}], set(), "podman")
    try:
        whole = accounts.converge(
            podman.account, {"shop": accounts.Job(declared, check, False, False, **more)}
        )
        return whole["apps"][0]
    finally:
        podman.check = False


def plan(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(step["action"], step["name"]) for step in told["plan"]]


def version(podman: Podman) -> list[str]:
    """What answers requests."""
    return [podman.colour(name).body["env"]["V"] for name, flags in podman.flags.items() if not flags]


def names(podman: Podman) -> list[str]:
    return sorted(each.name for each in podman.containers.values())


def test_the_first_version_comes_with_its_switch_and_the_second_run_changes_nothing(podman: Podman) -> None:
    told = converge(podman, web(1))
    assert told["msg"] == ""
    assert plan(told) == [("create", "web-switch"), ("create", "web")]
    assert version(podman) == ["1"]
    assert podman.named("web").body["labels"]["rootless.podman.colour"] == "blue"
    assert not converge(podman, web(1))["changed"]


def test_a_deploy_moves_the_traffic_and_leaves_nothing(podman: Podman) -> None:
    converge(podman, web(1))
    podman.watched, podman.open = True, 5
    foretold = converge(podman, web(2), check=True)
    told = converge(podman, web(2))
    assert plan(foretold) == plan(told) == [(stage, "web") for stage in _switch.STAGES]
    assert (version(podman), names(podman), podman.gaps) == (["2"], ["web", "web-switch"], [])
    assert podman.named("web").body["labels"]["rootless.podman.colour"] == "green"
    assert not converge(podman, web(2))["changed"]
    converge(podman, web(3))
    assert (version(podman), podman.gaps) == (["3"], [])
    assert podman.named("web").body["labels"]["rootless.podman.colour"] == "blue"


def test_requests_that_take_too_long_are_told(podman: Podman) -> None:
    converge(podman, web(1))
    podman.open = 1000
    told = converge(podman, web(2))
    assert not told["failed"]
    assert (
        "requests of the old version were not answered within drain_timeout, 30 seconds"
        in told["warnings"][0]
    )


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"BREAKS": "yes"}, "exited with code 1"),
        ({"SICK": "1"}, "GET /healthz on port 9000 was still answered with 503"),
    ],
)
def test_a_bad_version_gets_no_request_and_goes(podman: Podman, env: dict[str, str], says: str) -> None:
    converge(podman, web(1))
    old = podman.named("web").id
    podman.watched = True
    told = converge(podman, web(2, env=env))
    assert told["failed"]
    assert says in told["msg"]
    assert told["step"]["action"] == "start_beside"
    assert "the new web was removed" in told["rolled_back"]
    assert (version(podman), names(podman), podman.gaps) == (["1"], ["web", "web-switch"], [])
    assert podman.named("web").id == old
    assert not converge(podman, web(1))["changed"]


def test_a_later_step_that_fails_brings_the_old_version_back(podman: Podman) -> None:
    converge(podman, web(1))
    podman.watched = True
    after = {"name": "after", "image": "img", "env": {"BREAKS": "yes"}, "depends_on": ["web"]}
    told = converge(podman, web(2), after)
    assert "requests go to the old web again" in told["rolled_back"]
    assert (version(podman), names(podman), podman.gaps) == (["1"], ["web", "web-switch"], [])
    assert not converge(podman, web(1))["changed"]


def test_one_that_was_replaced_until_now_gets_its_switch(podman: Podman) -> None:
    plain = {**web(1), "publish": ["8080:9000"]}
    del plain["switch"]
    converge(podman, plain)
    told = converge(podman, web(1))
    assert plan(told) == [("create", "web-switch"), ("replace", "web")]
    assert version(podman) == ["1"]
    assert not converge(podman, web(1))["changed"]


def test_another_port_is_a_deploy_and_a_reload(podman: Podman) -> None:
    converge(podman, web(1))
    podman.watched = True
    moved = {**web(2), "switch": {**SWITCH, "port": 9001}}
    assert plan(converge(podman, moved)) == [(stage, "web") for stage in _switch.STAGES]
    assert (podman.process, podman.gaps, version(podman)) == (2, [], ["2"])
    assert not converge(podman, moved)["changed"]


def test_a_configuration_that_somebody_took_away_is_written_again(podman: Podman) -> None:
    converge(podman, web(1))
    Path(podman.run, "../conf/haproxy.cfg").unlink()
    assert plan(converge(podman, web(1))) == [("reload", "web-switch")]
    assert not converge(podman, web(1))["changed"]


def test_a_restart_is_a_deploy(podman: Podman) -> None:
    converge(podman, web(1))
    podman.watched = True
    told = converge(podman, {**web(1), "force_restart": True})
    assert plan(told) == [(stage, "web") for stage in _switch.STAGES]
    assert podman.gaps == []


@pytest.mark.parametrize("how", [KILLED_BEFORE, KILLED_AFTER, REFUSED, LOST])
def test_whatever_call_goes_wrong_something_answers_and_the_next_run_ends_on_the_new_version(
    podman: Podman, how: str
) -> None:
    converge(podman, web(0))
    podman.watched = True
    number = at = 0
    while True:
        number, at = number + 1, at + 1
        podman.hurt(how, 0)
        podman._hurt_at = at
        calls = 0
        try:
            told = converge(podman, web(number))
            calls = podman.calls
            failed = told["failed"]
        except Killed:
            failed = True
        podman.heal()
        assert podman.gaps == [], f"call {at} {how}"
        told = converge(podman, web(number))
        assert not told["failed"], f"call {at} {how}: {told['msg']}"
        assert podman.gaps == [], f"after call {at} {how}"
        assert (version(podman), names(podman)) == ([str(number)], ["web", "web-switch"]), f"call {at} {how}"
        assert not converge(podman, web(number))["changed"], f"call {at} {how}"
        if not failed and calls < at:
            break
    assert at > 15
