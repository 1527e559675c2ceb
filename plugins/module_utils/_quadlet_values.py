# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a text becomes a value of a unit, so that it arrives as it is (pure).

Quadlet takes its keys in three forms: whole (``Image=``), split into words (``Exec=``, ``PodmanArgs=``), and split into
words that are NAME=VALUE (``Environment=``, ``Label=``). It writes all of them into one ExecStart=, where systemd
resolves specifiers (%h) and variables ($HOME). What would not arrive is refused, never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from . import _errors, _quadlet

# Linux's MAX_ARG_STRLEN: one word of a command, with the NUL at its end.
WORD_LIMIT = 128 * 1024
# What a character becomes within quotes: control characters by their numbers, but for those that have a letter.
_ESCAPED = str.maketrans(
    {
        **{chr(code): f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))},
        "\\": "\\\\",
        '"': '\\"',
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "%": "%%",
        "$": "$$",
    }
)
# \x80 is the one character that Quadlet writes down as something else than it is.
_INEXPRESSIBLE = re.compile("[\0\x80\ud800-\udfff]")


def word(text: str, where: str) -> str:
    """A text as one word of a key that is split into words; ``where`` begins the sentence of a refusal."""
    if text == "":
        raise _errors.Failure(
            f"{where}: an empty word was given, which Quadlet drops with all words behind it; leave it out."
        )
    if text == ";":
        raise _errors.Failure(
            f"{where}: the word ';' was given, behind which systemd begins another command; put it into a longer word, for "
            "example into one of sh -c."
        )
    _expressible(text, where)
    if len(text.encode()) >= WORD_LIMIT:
        raise _errors.Failure(
            f"{where}: a word of {len(text.encode())} bytes was given, and Linux hands over at most {WORD_LIMIT - 1}; bring it in by a "
            "file."
        )
    return f'"{text.translate(_ESCAPED)}"'


def words(texts: Iterable[str], where: str) -> str:
    """Several texts as the value of a key that is split into words."""
    return " ".join(word(text, where) for text in texts)


def assignment(name: str, value: str, where: str) -> str:
    """NAME=VALUE as a word; the name ends at the first equals sign."""
    if not name or "=" in name:
        raise _errors.Failure(f"{where}: {name!r} is no name; use one that is not empty and has no '='.")
    return word(f"{name}={value}", where)


def variable(name: str, value: str, where: str) -> str:
    """A variable of the environment as a word."""
    if "\r\n" in value:
        raise _errors.Failure(
            f"{where}: the value of {name!r} has a line break of two characters (\\r\\n) in it, of which Podman's command line drops the "
            "first; use \\n alone, or bring it in by a file."
        )
    return assignment(name, value, where)


def whole(text: str, where: str) -> str:
    """A text as the value of a key that is taken whole, where nothing can be quoted."""
    _expressible(text, where)
    if any(character < " " or character == "\x7f" for character in text):
        raise _errors.Failure(
            f"{where}: {text!r} has a line break or another control character, which this key cannot hold."
        )
    if text != text.strip(_quadlet.BLANKS) or text.endswith("\\"):
        raise _errors.Failure(
            f"{where}: {text!r} begins or ends with a blank, or ends with a backslash, which this key cannot hold."
        )
    if text.startswith('"') or text.endswith('"'):
        raise _errors.Failure(
            f"{where}: {text!r} begins or ends with a double quote, which Quadlet takes away."
        )
    return text.replace("%", "%%").replace("$", "$$")


def _expressible(text: str, where: str) -> None:
    found = _INEXPRESSIBLE.search(text)
    if found:
        raise _errors.Failure(
            f"{where}: the value has the character {found[0]!a} in it, which no unit can hold; leave it out."
        )


def unit_of_definition(definition: Mapping[str, Any]) -> _quadlet.Unit:
    """A map of sections as a unit.

    A text is a value as a unit file has it, with systemd's quotes and specifiers; a list is the same key several
    times; a map is one NAME=VALUE for each entry, which arrive exactly as they are.
    """
    return _quadlet.unit_of(
        {str(section): list(_pairs(str(section), keys)) for section, keys in definition.items()}
    )


def _pairs(section: str, keys: Any) -> Iterable[tuple[str, str]]:
    if not isinstance(keys, Mapping):
        raise _errors.Failure(
            f"definition.{section}: {type(keys).__name__} was given, and a map of keys is needed, such as Image: docker.io/library/nginx:1.27."
        )
    for key, value in keys.items():
        where = f"definition.{section}.{key}"
        if value is None:
            continue
        if isinstance(value, Mapping):
            pair = variable if key == "Environment" else assignment
            for name, each in value.items():
                yield str(key), pair(str(name), "" if each is None else _text(each, where), where)
        elif isinstance(value, (list, tuple)):
            for each in value:
                yield str(key), _text(each, where)
        else:
            yield str(key), _text(value, where)


def _text(value: Any, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise _errors.Failure(
        f"{where}: {type(value).__name__} was given, and a text, a number, a list or a map of texts is needed."
    )
