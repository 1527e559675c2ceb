# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and platforms of images: taken apart as Podman does it, and refused in one sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._image_names import (
    Reference,
    foreign,
    native_platform,
    parse_name,
    parse_platform,
    print_platform,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import hostile, house, junk

DIGEST = "sha256:" + "0123456789abcdef" * 4
part = st.from_regex(r"[a-z0-9]{1,6}([._-][a-z0-9]{1,4})?", fullmatch=True)
host = st.one_of(
    st.just(""), st.just("localhost"), st.from_regex(r"[a-z]{1,8}\.[a-z]{2,3}(:[0-9]{1,5})?", fullmatch=True),
    st.from_regex(r"[a-z]{1,8}:[0-9]{1,5}", fullmatch=True), st.just("[::1]:5000"),
)  # fmt: skip
# The first part of a name without a registry is none: no dot, and not localhost.
plain = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True).filter(
    lambda each: each != "localhost"
)
repository = st.builds(lambda first, more: "/".join([first, *more]), plain, st.lists(part, max_size=2))
tag = st.one_of(st.just(""), st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,9}", fullmatch=True))


@house
@given(host, repository, tag, st.sampled_from(["", DIGEST]))
def test_taken_apart_and_put_together(host: str, repository: str, tag: str, digest: str) -> None:
    name = (
        (f"{host}/" if host else "")
        + repository
        + (f":{tag}" if tag else "")
        + (f"@{digest}" if digest else "")
    )
    reference = parse_name(name)
    assert reference == Reference(host, repository, tag, digest)
    assert reference.text == (name if not digest else f"{reference.place}@{digest}")
    assert parse_name(reference.text).text == reference.text


@house
@given(st.one_of(hostile, junk))
def test_whatever_is_given_it_is_a_name_or_a_sentence(name: object) -> None:
    try:
        reference = parse_name(str(name))
    except Failure as failure:
        assert len(failure.message.splitlines()) == 1
    else:
        assert reference.text.isprintable()
        assert " " not in reference.text


@pytest.mark.parametrize("name", ["docker://a/b:1", "a@sha256:12", "a@b", "a b", "a/B", "", "a:", "a//b"])
def test_no_names(name: str) -> None:
    with pytest.raises(Failure, match="^push: .* and an image such as"):
        parse_name(name, "push")


@pytest.mark.parametrize(
    ("params", "platform", "printed"),
    [
        ({}, {}, ""),
        ({"platform": "linux/arm64"}, {"OS": "linux", "Arch": "arm64"}, "linux/arm64"),
        ({"platform": "linux/arm/v7"}, {"OS": "linux", "Arch": "arm", "Variant": "v7"}, "linux/arm/v7"),
        ({"arch": "aarch64"}, {"Arch": "arm64"}, "linux/arm64"),
        ({"arch": "x86_64", "os": "windows"}, {"OS": "windows", "Arch": "amd64"}, "windows/amd64"),
    ],
)
def test_platforms(params: dict, platform: dict, printed: str) -> None:
    assert parse_platform(params) == platform
    assert print_platform(platform) == printed


@house
@given(hostile, st.sampled_from(["platform", "os", "arch", "variant"]))
def test_no_platforms(text: str, option: str) -> None:
    with pytest.raises(Failure, match=f"^{option}: "):
        parse_platform({option: text})


def test_what_is_of_another_platform() -> None:
    inspect = {"Os": "linux", "Architecture": "amd64"}
    assert foreign(inspect, {}) == foreign(None, {"Arch": "arm64"}) == ()
    assert foreign(inspect, native_platform("x86_64")) == ()
    assert [reason.option for reason in foreign(inspect, {"OS": "windows", "Arch": "arm64"})] == [
        "os",
        "arch",
    ]
