# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The closing line of `tests/run`: what several runs of pytest came to, from the JUnit files that they wrote."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def total(files: list[Path]) -> dict[str, int]:
    """How many tests passed, failed (in their setup too), were skipped. A file that is not there raises OSError."""
    suites = [suite for file in files for suite in ElementTree.parse(file).iter("testsuite")]
    said = {
        word: sum(int(suite.get(word) or 0) for suite in suites)
        for word in ("tests", "failures", "errors", "skipped")
    }
    failed = said["failures"] + said["errors"]
    return {"passed": said["tests"] - failed - said["skipped"], "failed": failed, "skipped": said["skipped"]}


if __name__ == "__main__":
    counts = total([Path(name) for name in sys.argv[1:]])
    print(", ".join(f"{count} {word}" for word, count in counts.items()))
    sys.exit(bool(counts["failed"]) or not counts["passed"])
