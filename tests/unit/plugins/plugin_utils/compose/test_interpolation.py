# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables in values. What is expected was seen in docker-compose 2.40.3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.plugin_utils._compose.interpolation import interpolated
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.places import MistakeError
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house

VARIABLES = {"SET": "val", "EMPTY": "", "NEST": "SET"}


def ignored(_name: str) -> None:
    """A variable without a value is no matter here."""


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("$SET", "val"),
        ("a${SET}b", "avalb"),
        ("$SETx", ""),
        ("${UNSET}", ""),
        ("${UNSET:-d}", "d"),
        ("${UNSET-d}", "d"),
        ("${EMPTY:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${SET:?err}", "val"),
        ("${EMPTY?err}", ""),
        ("${SET:+alt}", "alt"),
        ("${SET+alt}", "alt"),
        ("${EMPTY:+alt}", ""),
        ("${EMPTY+alt}", "alt"),
        ("${UNSET+alt}", ""),
        ("$$SET", "$SET"),
        ("$$$$", "$$"),
        ("a $ b", "a $ b"),
        ("$1", "$1"),
        ("$-", "$-"),
        ("${UNSET:-${SET}}", "val"),
        ("${UNSET:-${EMPTY:-deep}}", "deep"),
        ("${UNSET:-a}b}", "ab}"),
        ("${UNSET:-$$x}", "$x"),
        ("${UNSET:-a:-b}", "a:-b"),
        ("${UNSET:-http://x?y=1}", "http://x?y=1"),
        ("${SET:+${SET}-x}", "val-x"),
        ("${UNSET:-}", ""),
        ("$SET$SET", "valval"),
        ("${SET}}", "val}"),
    ],
)
def test_becomes(text: str, becomes: str) -> None:
    assert interpolated(text, VARIABLES, ignored) == becomes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("${UNSET:?no password}", "the variable UNSET has to be set (no password)"),
        ("${UNSET?}", "the variable UNSET has to be set"),
        ("${EMPTY:?x}", "the variable EMPTY has to be set (x)"),
        ("${", "it has a ${ without its }"),
        ("${}", "begins with no name"),
        ("${1A}", "begins with no name"),
        ("${SET!x}", "has to follow the name"),
    ],
)
def test_is_refused(text: str, says: str) -> None:
    with pytest.raises(MistakeError) as caught:
        interpolated(text, VARIABLES, ignored)
    assert says in caught.value.why
    assert caught.value.instead


def test_tells_of_variables_without_a_value() -> None:
    heard: list[str] = []
    interpolated("$SET $A ${B} ${C:-c} ${D:+d} $$E", VARIABLES, heard.append)
    assert heard == ["A", "B"]


@house
@given(st.text())
def test_what_is_escaped_stays(text: str) -> None:
    assert interpolated(text.replace("$", "$$"), {}, ignored) == text


@house
@given(st.text(alphabet="${}:-+?AB x"), st.dictionaries(st.sampled_from(["A", "B"]), st.text(max_size=3)))
def test_any_text_becomes_something_or_is_refused_in_words(text: str, variables: dict[str, str]) -> None:
    try:
        interpolated(text, variables, ignored)
    except MistakeError as error:
        assert error.instead
