# SPDX-FileCopyrightText: the rootless.podman authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from testbed_lib import names, subnet
from testbed_lib.errors import TestbedError


@pytest.mark.parametrize("name", ["a", "web", "web-1", "w" * 32, "a1b2"])
def test_good_names(name: str) -> None:
    assert names.check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-a",
        "a-",
        "1a",
        "Web",
        "a.b",
        "a_b",
        "../x",
        "a b",
        "w" * 33,
        "wéb",
        "web\n",
        "localhost",
        "all",
        "testbed",
    ],
)
def test_bad_names(name: str) -> None:
    with pytest.raises(TestbedError):
        names.check_name(name)


@pytest.mark.parametrize("prefix", ["", "1a", "a-b", "abcdefghijk", "A", "a\n"])
def test_bad_prefixes(prefix: str) -> None:
    with pytest.raises(TestbedError):
        names.check_prefix(prefix)


def test_interface_names_fit_for_the_longest_prefix_and_the_last_subnet() -> None:
    assert len(names.veth_name(names.check_prefix("a" * 10), subnet.total() - 1)) <= 15


def test_default_prefixes_are_allowed_and_differ() -> None:
    first, second = names.default_prefix("/a"), names.default_prefix("/b")
    assert names.check_prefix(first) == first
    assert first != second
