# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a container or pod lives whose task leaves the runtime open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._module import Task
from ansible_collections.rootless.podman.plugins.module_utils import (
    _generator,
    _open_runtime,
    _service_road,
)
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._pod_text import texts_of
from ansible_collections.rootless.podman.plugins.module_utils._state import Found, Survey
from ansible_collections.rootless.podman.plugins.module_utils._unit_folder import Folder
from ansible_collections.rootless.podman.plugins.module_utils._wanted import POD_SPEC, defined, pod_of
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_systemd import (
    FakeSystemd,
    prepared,
    run,
    twice,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import (
    KEY,
)


@pytest.fixture(name="host")
def _host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeSystemd:
    return prepared(monkeypatch, tmp_path / "units")


def auto(check: bool = False, **params: Any) -> dict[str, Any]:
    """One run of the module ``container`` that leaves the runtime open."""
    return run(check, **{"runtime": "auto", **params})


def where(host: FakeSystemd, **params: Any) -> str:
    """The runtime of a container that check mode foretells, and that stays there."""
    done = twice(host, **{"runtime": "auto", **params})
    assert auto(check=True, **params)["runtime"] == done["runtime"]
    assert bool(host.files) == (done["runtime"] == "systemd")
    return str(done["runtime"])


@pytest.mark.parametrize("state", ["started", "present", "created", "stopped"])
def test_a_new_one_goes_into_a_unit(host: FakeSystemd, state: str) -> None:
    assert where(host, state=state) == "systemd"


def test_the_default_is_open(host: FakeSystemd) -> None:
    done = _service_road.work(Task({"user": "shop", "definition": {"name": "web", "image": "img"}}, False))
    assert (done["runtime"], sorted(host.files)) == ("systemd", ["web.container"])


@pytest.mark.parametrize(
    "params",
    [{"cgroup_parent": "a.slice"}, {"rm": False}, {"spec_fields": {"labels": {}}}, {"command": ["a", ""]}],
)
def test_what_no_unit_can_hold_stays_with_podman(host: FakeSystemd, params: dict[str, Any]) -> None:
    assert where(host, **params) == "podman"


def test_a_host_without_quadlet_has_no_units(host: FakeSystemd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_generator, "is_there", lambda: False)
    assert where(host) == "podman"


def test_an_older_podman_has_no_units(host: FakeSystemd) -> None:
    host.podman.version, host.podman.version_text = (4, 5, 0), "4.5.0"
    assert where(host) == "podman"


def test_each_stays_where_it_lives(host: FakeSystemd) -> None:
    made = run(runtime="podman")["container"]["id"]
    assert where(host) == "podman"
    assert host.podman.named("web").id == made
    assert where(host, env={"A": "1"}) == "podman"
    run(env={"A": "1"})
    assert where(host, env={"A": "1"}) == "systemd"
    assert where(host, env={"A": "2"}, state="stopped") == "systemd"


def test_one_in_a_unit_does_not_leave_it_for_what_a_unit_cannot_do(host: FakeSystemd) -> None:
    auto()
    with pytest.raises(Failure, match="cgroup_parent"):
        auto(cgroup_parent="a.slice")
    assert host.podman.named("web").running


def test_a_unit_of_others_is_left_alone(host: FakeSystemd) -> None:
    host.edit("[Container]\nImage=img\n")
    assert auto()["runtime"] == "podman"
    assert host.unit() == "[Container]\nImage=img\n"


@pytest.mark.parametrize("tail", ["", ".rp-new", ".rp-old"])
def test_what_a_killed_run_left_belongs_to_podman(host: FakeSystemd, tail: str) -> None:
    made = run(runtime="podman")["container"]["id"]
    host.podman.containers[made].name = "web" + tail
    assert auto()["runtime"] == "podman"


@pytest.mark.parametrize("params", [{"requires": ["db"]}, {"network": "container:db"}])
@pytest.mark.parametrize("runtime", ["podman", "systemd"])
def test_it_lives_where_those_live_that_it_cannot_be_without(
    host: FakeSystemd, params: dict[str, Any], runtime: str
) -> None:
    run(name="db", runtime=runtime)
    assert auto(**params)["runtime"] == runtime
    assert auto(**params)["plan"] == []


def test_a_task_about_the_state_alone_makes_nothing(host: FakeSystemd) -> None:
    with pytest.raises(Failure, match="image"):
        auto(image=None)
    assert auto(image=None, state="absent")["changed"] is False
    assert (host.files, host.podman.containers) == ({}, {})


# Pods


class Units(Folder):
    """A folder of units, as far as it is read."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def text(self, name: str) -> str | None:
        """A unit's text."""
        return self.texts.get(name)


def wanted_pod(**params: Any) -> Any:
    return pod_of({**defined({"definition": {"name": "shop", **params}}, POD_SPEC)})


MEMBERS = [{"name": "web", "image": "img"}]


@pytest.mark.parametrize(
    ("params", "version", "taken"),
    [
        ({"containers": MEMBERS}, "5.4.2", True),
        ({"containers": []}, "5.4.2", True),
        ({"containers": MEMBERS, "state": "stopped"}, "5.4.2", True),
        ({"containers": MEMBERS}, "4.9.3", False),
        ({"publish": ["8080:80"]}, "5.4.2", False),
        ({"containers": MEMBERS, "memory": "64m"}, "5.4.2", False),
        ({"containers": [{**MEMBERS[0], "init_ctr": "once"}]}, "5.4.2", False),
        ({"containers": [{**MEMBERS[0], "name": "shop-pod"}]}, "5.4.2", False),
    ],
)
def test_new_pods(params: dict[str, Any], version: str, taken: bool) -> None:
    pod = wanted_pod(**params)
    assert _open_runtime.takes_pod(pod, Survey(), Units({}), KEY, version) is taken


@pytest.mark.parametrize(
    ("pods", "containers", "taken"),
    [
        ([], [], True),
        (["shop"], [], False),
        (["shop.rp-new"], [], False),
        ([], ["web"], False),
        ([], ["web.rp-old"], False),
        ([], ["other"], True),
    ],
)
def test_pods_stay_where_they_live(pods: list[str], containers: list[str], taken: bool) -> None:
    survey = Survey()
    survey.pods = {name: {} for name in pods}
    survey.containers = {name: Found(name, name, {}) for name in containers}
    pod = wanted_pod(containers=MEMBERS)
    assert _open_runtime.takes_pod(pod, survey, Units({}), KEY, "5.4.2") is taken


def test_containers_of_units_may_come_into_the_units_of_a_pod() -> None:
    """A pod of units that is taken down by hand leaves the units of its containers, which its task puts right."""
    pod = wanted_pod(containers=MEMBERS)
    survey = Survey()
    survey.containers = {"web": Found("web", "web", {})}
    units = Units(texts_of(pod, KEY, "5.4.2", {}))
    assert _open_runtime.takes_pod(pod, survey, units, KEY, "5.4.2")
