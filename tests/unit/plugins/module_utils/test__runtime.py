# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A container that the runtime alone knows is forgotten there, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _operations, _runtime
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError

CAUSE = "crun: container `c1` already exists: OCI runtime error"


class Podman:
    """Whose start is refused until the runtime has forgotten."""

    def __init__(self, status: str) -> None:
        self.there = {"Id": "c1", "OCIRuntime": "crun", "State": {"Status": status}}
        self.known = True

    def write(self, _method: str, _path: str, **_more: Any) -> None:
        if self.known:
            raise EngineError(CAUSE, 500, CAUSE)

    def find(self, _path: str) -> dict:
        return self.there


@pytest.mark.parametrize(("status", "works"), [("created", True), ("exited", True), ("running", False)])
def test_a_start_that_its_service_did_not_survive(
    status: str, works: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    podman = Podman(status)

    def forget(runtime: str, identity: str) -> bool:
        assert (runtime, identity) == ("crun", "c1")
        podman.known = False
        return True

    monkeypatch.setattr(_runtime, "forget", forget)
    if works:
        _operations.start(podman, "c1", "web")
    else:
        with pytest.raises(EngineError):
            _operations.start(podman, "c1", "web")
    assert podman.known is not works


def test_only_a_known_runtime_is_asked(tmp_path: Path) -> None:
    assert not _runtime.forget("/bin/rm", "c1")
    assert not _runtime.forget(str(tmp_path / "crun"), "c1")
