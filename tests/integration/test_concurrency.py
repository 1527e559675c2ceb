# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Point 5: two controllers add twenty accounts each to one host at the same moment."""

from __future__ import annotations

import json

from support.playbook import finish, start

FILES = ("/etc/subuid", "/etc/subgid")


def playbook(host, prefix):
    """A playbook that adds twenty accounts."""
    names = [f"{prefix}{number:02}" for number in range(20)]
    path = host.folder / f"{prefix}.yml"
    task = {"name": "Add the accounts", "rootless.podman.user": {"name": "{{ item }}"}, "loop": names}
    path.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    return path, names


def ranges(text):
    """Owner, first id and number of ids of each range of a subuid or subgid file, by first id. Other tests leave lines of other kinds."""
    lines = [line.split(":") for line in text.splitlines() if line.count(":") == 2]
    return sorted(((name, int(first), int(count)) for name, first, count in lines), key=lambda each: each[1])


def test_two_controllers(host):
    left, lefts = playbook(host, "left-")
    right, rights = playbook(host, "right-")
    names = lefts + rights
    try:
        running = [start(host, left), start(host, right)]
        for each in running:
            finish(each)
        accounts = {line.split(":")[0]: line.split(":")[2] for line in host.run("getent passwd").splitlines()}
        assert set(names) <= set(accounts)
        assert len({accounts[name] for name in names}) == 40
        for file in FILES:
            there = ranges(host.run(f"cat {file}"))
            assert sorted(name for name, _first, _count in there if name in names) == names
            assert [each for each, after in zip(there, there[1:]) if each[1] + each[2] > after[1]] == []
            assert all(count >= 65536 for name, _first, count in there if name in names)
    finally:
        host.run("; ".join(remove(name) for name in names), check=False)


def remove(name):
    """A shell line that takes an account away; forty calls of the module would take longer than the test."""
    stop = f"loginctl disable-linger {name}; systemctl stop user@$(id -u {name}).service"
    return f"id {name} >/dev/null 2>&1 && {{ {stop}; userdel --remove {name}; }} 2>/dev/null"
