# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which containers have a file that has got another content."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._file_uses import renewed_mounts

INSPECT = {
    "State": {"StartedAt": "1970-01-01T00:01:40Z"},
    "Mounts": [{"Type": "bind", "Source": "/f/www"}, {"Type": "bind", "Source": "/f/a"}, {"Type": "volume", "Source": "/f/v"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({}, []),
        ({"/f/a": 101.0}, ["/f/a"]),
        ({"/f/a": 99.0}, []),
        ({"/f/www/x/y": 101.0, "/f/wwwx": 101.0}, ["/f/www/x/y"]),
        ({"/f/v/x": 101.0, "/f/other": 101.0}, []),
    ],
)
def test_only_what_is_mounted_and_newer(files: Any, named: list[str]) -> None:
    assert [why.before.split()[0] for why in renewed_mounts(INSPECT, files)] == named
