# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows about what a container is made from, what it is called, and when it comes and goes (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._options import Body, Facts, Option, set_path
from ..._process_values import LogOptions, RestartPolicy
from ..._values import Flag, Names, Pairs, Text, ValueType, as_line

AUTO_UPDATE = "io.containers.autoupdate"


class Platform(ValueType):
    """OS/ARCHITECTURE[/VARIANT] of the image."""

    argument = {"type": "str"}

    def parse(self, raw: Any) -> str:
        text = as_line(raw)
        if not 2 <= len([part for part in text.split("/") if part]) == text.count("/") + 1 <= 3:
            raise ValueError("OS/ARCHITECTURE[/VARIANT], such as linux/arm64")
        return text

    @staticmethod
    def write(value: str, body: Body, _facts: Facts) -> None:
        """Three fields."""
        for field, part in zip(("image_os", "image_arch", "image_variant"), value.split("/")):
            body[field] = part


def write_restart(value: Mapping[str, Any], body: Body, _facts: Facts) -> None:
    """Policy and tries are two fields."""
    body["restart_policy"] = value["name"]
    if value["tries"]:
        body["restart_tries"] = value["tries"]


def _write_auto_update(value: str, body: Body, _facts: Facts) -> None:
    set_path(body, "labels", {AUTO_UPDATE: value})


def _read_auto_update(inspect: Mapping[str, Any]) -> Any:
    return ((inspect.get("Config") or {}).get("Labels") or {}).get(AUTO_UPDATE)


def _write_remove(value: bool, body: Body, _facts: Facts) -> None:
    # As the command line does: what removes itself need not be synced to the disk.
    body.update(remove=value, volatile=value)


ROWS = [
    Option("rootfs", Flag()),  # turns ``image`` into a path, see the planner
    Option("platform", Platform(), write=Platform.write),
    Option("os", Text(), "image_os"),
    Option("arch", Text(), "image_arch"),
    Option("variant", Text(), "image_variant"),
    Option("label", Pairs(), "labels", "Config.Labels", ("labels",)),
    Option("annotation", Pairs(), "annotations", "Config.Annotations", ("annotations",)),
    Option("auto_update", Text(["registry", "local", "disabled"]), write=_write_auto_update, read=_read_auto_update),
    Option("requires", Names(), "dependencyContainers"),
    Option("init_ctr", Text(["once", "always"]), "init_container_type", aliases=("init_container_type",)),
    Option(
        "restart_policy", RestartPolicy(), state="HostConfig.RestartPolicy", live="5.1",
        default={"name": "no", "tries": 0}, write=write_restart,
    ),
    Option("rm", Flag(), state="HostConfig.AutoRemove", aliases=("remove", "auto_remove"), write=_write_remove),
    Option("rmi", Flag(), "removeImage", "HostConfig.AutoRemoveImage", since="5.3"),
    Option("systemd", Text(["true", "false", "always"]), "systemd"),
    Option("sdnotify", Text(["container", "conmon", "healthy", "ignore"]), "sdnotifyMode", "Config.sdNotifyMode"),
    Option("log_driver", Text(), "log_configuration.driver", "HostConfig.LogConfig.Type"),
    Option("log_opt", LogOptions(), state="HostConfig.LogConfig", aliases=("log_options",), write=LogOptions.write),
    Option("conmon_pid_file", Text(), "conmon_pid_file", "ConmonPidFile", ("conmon_pidfile",)),
]  # fmt: skip
