# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Quadlet units on a real host: values arrive as they are, killed runs are finished, and what shadows a unit is named."""

from __future__ import annotations

import json
import shlex
import time

import pytest
from support.prepare import BUSYBOX
from support.snapshot import differences, take

from ansible_collections.rootless.podman.plugins.module_utils._quadlet_values import word

ACCOUNT = "units"
TEXT = f"[Container]\nImage={BUSYBOX}\nContainerName=web\nExec=httpd -f -p 8080\n"
OTHER = TEXT + "Environment=A=2\n"
HOSTILE = [
    "a b", "  both ends  ", 'q"q', "it's", '"', "'", '"quoted"', "back\\slash", "end\\", "\\", "\\n", "\\x41", "\\u0041",
    "line\nbreak", "cr\rlf\n\r", "\n[Service]\nExecStartPre=/bin/touch /tmp/evil", "tab\t", "\x01\x1b[31m\x7f", "%", "%%", "%h", "%n%u%t", "100%",
    "$", "$$", "$HOME", "${HOME}", "$$$HOME", "$(id)", "`id`", "# x", "; y", "a ; b", "\\;", "&& reboot", "=", "a=b=c", "é ü 😀 漢", "\u2028\u2029\x85\xa0",
    "\x81\x9f", "*?[a]{b,c}", "~", "-", "--rm", "%%%", "x" * 100_000, '"' * 20_000, "ü" * 40_000, "{{ no }}", "<&|>",
]  # fmt: skip


@pytest.fixture
def uid(host, account):
    """The uid of an account without units; a uid may have been that of another account before."""
    number = account(ACCOUNT)["uid"]
    host.run(f"rm -rf /etc/containers/systemd/users/{number}")
    yield number
    host.run(f"rm -rf /etc/containers/systemd/users/{number}")


@pytest.fixture
def unit(host, uid):
    """The uid of an account with a unit whose service runs."""
    host.good("quadlet", user=ACCOUNT, name="web.container", content=TEXT)
    return uid


@pytest.mark.parametrize("as_account", [False, True], ids=["root", "account"])
def test_values_arrive_as_they_are(as_account, host, uid):
    """In the command that systemd starts, and in the container: environment, labels and words of the command."""
    # The shell takes them as arguments of its own and heeds none.
    words = ["sh", "-c", "sleep 1000", *HOSTILE]
    arguments = {
        "name": "odd.container",
        "definition": {
            "Container": {
                "Image": BUSYBOX,
                "ContainerName": "odd",
                "Environment": {f"V{number}": text for number, text in enumerate(HOSTILE)},
                "Label": {f"l{number}": text for number, text in enumerate(HOSTILE)},
                "Exec": " ".join(word(text, "command") for text in words),
            }
        },
    }
    if as_account:
        place = "export XDG_RUNTIME_DIR=/run/user/$(id -u)"
        line = f"su -s /bin/sh {ACCOUNT} -c {shlex.quote(f'cd /; {place}; python3 /opt/rootless-podman-tests/module.py quadlet')}"
        result = host.call(line, **arguments)
        again = host.call(line, **arguments)
    else:
        result = host.module("quadlet", user=ACCOUNT, **arguments)
        again = host.module("quadlet", user=ACCOUNT, **arguments)
    assert not result.get("failed"), result["msg"]
    assert not again.get("failed"), again["msg"]
    assert (result["changed"], again["plan"]) == (True, [])
    folder = (
        f"/home/{ACCOUNT}/.config/containers/systemd"
        if as_account
        else f"/etc/containers/systemd/users/{uid}"
    )
    assert result["path"] == f"{folder}/odd.container"

    bus = "busctl --user --json=short get-property org.freedesktop.systemd1"
    told = json.loads(
        host.run_as(
            ACCOUNT,
            f"{bus} /org/freedesktop/systemd1/unit/odd_2eservice org.freedesktop.systemd1.Service ExecStart",
        )
    )["data"]
    assert len(told) == 1, "one command, and not another behind it"
    started = [each.replace("$$", "$") for each in told[0][1]]
    assert started[started.index(BUSYBOX) + 1 :] == words
    assert {f"V{number}={text}" for number, text in enumerate(HOSTILE)} <= set(started)

    found = json.loads(host.run_as(ACCOUNT, "podman container inspect odd"))[0]["Config"]
    assert found["Cmd"] == words
    environment = dict(each.split("=", 1) for each in found["Env"])
    assert [environment[f"V{number}"] for number in range(len(HOSTILE))] == HOSTILE
    assert [found["Labels"][f"l{number}"] for number in range(len(HOSTILE))] == HOSTILE
    assert host.run("ls /tmp/evil", check=False) == ""


def started_at(host):
    return host.run_as(ACCOUNT, "podman container inspect web --format '{{.State.StartedAt}}'")


def environment(host):
    return json.loads(host.run_as(ACCOUNT, "podman container inspect web --format '{{json .Config.Env}}'"))


def test_comments_and_order_restart_nothing(host, unit):
    before = started_at(host)
    other = "# Why\n[Container]\nExec = httpd -f -p 8080\n\nContainerName=web\n; that\nImage=" + BUSYBOX
    done = host.good("quadlet", user=ACCOUNT, name="web.container", content=other)
    assert [step["action"] for step in done["plan"]] == ["update"]
    assert host.run(f"cat {done['path']}").rstrip() == other
    assert started_at(host) == before


def test_what_does_not_start_is_undone(host, unit):
    before = take(host, ACCOUNT)["files"][f"/etc/containers/systemd/users/{unit}/web.container"]
    for broken in (
        TEXT.replace("httpd -f -p 8080", "sh -c 'echo a last word; exit 3'"),
        TEXT + "Notify=true\n[Service]\nTimeoutStartSec=2\nTimeoutStopSec=2\n",
        TEXT + "[Service]\nExecStartPre=/no/such/program\n",
        TEXT + "[Service]\nExecStartPre=relative\n",
        TEXT.replace("httpd -f", "httpd -Z") + "[Service]\nRestart=always\nRestartSec=100ms\n",
    ):
        result = host.module("quadlet", user=ACCOUNT, name="web.container", content=broken)
        assert result.get("failed"), broken
        assert "\n" not in result["msg"]
        assert "the unit before is back and runs" in result["msg"], result["msg"]
        if "last word" in broken:
            assert "a last word" in result["msg"]
        after = take(host, ACCOUNT)["files"]
        assert after[f"/etc/containers/systemd/users/{unit}/web.container"] == before
        assert not [path for path in after if ".rp-" in path and "/systemd/" in path]
        assert "A=2" not in environment(host)
        assert host.run_as(ACCOUNT, "systemctl --user is-active web.service").strip() == "active"
    fresh = host.module(
        "quadlet",
        user=ACCOUNT,
        name="fresh.container",
        content=TEXT.replace("=web", "=fresh").replace("httpd -f", "httpd -Z"),
    )
    assert "it was taken away again" in fresh["msg"]
    assert (
        host.run_as(ACCOUNT, "systemctl --user show --property LoadState --value fresh.service").strip()
        == "not-found"
    )
    assert host.run_as(ACCOUNT, "systemctl --user list-units --failed --plain --no-legend").strip() == ""


INTERRUPTED = {
    # What a killed run leaves, at each of its moments.
    "kept": "cp {u} {u}.rp-old",
    "half_written": "cp {u} {u}.rp-old; head -c 20 {n} > {u}.rp-new",
    "written": "cp {u} {u}.rp-old; cp {n} {u}",
    "reloaded": "cp {u} {u}.rp-old; cp {n} {u}; su -s /bin/sh units -c 'XDG_RUNTIME_DIR=/run/user/{uid} systemctl --user daemon-reload'",
    "stopped": "cp {u} {u}.rp-old; cp {n} {u}; "
    "su -s /bin/sh units -c 'export XDG_RUNTIME_DIR=/run/user/{uid}; systemctl --user daemon-reload; systemctl --user stop web'",
    "by_hand": "cp {n} {u}",
}


@pytest.mark.parametrize("moment", INTERRUPTED)
def test_an_interrupted_run_is_finished(moment, host, unit):
    path = f"/etc/containers/systemd/users/{unit}/web.container"
    host.run("cat > /tmp/new.container", OTHER.encode())
    host.run(INTERRUPTED[moment].format(u=path, n="/tmp/new.container", uid=unit))
    done = host.good("quadlet", user=ACCOUNT, name="web.container", content=OTHER)
    assert done["changed"]
    assert "A=2" in environment(host)
    assert host.run(f"ls -A {path.rpartition('/')[0]}").split() == ["web.container"]
    before = take(host, ACCOUNT)
    again = host.good("quadlet", user=ACCOUNT, name="web.container", content=OTHER)
    assert (again["changed"], again["plan"]) == (False, [])
    assert differences(before, take(host, ACCOUNT)) == []


@pytest.mark.parametrize("delay", [0.05, 0.12, 0.2, 0.3, 0.4, 0.55, 0.8, 1.2])
def test_killed_anywhere(delay, host, unit):
    arguments = json.dumps(
        {"ANSIBLE_MODULE_ARGS": {"user": ACCOUNT, "name": "web.container", "content": OTHER}}
    ).encode()
    host.run(
        f"timeout --signal=KILL {delay} python3 /opt/rootless-podman-tests/module.py quadlet",
        arguments,
        check=False,
    )
    time.sleep(0.3)
    host.good("quadlet", user=ACCOUNT, name="web.container", content=OTHER)
    assert "A=2" in environment(host)
    assert host.run(f"ls -A /etc/containers/systemd/users/{unit}").split() == ["web.container"]
    assert not host.good("quadlet", user=ACCOUNT, name="web.container", content=OTHER)["changed"]


@pytest.mark.parametrize("moment", ["written", "new"])
def test_a_power_cut_between_install_and_start(moment, host, testbed, unit):
    path = f"/etc/containers/systemd/users/{unit}"
    host.run("cat > /tmp/new.container", OTHER.encode())
    if moment == "new":
        host.good("quadlet", user=ACCOUNT, name="web.container", state="absent")
        host.run(f"cp /tmp/new.container {path}/web.container; sync")
    else:
        host.run(
            f"cd {path}; cp web.container web.container.rp-old; cp /tmp/new.container web.container; sync"
        )
    testbed.power_cut(host)
    host.good("quadlet", user=ACCOUNT, name="web.container", content=OTHER)
    assert "A=2" in environment(host)
    assert host.run(f"ls -A {path}").split() == ["web.container"]
    assert not host.good("quadlet", user=ACCOUNT, name="web.container", content=OTHER)["changed"]


def test_tasks_at_once(host, unit):
    """Four units of one account, declared by four tasks at the same moment, and one of them twice."""
    names = ["one", "two", "three", "four", "four"]
    for name in set(names):
        said = {"user": ACCOUNT, "name": f"{name}.container", "content": TEXT.replace("=web", f"={name}")}
        host.run(f"cat > /tmp/{name}.json", json.dumps({"ANSIBLE_MODULE_ARGS": said}).encode())
    run = "python3 /opt/rootless-podman-tests/module.py quadlet"
    line = " & ".join(f"{run} < /tmp/{name}.json > /tmp/{number}.out" for number, name in enumerate(names))
    host.run(f"{line} & wait")
    told = [json.loads(host.run(f"cat /tmp/{number}.out")) for number in range(len(names))]
    assert not [each["msg"] for each in told if each.get("failed")]
    running = host.run_as(ACCOUNT, "podman ps --format '{{.Names}}'").split()
    assert sorted(running) == sorted({*names, "web"})


CONFIG, RUNTIME = "$HOME/.config", "$XDG_RUNTIME_DIR"
DROPIN = "printf '[Container]\\nEnvironment=EVIL=1\\n'"
SERVICE = "printf '[Service]\\nExecStart=\\nExecStart=/bin/sleep 1000\\n'"
# The ways of docs, done as the account: what it runs, the way's name, and whether it is undone by removing the file.
WAYS = {
    "home_unit": (
        f"{CONFIG}/containers/systemd/web.container",
        DROPIN.replace("Env", f"Image={BUSYBOX}\\nEnv"),
        "unit",
    ),
    "runtime_unit": (
        f"{RUNTIME}/containers/systemd/web.container",
        DROPIN.replace("Env", f"Image={BUSYBOX}\\nEnv"),
        "unit",
    ),
    "unit_below": (
        f"{CONFIG}/containers/systemd/deep/er/web.container",
        DROPIN.replace("Env", f"Image={BUSYBOX}\\nEnv"),
        "unit",
    ),
    "dropin": (f"{CONFIG}/containers/systemd/web.container.d/x.conf", DROPIN, "unit_dropin"),
    "type_dropin": (f"{CONFIG}/containers/systemd/container.d/x.conf", DROPIN, "unit_dropin"),
    "service": (f"{CONFIG}/systemd/user/web.service", SERVICE, "service"),
    "service_dropin": (f"{CONFIG}/systemd/user/web.service.d/x.conf", SERVICE, "service_dropin"),
    "mask": (f"{CONFIG}/systemd/user/web.service", "link", "service"),
    "control": (f"{RUNTIME}/systemd/user.control/web.service.d/x.conf", SERVICE, "service_dropin"),
    "environment": (f"{CONFIG}/environment.d/x.conf", "echo QUADLET_UNIT_DIRS=/tmp/elsewhere", "environment"),
    "containers_conf": (
        f"{CONFIG}/containers/containers.conf",
        "printf '[containers]\\nprivileged=true\\n'",
        "containers_conf",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_shadows_a_unit_is_named(way, host, unit):
    path, make, name = WAYS[way]
    put = f"ln -s /dev/null {path}" if make == "link" else f"{make} > {path}"
    host.run_as(ACCOUNT, f"mkdir -p $(dirname {path}); {put}; systemctl --user daemon-reload")
    first = host.module("quadlet", user=ACCOUNT, name="web.container", content=TEXT)
    assert not first.get("failed"), first
    real = host.run_as(ACCOUNT, f"echo {path}").strip()
    assert [(each["way"], each["path"]) for each in first["shadowed"]] == [(name, real)]
    assert first["shadowed"][0]["effect"].startswith("masks" if make == "link" else "")
    looked = host.good("host_info", users=[ACCOUNT])
    told = [each for each in looked["findings"] if (each["scope"], each["id"]) == (ACCOUNT, "units")]
    assert [(each["level"], real in each["found"]) for each in told] == [("warning", True)]
    # Nothing that the module could do helps, so it does nothing and says so.
    assert host.good("quadlet", user=ACCOUNT, name="web.container", content=TEXT)["changed"] is False
    assert real in str(first["warnings"])
    host.run_as(ACCOUNT, f"rm {path}; systemctl --user daemon-reload")
    assert host.good("quadlet", user=ACCOUNT, name="web.container", content=TEXT)["shadowed"] == []


def test_what_the_generator_refuses_changes_nothing(host, unit):
    before = take(host, ACCOUNT)
    for more in (
        "NoSuch=1\n",
        "nonsense\n",
        "Network=gone.network\n",
        "[Service]\nType=nonsense\n",
        "Image=\n",
    ):
        result = host.module("quadlet", user=ACCOUNT, name="web.container", content=TEXT + more)
        assert result.get("failed"), more
        assert "\n" not in result["msg"]
        assert result["msg"].startswith(("content: ", "line ")), result["msg"]
    assert differences(before, take(host, ACCOUNT)) == []


def test_a_way_without_a_name_is_seen_by_what_comes_of_it(host, unit):
    """A container of the account's own that joins root's pod changes the pod's service."""
    release = host.run("podman --version").split()[-1]
    if release < "5":
        pytest.skip("no pods")
    host.good("quadlet", user=ACCOUNT, name="app.pod", content="[Pod]\n")
    path = f"{CONFIG}/containers/systemd/joins.container"
    host.run_as(
        ACCOUNT,
        f"mkdir -p $(dirname {path}); printf '[Container]\\nImage={BUSYBOX}\\nPod=app.pod\\n' > {path}",
    )
    host.run_as(ACCOUNT, "systemctl --user daemon-reload")
    told = host.module("quadlet", user=ACCOUNT, name="app.pod", content="[Pod]\n")
    host.good("quadlet", user=ACCOUNT, name="app.pod", state="absent")
    assert [each["way"] for each in told["shadowed"]] in ([], ["generated"])


def test_a_unit_that_nothing_shadows(host, unit):
    looked = host.good("host_info", users=[ACCOUNT])
    assert [
        each["found"] for each in looked["findings"] if (each["scope"], each["id"]) == (ACCOUNT, "units")
    ] == ["1, none shadowed"]


def test_links_of_the_account_lead_nowhere(host, unit):
    """Root writes nothing but its own folder, wherever the account's folders point to."""
    host.run_as(
        ACCOUNT,
        "mkdir -p ~/.config/containers; ln -s /etc/containers/systemd/users ~/.config/containers/systemd",
    )
    host.run_as(ACCOUNT, "ln -s /etc ~/.config/systemd")
    before = take(host)
    assert host.good("quadlet", user=ACCOUNT, name="web.container", content=TEXT)["changed"] is False
    assert differences(before, take(host)) == []


def test_a_folder_that_others_can_write_is_refused(host, unit):
    host.run(f"chown {ACCOUNT} /etc/containers/systemd/users/{unit}")
    result = host.module("quadlet", user=ACCOUNT, name="web.container", content=OTHER)
    assert result["failed"]
    assert f"chown root: /etc/containers/systemd/users/{unit}" in result["msg"]


def test_podman_without_quadlet(old_host):
    old_host.good("user", name=ACCOUNT)
    try:
        before = take(old_host, ACCOUNT)
        result = old_host.module("quadlet", user=ACCOUNT, name="web.container", content=TEXT)
        assert result["failed"]
        assert "Podman 4.4" in result["msg"]
        assert "Podman 4.3.1 without Quadlet" in result["msg"]
        assert differences(before, take(old_host, ACCOUNT)) == []
    finally:
        old_host.remove_account(ACCOUNT)
