# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command lines of podman run and create, taken apart."""

from __future__ import annotations

import shlex

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._command_line import flags


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("podman run image", {}),
        ("podman run -d --name web image --not-a-flag x", {"detach": ["true"], "name": ["web"]}),
        ("podman --log-level debug container create --name=web image", {"name": ["web"]}),
        ("podman run -dit image", {"detach": ["true"], "interactive": ["true"], "tty": ["true"]}),
        ("podman run -itv a:/b image", {"interactive": ["true"], "tty": ["true"], "volume": ["a:/b"]}),
        ("podman run -p80:80 -p 81:81 image -p 9", {"publish": ["80:80", "81:81"]}),
        ("podman run -e=A=b --env C=d image", {"env": ["A=b", "C=d"]}),
        ("podman run --read-only=false --init image", {"read-only": ["false"], "init": ["true"]}),
        (
            "podman run --net host --entrypoint '[\"a\"]' image",
            {"network": ["host"], "entrypoint": ['["a"]']},
        ),
        ("podman run --sysctl", {"sysctl": [""]}),
        ("podman ps", {}),
        ("", {}),
    ],
)
def test_flags_and_their_values(line: str, found: dict[str, list[str]]) -> None:
    assert flags(shlex.split(line)) == found
