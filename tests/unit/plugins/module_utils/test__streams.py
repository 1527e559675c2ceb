# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Podman's frames, however the socket cuts them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._streams import (
    HEADER,
    STDERR,
    STDOUT,
    Output,
    text_of,
)

said = st.lists(st.tuples(st.sampled_from([STDOUT, STDERR]), st.text(st.characters(codec="utf-8"))))


def framed(frames: list[tuple[int, str]]) -> bytes:
    """As Podman sends them."""
    return b"".join(HEADER.pack(stream, len(text.encode())) + text.encode() for stream, text in frames)


@given(said, st.integers(1, 20))
def test_frames_come_back_whatever_the_pieces(frames: list[tuple[int, str]], size: int) -> None:
    raw, output = framed(frames), Output()
    for begin in range(0, len(raw), size):
        output.feed(raw[begin : begin + size])
    for stream in (STDOUT, STDERR):
        assert output.text(stream) == "".join(text for each, text in frames if each == stream)
    assert output.text() == "".join(text for _stream, text in frames)
    assert not output.cut


def test_each_stream_has_its_bound() -> None:
    output = Output(limit=4)
    for text in ("abc", "def"):
        output.feed(framed([(STDOUT, text)]))
    output.feed(framed([(STDERR, "xy")]))
    assert (output.text(STDOUT), output.text(STDERR), output.cut) == ("abcd", "xy", True)


def test_a_terminal_has_no_frames() -> None:
    output = Output(framed=False)
    output.feed(b"\1\0\0\0\0\0\0\1a")
    assert output.text(STDOUT) == "\1\0\0\0\0\0\0\1a"
    assert text_of(b"plain\n") == "plain\n"
    assert text_of(framed([(STDOUT, "a\n"), (STDERR, "b\n")])) == "a\nb\n"
