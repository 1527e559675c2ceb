# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of an app: what is taken, whose they are, what has to happen to them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.rootless.podman.plugins.module_utils._apps.files import (
    File,
    file_of,
    ids_of,
    refuse_beyond,
    step_of,
)
from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure

NOTHING = {"mode": None, "owner": None, "group": None}


@pytest.mark.parametrize(
    "path", ["", ".", "..", "/etc/passwd", "a/../b", "../a", "a//b", "a/", "./a", "a\nb"]
)
def test_a_path_stays_below_the_app_s_folder(path: str) -> None:
    with pytest.raises(Failure, match="path:"):
        file_of({"path": path, "content": "x", **NOTHING}, "")


@pytest.mark.parametrize(("raw", "mode"), [(None, 0o644), ("0600", 0o600), ("640", 0o640), (416, 0o640)])
def test_modes_are_octal_in_quotes(raw: Any, mode: int) -> None:
    assert file_of({"path": "a", "content": "x", **NOTHING, "mode": raw}, "").mode == mode


@pytest.mark.parametrize("raw", ["9", "rw", 644, -1, "1777", True, [1], {}])
def test_other_modes_are_refused(raw: Any) -> None:
    with pytest.raises(Failure, match="mode:"):
        file_of({"path": "a", "content": "x", **NOTHING, "mode": raw}, "")


def test_a_group_follows_its_owner_and_needs_one() -> None:
    assert file_of({"path": "a", "content": "x", "mode": None, "owner": 70, "group": None}, "").group == 70
    with pytest.raises(Failure, match="group:"):
        file_of({"path": "a", "content": "x", "mode": None, "owner": None, "group": 70}, "")


@pytest.mark.parametrize(
    ("userns", "ids"),
    [(["nomap"], (71, 72)), ([], (71, 72)), (["host"], (70, 71)), (["", "private"], (70, 71))],
)
def test_an_owner_is_whom_the_containers_that_mount_it_see(userns: list[str], ids: tuple[int, int]) -> None:
    assert ids_of(File("a", "x", owner=70, group=71), userns, "") == ids
    assert ids_of(File("a", "x"), userns, "") == (0, 0)


@pytest.mark.parametrize(
    "userns", [["keep-id"], ["auto"], ["uidmap"], ["nomap", "host"], ["nomap", "container:x"]]
)
def test_an_owner_that_nobody_can_name_is_refused(userns: list[str]) -> None:
    with pytest.raises(Failure, match="owner:"):
        ids_of(File("a", "x", owner=70, group=70), userns, "")


@pytest.mark.parametrize(
    ("owner", "group", "userns", "counts", "words"),
    [
        (65535, None, "nomap", (65536, 65536), None),
        (65536, None, "nomap", (65536, 65536), "files.owner: 65536 was given, and the ids of this account end at 65535"),
        (65536, None, "", (65536, 65536), None),
        (65537, None, "", (65536, 65536), "owner: 65537 was given, and the ids of this account end at 65536"),
        (7, 900, "nomap", (1000, 500), "group: 900 was given, and the ids of this account end at 499"),
        (70000, None, "nomap", (0, 0), None),
        (None, None, "nomap", (10, 10), None),
    ],
)  # fmt: skip
def test_an_owner_beyond_the_account_s_ids_is_refused(
    owner: int | None, group: int | None, userns: str, counts: tuple[int, int], words: str | None
) -> None:
    made = file_of({"path": "a", "content": "x", "mode": None, "owner": owner, "group": group}, "")
    ids = ids_of(made, [userns], "")
    if words is None:
        refuse_beyond(made, ids, counts, "files.")
    else:
        with pytest.raises(Failure, match=words):
            refuse_beyond(made, ids, counts, "files.")


def test_steps_say_what_differs_and_show_no_content() -> None:
    file = File("conf", "secret word", 0o600, 70, 70)
    there = {"type": "file", "mode": 0o600, "uid": 71, "gid": 71, "digest": file.digest}
    assert step_of(file, there, (71, 71)) is None
    assert step_of(file, None, (71, 71)).action == "create"
    for change, option in (
        ({"digest": "x"}, "content"),
        ({"mode": 0o644}, "mode"),
        ({"uid": 0}, "owner"),
        ({"type": "folder"}, "type"),
    ):
        step = step_of(file, {**there, **change}, (71, 71))
        assert [why.option for why in step.reasons] == [option]
        assert "secret word" not in str(step)
