# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers: the option table, and how a create body is completed (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import _options, _spec_fields
from .container_rows import health, life, limits, network, process, refused, security, storage

KIND = "container"
FIELDS = _spec_fields.SpecFields(("name", "image", "pod", "rootfs"))
TABLE = _options.OptionTable(
    KIND,
    [
        *process.ROWS,
        *life.ROWS,
        *storage.ROWS,
        *network.ROWS,
        *security.ROWS,
        *health.ROWS,
        *limits.ROWS,
        *refused.ROWS,
        _options.Option("spec_fields", FIELDS, write=FIELDS.write),
    ],
    either=[("userns", "uidmap", "gidmap"), ("cpus", "cpu_period", "cpu_quota")],
    within=[("memory", "memory_swap")],
)


def complete(
    body: _options.Body, spec: _options.Spec, image_health: Mapping[str, Any] | None
) -> _options.Body:
    """Fill in what the command line fills in on its own side and the API leaves empty.

    Without it every health check fails or never runs, /tmp of a read-only container cannot be
    written, and proxies of the host are not handed on.
    """
    if body.get("read_only_filesystem"):
        body.setdefault("read_write_tmpfs", True)
    else:
        # The API would put them over /tmp, /var/tmp and /run of any container.
        body.pop("read_write_tmpfs", None)
    body.setdefault("httpproxy", True)
    health.complete_health(body, image_health)
    if "memory" in spec and "memory_swap" not in spec:
        # The command line's rule: memory and swap together are twice the memory.
        _options.set_path(body, "resource_limits.memory.swap", spec["memory"] * 2)
    return body
