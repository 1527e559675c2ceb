# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Apps whose images are asked for anew: what an update declares beside what the apps say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Callable

from ansible.errors import AnsibleFilterError

DOCUMENTATION = r"""
name: newer_images
short_description: Have apps ask their registries for newer images
version_added: 0.1.0
author:
  - The rootless.podman contributors (@rootless-podman)
description:
  - Takes a list of apps, as M(rootless.podman.apps) takes it, and returns it with every image that its containers pull in C(images), with C(pull=newer).
    When a registry has another image under the same tag, it is pulled and its containers are replaced.
  - Left as they are are images with C(pull=never), those below C(localhost/), those that are named by digest, and those that the app itself builds or
    loads. So are apps that are not C(present).
positional: _input
options:
  _input:
    description: The apps.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Bring the apps up with the newest image of each tag
  rootless.podman.apps:
    apps: "{{ rootless_apps_list | default([]) | rootless.podman.newer_images }}"
"""

RETURN = r"""
_value:
  description: The apps with C(pull) where it counts.
  type: list
  elements: dict
"""

PULL = ("pull", "pull_policy")
ACCESS = ("username", "password", "tls_verify")
# What says that an image comes from no registry.
MADE = ("build", "archive", "load")


def newer_images(apps: Any) -> list[Any]:
    """The apps, with ``pull: newer`` for every image that comes from a registry."""
    if isinstance(apps, (str, Mapping)) or not hasattr(apps, "__iter__"):
        raise AnsibleFilterError(
            f"newer_images: a list of apps is needed, not {type(apps).__name__}; write [app] for a single one."
        )
    return [_app(app) for app in apps]


def _app(app: Any) -> Any:
    """One app; what is malformed is left for the module to refuse."""
    if not isinstance(app, Mapping) or app.get("state", "present") != "present":
        return app
    images = [_newer(each) for each in app.get("images") or []] if _is_list(app.get("images")) else []
    known = {
        str(name)
        for each in _maps(images)
        for name in (each.get("name"), *(each.get("tag") or each.get("tags") or []))
    }
    for each in _containers(app):
        name = str(each.get("image") or "")
        if name and name not in known and not _stays(each, name):
            known.add(name)
            access = {key: each[key] for key in ACCESS if key in each}
            images.append({"name": name, **access, "pull": "newer"})
    return {**app, "images": images} if images else app


def _containers(app: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The containers of an app; how a pod pulls, and from where, holds for its own."""
    yield from _maps(app.get("containers"))
    for pod in _maps(app.get("pods")):
        shared = {key: pod[key] for key in (*ACCESS, *PULL) if key in pod}
        yield from (
            {**shared, **each} for each in _maps(pod.get("containers")) if pod.get("state") != "absent"
        )


def _newer(image: Any) -> Any:
    """An entry of C(images) that is asked for anew, unless it is made here."""
    if not isinstance(image, Mapping) or any(image.get(key) for key in MADE):
        return image
    if _stays(image, str(image.get("name") or "")):
        return image
    return {**image, "pull": "newer"}


def _stays(each: Mapping[str, Any], name: str) -> bool:
    """Whether no registry can have a newer one, or must not be asked."""
    policy = next((each[key] for key in PULL if key in each), "")
    return name.startswith("localhost/") or "@" in name or policy == "never" or each.get("state") == "absent"


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if _is_list(value) else []


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Their names."""
        return {"newer_images": newer_images}
