# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of a container's process: commands, signals, capabilities, restarts, health checks, limits."""

from __future__ import annotations

import json
import shlex
import signal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._options import Facts
from ansible_collections.rootless.podman.plugins.module_utils._process_values import (
    AddedCapabilities,
    Capabilities,
    DroppedCapabilities,
    Groups,
    HealthTest,
    RestartPolicy,
    Signal,
    Ulimits,
    Words,
)
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import house

word = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=10)


@house
@given(st.lists(word, min_size=1))
def test_a_command_is_the_same_as_list_as_json_and_quoted(words: list[str]) -> None:
    assert Words().parse(words) == words
    assert Words().parse(json.dumps(words)) == words
    quoted = shlex.join(words)
    if not quoted.lstrip().startswith("["):
        assert Words().parse(quoted) == words


def test_an_entrypoint_is_not_split() -> None:
    assert Words(split=False).parse("/bin/my tool") == ["/bin/my tool"]
    assert Words().parse("/bin/my tool") == ["/bin/my", "tool"]


def test_words_of_numbers_and_flags() -> None:
    assert Words().parse(["sleep", 60, True]) == ["sleep", "60", "true"]


@pytest.mark.parametrize("bad", ["echo 'open", '["a"', {"a": 1}, 5, ["a\0b"], [["a"]]])
def test_no_words(bad: Any) -> None:
    with pytest.raises(ValueError, match="words|text"):
        Words().parse(bad)


def test_reported_words_of_all_servers() -> None:
    assert Words().reported("/bin/sh -c") == ["/bin/sh", "-c"]  # 4.x
    assert Words().reported(["/bin/sh", "-c"]) == ["/bin/sh", "-c"]
    assert [Words().reported(each) for each in (None, "", [])] == [None, None, None]


@pytest.mark.parametrize("spelling", ["net_raw", "NET_RAW", "cap_net_raw", "CAP_NET_RAW", "Cap_Net_Raw"])
def test_capabilities_in_any_spelling(spelling: str) -> None:
    assert Capabilities().parse([spelling]) == ["CAP_NET_RAW"]


def test_all_capabilities() -> None:
    assert Capabilities().parse("all") == ["ALL"]
    assert AddedCapabilities().covers(["ALL"], ["CAP_CHOWN"])
    assert DroppedCapabilities().covers(["ALL"], ["CAP_CHOWN"])


def test_capabilities_are_judged_by_what_a_container_has() -> None:
    assert AddedCapabilities().covers(["CAP_NET_RAW"], ["CAP_CHOWN", "CAP_NET_RAW"])
    assert not AddedCapabilities().covers(["CAP_NET_RAW"], ["CAP_CHOWN"])
    assert not AddedCapabilities().covers(["CAP_NET_RAW"], None)
    assert DroppedCapabilities().covers(["CAP_NET_RAW"], ["CAP_CHOWN"])
    assert DroppedCapabilities().covers(["CAP_NET_RAW"], None)
    assert not DroppedCapabilities().covers(["CAP_NET_RAW"], ["CAP_CHOWN", "CAP_NET_RAW"])


@pytest.mark.parametrize("bad", ["net raw", "cap1", "", "a\nb", None])
def test_no_capabilities(bad: Any) -> None:
    with pytest.raises(ValueError, match="capabilities|text"):
        Capabilities().parse([bad])


@pytest.mark.parametrize("each", [each for each in signal.Signals if each < 32], ids=lambda each: each.name)
def test_a_signal_has_four_spellings(each: signal.Signals) -> None:
    spellings = [each.name, each.name[3:], each.name.lower(), str(each.value), each.value]
    assert {Signal().parse(spelling) for spelling in spellings} == {each.value}
    assert Signal().reported(each.name) == Signal().reported(each.value) == each.value
    assert Signal().parse(Signal().show(each.value)) == each.value


@house
@given(st.integers(34, 64))
def test_realtime_signals(number: int) -> None:
    assert Signal().parse(f"RTMIN+{number - 34}") == Signal().parse(f"SIGRTMIN+{number - 34}") == number
    assert Signal().parse(Signal().show(number)) == number


@pytest.mark.parametrize("bad", ["", "0", "65", "SIGNOPE", "-1", "RTMIN+31", "²", None, "TERM\nKILL"])
def test_no_signals(bad: Any) -> None:
    with pytest.raises(ValueError, match="a signal such as"):
        Signal().parse(bad)


@pytest.mark.parametrize(
    ("written", "name", "tries"),
    [
        ("no", "no", 0), (False, "no", 0), ("always", "always", 0), ("unless-stopped", "unless-stopped", 0),
        ("on-failure", "on-failure", 0), ("on-failure:3", "on-failure", 3),
    ],
)  # fmt: skip
def test_restart_policies(written: Any, name: str, tries: int) -> None:
    typed = RestartPolicy().parse(written)
    assert typed == {"name": name, "tries": tries}
    assert RestartPolicy().parse(RestartPolicy().show(typed)) == typed
    assert RestartPolicy().reported({"Name": name, "MaximumRetryCount": tries}) == typed


@pytest.mark.parametrize("bad", ["sometimes", "always:3", "on-failure:", "on-failure:x", True, None, "", 5])
def test_no_restart_policies(bad: Any) -> None:
    with pytest.raises(ValueError, match="always"):
        RestartPolicy().parse(bad)


@pytest.mark.parametrize("raw", [None, {}, {"Name": ""}, {"Name": "", "MaximumRetryCount": 0}])
def test_no_policy_is_no(raw: Any) -> None:
    assert RestartPolicy().reported(raw) == RestartPolicy().parse("no")


@pytest.mark.parametrize(
    ("written", "test"),
    [
        ("curl -f localhost || exit 1", ["CMD-SHELL", "curl -f localhost || exit 1"]),
        (["curl", "-f", "localhost"], ["CMD", "curl", "-f", "localhost"]),
        (["CMD", "true"], ["CMD", "true"]),
        (["CMD-SHELL", "a | b"], ["CMD-SHELL", "a | b"]),
        ('["curl", "-f"]', ["CMD", "curl", "-f"]),
        ("none", ["NONE"]),
        ("NONE", ["NONE"]),
        (["NONE"], ["NONE"]),
    ],
)
def test_health_checks(written: Any, test: list[str]) -> None:
    assert HealthTest().parse(written) == test
    assert HealthTest().parse(test) == test


@pytest.mark.parametrize("bad", ["", [], [""], None, {}, 5])
def test_no_health_checks(bad: Any) -> None:
    with pytest.raises(ValueError, match="a command|a list of words"):
        HealthTest().parse(bad)


def test_limits() -> None:
    typed = Ulimits().parse(["nproc=100", "nofile=1024:2048", "memlock=-1"])
    assert [each["type"] for each in typed] == ["memlock", "nofile", "nproc"]
    assert typed[1] == {"type": "nofile", "soft": 1024, "hard": 2048}
    assert typed[2] == {"type": "nproc", "soft": 100, "hard": 100}
    assert Ulimits().body(typed)[0]["soft"] == 2**64 - 1
    shown = [
        {"Name": f"RLIMIT_{each['type'].upper()}", "Soft": each["soft"], "Hard": each["hard"]}
        for each in typed
    ]
    assert Ulimits().covers(
        typed, Ulimits().reported([*shown, {"Name": "RLIMIT_CORE", "Soft": 0, "Hard": 0}])
    )
    assert not Ulimits().covers(typed, Ulimits().reported(shown[1:]))


@pytest.mark.parametrize(
    "bad", ["nofile", "nofile=", "NOFILE=1", "nofile=1:2:3", "nofile=-2", "nofile=1\n", "=1"]
)
def test_no_limits(bad: str) -> None:
    with pytest.raises(ValueError, match="limits such as|text without"):
        Ulimits().parse([bad])


def test_the_groups_of_the_account_are_an_annotation() -> None:
    body: dict[str, Any] = {"annotations": {"note": "a"}}
    Groups.write(Groups().parse(["keep-groups"]), body, Facts((5, 4, 0)))
    assert body == {"annotations": {"note": "a", "run.oci.keep_original_groups": "1"}}
    assert Groups.read(
        {"Config": {"Annotations": body["annotations"]}, "HostConfig": {"GroupAdd": None}}
    ) == ["keep-groups"]


def test_groups_have_a_field() -> None:
    body: dict[str, Any] = {}
    Groups.write(Groups().parse(["adm", 100]), body, Facts((5, 4, 0)))
    assert body == {"groups": ["100", "adm"]}
    assert Groups.read({"HostConfig": {"GroupAdd": ["100", "adm"]}}) == ["100", "adm"]
