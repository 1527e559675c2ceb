# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of limits: CPUs, rates and weights of devices, files of the cgroup (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import _errors, _options, _values

CONTROLLERS = ("cpu", "cpuset", "hugetlb", "io", "memory", "misc", "pids", "rdma")


class DeviceNumbers(_values.ValueType):
    """A number for each of some devices: DEVICE:NUMBER, where ``size`` says that it is one of bytes."""

    argument = {"type": "list", "elements": "str"}

    def __init__(self, field: str, entry: str, size: bool = False, most: int = 2**63 - 1) -> None:
        self.field, self.entry, self.size, self.most = field, entry, size, most

    def parse(self, raw: Any) -> dict[str, int]:
        if isinstance(raw, Mapping):
            raw = [f"{path}:{number}" for path, number in raw.items()]
        typed = {}
        for each in _values.as_list(raw):
            path, _colon, number = _values.as_line(each).rpartition(":")
            known = path.startswith("/dev/") and (self.size or re.fullmatch("[0-9]+", number))
            value = (_values.Bytes().parse(number) if self.size else int(number)) if known else 0
            if not 0 < value <= self.most:
                raise ValueError(
                    f"/dev/DEVICE:{'SIZE such as /dev/sda:10m' if self.size else 'NUMBER'} (found {each!r})"
                )
            typed[path] = value
        return dict(sorted(typed.items()))

    def write(self, value: dict[str, int], body: _options.Body, _facts: _options.Facts) -> None:
        """A map by path."""
        body[self.field] = {path: {self.entry: number} for path, number in value.items()}

    def reported(self, raw: Any) -> dict[str, int]:
        return {str(each["Path"]): int(each.get("Rate") or each.get("Weight") or 0) for each in raw or []}

    def show(self, value: dict[str, int]) -> list[str]:
        return [
            f"{path}:{_values.print_bytes(number) if self.size else number}" for path, number in value.items()
        ]


class CgroupFiles(_values.Pairs):
    """Files of the container's cgroup and what is written to them: {memory.high: 512000000}."""

    def parse(self, raw: Any) -> dict[str, str]:
        typed = super().parse(raw)
        for name in typed:
            if name.split(".")[0] not in CONTROLLERS or not re.fullmatch(
                r"[a-z0-9_]+(\.[a-zA-Z0-9_]+)+", name
            ):
                raise ValueError(f"files of a cgroup such as memory.high (found {name!r})")
        return typed

    @staticmethod
    def write(value: dict[str, str], body: _options.Body, facts: _options.Facts) -> None:
        """Raises Failure for a file whose controller is not there."""
        for name in value:
            controller = name.split(".")[0]
            if controller not in facts.controllers:
                raise _errors.Failure(
                    f"cgroup_conf: {name} needs the cgroup v2 controller {controller}, and the account may use "
                    f"{', '.join(facts.controllers) or 'none'}; the role rootless.podman.rootless_host delegates it where the kernel has it."
                )
        body.setdefault("resource_limits", {})["unified"] = value
