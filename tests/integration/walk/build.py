# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds: two values for every option, in the order of the rows, and where the built image shows them."""

from __future__ import annotations

from typing import Any, NamedTuple

from support.prepare import BUSYBOX

# What the steps of the build see goes into /seen.
CONTAINERFILE = f"""
FROM {BUSYBOX} AS one
ARG A
RUN --mount=type=secret,id=tok {{ echo "A=$A"; cat /run/secrets/tok; cat /etc/hosts /etc/resolv.conf; df -k /dev/shm | tail -1; \\
    echo "ns $(readlink /proc/self/ns/net) links $(grep -c : /proc/net/dev)"; ls /vol; env; }} > /seen 2>&1; true
LABEL stage=one
FROM one AS two
LABEL stage=two
"""
SEEN = "cat /seen"


class Case(NamedTuple):
    """Two values, where they show (a Go template of inspect, or a command in the image), and as what: texts in what is shown."""

    first: Any
    second: Any
    where: str = ""
    shown: tuple[str, str] = ("", "")


CASES = {
    "args": Case({"A": "a1"}, {"A": "A1"}, SEEN, ("A=a1", "A=A1")),
    "target": Case("one", "two", "{{.Labels.stage}}", ("one", "two")),
    "secrets": Case(
        [{"id": "tok", "data": "walk-secret-1"}],
        [{"id": "tok", "path": "/srv/walk/tok"}],
        SEEN,
        ("walk-secret-1", "walk-secret-2"),
    ),
    "label": Case({"a": "b"}, {"a": "B"}, "{{.Labels.a}}", ("b", "B")),
    "annotation": Case({"a.b": "c d"}, {"a.b": "e"}, "{{.Annotations}}", ("a.b:c d", "a.b:e")),
    "env": Case({"KEY": "one"}, {"KEY": "two words"}, "{{.Config.Env}}", ("KEY=one", "KEY=two words")),
    "format": Case("docker", "oci", "{{.ManifestType}}", ("vnd.docker", "vnd.oci")),
    "pull": Case("newer", "always"),
    "cache": Case(False, True),
    "layers": Case(False, True, "{{len .RootFS.Layers}}", ("3", "2")),
    "squash_all": Case(True, False, "{{len .RootFS.Layers}}", ("1", "2")),
    "network": Case("none", "host", SEEN, ("links 1", "{host network}")),
    "add_host": Case(["db:192.0.2.7"], ["db:192.0.2.8"], SEEN, ("192.0.2.7\tdb", "192.0.2.8\tdb")),
    "dns": Case(["192.0.2.53"], ["192.0.2.54"], SEEN, ("nameserver 192.0.2.53", "nameserver 192.0.2.54")),
    "volume": Case(["/srv/walk/one:/vol"], ["/srv/walk/two:/vol:ro"], SEEN, ("first", "second")),
    "shm_size": Case("8m", "16m", SEEN, (" 8192 ", " 16384 ")),
    "http_proxy": Case(True, False),
    "jobs": Case(2, 0),
    "timestamp": Case(1000000000, 0, "{{.Created}}", ("2001-09-09", "1970-01-01")),
}
