# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Point 6: bad input ends in one sentence that names the option, and changes nothing."""

from __future__ import annotations

import pytest
from support.prepare import BUSYBOX
from support.snapshot import differences, take

OTHERS_START = 77_000_000
WEB = {"name": "web", "image": BUSYBOX, "command": "httpd -f -p 8080", "publish": ["18061:8080"]}
UNIT = f"[Container]\nImage={BUSYBOX}\n"
SECOND = {**WEB, "name": "second"}


def member(**options):
    """A pod whose only container has these options."""
    return {"name": "app", "containers": [{"name": "one", "image": BUSYBOX, **options}]}


def beyond(user):
    """An app with a file whose owner no id of its account is."""
    files = [{"path": "conf", "content": "x", "owner": 70000}]
    return {"apps": [{"name": "shop", "user": user, "files": files}]}


# Module, arguments, and what the sentence must hold. Without `user` it is the account `bad`.
ROWS = [
    # Who
    ("volume", {"user": "nobody-here", "name": "x"}, ["user:", "nobody-here", "rootless.podman.user"]),
    ("pod", {"user": "nobody-here", **member()}, ["user:", "nobody-here"]),
    ("container", {"user": "root", **WEB}, ["user:", "root"]),
    ("container", {"user": None, **WEB}, ["user:", "root"]),
    # Images
    ("image", {"name": "docker.io/library/nosuch:1"}, ["image", "docker.io/library/nosuch:1", "registry"]),
    ("image", {"name": "localhost:1/none:1"}, ["image", "localhost:1", "cannot be reached"]),
    ("image", {"name": "localhost:5000/library/busybox:1.37"}, ["tls_verify: false", "localhost:5000"]),
    ("image", {"name": "docker.io/library/busybox@sha256:12"}, ["name:", "64 digits"]),
    ("image", {"name": BUSYBOX, "platform": "arm64"}, ["platform:", "linux/arm64"]),
    ("image", {"name": BUSYBOX, "tag": ["latest"]}, ["tag:", "'latest'"]),
    ("image", {"name": BUSYBOX, "push": {"destination": "shop:1"}}, ["push.destination:", "'shop:1'"]),
    (
        "image",
        {"name": BUSYBOX, "build": {"containerfile": "FROM scratch", "dns": ["one"]}},
        ["build.dns:", "'one'"],
    ),
    ("image", {"name": BUSYBOX, "archive": "/etc/passwd"}, ["archive:", "/etc/passwd", "podman save"]),
    (
        "container",
        {**SECOND, "image": "registry.invalid/none:1"},
        ["image", "registry.invalid", "cannot be reached"],
    ),
    ("container", {**SECOND, "image": "nosuch"}, ["image", "docker.io/library/NAME:TAG"]),
    ("container", {**SECOND, "image": None}, ["image: missing"]),
    (
        "container",
        {**SECOND, "image": "docker.io/library/nosuch:1", "pull": "never"},
        ["image", "pull: never"],
    ),
    ("pod", member(image="docker.io/library/nosuch:1"), ["image", "docker.io/library/nosuch:1"]),
    # Apps: the app, the kind, the name and the option
    (
        "apps",
        {"apps": [{"name": "shop", "containers": [{**WEB, "publish": ["x"]}]}]},
        ["apps[shop].containers[web].publish:"],
    ),
    ("apps", {"apps": [{"name": "shop", "secrets": [{"name": "s"}]}]}, ["apps[shop].secrets[s]", "data"]),
    ("apps", {"apps": [{"name": "a b"}]}, ["apps[0].name:", "'a b'"]),
    ("apps", {"apps": [{"name": "shop", "user": "root"}]}, ["root"]),
    (
        "apps",
        {"apps": [{"name": "shop", "files": [{"path": "/etc/x", "content": "x"}]}]},
        ["files[/etc/x].path:"],
    ),
    ("apps", {"apps": [{"name": "bad", "account": {"uid": 0}}]}, ["uid"]),
    ("apps", beyond("bad"), ["files[conf].owner:", "70000", "65535", "ranges.count"]),
    # Ranges
    ("subid", {"name": "bad", "start": OTHERS_START + 100, "force": True}, ["start", "bad-other"]),
    ("subid", {"name": "bad", "count": 1000}, ["count", "65536"]),
    ("user", {"name": "bad-new", "ranges": {"start": OTHERS_START}}, ["start", "bad-other"]),
    ("user", {"name": "bad-new", "ranges": {"count": 100}}, ["count", "65536"]),
    # Malformed values
    ("user", {"name": "bad user"}, ["name:", "'bad user'"]),
    ("volume", {"name": "a/b"}, ["name:", "'a/b'"]),
    ("network", {"name": "n", "subnet": "10.0.0.0/33"}, ["subnet:", "10.0.0.0/33", "10.90.0.0/24"]),
    ("network", {"name": "n", "driver": "overlay"}, ["driver", "overlay", "bridge"]),
    ("secret", {"name": "s", "data": ""}, ["data:"]),
    ("image", {"name": ""}, ["name:"]),
    ("container", {**SECOND, "publish": ["80:90:100:110"]}, ["publish:", "80:90:100:110", "8080:80"]),
    ("container", {**SECOND, "publish": ["99999:80"]}, ["publish:", "99999:80"]),
    ("container", {**SECOND, "memory": "much"}, ["memory:", "'much'", "512m"]),
    ("container", {**SECOND, "cpus": "-1"}, ["cpus:", "'-1'"]),
    ("container", {**SECOND, "volumes": ["data:relative"]}, ["volume", "data:relative"]),
    ("container", {**SECOND, "mount": ["type=magic,target=/x"]}, ["mount:", "magic"]),
    ("container", {**SECOND, "env": {"A=B": "1"}}, ["env:", "A=B"]),
    ("container", {**SECOND, "restart_policy": "often"}, ["restart_policy:", "'often'", "always"]),
    ("container", {**SECOND, "healthcheck_interval": "soon"}, ["healthcheck_interval:", "'soon'", "30s"]),
    ("container", {**SECOND, "stop_signal": "SIGNOPE"}, ["stop_signal:", "SIGNOPE"]),
    ("container", {**SECOND, "cap_add": ["net bind"]}, ["cap_add:", "net bind"]),
    ("container", {**SECOND, "userns": "mine"}, ["userns:", "'mine'", "nomap"]),
    ("container", {"name": "x", "image": BUSYBOX, "pod": "nosuch"}, ["pod:", "nosuch"]),
    ("container", {**SECOND, "labels": {"a": "b"}, "name": "x\ny"}, ["name:"]),
    ("pod", {**member(), "share": "everything"}, ["share:", "'everything'"]),
    ("pod", {**member(), "userns": "mine"}, ["userns:", "'mine'"]),
    ("pod", member(publish=["1:1"]), ["containers[one].publish:", "pod"]),
    ("pod", member(colour="red"), ["containers[one]", "colour"]),
    ("pod", member(restart_policy="often"), ["containers[one].restart_policy:", "'often'"]),
    ("pod", {"name": "app", "containers": [{"image": BUSYBOX}]}, ["containers[0].name"]),
    ("pod", {"name": "app", "containers": [{"name": "one", "image": BUSYBOX}] * 2}, ["containers:", "one"]),
    # Units
    ("quadlet", {"name": "web", "content": UNIT}, ["name:", "'web'", "web.container"]),
    ("quadlet", {"name": "../web.container", "content": UNIT}, ["name:", "'../web.container'"]),
    ("quadlet", {"name": "web.service", "content": UNIT}, ["name:", "'web.service'", ".container"]),
    ("quadlet", {"user": "nobody-here", "name": "web.container", "content": UNIT}, ["user:", "nobody-here"]),
    ("quadlet", {"user": "root", "name": "web.container", "content": UNIT}, ["user:", "root"]),
    ("quadlet", {"name": "web.container"}, ["content", "definition"]),
    ("quadlet", {"name": "web.container", "content": UNIT, "definition": {}}, ["content", "definition"]),
    ("quadlet", {"name": "web.container", "content": "Image=x"}, ["line 1", "[SECTION]"]),
    ("quadlet", {"name": "web.pod", "content": UNIT}, ["content:", "[Pod]"]),
    (
        "quadlet",
        {"name": "web.container", "content": UNIT + "Nope=1\n"},
        ["content:", "Nope", "nothing was changed"],
    ),
    (
        "quadlet",
        {"name": "web.container", "content": UNIT + "Network=gone.network\n"},
        ["content:", "gone.network"],
    ),
    (
        "quadlet",
        {"name": "twin.container", "content": UNIT + "ServiceName=web\n"},
        ["content:", "web.service", "web.container"],
    ),
    (
        "quadlet",
        {"name": "rival.container", "content": UNIT + "ContainerName=web\n"},
        ["content:", "rival.container", "web.container", "ContainerName="],
    ),
    ("quadlet", {"name": "web.container", "content": "[Container]\nExec=x\n"}, ["content:", "Image"]),
    ("quadlet", {"name": "web.container", "definition": {"Container": "x"}}, ["definition.Container", "map"]),
    (
        "quadlet",
        {"name": "web.container", "definition": {"Container": {"Image": "x\nExec=y"}}},
        ["Image=", "[Container]", "'\\n'"],
    ),
    (
        "quadlet",
        {"name": "web.container", "definition": {"Container": {"Environment": {"A=B": "x"}}}},
        ["Environment", "'A=B'"],
    ),
    (
        "quadlet",
        {"name": "web.container", "content": UNIT + "[Install]\nWantedBy=x.target\n", "enabled": False},
        ["enabled:", "WantedBy"],
    ),
    ("quadlet", {"name": "web@.container", "content": UNIT}, ["state:", "template", "present"]),
]

# What only Podman can find out, when it tries. Its own bookkeeping below containers/storage is not what it was then,
# and the first pod of an account brings the image of its pause container.
TRIED = [
    ("container", SECOND, ["publish:", "18061", "in use"]),
    ("container", {**SECOND, "publish": ["80:8080"]}, ["publish:", "80", "ip_unprivileged_port_start"]),
    ("pod", {**member(), "publish": ["18061:8080"]}, ["publish:", "18061", "in use"]),
    ("container", {**SECOND, "secrets": ["nosuch"]}, ["secrets:", "nosuch"]),
    ("container", {**SECOND, "network": ["nosuch"]}, ["network:", "nosuch"]),
    ("container", {**SECOND, "volumes": ["/no/such:/x"]}, ["volume:", "/no/such"]),
]


def sentence(result, words):
    """What is wrong with a refusal, as one line; empty when nothing is."""
    told = str(result.get("msg"))
    if not result.get("failed"):
        return f"it was not refused: {result}"
    if "\n" in told or "Traceback" in told or "unforeseen " in told or "internal" in told:
        return f"no sentence: {told!r}"
    missing = [word for word in words if word not in told]
    return f"{missing} missing in {told!r}" if missing else ""


def refuse(host, rows, *accounts, tried=False):
    """Run the rows; all of them are refused well, and nothing is changed."""
    before = take(host, *accounts)
    problems = []
    for module, arguments, words in rows:
        problem = sentence(host.module(module, **arguments), words)
        problems += [f"{module} {arguments}: {problem}"] if problem else []
    assert not problems, "\n".join(problems)
    differing = differences(before, take(host, *accounts))
    if tried:
        differing = [
            line for line in differing if "/containers/storage/" not in line and "podman-pause" not in line
        ]
    assert differing == []


def test_bad_values(host, account):
    account("bad")
    account("bad-other", ranges={"start": OTHERS_START})
    host.good("container", user="bad", **WEB)
    needs_account = {"quadlet", "volume", "network", "secret", "image", "container", "pod"}
    for rows, tried in ((ROWS, False), (TRIED, True)):
        owned = [
            (module, {**({"user": "bad"} if module in needs_account else {}), **arguments}, words)
            for module, arguments, words in rows
        ]
        refuse(host, owned, "bad", "bad-other", tried=tried)


def test_check_mode_refuses_what_the_ids_of_a_new_account_will_not_reach(host, account):
    account("bad")
    told = host.module("apps", check_mode=True, **beyond("bad-new"))
    assert sentence(told, ["files[conf].owner:", "70000", "65535", "ranges.count"]) == ""


def test_account_in_a_bad_state(host, account):
    """The socket is dead, the manager is, linger is gone; what the sentence says to run mends it."""
    uid = account("bad")["uid"]
    states = [
        ("systemctl --user -M bad@.host stop podman.socket podman.service", "start podman.socket"),
        (f"systemctl stop user@{uid}.service", "start podman.socket"),
        (
            f"systemctl stop user@{uid}.service user-runtime-dir@{uid}.service",
            f"systemctl start user@{uid}.service",
        ),
        ("loginctl disable-linger bad", "loginctl enable-linger bad"),
    ]
    for spoil, cure in states:
        host.run(spoil)
        words = ["user:", "bad", "rootless.podman.user", cure]
        refuse(
            host,
            [("volume", {"user": "bad", "name": "x"}, words), ("pod", {"user": "bad", **member()}, words)],
        )
        told = host.module("volume", user="bad", name="x")["msg"]
        host.run(told.rpartition("run: ")[2])
        host.good("volume", user="bad", name="x", state="absent")


def test_out_of_disk(host, account):
    """What did not fit leaves no image, and the same task succeeds once there is room."""
    account("bad")
    place = "/home/bad/.local/share/containers"
    host.run_as("bad", f"systemctl --user stop podman.service; mkdir -p {place}")
    host.run(f"mount -t tmpfs -o size=1m,mode=0700,uid=$(id -u bad),gid=$(id -g bad) none {place}")
    try:
        for module, arguments in (("image", {"name": BUSYBOX}), ("pod", member(command="sleep 1000"))):
            result = host.module(module, user="bad", **arguments)
            assert sentence(result, ["out of disk space", "podman image prune"]) == ""
        listed = host.run_as(
            "bad", "podman images --quiet; podman ps --all --external --quiet; podman pod ls --quiet"
        )
        assert listed == ""
        host.run(f"mount -o remount,size=100m {place}")
        host.good("pod", user="bad", **member(command="sleep 1000"))
        host.good("pod", user="bad", name="app", state="absent")
    finally:
        host.run(f"systemctl stop user@$(id -u bad).service; umount -R {place}")


@pytest.mark.parametrize(
    ("module", "arguments", "words"),
    [
        ("network", {"name": "n", "dns": ["10.0.0.1"]}, ["dns:", "4.4"]),
        ("pod", {**member(), "restart_policy": "always"}, ["restart_policy:", "4.6"]),
        ("quadlet", {"name": "web.container", "content": UNIT}, ["name:", "4.4"]),
    ],
)
def test_podman_too_old(module, arguments, words, old_host):
    old_host.good("user", name="bad")
    found = old_host.run("podman --version").split()[-1]
    refuse(old_host, [(module, {"user": "bad", **arguments}, [*words, found])], "bad")
