# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of variables. What is expected was seen in docker-compose 2.40.3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.plugin_utils._compose import dotenv
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.places import MistakeError
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house


def parsed(text: str) -> dict[str, str | None]:
    return dotenv.parsed(text, {"SET": "val"}, lambda _name: None)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("A=1", {"A": "1"}),
        ("A = 1 ", {"A": "1"}),
        ("  export A=1", {"A": "1"}),
        ("A: 1", {"A": "1"}),
        ("A.B=1\nA-B=2\n1A=3", {"A.B": "1", "A-B": "2", "1A": "3"}),
        ("A", {"A": None}),
        ("A=\nB=''", {"A": "", "B": ""}),
        ("\ufeff# c\n\n \nA=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
        ("A=x # c", {"A": "x"}),
        ("A=x#c", {"A": "x#c"}),
        ("A=#c", {"A": "#c"}),
        ('A="x # y" # c', {"A": "x # y"}),
        ("A='$SET \"x\"'", {"A": '$SET "x"'}),
        ('A="x $SET"', {"A": "x val"}),
        ('A="\\$SET"', {"A": "$SET"}),
        ("A=${NO:-d}", {"A": "d"}),
        ("A=1\nB=${A}2", {"A": "1", "B": "12"}),
        ("SET=mine\nB=$SET", {"SET": "mine", "B": "val"}),
        ('A="a\\nb\\t\\"c\\\\"', {"A": 'a\nb\t"c\\'}),
        ("A=a\\nb", {"A": "a\\nb"}),
        ("A='it\\'s'", {"A": "it's"}),
        ('A="two\nlines"\nB=1', {"A": "two\nlines", "B": "1"}),
        ('A={"x": 1}', {"A": '{"x": 1}'}),
        ('A=a"b"c', {"A": 'a"b"c'}),
        ("A=a=b", {"A": "a=b"}),
    ],
)
def test_becomes(text: str, becomes: dict[str, str | None]) -> None:
    assert parsed(text) == becomes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('A=1\nB="x', 'in line 2 the " at the beginning of the value has no other at its end'),
        ("=x", "in line 1 NAME=VALUE is needed"),
        ("A B=1", "in line 1 NAME=VALUE is needed"),
        ('A="a"b', 'in line 1 something stands behind the closing "'),
        ("A=1\n\nB=${C:?why}", "in line 3 the variable C has to be set (why)"),
    ],
)
def test_is_refused(text: str, says: str) -> None:
    with pytest.raises(MistakeError) as caught:
        parsed(text)
    assert caught.value.why == says


def test_raw_takes_everything_as_it_is() -> None:
    assert dotenv.raw("A=\"x $B\" # c\n# d\nB='1'\n C= 2\nD\n") == {
        "A": '"x $B" # c', "B": "'1'", "C": " 2", "D": None,
    }  # fmt: skip
    with pytest.raises(MistakeError, match="in line 2"):
        dotenv.raw("A=1\nB C=2")


@house
@given(
    st.dictionaries(
        st.from_regex(r"[A-Z_][A-Z0-9_]{0,9}", fullmatch=True),
        st.text().filter(lambda text: "\r" not in text),
    )
)
def test_double_quotes_keep_any_value(values: dict[str, str]) -> None:
    def quoted(value: str) -> str:
        return value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")

    assert parsed("".join(f'{name}="{quoted(value)}"\n' for name, value in values.items())) == values
