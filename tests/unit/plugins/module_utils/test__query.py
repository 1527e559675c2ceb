# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""JMESPath expressions: a wrong one is told with its position, an odd one never trips the task up."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils import _libraries
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._query import LONGEST, Query

DATA = [
    {
        "Name": "web",
        "account": "shop",
        "State": {"Running": True, "ExitCode": 0},
        "Labels": {"a": "b"},
        "Pod": "",
    },
    {"Name": "db", "account": "wiki", "State": {"Running": False, "ExitCode": 3}, "Labels": None, "Size": 7},
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[].Name", ["web", "db"]),
        ("[?State.ExitCode != `0`].Name | [0]", "db"),
        ("length(@)", 2),
        ("sort_by(@, &Name)[].{n: Name, a: account}", [{"n": "db", "a": "wiki"}, {"n": "web", "a": "shop"}]),
        ("[?contains(keys(not_null(Labels, `{}`)), 'a')].Name", ["web"]),
        ("[].merge(State, {x: Name})[].x", ["web", "db"]),
        ("nothing.of.this", None),
    ],
)
def test_what_an_expression_makes(text: str, found: Any) -> None:
    assert Query(text).search(DATA) == found


@pytest.mark.parametrize(
    ("text", "position", "word"),
    [
        ("[?Name=='web'", 14, "missing"),
        ("[?Name='web']", 7, "="),
        ("a b", 3, "b"),
        ("'abc", 1, "Unclosed"),
        ("lengh(@)", 1, "no function lengh()"),
        ("[].length()", 4, "takes 1 arguments, not 0"),
        ("[?contains(Name)]", 3, "takes 2 arguments, not 1"),
        ("sort_by(@, &f(x, [a, b]))", 13, "no function f()"),
        ("join(',', [].Name, 'x')", 1, "takes 2 arguments, not 3"),
        ("not_null()", 1, "takes 1 or more arguments, not 0"),
    ],
)
def test_a_wrong_one_names_the_position(text: str, position: int, word: str) -> None:
    with pytest.raises(Failure) as caught:
        Query(text)
    assert re.search(rf"wrong at character {position} \(", caught.value.message), caught.value.message
    assert word in caught.value.message
    assert caught.value.message.startswith("query: ")


@pytest.mark.parametrize("text", ["", "  ", "a" * (LONGEST + 1)])
def test_neither_nothing_nor_a_book(text: str) -> None:
    with pytest.raises(Failure, match="1 to 10000"):
        Query(text)


@pytest.mark.parametrize(
    "text", ["(" * 5000, "[" * 9000, "!" * 9000, "a" + ".b" * 4000, "`" + "[" * 9000 + "`"]
)
def test_neither_are_towers(text: str) -> None:
    """Either it is refused or it works; no error of Python's own comes out."""
    try:
        Query(text).search(DATA)
    except Failure as failure:
        assert failure.message.startswith("query: ")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[?length(Nothing) > `1`]", "length()"),
        ("sort_by(@, &Labels)", "sort_by()"),
        ("&Name", "is no data"),
        ("[&Name]", "is no data"),
        ("to_number('nan')", "is no data"),
    ],
)
def test_what_does_not_fit_is_told(text: str, word: str) -> None:
    query = Query(text)
    with pytest.raises(Failure) as caught:
        query.search(DATA)
    assert word in caught.value.message
    assert "\n" not in caught.value.message


# Pieces of the language, so that many of what comes out of them are expressions and all nearly are.
PIECES = st.sampled_from(
    [
        "a",
        "Name",
        "State.ExitCode",
        "@",
        "*",
        "[]",
        "[*]",
        "[0]",
        "[-1]",
        "[::2]",
        "[?a]",
        "[?Name=='web']",
        ".",
        "|",
        "||",
        "&&",
        "!",
        "==",
        "!=",
        "<",
        ">=",
        "&",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "`1`",
        '`"x"`',
        "`null`",
        "`nan`",
        "'raw'",
        '"quoted"',
        "length(",
        "keys(",
        "sort_by(",
        "max(",
        "join(",
        "to_number(",
        "merge(",
        "map(",
        "avg(",
        "reverse(",
        "not_null(",
        "sum(",
        "type(",
        "values(",
        "contains(",
        "{a:a}",
        "[a,b]",
        "\\",
        '"',
        "'",
        "`",
        "#",
        "$",
        "\x00",
        "é",
        "🦭",
        "9",
        "-",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["Name", "a", "State", "ExitCode", "b"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(
    text=st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=30), data=st.lists(VALUES, max_size=4)
)
def test_nothing_goes_wrong_with_odd_queries(text: str, data: list[Any]) -> None:
    """Refused with one sentence about ``query``, or answered with data."""
    before = json.dumps(data)
    try:
        found = Query(text).search(data)
    except Failure as failure:
        assert failure.message.startswith("query: ")
        assert "\n" not in failure.message
    else:
        json.dumps(found, allow_nan=False)
    assert json.dumps(data) == before


def test_without_the_library_the_sentence_says_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setitem(sys.modules, "jmespath", None)
    monkeypatch.setattr(_libraries, "PYTHON_FOLDER", str(tmp_path))
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(Failure, match="query: .*apt-get install python3-jmespath"):
        Query("[]")
    assert sys.path[-1] == str(tmp_path)
