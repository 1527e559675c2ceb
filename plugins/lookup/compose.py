# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose files as declarations of apps."""

from __future__ import annotations

DOCUMENTATION = r"""
name: compose
short_description: A compose file as the declaration of an app
"""

import os
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.rootless.podman.plugins.module_utils._errors import Failure
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.declaration import Choice, declared
from ansible_collections.rootless.podman.plugins.plugin_utils._compose.project import Request, loaded

display = Display()


class LookupModule(LookupBase):
    """The lookup."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """One app, for all files together."""
        self.set_options(var_options=variables, direct=kwargs)
        request = Request(
            files=[self._path(str(term), variables) for term in terms],
            read=self._read,
            name=self.get_option("project") or self.get_option("name") or "",
            folder=self._folder(self.get_option("project_directory"), variables),
            variables={
                **(dict(os.environ) if self.get_option("process_environment") else {}),
                **{str(key): _text(value) for key, value in (self.get_option("variables") or {}).items()},
            },
            env_files=self.get_option("env_files"),
            profiles=self.get_option("profiles"),
            without=self.get_option("without") or (),
        )
        choice = Choice(
            name=self.get_option("name") or "",
            user=self.get_option("user") or "",
            account=self.get_option("account") or {},
            group=self.get_option("group"),
            hardened=self.get_option("hardened"),
            publish_address=self.get_option("publish_address"),
            new_folders=self.get_option("new_folders"),
        )
        try:
            project = loaded(request)
            app = declared(project, choice)
        except Failure as failure:
            raise AnsibleLookupError(failure.message) from failure
        for warning in project.warnings:
            display.warning(warning)
        return [app]

    def _path(self, term: str, variables: dict[str, Any] | None) -> str:
        found = self.find_file_in_search_path(variables, "files", term, ignore_missing=True)
        if found is None:
            raise AnsibleLookupError(
                f"compose: {term!r} was given, and the path of a compose file on the controller is needed, or of a folder that has one."
            )
        return str(found)

    def _folder(self, given: str | None, variables: dict[str, Any] | None) -> str:
        return self._path(given, variables) if given else ""

    def _read(self, path: str) -> str:
        """A file's text, decrypted where Ansible Vault has encrypted it."""
        if not os.path.exists(path):
            raise FileNotFoundError(path)
        if os.path.isdir(path):
            raise IsADirectoryError(path)
        with open(self._loader.get_real_file(path), encoding="utf-8") as stream:
            return stream.read()


def _text(value: Any) -> str:
    """A variable as a compose file sees it."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
