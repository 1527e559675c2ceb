# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a container differs from what is declared, beyond the rows of its table: image, pod, capabilities, deploy, secrets (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from . import _record, _switch
from ._compare import Comparison, compare
from ._container_wanted import Wanted
from ._image_names import foreign
from ._options import Facts
from ._plan import CHANGED, DECLARED, Reason
from ._resources.container import KIND, TABLE
from ._resources.container_rows.security import keeps_capabilities
from ._secret_uses import renewed_files
from ._state import Found, Survey


def compared(
    wanted: Wanted, current: Found, survey: Survey, facts: Facts, key: bytes, pod_id: str = ""
) -> Comparison:
    """The whole comparison; ``pod_id`` is the pod it belongs to, when that exists."""
    recorded = _record.read(key, KIND, wanted.name, current.labels)
    shown = survey.as_declared(current, (wanted.spec.get("network") or {}).get("networks", ()))
    found = compare(TABLE, wanted.spec, recorded, shown, key, facts)
    live = found.live
    if current.pod and "restart_policy" not in wanted.spec:
        live = tuple(reason for reason in live if reason.option != "restart_policy")  # it is the pod's
    own = [
        *_image_reasons(wanted, current, image_of(wanted, survey), recorded, key),
        *_pod_reasons(wanted, current, pod_id),
        *_capability_reasons(wanted, current, recorded),
        *_deploy_reasons(wanted, current),
        *renewed_files(wanted.spec.get("secrets", []), current.inspect, survey.secrets),
    ]
    return dataclasses.replace(found, fixed=(*own, *found.fixed), live=live)


def image_of(wanted: Wanted, survey: Survey) -> Mapping[str, Any] | None:
    """The image that it is made from, None when that has to be pulled first."""
    found = survey.images.get(wanted.image)
    return None if foreign(found, wanted.platform) else found


def _image_reasons(
    wanted: Wanted,
    current: Found,
    image: Mapping[str, Any] | None,
    recorded: Mapping[str, str] | None,
    key: bytes,
) -> list[Reason]:
    """By ID, because tags move; by name, because the same ID under another name follows another registry."""
    if not wanted.pulled:
        there, path = current.inspect.get("Rootfs") or None, wanted.image.partition(":")[0]
        return [] if there == path else [Reason("image", CHANGED, there, path)]
    name, identity = str(current.inspect.get("ImageName") or ""), str(current.inspect.get("Image") or "")
    if image is None or image.get("Id") != identity:
        # An image that has to be pulled first is another one, or the container would hold it here.
        after = f"{wanted.image} {str((image or {}).get('Id') or '')[:12]}".strip()
        return [Reason("image", CHANGED, f"{name} {identity[:12]}", after)]
    if recorded is not None and recorded.get("image") != _record.digest(key, wanted.image):
        return [Reason("image", CHANGED, name, wanted.image)]
    return []


def _capability_reasons(wanted: Wanted, current: Found, recorded: Mapping[str, str] | None) -> list[Reason]:
    """Two options decide together whether a container that something else made is as closed as declared."""
    kept = [] if recorded is not None else keeps_capabilities(wanted.spec, current.inspect)
    return [Reason("cap_drop", DECLARED, f"keeps {', '.join(kept)}", ["ALL"])] if kept else []


def _pod_reasons(wanted: Wanted, current: Found, pod_id: str) -> list[Reason]:
    if bool(current.pod) == bool(wanted.pod) and (not wanted.pod or current.pod == pod_id):
        return []
    return [Reason("pod", CHANGED, current.pod[:12] or None, wanted.pod or None)]


def _deploy_reasons(wanted: Wanted, current: Found) -> list[Reason]:
    """One that the switch cannot find by its colour has to be made anew."""
    if wanted.switch is None or _switch.colour_of(current.labels):
        return []
    return [Reason("deploy", CHANGED, "replace", "blue_green")]
