# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who waits for whom."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._apps import order
from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._course import Course
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._plan import Step


def one(name: str, needs: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "image": "img", **({"depends_on": needs} if needs is not None else {}), **more}


def course(*containers: dict[str, Any], pods: Any = ()) -> Course:
    raw = {"name": "shop", "containers": list(containers), "pods": list(pods)}
    app = read([raw], set())[0]
    return order.course(app.where, [*app.raw["pods"], *app.raw["containers"]], app.units)


@pytest.mark.parametrize(
    ("raw", "needs"),
    [
        (None, {}),
        ("db", {"db": "started"}),
        (["db", "cache"], {"db": "started", "cache": "started"}),
        ({"db": "healthy"}, {"db": "healthy"}),
        ({"db": None}, {"db": "started"}),
        ({"db": {"condition": "service_healthy"}}, {"db": "healthy"}),
        ({"db": {"condition": "service_completed_successfully"}, "x": "completed"}, {"db": "completed", "x": "completed"}),
    ],
)  # fmt: skip
def test_lists_and_maps_as_compose_has_them(raw: Any, needs: dict[str, str]) -> None:
    assert order.needs_of(raw, "") == needs


@pytest.mark.parametrize(
    "raw", [3, [3], {"db": "ready"}, {"db": {"condition": "x"}}, {"db": {"restart": True}}]
)
def test_anything_else_is_refused(raw: Any) -> None:
    with pytest.raises(Failure, match="depends_on"):
        order.needs_of(raw, "")


def test_stages_follow_what_depends_on_what() -> None:
    found = course(
        one("web", {"db": "healthy", "migrate": "completed"}), one("db"), one("migrate", ["db"]), one("aside")
    )
    assert found.stages == {"db": 0, "aside": 0, "migrate": 1, "web": 2}
    assert found.once == {"migrate"}
    assert found.needs["web"] == {"db": "healthy", "migrate": "completed"}


def test_what_podman_itself_would_start_early_is_no_stage_later() -> None:
    found = course(
        one("web", requires=["db"]), one("db", ["first"]), one("first"), one("side", network="container:web")
    )
    assert found.stages == {"first": 0, "db": 1, "web": 2, "side": 3}


def test_a_container_of_a_pod_speaks_for_the_pod() -> None:
    found = course(one("db"), pods=[{"name": "p", "containers": [one("a", {"db": "healthy"}), one("b")]}])
    assert found.stages == {"db": 0, "p": 1, "a": 1, "b": 1}
    assert found.needs["b"] == {"db": "healthy"}


def test_a_stage_begins_with_a_look_at_what_it_depends_on() -> None:
    found = course(one("web", {"db": "healthy", "cache": "started"}), one("db"), one("cache"))
    steps = [Step("start", "container", name) for name in ("web", "db", "cache")]
    first, second = found.split(steps)
    assert [step.name for step in first] == ["db", "cache"]
    assert found.awaited(first) == []
    assert found.awaited(second) == [("db", "healthy", "web")]


@pytest.mark.parametrize(
    ("containers", "pods", "says"),
    [
        ([one("a", ["b"]), one("b", ["a"])], [], "a, b depend on each other in a circle"),
        ([one("a", ["a"])], [], "a depends on a, which is no other"),
        ([one("a", ["b"]), one("b", state="stopped")], [], "which is declared as stopped"),
        ([one("a", {"p": "healthy"})], [{"name": "p", "containers": [one("b")]}], "p is a pod; name the container"),
        ([one("a", {"b": "completed"})], [{"name": "p", "containers": [one("b")]}], "does not run once"),
        ([], [{"name": "p", "containers": [one("a", ["b"]), one("b")]}], "which is in the same pod"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(containers: Any, pods: Any, says: str) -> None:
    with pytest.raises(Failure, match=says):
        course(*containers, pods=pods)
