# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every guide of docs/docsite, done by the word: each of its commands, in order, with its files.

tests/unit/test_guides.py holds that the guides show these files. What their commands have to say or to leave behind stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.guides import DOCSITE, Guide, kept_as_it_is
from support.host import Host

GUIDES = [path.stem.removeprefix("guide_") for path in sorted((DOCSITE / "rst").glob("guide_*.rst"))]
# Commands that end with an error, as their guide says.
FAIL = {("deploying", "bad.command"): 2, ("deploying", "drift.command"): 2}
# What a command has to say.
SAYS = {
    ("start", "site.command"): "changed=",
    ("start", "check.command"): "1 apps are as declared.",
    ("start", "look.command"): "hello: healthy",
    ("accounts", "on-the-server.command"): "shelf",
    ("hardening", "review.command"): "0.0.0.0:8082:80/tcp",
    ("deploying", "bad.command"): "shop-web",
    ("deploying", "drift.command"): "shop is not as declared",
    ("compose", "see.command"): "docker.io/library/busybox:1.37",
    ("awx", "templates.command"): "changed=2",
}
# A port of the host, and what answers there after a command.
ANSWERS = {
    ("start", "tasks.command"): (8080, "Hello"),
    ("compose", "deploy.command"): (8085, "Open all day"),
    ("deploying", "look-first.command"): (8083, "Version 1.36"),
    ("deploying", "bad.command"): (8083, "Version 1.37"),
    ("deploying", "rollback.command"): (8083, "Version 1.36"),
    ("deploying", "page-anew.command"): (8084, "Open"),
}
# A stand-in for the modules of awx.awx, which need an AWX: they take everything.
STAND_IN = """\
#!/usr/bin/python
import json
print(json.dumps({"changed": True}))
# WANT_JSON
"""
# Accounts that the reader of a guide has already.
ACCOUNTS = {"containers_podman": "shop"}


@pytest.fixture
def tidy(host: Host) -> Iterator[None]:
    """Takes away what a guide's commands made."""
    with kept_as_it_is(host):
        yield


@pytest.mark.parametrize("name", GUIDES)
@pytest.mark.usefixtures("tidy")
def test_guide(name: str, host: Host, tmp_path: Path) -> None:
    for module in ("project", "job_template"):
        place = tmp_path / "stand-in" / "ansible_collections" / "awx" / "awx" / "plugins" / "modules"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{module}.py").write_text(STAND_IN, encoding="utf-8")
    guide = Guide(name, host, tmp_path / "guide", tmp_path / "stand-in")
    assert guide.commands, f"{name}: no command"
    if name in ACCOUNTS:
        host.good("user", name=ACCOUNTS[name])
    for command in guide.commands:
        told = guide.run(command, FAIL.get((name, command), 0))
        assert SAYS.get((name, command), "") in told, told[-3000:]
        if (name, command) in ANSWERS:
            port, text = ANSWERS[name, command]
            assert text in host.run(f"busybox wget -qO- http://127.0.0.1:{port}/")
