# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line that made a container, taken apart into its flags (pure). Source: podman-run(1)."""

from __future__ import annotations

from collections.abc import Sequence

_VERBS = ("run", "create")
# Flags that stand alone; a value can only follow after an equals sign.
_ALONE = frozenset((
    "detach", "interactive", "tty", "rm", "rmi", "init", "privileged", "publish-all", "read-only", "read-only-tmpfs", "no-healthcheck",
    "no-hosts", "no-hostname", "env-host", "http-proxy", "oom-kill-disable", "rootfs", "replace", "sig-proxy", "passwd", "unsetenv-all",
    "quiet", "tls-verify", "disable-content-trust", "help", "expose-all",
))  # fmt: skip
_SHORT = {
    "a": "attach", "c": "cpu-shares", "d": "detach", "e": "env", "h": "hostname", "i": "interactive", "l": "label", "m": "memory",
    "p": "publish", "P": "publish-all", "q": "quiet", "t": "tty", "u": "user", "v": "volume", "w": "workdir",
}  # fmt: skip
_SAME = {"net": "network", "dns-opt": "dns-option", "healthcheck-command": "health-cmd"}


def flags(command: Sequence[str]) -> dict[str, list[str]]:
    """Each flag by its long name, with its values in their order; one that stands alone has the value ``true``."""
    words = [str(each) for each in command]
    start = next((place for place, word in enumerate(words) if word in _VERBS), None)
    found: dict[str, list[str]] = {}
    left = words[start + 1 :] if start is not None else []
    while left and left[0].startswith("-") and left[0] not in ("-", "--"):
        word = left.pop(0)
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if not equals and name not in _ALONE:
                value = left.pop(0) if left else ""
            elif not equals:
                value = "true"
            found.setdefault(_SAME.get(name, name), []).append(value)
            continue
        _short(word[1:], left, found)
    return found


def _short(letters: str, left: list[str], found: dict[str, list[str]]) -> None:
    """One word of short flags: those that stand alone together, the last one perhaps with its value."""
    while letters:
        name, letters = _SHORT.get(letters[0], letters[0]), letters[1:]
        if name in _ALONE and not letters.startswith("="):
            found.setdefault(name, []).append("true")
            continue
        value = letters.removeprefix("=") if letters else (left.pop(0) if left else "")
        found.setdefault(name, []).append(value)
        return
