# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Podman's file of logins: one is entered or struck out, everything else stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._auth import (
    Login,
    found,
    helper,
    parse,
    put,
    registry_key,
    take,
    text_of,
)
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

REST = {
    "auths": {"quay.io": {"auth": "YTpi"}, "token.io": {"identitytoken": "x", "auth": "YTpi"}},
    "credHelpers": {"h.io": "pass"},
}


@given(
    st.text(min_size=1).filter(lambda name: ":" not in name),
    st.text(min_size=1).filter(lambda word: not word.endswith("\0")),
)
def test_a_login_comes_back_and_the_rest_stays(username: str, password: str) -> None:
    data = parse(json.dumps(REST), "auth.json")
    put(data, "docker.io/team", Login(username, password))
    data = parse(text_of(data), "auth.json")
    assert found(data, "docker.io/team") == (username, password)
    assert found(data, "docker.io") is None
    take(data, "docker.io/team")
    assert data == REST


def test_what_podman_and_docker_wrote_is_found() -> None:
    data = {
        "auths": {"https://index.docker.io/v1/": {"auth": "YTpi"}, "empty.io": {}, "bad.io": {"auth": "!"}}
    }
    assert found(data, "docker.io") == ("a", "b")
    assert found(data, "empty.io") == found(data, "bad.io") == found(REST, "token.io") == ("", "")
    put(data, "docker.io", Login("c", "d"))
    assert sorted(data["auths"]) == ["bad.io", "docker.io", "empty.io"]
    assert helper(REST, "h.io/team") == "pass"
    assert helper(REST, "quay.io") == ""


@pytest.mark.parametrize("text", ["{", "[]", '{"auths": []}', '"very-secret'])
def test_a_file_that_nobody_can_read_is_named_and_not_shown(text: str) -> None:
    with pytest.raises(Failure, match="auth.json") as caught:
        parse(text, "auth.json")
    assert "secret" not in caught.value.message
    assert parse("", "auth.json") == {}


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ("quay.io", "quay.io"),
        ("https://quay.io/", "quay.io"),
        ("localhost:5000/a/b", "localhost:5000/a/b"),
        ("[::1]:5000", "[::1]:5000"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("registry-1.docker.io/team", "docker.io/team"),
    ],
)
def test_registries(raw: str, key: str) -> None:
    assert registry_key(raw) == key


@pytest.mark.parametrize("raw", ["", "two words", "quay.io/a:tag", "quay.io@x", "a\nb", "quay.io/../x\0"])
def test_what_is_no_registry(raw: str) -> None:
    with pytest.raises(Failure, match="registry: "):
        registry_key(raw)
