# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets: two values for every row, in the order of the rows."""

from __future__ import annotations

from .case import case

BASE = {"data": "quiet"}
# Shell drivers that keep the data in a folder of the account.
SHELL = {
    "list": "ls /srv/walk",
    "lookup": "cat /srv/walk/$SECRET_ID",
    "store": "cat > /srv/walk/$SECRET_ID",
    "delete": "rm /srv/walk/$SECRET_ID",
}

CASES = {
    # 4.3 tells no data.
    "data": {**case("first", "second"), "unseen": "4.3", "needed": True},
    "driver": case("file", "shell", driver_opts=SHELL),
    "driver_opts": case({"path": "/srv/walk/a"}, {"path": "/srv/walk/b"}),
    "labels": case({"app": "a"}, {"app": "A"}),
}
# What these hosts cannot walk, and why.
NOT_HERE: dict[str, str] = {}
