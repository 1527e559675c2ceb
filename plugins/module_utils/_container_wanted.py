# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One container as a task declares it, and whom it cannot be without (pure)."""

from __future__ import annotations

import dataclasses
import re

from . import _options, _switch
from ._resources import container

_NAMESPACES = ("ipc", "pid", "uts", "userns", "cgroupns")
_SHARED = re.compile(r"container:([A-Za-z0-9][A-Za-z0-9_.-]*)")
STARTED, STOPPED, PRESENT, ABSENT = "started", "stopped", "present", "absent"


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One container as the task declares it; ``where`` leads sentences about it."""

    name: str
    image: str = ""
    spec: _options.Spec = dataclasses.field(default_factory=dict)
    state: str = STARTED
    recreate: bool = False
    restart: bool = False
    pod: str = ""
    owner: str = ""  # "pod" when a pod task declares it: the next one may remove it
    where: str = ""
    once: bool = False  # it runs to its end, once for each declaration; others wait for that
    switch: _switch.Switch | None = None  # what moves its traffic, when a new one is deployed beside it

    @property
    def pulled(self) -> bool:
        """Whether it is made from an image, and not from a folder."""
        return bool(self.image) and not self.spec.get("rootfs")

    @property
    def platform(self) -> dict[str, str]:
        """What the image is to be pulled for, as the API names it; empty for the host's own."""
        told: _options.Body = {}
        for option in ("platform", "os", "arch", "variant"):
            if option in self.spec:
                told.update(container.TABLE.body({option: self.spec[option]}, _options.Facts((0, 0, 0))))
        names = {"image_os": "OS", "image_arch": "Arch", "image_variant": "Variant"}
        return {names[field]: str(value) for field, value in told.items()}

    @property
    def recorded(self) -> _options.Spec:
        """What the record keeps a digest of."""
        extra = {"image": self.image, "pod": self.pod, "owner": self.owner}
        return {**self.spec, **{name: value for name, value in extra.items() if value}}


def bound(spec: _options.Spec) -> set[str]:
    """Containers that Podman itself starts before this one: it requires them, or is in their namespaces."""
    found = set(spec.get("requires") or [])
    network = spec.get("network") or {}
    if network.get("mode") == "container":
        found.add(str(network["value"]))
    for option in _NAMESPACES:
        found |= set(_SHARED.findall(str(spec.get(option) or "")))
    return found
