# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands around the change of an app: when they run, and what comes of one that fails."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _exec
from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

from .test_run import WEB, Podman, app, converge, plan, podman

__all__ = ["podman"]  # a fixture

BEFORE = {"container": "web", "command": "dump"}
AFTER = {"container": "web", "command": ["warm", "up"]}
FAILED = {"container": "web", "command": "tell"}


class Commands:
    """What was run in containers. ``codes`` are exit codes of first words."""

    def __init__(self) -> None:
        self.run: list[str] = []
        self.codes: dict[str, int] = {}

    def __call__(self, _engine: Any, _identity: str, _name: str, spec: Any, *_more: Any) -> _exec.Done:
        self.run.append(" ".join(spec["Cmd"]))
        return _exec.Done(self.codes.get(spec["Cmd"][0], 0), "said\n", "", False)

    def since(self) -> list[str]:
        """Those since this was asked last."""
        told, self.run = self.run, []
        return told


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    made = Commands()
    monkeypatch.setattr(_exec, "run", made)
    return made


def shop(**env: str) -> dict[str, Any]:
    return app({**WEB, "env": env}, hooks={"before": [BEFORE], "after": [AFTER], "failed": [FAILED]})


def test_at_first_there_is_nothing_before(podman: Podman, commands: Commands) -> None:
    told = converge(podman, shop())
    assert commands.since() == ["warm up"]
    assert plan(told)[-1] == ("exec", "web")
    assert told["apps"][0]["hooks"] == [{"moment": "after", "container": "web", "rc": 0, "lines": ["said"]}]


def test_nothing_changes_nothing_runs(podman: Podman, commands: Commands) -> None:
    converge(podman, shop())
    commands.since()
    assert plan(converge(podman, shop())) == []
    assert commands.since() == []


def test_around_a_change_as_foretold(podman: Podman, commands: Commands) -> None:
    converge(podman, shop())
    commands.since()
    foretold = plan(converge(podman, shop(A="1"), check=True))
    assert commands.since() == []
    assert plan(converge(podman, shop(A="1"))) == foretold
    assert foretold == [("exec", "web"), ("replace", "web"), ("exec", "web")]
    assert commands.since() == ["dump", "warm up"]


def test_nothing_is_touched_when_the_first_fails(podman: Podman, commands: Commands) -> None:
    converge(podman, shop())
    there = podman.named("web")
    commands.codes["dump"] = 4
    commands.since()
    told = converge(podman, shop(A="1"))["apps"][0]
    assert told["failed"]
    assert (
        told["msg"]
        == "hooks.before: container web: the command ended with exit code 4, and expect: [0] is declared: said"
    )
    assert podman.named("web") is there
    assert commands.since() == ["dump"]


def test_the_last_is_made_up_for_by_the_next_run(podman: Podman, commands: Commands) -> None:
    commands.codes["warm"] = 1
    told = converge(podman, shop())["apps"][0]
    assert told["failed"]
    assert commands.since() == ["warm up", "tell"]
    commands.codes.clear()
    foretold = plan(converge(podman, shop(), check=True))
    assert plan(converge(podman, shop())) == foretold == [("exec", "web")]
    assert commands.since() == ["warm up"]
    assert plan(converge(podman, shop())) == []


@pytest.mark.parametrize(
    ("hook", "sentence"),
    [
        (
            {"container": "db", "command": "x"},
            "apps[shop].hooks.before: 'db' is no container of the app (its containers: web); name one of them.",
        ),
        (
            {"container": "web", "command": ""},
            "apps[shop].hooks.before[0].command: it is empty, and a command such as 'ls -l /data' is needed.",
        ),
        (
            {"container": "web", "command": "x", "timeout": 0},
            "apps[shop].hooks.before[0].timeout: 0 was given, and more than 0 seconds are needed.",
        ),
    ],
)
def test_refused(hook: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Failure) as refused:
        read([app(WEB, hooks={"before": [hook]})], set())
    assert str(refused.value) == sentence
