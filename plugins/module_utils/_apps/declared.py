# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task declares: apps, checked whole before anything is touched.

Files that options name (``env_file``) are not read here, because this may be root's process; the account's own reads them.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, MutableSet
from typing import Any

from .. import _images, _network_road, _secret_road, _volume_road
from .._accounts import user_task
from .._arguments import checked
from .._container_wanted import ABSENT, Wanted
from .._errors import Failure
from .._hardened import hardened_container, hardened_pod
from .._pods import WantedPod
from .._resources.network import NETWORK
from .._resources.secret import SECRET
from .._resources.volume import VOLUME
from .._switch import Switch
from .._values import OBJECT_NAME
from .._wanted import CONTAINER_SPEC, POD_SPEC, PODMAN, SYSTEMD, container_of, pod_of
from . import beside, logins, order, roads
from .files import ARGUMENTS as FILE_ARGUMENTS
from .files import File, file_of
from .hooks import ARGUMENT as HOOKS
from .hooks import Hook, hooks_of, refuse_strangers
from .placed import placed
from .roads import AUTO, RUNTIMES

LISTS = ("images", "networks", "volumes", "secrets", "files", "pods", "containers")
APP: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent", "rolled_back"], "default": "present"},
    "release": {"type": "int"},
    "keep_releases": {"type": "int", "default": 5},
    "user": {"type": "str"},
    "runtime": {"type": "str", "choices": list(RUNTIMES)},
    "account": {"type": "dict"},
    "remove_data": {"type": "bool", "default": False},
    "prune_data": {
        "type": "dict",
        "options": {
            "volumes": {"type": "list", "elements": "str"},
            "secrets": {"type": "list", "elements": "str"},
        },
    },
    "hooks": HOOKS,
    "logins": {"type": "list", "elements": "dict"},
    **{kind: {"type": "list", "elements": "dict"} for kind in LISTS},
}
# The kinds that one road brings about one by one: arguments, constraints and table of their own modules.
ROADS: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], Any]] = {
    "images": (_images.ARGUMENTS, _images.CONSTRAINTS, None),
    "networks": (_network_road.ARGUMENTS, _network_road.CONSTRAINTS, NETWORK.table),
    "volumes": (_volume_road.ARGUMENTS, _volume_road.CONSTRAINTS, VOLUME.table),
    "secrets": (_secret_road.ARGUMENTS, _secret_road.CONSTRAINTS, SECRET.table),
}
WHOLE = ("definition", "pod", "runtime")
CONTAINER = {name: argument for name, argument in CONTAINER_SPEC.items() if name not in WHOLE}
POD = {name: argument for name, argument in POD_SPEC.items() if name not in WHOLE}
READ_LATER = ("env_file", "env_files", "label_file")
# A name that can be a folder.
APP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
# A secret in a file is hidden; a word of it is not, because it would be hidden wherever it stands.
SHORTEST = 8


@dataclasses.dataclass
class Unit:
    """A container or a pod of an app, with the parameters that its own module would have."""

    kind: str
    name: str
    params: Mapping[str, Any]
    containers: list[Wanted]
    pod: WantedPod | None = None

    @property
    def waits(self) -> tuple[bool, float]:
        """Whether, and for how many seconds, its containers are waited for."""
        return bool(self.params.get("wait", True)), float(self.params.get("wait_timeout") or 120)


@dataclasses.dataclass
class App:
    """One app as the task declares it."""

    name: str
    user: str
    state: str
    account: Mapping[str, Any]
    remove_data: bool
    prune_data: Mapping[str, list[str]]
    raw: Mapping[str, list[Mapping[str, Any]]]
    simple: Mapping[str, list[Mapping[str, Any]]] = dataclasses.field(default_factory=dict)
    files: list[File] = dataclasses.field(default_factory=list)
    units: list[Unit] = dataclasses.field(default_factory=list)
    hooks: list[Hook] = dataclasses.field(default_factory=list)
    release: int | None = None
    keep_releases: int = 5
    # Values that must be kept nowhere: those of secrets and passwords of all apps of the task.
    withheld: frozenset[str] = dataclasses.field(default=frozenset(), repr=False)
    # Of a release: its images by digest and ID, and names of what it has and does not declare anew.
    pins: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    beside: Mapping[str, list[str]] = dataclasses.field(default_factory=dict)
    logins: list[Mapping[str, Any]] = dataclasses.field(default_factory=list, repr=False)
    runtime: str = PODMAN

    @property
    def where(self) -> str:
        """How sentences about it begin."""
        return f"apps[{self.name}]."

    @property
    def present(self) -> bool:
        """Whether it is to be there."""
        return self.state != ABSENT

    @property
    def rolled_back(self) -> bool:
        """Whether it goes back to a release, and what that does not have goes."""
        return self.state == "rolled_back"

    def folder(self, home: str) -> str:
        """Where its files lie."""
        return f"{home.rstrip('/')}/apps/{self.name}"

    def names(self) -> dict[str, list[str]]:
        """The names of all that it declares, by kind."""
        told = {
            kind: [str(each["name"]) for each in self.simple.get(kind, []) if each["state"] != ABSENT]
            for kind in ROADS
        }
        lasting = [unit for unit in self.units if unit.params.get("state") != ABSENT]
        told["pods"] = [unit.name for unit in lasting if unit.kind == "pod"]
        told["containers"] = [each.name for unit in lasting for each in unit.containers]
        told["files"] = [each.path for each in self.files]
        return {kind: sorted({*names, *self.beside.get(kind, ())}) for kind, names in told.items()}


def read(raw: list[Mapping[str, Any]], hidden: MutableSet[str], runtime: str = AUTO) -> list[App]:
    """The task's apps, in ``runtime`` where they name none. What must not be shown is added to ``hidden`` first of all. Raises Failure."""
    withheld: set[str] = set()
    apps: list[App] = []
    try:
        apps = [_app(each, index, withheld, runtime) for index, each in enumerate(raw)]
        _refuse_twins([app.name for app in apps], "apps")
        for app in apps:
            _read_kinds(app, withheld)
    finally:
        # Also when one of them is refused.
        files = [each for app in apps for each in app.files]
        hidden |= withheld | {each.content for each in files if len(each.content) >= SHORTEST}
    for app in apps:
        app.withheld = frozenset(withheld)
        app.units = units(app, "/", read_files=False)
        course = order.course(app.where, _raw_units(app), app.units)
        if app.runtime == SYSTEMD and app.present:
            roads.refuse(app, course)
        if app.state == "present":
            refuse_strangers(
                app.hooks, {each.name for unit in app.units for each in unit.containers}, app.where
            )
    refuse_shared_names(apps)
    return apps


def _app(raw: Any, index: int, hidden: MutableSet[str], runtime: str) -> App:
    name = str(raw.get("name") or "") if isinstance(raw, Mapping) else ""
    where = f"apps[{name if APP_NAME.fullmatch(name) else index}]"
    if not isinstance(raw, Mapping):
        raise Failure(f"{where}: a map that declares an app is needed, not {type(raw).__name__}.")
    params = checked(raw, APP, where, "apps")
    if not APP_NAME.fullmatch(name):
        raise Failure(
            f"{where}.name: {name[:80]!r} was given, and a name of up to 63 letters, digits, '_', '.' and '-' is needed."
        )
    account = dict(params["account"] or {})
    beside = account.pop("name", None)
    user = str(params["user"] or beside or name)
    if beside is not None and str(beside) != user:
        raise Failure(
            f"{where}.account.name: {beside!r} was given beside user: {user}; name the account once, with user."
        )
    account = dict(
        checked({"name": user, **account}, user_task.ARGUMENTS, f"{where}.account", "user", hidden)
    )
    if account["state"] != "present" or account["remove"]:
        raise Failure(
            f"{where}.account: an app's account is removed with the app, by state: absent and remove_data: true of the app; "
            "take state and remove out."
        )
    for option in ("linger", "socket"):
        if not account[option]:
            raise Failure(
                f"{where}.account.{option}: false was given, and an app needs it, because without it its containers are not kept running; "
                "take it out."
            )
    if params["remove_data"] and params["state"] != "absent":
        raise Failure(
            f"{where}.remove_data: only goes with state: absent, and the app says state: {params['state']}; take one of them out."
        )
    if params["release"] is not None and params["state"] != "rolled_back":
        raise Failure(
            f"{where}.release: only goes with state: rolled_back, and the app says state: {params['state']}; take one of them out."
        )
    if params["keep_releases"] < 0:
        raise Failure(f"{where}.keep_releases: {params['keep_releases']} was given, and 0 or more is needed.")
    lists = {kind: list(params[kind] or []) for kind in LISTS}
    pruned = {kind: list((params["prune_data"] or {}).get(kind) or []) for kind in ("volumes", "secrets")}
    # Options of an account that nobody gave are not compared with another app's.
    given = {
        key: value for key, value in account.items() if key in (params["account"] or {}) and key != "name"
    }
    app = App(name, user, params["state"], given, params["remove_data"], pruned, lists)
    # One that goes back stays where it lives.
    app.runtime = params["runtime"] or (AUTO if app.rolled_back else runtime)
    app.release, app.keep_releases = params["release"], params["keep_releases"]
    app.hooks = hooks_of(params["hooks"], where)
    app.logins = logins.declared(where, params["logins"] or [], hidden)
    for kind, names in pruned.items():
        both = sorted(set(names) & {str(each.get("name")) for each in lists[kind]})
        if both:
            raise Failure(f"{where}.prune_data.{kind}: {both[0]} is declared as well; name it in one place.")
    return app


def _read_kinds(app: App, hidden: MutableSet[str]) -> None:
    simple: dict[str, list[Mapping[str, Any]]] = {}
    for kind, (arguments, constraints, table) in ROADS.items():
        simple[kind] = []
        for where, raw in _entries(app, kind):
            params = checked(raw, arguments, where, kind[:-1], hidden, **constraints)
            if kind != "images" and not OBJECT_NAME.fullmatch(str(params["name"])):
                raise Failure(
                    f"{where}.name: {params['name']!r} was given, and a name of letters, digits, '_', '.' and '-' is needed."
                )
            if table is not None and params["state"] != ABSENT:
                table.parse(params, f"{where}.")
            simple[kind].append(params)
        _refuse_twins([str(each["name"]) for each in simple[kind]], f"{app.where}{kind}")
    app.simple = simple
    for where, raw in _entries(app, "files", "path"):
        app.files.append(file_of(checked(raw, FILE_ARGUMENTS, where, "apps"), f"{where}."))
    _refuse_twins([each.path for each in app.files], f"{app.where}files")
    for each in app.files:
        inside = [other.path for other in app.files if other.path.startswith(each.path + "/")]
        if inside:
            raise Failure(
                f"{app.where}files[{inside[0]}].path: {each.path} is a file, and cannot be a folder as well."
            )


def _entries(app: App, kind: str, named_by: str = "name") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each entry of a list, with how sentences about it begin."""
    for index, raw in enumerate(app.raw[kind]):
        name = str(raw.get(named_by) or index)
        yield f"{app.where}{kind}[{name[:120] if name.isprintable() else index}]", raw


def _raw_units(app: App) -> list[Mapping[str, Any]]:
    return [*app.raw["pods"], *app.raw["containers"]]


def units(app: App, home: str, read_files: bool) -> list[Unit]:
    """The app's pods and containers as what is wanted, hardened where they do not say otherwise.

    With ``read_files`` the files that options name are read, which only the account may do.
    """
    folder = app.folder(home)
    once = order.completed(app.where, _raw_units(app))
    found = []
    for where, raw in _entries(app, "pods"):
        params = _pod(raw, where, folder, read_files)
        pod = pod_of(params, f"{where}.")
        found.append(Unit("pod", pod.name, params, list(pod.containers or []), pod))
    for where, raw in _entries(app, "containers"):
        if "pod" in raw:
            raise Failure(
                f"{where}.pod: in an app a container of a pod stands in that pod's containers; declare it there."
            )
        runs_once = str(raw.get("name")) in once
        told = beside.options(raw, f"{where}.")
        params = _container(raw, where, folder, runs_once, read_files)
        wanted = dataclasses.replace(container_of(params, f"{where}."), once=runs_once)
        _refuse_endless(wanted)
        if told is not None:
            switch = beside.switch_of(told, wanted, folder, params["wait"])
            wanted = dataclasses.replace(wanted, switch=switch)
            found.append(_switch_unit(told, switch, f"{where}.switch"))
        found.append(Unit("container", wanted.name, params, [wanted]))
    names = [name for unit in found for name in {unit.name, *(each.name for each in unit.containers)}]
    _refuse_twins(names, f"{app.where}containers")
    return found


def _switch_unit(told: Mapping[str, Any], switch: Switch, where: str) -> Unit:
    """The container that a switch is, hardened as any other."""
    params = checked(hardened_container(beside.container(told, switch)), CONTAINER, where, "container")
    return Unit("container", switch.container, params, [container_of(params, f"{where}.")])


def _container(
    raw: Mapping[str, Any], where: str, folder: str, runs_once: bool, read_files: bool
) -> Mapping[str, Any]:
    """The parameters that a container of an app would have as a task of its own."""
    entry = beside.without(_without_later(placed(raw, folder), read_files))
    return checked(hardened_container(entry, runs_once), CONTAINER, where, "container")


def _pod(raw: Mapping[str, Any], where: str, folder: str, read_files: bool) -> Mapping[str, Any]:
    """The parameters that a pod of an app would have as a task of its own."""
    entry = _without_later(placed(raw, folder), read_files)
    members = entry.get("containers")
    if members is not None:
        entry["containers"] = [_without_later(placed(each, folder), read_files) for each in members]
    params = checked(hardened_pod(entry), POD, where, "pod")
    return params if params.get("state") is not None else {**params, "state": "started"}


@dataclasses.dataclass(frozen=True)
class Service:
    """A container or pod of an app that lives in units: its task, and what the app adds to them."""

    kind: str
    name: str
    params: Mapping[str, Any]
    links: Mapping[str, Any]


def services(app: App, home: str) -> list[Service]:
    """What of an app lives in units, in the order in which it starts. Files that it names are read by the account."""
    if app.runtime == PODMAN:
        return []
    folder = app.folder(home)
    course = order.course(app.where, _raw_units(app), app.units)
    mine, aside = roads.in_units(app), roads.aside(app)
    found = {
        str(raw["name"]): _container(raw, where, folder, False, True)
        for where, raw in _entries(app, "containers")
        if str(raw["name"]) in mine
    }
    found.update({str(raw["name"]): _pod(raw, where, folder, True) for where, raw in _entries(app, "pods")})
    pods = sorted(unit.name for unit in app.units if unit.kind == "pod")
    names = {name for unit in app.units for name in (unit.name, *(each.name for each in unit.containers))}
    said = []
    by_name = {unit.name: unit for unit in app.units}
    for unit in (by_name[name] for phase in roads.phases(app, course) for name in phase.names if phase.units):
        own = {each.name for each in unit.containers}
        bound = sorted(order.bound(unit) & names - own)
        wants = sorted(roads.waits_for(course.needs, unit.name, aside) - set(bound))
        # One that others only wait for may be started anew without them; one whose namespace they are in may not.
        links = {"Wants": wants, "Requires": bound, "After": sorted({*wants, *bound})}
        about = {"app": app.name, "links": links, "pods": pods}
        params = {"pod": None, **found[unit.name], "user": app.user, "definition": None, "runtime": SYSTEMD}
        said.append(Service(unit.kind, unit.name, params, about))
    return said


def _without_later(raw: Mapping[str, Any], read_files: bool) -> dict[str, Any]:
    left_out = ("depends_on",) if read_files else ("depends_on", *READ_LATER)
    return {key: value for key, value in raw.items() if key not in left_out}


def _refuse_endless(wanted: Wanted) -> None:
    """One that has to run to its end must be able to, and be there afterwards to tell how it went."""
    if not wanted.once or wanted.state == ABSENT:
        return
    if wanted.state != "started":
        raise Failure(
            f"{wanted.where}state: {wanted.state} was given, and others wait until it has completed; it has to be started."
        )
    policy = wanted.spec.get("restart_policy") or {}
    if policy.get("name") in ("always", "unless-stopped"):
        raise Failure(
            f"{wanted.where}restart_policy: {policy['name']} was given, and others wait until it has completed; write no or on-failure."
        )
    if wanted.spec.get("rm"):
        raise Failure(
            f"{wanted.where}rm: true was given, and others wait until it has completed, which is only known of one that stays; take it out."
        )


def _refuse_twins(names: list[str], where: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Failure(f"{where}: {twice[0]} is declared more than once; give each a name of its own.")


def refuse_shared_names(apps: list[App]) -> None:
    """Apps of one account share its Podman: no two may declare the same object, nor an account in two ways."""
    owners: dict[tuple[str, str, str], str] = {}
    accounts: dict[str, App] = {}
    for app in (each for each in apps if each.present):
        for kind, names in app.names().items():
            for name in names if kind not in ("images", "files") else ():
                first = owners.setdefault((app.user, kind, name), app.name)
                if first != app.name:
                    raise Failure(
                        f"{app.where}{kind}: {name} is declared by app {first} too, in the same account {app.user}; "
                        "choose another name, or another account for one of them."
                    )
        other = accounts.get(app.user)
        if other is not None and app.account and other.account and app.account != other.account:
            raise Failure(
                f"{app.where}account: app {other.name} declares account {app.user} differently; say it once, or the same."
            )
        if other is None or app.account:
            accounts[app.user] = app
