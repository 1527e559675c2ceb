# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever lies in a file's place, reading it ends at once and leads nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _own_files


def test_a_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert _own_files.read(str(tmp_path / "a"), 2) == b"ab"
    with pytest.raises(FileNotFoundError):
        _own_files.read(str(tmp_path / "b"), 2)


def test_anything_else_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    for name in ("pipe", "link", "."):
        with pytest.raises(OSError, match=r".") as refusal:
            _own_files.read(str(tmp_path / name), 2)
        assert not isinstance(refusal.value, FileNotFoundError)
