# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images to a registry: pushed when it does not have them, and only then."""

from __future__ import annotations

import base64
import json
from typing import Any

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

FAR = "registry.example.com/shop:1"
PUSH: dict[str, Any] = {"destination": FAR}


@pytest.fixture
def images() -> Images:
    made = Images({NAME: "1" * 64})
    run(made)
    return made


def test_it_is_pushed_once(images: Images) -> None:
    done = both(images, push=PUSH)
    assert [(step["action"], step["name"]) for step in done["plan"]] == [("push", FAR)]
    assert done["plan"][0]["reasons"] == [
        {"option": "push", "why": "declared", "before": None, "after": "1" * 12}
    ]


def test_another_image_under_that_name_is_replaced(images: Images) -> None:
    images.registry[FAR] = "2" * 64
    assert both(images, push=PUSH)["plan"][0]["reasons"][0]["before"] == "2" * 12


def test_a_list_that_holds_it_stays(images: Images) -> None:
    images.registry[FAR] = {NATIVE: "1" * 64, "other": "2" * 64}
    assert both(images, push=PUSH)["changed"] is False


def test_after_a_pull_it_is_pushed_in_any_case() -> None:
    images = Images({NAME: "1" * 64, FAR: "1" * 64})
    assert actions(both(images, push=PUSH)) == ["pull", "push"]


def test_its_own_login_travels_in_a_header_alone(images: Images) -> None:
    login = {"username": "me", "password": "correct horse", "tls_verify": False}
    result = run(images, push={**PUSH, **login})
    assert json.loads(base64.urlsafe_b64decode(images.headers[-1]["X-Registry-Auth"])) == {
        "username": "me",
        "password": "correct horse",
    }
    assert images.streams[-1][1] == {"destination": FAR, "tlsVerify": False, "quiet": False}
    assert "correct horse" not in json.dumps([result, images.streams])


def test_what_cannot_be_told_is_said(images: Images) -> None:
    images.unreachable = "unauthorized: authentication required"
    foretold = run(images, check=True, push=PUSH)
    assert actions(foretold) == ["push"]
    assert "cannot be told" in foretold["warnings"][0]
    done = run(images, push=PUSH)
    assert (done["plan"], done["warnings"]) == (foretold["plan"], [])


def test_a_refusal_names_the_destination(images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any, **_keywords: Any) -> None:
        raise EngineError("no", 500, "no")

    monkeypatch.setattr(images, "stream", refuse)
    with pytest.raises(EngineError, match=f"image {FAR}: no"):
        run(images, push=PUSH)


@pytest.mark.parametrize(
    ("destination", "says"),
    [
        (None, "localhost/ names no registry"),
        ("shop:1", "the registry's name is needed"),
        ("registry.example.com/shop", "a tag is needed"),
        (f"registry.example.com/shop@sha256:{'1' * 64}", "a registry gives digests itself"),
        ("docker://registry.example.com/shop:1", "without a transport"),
        ("registry.example.com/Shop:1", "is needed"),
    ],
)
def test_where_nothing_is_pushed(images: Images, destination: str, says: str) -> None:
    for check in (True, False):
        with pytest.raises(Failure, match=f"^push.destination: .*{says}"):
            run(images, check, push={"destination": destination})
