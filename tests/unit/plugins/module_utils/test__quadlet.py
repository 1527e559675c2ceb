# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Units as data: what is printed is read back, nothing breaks out of its line, and only what has a meaning counts."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils import _quadlet as quadlet
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._quadlet import Section, Unit

NAMES = st.text(string.ascii_letters + string.digits + "- .", min_size=1, max_size=8).filter(str.isprintable)
KEYS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=8)
ANY = st.text(max_size=40)
NASTY = st.lists(
    st.sampled_from(
        [
            "\\",
            "\n",
            "\r",
            "[X]",
            "=",
            "#",
            ";",
            '"',
            "'",
            "%",
            "$",
            " ",
            "\t",
            "\0",
            "é",
            "\u2028",
            "\x85",
            "\xa0",
            "\x80",
            "A=b",
            "😀",
        ]
    ),
    max_size=8,
).map("".join)


def unit(values):
    """Units with values that are drawn from ``values``."""
    section = st.builds(Section, NAMES, st.lists(st.tuples(KEYS, values), max_size=4).map(tuple))
    return st.lists(section, max_size=3, unique_by=lambda each: each.name).map(
        lambda drawn: Unit(tuple(drawn))
    )


@given(unit(ANY | NASTY))
def test_what_is_printed_is_read_back_or_refused(drawn: Unit) -> None:
    try:
        text = quadlet.render(drawn)
    except Failure as refusal:
        assert "\n" not in refusal.message
        return
    assert quadlet.parse(text) == drawn
    # One line for each key and section, whatever systemd takes for the end of one.
    lines = [line for line in re.split("[\n\r\0]", text) if line]
    assert len(lines) == sum(1 + len(section.lines) for section in drawn.sections)


@given(
    unit(
        st.text(string.printable[:-5], max_size=20)
        .map(str.strip)
        .filter(lambda text: not text.endswith("\\"))
    )
)
def test_ordinary_values_are_not_refused(drawn: Unit) -> None:
    assert quadlet.parse(quadlet.render(drawn)) == drawn


@given(ANY | NASTY)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = quadlet.parse(text)
    except Failure as refusal:
        assert "\n" not in refusal.message
    else:
        assert set(quadlet.canonical(text)) == {section.name for section in found.sections}


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("a\nExecStartPre=/bin/evil", r"'\n'"),
        ("a\rb", r"'\r'"),
        ("a\0b", r"'\x00'"),
        (" a", "blank"),
        ("a\u3000", "blank"),
        ("a\\", "backslash"),
        ("x" * (1 << 20), "1 MiB"),
    ],
)
def test_what_no_line_can_hold_is_refused(value: str, word: str) -> None:
    with pytest.raises(Failure) as told:
        quadlet.render(Unit((Section("Container", (("Image", value),)),)))
    assert "Image= in [Container]" in told.value.message
    assert word in told.value.message


@pytest.mark.parametrize(
    "sections",
    [
        (Section("Con]tainer"),),
        (Section(""),),
        (Section("Con\ntainer"),),
        (Section("Service"), Section("Service")),
        (Section("Service", (("Exec Start", "x"),)),),
        (Section("Service", (("Exec=", "x"),)),),
        (Section("Service", (("#Exec", "x"),)),),
        (Section("Service", (("", "x"),)),),
    ],
)
def test_names_that_are_none_are_refused(sections: tuple) -> None:
    with pytest.raises(Failure):
        quadlet.render(Unit(sections))


TEXT = """# Of the shop
[Container]
Image=docker.io/library/busybox:1.37
; note
Environment=A=1
Environment=B=2
Exec=sleep \\
  # for long
  1000

[Install]
WantedBy=default.target
"""


def test_lines_that_go_on_are_joined() -> None:
    assert quadlet.parse(TEXT).section("Container").values("Exec") == ["sleep 1000"]
    assert quadlet.parse("[A]\nx=1\\").section("A").values("x") == ["1"]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (TEXT.replace("# Of the shop\n", ""), True),
        (TEXT.replace("; note\n", "\n\n"), True),
        (
            TEXT.replace("Image=docker.io/library/busybox:1.37\n", "").replace(
                "Exec=", "Image=docker.io/library/busybox:1.37\nExec="
            ),
            True,
        ),
        (
            TEXT.replace("[Install]\nWantedBy=default.target\n", "").replace(
                "# Of", "[Install]\nWantedBy = default.target  \n# Of"
            ),
            True,
        ),
        (TEXT.replace("A=1", "A=3"), False),
        (TEXT.replace("Environment=A=1\nEnvironment=B=2", "Environment=B=2\nEnvironment=A=1"), False),
        (TEXT.replace("  # for long\n", "  # for ever\n"), False),
        (TEXT.replace("sleep \\\n", "sleep\\\n"), False),
        (TEXT + "[Service]\n", False),
        (TEXT + "nonsense", False),
    ],
)
def test_what_counts_as_the_same(other: str, same: bool) -> None:
    assert quadlet.same(TEXT, other) is same
    assert quadlet.same(other, TEXT) is same


@given(unit(KEYS), st.randoms(use_true_random=False))
def test_order_of_unrelated_keys_does_not_count(drawn: Unit, random) -> None:
    sections = []
    for section in drawn.sections:
        keys = list(dict.fromkeys(key for key, _value in section.lines))
        random.shuffle(keys)
        sections.append(
            Section(section.name, tuple((key, value) for key in keys for value in section.values(key)))
        )
    random.shuffle(sections)
    assert quadlet.same(quadlet.render(drawn), quadlet.render(Unit(tuple(sections))))


@pytest.mark.parametrize(
    "text", ["a=b\n", "[A]\nnonsense\n", "[A]\n=x\n", "[A\nx=1\n", "[]\nx=1\n", "[A]\nsome key=1\n"]
)
def test_a_line_that_is_none_is_named(text: str) -> None:
    with pytest.raises(Failure, match="line [12] is "):
        quadlet.parse(text)


def test_changes_are_told_by_key() -> None:
    told = {
        reason.option: (reason.before, reason.after)
        for reason in quadlet.changes(TEXT, TEXT.replace("B=2", "B=3"))
    }
    assert told == {"Container.Environment": (["A=1", "B=2"], ["A=1", "B=3"])}
    assert [reason.option for reason in quadlet.changes(TEXT, TEXT + "# more\n")] == ["text"]
    assert quadlet.changes(TEXT, TEXT) == []
    assert {reason.why for reason in quadlet.changes(None, TEXT)} == {"declared"}
    assert {reason.option: reason.after for reason in quadlet.changes(TEXT, None)}["Container.Image"] is None
    assert quadlet.changes("nonsense", TEXT)[0].before == "nonsense"
