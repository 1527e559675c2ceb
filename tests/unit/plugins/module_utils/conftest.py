# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all tests of module_utils find."""

from __future__ import annotations

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _generator


@pytest.fixture(autouse=True)
def _quadlet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may have no Quadlet."""
    monkeypatch.setattr(_generator, "is_there", lambda: True)
