# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What container_info adds: bounded, in one form, and never a reason to fail when a container has just gone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _info_extras as extras
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure

RUNNING = {"Id": "aa", "State": {"Running": True}}


class Podman:
    """Answers of one Podman by path; an error is raised."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, []
        self.account = SimpleNamespace(name="shop")
        self.read = 0

    def get(self, path: str, params: Any = None) -> Any:
        self.asked.append((path, params))
        return self._answer(self.answers["stats"])

    def pieces(self, path: str, params: Any = None) -> Any:
        self.asked.append((path, params))
        for piece in self._answer(self.answers["logs"]):
            self.read += len(piece)
            yield piece

    @staticmethod
    def _answer(answer: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer


def frame(text: bytes, stream: int = 1) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


def test_nothing_is_asked_that_nobody_wants() -> None:
    podman, found = Podman(), [dict(RUNNING)]
    assert extras.add(podman, found, {"stats": False, "logs": 0, "health_log": False}) == []
    assert (podman.asked, found) == ([], [RUNNING])


def test_the_last_lines_of_both_streams() -> None:
    podman, found = (
        Podman(logs=[frame(b"one\r\n") + frame(b"two\n", 2), frame("dr\u00ed\n".encode())]),
        [dict(RUNNING)],
    )
    extras.add(podman, found, {"logs": 2})
    assert found[0]["logs"] == ["two", "dr\u00ed"]
    assert podman.asked == [("containers/aa/logs", {"stdout": True, "stderr": True, "tail": "2"})]


@pytest.mark.parametrize("status", [404, 409, 500])
def test_without_a_log_there_are_no_lines(status: int) -> None:
    podman, found = Podman(logs=EngineError("this container is not logging output", status)), [dict(RUNNING)]
    extras.add(podman, found, {"logs": 2})
    assert found[0]["logs"] is None


def test_a_dead_socket_is_no_missing_log() -> None:
    with pytest.raises(EngineError):
        extras.add(Podman(logs=EngineError("gone", 0)), [dict(RUNNING)], {"logs": 2})


def test_a_log_without_end_is_left() -> None:
    def endless() -> Any:
        while True:
            yield frame(b"x" * 65536)

    podman, found = Podman(logs=endless()), [dict(RUNNING)]
    extras.add(podman, found, {"logs": 3})
    assert podman.read < extras.READ + 2 * 65536
    assert len(found[0]["logs"][0]) <= extras.TOLD


@pytest.mark.parametrize("lines", [-1, 10001])
def test_how_many_lines(lines: int) -> None:
    with pytest.raises(Failure, match="logs: "):
        extras.check_options({"logs": lines})
    extras.check_options({"logs": 10000})
    extras.check_options({})


def test_health_log_in_one_form() -> None:
    entry = {"Start": "s", "End": "e", "ExitCode": 1, "Output": "x" * 9999}
    told = {"start": "s", "end": "e", "exit_code": 1, "output": "x" * extras.MOST_OUTPUT}
    assert extras.health_log({"State": {"Health": {"Log": [entry]}}}) == [told]
    assert extras.health_log({"State": {"Healthcheck": {"Log": [entry]}}}) == [told]
    assert len(extras.health_log({"State": {"Health": {"Log": [entry] * 500}}})) == extras.MOST_CHECKS
    for odd in (None, "x", [None, "x"], {}):
        assert extras.health_log({"State": {"Health": {"Log": odd}}}) == []


def test_stats_are_asked_for_once_and_for_what_runs() -> None:
    stopped = {"Id": "bb", "State": {"Running": False}}
    podman, found = (
        Podman(stats={"Error": None, "Stats": [{"ContainerID": "aa", "CPU": 1}]}),
        [dict(RUNNING), stopped],
    )
    assert extras.add(podman, found, {"stats": True}) == []
    assert [each["stats"] for each in found] == [{"ContainerID": "aa", "CPU": 1}, None]
    assert podman.asked == [("containers/stats", {"stream": False, "containers": ["aa"]})]
    assert extras.add(Podman(), [dict(stopped)], {"stats": True}) == []


@pytest.mark.parametrize(
    "answer",
    [EngineError("no", 500, "no cgroups"), {"Error": "gone", "Stats": None}, [], "x", {"Stats": "x"}],
)
def test_no_stats_are_a_warning(answer: Any) -> None:
    found = [dict(RUNNING)]
    warnings = extras.add(Podman(stats=answer), found, {"stats": True})
    assert len(warnings) == 1
    assert found[0]["stats"] is None
