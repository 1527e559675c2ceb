# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases on the road: kept after a change, gone back to, left alone by what fails and by check mode."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._apps import account as accounts
from ansible_collections.rootless.podman.plugins.module_utils._apps import releasing, shelf
from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._apps.releasing import Releases
from ansible_collections.rootless.podman.plugins.module_utils._apps.run import AppRun
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils._apps.test_run import Podman, podman

__all__ = ["podman"]
DB = {"name": "db", "image": "img"}


def web(value: str, **more: Any) -> dict[str, Any]:
    return {"name": "web", "image": "img", "env": {"V": value}, **more}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shelf, "ROOTS", str(tmp_path / "releases"))
    monkeypatch.setattr(releasing, "shelf_of", lambda app, user: shelf.Shelf(app, user, None))
    return tmp_path / "releases" / "shop"


def go(podman: Podman, *containers: dict[str, Any], check: bool = False, **more: Any) -> dict[str, Any]:
    releases = Releases()
    apps = read([{"name": "shop", "runtime": "podman", "containers": list(containers), **more}], set())
    apps = releases.resolved(apps, set())
    try:
        told = accounts.converge(podman.account, {"shop": accounts.Job(apps, check, False, False)})
    finally:
        podman.check = False
    releases.took(apps[0], told["apps"][0], check)
    found: dict[str, Any] = told["apps"][0]
    return found


def back(podman: Podman, **more: Any) -> dict[str, Any]:
    return go(podman, state="rolled_back", **more)


def env(podman: Podman) -> str:
    return str(podman.named("web").body["env"]["V"])


def numbers() -> list[int]:
    return [each["number"] for each in releasing.listed("shop", "shop")]


def test_a_change_is_kept_and_an_unchanged_run_writes_nothing(podman: Podman, place: Path) -> None:
    assert go(podman, web("1"))["release"] == {"from": None, "to": 1}
    before = {each.name: each.stat().st_mtime_ns for each in place.iterdir()}
    assert not go(podman, web("1"))["changed"]
    assert {each.name: each.stat().st_mtime_ns for each in place.iterdir()} == before
    assert go(podman, web("2"))["release"] == {"from": 1, "to": 2}
    for each in (place, *place.iterdir()):
        assert stat.S_IMODE(each.stat().st_mode) == (0o700 if each.is_dir() else 0o600)


def test_check_mode_keeps_nothing(podman: Podman, place: Path) -> None:
    assert go(podman, web("1"), check=True)["changed"]
    assert not place.exists()


def test_a_repair_is_no_release(podman: Podman, place: Path) -> None:
    go(podman, web("1"))
    podman.named("web").status = "exited"
    assert go(podman, web("1"))["changed"]
    assert numbers() == [1]


def test_it_goes_back_once(podman: Podman, place: Path) -> None:
    go(podman, web("1"))
    go(podman, web("2"))
    go(podman, web("3"))
    foretold = back(podman, check=True)
    assert env(podman) == "3"
    told = back(podman)
    assert told["release"] == foretold["release"] == {"from": 3, "to": 2}
    assert [(each["action"], each["name"]) for each in told["plan"]] == [
        (each["action"], each["name"]) for each in foretold["plan"]
    ]
    assert env(podman) == "2"
    again = back(podman)
    assert not again["changed"]
    assert again["release"] == {"from": 2, "to": 2}
    assert numbers() == [3, 2, 1]
    assert back(podman, release=1)["release"] == {"from": 2, "to": 1}
    assert env(podman) == "1"


def test_what_was_deployed_after_going_back_leads_back_to_the_good_one(podman: Podman, place: Path) -> None:
    for value in ("good", "bad"):
        go(podman, web(value))
    back(podman)
    go(podman, web("worse"))
    assert back(podman)["release"] == {"from": 3, "to": 1}
    assert env(podman) == "good"


def test_what_the_release_did_not_have_goes(podman: Podman, place: Path) -> None:
    go(podman, web("1"))
    go(podman, web("1"), DB)
    back(podman)
    assert [each.name for each in podman.containers.values()] == ["web"]


@pytest.mark.parametrize(("there", "rolled_back"), [(True, True), (False, False), (False, True)])
def test_a_secret_that_has_gone_cannot_come_back(there: bool, rolled_back: bool) -> None:
    app = SimpleNamespace(
        rolled_back=rolled_back, beside={"secrets": ["word"]}, where="apps[shop].", release=2
    )
    engine = SimpleNamespace(find=lambda path: {"ID": "1"} if there and path == "secrets/word/json" else None)
    run = SimpleNamespace(app=app, shared=SimpleNamespace(engine=engine))
    if there or not rolled_back:
        AppRun._require_secrets(run)
        return
    with pytest.raises(
        Failure, match=r"apps\[shop\]\.release: release 2 had secret word, which is not there any more"
    ):
        AppRun._require_secrets(run)


def test_a_failed_deploy_leaves_no_release(podman: Podman, place: Path) -> None:
    go(podman, web("1"))
    told = go(podman, web("2"), {"name": "db", "image": "no-such-image", "pull": "never"})
    assert told["failed"]
    assert "kept" not in told
    assert "release" not in told
    assert numbers() == [1]


def test_a_moved_name_is_gone_back_from_by_the_image_itself(podman: Podman, place: Path) -> None:
    old = podman.images["img"]
    go(podman, web("1"))
    podman.images[old["Id"]] = old
    podman.images["img"] = {**old, "Id": "c" * 64}
    go(podman, web("2"))
    assert back(podman)["changed"]
    assert podman.named("web").body["image"] == old["Id"]
    assert not back(podman)["changed"]


def test_an_image_that_is_nowhere_is_one_sentence(podman: Podman, place: Path) -> None:
    go(podman, web("1"))
    podman.images["img"] = {**podman.images["img"], "Id": "c" * 64}
    go(podman, web("2"))
    told = back(podman)
    assert told["failed"]
    assert "no longer on the host and came from no registry" in told["msg"]
    assert env(podman) == "2"
    assert releasing.listed("shop", "shop")[0]["current"]


def test_files_come_back_but_for_those_with_a_secret(podman: Podman, place: Path) -> None:
    def files(value: str) -> list[dict[str, Any]]:
        return [
            {"path": "conf", "content": f"plain {value}"},
            {"path": "word", "content": f"secret {value}", "secret": True},
        ]

    go(podman, web("1"), files=files("one"))
    go(podman, web("2"), files=[*files("two"), {"path": "new", "content": "new in two"}])
    told = back(podman)
    folder = Path(podman.account.home) / "apps" / "shop"
    assert (folder / "conf").read_text() == "plain one"
    assert (folder / "word").read_text() == "secret two"
    assert not (folder / "new").exists()
    assert any("file word is left as it is" in each for each in told["warnings"])
    assert not any(b"secret " in each.read_bytes() for each in place.iterdir())
    assert not back(podman)["changed"]


def test_six_are_kept_by_default(podman: Podman, place: Path) -> None:
    for value in range(8):
        go(podman, web(str(value)))
    assert numbers() == [8, 7, 6, 5, 4, 3]


def test_half_a_release_and_a_link_are_none(podman: Podman, place: Path, tmp_path: Path) -> None:
    go(podman, web("1"))
    (place / "2.json").write_text('{"schema": 1, "num')
    os.symlink(place / "1.json", place / "3.json")
    assert numbers() == [1]
    with pytest.raises(Failure, match="no release before the newest"):
        back(podman)


def test_apps_of_one_name_in_two_accounts_share_no_folder(place: Path) -> None:
    assert shelf.Shelf("shop", "shop", None).folder != shelf.Shelf("shop", "other", None).folder
