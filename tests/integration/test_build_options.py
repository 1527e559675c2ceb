# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of a build on a real host; on the other releases it is a proof, see tests/proofs/test_build_options.py."""

from __future__ import annotations

from support.build_walk import check


def test_every_option(testbed):
    check("trixie", testbed)
