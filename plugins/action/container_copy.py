# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of the container_copy module: files that lie on the controller travel with the task."""

from __future__ import annotations

import base64
import io
import os
import tarfile
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

# What fits into the module's parameters without slowing every run; larger files belong on the host.
LIMIT = 1024 * 1024
# Marks a file that was encrypted with Ansible Vault: its text is shown in no diff.
VAULT = "vault"


class ActionModule(ActionBase):
    """Packs ``src`` from the controller, unless it lies on the host or in the container."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Pack the file or folder if there is one, then run the module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        elsewhere = any(
            boolean(arguments.get(option) or False, strict=False)
            for option in ("remote_src", "from_container")
        )
        if arguments.get("src") and not elsewhere:
            arguments["packed"] = self._packed(str(arguments["src"]))
        result.update(self._execute_module(module_args=arguments, task_vars=task_vars))
        return result

    def _packed(self, source: str) -> str:
        """The file or folder as a base64 tar with nothing in it but names, modes and contents."""
        try:
            found = self._find_needle("files", source)
        except AnsibleError as error:
            raise AnsibleActionFail(
                f"src: {source!r} was given, and the path of a file or folder on the controller is needed; for one on the host add "
                "remote_src: true."
            ) from error
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as tar:
            self._add(tar, os.path.realpath(found), ".")
            for place, folders, files in os.walk(found):
                for name in sorted(folders) + sorted(files):
                    path = os.path.join(place, name)
                    self._add(tar, path, os.path.relpath(path, found))
        if packed.tell() > LIMIT:
            raise AnsibleActionFail(
                f"src: {found} has {packed.tell()} bytes when packed, and at most {LIMIT} travel with a task; copy it to the host "
                "and name it there with remote_src: true."
            )
        return base64.b64encode(packed.getvalue()).decode()

    def _add(self, tar: tarfile.TarFile, path: str, name: str) -> None:
        """One file, folder or link; what was encrypted with Ansible Vault travels decrypted."""
        info = tar.gettarinfo(path, name)
        if not (info.isreg() or info.islnk() or info.isdir() or info.issym()):
            raise AnsibleActionFail(
                f"src: {path} is neither a file, a folder nor a link, and nothing else is copied."
            )
        info.uid = info.gid = info.mtime = 0
        info.uname = info.gname = ""
        if info.isdir() or info.issym():
            tar.addfile(info)
            return
        plain = self._loader.get_real_file(path)
        try:
            with open(plain, "rb") as file:
                content = file.read(LIMIT * 16)
        finally:
            if plain != path:
                info.uname = VAULT
                self._loader.cleanup_tmp_file(plain)
        info.type, info.linkname, info.size = tarfile.REGTYPE, "", len(content)
        tar.addfile(info, io.BytesIO(content))
