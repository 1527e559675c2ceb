# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images that are built: when something changed that makes them another one, and only then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _context
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError, Failure
from ansible_collections.rootless.podman.plugins.module_utils._resources.image import TABLE, UNCACHED
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_images import (
    NAME,
    NATIVE,
    Images,
    actions,
    both,
    reasons,
    run,
)

OTHER = "arm64" if NATIVE != "arm64" else "amd64"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_context, "TEMPORARY", str(tmp_path))


def build(text: str = "FROM base\nCOPY . /\n", **more: Any) -> dict:
    return {"containerfile": text, **more}


def test_it_is_built_once() -> None:
    images = Images({"base": "b" * 64})
    foretold = run(images, check=True, build=build())
    done = run(images, build=build())
    assert actions(done) == ["build"]
    assert done["plan"] == foretold["plan"]
    assert [path for path, _params in images.streams] == ["images/pull", "build"]
    assert run(images, build=build())["changed"] is False


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        (build("FROM base\nRUN true\n"), ["context"]),
        (build(args={"A": "1"}), ["args"]),
        (build(target="one"), ["target"]),
    ],
)
def test_what_makes_it_anew(changed: dict, why: list[str]) -> None:
    images = Images({"base": "b" * 64})
    run(images, build=build())
    assert reasons(run(images, check=True, build=changed)) == why
    assert reasons(run(images, build=changed)) == why
    assert run(images, build=changed)["changed"] is False
    assert images.streams[-1][0] == "build"


def test_a_new_base_makes_it_anew_and_a_lost_one_does_not() -> None:
    images = Images({"base": "b" * 64})
    run(images, build=build())
    base = images.kept.pop("base")
    assert run(images, build=build())["changed"] is False
    images.kept["base"] = {**base, "Id": "c" * 64}
    assert reasons(run(images, build=build())) == ["bases"]
    assert run(images, build=build())["changed"] is False


def test_an_image_of_that_name_that_somebody_else_made() -> None:
    images = Images({"base": "b" * 64, NAME: "1" * 64})
    run(images)
    assert reasons(run(images, build=build())) == ["build"]
    assert run(images, build=build())["changed"] is False


def test_the_record_of_a_base_is_none_of_ours() -> None:
    """Labels are inherited from a base that was built here as well."""
    images = Images({"base": "b" * 64})
    run(images, name="localhost/other", build=build())
    images.kept[NAME] = images.kept["localhost/other"]
    assert reasons(run(images, build=build())) == ["build"]


def test_the_login_is_not_for_the_registries_of_bases() -> None:
    images = Images({"base": "b" * 64})
    run(images, build=build(), username="me", password="correct horse")
    assert images.headers == [None, {"Content-Type": "application/x-tar"}]
    assert "correct horse" not in json.dumps(images.streams)


# Two values for every option of a build.
VALUES: dict[str, tuple[Any, Any]] = {
    "args": ({"A": "1"}, {"A": "2"}),
    "target": ("one", "two"),
    "secrets": ([{"id": "tok", "data": "first word"}], [{"id": "tok", "data": "second word"}]),
    "label": ({"a": "b"}, {"a": "B"}),
    "annotation": ({"a": "b"}, {"a": "B"}),
    "env": ({"A": "1"}, {"a": "1"}),
    "format": ("docker", "oci"),
    "pull": ("never", "missing"),
    "cache": (False, True),
    "layers": (False, True),
    "squash_all": (True, False),
    "network": ("none", "host"),
    "add_host": (["db:192.0.2.1"], ["db:192.0.2.2"]),
    "dns": (["192.0.2.1"], ["192.0.2.2"]),
    "volume": (["/srv:/srv"], ["/srv:/srv:ro"]),
    "shm_size": ("64m", "65m"),
    "http_proxy": (False, True),
    "jobs": (2, 3),
    "timestamp": (0, 1),
}


@pytest.mark.parametrize("option", [row.name for row in TABLE.rows])
def test_a_change_of_any_option_makes_it_anew(option: str) -> None:
    images = Images({"base": "b" * 64})
    run(images, name="localhost/other:1", build=build())  # fetches the base
    first, second = VALUES[option]
    both(images, build=build(**{option: first}))
    assert images.streams[-1][1]["nocache"] is (option in UNCACHED or option == "cache")
    assert reasons(both(images, build=build(**{option: second}))) == [option]
    told = both(images, build=build())["plan"][0]["reasons"]
    assert [(each["option"], each["why"]) for each in told] == [
        (option, "changed" if option in ("args", "target") else "removed")
    ]


def test_the_same_in_another_spelling_is_no_change() -> None:
    images = Images({"base": "b" * 64})
    run(images, build=build(shm_size="64m", labels={"a": 1}) | {"label": {"a": 1}})
    assert run(images, build=build(shm_size="65536k") | {"label": {"a": "1"}})["changed"] is False


def test_steps_never_share_the_network_of_the_host_unasked() -> None:
    images = Images({"base": "b" * 64})
    for network, host in ((None, False), ("none", False), ("host", True)):
        run(images, build=build(**({"network": network} if network else {})))
        told = json.loads(images.streams[-1][1]["nsoptions"])
        assert told == [{"Name": "network", "Host": host, "Path": ""}]


def test_a_secret_is_sent_as_a_file_and_shown_nowhere(tmp_path: Path) -> None:
    images = Images({"base": "b" * 64})
    images.secrets["stored"] = "third-sesame"
    (tmp_path / "token").write_text("second-sesame\n")
    declared = [
        {"id": "one", "data": "first-sesame"},
        {"id": "two", "path": str(tmp_path / "token")},
        {"id": "three", "secret": "stored"},
    ]
    result = both(images, build=build(secrets=declared))
    assert sorted(images.sent.values()) == [b"first-sesame", b"second-sesame\n", b"third-sesame"]
    assert "sesame" not in json.dumps([result, images.streams])
    told = json.loads(images.streams[-1][1]["secrets"])
    assert [each.split(",")[0] for each in told] == ["id=one", "id=two", "id=three"]
    assert {each.partition("src=")[2] for each in told} == set(images.sent)
    images.secrets["stored"] = "fourth-sesame"
    assert reasons(both(images, build=build(secrets=declared))) == ["secrets"]


def test_a_step_that_prints_a_secret() -> None:
    images = Images({"base": "b" * 64})
    images.refusal = "RUN said: sesame-open\n and second line"
    with pytest.raises(EngineError) as caught:
        run(images, build=build(secrets=[{"id": "a", "data": "sesame-open\nsecond line"}]))
    told = [caught.value.message, caught.value.cause, caught.value.facts["output"]]
    assert all("(hidden)" in each for each in told)
    assert "sesame" not in str(told)
    assert "second line" not in str(told)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        (
            {"id": "a", "secret": "none"},
            "secrets: a is to come from the secret none, .* rootless.podman.secret",
        ),
        ({"id": "a", "path": "relative"}, "secrets: a is to come from 'relative', and an absolute path"),
        ({"id": "a,b", "data": "x"}, "build.secrets: .* an id of letters"),
    ],
)
def test_secrets_that_are_not_there(secret: dict, says: str) -> None:
    with pytest.raises(Failure, match=says):
        run(Images({"base": "b" * 64}), build=build(secrets=[secret]))


def test_what_an_old_podman_cannot_do() -> None:
    images = Images({"base": "b" * 64}, version=(4, 3, 1))
    with pytest.raises(
        Failure, match="which Podman shows from 4.7 on, and the host has 4.3.1; use path or data"
    ):
        run(images, build=build(secrets=[{"id": "a", "secret": "b"}]))
    with pytest.raises(Failure, match="build.volume: this option needs Podman 4.4"):
        run(images, build=build(volume=["/srv:/srv"]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"add_host": ["db"]}, {"add_host": ["db:nowhere"]}, {"dns": ["one"]}, {"volume": ["data:/x"]}, {"shm_size": "much"},
        {"jobs": -1}, {"network": "mine"}, {"format": "docker", "annotation": {"a": "b"}},
        {"secrets": [{"id": "a", "data": "x"}, {"id": "a", "data": "y"}]},
    ],
    ids=str,
)  # fmt: skip
def test_refusals_name_the_option(wrong: dict) -> None:
    with pytest.raises(Failure, match=f"^build.({'|'.join(wrong)}): "):
        run(Images({"base": "b" * 64}), build=build(**wrong))


def test_a_base_is_followed_when_that_is_declared() -> None:
    for policy in ("always", "newer"):
        images = Images({"base": "b" * 64})
        both(images, build=build(pull=policy))
        images.registry["base"] = "c" * 64
        assert reasons(both(images, build=build(pull=policy))) == ["bases"]


def test_builds_for_several_platforms_on_one_base() -> None:
    """The base's name leads to one of them at a time, which is no reason to build the other again."""
    images = Images({"base": {NATIVE: "b" * 64, OTHER: "c" * 64}})
    other = {"name": "localhost/app:other", "arch": OTHER}
    assert "platform" in reasons(both(images, build=build(), **other))
    assert images.streams[-1][1]["platform"] == f"linux/{OTHER}"
    both(images, build=build())
    assert run(images, build=build(), **other)["changed"] is False
    assert run(images, build=build())["changed"] is False


def test_no_digest_is_built() -> None:
    with pytest.raises(Failure, match="gets its digest from the build"):
        run(Images(), name=f"localhost/app@sha256:{'1' * 64}", build=build())
