# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Podman says of its own updates, and what becomes of it."""

from __future__ import annotations

import json

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _auto_update
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure


def told(**updated: str) -> str:
    """As ``podman auto-update --format json`` prints it."""
    return json.dumps(
        [
            {
                "Unit": f"{name}.service",
                "ContainerName": name,
                "Image": "docker.io/it/web:latest",
                "Policy": "registry",
                "Updated": each,
            }
            for name, each in updated.items()
        ],
        indent=4,
    )


def test_what_podman_says_by_name() -> None:
    words = {"e": "false", "d": "true", "c": "pending", "b": "rolled back", "a": "failed"}
    found = _auto_update.parse("Trying to pull [1/1]\n" + told(**words) + "\nError: 1 error occurred")
    assert [(each["name"], each["result"]) for each in found] == [
        ("a", "failed"), ("b", "rolled_back"), ("c", "pending"), ("d", "updated"), ("e", "unchanged"),
    ]  # fmt: skip
    assert [step.name for step in _auto_update.steps(found)] == ["c", "d"]
    assert [each.split(":")[0] for each in _auto_update.troubles(found)] == ["container a", "container b"]


def test_a_complaint_names_containers() -> None:
    told = 'Trying\nError: 2 errors occurred:\n\t* auto-updating container "ab12": no PODMAN_SYSTEMD_UNIT label found\n\t* x\n'
    assert _auto_update.complaint(told, {"ab12": "web"}) == (
        "2 errors occurred: * auto-updating container web: it is in no unit, and only units are updated * x"
    )
    assert _auto_update.complaint("", {}) == "it says nothing"


@pytest.mark.parametrize("nothing", ["", "null", "[]", "Trying to pull\n[]"])
def test_nothing_is_no_container(nothing: str) -> None:
    assert _auto_update.parse(nothing) == []


def test_nonsense_is_one_sentence() -> None:
    for nonsense in ('[\n{"Unit": 1}]', "[{", "[1]"):
        with pytest.raises(Failure, match="cannot be read"):
            _auto_update.parse(nonsense)


def test_the_plan_does_not_depend_on_the_run() -> None:
    pending, done = (_auto_update.steps(_auto_update.parse(told(web=each))) for each in ("pending", "true"))
    assert pending == done


@pytest.mark.parametrize("image", ["nginx", "library/nginx:1", "quay.io/a@sha256:00"])
def test_what_could_never_be_renewed(image: str) -> None:
    with pytest.raises(Failure, match="auto_update: registry was given"):
        _auto_update.refuse_useless(image, "registry")
    _auto_update.refuse_useless(image, "local")
    _auto_update.refuse_useless(image, None)


@pytest.mark.parametrize("image", ["docker.io/library/nginx", "localhost/a:1", "host:5000/a"])
def test_what_can(image: str) -> None:
    _auto_update.refuse_useless(image, "registry")


def test_podman_goes_back_when_systemd_is_told() -> None:
    def container(mode: str, unit: str) -> dict[str, object]:
        return {"Config": {"Labels": {"PODMAN_SYSTEMD_UNIT": unit}, "sdNotifyMode": mode}}

    assert _auto_update.goes_back(container("healthy", "web.service"))
    assert not _auto_update.goes_back(container("conmon", "web.service"))
    assert not _auto_update.goes_back(container("container", ""))
    assert not _auto_update.goes_back({})
