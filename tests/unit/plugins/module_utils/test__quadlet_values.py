# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that arrive as they are, or are refused in one sentence; and which Podman knows which unit and key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils import _quadlet as quadlet
from ansible_collections.rootless.podman.plugins.module_utils import _quadlet_keys as keys
from ansible_collections.rootless.podman.plugins.module_utils import _quadlet_values as values
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        [
            '"',
            "'",
            "\\",
            "%",
            "$",
            "\n",
            "\r",
            " ",
            "\t",
            "\x1b",
            "\x7f",
            "\x81",
            "n",
            "x41",
            "é",
            "{A}",
            "#",
            ";",
            "=",
        ]
    )
).map("".join)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"'}


def unescaped(word: str) -> str:
    """What Quadlet and systemd make of a quoted word, told in another way than it is written."""
    assert (word[0], word[-1]) == ('"', '"')
    letters = iter(word[1:-1])
    told = ""
    for letter in letters:
        if letter == "\\":
            code = next(letters)
            told += chr(int(next(letters) + next(letters), 16)) if code == "x" else ESCAPES[code]
        elif letter in "%$":
            assert next(letters) == letter
            told += letter
        else:
            assert letter != '"'
            told += letter
    return told


@given(TEXTS)
def test_a_word_is_what_it_was_and_fits_on_a_line(text: str) -> None:
    try:
        word = values.word(text, "command")
    except Failure as refusal:
        assert refusal.message.startswith("command: ")
        assert text in ("", ";") or set(text) & {"\0", "\x80"}
        return
    assert unescaped(word) == text
    unit = quadlet.unit_of({"Container": [("Exec", word)]})
    assert quadlet.parse(quadlet.render(unit)) == unit


@given(TEXTS)
def test_a_whole_value_fits_on_a_line_or_is_refused(text: str) -> None:
    try:
        value = values.whole(text, "image")
    except Failure as refusal:
        assert refusal.message.startswith("image: ")
        return
    assert value.replace("%%", "%").replace("$$", "$") == text
    try:
        quadlet.render(quadlet.unit_of({"Container": [("Image", value)]}))
    except Failure:
        assert any("\x7f" <= character < "\xa0" for character in text)


@pytest.mark.parametrize("text", ["", ";", "a\0b", "\x80", "x" * 131072])
def test_what_would_not_arrive_is_refused(text: str) -> None:
    with pytest.raises(Failure):
        values.word(text, "command")


def test_a_large_value_is_one_word() -> None:
    assert unescaped(values.assignment("BIG", "ü" * 50000, "env")) == "BIG=" + "ü" * 50000


@pytest.mark.parametrize("text", ["a\nb", " a", "a ", "a\\", '"a"'])
def test_a_whole_value_cannot_be_quoted(text: str) -> None:
    with pytest.raises(Failure):
        values.whole(text, "image")


def test_a_definition_becomes_a_unit() -> None:
    unit = values.unit_of_definition(
        {
            "Container": {
                "Image": "docker.io/library/busybox:1.37",
                "Environment": {"A": 'say "5 %"', "B": None, "C": 7},
                "Volume": ["a.volume:/a", "b.volume:/b"],
                "ReadOnly": True,
                "PidsLimit": 20,
                "HostName": None,
            },
            "Install": {"WantedBy": "default.target"},
        }
    )
    assert quadlet.render(unit) == (
        "[Container]\n"
        "Image=docker.io/library/busybox:1.37\n"
        'Environment="A=say \\"5 %%\\""\n'
        'Environment="B="\n'
        'Environment="C=7"\n'
        "Volume=a.volume:/a\n"
        "Volume=b.volume:/b\n"
        "ReadOnly=true\n"
        "PidsLimit=20\n"
        "\n"
        "[Install]\n"
        "WantedBy=default.target\n"
    )


@pytest.mark.parametrize(
    "definition",
    [{"Container": "x"}, {"Container": {"Image": [["x"]]}}, {"Container": {"Environment": {"A=": "x"}}}],
)
def test_a_definition_that_is_none_is_refused(definition: dict) -> None:
    with pytest.raises(Failure, match=r"definition\.Container"):
        values.unit_of_definition(definition)


def test_a_value_of_a_definition_cannot_become_a_line() -> None:
    unit = values.unit_of_definition({"Container": {"Image": "x\n[Service]\nExecStartPre=/bin/evil"}})
    with pytest.raises(Failure):
        quadlet.render(unit)


@pytest.mark.parametrize(
    ("name", "stem", "section"),
    [("web.container", "web", "Container"), ("a@b.pod", "a@b", "Pod"), ("x.y.kube", "x.y", "Kube")],
)
def test_names(name: str, stem: str, section: str) -> None:
    told = keys.unit_name(name)
    assert (told.stem, told.section, told.is_template) == (stem, section, False)
    assert keys.unit_name("a@.container").is_template


@pytest.mark.parametrize(
    "name",
    ["web", "web.service", ".container", "../web.container", "a/b.container", "-x.container", "a b.container", "a\nb.container", "é.container",
     "a@b@c.container", "x" * 230 + ".container", "web.container\n", ".d.container"],
)  # fmt: skip
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(Failure, match="name: "):
        keys.unit_name(name)


def test_what_podman_is_too_old_for() -> None:
    keys.require_kind(keys.unit_name("a.pod"), "5.0.0-dev")
    with pytest.raises(Failure, match=r"name: a\.pod needs Podman 5\.0 .* 4\.9\.3"):
        keys.require_kind(keys.unit_name("a.pod"), "4.9.3")
    unit = quadlet.parse("[Container]\nImage=x\nMemory=1g\nNoSuch=1\n[Service]\nMemory=1\n")
    keys.require_keys(unit, "5.10.0")
    with pytest.raises(Failure, match=r"Memory= in \[Container\] needs Podman 5\.5 .* 5\.4\.2"):
        keys.require_keys(unit, "5.4.2")
