# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several unit tests share: a key, tasks against the Podman in memory, a clock that needs no time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Callable

from hypothesis import settings
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import _road
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import FakePodman

# The same examples in every run, nothing kept on disk, no clock: this machine may be busy.
house = settings(max_examples=100, deadline=None, derandomize=True, database=None)

# What no name, path or option may hold, and text that may hold it.
CONTROL = "".join(chr(number) for number in [*range(32), 127])
printable = st.text(st.characters(exclude_characters=CONTROL, exclude_categories=["Cs"]), max_size=20)
hostile = st.builds(
    lambda before, bad, after: before + bad + after, printable, st.sampled_from(CONTROL), printable
)
junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.binary(max_size=4),
    st.text("0123456789", min_size=300, max_size=400), st.text("0123456789.-:/,=[]kmgb", max_size=12),
    st.sampled_from(["1e300", "9" * 400 + "s", "²", "١٢", "RTMIN+99", "-", ":", "[", '["a"', "'", "::1", "a=b", "0"]),
    st.lists(st.one_of(st.text(max_size=5), st.none(), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=5), st.one_of(st.text(max_size=5), st.none(), st.integers()), max_size=3),
)  # fmt: skip

KEY = b"k" * 32
CONTAINER = {"name": "web", "image": "img"}


class Clock:
    """Stands in for the module ``time``: sleeping takes no time, and each time at least a second has gone by."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 1.0)


def container(podman: FakePodman, check: bool = False, **params: Any) -> dict[str, Any]:
    """One run of the module ``container``, from its parameters to its result."""
    return _travel(_road.travel_container, podman, check, {**CONTAINER, **params})


def pod(podman: FakePodman, check: bool = False, **params: Any) -> dict[str, Any]:
    """One run of the module ``pod``."""
    return _travel(_road.travel_pod, podman, check, {"name": "app", **params})


def _travel(road: Any, podman: FakePodman, check: bool, params: dict[str, Any]) -> dict[str, Any]:
    podman.check = check
    try:
        # ``definition`` is checked and completed as Ansible does with the parameters of a task.
        return road(Task({"definition": params}, check), podman, KEY)
    finally:
        podman.check = False


def one_after_the_other(work: Callable[[Any], Any], items: Iterable[Any], at_once: int = 1) -> list[Any]:
    """Stands in for ``_parallel.in_parallel``: the same promise without threads, in one order."""
    done, failure = [], None
    for each in items:
        try:
            done.append(work(each))
        except Exception as error:
            failure = failure or error
    if failure is not None:
        raise failure
    return done


def checked_once(check: Callable[..., Any]) -> Callable[..., Any]:
    """Stands in for ``_wanted._checked``, which takes most of the time of a run here: the same, remembered."""
    known: dict[str, Any] = {}

    def checked(params: Any, arguments: Any, where: str) -> Any:
        told = json.dumps([params, sorted(arguments), where], sort_keys=True)
        if told not in known:
            known[told] = check(params, arguments, where)
        return known[told]

    return checked


def steps_of(result: dict[str, Any]) -> list[tuple[str, str]]:
    """The plan of a result in short: what is done to what."""
    return [(step["action"], step["name"]) for step in result["plan"]]
