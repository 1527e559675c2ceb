# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a registry has: Podman is asked, and the registry itself where Podman tells too little."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _distribution, _login
from ansible_collections.rootless.podman.plugins.module_utils._auth import Login
from ansible_collections.rootless.podman.plugins.module_utils._distribution import Manifest
from ansible_collections.rootless.podman.plugins.module_utils._errors import EngineError
from ansible_collections.rootless.podman.plugins.module_utils._image_names import parse_name
from ansible_collections.rootless.podman.plugins.module_utils._pull import Access
from ansible_collections.rootless.podman.plugins.module_utils._registry import Held, ask
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.fake_images import NATIVE, Images

FAR = parse_name("registry.example.com/shop:1")


@dataclasses.dataclass
class Asked:
    """Stands in for the registry; remembers how it was asked."""

    held: dict[str, Manifest]
    calls: list[tuple]

    def fetch(self, location: str, what: str, login: Any, verify: bool) -> Manifest | None:
        self.calls.append((location, what, login, verify))
        return self.held.get(what)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    made = Asked({"1": Manifest("sha256:m", "c" * 64)}, [])
    monkeypatch.setattr(_distribution, "fetch", made.fetch)
    monkeypatch.setattr(_login, "kept", lambda _account, _place: None)
    monkeypatch.setattr(Images, "account", None, raising=False)
    return made


def test_podman_tells_the_id_of_an_image_that_is_no_list(asked: Asked) -> None:
    images = Images({FAR.text: "1" * 64})
    assert ask(images, FAR, {}, Access()) == Held("1" * 64)
    assert ask(images, parse_name("registry.example.com/none:1"), {}, Access()) is None
    assert asked.calls == []


def test_a_list_has_one_for_each_platform() -> None:
    images = Images({FAR.text: {NATIVE: "1" * 64, "other": "2" * 64}})
    assert ask(images, FAR, {}, Access()) == Held("1" * 64, f"sha256:{'1' * 64}")
    assert ask(images, FAR, {"Arch": "other"}, Access()) == Held("2" * 64, f"sha256:{'2' * 64}")
    assert ask(images, FAR, {"Arch": "none"}, Access()) is None
    assert ask(images, FAR, {"Arch": "other", "Variant": "v9"}, Access()) is None


def test_of_an_image_in_dockers_format_podman_tells_too_little(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = Images()
    monkeypatch.setattr(images, "get", lambda *_arguments: {"schemaVersion": 2, "manifests": None})
    assert ask(images, FAR, {}, Access()) == Held("c" * 64, "sha256:m")
    assert asked.calls == [("registry.example.com/shop", "1", None, True)]
    images.info = {
        "registries": {
            "registry.example.com": {"Location": "inner:5000/mirror", "Insecure": True},
            "search": [],
        }
    }
    ask(images, FAR, {}, Access("me", "word"))
    assert asked.calls[-1] == ("inner:5000/mirror/shop", "1", ("me", "word"), False)
    monkeypatch.setattr(_login, "kept", lambda _account, place: Login("kept", place))
    ask(images, FAR, {}, Access(tls_verify=True))
    assert asked.calls[-1][2:] == (("kept", "registry.example.com/shop"), True)


def test_an_old_podman_insists_on_tls(asked: Asked) -> None:
    images = Images()
    images.unreachable = "http: server gave HTTP response to HTTPS client"
    assert ask(images, FAR, {}, Access(tls_verify=False)) == Held("c" * 64, "sha256:m")
    with pytest.raises(EngineError):
        ask(images, FAR, {}, Access())


def test_whether_it_is_the_one_on_the_host() -> None:
    here = {"Id": "1", "Digest": "sha256:a", "RepoDigests": ["x@sha256:b"]}
    assert [Held(identity).same(here) for identity in ("1", "2")] == [True, False]
    assert [Held("", f"sha256:{each}").same(here) for each in "abc"] == [True, True, False]


def test_a_password_is_not_shown() -> None:
    assert "word" not in repr(Access("me", "word"))
