# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pods in units: what their texts say, what is found of them, and what has to happen to all units together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _unit_plan
from ansible_collections.rootless.podman.plugins.module_utils._container_wanted import bound
from ansible_collections.rootless.podman.plugins.module_utils._containers import Planner
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._options import Facts
from ansible_collections.rootless.podman.plugins.module_utils._plan import CHANGED, Reason
from ansible_collections.rootless.podman.plugins.module_utils._pod_text import (
    texts_of,
    unit_of_pod_name,
    units_of,
)
from ansible_collections.rootless.podman.plugins.module_utils._pod_units import (
    PodThere,
    outlined,
    plan,
    states,
    there,
)
from ansible_collections.rootless.podman.plugins.module_utils._quadlet import render
from ansible_collections.rootless.podman.plugins.module_utils._quadlet_keys import unit_name
from ansible_collections.rootless.podman.plugins.module_utils._resources.pod import KIND, TABLE
from ansible_collections.rootless.podman.plugins.module_utils._resources.pod_unit import unit_of_pod
from ansible_collections.rootless.podman.plugins.module_utils._service_plan import There
from ansible_collections.rootless.podman.plugins.module_utils._service_text import (
    is_untouched,
    pod_of_text,
    recorded,
    unit_of_name,
)
from ansible_collections.rootless.podman.plugins.module_utils._state import Found, Survey
from ansible_collections.rootless.podman.plugins.module_utils._unit_plan import Seen
from ansible_collections.rootless.podman.plugins.module_utils._wanted import POD_SPEC, pod_of
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import KEY

IMAGE = "docker.io/library/busybox:1.37"
WEB: dict[str, Any] = {"name": "web", "image": IMAGE, "requires": ["db"]}
DB: dict[str, Any] = {"name": "db", "image": IMAGE, "healthcheck": "true"}


def text(version: str = "5.8.0", **params: object) -> str:
    return render(unit_of_pod("shop", TABLE.parse(params), version))


def pod(**params: object) -> Any:
    declared = {name: argument.get("default") for name, argument in POD_SPEC.items()}
    return pod_of({**declared, "name": "shop", "containers": [WEB, DB], **params})


def texts(version: str = "5.8.0", **params: object) -> dict[str, str]:
    return texts_of(pod(**params), KEY, version, {})


def test_a_pod_as_people_write_it() -> None:
    said = {
        "publish": ["127.0.0.1:8080:80"],
        "userns": "nomap",
        "network": ["inner:ip=10.1.1.1,alias=a"],
        "share": "ipc,net",
        "add_host": {"db": "10.0.0.1"},
        "restart_policy": "always",
        "label": {"said": 'costs 5 $, "100 %"'},
    }
    assert text(**said) == (
        "[Pod]\n"
        "PodName=shop\n"
        'Label="said=costs 5 $$, \\"100 %%\\""\n'
        "PublishPort=127.0.0.1:8080:80/tcp\n"
        "Network=inner:ip=10.1.1.1,alias=a\n"
        "UserNS=nomap\n"
        'PodmanArgs="--share=ipc,net"\n'
        "AddHost=db:10.0.0.1\n"
        "ExitPolicy=continue\n"
        "\n"
        "[Service]\n"
        "Restart=always\n"
    )
    old = text("5.0.0", **said).splitlines()
    assert 'PodmanArgs="--userns=nomap"' in old
    assert 'PodmanArgs="--exit-policy=continue"' in old
    assert 'PodmanArgs="--label=said=costs 5 $$, \\"100 %%\\""' in old


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ({"ip": "10.88.0.9"}, "Network=podman"),
        ({"ip": "10.1.0.9", "network": ["inner"]}, "IP=10.1.0.9"),
        ({"network": ["host"]}, "Network=host"),
        ({"network": ["pasta:-a,10.0.2.2"]}, "Network=pasta:-a,10.0.2.2"),
        ({"infra_command": ["sleep", "infinity"]}, 'PodmanArgs="--infra-command=sleep infinity"'),
        ({"exit_policy": "stop"}, "ExitPolicy=stop"),
        ({"no_hosts": True}, 'PodmanArgs="--no-hosts=true"'),
        ({"dns_opt": ["ndots:2"]}, "DNSOption=ndots:2"),
    ],
)
def test_keys_and_flags(params: dict, line: str) -> None:
    assert line in text(**params).splitlines()


@pytest.mark.parametrize(
    "params",
    [
        {"infra": False},
        {"share": "none"},
        {"infra_conmon_pidfile": "/x"},
        {"ipc": "host"},
        {"restart_policy": "on-failure:3"},
        {"memory": "1g"},
        {"cgroup_parent": "x.slice"},
        {"spec_fields": {"a": 1}},
        {"infra_command": ["sh", "-c", "sleep 1"]},
    ],
)
def test_what_a_unit_cannot_do(params: dict) -> None:
    with pytest.raises(Failure) as caught:
        text(**params)
    assert caught.value.message.startswith(f"{next(iter(params))}: ")
    assert (
        "runtime: podman" in caught.value.message
        or "leave" in caught.value.message
        or "declare" in caught.value.message
    )


def test_the_units_of_a_pod() -> None:
    found = texts(restart_policy="always", label={"a": "b"})
    assert list(found) == ["shop.pod", "web.container", "db.container"]
    for each in found.values():
        assert is_untouched(each)
        assert not is_untouched(each + "\n[Unit]\nDescription=other\n")
    assert "WantedBy=default.target" in found["shop.pod"]
    web = found["web.container"].splitlines()
    assert {"Pod=shop.pod", "Requires=db.service", "After=db.service", "Restart=always"} <= set(web)
    assert not any(line.startswith("WantedBy") for line in web)
    assert "Notify=healthy" in found["db.container"].splitlines()
    assert pod_of_text(found["web.container"]) == "shop"
    # Records are read back, whichever way the version has for labels.
    for version in ("5.8.0", "5.4.2"):
        assert recorded(texts(version, hostname="h")["shop.pod"], KEY, "shop", KIND) is not None


def test_which_units_are_a_pods() -> None:
    found = texts()
    tree = {
        **found,
        "sub/web.container": found["web.container"],
        "raw.container": "[Container]\nPod=shop.pod\n",
    }
    tree["other.container"] = found["web.container"].replace("Pod=shop.pod", "Pod=other.pod")
    assert units_of(tree, "shop") == found


@pytest.mark.parametrize(
    ("version", "params", "says"),
    [
        ("4.9.0", {}, "needs Podman 5.0 or newer for pods"),
        ("5.8.0", {"containers": [{"name": "shop-pod", "image": IMAGE}]}, r"containers\[shop-pod\]"),
        ("5.8.0", {"containers": [{**DB, "init_ctr": "always"}]}, "init_ctr"),
    ],
)
def test_what_is_refused(version: str, params: dict, says: str) -> None:
    with pytest.raises(Failure, match=says) as caught:
        texts(version, **params)
    assert len(caught.value.message.splitlines()) == 1


def test_who_is_bound_to_whom() -> None:
    assert bound(
        {"requires": ["a"], "network": {"mode": "container", "value": "b"}, "pid": "container:c"}
    ) == {
        "a",
        "b",
        "c",
    }


# What is there.


def container(name: str, in_pod: str, service: str = "", running: bool = True) -> Found:
    labels = {"PODMAN_SYSTEMD_UNIT": service} if service else {}
    state = {"Status": "running" if running else "exited"}
    return Found(
        name, f"id-{name}", {"Name": name, "Pod": in_pod, "Config": {"Labels": labels}, "State": state}
    )


def listed(name: str, of_unit: bool = False, running: bool = True) -> dict[str, Any]:
    labels = {"PODMAN_SYSTEMD_UNIT": f"{name}-pod.service"} if of_unit else {}
    return {"Name": name, "Id": f"id-{name}", "State": "Running" if running else "Exited", "Labels": labels}


def seen_there(survey: Survey, before: dict[str, str] | None = None, **params: object) -> PodThere:
    found = there(pod(**params), survey, Planner(survey, Facts((5, 8, 0)), KEY), before or {})
    return PodThere.read(json.loads(json.dumps(found.told())))


@pytest.mark.parametrize(
    ("pods", "old", "proven", "stray"),
    [
        ([], False, "", ""),
        ([listed("shop")], True, "", ""),
        ([listed("shop", of_unit=True)], False, "", ""),
        ([listed("shop"), listed("shop.rp-new", running=False)], True, "", "id-shop.rp-new"),
        ([listed("shop"), listed("shop.rp-new")], True, "", "id-shop.rp-new"),
        ([listed("shop", running=False), listed("shop.rp-new")], True, "id-shop.rp-new", ""),
        ([listed("shop.rp-new", running=False)], False, "id-shop.rp-new", ""),
        ([listed("shop", of_unit=True), listed("shop.rp-new", running=False)], False, "id-shop.rp-new", ""),
    ],
)
def test_what_a_killed_run_left(pods: list[dict[str, Any]], old: bool, proven: str, stray: str) -> None:
    found = seen_there(Survey(pods={each["Name"]: each for each in pods}))
    assert (bool(found.old), found.proven, found.stray) == (old, proven, stray)
    assert states("present", found) == ("started" if proven or (old and found.old["running"]) else "present")  # type: ignore[index]
    assert states("stopped", found) == "stopped"


def test_whose_containers_are_in_it() -> None:
    survey = Survey(
        pods={"shop": listed("shop", of_unit=True)},
        containers={
            each.name: each
            for each in (container("web", "id-shop", "web.service"), container("guest", "id-shop"))
        },
    )
    assert seen_there(survey).foreign == ("guest",)
    survey.containers["db"] = container("db", "")
    with pytest.raises(Failure, match="container db exists already, outside pod shop"):
        seen_there(survey)


def test_what_the_task_says_differently_is_read_from_the_unit_of_one_that_does_not_run() -> None:
    before = texts(hostname="one", publish=["80"])
    reasons = seen_there(Survey(), before, hostname="two").pod.reasons
    assert [(each.option, each.why) for each in reasons] == [("hostname", "changed"), ("publish", "removed")]
    assert seen_there(Survey(), before, hostname="one", publish=["80"]).pod.reasons == ()
    assert [each.option for each in seen_there(Survey(), {}, hostname="one").pod.reasons] == ["hostname"]


# What has to happen.

FILES = {"shop.pod": "shop-pod.service", "web.container": "web.service", "db.container": "db.service"}
TEXTS = texts()
WHY = (Reason("env", CHANGED, None, {}),)


def see(alive: bool = True, **changes: Any) -> dict[str, Seen]:
    found = {}
    for file, service in FILES.items():
        own = {"text": TEXTS[file], **changes.get(file.replace(".", "_"), {})}
        found[file] = Seen(
            service=service, new_service=service, loaded=True, active=alive, alive=alive, **own
        )
    return found


def planned(
    seen: dict[str, Seen],
    found: PodThere | None = None,
    state: str = "started",
    recreate: bool = False,
    **new: str,
) -> list[tuple[str, str]]:
    """The steps; what is done is what is told."""
    told = {**TEXTS, **{name.replace("_", "."): text for name, text in new.items()}}
    units = [_unit_plan.Wanted(unit_name(file), told[file], state) for file in FILES]
    members = [
        {"name": "web", "recreate": False, "restart": False, "requires": ["db"]},
        {"name": "db", "recreate": False, "restart": False, "requires": []},
    ]
    found = found or PodThere(There(), {"web": There(), "db": There()})
    made = plan(outlined("shop", state, recreate, members), found, units, seen)
    steps = [(step.action, step.name) for step in made.steps]
    services = {name for action, name in steps if name.endswith(".service") and action != "stop"}
    assert services == {way.start or way.restart for way in made.ways.values()} - {""}
    # One call each: nothing starts before its pod.
    if made.ways["shop.pod"].restart:
        assert not any(way.start for way in made.ways.values())
    return steps


def test_nothing_to_do() -> None:
    assert planned(see()) == []


def test_a_container_takes_along_what_requires_it() -> None:
    differs = PodThere(There(), {"web": There(), "db": There(WHY)})
    assert planned(see(), differs) == [("restart", "db.service"), ("restart", "web.service")]
    differs = PodThere(There(), {"web": There(WHY), "db": There()})
    assert planned(see(), differs) == [("restart", "web.service")]


def test_a_pod_takes_all_along() -> None:
    whole = [("restart", "shop-pod.service"), ("restart", "web.service"), ("restart", "db.service")]
    none = {"web": There(), "db": There()}
    assert planned(see(), PodThere(There(WHY), none)) == whole
    assert planned(see(), recreate=True) == whole
    starts = [("start", name) for name in FILES.values()]
    assert planned(see(alive=False)) == starts
    assert planned(see(alive=False), state="present") == []
    assert planned(see(alive=False), state="stopped") == []
    assert planned(see(), state="stopped") == [("stop", name) for name in FILES.values()]
    # What could be changed in place comes with it.
    live = There(live={"id": "x"}, live_reasons=WHY)
    assert planned(see(), PodThere(There(WHY), {"web": live, "db": There()})) == whole
    assert planned(see(), PodThere(There(), {"web": live, "db": There()})) == [("update", "web")]


def test_a_pod_that_holds_others_is_not_made_anew() -> None:
    none = {"web": There(), "db": There()}
    held = PodThere(There(WHY), none, foreign=("guest",))
    for options in ({}, {"state": "stopped"}):
        with pytest.raises(Failure, match="it holds guest, which this task does not declare"):
            planned(see(), held, **options)  # type: ignore[arg-type]
    assert planned(see(), PodThere(There(), none, foreign=("guest",))) == []


def test_moving_in() -> None:
    fresh = {file: Seen(new_service=service) for file, service in FILES.items()}
    none = {"web": There(WHY), "db": There(WHY)}
    create = [step for file in FILES for step in (("create", file), ("start", FILES[file]))]
    old = {"id": "id-shop", "running": True}
    assert planned(fresh, PodThere(There(), none, old)) == [("stop", "shop"), ("remove", "shop"), *create]
    proven = PodThere(There(), none, proven="id-new")
    assert planned(fresh, proven) == [("remove", "shop.rp-new"), *create]
    # It was killed before the units had proved themselves: they start anew, and the proven one goes.
    assert planned(see(), PodThere(There(), {}, proven="id-new")) == [
        ("remove", "shop.rp-new"),
        *(("restart", service) for service in FILES.values()),
    ]


def test_names() -> None:
    assert unit_of_pod_name("shop").file == "shop.pod"
    assert unit_of_name("web").file == "web.container"
