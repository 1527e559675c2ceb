# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From single figures to the document (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

import hosts
import plays

WHAT = (plays.CREATED, plays.UNCHANGED, plays.CHANGED)
MEGA = 1_000_000


def medians(lines: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds by task. Stops when a task did not do what its name says: its time would mean nothing."""
    found: dict[str, list[float]] = {}
    for line in lines:
        name = line["task"]
        if not name.endswith(WHAT):
            continue
        if line["changed"] == name.endswith(f" {plays.UNCHANGED}"):
            raise SystemExit(f"bench: {name}: the task reported changed: {line['changed']}")
        found.setdefault(name, []).append(line["seconds"])
    return {name: median(seconds) for name, seconds in found.items()}


def document(figures: Mapping[str, Any]) -> str:
    """The whole of docs/benchmarks.md."""
    took = medians(figures["tasks"])
    raw = {what: median(each[what] for each in figures["raw"]) for what in figures["raw"][0]}
    return (
        HEAD.format(**figures["machine"])
        + rows(took, raw)
        + notes(took, raw, figures["memory"])
        + hosts.document(took, figures["sites"])
    )


def rows(took: Mapping[str, float], raw: Mapping[str, float]) -> str:
    """The one table."""
    told = [
        "| | rootless.podman | containers.podman | times faster | podman on the host | API on the host |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    titles = {"one": "one container", "twenty": "20 containers in one pod"}
    for size, title in titles.items():
        for what in WHAT:
            ours, theirs = took[f"{plays.OURS} {size} {what}"], took[f"{plays.THEIRS} {size} {what}"]
            cells = [
                f"{title}, {'one option changed' if what == plays.CHANGED else what}",
                seconds(ours),
                seconds(theirs),
            ]
            cells += [
                f"{theirs / ours:.1f}",
                seconds(raw.get(f"cli {size} {what}")),
                seconds(raw.get(f"api {size} {what}")),
            ]
            told.append(f"| {' | '.join(cells)} |")
        for what in WHAT:
            name = f"{title} in units, {'one option changed' if what == plays.CHANGED else what}"
            told.append(f"| {name} | {seconds(took[f'{plays.OURS} {size} in units {what}'])} | | | | |")
    told.append(f"| a module that does nothing but import podman-py | {seconds(took[plays.FLOOR])} | | | | |")
    told.append(f"| a module that does nothing | {seconds(took[plays.BARE])} | | | | |")
    return "\n".join(told) + "\n"


def seconds(value: float | None) -> str:
    """As the table shows it."""
    return "" if value is None else f"{value:.2f} s"


def notes(took: Mapping[str, float], raw: Mapping[str, float], memory: int) -> str:
    """What the figures have to reach."""
    floor, ours = took[plays.FLOOR], plays.OURS
    one, twenty = took[f"{ours} one unchanged"], took[f"{ours} twenty unchanged"]
    theirs, listed = took[f"{plays.THEIRS} twenty unchanged"], took["podman_containers twenty unchanged"]
    made, bare = took[f"{ours} twenty created"], raw["api twenty created"] + floor
    goals = [
        (
            f"one unchanged container, in no-op modules that import podman-py ({floor:.2f} s)",
            one / floor,
            "≤ 1.3",
        ),
        ("20 unchanged containers in one task, in the same", twenty / floor, "≤ 1.5"),
        ("20 unchanged containers, times faster than 20 `podman_container` tasks", theirs / twenty, "≥ 12"),
        (f"20 made and started, in bare API calls and one no-op module ({bare:.2f} s)", made / bare, "≤ 2"),
        (f"peak memory of a task with {plays.MANY} containers, in MB", memory / MEGA, "< 80"),
    ]
    told = "".join(
        f"| {what} | {value:.{0 if 'MB' in what else 2}f} | {goal} |\n" for what, value, goal in goals
    )
    return NOTES.format(
        goals=told,
        listed=" / ".join(seconds(took[f"podman_containers twenty {what}"]) for what in WHAT),
        faster=f"{listed / twenty:.1f}",
    )


HEAD = """# Benchmarks

Made by `make bench`; do not edit. What a task takes, from the moment Ansible begins with it until it has the result, with pipelining and a
shared SSH connection: medians of {rounds} rounds in which everything takes turns.

{date}, commit {commit}. Controller: ansible-core {core}, Python {controller}, containers.podman {theirs}. Host: {system}, Podman {podman}, Python
{python}, podman-py {podman_py}, a disposable host of the testbed on the same machine ({cpu}, {ram}, Linux {kernel}).

"""
NOTES = """
The containers run `sleep` in busybox. *Changed* is one environment variable, of one of the 20 containers. With rootless.podman 20 containers
are one task of `pod`. With containers.podman they are one `podman_container` task in a loop of 20, run with `become_user`; its
`podman_pod` task before that is not counted. Its `podman_containers`, which takes a list, needs {listed} for
created / unchanged / changed, {faster} times as long as `pod` for 20 unchanged ones. *podman on the host* is `podman run` and `podman container
inspect` called by the account itself, without Ansible, *API on the host* the requests that nothing can do without.

Where it says nothing of units, rootless.podman was told `runtime: podman`, so that both collections do the same. Left alone it puts new containers
into units of the account's systemd, which start them at boot; what that takes stands in the rows *in units*.

A container that rootless.podman made or replaced has to prove itself: it must live for 0.3 s when it is new, for 1 s when it takes over from
another (`wait: false` leaves that out). containers.podman does not look.

| what the figures have to reach | is | goal |
|---|---:|---:|
{goals}"""
