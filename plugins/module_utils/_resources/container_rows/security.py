# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows about what separates a container from the account: namespaces, capabilities, profiles (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._namespaces import IdMap, Namespace, UserNamespace
from ..._options import Body, Facts, Option, Spec, set_path
from ..._process_values import AddedCapabilities, DroppedCapabilities
from ..._values import Flag, Names, Pairs, Text, ValueType


class SecurityOptions(ValueType):
    """--security-opt values; the create body has no such field, each goes to one of its own."""

    argument = {"type": "list", "elements": "str"}
    FIELDS = {
        "label": "selinux_opts", "mask": "mask", "unmask": "unmask", "proc-opts": "procfs_opts",
        "seccomp": "seccomp_profile_path", "apparmor": "apparmor_profile",
    }  # fmt: skip

    def parse(self, raw: Any) -> list[str]:
        options = Names().parse(raw)
        for option in options:
            name, _sign, value = option.replace(":", "=", 1).partition("=")
            if name == "no-new-privileges" or (name == "systempaths" and value == "unconfined"):
                continue
            if name not in self.FIELDS or not value:
                raise ValueError(
                    f"no-new-privileges, {'=, '.join(sorted(self.FIELDS))}= or systempaths=unconfined (found {option!r})"
                )
        return options

    def write(self, value: list[str], body: Body, _facts: Facts) -> None:
        """Each option to its field; the annotations let inspect show it, as they do for the CLI."""
        for option in value:
            name, _sign, rest = option.replace(":", "=", 1).partition("=")
            if name == "no-new-privileges":
                body["no_new_privileges"] = rest in ("", "true")
            elif name == "systempaths":
                set_path(body, "unmask", ["ALL"])
            elif name in ("seccomp", "apparmor"):
                body[self.FIELDS[name]] = rest
                set_path(body, "annotations", {f"io.podman.annotations.{name}": rest})
            elif name in ("mask", "unmask"):
                set_path(body, self.FIELDS[name], rest.split(":"))
            else:
                set_path(body, self.FIELDS[name], [rest])
                if name == "label":
                    set_path(body, "annotations", {"io.podman.annotations.label": rest})

    def covers(self, declared: list[str], reported: Any) -> bool:
        visible = {
            option
            for option in declared
            if option.split("=", 1)[0].split(":", 1)[0] not in ("mask", "unmask", "proc-opts", "systempaths")
        }
        return {option.replace(":", "=", 1) for option in visible} <= {
            str(option).replace(":", "=", 1) for option in reported or ()
        }

    def reported(self, raw: Any) -> Any:
        return sorted(raw or [])


UIDS, GIDS = IdMap("UIDMap"), IdMap("GIDMap")
ROWS = [
    Option("userns", UserNamespace(), state="HostConfig.IDMappings.UidMap", aliases=("userns_mode",), write=UserNamespace.write),
    Option("uidmap", UIDS, state="HostConfig.IDMappings.UidMap", write=UIDS.write),
    Option("gidmap", GIDS, state="HostConfig.IDMappings.GidMap", write=GIDS.write),
    Option("ipc", Namespace("private", "host", "shareable", "none"), "ipcns", "HostConfig.IpcMode", ("ipc_mode",)),
    Option("pid", Namespace("private", "host"), "pidns", "HostConfig.PidMode", ("pid_mode",)),
    Option("uts", Namespace("private", "host"), "utsns", "HostConfig.UTSMode"),
    Option("cgroupns", Namespace("private", "host"), "cgroupns", "HostConfig.CgroupMode"),
    Option("cap_add", AddedCapabilities(), "cap_add", "BoundingCaps", ("capabilities",)),
    Option("cap_drop", DroppedCapabilities(), "cap_drop", "BoundingCaps"),
    Option("security_opt", SecurityOptions(), state="HostConfig.SecurityOpt", write=SecurityOptions().write),
    Option("seccomp_policy", Text(["default", "image"]), "seccomp_policy"),
    Option("privileged", Flag(), "privileged", "HostConfig.Privileged"),
    Option("sysctl", Pairs(), "sysctl"),
]  # fmt: skip


def keeps_capabilities(spec: Spec, inspect: Mapping[str, Any]) -> list[str]:
    """What a container has left although the task takes ALL from it and does not give these back."""
    added, dropped = spec.get("cap_add", []), spec.get("cap_drop", [])
    if "ALL" not in dropped or "ALL" in added or spec.get("privileged"):
        return []
    return sorted(set(inspect.get("BoundingCaps") or ()) - set(added))
