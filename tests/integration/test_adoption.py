# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What podman's command line or compose made is taken over as it is by a task that says the same.

For each container the flags with which somebody made it, and the options of the task. Nothing may be made anew, and the
same task with one more option has to see that this one is new, and only this one.
"""

from __future__ import annotations

import json
import shlex

import pytest
from support.prepare import BUSYBOX

ACCOUNT = "adopted"
SLEEP = ["sleep", "1000"]
BY_HAND = {
    "web": (
        (
            "--publish 127.0.0.1:18061:8080 --publish 18062:53/udp --env LETTER=a --env NUMBER=1 --label app=Shop --volume data:/data:ro "
            "--restart always --health-cmd 'true' --health-interval 40s --health-retries 5 --stop-timeout 0 --hostname web"
        ),
        {
            "publish": ["127.0.0.1:18061:8080", "18062:53/udp"], "env": {"LETTER": "a", "NUMBER": 1}, "label": {"app": "Shop"},
            "volume": ["data:/data:ro"], "restart_policy": "always", "healthcheck": "true", "healthcheck_interval": "40s",
            "healthcheck_retries": 5, "stop_timeout": 0, "hostname": "web",
        },
    ),
    "closed": (
        (
            "--userns nomap --cap-drop all --cap-add net_bind_service --security-opt no-new-privileges --read-only --tmpfs /cache:size=1m "
            "--user 1000:1000 --workdir /tmp --umask 0077 --ulimit nofile=1024:2048 --shm-size 32m --stop-signal QUIT --stop-timeout 0"
        ),
        {
            "userns": "nomap", "cap_drop": ["ALL"], "cap_add": ["NET_BIND_SERVICE"], "security_opt": ["no-new-privileges"],
            "read_only": True, "tmpfs": ["/cache:size=1m"], "container_user": "1000:1000", "workdir": "/tmp", "umask": "0077",
            "ulimit": ["nofile=1024:2048"], "shm_size": "32768k", "stop_signal": "SIGQUIT", "stop_timeout": 0,
        },
    ),
    "joined": (
        (
            "--network net:alias=db,ip=10.77.6.9 --dns 9.9.9.9 --dns-search a.example --dns-option ndots:1 --add-host db:10.0.0.1 "
            "--mount type=bind,source=/srv,target=/srv,readonly --secret token,type=env,target=TOKEN --log-driver k8s-file "
            "--annotation note=A --group-add 100 --pid host --ipc shareable --stop-timeout 0"
        ),
        {
            "network": ["net:ip=10.77.6.9,alias=db"], "dns": ["9.9.9.9"], "dns_search": ["a.example"], "dns_option": ["ndots:1"],
            "etc_hosts": {"db": "10.0.0.1"}, "mount": [{"type": "bind", "source": "/srv", "target": "/srv", "readonly": True}],
            "secrets": ["token,type=env,target=TOKEN"], "log_driver": "k8s-file", "annotation": {"note": "A"},
            "group_add": ["100"], "pid": "host", "ipc": "shareable", "stop_timeout": 0,
        },
    ),
    "entry": ("--entrypoint '[\"/bin/busybox\",\"env\"]' --tty --stop-timeout 0", {"entrypoint": ["/bin/busybox", "env"], "tty": True, "stop_timeout": 0}),
}  # fmt: skip
COMPOSE = f"""
x-podman: {{in_pod: false}}
services:
  web:
    image: {BUSYBOX}
    container_name: composed
    command: [sleep, "1000"]
    environment: {{LETTER: a}}
    ports: ["18063:8080"]
    volumes: ["stock:/data"]
    restart: unless-stopped
    stop_grace_period: 0s
volumes: {{stock: {{}}}}
"""


@pytest.fixture(scope="module")
def ready(host):
    host.good("user", name=ACCOUNT)
    host.good("image", user=ACCOUNT, name=BUSYBOX)
    host.good("network", user=ACCOUNT, name="net", subnet="10.77.6.0/24")
    host.good("secret", user=ACCOUNT, name="token", data="quiet")
    yield host
    host.remove_account(ACCOUNT)


@pytest.mark.parametrize("name", BY_HAND)
def test_made_by_hand(name, ready):
    flags, options = BY_HAND[name]
    ready.run_as(ACCOUNT, f"podman run --detach --name {name} {flags} {BUSYBOX} {shlex.join(SLEEP)}")
    taken_over(ready, {"name": name, "image": BUSYBOX, "command": SLEEP, **options})


def test_made_by_hand_in_a_pod(ready):
    ready.run_as(
        ACCOUNT, "podman pod create --name shop --publish 18064:8080 --label app=Shop --hostname shop"
    )
    ready.run_as(
        ACCOUNT, f"podman run --detach --pod shop --name member --stop-timeout 0 {BUSYBOX} sleep 1000"
    )
    before = identity(ready, "member")
    member = {"name": "member", "image": BUSYBOX, "command": SLEEP, "stop_timeout": 0}
    shop = {
        "user": ACCOUNT,
        "name": "shop",
        "publish": ["18064:8080"],
        "label": {"app": "Shop"},
        "hostname": "shop",
    }
    result = ready.good("pod", **shop, containers=[member])
    assert (result["changed"], result["adopted"], result["plan"]) == (False, True, [])
    assert identity(ready, "member") == before


def test_what_is_too_open_is_not_taken_over(ready):
    """ALL is no name of a capability, and what it takes away shows only beside what is given back."""
    ready.run_as(ACCOUNT, f"podman run --detach --name open --stop-timeout 0 {BUSYBOX} sleep 1000")
    task = {"name": "open", "image": BUSYBOX, "command": SLEEP, "stop_timeout": 0, "cap_drop": ["all"]}
    result = ready.good("container", user=ACCOUNT, **task)
    assert [each["option"] for each in result["plan"][0]["reasons"]] == ["cap_drop"]
    assert not ready.good("container", user=ACCOUNT, **task)["changed"]


def test_made_by_compose(ready):
    ready.run(
        "command -v podman-compose || apt-get -qq -y install --no-install-recommends podman-compose >&2"
    )
    ready.run_as(ACCOUNT, "mkdir -p ~/shop && cat > ~/shop/compose.yaml", stdin=COMPOSE.encode())
    ready.run_as(ACCOUNT, "cd ~/shop && podman-compose up --detach >&2")
    taken_over(
        ready,
        {
            "name": "composed", "image": BUSYBOX, "command": SLEEP, "env": {"LETTER": "a"}, "publish": ["18063:8080"],
            "volume": ["shop_stock:/data"], "network": ["shop_default"], "restart_policy": "unless-stopped",
        },
    )  # fmt: skip


def taken_over(host, task):
    """The task finds what it says, and of one more option it says that it is new."""
    before = identity(host, task["name"])
    result = host.good("container", user=ACCOUNT, **task)
    assert (result["changed"], result["adopted"], result["plan"]) == (False, True, [])
    assert identity(host, task["name"]) == before
    more = host.good("container", check_mode=True, user=ACCOUNT, **{**task, "timezone": "local"})
    reasons = [(each["option"], each["why"]) for step in more["plan"] for each in step["reasons"]]
    assert reasons == [("timezone", "declared")]


def identity(host, name):
    return json.loads(host.run_as(ACCOUNT, f"podman inspect {name}"))[0]["Id"]
