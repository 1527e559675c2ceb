# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Units take over containers with many options: all that inspect shows is the same as before, and so is all data.

What is compared here is everything but what is named below, so that this test and the module's own comparison are two.
"""

from __future__ import annotations

import json

import pytest
from support.prepare import BUSYBOX, NGINX, prepare

ACCOUNT = "takeover"
RELEASES = ["trixie", "forky"]
# New with every container, or of each start.
PASSING = {
    "Id", "Created", "Path", "Args", "State", "ResolvConfPath", "HostnamePath", "HostsPath", "StaticDir", "OCIConfigPath", "ConmonPidFile", "PidFile",
    "GraphDriver", "ExecIDs", "lockNumber", "RestartCount", "ProcessLabel", "MountLabel", "Dependencies", "Pod",
}  # fmt: skip
# What systemd and Quadlet own, and what inherits from whoever started it.
SYSTEMDS = {
    "Config": {"CreateCommand", "sdNotifyMode", "sdNotifySocket", "Hostname"},
    "HostConfig": {"AutoRemove", "RestartPolicy", "Cgroups", "Cgroup", "CgroupParent", "ContainerIDFile", "Ulimits", "Binds", "Annotations", "OomScoreAdj"},
}  # fmt: skip
MADE = {
    "full": (
        "-e A=b -e 'C=d \"e\" $f %h' -v /data -v named:/named:ro,noexec -v /srv/takeover:/bind:ro --tmpfs /cache:size=1m "
        "--mount type=tmpfs,target=/tm,tmpfs-size=2m -p 127.0.0.1:18123:80 -p 81 --expose 99 --secret tok --secret tok,type=env,target=TOK "
        "--secret tok,target=/etc/tok,uid=1,mode=0400 --network n1:ip=10.98.3.50 --network-alias al --dns 1.1.1.1 --dns-search a.example "
        "--dns-option ndots:1 --add-host db:10.0.0.1 --hostname hh --cap-add sys_time --cap-drop chown --security-opt no-new-privileges "
        "--sysctl net.ipv4.ip_unprivileged_port_start=0 --ulimit nofile=1024:2048 --label l=m --annotation note=a --group-add 100 --workdir /tmp "
        "--umask 0077 --tz Etc/UTC --init --stop-signal INT --stop-timeout 3 --restart always --log-driver k8s-file --log-opt max-size=1mb "
        "--health-cmd true --health-interval 20s --health-on-failure kill --shm-size 32m --read-only --device /dev/null:/dev/walk "
        "--entrypoint '[\"/bin/busybox\"]' -it"
    ),
    "keeps": "--userns keep-id --ipc host --pid host --uts host --user 1000",
    "privileged": "--privileged --network host --entrypoint /bin/sleep",
    "pasta": "--network pasta:--mtu,1400 --security-opt unmask=/proc/kcore --personality LINUX32",
}  # fmt: skip
COMPOSE = f"""
services:
  db:
    image: {BUSYBOX}
    command: sleep 1000
    stop_grace_period: 1s
    volumes: ["data:/data", "/scratch"]
    environment: {{PASSWORD: "a b$$c"}}
    healthcheck: {{test: ["CMD", "true"], interval: 5s}}
  web:
    image: {NGINX}
    depends_on: [db]
    ports: ["127.0.0.1:18124:8080"]
    labels: {{tier: front}}
    restart: unless-stopped
volumes:
  data:
"""


def seen(host, name):
    """All of a container that is to stay, in a form that can be compared."""
    found = json.loads(host.run_as(ACCOUNT, f"podman inspect {name}"))[0]
    told = {key: value for key, value in found.items() if key not in PASSING}
    for part, left in SYSTEMDS.items():
        told[part] = {key: value for key, value in found[part].items() if key not in left}
    config = told["Config"]
    hostname = found["Config"]["Hostname"]
    config["Env"] = sorted(each for each in config["Env"] or [] if each != f"HOSTNAME={hostname}")
    own = ("rootless.podman.record", "PODMAN_SYSTEMD_UNIT")
    config["Labels"] = {key: value for key, value in (config["Labels"] or {}).items() if key not in own}
    notes = (
        "io.podman.annotations.autoremove",
        "io.podman.annotations.cid-file",
        "io.kubernetes.cri-o.",
        "io.container.manager",
    )
    config["Annotations"] = {
        key: value for key, value in config["Annotations"].items() if not key.startswith(notes)
    }
    log = told["HostConfig"]["LogConfig"]
    log["Path"] = str(log["Path"]).replace(found["Id"], "ID")
    networks = found["NetworkSettings"].get("Networks") or {}
    own_names = {found["Id"][:12], hostname, name}
    told["NetworkSettings"] = {
        key: sorted(set(each.get("Aliases") or []) - own_names) for key, each in networks.items()
    }
    told["Mounts"] = sorted(told["Mounts"], key=lambda each: each["Destination"])
    for each in (told, config, told["HostConfig"]):
        for key, value in each.items():
            if value in (None, [], {}, "", False):
                each[key] = None
            elif key in ("BoundingCaps", "EffectiveCaps", "SecurityOpt"):
                each[key] = sorted(value)
    return told


def nameless_to_named(told, volumes):
    """What is said of volumes that had no name, as it is said of those that have their data now."""
    text = json.dumps(told)
    for volume, name in volumes.items():
        text = text.replace(volume, name)
    return json.loads(text)


def differing(one, other, path=""):
    """The paths at which two such things differ, with what is there."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            each
            for key in sorted({*one, *other})
            for each in differing(one.get(key), other.get(key), f"{path}.{key}")
        ]
    return [] if one == other else [f"{path[1:]}: {one!r} and {other!r}"]


@pytest.fixture(params=RELEASES)
def place(request, testbed):
    release = request.param
    host = prepare(testbed.up("it" if release == "trixie" else f"it-{release}", "--release", release))
    host.good("user", name=ACCOUNT)
    host.run("mkdir -p /srv/takeover && chmod a+rx /srv/takeover")
    host.run_as(ACCOUNT, f"podman pull -q {BUSYBOX} && podman pull -q {NGINX}")
    yield host
    host.remove_account(ACCOUNT)


def taken(host, names, **more):
    """Take over and return the containers by name; nothing is left to do afterwards."""
    done = host.good("quadlet_from", user=ACCOUNT, containers=names, **more)
    assert done["changed"]
    again = host.good("quadlet_from", user=ACCOUNT, containers=names, **more)
    assert not again["changed"]
    return {each["name"]: each for each in done["containers"]}


def test_made_by_the_command_line(place):
    place.run_as(
        ACCOUNT, "echo x | podman secret create tok - && podman network create n1 --subnet 10.98.3.0/24"
    )
    before = {}
    for name, words in MADE.items():
        place.run_as(
            ACCOUNT,
            f"podman run -d --name {name} {words} {BUSYBOX} {'1000' if name == 'privileged' else 'sleep 1000'}",
        )
        before[name] = seen(place, name)
    place.run_as(ACCOUNT, "podman exec full sh -c 'echo kept > /data/x'")
    done = taken(place, sorted(MADE))
    for name in MADE:
        assert differing(nameless_to_named(before[name], done[name]["volumes"]), seen(place, name)) == [], (
            name
        )
    assert "volume" in done["full"]["definition"]
    place.run_as(ACCOUNT, "systemctl --user restart full.service")
    assert place.run_as(ACCOUNT, "podman exec full cat /data/x") == "kept\n"
    assert place.run_as(ACCOUNT, "podman ps -aq").count("\n") == len(MADE)


def test_made_by_compose(place):
    place.run(
        "apt-get -qq -y install podman-compose >/dev/null 2>&1 || apt-get -qq update && apt-get -qq -y install podman-compose >/dev/null"
    )
    place.run_as(ACCOUNT, "mkdir -p ~/shop && cat > ~/shop/compose.yaml", stdin=COMPOSE.encode())
    place.run_as(ACCOUNT, "cd ~/shop && podman-compose up -d 2>&1")
    names = ["shop_db_1", "shop_web_1"]
    place.run_as(ACCOUNT, "podman exec shop_db_1 sh -c 'echo one > /data/x; echo two > /scratch/x'")
    before = {name: seen(place, name) for name in names}
    done = taken(place, "all")
    for name in names:
        assert differing(nameless_to_named(before[name], done[name]["volumes"]), seen(place, name)) == [], (
            name
        )
    assert "shop_db_1.service" in done["shop_web_1"]["text"]
    place.run_as(ACCOUNT, "systemctl --user restart shop_db_1.service")
    assert place.run_as(ACCOUNT, "podman exec shop_db_1 cat /data/x /scratch/x") == "one\ntwo\n"
    assert "Welcome" in place.run("wget -qO- http://127.0.0.1:18124/ || curl -s http://127.0.0.1:18124/")
