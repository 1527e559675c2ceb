# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of a declaration, which release is meant, and which go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._apps import release
from ansible_collections.rootless.podman.plugins.module_utils._apps.app import App
from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._apps.release import Release
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

WEB = {"name": "web", "image": "quay.io/shop/web:1", "env": {"TZ": "UTC"}}
ID, OTHER = "a" * 64, "b" * 64
DIGEST = f"quay.io/shop/web@sha256:{ID}"


def an_app(**more: Any) -> App:
    return read([{"name": "shop", "containers": [WEB], **more}], set())[0]


def a_release(number: int, before: int | None = None, **more: Any) -> Release:
    fields = {"declared": {}, "images": {}, "secrets": {}, **more}
    return Release(number, "2026-01-01T00:00:00Z", "shop", "shop", before=before, **fields)


def several(*pairs: tuple[int, int | None]) -> dict[int, Release]:
    return {number: a_release(number, before) for number, before in pairs}


def test_a_release_is_read_as_it_was_printed() -> None:
    one = a_release(2, 1, declared={"containers": [WEB]}, left_out=("x",), changed=("container web: image",))
    assert release.parsed(json.loads(json.dumps(one.printed()))) == one
    for other in (None, [], {}, {**one.printed(), "schema": 9}, {**one.printed(), "images": []}):
        assert release.parsed(other) is None


def test_no_value_of_a_secret_is_kept() -> None:
    app = an_app(
        secrets=[{"name": "word", "data": "correct horse"}],
        images=[{"name": "quay.io/shop/web:1", "username": "me", "password": "battery staple"}],
        files=[
            {"path": "plain", "content": "open all day"},
            {"path": "mixed", "content": "word = correct horse\n"},
            {"path": "told", "content": "from the vault", "secret": True},
        ],
        containers=[
            {**WEB, "env": {"WORD": "a correct horse", "TZ": "UTC"}, "command": ["x", "battery staple"]}
        ],
    )
    declared, left_out, files = release.kept(app)
    text = json.dumps(declared)
    for secret in ("correct horse", "battery staple", "from the vault"):
        assert secret not in text
    assert left_out == ("containers[web].env.WORD", "containers[web].command[1]")
    assert files == ("mixed", "told")
    assert [each["path"] for each in declared["files"]] == ["plain"]
    assert declared["containers"][0]["env"]["TZ"] == "UTC"
    assert "secrets" not in declared
    assert "images" not in declared


def test_the_secret_of_one_app_is_not_kept_with_another() -> None:
    other = {"name": "blog", "user": "shop", "secrets": [{"name": "word", "data": "correct horse"}]}
    shop = {"name": "shop", "containers": [{**WEB, "env": {"WORD": "correct horse"}}]}
    assert release.kept(read([shop, other], set())[0])[1] == ("containers[web].env.WORD",)


def test_what_is_kept_can_be_declared_again() -> None:
    app = an_app(files=[{"path": "a", "content": "b"}], volumes=[{"name": "data"}])
    declared, _left, _files = release.kept(app)
    again = read([release.declaration(a_release(1, declared=declared))], set())[0]
    assert again.names() == app.names()


@pytest.mark.parametrize(
    ("asked", "there", "meant"),
    [
        (None, several((1, None), (2, 1), (3, 2)), 2),
        # Deployed again after 3 was gone back from: 3 is the bad one.
        (None, several((1, None), (2, 1), (3, 2), (4, 2)), 2),
        (1, several((1, None), (2, 1), (3, 2)), 1),
        (3, several((1, None), (2, 1), (3, 2)), 3),
    ],
)
def test_the_release_that_is_meant(asked: int | None, there: dict[int, Release], meant: int) -> None:
    app = an_app(state="rolled_back", **({"release": asked} if asked else {}))
    assert release.target(app, there).number == meant


@pytest.mark.parametrize(
    ("asked", "there", "told"),
    [
        (None, {}, "no release before the newest is kept on the host (kept are none)"),
        (None, several((1, None)), "no release before the newest"),
        (None, several((3, 2)), "no release before the newest"),
        (7, several((1, None), (2, 1)), "7 was given, and the releases kept on the host are 1, 2"),
        (
            1,
            {1: a_release(1, left_out=("containers[web].env.WORD",))},
            "kept without containers[web].env.WORD",
        ),
    ],
)
def test_no_such_release_is_one_sentence(asked: int | None, there: dict[int, Release], told: str) -> None:
    app = an_app(state="rolled_back", **({"release": asked} if asked else {}))
    with pytest.raises(Failure) as caught:
        release.target(app, there)
    assert told in caught.value.message
    assert caught.value.message.startswith("apps[shop].")


def test_the_oldest_go_and_what_may_be_gone_back_to_stays() -> None:
    chain = several((1, None), *((number, number - 1) for number in range(2, 9)))
    assert release.gone(chain, 8, 5) == [1, 2]
    assert release.gone(chain, 1, 5) == [2]
    assert release.gone(chain, 8, 0) == [1, 2, 3, 4, 5, 6, 7]
    far = {**several((1, None), *((number, number - 1) for number in range(2, 9))), 9: a_release(9, 1)}
    assert release.gone(far, 9, 2) == [2, 3, 4, 5, 6]
    assert release.gone({}, None, 5) == []


def test_an_image_is_kept_by_the_digest_of_its_own_name() -> None:
    inspect = {"Id": ID, "RepoDigests": [f"docker.io/other@sha256:{OTHER}", DIGEST]}
    assert release.image_of("quay.io/shop/web:1", inspect) == {"digest": DIGEST, "id": ID}
    assert release.image_of("shop/web", inspect)["digest"] == DIGEST
    assert release.image_of("b", inspect)["digest"] == ""
    assert release.image_of("b", None) == {"digest": "", "id": ""}


@pytest.mark.parametrize(
    "told", [None, [], {"quay.io/shop/web:1": 3}, {"quay.io/shop/web:1": {"id": "../x", "digest": "x"}}]
)
def test_what_an_account_says_of_its_images_is_checked(told: Any) -> None:
    assert release.images_told(told, an_app()) == {"quay.io/shop/web:1": {"digest": "", "id": ""}}


def test_images_are_pinned_in_containers_and_pods_and_only_pulled_when_missing() -> None:
    raw = {
        "containers": [{**WEB, "pull": "always"}, {"name": "gone", "state": "absent"}],
        "pods": [{"name": "p", "containers": [{"name": "a", "image": "img"}]}],
        "files": [{"path": "a", "content": "b"}],
    }
    found = release.pinned(raw, lambda name: f"{name}!")
    assert found["containers"] == [
        {**WEB, "image": "quay.io/shop/web:1!"},
        {"name": "gone", "state": "absent"},
    ]
    assert found["pods"][0]["containers"] == [{"name": "a", "image": "img!"}]
    assert found["files"] == raw["files"]


def test_what_changed_is_told_by_names_alone() -> None:
    reason = {"option": "env", "why": "changed", "before": 1, "after": 2}
    plan = [
        {"action": "replace", "kind": "container", "name": "web", "reasons": [reason]},
        {"action": "pull", "kind": "image", "name": "img", "reasons": []},
    ]
    assert release.changed_by(plan) == ("container web: env", "image img: pull")


def test_what_is_not_brought_back_is_told() -> None:
    now = a_release(2, secrets={"word": "1"})
    before = a_release(1, secrets={"word": "0"}, files_left_out=("conf",))
    assert len(release.warnings(before, now)) == 2
    assert release.warnings(now, now) == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"release": 2}, "release: only goes with state: rolled_back"),
        ({"keep_releases": -1}, "keep_releases: -1 was given"),
        ({"state": "rolled_back", "remove_data": True}, "state: rolled_back"),
    ],
)
def test_what_does_not_go_together_is_refused(more: dict[str, Any], told: str) -> None:
    with pytest.raises(Failure) as caught:
        an_app(**more)
    assert told in caught.value.message


def test_what_was_read_before_a_refusal_is_hidden_all_the_same() -> None:
    hidden: set[str] = set()
    files = [{"path": "a", "content": "open sesame"}, {"path": "../b", "content": "x"}]
    secrets = [{"name": "word", "data": "correct horse"}]
    with pytest.raises(Failure):
        read([{"name": "shop", "files": files, "secrets": secrets}], hidden)
    assert {"open sesame", "correct horse"} <= hidden
