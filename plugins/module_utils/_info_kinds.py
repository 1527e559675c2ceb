# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds that the info modules look for: where they are listed, what they are called, what is left out (pure)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, MutableMapping
from typing import Any, Callable

from . import _options, _record

Version = tuple[int, int, int]
HIDDEN = "(hidden)"
# Since then Podman hides the values of secrets among the variables of a container (seen: 4.3.1 shows them).
HIDES_SECRETS = (5, 3, 0)


def _same(_found: MutableMapping[str, Any], _version: Version) -> None:
    """Leave nothing out."""


def _without_secrets(found: MutableMapping[str, Any], version: Version) -> None:
    """An old Podman does not say which variables come from secrets, so the values of all are hidden."""
    config = found.get("Config")
    if version < HIDES_SECRETS and isinstance(config, dict) and config.get("Env"):
        names = [str(each).partition("=")[0] for each in config["Env"]]
        config["Env"] = [f"{name}={HIDDEN}" for name in names]


def _of_container(found: MutableMapping[str, Any], version: Version) -> None:
    """Without secrets, and without the record on the command line that a unit made it with."""
    _without_secrets(found, version)
    config = found.get("Config")
    command = config.get("CreateCommand") if isinstance(config, dict) else None
    if not isinstance(command, list):
        return
    for at in reversed(range(len(command))):
        word = str(command[at])
        if word.startswith(f"--label={_record.LABEL}="):
            del command[at]
        elif word.startswith(f"{_record.LABEL}=") and at and command[at - 1] == "--label":
            del command[at - 1 : at + 1]


def _without_data(found: MutableMapping[str, Any], _version: Version) -> None:
    """The secret itself is not asked for. Options of other drivers than ``file`` may hold a password or a command."""
    found.pop("SecretData", None)
    driver = _options.get_path(found, "Spec.Driver")
    if isinstance(driver, dict) and driver.get("Name") != "file" and isinstance(driver.get("Options"), dict):
        driver["Options"] = dict.fromkeys(driver["Options"], HIDDEN)


@dataclasses.dataclass(frozen=True)
class InfoKind:
    """What one info module looks for.

    ``place`` is the part of the API, and with ``plural`` the key of the result. ``listed_whole``: a listing tells
    as much as an inspect. ``by_reference``: a name may be any that Podman understands, not the object's own alone.
    """

    name: str
    id_at: str
    name_at: str
    labels_at: tuple[str, ...]
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    listed_whole: bool = False
    by_reference: bool = False
    leave_out: Callable[[MutableMapping[str, Any], Version], None] = _same
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def plural(self) -> str:
        """The key of the result, and the part of Podman's API."""
        return f"{self.name}s"

    def is_named(self, found: Mapping[str, Any], name: str) -> bool:
        """Whether this is the object that the task names: by name, or by its ID or 12 characters of that and more.

        Podman itself also answers to the beginning of a name.
        """
        if self.by_reference or _options.get_path(found, self.name_at) == name:
            return True
        has_id = self.id_at != self.name_at
        return has_id and len(name) >= 12 and str(found.get(self.id_at) or "").startswith(name)

    def shown(self, found: Mapping[str, Any], account: str, version: Version) -> dict[str, Any]:
        """The object as a task returns it: without the digests of its record, and with whose it is."""
        told = dict(found)
        recorded = False
        for path in self.labels_at:
            labels = _options.get_path(told, path)
            if isinstance(labels, dict):
                recorded = labels.pop(_record.LABEL, None) is not None or recorded
        self.leave_out(told, version)
        return {**told, "account": account, "recorded": recorded}

    def sort_key(self, told: Mapping[str, Any]) -> tuple[str, str]:
        """Objects of an account are told in this order."""
        return _text(_options.get_path(told, self.name_at)), str(told.get(self.id_at) or "")


def _text(value: Any) -> str:
    # Of an image its first tag; one without a tag stands last.
    if isinstance(value, list):
        return str(value[0]) if value else "\uffff"
    return str(value or "")


CONTAINER = InfoKind(
    "container",
    "Id",
    "Name",
    ("Config.Labels",),
    params={"all": True},
    leave_out=_of_container,
    options={
        "stats": {"type": "bool", "default": False},
        "health_log": {"type": "bool", "default": False},
        "logs": {"type": "int", "default": 0},
    },
)
POD = InfoKind("pod", "Id", "Name", ("Labels",))
IMAGE = InfoKind("image", "Id", "RepoTags", ("Labels", "Config.Labels"), by_reference=True)
NETWORK = InfoKind("network", "id", "name", ("labels",))
VOLUME = InfoKind("volume", "Name", "Name", ("Labels",), listed_whole=True)
SECRET = InfoKind("secret", "ID", "Spec.Name", ("Spec.Labels",), leave_out=_without_data)
