# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What services that were stopped on their way left behind."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _account, _engine, _services
from ansible_collections.rootless.podman.plugins.module_utils._service_states import UNIT_LABEL
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_podman import FakePodman
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_systemd import ACCOUNT


def test_sweep_takes_what_those_services_made_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    podman = FakePodman()
    monkeypatch.setattr(_account, "call_as", lambda _account, work, *arguments: work(*arguments))
    monkeypatch.setattr(_engine, "Engine", lambda _account: podman)

    def make(kind: str, name: str, service: str, **more: Any) -> str:
        labels = {UNIT_LABEL: service} if service else {}
        return podman.write("POST", f"{kind}/create", None, {"name": name, "labels": labels, **more})["Id"]

    for name, service in (("app", "app-pod.service"), ("other", "other-pod.service")):
        pod = make("pods", name, service)
        make("containers", f"{name}-one", f"{name}-one.service", image="img", pod=pod)
    make("containers", "web", "web.service", image="img")
    make("containers", "by-hand", "", image="img")
    # What stands in a pod goes with it, though its own service was never started.
    _services.sweep(ACCOUNT, ["app-pod.service", "web.service"])
    kept = sorted(each.name for each in podman.containers.values() if not each.infra)
    assert ([each.name for each in podman.pods.values()], kept) == (["other"], ["by-hand", "other-one"])


@pytest.mark.parametrize(
    ("verb", "answers", "tried"),
    [
        (
            "restart",
            ["A dependency job for m.service failed.", "A dependency job for m.service failed.", ""],
            ["restart", "start", "start"],
        ),
        ("restart", ["Job for m.service failed."], ["restart"]),
        ("start", ["A dependency job for m.service failed."], ["start"]),
    ],
)
def test_a_pod_that_stops_with_its_last_container_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, verb: str, answers: list[str], tried: list[str]
) -> None:
    asked, left = [], list(answers)

    def try_start(_account: Any, how: str, *_words: Any) -> str:
        asked.append(how)
        return left.pop(0)

    monkeypatch.setattr(_services._manager, "try_start", try_start)
    monkeypatch.setattr(_services.time, "sleep", lambda _seconds: None)
    assert (_services.try_start(ACCOUNT, verb, ["m.service"], 1.0), asked) == (answers[-1], tried)
