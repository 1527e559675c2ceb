# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes, mounts and temporary file systems: spellings, what is posted, what inspect shows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._mounts import (
    MountList,
    Tmpfs,
    Volumes,
    reported_mounts,
)
from ansible_collections.rootless.podman.plugins.module_utils._options import Facts
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_inspect import (
    container_inspect,
    image_inspect,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import hostile, house

FACTS = Facts((5, 4, 2))
ALL = (Volumes(), MountList(), Tmpfs())

part = st.text("abcXYZ019_.-", min_size=1, max_size=8).filter(lambda text: text[0] not in "_.-")
path = st.lists(part, min_size=1, max_size=3).map(lambda parts: "/" + "/".join(parts))
flags = st.lists(st.sampled_from(["ro", "Z", "U", "nosuid", "rprivate"]), max_size=3, unique=True)
volumes = st.lists(
    st.tuples(st.one_of(path, part), path, flags), max_size=4, unique_by=lambda each: each[1]
).map(
    lambda drawn: [
        ":".join(filter(None, [source, target, ",".join(options)])) for source, target, options in drawn
    ]
)


def reported(body: dict) -> list[dict]:
    """What inspect shows of the mounts in a create body."""
    return reported_mounts(container_inspect(body, image_inspect()))


@house
@given(volumes)
def test_what_is_posted_is_found_again(written: list[str]) -> None:
    typed = Volumes().parse(written)
    body: dict = {}
    Volumes().write(typed, body, FACTS)
    assert Volumes().covers(typed, reported(body))
    assert Volumes().parse(Volumes().show(typed)) == typed


@house
@given(volumes, st.data())
def test_what_was_not_posted_is_missed(written: list[str], data: Any) -> None:
    typed = Volumes().parse([*written, "/one/more:/one/more"])
    forgotten = data.draw(st.sampled_from(typed))
    body: dict = {}
    Volumes().write([each for each in typed if each is not forgotten], body, FACTS)
    assert not Volumes().covers(typed, reported(body))


@pytest.mark.parametrize(
    ("written", "kind", "source", "target", "options"),
    [
        ("/srv/a:/data", "bind", "/srv/a", "/data", []),
        ("/srv/a:/data/:ro", "bind", "/srv/a", "/data", ["ro"]),
        ("/srv/a:/data:Z,ro", "bind", "/srv/a", "/data", ["Z", "ro"]),
        ("/srv/a:/data:O", "overlay", "/srv/a", "/data", ["O"]),
        ("db:/data", "volume", "db", "/data", []),
        ("/data", "volume", "", "/data", []),
        ("db:/", "volume", "db", "/", []),
    ],
)
def test_volumes(written: str, kind: str, source: str, target: str, options: list[str]) -> None:
    assert Volumes().parse([written]) == [
        {"type": kind, "source": source, "target": target, "options": options}
    ]


@pytest.mark.parametrize(
    "bad", ["db:data", "", "a:/b:ro:x", "../a:/b", "a b:/b", "$HOME:/b", "-v:/b", "./x:/x", None, "db:"]
)
def test_no_volumes(bad: Any) -> None:
    with pytest.raises(ValueError, match="found|text"):
        Volumes().parse([bad])


def test_one_mount_for_one_path() -> None:
    with pytest.raises(ValueError, match="one mount for each path in the container \\(/data has more\\)"):
        Volumes().parse(["a:/data", "b:/data/"])


@house
@given(st.sampled_from(ALL), hostile)
def test_nothing_breaks_out(kind: Any, text: str) -> None:
    for written in (f"{text}:/a", f"a:/{text}", f"type=tmpfs,target=/{text}", f"/a:{text}"):
        with pytest.raises(ValueError, match="without|found|source"):
            kind.parse([written])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("type=bind,source=/a,target=/b,ro", {"type": "bind", "src": "/a", "dst": "/b", "readonly": True}),
        ("type=bind,src=/a,destination=/b,ro=true", {"type": "bind", "source": "/a", "target": "/b", "rw": False}),
        ("source=db,target=/b", {"type": "volume", "source": "db", "target": "/b"}),
        ("type=bind,source=/a,target=/b,bind-propagation=rslave", {"type": "bind", "source": "/a", "target": "/b", "bind_propagation": "rslave"}),
        ("type=tmpfs,target=/t,tmpfs-size=10m", {"type": "tmpfs", "target": "/t", "options": ["size=10m"]}),
        ("type=tmpfs,target=/t,tmpfs-mode=1777", {"type": "tmpfs", "target": "/t", "options": "mode=1777"}),
        ("type=volume,source=v,target=/t,U", {"type": "volume", "source": "v", "target": "/t", "U": "true"}),
    ],
)  # fmt: skip
def test_a_mount_has_many_spellings(one: str, other: dict) -> None:
    assert MountList().parse([one]) == MountList().parse([other])


def test_rw_is_not_ro() -> None:
    def options(**said: Any) -> list[str]:
        return MountList().parse([{"type": "bind", "source": "/a", "target": "/b", **said}])[0]["options"]

    assert options(ro=True) == options(readonly="yes") == options(rw=False) == ["ro"]
    assert options(ro=False) == options(rw=True) == ["rw"]


@pytest.mark.parametrize(
    "bad",
    [
        "type=bind,target=/b", "type=bind,source=a,target=/b", "type=volume,source=/a,target=/b", "type=nfs,source=a,target=/b",
        "type=tmpfs", "target=b", {"type": "bind", "source": "/a", "target": "/b\n"}, {"target": None}, {"type": "bind", "source": "/a\n/b", "target": "/c"},
        5, None,
    ],
)  # fmt: skip
def test_no_mounts(bad: Any) -> None:
    with pytest.raises(ValueError, match="found|text|source|target"):
        MountList().parse([bad])


def test_temporary_file_systems() -> None:
    expected = [{"type": "tmpfs", "source": "tmpfs", "target": "/run", "options": ["mode=1777", "size=10m"]}]
    for written in ({"/run": "size=10m,mode=1777"}, ["/run:mode=1777,size=10m"], "/run/:size=10m,mode=1777"):
        assert Tmpfs().parse(written) == expected
    assert Tmpfs().parse({"/run": None})[0]["options"] == []
    body: dict = {}
    Tmpfs().write(expected, body, FACTS)
    assert Tmpfs().covers(expected, reported(body))
    assert not Tmpfs().covers(Tmpfs().parse(["/tmp"]), reported(body))


@pytest.mark.parametrize("bad", [["run"], {"run": "size=1m"}, [""], None, [None], {"": ""}])
def test_no_temporary_file_systems(bad: Any) -> None:
    with pytest.raises(ValueError, match="an absolute path|text"):
        Tmpfs().parse(bad)


def test_read_only_is_seen() -> None:
    there = reported({"volumes": [{"Name": "db", "Dest": "/data", "Options": ["ro"]}]})
    assert Volumes().covers(Volumes().parse(["db:/data:ro"]), there)
    assert not Volumes().covers(Volumes().parse(["db:/data"]), there)


def test_another_source_is_seen() -> None:
    there = reported({"volumes": [{"Name": "db", "Dest": "/data", "Options": []}]})
    assert not Volumes().covers(Volumes().parse(["other:/data"]), there)
    assert not Volumes().covers(Volumes().parse(["/srv:/data"]), there)
    assert Volumes().covers(Volumes().parse(["/data"]), there)  # any volume will do
