# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an info module tells of an object, and what it leaves out."""

from __future__ import annotations

import json

import pytest

from ansible_collections.rootless.podman.plugins.module_utils import _info_kinds as kinds
from ansible_collections.rootless.podman.plugins.module_utils._record import LABEL

NEW, OLD = (5, 4, 2), (4, 3, 1)
SECRET = {
    "ID": "b2c787b7fc89eb899dec4e1fd",
    "SecretData": "correct horse",
    "Spec": {
        "Name": "token",
        "Labels": {LABEL: "{}"},
        "Driver": {"Name": "shell", "Options": {"lookup": "cat x"}},
    },
}


def test_records_are_no_noise() -> None:
    told = kinds.CONTAINER.shown(
        {"Id": "a", "Config": {"Labels": {LABEL: "{...}", "app": "x"}}, "account": "evil"}, "shop", NEW
    )
    assert told == {"Id": "a", "Config": {"Labels": {"app": "x"}}, "account": "shop", "recorded": True}
    assert not kinds.CONTAINER.shown({"Config": {"Labels": {"app": "x"}}}, "shop", NEW)["recorded"]


@pytest.mark.parametrize("record", [["--label", f"{LABEL}={{}}"], [f"--label={LABEL}={{}}"]])
def test_the_record_is_not_shown_in_a_command_line(record: list[str]) -> None:
    command = ["podman", "run", *record, "--label", "app=x", "img", f"{LABEL}=1"]
    told = kinds.CONTAINER.shown({"Config": {"CreateCommand": command}}, "shop", NEW)
    assert told["Config"]["CreateCommand"] == ["podman", "run", "--label", "app=x", "img", f"{LABEL}=1"]


@pytest.mark.parametrize("odd", [None, [], "x", 7])
@pytest.mark.parametrize(
    "kind", [kinds.CONTAINER, kinds.POD, kinds.IMAGE, kinds.NETWORK, kinds.VOLUME, kinds.SECRET]
)
def test_odd_answers_trip_nobody(kind: kinds.InfoKind, odd: object) -> None:
    found = {"Config": odd, "Labels": odd, "labels": odd, "Spec": odd, "Name": odd, "RepoTags": odd}
    told = kind.shown(dict(found), "shop", OLD)
    assert kind.sort_key(told)
    assert told["account"] == "shop"
    found = {
        "Config": {"Labels": odd, "Env": odd, "CreateCommand": odd},
        "Spec": {"Labels": odd, "Driver": odd},
    }
    if odd != 7:  # not iterable: no Podman sends it
        assert kind.shown(found, "shop", OLD)


def test_a_secret_never_shows() -> None:
    told = json.dumps(kinds.SECRET.shown(json.loads(json.dumps(SECRET)), "shop", NEW))
    assert "horse" not in told
    assert "cat x" not in told
    of_file = {"Spec": {"Driver": {"Name": "file", "Options": {"path": "/p"}}}}
    assert kinds.SECRET.shown(of_file, "shop", NEW)["Spec"]["Driver"]["Options"] == {"path": "/p"}


def test_variables_are_hidden_where_podman_does_not_hide_secrets() -> None:
    found = {"Config": {"Env": ["A=1", "TOKEN=correct horse=x", "BARE"]}}
    shown = json.loads(json.dumps(found))
    assert kinds.CONTAINER.shown(shown, "shop", OLD)["Config"]["Env"] == [
        "A=(hidden)",
        "TOKEN=(hidden)",
        "BARE=(hidden)",
    ]
    assert kinds.CONTAINER.shown(found, "shop", (5, 3, 0))["Config"]["Env"][0] == "A=1"


def test_names_are_whole_names() -> None:
    found = {"Id": "0c2f1c9be2b8a4e3a1c5", "Name": "web"}
    assert kinds.CONTAINER.is_named(found, "web")
    assert kinds.CONTAINER.is_named(found, "0c2f1c9be2b8")
    assert not kinds.CONTAINER.is_named(found, "we")
    assert not kinds.CONTAINER.is_named(found, "0c2f1c9be2b")
    assert not kinds.VOLUME.is_named({"Name": "a-name-of-18-chars"}, "a-name-of-18")
    assert kinds.IMAGE.is_named({"Id": "x", "RepoTags": ["docker.io/library/nginx:1.27"]}, "nginx:1.27")
