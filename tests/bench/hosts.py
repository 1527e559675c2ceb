# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole hosts: so many apps of three containers, each app with an account of its own, as playbooks and as a part of the document (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

import plays

FEW, MORE, EACH = 10, 30, 3
FIRST_UID = 4100
# Unchanged runs are cheap, so each is measured so many times.
AGAIN = 5
# What Ansible does on the controller.
LOCAL = (
    "add_host", "assert", "debug", "fail", "group_by", "import_role", "import_tasks", "include_role", "include_tasks",
    "include_vars", "meta", "set_fact", "validate_argument_spec",
)  # fmt: skip


def name_of(number: int) -> str:
    """The app and the account of that number."""
    return f"bench{number:02}"


def app(number: int, images: tuple[str, str, str]) -> dict[str, Any]:
    """One app of three containers."""
    name = name_of(number)
    members = [plays.container(f"{name}-{place}", image) for place, image in enumerate(images)]
    return {
        "name": name,
        "account": {"uid": FIRST_UID + number},
        "containers": [{**each, "init": True} for each in members],
    }


def apps(count: int, image: str, other: str) -> list[dict[str, Any]]:
    """So many; the very last container has the other image."""
    return [app(number, (image, image, other if number == count - 1 else image)) for number in range(count)]


def ours(count: int, what: str, image: str, other: str) -> plays.Play:
    """The one task."""
    return [
        {
            "name": f"{plays.OURS} {count} apps {what}",
            f"{plays.OURS}.apps": {"apps": apps(count, image, other)},
        }
    ]


def theirs(count: int, what: str, image: str, other: str) -> plays.Play:
    """A task for each container, as the account that has to be there already."""
    listed = [
        {**each, "name": f"theirs-{each['name']}", "user": one["name"], "uid": one["account"]["uid"]}
        for one in apps(count, image, other)
        for each in one["containers"]
    ]
    runtime = "/run/user/{{ item.uid }}"
    return [
        {
            "name": f"{plays.THEIRS} {count} apps {what}",
            f"{plays.THEIRS}.podman_container": {
                "name": "{{ item.name }}",
                "image": "{{ item.image }}",
                "command": "{{ item.command }}",
                "env": "{{ item.env }}",
                "init": True,
                "state": "started",
            },
            "loop": listed,
            "loop_control": {"label": "{{ item.name }}"},
            "become": True,
            "become_user": "{{ item.user }}",
            "environment": {
                "XDG_RUNTIME_DIR": runtime,
                "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
            },
        }
    ]


def tasks(image: str, other: str) -> plays.Play:
    """Ten apps, there and here, then thirty. Those of the other collection go before the thirty come."""
    names = " ".join(map(name_of, range(FEW)))
    remove = "podman rm -aft 0 --filter name=theirs"
    away = f"for a in {names}; do XDG_RUNTIME_DIR=/run/user/$(id -u $a) su -s /bin/sh $a -c 'cd /; {remove}'; done"
    again = [
        task for _turn in range(AGAIN) for task in (*plays.floor(), *ours(FEW, plays.UNCHANGED, image, image))
    ]
    more = [
        task
        for _turn in range(AGAIN)
        for task in (*plays.floor(), *ours(MORE, plays.UNCHANGED, image, image))
    ]
    return [
        *ours(FEW, plays.CREATED, image, image),
        *again,
        *theirs(FEW, plays.CREATED, image, image),
        *theirs(FEW, plays.UNCHANGED, image, image),
        *theirs(FEW, plays.CHANGED, image, other),
        {"name": "Clear", "ansible.builtin.shell": away, "changed_when": False},
        *ours(FEW, plays.CHANGED, image, other),
        *[{**task, "name": "Back"} for task in ours(FEW, "", image, image)],
        *ours(MORE, plays.CREATED, image, image),
        *more,
        *ours(MORE, plays.CHANGED, image, other),
        *[{**task, "name": "Back"} for task in ours(FEW, "", image, image)],
    ]


def site(lines: list[dict[str, Any]], first: bool) -> dict[str, Any]:
    """A run of site.yml, unchanged unless it is the first: seconds from its first task to its last, and how many went to the host."""
    remote = [line for line in lines if line["action"].rpartition(".")[2] not in LOCAL]
    changed = [line["task"] for line in lines if line["changed"]]
    if changed and not first:
        raise SystemExit(f"bench: site.yml is not unchanged: {changed}")
    return {
        "seconds": max(line["ended"] for line in lines) - min(line["begun"] for line in lines),
        "remote": len(remote),
        "tasks": {line["task"]: round(line["seconds"], 3) for line in remote},
    }


def document(took: Mapping[str, float], sites: list[dict[str, Any]]) -> str:
    """The part of docs/benchmarks.md about whole hosts."""
    rows = []
    for count in (FEW, MORE):
        for what in (plays.CREATED, plays.UNCHANGED, plays.CHANGED):
            mine, other = (
                took[f"{plays.OURS} {count} apps {what}"],
                took.get(f"{plays.THEIRS} {count} apps {what}"),
            )
            shown = "one image changed" if what == plays.CHANGED else what
            rows.append(
                f"| {count} apps of {EACH} containers, {shown} | {mine:.2f} s | "
                f"{'' if other is None else f'{other:.2f} s'} | {'' if other is None else f'{other / mine:.1f}'} |"
            )
    few, more = (took[f"{plays.OURS} {count} apps {plays.UNCHANGED}"] for count in (FEW, MORE))
    theirs_few = took[f"{plays.THEIRS} {FEW} apps {plays.UNCHANGED}"]
    bare = took[plays.BARE]
    seconds, command, nothing = (
        median(each[what] for each in sites) for what in ("seconds", "command", "nothing")
    )
    same = (took[f"{plays.OURS} twenty {plays.UNCHANGED}"] - took[f"{plays.OURS} one {plays.UNCHANGED}"]) / (
        plays.COUNT - 1
    )
    further = (more - few) / ((MORE - FEW) * EACH) * 1000
    goals = [
        ("remote tasks of an unchanged run of site.yml with ten apps", f"{sites[0]['remote']}", "≤ 10"),
        (
            f"the same run, {command:.2f} s for the whole command, in commands with one no-op module ({nothing:.2f} s)",
            f"{command / nothing:.1f}",
            "≤ 4",
        ),
        (
            f"the same run, {seconds:.2f} s from its first task to its last, in no-op modules ({bare:.2f} s)",
            f"{seconds / bare:.1f}",
            "",
        ),
        (
            "ten unchanged apps, times faster than 30 `podman_container` tasks",
            f"{theirs_few / few:.1f}",
            "≥ 20",
        ),
        ("each further unchanged container of an account, in ms", f"{same * 1000:.1f}", "< 5"),
        (
            "each further unchanged container with its third of a further account, in ms",
            f"{further:.1f}",
            "",
        ),
    ]
    return TEXT.format(
        rows="\n".join(rows), goals="\n".join(f"| {what} | {value} | {goal} |" for what, value, goal in goals)
    )


TEXT = """
## Whole hosts

Each app has an account of its own. The first deploy of rootless.podman makes the accounts and pulls the image in each; with containers.podman both
are there already, and each container is one turn of a loop with `become_user`. The podman role of fedora.linux_system_roles is not in this table:
neither PyPI nor its package `ansible` has that collection.

| | rootless.podman | containers.podman | times faster |
|---|---:|---:|---:|
{rows}

| what the figures have to reach | is | goal |
|---|---:|---:|
{goals}
"""
