# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Point 4: check mode says what the run does and writes nothing, and a second identical run has nothing to do.

For each module a life in steps, the arguments of one task each. Every step is foretold, done, and done again. Of all the
files and Podman objects of the host none may change but by the one run that is meant to change them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.prepare import BUSYBOX, HAPROXY, OLDER_BUSYBOX
from support.snapshot import differences, take

ACCOUNT = "idem"
WEB = {"name": "web", "image": BUSYBOX, "command": "httpd -f -p 8080"}
UNIT = f"[Container]\nImage={BUSYBOX}\nContainerName=web\nExec=httpd -f -p 8080\n"
HELPER = {"name": "helper", "image": BUSYBOX, "command": "sleep 1000"}
CONTAINER = {
    **WEB,
    "runtime": "podman",
    "env": {"A": "1"},
    "labels": {"app": "x"},
    "volumes": ["data:/data"],
    "publish": ["18071:8080"],
}
POD = {
    "name": "app",
    "runtime": "podman",
    "publish": ["18072:8080"],
    "labels": {"app": "x"},
    "userns": "nomap",
    "containers": [WEB, HELPER],
}

LIVES = {
    "user": [
        {"name": "idem-new", "comment": "first"},
        {"name": "idem-new", "comment": "second", "shell": "/bin/sh", "ranges": {"count": 131072}},
        {"name": "idem-new", "linger": False, "restart_service": False},
        {"name": "idem-new", "state": "absent"},
        {"name": "idem-new", "state": "absent", "remove": True},
    ],
    "subid": [
        {"name": ACCOUNT, "count": 131072},
        {"accounts": [{"name": ACCOUNT, "gid": {"count": 200000}}]},
    ],
    "image": [
        {"name": BUSYBOX},
        {"name": "localhost/mine:1", "build": {"containerfile": f"FROM {BUSYBOX}\nLABEL x=1\n"}},
        {"name": "localhost/mine:1", "build": {"containerfile": f"FROM {BUSYBOX}\nLABEL x=2\n"}},
        {
            "name": "localhost/mine:1",
            "build": {"containerfile": f"FROM {BUSYBOX}\n", "labels": {"x": "3"}, "format": "docker"},
            "tag": ["localhost/mine:latest"],
            "save": {"path": f"/home/{ACCOUNT}/mine.tar"},
            "push": {"destination": "localhost:5000/it/idem:1", "tls_verify": False},
        },
        {"name": "localhost/mine:2", "archive": f"/home/{ACCOUNT}/mine.tar"},
        {"name": "localhost/mine:2", "tag": ["localhost/mine:3"], "pull": "never"},
        {"name": "localhost/mine:1", "state": "absent"},
    ],
    "network": [
        {"name": "inner", "subnet": "10.77.1.0/24"},
        {"name": "inner", "subnet": "10.77.2.0/24", "labels": {"a": "b"}},
        {"name": "inner", "subnet": "10.77.2.0/24", "labels": {"a": "b"}, "dns": ["9.9.9.9"]},
        {"name": "inner", "net_config": [{"subnet": "10.77.4.0/24"}, {"subnet": "fd77:4::/64"}]},
        {"name": "inner", "state": "absent"},
    ],
    "volume": [
        {"name": "data", "labels": {"a": "b"}},
        {"name": "data", "labels": {"a": "c"}, "keep_data": True},
        {"name": "data", "labels": {"a": "c"}, "export": f"/home/{ACCOUNT}/data.tar"},
        {"name": "data", "state": "absent", "export": f"/home/{ACCOUNT}/last.tar"},
    ],
    "secret": [
        {"name": "token", "data": "first"},
        {"name": "token", "data": "second", "labels": {"a": "b"}},
        {"name": "token", "state": "absent"},
    ],
    "container": [
        CONTAINER,
        {**CONTAINER, "restart_policy": "always"},
        {**CONTAINER, "env": {"A": "2"}},
        {**CONTAINER, "env": {"A": "2"}, "image": OLDER_BUSYBOX},
        {"name": "web", "image": OLDER_BUSYBOX, "state": "stopped"},
        {"name": "web", "state": "absent"},
        # Left open, and new: in a unit where this Podman has those.
        HELPER,
        {**HELPER, "env": {"A": "1"}},
        {"name": "helper", "state": "stopped"},
        {"name": "helper", "state": "absent"},
    ],
    "pod": [
        POD,
        {
            **POD,
            "containers": [
                {**WEB, "env": {"A": "1"}},
                {**HELPER, "name": "other", "restart_policy": "always"},
            ],
        },
        {**POD, "hostname": "reader"},
        {**POD, "hostname": "reader", "state": "stopped"},
        {**POD, "runtime": "systemd"},
        {**POD, "runtime": "systemd", "containers": [{**WEB, "env": {"A": "1"}}]},
        {"name": "app", "state": "absent"},
    ],
    "container_exec": [
        {"name": "web", "command": "touch /www/made", "creates": "/www/made"},
        {"name": "web", "command": "rm /www/made", "removes": "/www/made"},
    ],
    "container_copy": [
        {"name": "web", "content": "first", "dest": "/data/text"},
        {"name": "web", "content": "second", "dest": "/data/text", "mode": "0600", "owner": 7, "group": 8},
        {"name": "web", "src": "/etc/apt", "remote_src": True, "dest": "/data/"},
        {"name": "web", "src": "/data", "from_container": True, "dest": f"/home/{ACCOUNT}/data/"},
    ],
    "quadlet": [
        {"name": "web.container", "content": UNIT},
        {"name": "web.container", "content": f"# Why\n{UNIT}"},
        {"name": "web.container", "content": UNIT, "enabled": True},
        {"name": "web.container", "content": UNIT, "enabled": True, "state": "stopped"},
        {"name": "data.volume", "definition": {"Volume": {"VolumeName": "data"}}},
        {"name": "data.volume", "state": "absent"},
        {"name": "web.container", "content": f"{UNIT}Environment=A=1\n", "state": "present"},
        {"name": "web.container", "state": "absent"},
    ],
    "quadlet_from": [{"containers": ["web"]}],
    "auto_update": [{}],
    "prune": [
        {"networks": True},
        {"containers": True, "volumes": {"named": True}, "images": {"all": True}},
    ],
    "login": [
        {"registry": "quay.io", "username": "reader", "password": "first-word", "verify": False},
        {"registry": "quay.io", "username": "reader", "password": "second-word", "verify": False},
        {"registry": "quay.io", "state": "absent"},
    ],
}
# What has to be there before.
BEFORE = {
    "container_exec": [("container", {**WEB, "command": "sleep 1000"})],
    "container_copy": [("container", {**WEB, "command": "sleep 1000", "volumes": ["data:/data"]})],
    # So that its image is there.
    "quadlet": [("image", {"name": BUSYBOX})],
    "quadlet_from": [("container", {**WEB, "volumes": ["/data"], "runtime": "podman"})],
    # The name that it runs by stands for another image by then.
    "auto_update": [
        ("image", {"name": "localhost/moving:1", "build": {"containerfile": f"FROM {BUSYBOX}\nLABEL x=1\n"}}),
        (
            "container",
            {**WEB, "image": "localhost/moving:1", "auto_update": "local", "runtime": "systemd"},
        ),
        ("image", {"name": "localhost/moving:1", "build": {"containerfile": f"FROM {BUSYBOX}\nLABEL x=2\n"}}),
    ],
    "prune": [
        ("network", {"name": "inner"}),
        ("container", {**WEB, "volumes": ["data:/data"], "state": "stopped"}),
    ],
}


@pytest.mark.parametrize("module", LIVES)
def test_foretold_done_and_done_again(module, host, account):
    account(ACCOUNT)
    accounts = [ACCOUNT, "idem-new"]
    whose = {} if module in ("user", "subid") else {"user": ACCOUNT}
    for other, arguments in BEFORE.get(module, []):
        host.good(other, user=ACCOUNT, **arguments)
    now = take(host, *accounts)
    for step in LIVES[module]:
        arguments = {**whose, **step}
        foretold = host.good(module, check_mode=True, **arguments)
        before, now = now, take(host, *accounts)
        assert differences(before, now) == [], f"check mode wrote: {arguments}"

        done = host.good(module, **arguments)
        assert done["changed"], f"nothing to do: {arguments}"
        assert (foretold["changed"], foretold["plan"]) == (True, done["plan"])
        assert foretold.get("diff") == done.get("diff")

        before, now = now, take(host, *accounts)
        assert differences(before, now), f"it said changed and nothing has: {arguments}"
        again = host.good(module, **arguments)
        foretold_again = host.good(module, check_mode=True, **arguments)
        assert (again["changed"], again["plan"]) == (False, [])
        assert (foretold_again["changed"], foretold_again["plan"]) == (False, [])
        before, now = now, take(host, *accounts)
        assert differences(before, now) == [], f"a run that changed nothing wrote: {arguments}"


INFOS = {f"{kind}_info" for kind in ("container", "image", "network", "pod", "secret", "volume")}


@pytest.mark.parametrize("module", sorted(INFOS))
def test_info_changes_nothing(module, host, account):
    account(ACCOUNT)
    host.good("pod", user=ACCOUNT, **POD)
    host.good("secret", user=ACCOUNT, name="token", data="first")
    extras = {"stats": True, "logs": 5, "health_log": True} if module == "container_info" else {}
    before = take(host, ACCOUNT)
    looks = [
        host.good(module, users=users, check_mode=mode, **extras)
        for users in ([ACCOUNT], ["all"])
        for mode in (False, True)
    ]
    assert [look["changed"] for look in looks] == [False] * 4
    assert differences(before, take(host, ACCOUNT)) == []


def test_looking_changes_nothing(host, account):
    account(ACCOUNT)
    host.good("image", user=ACCOUNT, name=BUSYBOX)
    before = take(host, ACCOUNT)
    looks = [host.good("host_info", users=[ACCOUNT], check_mode=mode) for mode in (False, True)]
    assert [look["changed"] for look in looks] == [False, False]
    assert looks[0]["findings"] == looks[1]["findings"]
    assert differences(before, take(host, ACCOUNT)) == []


def test_looking_at_updates_changes_nothing(host, account):
    account(ACCOUNT)
    host.good("container", user=ACCOUNT, **WEB, auto_update="registry", runtime="systemd")
    before = take(host, ACCOUNT)
    looks = [host.good("auto_update_info", user=ACCOUNT, check_mode=mode) for mode in (False, True)]
    assert [look["changed"] for look in looks] == [False, False]
    assert differences(before, take(host, ACCOUNT)) == []


APP = {
    "name": "idem-app",
    "user": ACCOUNT,
    "networks": [{"name": "inner"}],
    "volumes": [{"name": "data"}],
    "secrets": [{"name": "token", "data": "first-word"}],
    "files": [
        {"path": "www/index.html", "content": "first page"},
        {"path": "conf", "content": "only for 7", "owner": 7, "mode": "0400"},
    ],
    "containers": [
        {**WEB, "volumes": ["./www:/www:ro"], "networks": ["inner"], "depends_on": {"first": "completed"}},
        {"name": "first", "image": BUSYBOX, "command": "cat /conf", "user": "7", "volumes": ["./conf:/conf"]},
    ],
    "pods": [{"name": "app", "containers": [HELPER]}],
}


def other(version):
    """An app of another account, with a container that is deployed beside its old version."""
    door = {
        "name": "door",
        "image": BUSYBOX,
        "command": "httpd -f -p 8080 -h /bin",
        "env": {"V": version},
        "networks": ["idem-beside"],
        "switch": {"image": HAPROXY, "publish": "18075", "port": 8080, "check": "/true"},
    }
    return {
        "name": "idem-other",
        "user": "idem-new",
        "networks": [{"name": "idem-beside"}],
        "containers": [HELPER, door],
    }


APPS = [
    {"apps": [APP, other("1")]},
    {
        "apps": [
            {**APP, "files": [{"path": "www/index.html", "content": "second page"}, APP["files"][1]]},
            other("2"),
        ]
    },
    {"apps": [{**APP, "secrets": [{"name": "token", "data": "second-word"}]}]},
    {"apps": [{**APP, "containers": [{**APP["containers"][0], "env": {"A": "1"}}, APP["containers"][1]]}]},
    {"apps": [{**APP, "pods": [], "networks": [], "containers": [WEB], "files": []}], "prune": True},
    {"apps": [{"name": "idem-app", "user": ACCOUNT, "state": "absent"}]},
]


@pytest.mark.parametrize("runtime", ["podman", "systemd"])
def test_apps_are_foretold_done_and_done_again(runtime, host, account):
    account(ACCOUNT)
    now = take(host, ACCOUNT, "idem-new")
    try:
        for arguments in [{**each, "runtime": runtime} for each in APPS]:
            foretold = host.good("apps", check_mode=True, **arguments)
            before, now = now, take(host, ACCOUNT, "idem-new")
            assert differences(before, now) == [], f"check mode wrote: {arguments}"
            done = host.good("apps", **arguments)
            assert done["changed"], f"nothing to do: {arguments}"
            assert _plans(foretold) == _plans(done)
            assert foretold["diff"] == done["diff"]
            before, now = now, take(host, ACCOUNT, "idem-new")
            assert differences(before, now), f"it said changed and nothing has: {arguments}"
            for mode in (False, True):
                again = host.good("apps", check_mode=mode, **arguments)
                assert (again["changed"], _plans(again)) == (False, [[] for _app in arguments["apps"]])
            before, now = now, take(host, ACCOUNT, "idem-new")
            assert differences(before, now) == [], f"a run that changed nothing wrote: {arguments}"
    finally:
        host.remove_account("idem-new")


def _plans(result):
    """Each app's plan, without the time that it took."""
    return [
        [{key: value for key, value in step.items() if key != "seconds"} for step in app["plan"]]
        for app in result["apps"]
    ]


def test_every_module_is_here():
    modules = {path.stem for path in (Path(__file__).parents[2] / "plugins" / "modules").glob("*.py")}
    assert modules - {"__init__"} == {
        *LIVES,
        *INFOS,
        "host_info",
        "auto_update_info",
        "apps",
        "apps_info",
    }
