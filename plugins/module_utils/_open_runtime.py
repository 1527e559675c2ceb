# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a container or pod lives whose task leaves the runtime open (``auto``): what is there stays, what is new goes into a unit that can hold it.

Used as the account. Units are only read here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from . import _container_wanted, _errors, _generator, _pod_text, _pods, _service_text, _state, _unit_folder


def container_fits(
    wanted: _container_wanted.Wanted, key: bytes, version: str, in_app: Mapping[str, Any] | None = None
) -> bool:
    """Whether a unit of this Podman can hold the container."""
    return _is_said(lambda: _service_text.text_of(wanted, key, version, None, in_app))


def pod_fits(
    wanted: _pods.WantedPod, key: bytes, version: str, in_app: Mapping[str, Any] | None = None
) -> bool:
    """Whether units of this Podman can hold the pod and its containers."""
    return _is_said(lambda: _pod_text.texts_of(wanted, key, version, {}, in_app))


def takes_container(
    wanted: _container_wanted.Wanted,
    survey: _state.Survey,
    folder: _unit_folder.Folder,
    key: bytes,
    version: str,
) -> bool:
    """Whether the container goes into a unit. One that cannot be without others only does when these have units."""
    if not wanted.image or not _are_new([wanted.name], survey.containers):
        return False
    return (
        container_fits(wanted, key, version)
        and folder.text(_service_text.unit_of_name(wanted.name).file) is None
        and all(_has_unit(folder, name) for name in _container_wanted.bound(wanted.spec))
    )


def takes_pod(
    wanted: _pods.WantedPod, survey: _state.Survey, folder: _unit_folder.Folder, key: bytes, version: str
) -> bool:
    """Whether the pod goes into units. One whose containers come from other tasks does not."""
    if wanted.containers is None or not _are_new([wanted.name], survey.pods):
        return False
    names = [member.name for member in wanted.containers if not _has_unit(folder, member.name)]
    return _are_new(names, survey.containers) and pod_fits(wanted, key, version)


def _are_new(names: list[str], there: Collection[str]) -> bool:
    return not any(name + tail in there for name in names for tail in ("", _state.NEW, _state.OLD))


def _has_unit(folder: _unit_folder.Folder, name: str) -> bool:
    try:
        return _service_text.is_ours(folder.text(_service_text.unit_of_name(name).file))
    except _errors.Failure:  # Podman takes names that no unit can have
        return False


def _is_said(texts: Callable[[], Any]) -> bool:
    if not _generator.is_there():
        return False
    try:
        texts()
    except _errors.Failure:
        return False
    return True
