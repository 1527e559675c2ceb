# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task declares is checked whole: one sentence that says where, and nothing that must not show."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.rootless.podman.plugins.module_utils._apps.declared import read
from ansible_collections.rootless.podman.plugins.module_utils._apps.units import units
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.tests.unit.plugins.module_utils.helpers import hostile, house, junk

WEB = {"name": "web", "image": "img"}
DB = {"name": "db", "image": "img"}


def app(**more: Any) -> dict[str, Any]:
    return {"name": "shop", **more}


@pytest.mark.parametrize(
    ("apps", "says"),
    [
        ([{"state": "present"}], "apps[0]: missing required arguments: name"),
        ([{"name": "../x"}], "apps[0].name: '../x' was given"),
        ([app(), app()], "apps: shop is declared more than once"),
        ([app(conteiners=[])], "apps[shop]: 'conteiners' is no option; write containers if that is meant"),
        ([app(containers=[{**WEB, "publish": ["x"]}])], "apps[shop].containers[web].publish:"),
        ([app(containers=[{**WEB, "runtime": "systemd"}])], "apps[shop].containers[web]: 'runtime' is no option; all of an app lives in one"),
        ([app(containers=[{**WEB, "definition": {}}])], "apps[shop].containers[web]: 'definition' is no option; write its options beside"),
        ([app(containers=[{**WEB, "restart": "always"}])], "apps[shop].containers[web].restart: 'always' was given, and restart says whether"),
        ([app(containers={"web": WEB})], "apps[shop].containers: a map was given, and a list of maps is needed"),
        ([app(networks=["net"])], "apps[shop].networks: 'net' was given, and each entry has to be a map"),
        ([app(hooks={"pre": []})], "apps[shop]: 'hooks.pre' is no option; take it out"),
        ([app(containers=[{**WEB, "imagee": "x"}])], "apps[shop].containers[web]: 'imagee' is no option"),
        ([app(containers=[{"name": "web"}])], "apps[shop].containers[web].image: missing"),
        ([app(containers=[{**WEB, "pod": "x"}])], "apps[shop].containers[web].pod: in an app"),
        ([app(containers=[WEB, WEB])], "apps[shop].containers: web is declared more than once"),
        (
            [app(containers=[WEB], pods=[{"name": "p", "containers": [WEB]}])],
            "apps[shop].containers: web is declared more than once",
        ),
        (
            [app(pods=[{"name": "p", "containers": [{**WEB, "publish": ["80:80"]}]}])],
            "apps[shop].pods[p].containers[web].publish: a container in a pod shares this",
        ),
        ([app(volumes=[{"name": "a/b"}])], "apps[shop].volumes[a/b].name:"),
        ([app(networks=[{"name": "n", "subnet": "x"}])], "apps[shop].networks[n].subnet:"),
        ([app(secrets=[{"name": "s"}])], "apps[shop].secrets[s]: state is present but any of"),
        ([app(images=[{"pull": "never"}])], "apps[shop].images[0]: missing required arguments: name"),
        ([app(user="a", account={"name": "b"})], "apps[shop].account.name: 'b' was given beside user: a"),
        ([app(account={"state": "absent"})], "apps[shop].account: an app's account is removed with the app"),
        ([app(account={"linger": False})], "apps[shop].account.linger: false was given, and an app needs it"),
        ([app(remove_data=True)], "apps[shop].remove_data: only goes with state: absent"),
        (
            [app(volumes=[{"name": "v"}], prune_data={"volumes": ["v"]})],
            "apps[shop].prune_data.volumes: v is declared as well",
        ),
        (
            [app(containers=[WEB]), {"name": "blog", "user": "shop", "containers": [WEB]}],
            "apps[blog].containers: web is declared by app shop too",
        ),
        (
            [app(account={"uid": 5001}), {"name": "blog", "user": "shop", "account": {"uid": 5002}}],
            "apps[blog].account: app shop declares account shop differently",
        ),
        ([app(files=[{"path": "a", "content": "x"}, {"path": "a/b", "content": "x"}])], "apps[shop].files[a/b].path: a is a file"),
        ([app(files=[{"path": "a", "content": {"k": "v"}}])], "apps[shop].files[a].content: a map was given, and a text is needed"),
        ([app(files=[{"path": "a", "content": ["v"]}])], "apps[shop].files[a].content: a list was given, and a text is needed"),
        ([app(containers=[{**WEB, "depends_on": ["db"]}])], "apps[shop].depends_on: web depends on db, which is no other"),
        (
            [app(containers=[{**WEB, "depends_on": {"db": "completed"}}, {**DB, "restart_policy": "always"}])],
            "apps[shop].containers[db].restart_policy: always was given, and others wait until it has completed",
        ),
        (
            [app(containers=[{**WEB, "depends_on": {"db": "completed"}}, {**DB, "rm": True}])],
            "apps[shop].containers[db].rm: true was given",
        ),
        (
            [app(containers=[{**WEB, "depends_on": {"db": "completed"}}, {**DB, "state": "stopped"}])],
            "apps[shop].containers[db].state: stopped was given",
        ),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence_that_says_where(apps: list[dict], says: str) -> None:
    with pytest.raises(Failure) as refused:
        read(apps, set())
    assert refused.value.message.startswith(says)


def test_what_must_not_show_is_known_even_when_the_task_is_refused() -> None:
    hidden: set[str] = set()
    secret = {"name": "s", "data": "open sesame"}
    image = {"name": "img", "username": "me", "password": "let me in"}
    file = {"path": "conf", "content": "a password is in here"}
    with pytest.raises(Failure):
        read(
            [app(secrets=[secret], images=[image], files=[file], containers=[{**WEB, "publish": ["x"]}])],
            hidden,
        )
    assert hidden == {"open sesame", "let me in", "a password is in here"}


def test_secrets_are_known_line_by_line() -> None:
    hidden: set[str] = set()
    secrets = [
        {"name": "one", "data": "short\n"},
        {"name": "key", "data": "  a long first line\nx\nand the last one\n"},
    ]
    files = [
        {"path": "a", "content": "token=1234567\nno\n", "secret": True},
        {"path": "b", "content": "not a secret of its own\nbut as a whole\n"},
    ]
    read([{"name": "shop", "secrets": secrets, "files": files}], hidden)
    assert {"short", "a long first line", "and the last one", "token=1234567"} <= hidden
    assert not {"x", "no", "but as a whole"} & hidden


@pytest.mark.parametrize("named", [{"name": "5"}, {"name": "shop", "user": "2006"}])
def test_an_account_is_no_number(named: dict) -> None:
    with pytest.raises(Failure, match=r"apps\[.*\]\.user: '\d+' is the account"):
        read([named], set())


def test_pods_and_containers_are_hardened_and_started() -> None:
    pod = {"name": "p", "containers": [{**DB, "read_only": False}]}
    declared = read([app(containers=[{**WEB, "publish": ["80:80"]}], pods=[pod])], set())[0]
    inside, alone = declared.units
    assert inside.pod is not None
    assert (inside.pod.state, inside.pod.spec["userns"]) == ("started", "nomap")
    assert inside.containers[0].spec["cap_drop"] == ["ALL"]
    assert inside.containers[0].spec["read_only"] is False
    assert alone.containers[0].spec["userns"] == "nomap"
    assert alone.containers[0].state == "started"
    assert "127.0.0.1" in str(alone.containers[0].spec["publish"])


def test_one_that_others_want_completed_runs_once_and_does_not_come_back() -> None:
    declared = read([app(containers=[{**WEB, "depends_on": {"db": "completed"}}, DB])], set())[0]
    web, db = (unit.containers[0] for unit in declared.units)
    assert (web.once, db.once) == (False, True)
    assert db.spec["restart_policy"]["name"] == "no"
    assert web.spec["restart_policy"]["name"] == "always"


def test_a_mount_of_the_app_s_own_folder_lies_in_the_account_s_home() -> None:
    declared = read([app(containers=[{**WEB, "volumes": ["./conf:/conf:ro"]}])], set())[0]
    mount = units(declared, "/home/shop", read_files=False)[0].containers[0].spec["volume"][0]
    assert (mount["type"], mount["source"]) == ("bind", "/home/shop/apps/shop/conf")


def test_files_that_options_name_are_not_read_while_it_may_be_root_who_checks() -> None:
    declared = read([app(containers=[{**WEB, "env_file": ["/nowhere"]}])], set())[0]
    with pytest.raises(Failure, match="env_file"):
        units(declared, "/home/shop", read_files=True)


def test_names_of_all_that_is_declared() -> None:
    gone = {"name": "old", "state": "absent"}
    declared = read(
        [app(containers=[WEB, gone], volumes=[{"name": "v"}, gone], files=[{"path": "a/b", "content": ""}])],
        set(),
    )[0]
    names = declared.names()
    assert (names["containers"], names["volumes"], names["files"]) == (["web"], ["v"], ["a/b"])


KEYS = [
    "user", "account", "images", "networks", "volumes", "secrets", "files", "pods", "containers", "prune_data", "state",
    "remove_data",
]  # fmt: skip
INNER = ["name", "image", "path", "content", "depends_on", "containers", "mode"]
entries = st.lists(st.dictionaries(st.sampled_from(INNER), junk, max_size=4), max_size=3)


@house
@given(key=st.sampled_from(KEYS), value=st.one_of(junk, hostile, entries))
def test_whatever_stands_there_is_taken_or_refused_in_a_sentence(key: str, value: Any) -> None:
    try:
        read([app(**{key: value})], set())
    except Failure as refused:
        assert refused.message.startswith("apps")
        assert "\n" not in refused.message
