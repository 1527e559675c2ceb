# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Value types: every spelling of a value is one value, and what is printed reads back as itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._values import (
    Bytes,
    Cpus,
    Duration,
    Flag,
    Integer,
    Lines,
    Names,
    Pairs,
    Text,
    as_line,
    as_word,
    print_bytes,
    print_duration,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import (
    CONTROL,
    hostile,
    house,
    printable,
)

SECOND = 10**9


# Sizes


@house
@example(2**53 + 1)
@given(st.integers(0, 2**62))
def test_a_printed_size_reads_back(size: int) -> None:
    assert Bytes().parse(print_bytes(size)) == size


@house
@given(st.integers(1, 4096), st.sampled_from("kmgt"))
def test_spelled_forms_of_a_size_are_equal(number: int, unit: str) -> None:
    size = number * Bytes.UNITS[unit]
    spellings = [
        f"{number}{unit}",
        f"{number}{unit.upper()}",
        f"{number}{unit}b",
        f"{number}{unit}iB",
        f" {number} {unit}",
        size,
    ]
    assert {Bytes().parse(each) for each in spellings} == {size}


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("64m", 67108864),
        ("65536k", 67108864),
        ("1.5g", 1610612736),
        ("0", 0),
        (512, 512),
        ("10b", 10),
        ("0.5k", 512),
    ],
)
def test_sizes(written: Any, size: int) -> None:
    assert Bytes().parse(written) == size


@pytest.mark.parametrize(
    "written",
    ["", "-1", "64 megabytes", "m", "1e3", "64mm", "0x10", None, True, [], "64m\n1g", "9" * 400, "9000p"],
)
def test_no_sizes(written: Any) -> None:
    with pytest.raises(ValueError, match="a size such as"):
        Bytes().parse(written)


def test_only_swap_may_be_unlimited() -> None:
    assert Bytes(unlimited=True).parse("-1") == -1
    assert Bytes(unlimited=True).parse(-1) == -1


@pytest.mark.parametrize(
    ("size", "shown"), [(536870912, "512m"), (1536, "1536"), (2**40, "1t"), (0, "0"), (-1, "-1")]
)
def test_shown_sizes(size: int, shown: str) -> None:
    assert Bytes().show(size) == shown


# Durations


@house
@given(st.integers(0, 10**18))
def test_a_printed_duration_reads_back(duration: int) -> None:
    assert Duration().parse(print_duration(duration)) == duration


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("30", 30 * SECOND), (30, 30 * SECOND), ("30s", 30 * SECOND), ("1m30s", 90 * SECOND), ("90s", 90 * SECOND),
        ("1.5m", 90 * SECOND), ("500ms", SECOND // 2), ("0.5", SECOND // 2), ("1h", 3600 * SECOND),
        ("disable", 0), ("0s", 0), ("7us", 7000), ("7µs", 7000), ("7ns", 7),
    ],
)  # fmt: skip
def test_durations(written: Any, duration: int) -> None:
    assert Duration().parse(written) == duration


@pytest.mark.parametrize(
    "written", ["", "abc", "30x", "s", "1m 30s", "-1s", "1s;2s", None, "9" * 400, "9999999999h"]
)
def test_no_durations(written: Any) -> None:
    with pytest.raises(ValueError, match="a duration such as"):
        Duration().parse(written)


@pytest.mark.parametrize(
    ("duration", "shown"), [(90 * SECOND, "1m30s"), (0, "0s"), (SECOND // 2, "500ms"), (1, "1ns")]
)
def test_shown_durations(duration: int, shown: str) -> None:
    assert Duration().show(duration) == shown


# CPUs


@pytest.mark.parametrize(
    ("written", "nano"), [("0.5", 500_000_000), (2, 2 * 10**9), ("1.0", 10**9), (0.01, 10**7)]
)
def test_cpus(written: Any, nano: int) -> None:
    assert Cpus().parse(written) == nano


@pytest.mark.parametrize("written", ["0", "-1", "half", "nan", "inf", None, "1e300", 0.001])
def test_no_cpus(written: Any) -> None:
    with pytest.raises(ValueError, match="a number of CPUs"):
        Cpus().parse(written)


@house
@given(st.integers(1, 12800))
def test_cpus_survive_the_quota_they_are_posted_as(hundredths: int) -> None:
    """Inspect shows quota and period as nanocpus again."""
    value = Cpus().parse(str(hundredths / 100))
    posted = Cpus().body(value)
    assert Cpus().reported(posted["quota"] * 10**9 // posted["period"]) == value


# Numbers and flags


@pytest.mark.parametrize(
    ("limits", "good", "bad"),
    [
        ((None, None), -5, "x"),
        ((0, None), 0, -1),
        ((2, 9), 9, 10),
        ((2, 9), 2, 1),
        ((None, None), 1, float("inf")),
    ],
)
def test_integers_keep_their_limits(limits: tuple, good: Any, bad: Any) -> None:
    assert Integer(*limits).parse(str(good)) == good
    with pytest.raises(ValueError, match="a whole number"):
        Integer(*limits).parse(bad)


def test_a_flag_that_is_not_shown_is_off() -> None:
    assert Flag().reported(None) is False


def test_a_zero_in_inspect_is_no_value() -> None:
    assert [kind.reported(0) for kind in (Bytes(), Cpus(), Duration())] == [None, None, None]
    assert [kind.reported(None) for kind in (Bytes(), Cpus(), Duration(), Integer())] == [None] * 4


# Text


@house
@given(hostile)
def test_nothing_breaks_out_of_a_line(text: str) -> None:
    with pytest.raises(ValueError, match="without"):
        as_line(text)
    for kind in (Text(), Names(), Lines()):
        with pytest.raises(ValueError, match="without"):
            kind.parse(text)


@house
@given(printable)
def test_text_is_kept_as_it_is(text: str) -> None:
    assert Text().parse(text) == text
    assert Lines().parse([text, text]) == [text, text]


def test_yaml_means_what_people_mean() -> None:
    assert [as_word(each) for each in (True, False, 8080, 1.5)] == ["true", "false", "8080", "1.5"]


@pytest.mark.parametrize("value", [None, {}, [], {"a": 1}])
def test_no_text(value: Any) -> None:
    with pytest.raises(ValueError, match="text"):
        as_word(value)


def test_choices() -> None:
    assert Text(["a", "b"]).parse("b") == "b"
    with pytest.raises(ValueError, match="one of a, b"):
        Text(["a", "b"]).parse("c")
    assert Text(["a"]).argument == {"type": "str", "choices": ["a"]}


# Lists


@house
@given(st.lists(printable))
def test_names_have_no_order_and_no_twins(names: list[str]) -> None:
    typed = Names().parse(names)
    assert typed == Names().parse([*reversed(names), *names])
    assert Names().parse(typed) == typed
    assert Names().covers(typed, [*names, "inherited"])
    assert not Names().covers([*typed, "missing"], names) or "missing" in names


def test_lines_have_an_order() -> None:
    assert Lines().parse(["b", "a"]) == ["b", "a"]
    assert not Lines().covers(["b", "a"], ["a", "b"])
    assert Lines().reported([]) is None
    assert Lines().parse("alone") == ["alone"]


# Pairs

names = st.text(
    st.characters(exclude_characters="=" + CONTROL, exclude_categories=["Cs"]), min_size=1, max_size=8
)
pairs = st.dictionaries(
    names, st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
)


@house
@given(pairs)
def test_pairs_survive_the_way_through_inspect(values: dict[str, str]) -> None:
    typed = Pairs().parse(values)
    assert typed == values
    assert Pairs().reported([f"{key}={value}" for key, value in typed.items()]) == typed
    assert Pairs().covers(typed, {**typed, "PATH from the image=no": "x"})


@house
@given(pairs, names)
def test_one_value_less_is_not_covered(values: dict[str, str], name: str) -> None:
    there = {key: value for key, value in values.items() if key != name}
    assert not Pairs().covers({**values, name: "x"}, there)
    assert not Pairs().covers({**values, name: "x"}, {**there, name: "y"})


@pytest.mark.parametrize(
    "bad", [{"A=B": "1"}, {"": "1"}, {"A\0": "1"}, {"A": "1\0B=2"}, "A=1", ["A=1"], None]
)
def test_no_pairs(bad: Any) -> None:
    with pytest.raises(ValueError, match="names with"):
        Pairs().parse(bad)


@pytest.mark.parametrize("bad", ["A\nB", "A\rB", "A\x1b[2J"])
def test_a_name_has_no_line_break(bad: str) -> None:
    with pytest.raises(ValueError, match="names"):
        Pairs().parse({bad: "1"})


def test_the_case_of_a_variable_matters() -> None:
    assert Pairs().parse({"Path": "1", "PATH": "2"}) == {"Path": "1", "PATH": "2"}
    assert not Pairs().covers({"PATH": "1"}, {"Path": "1"})


def test_values_are_text() -> None:
    typed = Pairs().parse({"T": True, "N": None, "I": 5, "L": [1, "a"], "M": {"b": 1, "a": 2}})
    assert typed == {"T": "true", "N": "", "I": "5", "L": '[1, "a"]', "M": '{"a": 2, "b": 1}'}


def test_a_value_of_several_lines_is_one_value() -> None:
    assert Pairs().reported(["KEY=-----BEGIN\nEND=="]) == {"KEY": "-----BEGIN\nEND=="}


@house
@given(pairs, pairs)
def test_hidden_values_are_never_shown(before: dict[str, str], after: dict[str, str]) -> None:
    hidden = Pairs(hidden=True)
    for shown in (*hidden.contrast(before, after), hidden.contrast(None, after)[1]):
        assert set(shown.values()) <= {"(hidden)"}
    assert hidden.show(after) == sorted(after)


def test_a_contrast_is_what_differs() -> None:
    there, wanted = {"A": "1", "B": "2", "IMAGE": "x"}, {"A": "1", "B": "3", "C": "4"}
    assert Pairs().contrast(there, wanted) == ({"B": "2"}, {"B": "3", "C": "4"})
    assert Pairs(hidden=True).contrast(there, wanted) == (
        {"B": "(hidden)"},
        {"B": "(hidden)", "C": "(hidden)"},
    )


@house
@given(pairs)
def test_typed_values_are_json(values: dict[str, str]) -> None:
    assert json.loads(json.dumps(Pairs().parse(values))) == values
