# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages of D-Bus, byte by byte as its specification has them; and nothing but ValueError for what is none.

The bytes are put down here by hand, with nothing of the room's own: else both could be wrong alike.
"""

from __future__ import annotations

import contextlib
import random
import struct
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _dbus

# A call in the specification's order, each line with the offset at which it begins. Structs begin at multiples of eight, numbers and the
# lengths of texts at multiples of four.
FIELDS = (
    b"\x01\x01o\x00"  # 16: the path, a variant of type o
    b"\x04\x00\x00\x00/a/b\x00"  # 20
    b"\x00\x00\x00"  # 29
    b"\x02\x01s\x00"  # 32: the interface
    b"\x03\x00\x00\x00x.Y\x00"  # 36
    b"\x00\x00\x00\x00"  # 44
    b"\x03\x01s\x00"  # 48: the member
    b"\x03\x00\x00\x00Get\x00"  # 52
    b"\x00\x00\x00\x00"  # 60
    b"\x08\x01g\x00"  # 64: the signature, a variant of type g; its value begins at 68
)
CALL = (
    b"l\x01\x00\x01"  # 0: little-endian, a call, no flags, version 1
    b"\x13\x00\x00\x00"  # 4: 19 bytes of body
    b"\x07\x00\x00\x00"  # 8: the serial
    b"\x38\x00\x00\x00"  # 12: 56 bytes of fields
    + FIELDS
    + b"\x02ss\x00"  # 68: to 72, where nothing has to be filled up
    b"\x04\x00\x00\x00Unit\x00"  # 72
    b"\x00\x00\x00"  # 81
    b"\x02\x00\x00\x00Id\x00"  # 84: to 91, 19 behind 72
)
# No body, and so nothing but what fills up behind the fields' 54 bytes.
BARE = b"l\x01\x00\x01\x00\x00\x00\x00\xff\x01\x00\x00\x36\x00\x00\x00" + FIELDS + b"\x00\x00" + b"\x00\x00"

LITTLE = (
    b"l\x02\x01\x01"  # 0: a reply, which wants none
    b"\x0f\x00\x00\x00"  # 4: 15 bytes of body
    b"\x01\x00\x00\x00"  # 8: its own serial
    b"\x0f\x00\x00\x00"  # 12: 15 bytes of fields
    b"\x05\x01u\x00\x07\x00\x00\x00"  # 16: the serial of the call
    b"\x08\x01g\x00\x01v\x00"  # 24: the signature
    b"\x00"  # 31
    b"\x01s\x00\x00"  # 32: a variant of type s; its length begins at 36
    b"\x06\x00\x00\x00loaded\x00"  # 36: to 47
)
BIG = (
    b"B\x02\x01\x01\x00\x00\x00\x0f\x00\x00\x00\x01\x00\x00\x00\x0f"
    b"\x05\x01u\x00\x00\x00\x00\x07\x08\x01g\x00\x01v\x00\x00\x01s\x00\x00\x00\x00\x00\x06loaded\x00"
)
# Whatever is wrong is said.
SOMETHING = r"\w"
ORDERS = pytest.mark.parametrize("order", ["<", ">"])
WIDTHS = {"y": "B", "n": "h", "q": "H", "i": "i", "u": "I", "b": "I", "h": "I", "x": "q", "t": "Q", "d": "d"}
# A signature, how struct lays its bytes out (x is what fills up), the bytes, and the values that they are.
LAYOUTS: list[tuple[str, str, list[Any], list[Any]]] = [
    ("", "", [], []),
    ("y", "B", [255], [255]),
    ("b", "I", [1], [1]),
    ("n", "h", [-32768], [-32768]),
    ("q", "H", [65535], [65535]),
    ("i", "i", [-2147483648], [-2147483648]),
    ("u", "I", [4294967295], [4294967295]),
    ("x", "q", [-(1 << 63)], [-(1 << 63)]),
    ("t", "Q", [(1 << 64) - 1], [(1 << 64) - 1]),
    ("d", "d", [-0.375], [-0.375]),
    ("h", "I", [3], [3]),
    ("s", "I4s", [3, b"abc\0"], ["abc"]),
    ("s", "I1s", [0, b"\0"], [""]),
    ("s", "I4s", [3, "ß!\0".encode()], ["ß!"]),
    ("s", "I3s", [2, b"\xff!\0"], ["\udcff!"]),
    ("o", "I5s", [4, b"/a/b\0"], ["/a/b"]),
    ("g", "B4s", [3, b"a{s\0"], ["a{s"]),
    ("ss", "I2s2xI3s", [1, b"a\0", 2, b"bc\0"], ["a", "bc"]),
    ("gy", "B2sB", [1, b"s\0", 9], ["s", 9]),
    ("v", "B2sxI3s", [1, b"s\0", 2, b"ab\0"], ["ab"]),
    ("v", "B2s5xQ", [1, b"t\0", 5], [5]),
    ("v", "B2sB2sB", [1, b"v\0", 1, b"y\0", 8], [8]),
    ("v", "B3sI2B", [2, b"ay\0", 2, 3, 4], [[3, 4]]),
    ("yv", "BB2sB", [1, 1, b"y\0", 2], [1, 2]),
    ("ay", "I3B", [3, 1, 2, 3], [[1, 2, 3]]),
    ("as", "II2s2xI3s", [15, 1, b"a\0", 2, b"bc\0"], [["a", "bc"]]),
    ("as", "I", [0], [[]]),
    ("aay", "IIB3xI2B", [14, 1, 7, 2, 8, 9], [[[7], [8, 9]]]),
    ("an", "Ihh", [4, -1, 2], [[-1, 2]]),
    # What fills up before the first is not counted, and is there where there is no first.
    ("at", "I4xQ", [8, 6], [[6]]),
    ("aty", "I4xB", [0, 6], [[], 6]),
    ("a(y)y", "I4xB", [0, 6], [[], 6]),
    ("a{yy}y", "I4xB", [0, 6], [[], 6]),
    ("aay", "I", [0], [[]]),
    ("(uo)", "II2s", [17, 1, b"/\0"], [(17, "/")]),
    ("y(y)", "B7xB", [1, 2], [1, (2,)]),
    ("(y(sy)n)", "B7xI2sBxh", [1, 1, b"a\0", 2, -3], [(1, ("a", 2), -3)]),
    ("a(su)", "I4xI2s2xI4xI1s3xI", [28, 1, b"a\0", 5, 0, b"\0", 6], [[("a", 5), ("", 6)]]),
    ("a{sv}", "I4xI3sB2s2xI", [16, 2, b"id\0", 1, b"u\0", 5], [[("id", 5)]]),
]  # fmt: skip


def message(order: str, fields: bytes, body: bytes = b"", kind: int = 2) -> bytes:
    """A message with the fields as they are given."""
    begin = {"<": b"l", ">": b"B"}[order] + bytes([kind, 0, 1])
    head = begin + struct.pack(f"{order}3I", len(body), 1, len(fields)) + fields
    return head + bytes(-len(head) % 8) + body


def reply(order: str, signature: str, body: bytes) -> list[Any]:
    """The values of a reply of this signature."""
    told = signature.encode()
    fields = (
        struct.pack(f"{order}4sI", b"\x05\x01u\0", 7) + b"\x08\x01g\0" + bytes([len(told)]) + told + b"\0"
    )
    read = _dbus.reply(message(order, fields, body))
    assert read is not None
    assert (read.serial, read.error) == (7, "")
    return read.values


def test_a_call_is_what_the_specification_says() -> None:
    assert _dbus.call(7, "/a/b", "x.Y", "Get", ["Unit", "Id"]) == CALL
    assert _dbus.call(511, "/a/b", "x.Y", "Get", []) == BARE


def test_the_length_of_a_text_is_that_of_its_bytes() -> None:
    assert _dbus.call(1, "/a/b", "x.Y", "Get", ["ß"])[72:] == b"\x02\x00\x00\x00\xc3\x9f\x00"
    assert _dbus.call(1, "/a/b", "x.Y", "Get", ["\udcff"])[72:] == b"\x01\x00\x00\x00\xff\x00"


@pytest.mark.parametrize("raw", [CALL, BARE, LITTLE, BIG])
def test_the_first_bytes_tell_how_long_it_is(raw: bytes) -> None:
    assert _dbus.size(raw[: _dbus.HEAD]) == len(raw)


@pytest.mark.parametrize("raw", [LITTLE, BIG])
def test_a_reply_is_read_in_both_orders(raw: bytes) -> None:
    assert _dbus.reply(raw) == _dbus.Reply(7, "", ["loaded"])


@ORDERS
@pytest.mark.parametrize(("signature", "layout", "packed", "values"), LAYOUTS)
def test_each_type_is_read(order: str, signature: str, layout: str, packed: list, values: list) -> None:
    body = struct.pack(order + layout, *packed)
    assert reply(order, signature, body) == values
    # Whatever is cut off is missed.
    for cut in range(len(body)):
        with pytest.raises(ValueError, match=SOMETHING):
            reply(order, signature, body[:cut])


@ORDERS
@pytest.mark.parametrize("code", WIDTHS)
def test_a_number_begins_at_a_multiple_of_its_width(order: str, code: str) -> None:
    layout = WIDTHS[code]
    body = struct.pack(f"{order}B{struct.calcsize(layout) - 1}x{layout}B", 1, 2, 3)
    assert reply(order, f"y{code}y", body) == [1, 2, 3]


@ORDERS
def test_an_error_has_a_name(order: str) -> None:
    serial = struct.pack(f"{order}4sI", b"\x05\x01u\0", 9)
    name = struct.pack(f"{order}4sI4s", b"\x04\x01s\0", 3, b"a.B\0") + bytes(4)
    said = b"\x08\x01g\0\x01s\0"
    body = struct.pack(f"{order}I3s", 2, b"no\0")
    assert _dbus.reply(message(order, serial + name + said, body, 3)) == _dbus.Reply(9, "a.B", ["no"])
    assert _dbus.reply(message(order, name + serial, b"", 3)) == _dbus.Reply(9, "a.B", [])
    # It never counts as answered.
    assert _dbus.reply(message(order, serial, b"", 3)) == _dbus.Reply(9, "unnamed", [])
    empty = struct.pack(f"{order}4sI", b"\x04\x01s\0", 0) + bytes(1)
    assert _dbus.reply(message(order, serial + empty, b"", 3)) == _dbus.Reply(9, "unnamed", [])


def test_fields_that_nobody_knows_are_passed_over() -> None:
    sender = b"\x07\x01s\x00\x04\x00\x00\x00:1.5\x00\x00\x00\x00"
    unknown = b"\xc8\x01y\x00\x05\x00\x00\x00"
    serial = b"\x05\x01u\x00\x07\x00\x00\x00"
    assert _dbus.reply(message("<", sender + unknown + serial)) == _dbus.Reply(7, "", [])


@pytest.mark.parametrize("kind", [0, 1, 4, 5, 255])
def test_only_replies_are_replies(kind: int) -> None:
    """A signal is none, nor what a later version may bring."""
    assert _dbus.reply(message("<", b"\x05\x01u\x00\x07\x00\x00\x00", kind=kind)) is None


@ORDERS
def test_a_message_has_a_bound(order: str) -> None:
    begin = {"<": b"l", ">": b"B"}[order] + b"\x02\x00\x01"
    most = _dbus.MOST_BYTES - _dbus.HEAD
    for body, fields, whole in ((most, 0, 1 << 20), (0, most, 1 << 20), (most - 8, 1, 1 << 20), (3, 9, 35)):
        assert _dbus.size(begin + struct.pack(f"{order}3I", body, 1, fields)) == whole
    for body, fields in (
        (most + 1, 0),
        (0, most + 1),
        (most - 7, 1),
        (0xFFFFFFFF, 0xFFFFFFFF),
        (0, 0xFFFFFFFF),
    ):
        with pytest.raises(ValueError, match="too long"):
            _dbus.size(begin + struct.pack(f"{order}3I", body, 1, fields))


@pytest.mark.parametrize(
    "begin", [b"L\2\0\1", b"b\2\0\1", b"\0\2\0\1", b"l\2\0\0", b"l\2\0\2", b"HTTP", b"OK  "]
)
def test_what_begins_otherwise_is_none(begin: bytes) -> None:
    with pytest.raises(ValueError, match="no message"):
        _dbus.size(begin + bytes(12))
    with pytest.raises(ValueError, match="no message"):
        _dbus.reply(begin[:1] + b"\2" + begin[2:] + bytes(12))


@pytest.mark.parametrize("raw", [LITTLE, BIG])
def test_a_part_of_a_message_is_none(raw: bytes) -> None:
    """Also where it ends between two fields."""
    for cut in range(len(raw)):
        with pytest.raises(ValueError, match=SOMETHING):
            _dbus.reply(raw[:cut])
        if cut < _dbus.HEAD:
            with pytest.raises(ValueError, match=SOMETHING):
                _dbus.size(raw[:cut])


@pytest.mark.parametrize(
    "signature",
    ["a", "aa", "ya", "()", "a()", "(", "(y", "((y)", ")", "y)", "}", "{", "{}", "a{}", "a{sv", "(a)", "(y()y)", "z", "az", "(z)", "\0",
     "1", " ", "r", "e", "m", "ö", "a" * 33 + "y", "a" * 255, "(" * 33 + "y" + ")" * 33, "(" * 120],
)  # fmt: skip
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    """In the header, and in a variant."""
    # Zeros are a value of every type, most of them an empty one; one that is not empty shows what an array is of.
    for body in (bytes(1000), b"\x08" + bytes(999)):
        with pytest.raises(ValueError, match=SOMETHING):
            reply("<", signature, body)
        told = signature.encode()
        with pytest.raises(ValueError, match=SOMETHING):
            reply("<", "v", bytes([len(told)]) + told + b"\0" + body)


@pytest.mark.parametrize("inner", ["", "yy", "ss", "y(y)"])
def test_a_variant_has_one_type(inner: str) -> None:
    told = inner.encode()
    with pytest.raises(ValueError, match="one type"):
        reply("<", "v", bytes([len(told)]) + told + b"\0" + bytes(100))


@ORDERS
def test_containers_are_not_endless(order: str) -> None:
    arrays = b"\7"
    for _each in range(32):
        arrays = struct.pack(f"{order}I", len(arrays)) + arrays
    (found,) = reply(order, "a" * 32 + "y", arrays)
    for _each in range(31):
        (found,) = found
    assert found == [7]

    assert reply(order, "v", b"\1v\0" * 31 + b"\1y\0\5") == [5]
    for depth in (33, 300, 50000):
        with pytest.raises(ValueError, match="too many containers"):
            reply(order, "v", b"\1v\0" * depth + b"\1y\0\5")
    # Those of different kinds count together.
    for depth in (16, 17):
        body = b"\7"
        for _each in range(depth):
            body = struct.pack(f"{order}I4x", len(body)) + body
        signature = "a(" * depth + "y" + ")" * depth
        if depth == 16:
            assert str(reply(order, signature, body)).count("(") == 16
        else:
            with pytest.raises(ValueError, match="too many containers"):
                reply(order, signature, body)


@ORDERS
@pytest.mark.parametrize(
    ("signature", "layout", "packed"),
    [
        ("ay", "I3B", [4, 1, 2, 3]),
        ("ay", "I3B", [0xFFFFFFFF, 1, 2, 3]),
        # Within the second number, or text; with more behind it that could be read.
        ("an", "Ihhh", [3, 1, 2, 3]),
        ("at", "I4xQQ", [12, 1, 2]),
        ("as", "II2s2xI2s", [9, 1, b"a\0", 1, b"b\0"]),
        ("as", "II2s", [2, 1, b"a\0"]),
        ("a(yn)", "I4xBxhBxh", [5, 1, 2, 3, 4]),
        ("aay", "IIB3xIB", [6, 1, 7, 1, 8]),
    ],
)  # fmt: skip
def test_an_array_ends_with_a_value(order: str, signature: str, layout: str, packed: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"array|within a value"):
        reply(order, signature, struct.pack(order + layout, *packed))


@ORDERS
@pytest.mark.parametrize(
    ("signature", "layout", "packed"),
    [
        ("s", "I4s", [2, b"abc\0"]),
        ("s", "I4s", [4, b"abc\0"]),
        ("s", "I4s", [0xFFFFFFFF, b"abc\0"]),
        ("s", "I3s", [3, b"abc"]),
        ("g", "B4s", [255, b"abc\0"]),
        ("o", "I4s", [1, b"/a/\0"]),
    ],
)
def test_a_text_ends_where_it_says(order: str, signature: str, layout: str, packed: list[Any]) -> None:
    with pytest.raises(ValueError, match="does not end"):
        reply(order, signature, struct.pack(order + layout, *packed))


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(b"\x05\x02au\x00\x00\x00\x00\x00\x00\x00\x00", id="serial: an array"),
        pytest.param(b"\x05\x03(y)\x00\x00\x00\x07", id="serial: a struct"),
        pytest.param(b"\x05\x01d\x00\x00\x00\x00\x00" + struct.pack("<d", float("inf")), id="serial: endless"),
        pytest.param(b"\x05\x01d\x00\x00\x00\x00\x00" + struct.pack("<d", float("nan")), id="serial: no number"),
        pytest.param(b"\x05\x01s\x00\x01\x00\x00\x00x\x00", id="serial: a text"),
        pytest.param(b"\x08\x02ay\x00\x00\x00\x00\x00\x00\x00\x00", id="signature: an array"),
        pytest.param(b"\x08\x03(g)\x00\x00\x00\x01y\x00", id="signature: a struct"),
        pytest.param(b"\x08\x01u\x00\x07\x00\x00\x00", id="signature: a number"),
        # One of a million letters would be taken apart for seconds.
        pytest.param(b"\x08\x01s\x00\x00\x01\x00\x00" + b"y" * 256 + b"\x00", id="signature: too long"),
    ],
)  # fmt: skip
def test_a_field_of_another_type_is_refused(field: bytes) -> None:
    with pytest.raises(ValueError, match=SOMETHING):
        _dbus.reply(message("<", field, bytes(256)))


def test_of_nonsense_nothing_but_an_error_of_values_comes() -> None:
    """The account decides what comes: random bytes, and messages in which some are random."""
    chance = random.Random(1)
    good = 0
    for turn in range(6000):
        order, noise = chance.choice("<>"), chance.randbytes(chance.randrange(200))
        if turn % 3 == 0:
            raw = noise
        elif turn % 3 == 1:
            mangled = bytearray(chance.choice([LITTLE, BIG, CALL]))
            for _each in range(chance.randrange(1, 5)):
                mangled[chance.randrange(len(mangled))] = chance.choice(
                    b"\0\1\2\3\xffasvg({})ydu" + noise[:3]
                )
            raw = bytes(mangled)
        else:
            signature = "".join(chance.choices("ybnqiuxtdhsogva(){}", k=chance.randrange(1, 9))).encode()
            small = bytes(min(each, chance.choice([255, 3, 1])) for each in noise)
            raw = message(
                order,
                b"\x08\x01g\0" + bytes([len(signature)]) + signature + b"\0",
                small,
                chance.choice([2, 3]),
            )
        with contextlib.suppress(ValueError):
            _dbus.size(raw[: _dbus.HEAD])
        with contextlib.suppress(ValueError):
            good += _dbus.reply(raw) is not None
    # Else nothing was ever read to its end.
    assert good > 100


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("podman.socket", "podman_2esocket"),
        ("podman-restart.service", "podman_2drestart_2eservice"),
        ("abcXYZ789", "abcXYZ789"),
        ("7zip.service", "_37zip_2eservice"),
        ("0", "_30"),
        ("a0", "a0"),
        ("", "_"),
        ("_", "_5f"),
        (r"odd\x2dname@1.service", "odd_5cx2dname_401_2eservice"),
        ("a:b/c d\n", "a_3ab_2fc_20d_0a"),
        ("größe.service", "gr_c3_b6_c3_9fe_2eservice"),
        # Digits and letters, but none of ASCII.
        ("²", "_c2_b2"),
        ("a\udcff", "a_ff"),
    ],
)
def test_names_are_escaped_as_systemd_does(name: str, escaped: str) -> None:
    assert _dbus.label(name) == escaped
