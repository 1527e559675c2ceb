# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a container differs from what is declared, beyond the rows of its table: image, pod, capabilities, deploy, secrets (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from . import (
    _compare,
    _container_wanted,
    _image_names,
    _options,
    _plan,
    _record,
    _secret_uses,
    _state,
    _switch,
)
from ._resources import container
from ._resources.container_rows import security


def compared(
    wanted: _container_wanted.Wanted,
    current: _state.Found,
    survey: _state.Survey,
    facts: _options.Facts,
    key: bytes,
    pod_id: str = "",
) -> _compare.Comparison:
    """The whole comparison; ``pod_id`` is the pod it belongs to, when that exists."""
    recorded = _record.read(key, container.KIND, wanted.name, current.labels)
    shown = survey.as_declared(current, (wanted.spec.get("network") or {}).get("networks", ()))
    found = _compare.compare(container.TABLE, wanted.spec, recorded, shown, key, facts)
    live = found.live
    if current.pod and "restart_policy" not in wanted.spec:
        live = tuple(reason for reason in live if reason.option != "restart_policy")  # it is the pod's
    own = [
        *_image_reasons(wanted, current, image_of(wanted, survey), recorded, key),
        *_pod_reasons(wanted, current, pod_id),
        *_capability_reasons(wanted, current, recorded),
        *_deploy_reasons(wanted, current),
        *_secret_uses.renewed_files(wanted.spec.get("secrets", []), current.inspect, survey.secrets),
    ]
    return dataclasses.replace(found, fixed=(*own, *found.fixed), live=live)


def image_of(wanted: _container_wanted.Wanted, survey: _state.Survey) -> Mapping[str, Any] | None:
    """The image that it is made from, None when that has to be pulled first."""
    found = survey.images.get(wanted.image)
    return None if _image_names.foreign(found, wanted.platform) else found


def _image_reasons(
    wanted: _container_wanted.Wanted,
    current: _state.Found,
    image: Mapping[str, Any] | None,
    recorded: Mapping[str, str] | None,
    key: bytes,
) -> list[_plan.Reason]:
    """By ID, because tags move; by name, because the same ID under another name follows another registry."""
    if not wanted.pulled:
        there, path = current.inspect.get("Rootfs") or None, wanted.image.partition(":")[0]
        return [] if there == path else [_plan.Reason("image", _plan.CHANGED, there, path)]
    name, identity = str(current.inspect.get("ImageName") or ""), str(current.inspect.get("Image") or "")
    if image is None or image.get("Id") != identity:
        # An image that has to be pulled first is another one, or the container would hold it here.
        after = f"{wanted.image} {str((image or {}).get('Id') or '')[:12]}".strip()
        return [_plan.Reason("image", _plan.CHANGED, f"{name} {identity[:12]}", after)]
    if recorded is not None and recorded.get("image") != _record.digest(key, wanted.image):
        return [_plan.Reason("image", _plan.CHANGED, name, wanted.image)]
    return []


def _capability_reasons(
    wanted: _container_wanted.Wanted, current: _state.Found, recorded: Mapping[str, str] | None
) -> list[_plan.Reason]:
    """Two options decide together whether a container that something else made is as closed as declared."""
    kept = [] if recorded is not None else security.keeps_capabilities(wanted.spec, current.inspect)
    return [_plan.Reason("cap_drop", _plan.DECLARED, f"keeps {', '.join(kept)}", ["ALL"])] if kept else []


def _pod_reasons(wanted: _container_wanted.Wanted, current: _state.Found, pod_id: str) -> list[_plan.Reason]:
    if bool(current.pod) == bool(wanted.pod) and (not wanted.pod or current.pod == pod_id):
        return []
    return [_plan.Reason("pod", _plan.CHANGED, current.pod[:12] or None, wanted.pod or None)]


def _deploy_reasons(wanted: _container_wanted.Wanted, current: _state.Found) -> list[_plan.Reason]:
    """One that the switch cannot find by its colour has to be made anew."""
    if wanted.switch is None or _switch.colour_of(current.labels):
        return []
    return [_plan.Reason("deploy", _plan.CHANGED, "replace", "blue_green")]
