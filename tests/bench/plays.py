# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured: the same work as tasks of this collection and of containers.podman, as a playbook (pure).

A task whose name ends in created, unchanged or changed is measured, and has to report just that.
"""

from __future__ import annotations

from typing import Any

Play = list[dict[str, Any]]
ACCOUNT, UID = "bench", 4000
COUNT, MANY = 20, 200
COMMAND = "sleep 100000"
OURS, THEIRS = "rootless.podman", "containers.podman"
CREATED, UNCHANGED, CHANGED = "created", "unchanged", "changed"
# Where those of rootless.podman live: in Podman's hands as those of containers.podman do, or in units, which have names of their own.
PODMAN, UNITS = "podman", "systemd"
IN_UNITS = {PODMAN: "", UNITS: " in units"}
PREFIX = {PODMAN: "ours", UNITS: "unit"}
# The cheap tasks are measured so many times in each round.
AGAIN = 3
# What somebody has to write for the account to run Podman, when the task does not do it.
AS_ACCOUNT = {
    "become": True,
    "become_user": ACCOUNT,
    "environment": {
        "XDG_RUNTIME_DIR": f"/run/user/{UID}",
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path=/run/user/{UID}/bus",
    },
}
FLOOR, BARE = "no-op module that imports podman-py: unchanged", "no-op module: unchanged"


def container(name: str, image: str, value: int = 1) -> dict[str, Any]:
    """A container's options, which both collections call the same."""
    return {"name": name, "image": image, "command": COMMAND, "env": {"A": str(value)}}


def members(prefix: str, image: str, value: int) -> list[dict[str, Any]]:
    """Twenty of them; the value is that of the last one, so that one option of one container changes."""
    return [
        container(f"{prefix}-{number:02}", image, value if number == COUNT - 1 else 1)
        for number in range(COUNT)
    ]


def floor() -> Play:
    """The modules that do nothing."""
    return [
        {"name": FLOOR, "bench_noop": {}},
        {"name": BARE, "bench_noop": {"podman": False}},
    ]


def one(image: str) -> Play:
    """One container: made, left alone, changed."""

    def ours(what: str, value: int = 1, runtime: str = PODMAN) -> dict[str, Any]:
        declared = {"user": ACCOUNT, "runtime": runtime, **container(PREFIX[runtime], image, value)}
        return {"name": f"{OURS} one{IN_UNITS[runtime]} {what}", f"{OURS}.container": declared}

    def unit(what: str, value: int = 1) -> dict[str, Any]:
        return ours(what, value, UNITS)

    def theirs(what: str, value: int = 1) -> dict[str, Any]:
        return {
            "name": f"{THEIRS} one {what}",
            f"{THEIRS}.podman_container": {"state": "started", **container("theirs", image, value)},
            **AS_ACCOUNT,
        }

    cheap = (*floor(), ours(UNCHANGED), theirs(UNCHANGED), unit(UNCHANGED))
    again = [task for _turn in range(AGAIN) for task in cheap]
    made, changed = [ours(CREATED), theirs(CREATED)], [ours(CHANGED, 2), theirs(CHANGED, 2)]
    return [*made, unit(CREATED), *again, *changed, unit(CHANGED, 2), gone("container", PREFIX[UNITS])]


def twenty(image: str) -> Play:
    """Twenty containers in one pod: one task here; there a loop of tasks, and one task of the module that takes a list."""

    def ours(what: str, value: int = 1, runtime: str = PODMAN) -> dict[str, Any]:
        name = PREFIX[runtime]
        pod = {"user": ACCOUNT, "name": name, "runtime": runtime, "containers": members(name, image, value)}
        return {"name": f"{OURS} twenty{IN_UNITS[runtime]} {what}", f"{OURS}.pod": pod}

    units = [
        ours(CREATED, 1, UNITS),
        *(AGAIN * [ours(UNCHANGED, 1, UNITS)]),
        ours(CHANGED, 2, UNITS),
        gone("pod", PREFIX[UNITS]),
    ]

    # In no figure: the list of containers needs it.
    pod = {
        "name": "The other pod",
        f"{THEIRS}.podman_pod": {"name": "theirs", "state": "created"},
        **AS_ACCOUNT,
    }

    def theirs(what: str, value: int = 1) -> Play:
        return [
            pod,
            {
                "name": f"{THEIRS} twenty {what}",
                f"{THEIRS}.podman_container": {
                    "name": "{{ item.name }}",
                    "image": "{{ item.image }}",
                    "command": "{{ item.command }}",
                    "env": "{{ item.env }}",
                    "pod": "theirs",
                    "state": "started",
                },
                "loop": members("theirs", image, value),
                "loop_control": {"label": "{{ item.name }}"},
                **AS_ACCOUNT,
            },
        ]

    def listed(what: str, value: int = 1) -> Play:
        many = [{**each, "pod": "theirs", "state": "started"} for each in members("theirs", image, value)]
        return [
            pod,
            {
                "name": f"podman_containers twenty {what}",
                f"{THEIRS}.podman_containers": {"containers": many},
                **AS_ACCOUNT,
            },
        ]

    again = [task for _turn in range(AGAIN) for task in (*floor(), ours(UNCHANGED))]
    return [
        ours(CREATED),
        *theirs(CREATED),
        *again,
        *theirs(UNCHANGED),
        ours(CHANGED, 2),
        *theirs(CHANGED, 2),
        *clear(),
        *listed(CREATED),
        *listed(UNCHANGED),
        *listed(CHANGED, 2),
        *clear(),
        *units,
    ]


def gone(module: str, name: str) -> dict[str, Any]:
    """Away with what lives in units."""
    return {
        "name": f"Away with {name}",
        f"{OURS}.{module}": {"user": ACCOUNT, "name": name, "state": "absent"},
    }


def clear() -> Play:
    """Away with all of it."""
    line = "podman pod rm --all --force --time 0; podman rm --all --force --time 0"
    return [{"name": "Clear", "ansible.builtin.shell": line, "changed_when": False, **AS_ACCOUNT}]


def many(image: str) -> dict[str, Any]:
    """A pod of two hundred containers that have been made and do not run."""
    listed = [container(f"many-{number:03}", image) for number in range(MANY)]
    pod = {"user": ACCOUNT, "name": "many", "state": "created", "runtime": PODMAN, "containers": listed}
    return {f"{OURS}.pod": pod}


def rounds(image: str, count: int) -> list[dict[str, Any]]:
    """The playbook: everything so many times, in turns, so that a slow moment of the machine meets all of them."""
    warm = [*floor(), *one(image)]  # every module is packed once, on the controller
    tasks = [{**task, "name": "Warm up"} for task in warm] + clear()
    for _turn in range(count):
        tasks += one(image) + clear() + twenty(image) + clear()
    return [{"hosts": "all", "gather_facts": False, "tasks": tasks}]
