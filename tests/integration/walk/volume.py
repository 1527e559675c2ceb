# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes: two values for every row, in the order of the rows."""

from __future__ import annotations

from .case import case

# Every change is a volume made anew, with its data.
BASE = {"keep_data": True}

CASES = {
    "driver": case("local"),
    "options": case({"nocopy": ""}, {"o": "uid=7,gid=8"}),
    "uid": case(1000, 1001),
    "gid": case(1000, 1001, uid=5),
    "label": case({"app": "a"}, {"app": "A"}),
}
# What these hosts cannot walk, and why.
NOT_HERE: dict[str, str] = {}
