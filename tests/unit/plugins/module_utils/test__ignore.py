# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ignore files: the rules that Docker documents and Podman follows, one example each, and a second opinion."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._ignore import Ignore
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house

TREE = ["a.log", "b.txt", "src", "src/a.log", "src/deep", "src/deep/a.log", "src/deep/b.txt", "x[1].c", "#c"]


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("", []),
        ("*.log", ["a.log"]),
        ("**/*.log", ["a.log", "src/a.log", "src/deep/a.log"]),
        ("*/*.log", ["src/a.log"]),
        ("src", ["src", "src/a.log", "src/deep", "src/deep/a.log", "src/deep/b.txt"]),
        ("/src/deep/", ["src/deep", "src/deep/a.log", "src/deep/b.txt"]),
        ("./src/../src/deep", ["src/deep", "src/deep/a.log", "src/deep/b.txt"]),
        ("deep", []),
        ("**/deep", ["src/deep", "src/deep/a.log", "src/deep/b.txt"]),
        ("src/**", ["src/a.log", "src/deep", "src/deep/a.log", "src/deep/b.txt"]),
        ("src/**/b.txt", ["src/deep/b.txt"]),
        ("**\n!b.txt", [name for name in TREE if name != "b.txt"]),
        ("*\n!src/deep", ["a.log", "b.txt", "src", "src/a.log", "x[1].c", "#c"]),
        ("src\n! /src/deep/a.log ", ["src", "src/a.log", "src/deep", "src/deep/b.txt"]),
        ("!src\nsrc/deep", ["src/deep", "src/deep/a.log", "src/deep/b.txt"]),
        ("src/deep\n!src/deep\nsrc/deep/a*", ["src/deep/a.log"]),
        ("?.log", ["a.log"]),
        ("[^b].*", ["a.log"]),
        ("[a-b].*", ["a.log", "b.txt"]),
        (r"x\[1].c", ["x[1].c"]),
        ("# a.log\n\n  \r\n\ufeffb.txt\n", []),
        ("\ufeffb.txt\r\n", ["b.txt"]),
        ("#c\n\\#c", ["#c"]),
        (".\n/\n..", []),
        ("a.lo", []),
        ("a?log\nA.LOG", ["a.log"]),
    ],
)
def test_what_is_left_out(text: str, out: list[str]) -> None:
    ignore = Ignore(text, ".containerignore")
    assert [name for name in TREE if ignore.leaves_out(name)] == out


@pytest.mark.parametrize("line", ["[", "[]", "[^]", "a[b", "!", "! ", "!/", "a\\", "[b-a]"])
def test_what_is_no_pattern_is_told(line: str) -> None:
    with pytest.raises(Failure, match="of .dockerignore in the context is no pattern"):
        Ignore(f"src\n{line}\n", ".dockerignore")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        Ignore(text).leaves_out("src/a.log")
    except Failure as failure:
        assert "\n" not in failure.message


def second_opinion(parts: list[str], wanted: list[str]) -> bool:
    """Component by component; ``**`` is any number of them."""
    if not wanted:
        return True  # a folder above it
    if wanted[0] == "**":
        return any(second_opinion(parts[skip:], wanted[1:]) for skip in range(len(parts)))
    return bool(parts) and fnmatch.fnmatchcase(parts[0], wanted[0]) and second_opinion(parts[1:], wanted[1:])


PART = st.text("ab.*?", min_size=1, max_size=3).filter(lambda part: "**" not in part and part.strip("."))


@house
@given(
    st.lists(
        st.text("ab.", min_size=1, max_size=3).filter(lambda part: part.strip(".")), min_size=1, max_size=4
    ),
    st.lists(st.one_of(PART, st.just("**")), min_size=1, max_size=4),
)
def test_components_match_like_in_a_shell(parts: list[str], wanted: list[str]) -> None:
    assert Ignore("/".join(wanted)).leaves_out("/".join(parts)) is second_opinion(parts, wanted)
