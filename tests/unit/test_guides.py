# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides show the files that tests/integration/test_guides.py runs, each one whole and none left out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCSITE = ROOT / "docs" / "docsite"


def test_code_blocks_are_the_files():
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "guides", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_guide_is_listed():
    listed = yaml.safe_load((DOCSITE / "extra-docs.yml").read_text(encoding="utf-8"))["sections"]
    named = [name for section in listed for name in section["toctree"]]
    assert sorted(named) == sorted(path.stem for path in (DOCSITE / "rst").glob("*.rst"))
