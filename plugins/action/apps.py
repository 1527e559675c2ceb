# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of the apps module: files, templates and build contexts that lie on the controller travel with the task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.compat.version import LooseVersion
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import lookup_loader
from ansible.release import __version__

from ansible_collections.rootless.podman.plugins.action.image import with_context

# Where the content of a file comes from: the option, and the lookup that reads it.
SOURCES = {"src": "ansible.builtin.file", "template": "ansible.builtin.template"}
# How a text is left as it is. From 2.19 on no template is taken for data by mistake, and the option that prevents it goes.
OLD = LooseVersion(__version__) < LooseVersion("2.19")
AS_TEXT: dict[str, dict[str, Any]] = {
    "src": {"rstrip": False},
    "template": {"convert_data": False} if OLD else {},
}


class ActionModule(ActionBase):
    """Fills in what an app has from the controller: the content of files, the context of builds."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Resolve what lies here, then run the module."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        apps = arguments.get("apps")
        if isinstance(apps, list):
            arguments["apps"] = [self._app(app, task_vars or {}) for app in apps]
        result.update(self._execute_module(module_args=arguments, task_vars=task_vars))
        return result

    def _app(self, app: Any, variables: dict[str, Any]) -> Any:
        """An app whose files and builds all have their content. What is malformed is left for the module to refuse."""
        if not isinstance(app, Mapping):
            return app
        whole = dict(app)
        if isinstance(app.get("files"), list):
            whole["files"] = [self._file(app, file, variables) for file in app["files"]]
        if isinstance(app.get("images"), list):
            whole["images"] = [self._image(app, image) for image in app["images"]]
        return whole

    def _image(self, app: Mapping[str, Any], image: Any) -> Any:
        build = image.get("build") if isinstance(image, Mapping) else None
        if not isinstance(build, Mapping) or not build.get("src"):
            return image
        where = f"apps[{app.get('name')}].images[{image.get('name')}].build.src"
        return {**image, "build": with_context(self, build, where)}

    def _file(self, app: Mapping[str, Any], file: Any, variables: dict[str, Any]) -> Any:
        if not isinstance(file, Mapping):
            return file
        told = [option for option in ("content", *SOURCES) if file.get(option) is not None]
        where = f"apps[{app.get('name')}].files[{file.get('path')}]"
        if len(told) > 1:
            raise AnsibleActionFail(
                f"{where}.{told[1]}: was given beside {told[0]}, and a file has one content; take one of them out."
            )
        rest = {key: value for key, value in file.items() if key not in SOURCES}
        if not told or told[0] == "content":
            return rest
        content = self._content(told[0], str(file[told[0]]), where, variables)
        return {**rest, "content": content}

    def _content(self, option: str, name: str, where: str, variables: dict[str, Any]) -> str:
        lookup = lookup_loader.get(SOURCES[option], loader=self._loader, templar=self._templar)
        try:
            found = lookup.run([name], variables=variables, **AS_TEXT[option])[0]
        except (AnsibleError, UnicodeError) as error:
            raise AnsibleActionFail(
                f"{where}.{option}: {name!r} was given, and a text file on the controller is needed ({error})."
            ) from error
        if not isinstance(found, str):
            raise AnsibleActionFail(
                f"{where}.{option}: {name!r} renders to a {type(found).__name__}, and text is needed; end it with a filter such as to_nice_json."
            )
        return found
