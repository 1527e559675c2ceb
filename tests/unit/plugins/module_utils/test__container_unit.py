# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers as units: keys where the version has them, flags elsewhere, and no value that becomes something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._quadlet import parse, render
from ansible_collections.rootless.podman.plugins.module_utils._quadlet_keys import SINCE, has_version
from ansible_collections.rootless.podman.plugins.module_utils._resources import container_unit
from ansible_collections.rootless.podman.plugins.module_utils._resources.container import TABLE
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.strategies import CONTAINER

IMAGE = "docker.io/library/busybox:1.37"


def text(version: str = "5.8.0", **params: object) -> str:
    return render(container_unit.unit_of_container("web", IMAGE, TABLE.parse(params), version))


def test_a_container_as_people_write_it() -> None:
    assert text(
        command="httpd -f -p 8080",
        env={"GREETING": 'costs 5 $, "100 %"'},
        volume=["pages:/www:ro", "data.volume:/odd"],
        publish=["127.0.0.1:8080:8080"],
        network=["inner"],
        healthcheck="test -e /www/index.html",
        restart_policy="always",
        memory="64m",
    ) == (
        "[Container]\n"
        "ContainerName=web\n"
        f"Image={IMAGE}\n"
        'Exec="httpd" "-f" "-p" "8080"\n'
        'Environment="GREETING=costs 5 $$, \\"100 %%\\""\n'
        'PodmanArgs="--volume=data.volume:/odd"\n'
        "Volume=pages:/www:ro\n"
        "PublishPort=127.0.0.1:8080:8080/tcp\n"
        "Network=inner\n"
        'PodmanArgs="--health-cmd=test -e /www/index.html"\n'
        "Memory=64m\n"
        "\n"
        "[Service]\n"
        "Restart=always\n"
    )


@pytest.mark.parametrize(
    ("params", "old", "new"),
    [
        (
            {"network": ["n:alias=b,alias=a,ip=10.0.0.2,mac=92:d0:c6:0a:29:33", "m"]},
            None,
            "Network=n:ip=10.0.0.2,mac=92:d0:c6:0a:29:33,alias=b,alias=a",
        ),
        ({"network": ["pasta:--mtu,1400"]}, None, "Network=pasta:--mtu,1400"),
        ({"network": ["ns:/run/a"]}, None, "Network=ns:/run/a"),
        ({"memory": "64m"}, 'PodmanArgs="--memory=64m"', "Memory=64m"),
        ({"workdir": "/srv"}, 'PodmanArgs="--workdir=/srv"', "WorkingDir=/srv"),
        ({"http_proxy": False}, 'PodmanArgs="--http-proxy=false"', "HttpProxy=false"),
        ({"ulimit": ["nofile=1:2"]}, 'PodmanArgs="--ulimit=nofile=1:2"', "Ulimit=nofile=1:2"),
        ({"healthcheck": ["CMD", "a", "b c"]}, None, 'PodmanArgs="--health-cmd=[\\"a\\", \\"b c\\"]"'),
        ({"healthcheck": "none"}, None, "HealthCmd=none"),
        ({"entrypoint": ["a", "b"]}, None, 'PodmanArgs="--entrypoint=[\\"a\\", \\"b\\"]"'),
        ({"workdir": "/with blank/%n"}, None, 'PodmanArgs="--workdir=/with blank/%%n"'),
        (
            {"network": ["inner:ip=10.1.1.1,mac=92:d0:c6:0a:29:33"]},
            None,
            "Network=inner:ip=10.1.1.1,mac=92:d0:c6:0a:29:33",
        ),
        ({"ip": "10.88.0.9"}, None, "Network=podman"),
        ({"rootfs": True}, None, f"Rootfs={IMAGE}"),
        ({"sdnotify": "healthy"}, None, "Notify=healthy"),
        ({"mount": ["type=tmpfs,target=/x"]}, None, 'PodmanArgs="--tmpfs=/x"'),
        ({"secrets": ["token"]}, None, "Secret=token,type=mount,uid=0,gid=0,mode=0444"),
        ({"log_driver": "k8s-file", "log_opt": {"max_size": "1m"}}, None, "LogOpt=max-size=1048576"),
    ],
)
def test_keys_and_flags(params: dict, old: str | None, new: str) -> None:
    assert new in text(**params).splitlines()
    if old:
        assert old in text("4.4.0", **params).splitlines()


@pytest.mark.parametrize(
    ("params", "option"),
    [
        ({"rm": False}, "rm"),
        ({"sdnotify": "ignore"}, "sdnotify"),
        ({"restart_policy": "on-failure:3"}, "restart_policy"),
        ({"cgroup_parent": "user.slice"}, "cgroup_parent"),
        ({"init_ctr": "once"}, "init_ctr"),
        ({"spec_fields": {"umask": "0077"}}, "spec_fields"),
        ({"command": ["echo", ""]}, "command"),
        ({"command": ["echo", ";"]}, "command"),
        ({"env": {"A": "a\r\nb"}}, "env"),
    ],
)
def test_what_a_unit_cannot_do_is_refused(params: dict, option: str) -> None:
    with pytest.raises(Failure, match=f"^{option}: "):
        text(**params)


def test_an_image_that_is_called_like_a_unit() -> None:
    with pytest.raises(Failure, match="^image: "):
        container_unit.unit_of_container("web", "localhost/web.image", {}, "5.8.0")


@given(st.fixed_dictionaries({}, optional=CONTAINER), st.sampled_from(["4.4.0", "5.0.0", "5.4.2", "5.8.6"]))
def test_whatever_a_task_says_becomes_a_unit_or_a_sentence(params: dict, version: str) -> None:
    try:
        spec = TABLE.parse(params)
    except Failure:
        return
    try:
        unit = container_unit.unit_of_container("web", IMAGE, spec, version)
        printed = render(unit)
    except Failure as refusal:
        assert "\n" not in refusal.message
        return
    assert parse(printed) == unit
    for key, _value in unit.section("Container").lines:
        assert has_version(version, SINCE["Container"][key]), key
    assert {section.name for section in unit.sections} <= {"Container", "Service"}


def test_every_key_and_every_option_is_one() -> None:
    assert set(container_unit.KEYS.values()) <= set(SINCE["Container"])
    for names in (
        container_unit.KEYS,
        container_unit.FLAGS,
        container_unit.SPECIAL,
        container_unit.PRINTED,
        container_unit.REFUSED,
    ):
        assert set(names) <= set(TABLE.by_name)
