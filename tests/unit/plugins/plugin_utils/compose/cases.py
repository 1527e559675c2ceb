# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose projects as tests read them, and, run by hand, what the tests compare them with.

    PYTHONPATH=.cache/collections python -m ansible_collections.rootless.podman.tests.unit.plugins.plugin_utils.compose.cases \
        [PATH OF docker-compose]

writes ``apps/NAME.yaml``, the app that is made of each project, and with docker-compose ``docker/NAME.json``, the output of
its command ``config``, which is a compose file too and has to give the same app. Read the difference before committing it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.rootless.podman.plugins.plugin_utils._compose.declaration import Choice, declared
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.project import loaded
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.reading import Request

HERE = Path(__file__).resolve().parent
PROJECTS = sorted(path for path in (HERE / "projects").iterdir() if path.is_dir())
NAMES = [path.name for path in PROJECTS]
CHOICE = ("group", "hardened", "publish_address", "new_folders", "user", "account")


def read(path: str) -> str:
    """A file's text."""
    return Path(path).read_text(encoding="utf-8")


def app_of(*files: Path, **options: Any) -> dict[str, Any]:
    """The app of compose files, or of a folder."""
    choice = {key: options.pop(key) for key in CHOICE if key in options}
    project = loaded(Request(files=[str(file) for file in files], read=read, **options))
    return declared(project, Choice(**choice))


def app(folder: Path, text: str = "", files: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:
    """The app of a compose file that a test writes, with other files beside it."""
    for name, content in {**({"compose.yaml": text} if text else {}), **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return app_of(folder, **{"name": "shop", **options})


def service(folder: Path, body: str, extra: str = "", **options: Any) -> dict[str, Any]:
    """The container of one service, whose keys a test writes."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    made = app(folder, f"services:\n  web:\n    image: quay.io/a/b\n{lines}{extra}", **options)
    return made["containers"][0]


class Plain(yaml.SafeDumper):
    """YAML as yamllint wants it."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Entries of a list stand further in."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Everything is written out."""
        return True


def record(compose: str = "") -> None:
    """Write what the tests compare with."""
    for folder in PROJECTS:
        text = yaml.dump(app_of(folder), Dumper=Plain, sort_keys=False, width=120)
        (HERE / "apps" / f"{folder.name}.yaml").write_text(text, encoding="utf-8")
        if compose:
            command = [compose, "config", "--no-path-resolution", "--format", "json"]
            told = subprocess.run(
                command, cwd=folder, env={"PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE, check=True
            ).stdout
            text = json.dumps(json.loads(told), indent=2, sort_keys=True, ensure_ascii=False)
            (HERE / "docker" / f"{folder.name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    record(*sys.argv[1:])
