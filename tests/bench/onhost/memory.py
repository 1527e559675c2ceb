# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Watches how much memory the modules of a task take on this host: memory.py FILE, until FILE says "end".

Every 5 ms it adds up the proportional share (PSS) of all Python processes that were not there when it began, so a module's
parent and the child that has become the account count together, and what both share counts once. The largest sum, in bytes, is printed.
"""

from __future__ import annotations

import os
import sys
import time


def pythons():
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.path.basename(os.readlink(f"/proc/{pid}/exe")).startswith("python"):
                found.add(pid)
        except OSError:
            pass
    return found


def share(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0  # it has ended


flag = sys.argv[1]
before = pythons()
with open(flag, "w", encoding="ascii") as begun:
    begun.write("begun")
most = 0
while True:
    most = max(most, sum(share(pid) for pid in pythons() - before))
    with open(flag, encoding="ascii") as asked:
        if asked.read() == "end":
            break
    time.sleep(0.005)
print(most)
