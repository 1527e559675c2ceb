# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images from a registry: pulled by policy, and only when that changes something."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_images import (
    NAME,
    NATIVE,
    Images,
    actions,
    both,
    run,
)

OTHER = "arm64" if NATIVE != "arm64" else "amd64"
MANY = {NATIVE: "1" * 64, OTHER: "2" * 64}
PINNED = f"docker.io/library/app@sha256:{'1' * 64}"


def test_it_is_pulled_once() -> None:
    images = Images({NAME: "1" * 64})
    foretold = run(images, check=True)
    assert actions(foretold) == ["pull"]
    done = run(images)
    assert done["plan"] == foretold["plan"]
    assert done["image"]["id"] == "1" * 64
    assert run(images)["changed"] is False
    assert len(images.streams) == 1


@pytest.mark.parametrize(
    ("policy", "asks"), [("missing", False), ("never", False), ("always", True), ("newer", True)]
)
def test_policies(policy: str, asks: bool) -> None:
    images = Images({NAME: "1" * 64})
    run(images)
    images.registry[NAME] = "2" * 64
    result = run(images, pull=policy)
    assert result["changed"] is asks
    assert len(images.streams) == 1 + asks
    if asks:
        assert images.streams[-1][1]["policy"] == policy
        assert result["plan"][0]["reasons"] == [
            {"option": "id", "why": "changed", "before": "1" * 12, "after": "2" * 12}
        ]
        assert run(images, pull=policy)["changed"] is False


def test_never_is_never() -> None:
    images = Images({NAME: "1" * 64})
    for check in (True, False):
        with pytest.raises(Failure, match="pull: never forbids to fetch it"):
            run(images, check, pull="never")
    assert images.streams == []


def test_force_asks_again() -> None:
    images = Images({NAME: "1" * 64})
    run(images)
    run(images, force=True)
    assert images.streams[-1][1]["policy"] == "always"


def test_a_login_travels_in_a_header_alone() -> None:
    images = Images({NAME: "1" * 64})
    result = run(images, username="me", password="correct horse", tls_verify=False)
    assert json.loads(base64.urlsafe_b64decode(images.headers[0]["X-Registry-Auth"])) == {
        "username": "me",
        "password": "correct horse",
    }
    assert images.streams == [("images/pull", {"reference": NAME, "policy": "missing", "tlsVerify": False})]
    assert "correct horse" not in json.dumps(result)


def test_what_the_registry_says_names_the_image() -> None:
    with pytest.raises(EngineError, match=f"image {NAME}: the registry has no such image"):
        run(Images())


@pytest.mark.parametrize("name", ["", "a b", "a\n", "/a", "a/", "a:", ":a", "@a", "a@", "a\x00"])
def test_no_image_is_called_that(name: str) -> None:
    with pytest.raises(Failure, match="and an image such as .* is needed"):
        run(Images(), name=name)


def test_check_mode_tells_whether_a_tag_has_moved() -> None:
    for policy in ("always", "newer"):
        images = Images({NAME: "1" * 64})
        run(images)
        assert run(images, check=True, pull=policy)["changed"] is False
        images.registry[NAME] = "2" * 64
        assert both(images, pull=policy)["plan"][0]["reasons"][0]["after"] == "2" * 12


def test_a_registry_that_is_gone() -> None:
    images = Images({NAME: "1" * 64})
    run(images)
    for gone in (True, False):
        images.unreachable = "dial tcp: connection refused" if gone else ""
        if not gone:
            images.registry.clear()
        assert run(images, check=True, pull="newer")["changed"] is False
        with pytest.raises(EngineError, match=f"image {NAME}: "):
            run(images, check=True, pull="always")


def test_another_platform_than_declared() -> None:
    images = Images({NAME: MANY})
    run(images)
    assert images.kept[NAME]["Architecture"] == NATIVE
    done = both(images, arch=OTHER)
    assert done["plan"][0]["reasons"] == [
        {"option": "arch", "why": "changed", "before": NATIVE, "after": OTHER}
    ]
    assert images.streams[-1][1]["Arch"] == OTHER
    assert run(images)["changed"] is False  # undeclared: whatever is there
    assert both(images, platform=f"linux/{NATIVE}", pull="always")["changed"]
    with pytest.raises(Failure, match=f"is on the host for {NATIVE}, not for {OTHER}, and pull: never"):
        run(images, platform=f"linux/{OTHER}", pull="never")


def test_an_image_that_is_made_for_one_platform_alone() -> None:
    images = Images({NAME: "1" * 64})
    with pytest.raises(
        Failure, match=f"^arch: the registry has image {NAME} for {NATIVE} alone, and {OTHER}"
    ):
        run(images, arch=OTHER)
    images.registry[NAME] = {NATIVE: "1" * 64}
    with pytest.raises(EngineError, match=f"none for linux/{OTHER}"):
        run(images, check=True, arch=OTHER)


def test_what_a_digest_names_is_fetched_once() -> None:
    images = Images({PINNED: "1" * 64})
    with_tag = PINNED.replace("@", ":1.0@")
    assert [step["name"] for step in both(images, name=with_tag, pull="always")["plan"]] == [PINNED]
    images.registry.clear()
    assert both(images, name=PINNED, pull="newer", force=True)["changed"] is False


def test_an_image_that_has_lost_its_name_is_not_what_a_digest_names() -> None:
    images = Images({PINNED: "1" * 64})
    run(images, name=PINNED)
    images.kept[PINNED]["RepoDigests"] = []
    assert run(images, name=PINNED, state="absent")["changed"] is False
    assert actions(both(images, name=PINNED)) == ["pull"]


def test_trying_again_needs_a_podman_that_does() -> None:
    images = Images({NAME: "1" * 64}, version=(4, 3, 1))
    with pytest.raises(Failure, match="retry: this option needs Podman 5.0"):
        run(images, retry=3)
    new = Images({NAME: "1" * 64})
    assert actions(run(new, retry=3, retry_delay="2s")) == ["pull"]
    assert new.streams[0][1] == {"reference": NAME, "policy": "missing", "retry": 3, "retrydelay": "2s"}
