# Copyright: rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes `import ansible_collections.rootless.podman...` work from this checkout, wherever it lies."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
COLLECTIONS = CHECKOUT / ".cache" / "collections"


def lay_link() -> None:
    """Lay the link that tools/venv lays, for a pytest that was started without it."""
    link = COLLECTIONS / "ansible_collections" / "rootless" / "podman"
    if link.is_dir() and link.resolve() == CHECKOUT:
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(Path("../../../.."), target_is_directory=True)


# Property tests run the same examples each time and against no clock: a machine may be busy. Not every step has the library.
with contextlib.suppress(ImportError):
    from hypothesis import settings

    settings.register_profile("house", deadline=None, derandomize=True, database=None)
    settings.load_profile("house")

lay_link()
sys.path.insert(0, str(COLLECTIONS))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests found worth telling although they passed: ``record_property("told", line)``."""
    told = [
        line
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", None) == "call"
        for name, line in report.user_properties
        if name == "told"
    ]
    if told:
        terminalreporter.section("told")
        for line in sorted(told):
            terminalreporter.line(line)
