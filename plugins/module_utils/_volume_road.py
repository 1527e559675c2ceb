# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The road of volumes: no data is lost that the task does not name; content in and out."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from typing import Any

from . import _compare, _engine, _errors, _journal, _module, _options, _plan, _simple, _way_back
from . import _volume_content as content
from ._resources import volume

# Beside the volumes, under a name that no volume can have: the data of one that is being made anew.
ASIDE = ".rp-kept-"
# The options of a volume, in a task of its own and in an app.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "recreate": {"type": "bool", "default": False},
    "keep_data": {"type": "bool", "default": False},
    "import": {"type": "str"},
    "export": {"type": "str"},
    "force": {"type": "bool", "default": False},
    **volume.VOLUME.table.argument_spec(),
}
CONSTRAINTS: dict[str, Any] = {"mutually_exclusive": [("import", "export")]}


class VolumeRoad(_simple.SimpleRoad):
    """One volume on its way."""

    kind = volume.VOLUME

    def __init__(self, task: _module.Task, engine: _engine.Engine, key: bytes) -> None:
        super().__init__(task, engine, key)
        for option in ("import", "export"):
            path = self.params.get(option)
            if path is not None and not os.path.isabs(path):
                raise _errors.Failure(
                    f"{option}: {path!r} was given, and the absolute path of a file on the host is needed."
                )
        # Says that an import began; it names the volume by its birth.
        self.journal = _journal.Journal(engine.account, "import", self.name)

    @functools.cached_property
    def aside(self) -> str:
        """Where the data waits while the volume is made anew; what lies there was left by a killed run."""
        if self.found and str(self.found.get("Mountpoint")).endswith(f"/{self.name}/_data"):
            folder = os.path.dirname(os.path.dirname(str(self.found["Mountpoint"])))
        else:
            folder = str(_options.get_path(self.engine.info, "store.volumePath") or "")
        return os.path.join(folder, ASIDE + self.name) if folder else ""

    @property
    def waiting(self) -> bool:
        """Whether data waits there."""
        return bool(self.aside) and os.path.lexists(self.aside)

    def users(self, running: bool = False) -> list[str]:
        """The containers that have it, or those of them that run."""
        listed = self.engine.get("containers/json", {"all": True, "filters": {"volume": [self.name]}})
        return sorted(
            str((each.get("Names") or ["?"])[0])
            for each in listed
            if not running or each.get("State") in ("running", "paused")
        )

    def leave(self) -> list[_plan.Step]:
        if self.waiting and self.params.get("export"):
            raise _errors.Failure(
                f"export: a run that was killed left the data of volume {self.name} in {self.aside}; run a task with state: present first."
            )
        steps = self._export([]) if self.found else []
        if self.found or self.waiting:
            steps.append(_plan.Step("remove", "volume", self.name))
        return steps

    def change(self, compared: _compare.Comparison) -> list[_plan.Step]:
        steps = [self._restoration()] if self.waiting else []
        running = self.users(running=True) if steps else []
        if running:
            raise _errors.Failure(
                f"volume {self.name}: a run that was killed left its data in {self.aside}, and {', '.join(running)} runs without it; stop it first."
            )
        if self.params.get("recreate"):
            return [*steps, _plan.Step("replace", "volume", self.name, compared.reasons)]
        if not compared.reasons:
            return steps
        differing = ", ".join(reason.option for reason in compared.reasons)
        if not self.params.get("keep_data"):
            raise _errors.Failure(
                f"volume {self.name}: {differing} differs from the task; Podman can only change that by making the volume anew; set "
                "keep_data: true to move its data over, or recreate: true to delete the volume with all its data.",
                plan=[],
            )
        self._require_movable(differing)
        return [*steps, _plan.Step("replace", "volume", self.name, compared.reasons), self._restoration()]

    def _require_movable(self, differing: str) -> None:
        found = self.found or {}
        reason = volume.elsewhere(found.get("Driver"), found.get("Options") or {})
        reason = reason or volume.elsewhere(self.spec.get("driver"), self.spec.get("options", {}))
        if reason:
            raise _errors.Failure(
                f"keep_data: volume {self.name} cannot keep its data when {differing} changes, because {reason}; export it, or set "
                "recreate: true to delete it.",
                plan=[],
            )
        users = self.users()
        if users or found.get("MountCount"):
            raise _errors.Failure(
                f"keep_data: {', '.join(users) or 'podman volume mount'} uses volume {self.name}, and nobody may while it is made anew; "
                "remove the containers first (their data stays in the volume), and make them again afterwards.",
                plan=[],
            )

    def _restoration(self) -> _plan.Step:
        """The data goes back into the volume."""
        return _plan.Step("restore", "volume", self.name)

    def beside(self, steps: list[_plan.Step]) -> list[_plan.Step]:
        if self.waiting:
            # Whatever else the task says has to wait until the data is back; ``change`` plans that for a volume that is there.
            return [self._restoration()] if self.found is None else []
        if self.params.get("import"):
            return self._import(steps)
        return self._export(steps)

    def _import(self, steps: list[_plan.Step]) -> list[_plan.Step]:
        path = str(self.params["import"])
        wanted = content.archived("import", path)
        self._require_content("import", path)
        done = [
            _plan.Step(
                "import",
                "volume",
                self.name,
                (_plan.Reason("import", _plan.DECLARED, None, path),),
                {"wanted": wanted},
            )
        ]
        actions = [step.action for step in steps]
        if "create" in actions or ("replace" in actions and "restore" not in actions):
            return done if wanted else []
        begun = (self.journal.read() or {}).get("created") == (self.found or {}).get("CreatedAt")
        if not begun and not self.params.get("force") and not content.is_empty(self.name):
            return []
        if wanted <= content.content(self.name):
            return []
        running = self.users(running=True)
        if running:
            raise _errors.Failure(
                f"import: {', '.join(running)} runs with volume {self.name}, and nobody may while it is filled; stop it first.",
                plan=[],
            )
        return done

    def _export(self, steps: list[_plan.Step]) -> list[_plan.Step]:
        path = self.params.get("export")
        if not path:
            return []
        path = str(path)
        self._require_content("export", path)
        if os.path.isdir(path) or not os.path.isdir(os.path.dirname(path)):
            raise _errors.Failure(f"export: {path} was given, and a file in a folder that exists is needed.")
        there = os.path.lexists(path)
        if there and not self.params.get("force"):
            held: set[bytes] | None = content.archived("export", path)
        else:
            held = None
        new = any(step.action in ("create", "replace") for step in steps)
        if held is not None and held == (set() if new else content.content(self.name)):
            return []
        running = [] if new else self.users(running=True)
        if running:
            self.task.warn(
                f"volume {self.name} is exported while {', '.join(running)} runs with it: what is written meanwhile may be there by half."
            )
        why = _plan.CHANGED if there else _plan.DECLARED
        return [
            _plan.Step(
                "export", "volume", self.name, (_plan.Reason("export", why, path if there else None, path),)
            )
        ]

    def _require_content(self, option: str, path: str) -> None:
        found = self.found or {"Driver": self.spec.get("driver"), "Options": self.spec.get("options", {})}
        reason = volume.elsewhere(found.get("Driver"), found.get("Options") or {})
        if reason:
            raise _errors.Failure(
                f"{option}: {path} was given, and the data of volume {self.name} does not lie in the volume ({reason}); leave {option} out."
            )

    def settle(self) -> None:
        if self.params.get("import") or self.params["state"] == "absent":
            self.journal.forget()

    def do_replace(self, step: _plan.Step) -> None:
        old = self.found or {}
        if not self.params.get("keep_data"):
            self.do_remove(step)
            self.do_create(step)
            return
        self.engine.admit("write", self.aside)
        self.back.note(
            _way_back.RENAME,
            functools.partial(self._put_back, old),
            f"the old volume {self.name} has its data",
        )
        content.move(str(old.get("Mountpoint")), self.aside)
        super().do_remove(step)
        self.do_create(step)
        # From here on the data belongs to the new one, and waits until it is in it.
        self.back.forget()

    def _put_back(self, old: Mapping[str, Any]) -> None:
        if not self.waiting:
            return
        there = self.read()
        if there is None:
            self.make(volume.as_it_was(old))
            there = self.read() or {}
        content.move(self.aside, str(there.get("Mountpoint")))

    def do_restore(self, _step: _plan.Step) -> None:
        """Move the data back; Podman's new folder is empty and gives way, one with anything in it does not."""
        self.engine.admit("write", self.aside)
        there = self.read() or {}
        place = str(there.get("Mountpoint"))
        try:
            content.move(self.aside, place)
        except _errors.Failure as failure:
            raise _errors.Failure(
                f"volume {self.name}: its data waits in {self.aside} and cannot be moved back ({failure.message.rstrip('.')}); "
                "look at both, and remove or move one of them by hand with podman unshare."
            ) from failure
        if "uid" in self.spec or "gid" in self.spec:
            content.own(place, self.spec.get("uid", -1), self.spec.get("gid", -1))

    def do_remove(self, step: _plan.Step) -> None:
        """Remove it, and what of its data waits beside it: the task names the loss."""
        if self.found:
            super().do_remove(step)
        if self.waiting:
            content.discard(self.aside)

    def do_import(self, step: _plan.Step) -> None:
        """Fill it, then look whether all is there. A run that is killed meanwhile is told by the journal."""
        self.engine.admit("write", self.journal.path)
        self.journal.write({"created": (self.read() or {}).get("CreatedAt")})
        content.fill(self.name, str(self.params["import"]))
        if not step.work["wanted"] <= content.content(self.name):
            raise _errors.Failure(
                f"import: not all that {self.params['import']} holds is in volume {self.name} now; run the task again, and look at what the "
                "archive holds: owners outside of the account's ids cannot be imported."
            )

    def do_export(self, _step: _plan.Step) -> None:
        """Write the archive."""
        self.engine.admit("write", str(self.params["export"]))
        content.export(self.name, str(self.params["export"]))
