# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages of D-Bus as bytes: calls written, replies read (pure).

Source: the D-Bus Specification, chapters "Type System", "Marshaling (Wire Format)" and "Message Protocol". No more of it than what asks
for properties: arguments are texts, and no reply carries a file.
"""

from __future__ import annotations

import dataclasses
import functools
import struct
from collections.abc import Sequence
from typing import Any

# The fixed part of a header ends with the length of its fields.
HEAD = 16
# Far more than a property of a unit takes.
MOST_BYTES = 1 << 20
# As many containers in one another as the specification allows.
_DEEPEST = 32
_CALL, _RETURN, _ERROR = 1, 2, 3
_PATH, _INTERFACE, _MEMBER, _ERROR_NAME, _REPLY_SERIAL, _SIGNATURE = 1, 2, 3, 4, 5, 8
_FIXED = {"y": "B", "b": "I", "n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q", "d": "d", "h": "I"}
# A struct begins at a multiple of eight, whatever is in it.
_ALIGNED = {"s": 4, "o": 4, "a": 4, "(": 8, "{": 8, "g": 1, "v": 1}


@dataclasses.dataclass(frozen=True)
class Reply:
    """What came back: ``serial`` of the call; ``error`` is empty where it was answered; the values of the body."""

    serial: int
    error: str
    values: list[Any]


def call(serial: int, path: str, interface: str, member: str, arguments: Sequence[str]) -> bytes:
    """A call of a method whose arguments are texts."""
    body = b""
    for each in arguments:
        body = _padded(body, 4) + _text(each)
    fields = b""
    for code, kind, value in (
        (_PATH, "o", _text(path)),
        (_INTERFACE, "s", _text(interface)),
        (_MEMBER, "s", _text(member)),
        (_SIGNATURE, "g", _signature("s" * len(arguments))),
    ):
        # With the code before it, the signature of one letter fills four bytes: a text needs no gap.
        fields = _padded(fields, 8) + bytes([code]) + _signature(kind) + value
    head = struct.pack("<cBBBIII", b"l", _CALL, 0, 1, len(body), serial, len(fields))
    return _padded(head + fields, 8) + body


def size(head: bytes) -> int:
    """How long the message is that begins with these ``HEAD`` bytes. Raises ValueError for what is none, or too long."""
    order = _order(head)
    body, _serial, fields = struct.unpack(f"{order}III", head[4:HEAD])
    whole = HEAD + fields + -fields % 8 + body
    if whole > MOST_BYTES:
        raise ValueError("the message is too long")
    return int(whole)


def reply(message: bytes) -> Reply | None:
    """A whole message as the reply that it is; None for a signal or a call. Raises ValueError for what is no message."""
    if len(message) != size(message[:HEAD]):
        raise ValueError("a part of a message")
    kind, order = message[1], _order(message)
    if kind not in (_RETURN, _ERROR):
        return None
    end = HEAD + int(struct.unpack_from(f"{order}I", message, 12)[0])
    fields = _fields(message[:end], order)
    body = _Reader(message[end + -end % 8 :], order)
    error = str(fields.get(_ERROR_NAME) or "unnamed") if kind == _ERROR else ""
    serial, signature = fields.get(_REPLY_SERIAL, 0), fields.get(_SIGNATURE, "")
    # Who writes a longer signature, as a text, would have it taken apart for seconds on end.
    if not isinstance(serial, int) or not isinstance(signature, str) or len(signature) > 255:
        raise ValueError("a field is of another type")
    return Reply(serial, error, body.read(signature))


def _fields(head: bytes, order: str) -> dict[int, Any]:
    """The fields of a header, an array of structs of a number and a variant."""
    reader, fields = _Reader(head, order, HEAD), {}
    while reader.align(8) < len(head):
        code, value = reader.read("yv")
        fields[code] = value
    return fields


def label(name: str) -> str:
    """A name as the last part of an object's path, in which it is told by letters and digits alone; as sd_bus_path_encode(3) does."""
    return (
        "".join(
            chr(byte) if chr(byte).isalnum() and byte < 128 and not (at == 0 and chr(byte).isdigit()) else f"_{byte:02x}"
            for at, byte in enumerate(name.encode("utf-8", "surrogateescape"))
        )
        or "_"
    )  # fmt: skip


class _Reader:
    """Reads values from bytes. Raises ValueError for what is not there or makes no sense."""

    def __init__(self, data: bytes, order: str, at: int = 0) -> None:
        self._data, self._order, self._at = data, order, at

    def read(self, signature: str) -> list[Any]:
        """The values of a signature, one for each of its types."""
        return [self._value(one, 0) for one in _types(signature)]

    def _value(self, kind: str, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError("too many containers in one another")
        first = kind[0]
        if first in _FIXED:
            return self._fixed(_FIXED[first])
        if first not in _ALIGNED:
            raise ValueError(f"no type {first!r}")
        self.align(_ALIGNED[first])
        if first in "so":
            return self._text(self._fixed("I"))
        if first == "g":
            return self._text(self._fixed("B"))
        if first == "v":
            inner = self._text(self._fixed("B"))
            if len(_types(inner)) != 1:
                raise ValueError("a variant has one type")
            return self._value(inner, depth + 1)
        if first == "a":
            return self._array(kind[1:], depth)
        return tuple(self._value(one, depth + 1) for one in _types(kind[1:-1]))

    def _array(self, kind: str, depth: int) -> list[Any]:
        length = self._fixed("I")
        self.align(struct.calcsize(_FIXED[kind[0]]) if kind[0] in _FIXED else _ALIGNED[kind[0]])
        end, values = self._at + length, []
        if end > len(self._data):
            raise ValueError("an array is longer than its message")
        while self._at < end:
            values.append(self._value(kind, depth + 1))
        if self._at != end:
            raise ValueError("an array ends within a value")
        return values

    def _fixed(self, code: str) -> Any:
        width = struct.calcsize(code)
        self.align(width)
        try:
            value = struct.unpack_from(self._order + code, self._data, self._at)[0]
        except struct.error as error:
            raise ValueError("a message ends within a value") from error
        self._at += width
        return value

    def _text(self, length: int) -> str:
        end = self._at + length
        if self._data[end : end + 1] != b"\0":
            raise ValueError("a text does not end where it says")
        text = self._data[self._at : end].decode("utf-8", "surrogateescape")
        self._at = end + 1
        return text

    def align(self, width: int) -> int:
        """Pass over what fills up to a multiple; where that is."""
        self._at += -self._at % width
        return self._at


@functools.lru_cache(maxsize=256)
def _types(signature: str) -> tuple[str, ...]:
    """The whole types of a signature."""
    found, rest = [], signature
    while rest:
        one, rest = _first(rest)
        found.append(one)
    return tuple(found)


def _first(signature: str) -> tuple[str, str]:
    """The first whole type of a signature, and what is behind it."""
    at = 0
    while signature[at : at + 1] == "a":
        at += 1
    if at >= len(signature) or at > _DEEPEST:
        raise ValueError("an array of nothing")
    end = at + 1
    if signature[at] in "({":
        open_ones = 1
        while open_ones and end < len(signature):
            open_ones += {"(": 1, "{": 1, ")": -1, "}": -1}.get(signature[end], 0)
            end += 1
        # An empty one would take no bytes, and an array of it any number.
        if open_ones or end - at < 3:
            raise ValueError("a struct that is empty, or does not end")
    elif signature[at] not in _FIXED and signature[at] not in _ALIGNED:
        raise ValueError(f"no type {signature[at]!r}")
    return signature[:end], signature[end:]


def _order(head: bytes) -> str:
    found = {b"l": "<", b"B": ">"}.get(head[:1])
    if found is None or len(head) < HEAD or head[3] != 1:
        raise ValueError("no message of D-Bus")
    return found


def _padded(data: bytes, width: int) -> bytes:
    return data + bytes(-len(data) % width)


def _text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogateescape")
    return struct.pack("<I", len(data)) + data + b"\0"


def _signature(value: str) -> bytes:
    return bytes([len(value)]) + value.encode() + b"\0"
