# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of a build, on the releases with other Buildahs than the one of ``make test``."""

from __future__ import annotations

import pytest
from support.build_walk import check


@pytest.mark.parametrize("release", ["bookworm", "forky"])
def test_every_option(release, testbed):
    check(release, testbed)
