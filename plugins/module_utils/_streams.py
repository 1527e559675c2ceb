# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What containers and commands say: Podman's frames taken apart, each stream within its bound (pure)."""

from __future__ import annotations

import struct

STDIN, STDOUT, STDERR = 0, 1, 2
HEADER = struct.Struct(">B3xI")


class Output:
    """Collects what a command says, piece by piece as it arrives.

    Without a terminal Podman sends frames: the stream, three zero bytes, a length (big endian), text. With one
    (``framed`` false) everything is stdout. What a stream says beyond ``limit`` bytes is dropped.
    """

    def __init__(self, framed: bool = True, limit: int | None = None) -> None:
        self.framed, self.limit = framed, limit
        self.cut = False
        self._kept: list[tuple[int, bytes]] = []
        self._size = {STDOUT: 0, STDERR: 0}
        self._header = b""
        self._stream, self._left = STDOUT, 0

    def feed(self, piece: bytes) -> None:
        """Take the next piece, which may end anywhere within a frame."""
        if not self.framed:
            self._keep(STDOUT, piece)
            return
        while piece:
            if not self._left:
                wanted = HEADER.size - len(self._header)
                self._header, piece = self._header + piece[:wanted], piece[wanted:]
                if len(self._header) == HEADER.size:
                    stream, self._left = HEADER.unpack(self._header)
                    self._stream, self._header = STDERR if stream == STDERR else STDOUT, b""
            else:
                text, piece = piece[: self._left], piece[self._left :]
                self._left -= len(text)
                self._keep(self._stream, text)

    def _keep(self, stream: int, text: bytes) -> None:
        room = len(text) if self.limit is None else max(0, self.limit - self._size[stream])
        self.cut = self.cut or room < len(text)
        self._size[stream] += min(room, len(text))
        self._kept.append((stream, text[:room]))

    def text(self, *streams: int) -> str:
        """What these streams said (all, when none is named), in the order in which it arrived."""
        wanted = streams or (STDOUT, STDERR)
        kept = b"".join(text for stream, text in self._kept if stream in wanted)
        return kept.decode("utf-8", "replace")


def text_of(raw: bytes) -> str:
    """A whole log, both streams; one of a container with a terminal has no frames."""
    output = Output(framed=raw[1:4] == b"\0\0\0")
    output.feed(raw)
    return output.text()
