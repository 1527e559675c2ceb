# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option rows and tables: everything known about an option, and what follows from it (pure)."""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from . import _errors, _values

Spec = dict[str, Any]  # option name -> typed value, declared options only
Body = dict[str, Any]  # what is posted


class Facts:
    """What a plan has to know of the engine and its host.

    ``look`` returns what ``podman info`` tells. It is called at most once, and only by a plan that meets a resource limit, an
    id mapping or a new unit of an app, because it costs more than a whole unchanged container.
    """

    def __init__(self, version: tuple[int, int, int], look: Callable[[], Mapping[str, Any]] = dict) -> None:
        self.version = version
        self._look = look

    @functools.cached_property
    def _info(self) -> Mapping[str, Any]:
        return self._look()

    @property
    def controllers(self) -> tuple[str, ...]:
        """Cgroup v2 controllers that the account may use; empty where none is delegated."""
        return tuple(get_path(self._info, "host.cgroupControllers") or ())

    @property
    def id_counts(self) -> tuple[int, int]:
        """How many subordinate uids and gids the account has."""

        def count(kind: str) -> int:
            ranges = get_path(self._info, f"host.idMappings.{kind}") or []
            return sum(int(each["size"]) for each in ranges if each["container_id"] > 0)

        return count("uidmap"), count("gidmap")

    @property
    def log_driver(self) -> str:
        """Where containers log that do not say it; empty where that is not known."""
        return str(get_path(self._info, "host.logDriver") or "")

    @property
    def version_text(self) -> str:
        """The version as people write it."""
        return ".".join(str(part) for part in self.version)

    def has(self, since: str) -> bool:
        """Whether the engine is of that version (5, 5.4 or 5.4.2) or later."""
        return self.version >= tuple(int(part) for part in since.split("."))


@dataclasses.dataclass(frozen=True)
class Option:
    """One option of one kind of object.

    ``api`` is the dotted path of the create body, ``state`` of what inspect shows (empty: it does
    not). ``write`` and ``read`` stand for them where a value has no single place. ``live`` is the
    version from which Podman changes the option in place, ``update`` the path in the update body.
    ``drift`` marks what can be changed by hand on an existing object without a task. ``default``
    is what Podman reports for an undeclared live option: one value, or a tuple of them. ``inherits``
    marks a live option that may come from the image: what is reported undeclared is no difference.
    ``beside`` are options that show in the same place: where one of them is declared, the report says nothing about
    this one. ``never`` is why the option is refused wherever it is not ``default``.
    """

    name: str
    type: _values.ValueType
    api: str = ""
    state: str = ""
    aliases: tuple[str, ...] = ()
    since: str = ""
    live: str = ""
    update: str = ""
    default: Any = None
    controller: str = ""
    drift: bool = False
    inherits: bool = False
    beside: tuple[str, ...] = ()
    never: str = ""
    write: Callable[[Any, Body, Facts], None] | None = None
    read: Callable[[Mapping[str, Any]], Any] | None = None

    @property
    def readable(self) -> bool:
        """Whether inspect shows the option at all."""
        return bool(self.state or self.read)

    def reported(self, inspect: Mapping[str, Any]) -> Any:
        """The option's typed value in what inspect shows, None when it shows none."""
        if self.read is not None:
            return self.read(inspect)
        return self.type.reported(get_path(inspect, self.state)) if self.state else None

    def live_in(self, facts: Facts) -> bool:
        """Whether this version of Podman changes the option in place (and inspect shows all of it)."""
        return bool(self.live) and facts.has(self.live)

    def live_here(self, facts: Facts) -> bool:
        """Whether it does so on this host too: a limit needs its controller."""
        return self.live_in(facts) and (not self.controller or self.controller in facts.controllers)


class OptionTable:
    """The rows of one kind, and what is derived from them.

    ``either`` names options that say the same in two ways: the first of each tuple, or the others.
    ``within`` names pairs of a part and its total, both numbers; a total below 1 has no bound.
    """

    def __init__(
        self,
        kind: str,
        rows: Sequence[Option],
        either: Sequence[tuple[str, ...]] = (),
        within: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.kind = kind
        self.rows = tuple(rows)
        self.either = tuple(either)
        self.within = tuple(within)
        self.by_name = {row.name: row for row in self.rows}

    def argument_spec(self) -> dict[str, dict[str, Any]]:
        """The rows as an Ansible argument spec."""
        spec = {}
        for row in self.rows:
            # What is to be hidden says so itself; Ansible else warns of names that sound like passwords.
            spec[row.name] = {"no_log": False, **row.type.argument}
            if row.aliases:
                spec[row.name]["aliases"] = list(row.aliases)
        return spec

    def parse(self, params: Mapping[str, Any], where: str = "") -> Spec:
        """The declared options in their typed form; ``where`` leads the sentences (``containers[web].``).

        Raises Failure that names the option, what was found and what is needed.
        """
        spec: Spec = {}
        for row in self.rows:
            raw = params.get(row.name)
            if raw is None:
                continue
            try:
                spec[row.name] = row.type.parse(raw)
            except ValueError as error:
                found = "a value that is not shown" if row.type.argument.get("no_log") else _found(raw)
                raise _errors.Failure(
                    f"{where}{row.name}: {found} was given, and {error} is needed."
                ) from None
        for first, *others in self.either:
            # Podman would take one of them and drop the other without a word.
            for other in others:
                if first in spec and other in spec:
                    raise _errors.Failure(
                        f"{where}{other}: was given beside {first}, and only one of them can decide this; leave one of them out."
                    )
        for part, total in self.within:
            # Only the runtime would notice, in a sentence without a reason.
            if part in spec and 0 < spec.get(total, 0) < spec[part]:
                shown = self.shown(spec)
                raise _errors.Failure(
                    f"{where}{total}: {shown[total]} was given, and it counts {part} in, so at least {shown[part]} is needed; "
                    "raise it or leave it out."
                )
        return spec

    def gate(self, spec: Spec, facts: Facts, where: str = "") -> None:
        """Refuse what this engine or host cannot honour. Raises Failure."""
        for name in spec:
            row = self.by_name[name]
            if row.never and spec[name] != row.default:
                raise _errors.Failure(f"{where}{name}: this option cannot be honoured: {row.never}.")
            if row.since and not facts.has(row.since):
                raise _errors.Failure(
                    f"{where}{name}: this option needs Podman {row.since} or later, and the host has {facts.version_text}; "
                    "leave it out or install a newer Podman."
                )
            if row.controller and row.controller not in facts.controllers:
                raise _errors.Failure(
                    f"{where}{name}: this limit needs the cgroup v2 controller {row.controller}, and the account may use "
                    f"{', '.join(facts.controllers) or 'none'}; the role rootless.podman.rootless_host delegates it where the kernel has it."
                )

    def body(self, spec: Spec, facts: Facts) -> Body:
        """The create body for the declared options."""
        body: Body = {}
        for row in self.rows:
            if row.name not in spec:
                continue
            if row.write is not None:
                row.write(copy.deepcopy(spec[row.name]), body, facts)
            elif row.api:
                set_path(body, row.api, row.type.body(copy.deepcopy(spec[row.name])))
        return body

    def shown(self, spec: Spec) -> dict[str, Any]:
        """The declared options as a diff may show them."""
        return {row.name: row.type.show(spec[row.name]) for row in self.rows if row.name in spec}


def get_path(tree: Any, path: str) -> Any:
    """The value at a dotted path, None when a part of it is missing."""
    for part in path.split("."):
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(part)
    return tree


def set_path(tree: dict[str, Any], path: str, value: Any) -> None:
    """Put ``value`` at a dotted path; maps that meet there are merged, lists are joined."""
    *parents, last = path.split(".")
    for part in parents:
        tree = tree.setdefault(part, {})
    there = tree.get(last)
    if isinstance(there, dict) and isinstance(value, dict):
        there.update(value)
    elif isinstance(there, list) and isinstance(value, list):
        there.extend(value)
    else:
        tree[last] = value


def _found(raw: Any) -> str:
    """A raw value as a sentence may show it: short, on one line, nothing that looks like a map of values."""
    if isinstance(raw, Mapping):
        names = ", ".join(sorted(str(key) if str(key).isprintable() else repr(key) for key in raw))
        return f"a map of {names[:80] or 'nothing'}"
    text = repr(raw)
    return text if len(text) <= 120 else text[:117] + "..."
