# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What systemd says of a service, judged: whether it runs, has run, waits, or will not come (pure)."""

from __future__ import annotations

from collections.abc import Mapping

# The label of what a service made, in which Podman names it.
UNIT_LABEL = "PODMAN_SYSTEMD_UNIT"
# Who stops with a unit, systemd.unit(5).
FOLLOWED_BY = ("RequiredBy", "BoundBy", "ConsistsOf")
# What has to be known of a service, in systemd's words.
SHOWN = (
    "LoadState",
    "ActiveState",
    "SubState",
    "Result",
    "SourcePath",
    "Type",
    "NRestarts",
    "ExecMainStatus",
    "Job",
    *FOLLOWED_BY,
)
ACTIVE = ("active", "reloading", "refreshing")
# What the manager says of a service that it read and cannot use.
BAD = ("bad-setting", "error")


def is_alive(shown: Mapping[str, str]) -> bool:
    """Whether it runs, or is on its way there or from there."""
    return shown.get("ActiveState") not in ("inactive", "failed", None)


def followed_by(shown: Mapping[str, str]) -> set[str]:
    """The services that stop when it stops, running or not."""
    names = {name for key in FOLLOWED_BY for name in shown.get(key, "").split()}
    return {name for name in names if name.endswith(".service")}


def waits(shown: Mapping[str, str]) -> bool:
    """Whether its turn has yet to come: one that has been stopped to start again waits for those after which it starts."""
    return bool(shown.get("Job")) and shown.get("ActiveState") in ("inactive", "failed")


def runs(shown: Mapping[str, str]) -> bool:
    return shown.get("ActiveState") == "active" or _has_run(shown)


def _has_run(shown: Mapping[str, str]) -> bool:
    """Whether this is a service that runs once, and did so without a fault."""
    return (
        shown.get("Type") == "oneshot"
        and shown.get("ActiveState") == "inactive"
        and shown.get("Result") == "success"
    )


def trouble(shown: Mapping[str, str]) -> str:
    """Why a service that was started does not count as started; empty when it does."""
    if shown.get("ActiveState") == "failed":
        return f"it failed: {shown.get('Result')}, exit code {shown.get('ExecMainStatus')}"
    if shown.get("SubState", "").startswith("auto-restart") or shown.get("NRestarts", "0") not in ("", "0"):
        return f"it ends and is started again and again, exit code {shown.get('ExecMainStatus')}"
    return ""


def one_line(text: str) -> str:
    return " ".join(text.split())[:600]
