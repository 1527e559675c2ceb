# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of images: further names, and the way out."""

from __future__ import annotations

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_images import (
    NAME,
    Images,
    actions,
    both,
    run,
)

LATEST = "localhost/app:latest"


def test_removing() -> None:
    images = Images({NAME: "1" * 64})
    assert run(images, state="absent")["changed"] is False
    run(images)
    assert actions(run(images, check=True, state="absent")) == ["remove"]
    images.used = True
    with pytest.raises(Failure, match="containers use it .* set force: true to remove them with it"):
        run(images, state="absent")
    assert actions(run(images, state="absent", force=True)) == ["remove"]
    assert images.kept == {}


def test_further_names() -> None:
    images = Images({NAME: "1" * 64})
    done = both(images, tag=[LATEST, "registry.example.com/app:1"])
    assert actions(done) == ["pull", "tag", "tag"]
    assert images.kept[LATEST]["Id"] == "1" * 64
    assert both(images, tag=["localhost/third:1"])["plan"][0]["reasons"] == [
        {"option": "tag", "why": "declared", "before": None, "after": "1" * 12}
    ]
    assert LATEST in images.kept  # names that a task does not say stay


def test_a_further_name_moves_from_another_image() -> None:
    images = Images({NAME: "1" * 64, LATEST: "2" * 64})
    run(images)
    run(images, name=LATEST)
    reason = both(images, tag=[LATEST])["plan"][0]["reasons"][0]
    assert (reason["why"], reason["before"], reason["after"]) == ("changed", "2" * 12, "1" * 12)


def test_further_names_go_with_the_first() -> None:
    images = Images({NAME: "1" * 64})
    run(images, tag=[LATEST])
    assert actions(both(images, state="absent", tag=[LATEST])) == ["remove", "remove"]
    assert images.kept == {}


@pytest.mark.parametrize("name", ["app:1", f"localhost/app@sha256:{'1' * 64}", "A/B", ""])
def test_no_further_name_is_that(name: str) -> None:
    with pytest.raises(Failure, match="^tag: "):
        run(Images({NAME: "1" * 64}), tag=[name])
