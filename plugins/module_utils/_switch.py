# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The switch before a container that is deployed without a gap: its configuration, and what HAProxy tells of it (pure).

Two servers, the colours: one leads, the other one is not there, or is a new version that has to prove itself. Which colour leads
is written in the configuration, so that after a reboot the switch sends nothing to a version that never proved itself.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

from . import _plan

COLOURS = ("blue", "green")
# Which colour a container is. No comparison asks for it.
LABEL = "rootless.podman.colour"
# The port of the switch that is published.
PUBLISHED = 80
# Where the switch has its folders.
CONF, RUN = "/etc/switch", "/run/switch"
CONFIGURATION, ADMIN, STATE = "haproxy.cfg", "admin.sock", "state"
# Counts on when the text below changes, so that switches that run get the new one.
FORM = 1
# Flags of srv_admin_state. Source: HAProxy's management guide, "show servers state".
MAINTENANCE, DRAINING, UNRESOLVED = 0x01 | 0x02, 0x08 | 0x10, 0x20
# What a deploy does, in the order in which a person reads it.
BESIDE, MOVE, DRAIN, RETIRE = "start_beside", "switch", "drain", "retire"
STAGES = (BESIDE, MOVE, DRAIN, RETIRE)

_TEXT = """\
# {settings}
global
    stats socket {run}/{admin} mode 666 level admin expose-fd listeners
    server-state-file {run}/{state}
    maxconn 4096
    no strict-limits
    hard-stop-after 1m
    log stdout format raw local0 notice
defaults
    mode http
    log global
    option idle-close-on-response
    load-server-state-from-file global
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    timeout http-request 30s
    timeout http-keep-alive 1h
    timeout tunnel 24h
    default-server resolvers podman init-addr last,none resolve-prefer ipv4 resolve-opts allow-dup-ip
resolvers podman
    parse-resolv-conf
    timeout resolve 1s
    timeout retry 500ms
    hold valid 1s
    hold nx 10s
    hold timeout 24h
    hold refused 24h
    hold other 24h
frontend outside
{binds}
    default_backend app
backend app
{servers}
{probes}"""
_PROBE = """\
frontend probe_{colour}
    bind unix@{run}/{colour}.sock mode 666
    default_backend probe_{colour}
backend probe_{colour}
    retries 0
    server {colour} {name}-{leads}:{port}
"""


@dataclasses.dataclass(frozen=True)
class Switch:
    """The switch before the container ``name``; ``folder`` is where its files lie, ``drain`` in seconds."""

    name: str
    container: str
    network: str
    port: int
    check: str
    drain: float
    folder: str


@dataclasses.dataclass(frozen=True)
class Server:
    """One server as HAProxy knows it."""

    address: str
    port: int
    flags: int
    name: str = ""

    @property
    def leads(self) -> bool:
        """Whether new requests go to it."""
        return not self.flags & (MAINTENANCE | DRAINING | UNRESOLVED)


def alias(name: str, colour: str) -> str:
    """By which name the switch finds a colour."""
    return f"{name}-{colour}"


def other(colour: str) -> str:
    """The colour that is not this one."""
    return COLOURS[1 - COLOURS.index(colour)]


def colour_of(labels: Mapping[str, str]) -> str:
    """The colour that a container's labels tell; empty for none."""
    colour = labels.get(LABEL, "")
    return colour if colour in COLOURS else ""


def settings(switch: Switch, leads: str) -> dict[str, Any]:
    """What makes one configuration differ from another."""
    return {"form": FORM, "leads": leads, "port": switch.port}


def configuration(switch: Switch, leads: str) -> str:
    """The text of haproxy.cfg; its first line tells the settings.

    The colour that does not lead has the other one's name: a name that nobody has costs Podman 4.3 its answers for all others.
    """
    idle = {leads: "", other(leads): " disabled"}
    return _TEXT.format(
        settings=json.dumps(settings(switch, leads), sort_keys=True),
        run=RUN,
        admin=ADMIN,
        state=STATE,
        binds="\n".join(f"    bind :{port}" for port in sorted({PUBLISHED, switch.port})),
        servers="\n".join(
            f"    server {colour} {alias(switch.name, leads)}:{switch.port}{idle[colour]}"
            for colour in COLOURS
        ),
        probes="".join(
            _PROBE.format(colour=colour, run=RUN, name=switch.name, leads=leads, port=switch.port)
            for colour in COLOURS
        ),
    )


def settings_of(text: str) -> dict[str, Any] | None:
    """The settings that a configuration tells; None for one that is not ours."""
    try:
        told = json.loads(text.partition("\n")[0].lstrip("# "))
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def differences(found: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> tuple[_plan.Reason, ...]:
    """Why a configuration has to be written anew; empty when it is as wanted."""
    if found is None:
        return (_plan.Reason(CONFIGURATION, _plan.CHANGED, None, "as declared"),)
    return tuple(
        _plan.Reason(key, _plan.CHANGED, found.get(key), value)
        for key, value in sorted(wanted.items())
        if found.get(key) != value
    )


def servers(told: str) -> dict[str, Server]:
    """The servers that ``show servers state`` tells, by BACKEND/COLOUR."""
    lines = [line.split() for line in told.splitlines() if line.strip()]
    head = next((line[1:] for line in lines if line[0] == "#"), [])
    found = {}
    for line in lines:
        row = dict(zip(head, line))
        if row.get("srv_name") in COLOURS and str(row.get("srv_admin_state")).isdigit():
            port = str(row.get("srv_port"))
            found[f"{row['be_name']}/{row['srv_name']}"] = Server(
                row["srv_addr"],
                int(port) if port.isdigit() else 0,
                int(row["srv_admin_state"]),
                row.get("srv_fqdn", ""),
            )
    return found


def open_requests(told: str, colour: str) -> int | None:
    """How many requests a colour still answers, or has waiting, as ``show stat`` tells; None when it does not tell."""
    lines = told.splitlines()
    head = lines[0].lstrip("# ").split(",") if lines else []
    for line in lines[1:]:
        row = dict(zip(head, line.split(",")))
        if (row.get("pxname"), row.get("svname")) == ("app", colour):
            counts = [row.get(key) or "0" for key in ("scur", "qcur")]
            return sum(map(int, counts)) if all(map(str.isdigit, counts)) else None
    return None


def answered(raw: bytes) -> tuple[int, str]:
    """Status and the begin of the text of an HTTP answer; status 0 for none."""
    head, _gap, body = raw.decode("utf-8", "replace").partition("\r\n\r\n")
    found = re.match(r"HTTP/1\.[01] (\d{3})\b", head)
    text = re.sub(r"<[^<>]*>", " ", body[:1000])
    return int(found.group(1)) if found else 0, " ".join(text.split())[:60]


def told(steps: list[_plan.Step]) -> list[_plan.Step]:
    """Steps as a person is told of them: a deploy beside the old one is four."""
    found = []
    for step in steps:
        if "beside" in step.work:
            found += [part(step, stage, step.reasons if stage == BESIDE else ()) for stage in STAGES]
        else:
            found.append(step)
    return found


def part(step: _plan.Step, stage: str, reasons: tuple[_plan.Reason, ...] = ()) -> _plan.Step:
    """One of the four."""
    return _plan.Step(stage, step.kind, step.name, reasons)
