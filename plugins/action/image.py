# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of the image module: a build context that lies on the controller travels with the task."""

from __future__ import annotations

import base64
import io
import os
import tarfile
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase

# What fits into the module's parameters without slowing every run; larger contexts belong on the host.
LIMIT = 1024 * 1024


class ActionModule(ActionBase):
    """Turns ``build.src`` (a folder on the controller) into ``build.context`` (what is in it)."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Pack the folder if there is one, then run the module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        build = arguments.get("build")
        if isinstance(build, Mapping) and build.get("src"):
            arguments["build"] = with_context(self, build, "build.src")
        result.update(self._execute_module(module_args=arguments, task_vars=task_vars))
        return result


def with_context(action: ActionBase, build: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A build whose ``src`` has become its ``context``; sentences begin with ``where``."""
    return {
        **{key: value for key, value in build.items() if key != "src"},
        "context": _packed(action, str(build["src"]), where),
    }


def _packed(action: ActionBase, source: str, where: str) -> str:
    """The folder as a base64 tar with nothing in it but names, modes and contents."""
    try:
        folder = action._find_needle("files", source)
    except AnsibleError as error:
        raise AnsibleActionFail(
            f"{where}: {source!r} was given, and the path of a folder on the controller is needed; for one on the host use build.path."
        ) from error
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for place, folders, files in os.walk(folder):
            for name in sorted(folders) + sorted(files):
                path = os.path.join(place, name)
                tar.add(path, os.path.relpath(path, folder), recursive=False, filter=_bare)
    if packed.tell() > LIMIT:
        raise AnsibleActionFail(
            f"{where}: the folder {folder} has {packed.tell()} bytes when packed, and at most {LIMIT} travel with a task; "
            "copy it to the host and name it there with build.path."
        )
    return base64.b64encode(packed.getvalue()).decode()


def _bare(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of the controller but the mode: no owner, no time."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mtime = 0
    return info
