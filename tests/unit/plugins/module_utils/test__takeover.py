# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what inspect says of a container to the options that declare it, and what is said when that is not all."""

from __future__ import annotations

import copy
import shlex
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _record, _takeover
from ansible_collections.rootless.podman.plugins.module_utils._command_line import flags
from ansible_collections.rootless.podman.plugins.module_utils._resources.container import TABLE
from ansible_collections.rootless.podman.plugins.module_utils._resources.container_found import options_of
from ansible_collections.rootless.podman.plugins.module_utils._resources.container_inspected import Found

ID = "ab" * 32
NAMELESS = "cd" * 32
KEY = b"k" * 32
IMAGE = {
    "Config": {
        "Cmd": ["serve"],
        "Env": ["PATH=/bin"],
        "Labels": {"version": "1"},
        "ExposedPorts": {"80/tcp": {}},
        "StopSignal": "SIGKILL",
    }
}
PLAIN: dict[str, Any] = {
    "Id": ID, "Name": "web", "Image": "ef" * 32, "ImageName": "docker.io/library/web:1", "Mounts": [],
    "Config": {
        "Cmd": ["serve"], "Env": ["PATH=/bin", "container=podman", "HOME=/", f"HOSTNAME={ID[:12]}", "https_proxy=x"], "User": "",
        "Labels": {"version": "1"}, "Hostname": ID[:12], "WorkingDir": "/", "StopSignal": "SIGKILL", "StopTimeout": 10, "Umask": "0022",
        "ExposedPorts": {"80/tcp": {}}, "Annotations": {"io.container.manager": "libpod", "org.systemd.property.KillSignal": "9"},
        "HealthLogDestination": "local", "HealthcheckMaxLogCount": 5, "HealthcheckMaxLogSize": 500, "HealthcheckOnFailureAction": "none",
    },
    "HostConfig": {
        "NetworkMode": "pasta", "IpcMode": "shareable", "PidMode": "private", "UTSMode": "private", "CgroupMode": "private", "ShmSize": 65536000,
        "PidsLimit": 2048, "LogConfig": {"Type": "journald", "Size": "0B"}, "RestartPolicy": {"Name": "no"}, "Tmpfs": {},
        "CpuPeriod": 0, "CpuQuota": 0, "Ulimits": [{"Name": "RLIMIT_NOFILE", "Soft": 20000, "Hard": 20000}],
    },
    "NetworkSettings": {"Networks": None},
}  # fmt: skip


def container(command: str = "", **changes: Any) -> Found:
    """A container with changes at dotted paths (written with ``__``)."""
    inspect = copy.deepcopy(PLAIN)
    for path, value in changes.items():
        place = path.replace("__", ".")
        *parents, last = place.split(".")
        there = inspect
        for each in parents:
            there = there[each]
        there[last] = value
    return Found(inspect, IMAGE, flags(shlex.split(command)), {"99" * 32: "lower"}, {NAMELESS: "web-data"})


def test_what_comes_from_the_image_and_from_podman_is_no_option() -> None:
    told = options_of(container())
    assert (told.options, told.lost) == ({}, [])


VOLUME = {
    "Type": "volume",
    "Name": NAMELESS,
    "Source": "/x/_data",
    "Destination": "/data",
    "Options": ["nosuid", "nodev", "rbind"],
    "RW": True,
    "Propagation": "rprivate",
}
BIND = {
    "Type": "bind",
    "Source": "/srv",
    "Destination": "/srv",
    "Options": ["rbind"],
    "RW": False,
    "Propagation": "rslave",
}
CASES: list[tuple[Found, dict[str, Any]]] = [
    (container(Mounts=[VOLUME, BIND]), {"volume": ["web-data:/data", "/srv:/srv:rslave,ro"]}),
    (container("podman run -v /a:/o:O i", Mounts=[{**BIND, "Destination": "/o", "Options": ["lowerdir=/a"]}]), {"volume": ["/a:/o:O"]}),
    (container(Config__Cmd=["other"]), {"command": ["other"]}),
    (container(Config__Entrypoint=["/e"], Config__Cmd=["serve"]), {"entrypoint": ["/e"], "command": ["serve"]}),
    (container(Config__Env=["PATH=/bin", "A=b=c", "HOME=/root"]), {"env": {"A": "b=c"}}),
    (container("podman run -e HOME=/ i", Config__Env=["HOME=/"]), {"env": {"HOME": "/"}}),
    (container("podman run --secret t,type=env i", Config__Env=["t=*******"]), {"secrets": ["t,type=env"]}),
    (container(Config__Labels={"version": "1", "a": "b", "io.containers.autoupdate": "local"}), {"label": {"a": "b"}, "auto_update": "local"}),
    (container(HostConfig__NetworkMode="container:" + "99" * 32), {"network": ["container:lower"]}),
    (container(HostConfig__NetworkMode="host"), {"network": ["host"]}),
    (container("podman run --network pasta:-4 i"), {"network": ["pasta:-4"]}),
    (
        container(HostConfig__NetworkMode="bridge", NetworkSettings={"Networks": {"n": {"Aliases": [ID[:12], "web", "al"]}}}),
        {"network": ["n"], "network_aliases": ["al"]},
    ),
    (
        container("podman run --network n:ip=10.0.0.2 i", HostConfig__NetworkMode="bridge", NetworkSettings={"Networks": {"n": {}}}),
        {"network": ["n:ip=10.0.0.2"]},
    ),
    (
        container(HostConfig__PortBindings={"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}, Config__ExposedPorts={"80/tcp": {}, "9/udp": {}}),
        {"publish": ["8080:80/tcp"], "expose": ["9/udp"]},
    ),
    (container("podman run --sysctl a=b=c i"), {"sysctl": {"a": "b=c"}}),
    (container(Config__Annotations={"io.podman.annotations.userns": "keep-id"}, Config__User="1000:1000"), {"userns": "keep-id"}),
    (container(HostConfig__IDMappings={"UidMap": ["0:1:9"], "GidMap": ["0:1:9"]}), {"uidmap": ["0:1:9"], "gidmap": ["0:1:9"]}),
    (container(HostConfig__LogConfig={"Type": "k8s-file", "Size": "1MB"}), {"log_driver": "k8s-file", "log_opt": {"max_size": "1000000"}}),
    (container(HostConfig__RestartPolicy={"Name": "on-failure", "MaximumRetryCount": 3}), {"restart_policy": "on-failure"}),
    (container(Config__Healthcheck={"Test": ["CMD-SHELL", "a"], "Interval": 10**9, "Timeout": 30 * 10**9, "Retries": 1}),
     {"healthcheck": ["CMD-SHELL", "a"], "healthcheck_interval": "1s", "healthcheck_retries": 1}),
    (container(HostConfig__Memory=1024, HostConfig__MemorySwap=2048, HostConfig__CpuPeriod=100000, HostConfig__CpuQuota=50000), {"memory": 1024, "cpus": 0.5}),
    (container(HostConfig__Tmpfs={"/c": "size=1m,rw,rprivate,nosuid,nodev,tmpcopyup"}), {"tmpfs": {"/c": "size=1m"}}),
    (container("podman run --device /dev/null i", HostConfig__Privileged=True, HostConfig__CapAdd=["CAP_X"]), {"privileged": True}),
    (container(HostConfig__UTSMode="host", Config__Hostname="node"), {"uts": "host"}),
    (container(Config__Hostname="node"), {"hostname": "node"}),
    (container("podman run --ulimit nofile=1:2 --http-proxy=false i"), {"ulimit": ["nofile=1:2"], "http_proxy": False}),
]  # fmt: skip


@pytest.mark.parametrize(("found", "options"), CASES, ids=[str(number) for number in range(len(CASES))])
def test_what_was_said_is_an_option_that_the_table_takes(found: Found, options: dict[str, Any]) -> None:
    told = options_of(found)
    assert (told.options, told.lost) == (options, [])
    TABLE.parse(told.options)


@pytest.mark.parametrize(
    ("found", "option"),
    [
        (container(Config__Env=["TOKEN=*******"]), "secrets"),
        (container(Mounts=[{**BIND, "Options": ["lowerdir=/a"]}]), "volume"),
        (container(Mounts=[{**VOLUME, "SubPath": "a"}]), "volume"),
    ],
)
def test_what_podman_does_not_tell_is_named(found: Found, option: str) -> None:
    assert [each.partition(":")[0] for each in options_of(found).lost] == [option]


def test_files_in_the_container_itself() -> None:
    inspect = container(Mounts=[VOLUME]).inspect
    changed = [
        {"Path": path, "Kind": 0}
        for path in (
            "/etc",
            "/etc/mine",
            "/etc/hosts",
            "/data",
            "/run/a",
            "/tmp/b",
            "/var",
            "/var/lib",
            "/var/lib/x",
        )
    ]
    assert _takeover.written(inspect, changed) == ["/etc/mine", "/var/lib/x"]
    told = _takeover.losses(inspect, {}, KEY, changed)
    assert [each.partition(":")[0] for each in told] == ["files"]


def test_other_losses() -> None:
    record = _record.write(KEY, "container", "web", {"sysctl": {}, "image": "x"})
    inspect = container(
        HostConfig__AutoRemove=True,
        HostConfig__RestartPolicy={"Name": "on-failure", "MaximumRetryCount": 3},
        Config__Labels={_record.LABEL: record},
    ).inspect
    assert [each.partition(":")[0] for each in _takeover.losses(inspect, {}, KEY, [])] == [
        "rm",
        "restart_policy",
        "sysctl",
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"Name": "web.rp-new"}, "killed run"),
        ({"Pod": "x"}, "in a pod"),
        ({"Config__Labels": {"rootless.podman.app": "shop"}}, "the app shop"),
        ({"Config__Labels": {"PODMAN_SYSTEMD_UNIT": "other.service"}}, "other.service"),
    ],
)
def test_what_no_unit_can_take_over(changes: dict[str, Any], why: str) -> None:
    told = _takeover.refuse(container(**changes).inspect)
    assert why in told if why else not told


def test_the_same_but_for_what_systemd_owns() -> None:
    before = container(Mounts=[VOLUME]).inspect
    after = copy.deepcopy(dict(before))
    after.update(Id="12" * 32, Mounts=[{**VOLUME, "Name": "web-data", "Source": "/y/_data"}])
    after["Config"].update(
        Hostname="12" * 6, Env=[*PLAIN["Config"]["Env"][:3], f"HOSTNAME={'12' * 6}", "https_proxy=x"]
    )
    after["Config"]["Labels"] = {"version": "1", "PODMAN_SYSTEMD_UNIT": "web.service", _record.LABEL: "x"}
    after["HostConfig"].update(
        AutoRemove=True, CgroupParent="", RestartPolicy={"Name": ""}, ShmSize=65536000, Tmpfs=None
    )
    assert _takeover.differences(before, after, {NAMELESS: "web-data"}, {}) == []
    assert _takeover.differences(before, after, {}, {}) == ["Mounts"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Config.User", "1"), ("Config.Env", ["A=b"]), ("Config.Labels", {"a": "b"}), ("HostConfig.Memory", 1), ("HostConfig.PortBindings", {"80/tcp": []}),
        ("NetworkSettings.Networks", {"n": {}}), ("Config.Secrets", [{"Name": "a"}]), ("Image", "x"), ("Mounts", [BIND]), ("Config.Annotations", {"a": "b"}),
    ],
)  # fmt: skip
def test_anything_else_is_a_difference(path: str, value: Any) -> None:
    before, after = (copy.deepcopy(PLAIN) for _each in range(2))
    *parents, last = path.split(".")
    there = after
    for each in parents:
        there = there[each]
    there[last] = value
    found = _takeover.differences(before, after, {}, {})
    assert found == [path]


def test_fixed_addresses_and_names_count_when_they_were_said() -> None:
    before, after = (copy.deepcopy(PLAIN) for _each in range(2))
    for each, address in ((before, "10.0.0.2"), (after, "10.0.0.3")):
        each["NetworkSettings"]["Networks"] = {"n": {"IPAddress": address}}
        each["Config"]["Hostname"] = address
    assert _takeover.differences(before, after, {}, {}) == []
    told = {"network": ["n:ip=10.0.0.2"], "hostname": "x"}
    assert sorted(_takeover.differences(before, after, {}, told)) == [
        "Config.Hostname",
        "NetworkSettings.Networks.IPAddress",
    ]


def test_a_unit_as_people_may_see_it() -> None:
    text = '[Container]\nEnvironment="WORD=open sesame=1"\nEnvironment=A=b\nPodmanArgs="--env-merge=P=x"\nExec=serve\n'
    shown = _takeover.hidden_text(text)
    assert not [each for each in ("sesame", "=b", "=x") if each in shown]
    assert all(
        each in shown for each in ('"WORD=(hidden)"', "A=(hidden)", "--env-merge=P=(hidden)", "Exec=serve")
    )
    assert _takeover.hidden_options({"env": {"A": "b"}, "tty": True}) == {
        "env": {"A": "(hidden)"},
        "tty": True,
    }
