# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What counts as unused, and what is never taken for it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._unused import (
    DEFAULT_NETWORK,
    KINDS,
    Listing,
    ended,
    parse,
    removed,
    seconds,
    unused,
)

NOW = 1_800_000_000.0
OLD, YOUNG = "2027-01-01T00:00:00.123456789Z", NOW - 60


def wishes(**asked: Any) -> Any:
    return parse({**dict.fromkeys(KINDS, False), **asked}, NOW)


def chosen(there: Listing, **asked: Any) -> list[str]:
    """Names of what is removed."""
    wished = wishes(**asked)
    first = ended(wished, there)
    return [step.name for step in [*first, *unused(wished, there, removed(first, there))]]


def container(name: str, state: str = "exited", **more: Any) -> dict[str, Any]:
    return {"Id": name, "Names": [name], "State": state, "Created": OLD, "ImageID": "used", **more}


def image(name: str, tags: list[str], **more: Any) -> dict[str, Any]:
    return {"Id": name, "RepoTags": tags, "Created": seconds(OLD), "Size": 5, **more}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"images": "false"},
        {"images": "dangling"},
        {"images": {"named": True}},
        {"volumes": {"all": True}},
        {"build_cache": {"label": "x"}},
        {"images": {"all": "yes"}},
        {"images": {"until": "soon"}},
        {"images": {"until": "5"}},
        {"images": {"label": [1]}},
        {"images": ["all"]},
    ],
)
def test_what_cannot_be_meant_is_refused(asked: Any) -> None:
    with pytest.raises(Failure):
        wishes(**asked)


def test_only_what_is_named_goes() -> None:
    there = Listing(
        containers=[container("done")],
        pods=[{"Id": "p", "Name": "pod", "Status": "Exited", "Created": OLD}],
        networks=[{"id": "n", "name": "net", "created": OLD}],
        volumes=[{"Name": "v", "CreatedAt": OLD, "Anonymous": True}],
        images=[image("i", [])],
        cache=("/var/tmp/cache", seconds(OLD)),
    )
    assert chosen(there, containers=True) == ["done"]
    assert chosen(there, pods="yes") == ["pod"]
    assert chosen(there, networks=True) == ["net"]
    assert chosen(there, volumes=True) == ["v"]
    assert chosen(there, images={}) == ["i"]
    assert chosen(there, build_cache=True) == ["/var/tmp/cache"]
    assert chosen(there, **dict.fromkeys(KINDS, True)) == ["done", "pod", "net", "v", "/var/tmp/cache", "i"]


def test_containers_that_stay() -> None:
    there = Listing(
        containers=[
            container("runs", "running"),
            container("paused", "paused"),
            container("web.rp-old"),
            container("member", Pod="p"),
            container("built", "storage", Command=["buildah"]),
            container("needed"),
            container("needed-by-needed"),
            container("young", Created=YOUNG),
            container("made", "created"),
        ],
        needs={"runs": {"needed"}, "needed": {"needed-by-needed"}, "made": {"young"}},
    )
    assert chosen(there, containers=True) == ["made", "young"]
    assert chosen(there, containers={"until": "59s"}) == ["made", "young"]
    assert chosen(there, containers={"until": "1h"}) == ["made"]


def test_labels() -> None:
    there = Listing(
        containers=[
            container("a", Labels={"keep": "yes", "app": "x"}),
            container("b", Labels={"app": "y"}),
            container("c", Labels=None),
        ]
    )
    assert chosen(there, containers={"label": "app"}) == ["a", "b"]
    assert chosen(there, containers={"label": ["app", "keep=yes"]}) == ["a"]
    assert chosen(there, containers={"label": {"app": "y"}}) == ["b"]
    assert chosen(there, containers={"label!": ["keep", "app=z"]}) == ["b", "c"]


def test_what_goes_frees_what_it_used() -> None:
    there = Listing(
        containers=[
            container("done", ImageID="i", Networks=["net"]),
            container("pod-infra", Pod="p", Networks=["pods"], ImageID="pause"),
            container("built", "storage", Command=["buildah"], ImageID="base"),
        ],
        pods=[{"Id": "p", "Name": "pod", "Status": "Exited", "Created": OLD}],
        networks=[
            {"id": "n", "name": "net", "created": OLD},
            {"id": "q", "name": "pods", "created": OLD},
            {"id": DEFAULT_NETWORK, "name": "mine", "created": OLD},
            {"id": "d", "name": "podman", "created": OLD},
        ],
        images=[image("i", ["i:1"]), image("pause", ["pause:1"]), image("base", ["base:1"])],
    )
    every = {"all": True}
    assert chosen(there, networks=True, images=every) == []
    assert chosen(there, containers=True, networks=True, images=every) == ["done", "net", "i:1"]
    assert chosen(there, pods=True, networks=True, images=every) == ["pod", "pods", "pause:1"]
    assert chosen(there, build_cache=True, images=every) == ["built", "base:1"]


def test_volumes_with_a_name_only_go_when_that_is_said() -> None:
    there = Listing(
        volumes=[
            {"Name": "anonymous", "CreatedAt": OLD, "Anonymous": True},
            {"Name": "named", "CreatedAt": OLD},
            {"Name": "held", "CreatedAt": OLD, "Anonymous": True},
        ],
        volumes_in_use={"held"},
    )
    assert chosen(there, volumes=True) == ["anonymous"]
    assert chosen(there, volumes={"named": True}) == ["anonymous", "named"]


def test_images_that_others_are_built_on() -> None:
    there = Listing(
        containers=[container("runs", "running", ImageID="used")],
        images=[
            image("base", ["base:1"]),
            image("layer", [], ParentId="base"),
            image("used", ["used:1"], ParentId="layer"),
            image("lone", [], ParentId=""),
            image("top", [], ParentId="lone"),
            image("pinned", [], Names=["app@sha256:1"]),
            image("list", [], IsManifestList=True),
            image("shared", [], ReadOnly=True),
        ],
    )
    assert chosen(there, images=True) == ["top", "lone"]
    assert chosen(there, images={"all": True}) == ["app@sha256:1", "top", "lone"]
    assert chosen(there, images={"all": True, "until": "2026-12-31"}) == []


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("1970-01-01T00:01:00Z", 60),
        ("1970-01-01T01:01:00+01:00", 60),
        ("1970-01-01T00:01:00.5Z", 60.5),
        ("1970-01-01", 0),
        (60, 60),
    ],
)
def test_times(raw: Any, told: float) -> None:
    assert seconds(raw) == told
