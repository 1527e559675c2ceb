# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The logins that an app declares."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

LOGIN = {"registry": "r.example.com", "username": "u", "password": "a long password"}


def app(*logins: Any) -> list[dict[str, Any]]:
    return [{"name": "shop", "logins": list(logins)}]


def test_passwords_are_hidden_also_of_what_is_refused() -> None:
    hidden: set[str] = set()
    found = read(app(LOGIN), hidden)[0]
    assert found.logins[0]["verify"] is True
    assert "a long password" in hidden
    assert "a long password" not in repr(found)
    hidden.clear()
    with pytest.raises(Failure):
        read(app({**LOGIN, "registri": "x"}), hidden)
    assert "a long password" in hidden


@pytest.mark.parametrize(
    ("logins", "says"),
    [
        ([{"username": "u", "password": "p"}], "apps[shop].logins[0]: missing required arguments: registry"),
        ([{"registry": "r"}], "apps[shop].logins[r]: state is present but all of"),
        ([{**LOGIN, "registri": "x"}], "apps[shop].logins[r.example.com]: 'registri' is no option"),
        ([{**LOGIN, "registry": "a b"}], "apps[shop].logins[a b].registry: 'a b' was given"),
        ([LOGIN, LOGIN], "apps[shop].logins: r.example.com is declared more than once"),
        (["x"], "apps[shop]"),
    ],
)
def test_a_mistake_is_one_sentence_that_says_where(logins: list[Any], says: str) -> None:
    with pytest.raises(Failure) as caught:
        read(app(*logins), set())
    assert caught.value.message.startswith(says)
