# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands in containers as requests, and the sentences about them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.module_utils._exec import Done, parse, refusal


def test_a_request_has_what_is_declared() -> None:
    body = parse(
        {
            "command": "sh -c 'a b'",
            "env": {"B": True, "A": 1},
            "container_user": "7",
            "stdin": "",
            "tty": False,
        }
    )
    assert body["Cmd"] == ["sh", "-c", "a b"]
    assert body["Env"] == ["A=1", "B=true"]
    assert (body["User"], body["AttachStdin"], body["Tty"]) == ("7", True, False)
    assert parse({"argv": ["a b"], "command": None})["Cmd"] == ["a b"]


@pytest.mark.parametrize(
    "params",
    [
        {"command": ""},
        {"command": []},
        {"command": "'"},
        {"command": 5},
        {"argv": [""]},
        {"command": "a", "env": {"A=B": "c"}},
    ],
)
def test_what_cannot_be_run_is_refused(params: dict[str, Any]) -> None:
    with pytest.raises(Failure, match="^(command|argv|env): "):
        parse(params)


def test_the_reason_stands_in_the_sentence() -> None:
    started = Done(127, "", "Error: no command: OCI runtime attempted\nError: connection reset\n", False)
    assert refusal("web", started, [0]).endswith(
        "expect: [0] is declared: Error: no command: OCI runtime attempted"
    )
    assert refusal("web", Done(1, "out\n", "first\nlast\n\n", False), [0, 2]).endswith(
        "expect: [0, 2] is declared: last"
    )
    assert refusal("web", Done(1, "out\n", "", False), [0]).endswith(": out")
