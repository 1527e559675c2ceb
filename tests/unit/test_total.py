# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The closing line of `tests/run`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TOTAL = Path(__file__).resolve().parents[1] / "total.py"
SUITE = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


@pytest.mark.parametrize(
    ("suites", "line", "code"),
    [
        ([(5, 0, 0, 1), (3, 0, 0, 0)], "7 passed, 0 failed, 1 skipped", 0),
        ([(5, 1, 0, 0), (3, 0, 2, 0)], "5 passed, 3 failed, 0 skipped", 1),
        ([(0, 0, 0, 0)], "0 passed, 0 failed, 0 skipped", 1),
    ],
    ids=["good", "some failed", "nothing was run"],
)
def test_total(suites, line, code, tmp_path):
    files = []
    for number, counts in enumerate(suites):
        files.append(tmp_path / f"{number}.xml")
        files[-1].write_text(SUITE.format(*counts))
    done = subprocess.run(
        [sys.executable, TOTAL, *files], check=False, text=True, stdout=subprocess.PIPE, timeout=60
    )
    assert (done.stdout.strip(), done.returncode) == (line, code)
